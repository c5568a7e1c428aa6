"""Who scores higher than the others: the bias of each rater, from things that several of them rated."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec
import numpy as np

from helicorder.model.findings import Difference, Interval, Means, Measure, RaterBias
from helicorder.scoring.comparison import paired
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


class Apart(msgspec.Struct, frozen=True):
    """Things of one block that two raters both judged: what they stand for, and sums of what each said.

    ``squares`` is of the differences, the second less the first; it is needed where there is but one block.
    """

    n: int
    weight: Fraction
    first: Fraction
    second: Fraction
    squares: Fraction


def bias_of_two(blocks: Sequence[Apart], clusters: int, level: float = CONFIDENCE) -> Difference:
    """How much higher the second of two raters scores the same things.

    Of things that are independent and weigh the same, in one block, Student's paired t; else Student's interval with
    the error of the jackknife over blocks. ``clusters`` is how many there are.
    """
    n = sum(block.n for block in blocks)
    if len(blocks) == 1:
        return paired(n, blocks[0].second - blocks[0].first, blocks[0].squares, level)
    sums = np.array([(float(one.weight), float(one.first), float(one.second)) for one in blocks]).reshape(-1, 3)
    if not n:
        return Difference(level=level)
    weight, first, second = without_each(sums).T
    sure = Sure.of(((second - first) / weight)[None])
    low, high = sure.interval(level)
    even = all(one.weight == one.n for one in blocks)
    return Difference(
        difference=float(sure.amounts[0]), low=low, high=high, p_value=next(iter(sure.p_values()), None),
        standard_error=None if sure.errors is None else float(sure.errors[0]), n_a=n, n_b=n,
        mean_a=float(first[0] / weight[0]), mean_b=float(second[0] / weight[0]), clusters=clusters,
        method=Means.CLUSTERED if even else Means.WEIGHTED, level=level,
    )  # fmt: skip


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
