"""How far two raters' numbers go together."""

import math
from collections.abc import Callable
from fractions import Fraction

import msgspec

from helicorder.scoring.agreement import Measure
from helicorder.scoring.statistics import CONFIDENCE, normal_quantile

_FEWEST = 4


class PairSums(msgspec.Struct, frozen=True):
    """Exact sums over n pairs (x, y)."""

    n: int
    x: Fraction
    y: Fraction
    xx: Fraction
    yy: Fraction
    xy: Fraction


def pearson(sums: PairSums, level: float = CONFIDENCE) -> Measure:
    """Pearson's correlation, with Fisher's interval tanh(atanh(r) -+ z / sqrt(n - 3)).

    Fisher, "On the Probable Error of a Coefficient of Correlation", Metron 1 (1921). The interval takes the pairs as
    independent and their values as about normal together; it needs four pairs.
    """
    return _correlation(sums, level, lambda _: 1.0)


def spearman(ranks: PairSums, level: float = CONFIDENCE) -> Measure:
    """Spearman's correlation, from the sums over ranks, equal values sharing their mean rank.

    The interval is Fisher's with (1 + r**2 / 2) / (n - 3) for the variance: Bonett and Wright, "Sample Size
    Requirements for Estimating Pearson, Kendall and Spearman Correlations", Psychometrika 65 (2000).
    """
    return _correlation(ranks, level, lambda r: 1 + r * r / 2)


def _correlation(sums: PairSums, level: float, spread: Callable[[float], float]) -> Measure:
    n = sums.n
    if n < _FEWEST:
        return Measure(n=n, level=level, reason=f"fewer than {_FEWEST} things that both judged")
    xx, yy = n * sums.xx - sums.x**2, n * sums.yy - sums.y**2
    if not xx or not yy:
        return Measure(n=n, level=level, reason="a rater said the same of everything")
    cross = n * sums.xy - sums.x * sums.y
    value = math.copysign(math.sqrt(cross * cross / (xx * yy)), cross)
    if abs(value) >= 1:
        return Measure(value=value, low=value, high=value, n=n, level=level)
    reach = normal_quantile(level) * math.sqrt(spread(value) / (n - 3))
    centre = math.atanh(value)
    return Measure(value=value, low=math.tanh(centre - reach), high=math.tanh(centre + reach), n=n, level=level)
