"""How far two raters' numbers go together."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import msgspec
import numpy as np

from helicorder.model.findings import Interval, Measure
from helicorder.scoring.jackknife import Floats, Sure, without_each
from helicorder.scoring.statistics import CONFIDENCE, normal_quantile, student_quantile

_FEWEST = 4


class PairSums(msgspec.Struct, frozen=True):
    """Exact sums over n pairs (x, y); ``weight`` is n, or what the pairs stand for, and sums are weighted then."""

    n: int
    x: Fraction
    y: Fraction
    xx: Fraction
    yy: Fraction
    xy: Fraction
    weight: Fraction | None = None


def pearson(sums: PairSums, level: float = CONFIDENCE) -> Measure:
    """Pearson's correlation, with Fisher's interval tanh(atanh(r) -+ z / sqrt(n - 3)).

    Fisher, "On the Probable Error of a Coefficient of Correlation", Metron 1 (1921). The interval takes the pairs as
    independent and their values as about normal together; it needs four pairs.
    """
    return _correlation(sums, level, Interval.FISHER, lambda _: 1.0)


def spearman(ranks: PairSums, level: float = CONFIDENCE) -> Measure:
    """Spearman's correlation, from the sums over ranks, equal values sharing their mean rank.

    The interval is Fisher's with (1 + r**2 / 2) / (n - 3) for the variance: Bonett and Wright, "Sample Size
    Requirements for Estimating Pearson, Kendall and Spearman Correlations", Psychometrika 65 (2000).
    """
    return _correlation(ranks, level, Interval.BONETT_WRIGHT, lambda r: 1 + r * r / 2)


def pearson_of_blocks(blocks: Sequence[PairSums], level: float = CONFIDENCE) -> Measure:
    """Pearson's correlation of pairs that hang together or weigh differently, from their sums by block.

    The interval is Student's around atanh(r), whose error is that of the jackknife over blocks (`jackknife.Sure`), so
    values need not be normal. It needs two blocks.
    """
    return _of_blocks(blocks, level, lambda error, r, n: error)  # noqa: ARG005 -- the jackknife's own


def spearman_of_blocks(blocks: Sequence[PairSums], level: float = CONFIDENCE) -> Measure:
    """Spearman's correlation of such pairs, from the sums of (weighted) ranks by block.

    That ranks move when a block is left out the sums do not know. So the jackknife is asked only how many times as
    large the variance is as that of independent pairs, 1 / (n - 3), at least 1; Bonett and Wright's is multiplied by
    it.
    """
    return _of_blocks(blocks, level, lambda error, r, n: max(error, (n - 3) ** -0.5) * math.sqrt(1 + r * r / 2))


def _correlation(sums: PairSums, level: float, method: Interval, spread: Callable[[float], float]) -> Measure:
    n = sums.n
    if n < _FEWEST:
        return Measure(n=n, level=level, reason=f"fewer than {_FEWEST} things that both judged")
    xx, yy = n * sums.xx - sums.x**2, n * sums.yy - sums.y**2
    if not xx or not yy:
        return Measure(n=n, level=level, reason="a rater said the same of everything")
    cross = n * sums.xy - sums.x * sums.y
    value = math.copysign(math.sqrt(cross * cross / (xx * yy)), cross)
    if abs(value) >= 1:
        return Measure(value=value, low=value, high=value, n=n, level=level, method=method)
    reach = normal_quantile(level) * math.sqrt(spread(value) / (n - 3))
    centre = math.atanh(value)
    low, high = math.tanh(centre - reach), math.tanh(centre + reach)
    return Measure(value=value, low=low, high=high, n=n, level=level, method=method)


def _of_blocks(blocks: Sequence[PairSums], level: float, error: Callable[[float, float, int], float]) -> Measure:
    n = sum(block.n for block in blocks)
    if n < _FEWEST or len(blocks) < 2:  # noqa: PLR2004 -- two can differ
        return Measure(n=n, level=level, reason=f"fewer than {_FEWEST} things that both judged")
    rows = [(block.n if block.weight is None else block.weight, block.x, block.y, block.xx, block.yy, block.xy)
            for block in blocks]  # fmt: skip
    values = _correlations(_centred(rows))
    if not np.isfinite(values).all():
        return Measure(n=n, level=level, reason="a rater said the same of everything")
    value = float(values[0])
    if (np.abs(values) >= 1).any():
        return Measure(value=value, n=n, level=level, reason="too few things for an interval")
    sure = Sure.of(np.arctanh(values)[None])
    found = 0.0 if sure.errors is None else float(sure.errors[0])
    reach = student_quantile(sure.freedom, level) * error(found, value, n)
    low, high = math.tanh(math.atanh(value) - reach), math.tanh(math.atanh(value) + reach)
    return Measure(value=value, low=low, high=high, n=n, level=level, method=Interval.JACKKNIFE)


def _centred(rows: Sequence[Sequence[Fraction | int]]) -> Floats:
    """The sums of deviations from both means, so that doubles keep their digits; the means are those of all blocks."""
    weight, x, y = (sum((Fraction(row[place]) for row in rows), Fraction()) for place in range(3))
    mid_x, mid_y = x / weight, y / weight
    return np.array(
        [
            (
                float(w), float(sx - w * mid_x), float(sy - w * mid_y),
                float(xx - 2 * mid_x * sx + w * mid_x**2), float(yy - 2 * mid_y * sy + w * mid_y**2),
                float(xy - mid_x * sy - mid_y * sx + w * mid_x * mid_y),
            )
            for w, sx, sy, xx, yy, xy in rows
        ]
    )  # fmt: skip


def _correlations(blocks: Floats) -> Floats:
    """(1 + B,) of all blocks and of all but each, from (B, 6) sums; nan where a rater said the same of everything."""
    w, x, y, xx, yy, xy = without_each(blocks).T
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((w * xy - x * y) / np.sqrt((w * xx - x * x) * (w * yy - y * y)))
