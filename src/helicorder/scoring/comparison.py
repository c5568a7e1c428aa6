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
    "Vector",
    "by_clusters",
    "clustered",
    "newcombe",
    "paired",
    "paired_newcombe",
    "spread",
    "t_test",
    "weighted",
    "welch",
]

Vector = tuple[Fraction, ...]

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
    bare = _of_sums(a, b, level)
    if a.n < 2 or b.n < 2:  # noqa: PLR2004 -- the least that has a variance
        return bare
    parts = (a.variance / a.n, b.variance / b.n)
    return _by_t(bare, math.sqrt(sum(parts)), _satterthwaite(parts, (a.n, b.n)), Means.WELCH)


def _satterthwaite(parts: tuple[Fraction, Fraction], sizes: tuple[int, int]) -> float:
    weight = sum(part * part / (n - 1) for part, n in zip(parts, sizes, strict=True))
    return float(sum(parts) ** 2 / weight) if weight else float(sum(sizes) - 2)


def newcombe(a: Sums, b: Sums, level: float = CONFIDENCE) -> Difference:
    """The difference of two independent proportions, from booleans (1 and 0).

    Newcombe, "Interval Estimation for the Difference between Independent Proportions", Statistics in Medicine 17
    (1998) 873-890, method 10: Wilson's limits of both, put together. Valid from one score on each side.
    """
    bare = _of_sums(a, b, level)
    if not a.n or not b.n:
        return bare
    first, second, quantile = float(a.mean), float(b.mean), normal_quantile(level)
    (l1, u1), (l2, u2) = wilson(first, a.n, quantile), wilson(second, b.n, quantile)
    low = second - first - math.hypot(second - l2, u1 - first)
    high = second - first + math.hypot(u2 - second, first - l1)
    pooled = float((a.total + b.total) / (a.n + b.n))
    spread = math.sqrt(pooled * (1 - pooled) * (1 / a.n + 1 / b.n))
    p_value = 2 * float(ndtr(-abs(second - first) / spread)) if spread else 1.0
    error = (high - low) / 2 / quantile
    return msgspec.structs.replace(
        bare, low=low, high=high, p_value=p_value, standard_error=error, method=Means.NEWCOMBE
    )


def clustered(a: Sums, b: Sums, gram: Gram, level: float = CONFIDENCE) -> Difference:
    """The difference of two means whose scores come in clusters, which may hold scores of both segments.

    The Gram is over clusters, of (scores of a, their sum, scores of b, their sum). Without more than one cluster on
    each side there is no interval: a segment that lies in one cluster shows no spread of its own. Variance and degrees
    of freedom are those of `spread`: with a cluster to each score it is Welch's difference, and with one cluster per
    pair the paired t.
    """
    return _of_totals((a.n, b.n), gram, Means.CLUSTERED, level)


def weighted(n_a: int, n_b: int, gram: Gram, level: float = CONFIDENCE) -> Difference:
    """The difference of two Hajek means, whose scores were drawn to be judged with unequal known probabilities.

    The Gram is over clusters, of (weights of a, weighted sum of a, the same of b), a weight being 1 / the probability.
    The mean of a segment is sum(w x) / sum(w), its variance linearised over clusters, as in `estimates.estimate`:
    Sarndal, Swensson and Wretman, Model Assisted Survey Sampling (1992), section 5.7. With equal weights it is the
    clustered difference.
    """
    return _of_totals((n_a, n_b), gram, Means.WEIGHTED, level)


def _of_totals(sizes: tuple[int, int], gram: Gram, method: Means, level: float) -> Difference:
    """From (size, total) of a and of b over clusters, whether sizes are counts or weights."""
    size_a, total_a, size_b, total_b = gram.totals
    a, b = (total / size if size else None for total, size in ((total_a, size_a), (total_b, size_b)))
    bare = _bare(sizes, (a, b), level)
    if a is None or b is None:
        return bare
    none = Fraction()
    gradients = ((a / size_a, -1 / size_a, none, none), (none, none, -b / size_b, 1 / size_b))
    return by_clusters(bare, gram, gradients, (0, 2), method)


