"""The difference of two segments, b - a ("new minus old"), with the interval that the data calls for.

Which method is used follows from how the scores came about, and the answer names it: scores of the same inputs are
paired; scores that share sessions or users are clustered; otherwise booleans are two proportions and numbers two means.
"""

import math
from fractions import Fraction

import msgspec
from scipy.special import bdtr, ndtr, stdtr, stdtrit

from helicorder.model.findings import Difference, Means
from helicorder.scoring.estimates import FEW
from helicorder.scoring.gram import Gram
from helicorder.scoring.statistics import CONFIDENCE, checked_level, normal_quantile, student_quantile, wilson

__all__ = [
    "PAIRED_SHARE",
    "Difference",
    "Means",
    "Sums",
    "cluster_warning",
    "clustered",
    "fewest_clusters",
    "newcombe",
    "paired",
    "paired_newcombe",
    "t_test",
    "welch",
]

PAIRED_SHARE = Fraction(4, 5)
"""Pairs must hold at least this share of the rows, else what is left out might be what differs."""


class Sums(msgspec.Struct, frozen=True):
    """Scores of one segment: how many, their sum, the sum of their squares."""

    n: int
    total: Fraction
    squares: Fraction

    @property
    def mean(self) -> Fraction:
        """Needs n > 0."""
        return self.total / self.n

    @property
    def variance(self) -> Fraction:
        """The sample variance; needs n > 1."""
        return (self.squares - self.mean * self.total) / (self.n - 1)


def welch(a: Sums, b: Sums, level: float = CONFIDENCE) -> Difference:
    """The difference of two means of independent scores whose variances may differ.

    Welch, "The Generalization of 'Student's' Problem when Several Different Population Variances are Involved",
    Biometrika 34 (1947), with Satterthwaite's degrees of freedom. Leans on the central limit theorem for few skewed
    scores. Without two scores on each side there is no interval.
    """
    if a.n < 2 or b.n < 2:  # noqa: PLR2004 -- the least that has a variance
        return _without_interval(a, b, level)
    parts = (a.variance / a.n, b.variance / b.n)
    variance = sum(parts)
    freedom = _satterthwaite(parts, (a.n, b.n))
    return _by_t(a, b, math.sqrt(variance), freedom, Means.WELCH, level)


def _satterthwaite(parts: tuple[Fraction, Fraction], sizes: tuple[int, int]) -> float:
    weight = sum(part * part / (n - 1) for part, n in zip(parts, sizes, strict=True))
    return float(sum(parts) ** 2 / weight) if weight else float(sum(sizes) - 2)


def newcombe(a: Sums, b: Sums, level: float = CONFIDENCE) -> Difference:
    """The difference of two independent proportions, from booleans (1 and 0).

    Newcombe, "Interval Estimation for the Difference between Independent Proportions", Statistics in Medicine 17
    (1998) 873-890, method 10: Wilson's limits of both, put together. Valid from one score on each side.
    """
    if not a.n or not b.n:
        return _without_interval(a, b, level)
    first, second, quantile = float(a.mean), float(b.mean), normal_quantile(level)
    (l1, u1), (l2, u2) = wilson(first, a.n, quantile), wilson(second, b.n, quantile)
    low = second - first - math.hypot(second - l2, u1 - first)
    high = second - first + math.hypot(u2 - second, first - l1)
    pooled = float((a.total + b.total) / (a.n + b.n))
    spread = math.sqrt(pooled * (1 - pooled) * (1 / a.n + 1 / b.n))
    p_value = 2 * float(ndtr(-abs(second - first) / spread)) if spread else 1.0
    return _framed(a, b, (low, high), p_value, (high - low) / 2 / quantile, Means.NEWCOMBE, level)


def clustered(a: Sums, b: Sums, gram: Gram, level: float = CONFIDENCE) -> Difference:
    """The difference of two means whose scores come in clusters, which may hold scores of both segments.

    The Gram is over clusters, of (scores of a, their sum, scores of b, their sum). Liang and Zeger (1986); Cameron and
    Miller, "A Practitioner's Guide to Cluster-Robust Inference", JHR 50 (2015). With one cluster per pair it is the
    paired t. Without two clusters on each side there is no interval: a segment that lies in one cluster shows no
    spread of its own. Fewer than 30 clusters, or as few in effect on one side, give too narrow an interval, and a
    warning.
    """
    few = fewest_clusters(a, b, gram, (0, 2))
    if few <= 1:
        return _without_interval(a, b, level)
    gradient = (a.mean / a.n, Fraction(-1, a.n), -b.mean / b.n, Fraction(1, b.n))
    found = _by_t(a, b, math.sqrt(gram.variance(gradient)), gram.groups - 1, Means.CLUSTERED, level)
    return msgspec.structs.replace(found, clusters=gram.groups, warning=cluster_warning(gram.groups, few))


