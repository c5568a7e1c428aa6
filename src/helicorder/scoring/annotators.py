"""How far any number of annotators agree, each of whom may have rated only some things: Krippendorff's alpha."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from helicorder.model.findings import NONE_DIFFERED, Interval, Measure, Scale
from helicorder.scoring.jackknife import Sure, without_each
from helicorder.scoring.statistics import CONFIDENCE

__all__ = ["DRAWS", "MOST_CELLS", "SEED", "Alphas", "Floats", "Pattern", "Scale", "krippendorff_alpha"]

DRAWS, SEED = 2_000, 20_260_301
MOST_CELLS = 5_000_000
"""Patterns times squared values: what is held at once."""
_DRAWS_AT_ONCE = 100
Floats = npt.NDArray[np.float64]


class Pattern(msgspec.Struct, frozen=True):
    """Things of one block of which all annotators together said the same: how many, and what they stand for."""

    said: tuple[str, ...]
    n: int
    block: int = 0
    weight: float | None = None


def krippendorff_alpha(found: Iterable[Pattern], scale: Scale, level: float = CONFIDENCE) -> Measure:
    """Krippendorff's alpha: 1 is full agreement, 0 what chance would give, below 0 is less than that.

    Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011). n is the number of things that at least two
    rated. The interval is that of 2,000 seeded resamples of whole things, percentile by percentile: Zapf, Castell,
    Morawietz and Karch, "Measuring Inter-Rater Reliability for Nominal Data", BMC Medical Research Methodology 16
    (2016). Where things come in blocks, because they hang together or weigh differently, it is Student's with the
    error of the jackknife over blocks instead.

    Args:
        found: things that one annotator alone rated tell nothing and are left out.
        scale: numbers are needed for all but NOMINAL, from 0 on for RATIO; equal numbers are one value however they are
            written.
        level: confidence.

    Raises:
        ValueError: a value is no number where numbers are needed, or below 0 for RATIO.
    """
    several = [pattern for pattern in found if len(pattern.said) > 1 and pattern.n]
    things = sum(pattern.n for pattern in several)
    if things < 2:  # noqa: PLR2004 -- one thing shows no variety
        return Measure(n=things, level=level, reason="fewer than two things that several rated")
    distinct = {said: number for number, said in enumerate(dict.fromkeys(tuple(one.said) for one in several))}
    alphas = _of_numbers(distinct) if scale is Scale.INTERVAL else _of_values(distinct, scale)
    if alphas is None:
        return Measure(n=things, level=level, reason="too many different values")
    blocks = _by_block(several, distinct)
    values = alphas(without_each(blocks) if len(blocks) > 1 else blocks)
    if np.isnan(values[0]):
        return Measure(n=things, level=level, reason="everybody said the same of everything")
    if math.isclose(values[0], 1.0):
        return Measure(value=float(values[0]), n=things, level=level, reason=NONE_DIFFERED)
    told = _by_resampling(alphas, blocks[0], things, level) if len(blocks) == 1 else _by_blocks(values, level)
    return Measure(value=float(values[0]), low=told[0], high=told[1], n=things, level=level, method=told[2])


def _by_block(several: Sequence["Pattern"], distinct: Mapping[tuple[str, ...], int]) -> Floats:
    """(B, patterns): how many things, or what they stand for, so that all together stand for as many as there are."""
    blocks = {block: number for number, block in enumerate(sorted({one.block for one in several}))}
    counts = np.zeros((len(blocks), len(distinct)))
    for one in several:
        counts[blocks[one.block], distinct[tuple(one.said)]] += one.n if one.weight is None else one.weight
    return np.asarray(counts * (sum(one.n for one in several) / counts.sum()))


_Told = tuple[float | None, float | None, Interval]


def _by_resampling(alphas: "Alphas", counts: Floats, things: int, level: float) -> _Told:
    draw = np.random.default_rng(SEED)
    drawn = np.concatenate(
        [
            alphas(draw.multinomial(things, counts / counts.sum(), _DRAWS_AT_ONCE).astype(float))
            for _ in range(DRAWS // _DRAWS_AT_ONCE)
        ]
    )
    low, high = np.quantile(drawn[~np.isnan(drawn)], [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high), Interval.BOOTSTRAP


def _by_blocks(values: Floats, level: float) -> _Told:
    if np.isnan(values).any():
        return None, None, Interval.NONE
    low, high = Sure.of(values[None]).interval(level)
    return low, None if high is None else min(high, 1.0), Interval.JACKKNIFE


Patterns = Mapping[tuple[str, ...], int]
"""What was said of a thing, numbered."""
Alphas = Callable[[Floats], Floats]
"""From how often each pattern came, a row to a draw, the alpha of each row; not a number where nothing varies."""


def _of_numbers(patterns: Patterns) -> Alphas:
    """Alpha by squared differences: sums over ratings are enough, so values may be as many as they like."""
    told = [np.array([float(text) for text in pattern]) for pattern in patterns]
    centre = np.concatenate(told).mean()
    sums = np.array(
        [
            (x.size, (x - centre).sum(), ((x - centre) ** 2).sum(), 2 * x.size * x.var() * x.size / (x.size - 1))
            for x in told
        ]
    )

    def alphas(counts: Floats) -> Floats:
        n, total, squares, apart = (counts @ sums).T
        chance = 2 * (n * squares - total**2) / (n - 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(chance > 0, 1 - apart / chance, np.nan))

    return alphas


def _of_values(patterns: Patterns, scale: Scale) -> Alphas | None:
    """Alpha by coincidences of values; None where there are too many of them."""
    values = _values(patterns, scale)
    if len(patterns) * len(values) ** 2 > MOST_CELLS:
        return None
    pairs, width = _coincidences(patterns, values, scale), len(values)
    numbers = np.zeros(0) if scale is Scale.NOMINAL else np.array([float(value) for value in values])
    if scale is Scale.RATIO and numbers.min(initial=0.0) < 0:
        raise ValueError("proportions are of values from 0 on")

    def alphas(counts: Floats) -> Floats:
        tables = (counts @ pairs).reshape(-1, width, width)
        margins = tables.sum(axis=2)
        total = margins.sum(axis=1)
        apart = _distances(margins, numbers, scale)
        seen = (tables * apart).sum(axis=(1, 2)) / total
        chance = (margins[:, :, None] * margins[:, None, :] * apart).sum(axis=(1, 2)) / (total * (total - 1))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(chance > 0, 1 - seen / chance, np.nan))

    return alphas


def _values(patterns: Patterns, scale: Scale) -> list[str]:
    """The different values, numbers by size; equal numbers have one spelling."""
    texts = {value for pattern in patterns for value in pattern}
    return sorted(texts) if scale is Scale.NOMINAL else [repr(x) for x in sorted({float(text) for text in texts})]


def _coincidences(patterns: Patterns, values: list[str], scale: Scale) -> Floats:
    """Per pattern its ordered pairs of values over (ratings - 1), a row of values**2 numbers."""
    place = {value: number for number, value in enumerate(values)}
    counts = np.zeros((len(patterns), len(values)))
    for row, pattern in enumerate(patterns):
        for text in pattern:
            counts[row, place[text if scale is Scale.NOMINAL else repr(float(text))]] += 1
    pairs = counts[:, :, None] * counts[:, None, :]
    diagonal = np.arange(len(values))
    pairs[:, diagonal, diagonal] -= counts
    ratings = counts.sum(axis=1)
    return np.asarray((pairs / (ratings - 1)[:, None, None]).reshape(len(patterns), -1))


def _distances(margins: Floats, numbers: Floats, scale: Scale) -> Floats:
    """The squared difference of every two values; of ranks it depends on how often each was said."""
    width = margins.shape[1]
    if scale is Scale.NOMINAL:
        return np.broadcast_to(1 - np.eye(width), (len(margins), width, width))
    if scale is Scale.RATIO:
        both = numbers[:, None] + numbers[None, :]
        apart = np.divide(numbers[:, None] - numbers[None, :], both, out=np.zeros_like(both), where=both > 0)
        return np.broadcast_to(apart**2, (len(margins), width, width))
    # Between two ranks lie those in between and half of each: the difference of their mean ranks.
    middles = np.cumsum(margins, axis=1) - margins / 2
    return np.asarray((middles[:, :, None] - middles[:, None, :]) ** 2)