def by_clusters(
    bare: Difference, gram: Gram, gradients: tuple[Vector, Vector], sizes: tuple[int, int], method: Means
) -> Difference:
    """A difference of two functions of totals over clusters, with Student's interval of `spread`.

    Args:
        bare: without an interval.
        gram: the totals.
        gradients: of the difference, what is of a and what is of b.
        sizes: the places of the sizes of a and of b among the totals.
        method: what to call it.
    """
    few = gram.effective(sizes[0]), gram.effective(sizes[1])
    if min(few) <= 1:
        return bare
    error, freedom = spread(gram, gradients, few)
    found = _by_t(bare, error, freedom, method)
    if found.high is None or not math.isfinite(found.high):
        return bare
    return msgspec.structs.replace(found, clusters=gram.groups, warning=_few_clusters(gram.groups, min(few)))


def spread(gram: Gram, gradients: tuple[Vector, Vector], few: tuple[Fraction, Fraction]) -> tuple[float, float]:
    """(standard error, degrees of freedom) of a difference over clusters, of which each may hold both segments.

    Liang and Zeger, Biometrika 73 (1986), with two changes that keep few clusters from giving too narrow an interval.
    Each segment's part has the factor K / (K - 1) of its own K clusters, where they are wont to share that of all. And
    the degrees of freedom are Welch and Satterthwaite's from both, at most all clusters less one. K is the effective
    number, (sum of sizes)**2 / sum of squared sizes, as Carter, Schnepel and Steigerwald propose in "Asymptotic
    Behavior of a t-Test Robust to Cluster Heterogeneity", Review of Economics and Statistics 99 (2017).

    With 5 sessions on one side and 100 on the other 95 % intervals so hold the truth 94 to 95 % of the time, and with
    the shared factor and all clusters less one 82 to 87 %.
    """
    total = tuple(one + other for one, other in zip(*gradients, strict=True))
    both, *each = (gram.squares(one) for one in (total, *gradients))
    factors = [float(k / (k - 1)) for k in few]
    parts = [factor * float(part) for factor, part in zip(factors, each, strict=True)]
    shared = float(both - sum(each)) * math.sqrt(math.prod(factors))
    weight = sum(part**2 / float(k - 1) for part, k in zip(parts, few, strict=True))
    freedom = min(sum(parts) ** 2 / weight, gram.groups - 1) if weight else gram.groups - 1
    return math.sqrt(max(sum(parts) + shared, 0.0)), freedom


def _few_clusters(groups: int, few: Fraction) -> str | None:
    """What to say of few clusters, in all or in effect on one side: too few for skewed scores."""
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


def _by_t(bare: Difference, error: float, freedom: float, method: Means) -> Difference:
    reach = float(stdtrit(freedom, (1 + checked_level(bare.level)) / 2)) * error
    middle = bare.difference or 0.0
    return msgspec.structs.replace(
        bare, low=middle - reach, high=middle + reach, p_value=t_test(middle, error, freedom), standard_error=error,
        method=method,
    )  # fmt: skip


def t_test(difference: float, error: float, freedom: float) -> float:
    """The two-sided p-value of Student's t; without spread 0 for any difference and 1 for none."""
    if not error:
        return 1.0 if not difference else 0.0
    return min(1.0, 2 * float(stdtr(freedom, -abs(difference) / error)))


def _bare(sizes: tuple[int, int], means: tuple[Fraction | None, Fraction | None], level: float) -> Difference:
    """Two means and their difference, exactly rounded, without an interval."""
    a, b = means
    return Difference(
        difference=float(b - a) if a is not None and b is not None else None,
        n_a=sizes[0], n_b=sizes[1], mean_a=None if a is None else float(a), mean_b=None if b is None else float(b),
        level=level,
    )  # fmt: skip


def _of_sums(a: Sums, b: Sums, level: float) -> Difference:
    return _bare((a.n, b.n), (a.mean if a.n else None, b.mean if b.n else None), level)