def fewest_clusters(a: Sums, b: Sums, gram: Gram, sizes: tuple[int, int]) -> Fraction:
    """In how many clusters of equal size the segment with fewer of them would be spread as much; 0 for an empty one.

    (sum of sizes)**2 / sum of squared sizes, after Kish, Survey Sampling (1965). ``sizes`` are the places in the Gram
    of how many scores a cluster has of a, and of b. It is 1 exactly where all scores of a segment share a cluster.
    """
    if not a.n or not b.n:
        return Fraction()
    return min(gram.totals[place] ** 2 / gram.products[place][place] for place in sizes)


def cluster_warning(groups: int, few: Fraction) -> str | None:
    """What to say of few clusters, in all or in effect on one side."""
    if groups < FEW:
        return f"fewer than {FEW} clusters"
    return f"one segment is spread over fewer than {FEW} clusters" if few < FEW else None


def paired(pairs: int, total: Fraction, squares: Fraction, level: float = CONFIDENCE) -> Difference:
    """The mean of the differences of pairs of numbers: Student's paired t (1908).

    Given are how many pairs there are, and the sums of the differences b - a and of their squares.
    """
    of_pairs = Sums(pairs, total, squares)
    if pairs < 2:  # noqa: PLR2004 -- the least that has a variance
        return Difference(n_a=pairs, n_b=pairs, difference=float(of_pairs.mean) if pairs else None, level=level)
    error = math.sqrt(of_pairs.variance / pairs)
    middle, reach = float(of_pairs.mean), student_quantile(pairs - 1, level) * error
    return Difference(
        difference=middle, low=middle - reach, high=middle + reach, p_value=t_test(middle, error, pairs - 1),
        standard_error=error, n_a=pairs, n_b=pairs, method=Means.PAIRED_T, level=level,
    )  # fmt: skip


def paired_newcombe(both: int, only_a: int, only_b: int, neither: int, level: float = CONFIDENCE) -> Difference:
    """The difference of two proportions over the same inputs, from their two-by-two table.

    Newcombe, "Improved Confidence Intervals for the Difference between Binomial Proportions Based on Paired Data",
    Statistics in Medicine 17 (1998) 2635-2650, method 10; the p-value is McNemar's exact one.
    """
    n = both + only_a + only_b + neither
    if not n:
        return Difference(level=level)
    quantile = normal_quantile(level)
    p_a, p_b = (both + only_a) / n, (both + only_b) / n
    (l_a, u_a), (l_b, u_b) = wilson(p_a, n, quantile), wilson(p_b, n, quantile)
    phi = _phi(both, only_a, only_b, neither)
    difference = p_b - p_a
    below, above = ((p_b - l_b), (u_a - p_a)), ((u_b - p_b), (p_a - l_a))
    low = difference - math.sqrt(max(0.0, below[0] ** 2 - 2 * phi * below[0] * below[1] + below[1] ** 2))
    high = difference + math.sqrt(max(0.0, above[0] ** 2 - 2 * phi * above[0] * above[1] + above[1] ** 2))
    return Difference(
        difference=difference, low=low, high=high, p_value=_mcnemar(only_a, only_b), n_a=n, n_b=n, mean_a=p_a,
        mean_b=p_b, standard_error=(high - low) / 2 / quantile, method=Means.PAIRED_NEWCOMBE, level=level,
    )  # fmt: skip


def _phi(both: int, only_a: int, only_b: int, neither: int) -> float:
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    if not margins:
        return 0.0
    crossed = both * neither - only_a * only_b
    n = both + only_a + only_b + neither
    corrected = max(crossed - n / 2, 0.0) if crossed > 0 else crossed
    return corrected / math.sqrt(margins)


def _mcnemar(only_a: int, only_b: int) -> float:
    fewer, changed = min(only_a, only_b), only_a + only_b
    return min(1.0, 2 * float(bdtr(fewer, changed, 0.5))) if changed else 1.0


def _by_t(a: Sums, b: Sums, error: float, freedom: float, method: Means, level: float) -> Difference:
    reach = float(stdtrit(freedom, (1 + checked_level(level)) / 2)) * error
    middle = float(b.mean - a.mean)
    return _framed(a, b, (middle - reach, middle + reach), t_test(middle, error, freedom), error, method, level)


def t_test(difference: float, error: float, freedom: float) -> float:
    """The two-sided p-value of Student's t; without spread 0 for any difference and 1 for none."""
    if not error:
        return 1.0 if not difference else 0.0
    return min(1.0, 2 * float(stdtr(freedom, -abs(difference) / error)))


def _framed(
    a: Sums, b: Sums, ends: tuple[float, float], p_value: float, error: float, method: Means, level: float
) -> Difference:
    return Difference(
        difference=float(b.mean - a.mean), low=ends[0], high=ends[1], p_value=p_value, standard_error=error,
        n_a=a.n, n_b=b.n, mean_a=float(a.mean), mean_b=float(b.mean), method=method, level=level,
    )  # fmt: skip


def _without_interval(a: Sums, b: Sums, level: float) -> Difference:
    means = [float(one.mean) if one.n else None for one in (a, b)]
    difference = float(b.mean - a.mean) if a.n and b.n else None
    return Difference(difference=difference, n_a=a.n, n_b=b.n, mean_a=means[0], mean_b=means[1], level=level)
