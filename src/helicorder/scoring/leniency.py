"""Who scores higher than the others: the bias of each rater, from things that several of them rated."""

from collections.abc import Sequence

import msgspec
import numpy as np

from helicorder.model.findings import Interval, Measure, RaterBias
from helicorder.scoring.jackknife import Floats, Sure, without_each
from helicorder.scoring.multiplicity import adjusted
from helicorder.scoring.statistics import CONFIDENCE

FLAG_AT = 0.1


class Deviations(msgspec.Struct, frozen=True):
    """Things of one block that the same raters rated.

    Attributes:
        raters: their numbers, two or more. n: how many things; weight: what they stand for.
        sums: per rater the (weighted) sum of what the rater said less the mean of all who rated the thing.
    """

    raters: tuple[int, ...]
    n: int
    sums: tuple[float, ...]
    block: int = 0
    weight: float | None = None


def rater_biases(found: Sequence[Deviations], raters: int, level: float = CONFIDENCE) -> list[RaterBias]:
    """How much higher each rater scores than the raters do on average, all having rated the same things.

    Least squares of score = thing + rater, the raters' biases adding up to 0: with each thing's own level taken out,
    what is left of the normal equations is one small system (Searle, Linear Models, 1971, section 7.1, of the two-way
    classification without interaction and with missing cells). Errors are those of the jackknife over blocks of things,
    so that things may hang together; p-values are adjusted for all raters together (Benjamini and Hochberg).

    A rater who shares no thing with the others, by any chain of raters, has no bias that could be told, and then nobody
    has. Says nothing of who is right.
    """
    n = [sum(of.n for of in found if rater in of.raters) for rater in range(raters)]
    values = _solved(*_equations(found, raters)) if found else None
    if values is None:
        nothing = "raters that share no things" if found else "fewer than two raters of one thing"
        return [_told(rater, Measure(n=n[rater], level=level, reason=nothing), None, None) for rater in range(raters)]
    sure = Sure.of(values.T)
    p_values = sure.p_values()
    counted = adjusted(p_values)
    told = []
    for rater in range(raters):
        low, high = Sure.of(values.T[rater : rater + 1]).interval(level) if p_values else (None, None)
        measure = Measure(
            value=float(values[0, rater]), low=low, high=high, n=n[rater], level=level,
            method=Interval.JACKKNIFE if p_values else Interval.NONE,
        )  # fmt: skip
        told.append(_told(rater, measure, *((p_values[rater], counted[rater]) if p_values else (None, None))))
    return told


def _told(rater: int, bias: Measure, p_value: float | None, counted: float | None) -> RaterBias:
    flagged = counted is not None and counted <= FLAG_AT
    return RaterBias(rater=rater, bias=bias, p_value=p_value, adjusted_p=counted, flagged=flagged)


def _equations(found: Sequence[Deviations], raters: int) -> tuple[Floats, Floats]:
    """(1 + B, raters, raters) and (1 + B, raters): of all blocks, and of all but each in turn."""
    blocks = {block: number for number, block in enumerate(sorted({of.block for of in found}))}
    matrices, sides = np.zeros((len(blocks), raters, raters)), np.zeros((len(blocks), raters))
    for of in found:
        weight, places = float(of.n if of.weight is None else of.weight), list(of.raters)
        matrix = np.zeros((raters, raters))
        matrix[np.ix_(places, places)] = np.eye(len(places)) - 1 / len(places)
        matrices[blocks[of.block]] += weight * matrix
        sides[blocks[of.block], places] += of.sums
    if len(blocks) == 1:
        return matrices, sides
    return without_each(matrices), without_each(sides)


def _solved(matrices: Floats, sides: Floats) -> Floats | None:
    """(1 + B, raters), adding up to 0, or (1, raters) where they cannot be told without some block; None where at all.

    They are told where things tie all raters together.
    """
    raters = sides.shape[1]
    tied = np.linalg.matrix_rank(matrices, hermitian=True) >= raters - 1
    if not tied[0]:
        return None
    if not tied.all():
        matrices, sides = matrices[:1], sides[:1]
    # The biases are told up to a constant: that they add up to 0 is one equation more.
    scale = np.trace(matrices, axis1=1, axis2=2)[:, None, None] / raters**2
    return np.asarray(np.linalg.solve(matrices + scale, sides[:, :, None])[:, :, 0])
