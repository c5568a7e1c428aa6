"""What a heap of scores says, and how sure it is. Pure functions of moments.

The estimates here treat the scores as independent draws from one population. Scores of the same session or user are not
quite independent and some are drawn more often than others: `estimates` knows of clusters and weights.
"""

import math
from collections.abc import Iterable

import msgspec
from scipy.special import ndtri, stdtrit

from helicorder.model.findings import CONFIDENCE, Method

__all__ = [
    "CONFIDENCE",
    "Estimate",
    "Method",
    "Moments",
    "checked_level",
    "mean_estimate",
    "normal_quantile",
    "rate_estimate",
    "student_quantile",
    "wilson",
]


class Moments(msgspec.Struct, frozen=True):
    """The moments of n numbers. Merging is commutative and, up to rounding, associative; `Moments()` changes nothing.

    Attributes:
        squares: the sum of squared deviations from the mean. Kept instead of the plain sum of squares, whose difference
            from n times the squared mean loses every digit when the spread is small beside the mean.
        minimum, maximum: None for n = 0.
    """

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0
    minimum: float | None = None
    maximum: float | None = None

    def merge(self, other: "Moments") -> "Moments":
        """The moments of both heaps together.

        Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979).
        """
        if not self.n or not other.n:
            return self if self.n else other
        # From the larger heap, so that the order of the two changes not even a rounding.
        small, large = sorted((self, other), key=lambda heap: (heap.n, heap.mean))
        n = self.n + other.n
        apart = small.mean - large.mean
        return Moments(
            n,
            large.mean + apart * (small.n / n),
            self.squares + other.squares + apart * apart * (self.n * other.n / n),
            min(x for x in (self.minimum, other.minimum) if x is not None),
            max(x for x in (self.maximum, other.maximum) if x is not None),
        )

    @classmethod
    def merged(cls, heaps: Iterable["Moments"]) -> "Moments":
        """The moments of all heaps together."""
        whole = cls()
        for heap in heaps:
            whole = whole.merge(heap)
        return whole


class Estimate(msgspec.Struct, frozen=True):
    """A mean with its interval from low to high. A number that a double cannot hold is None, never infinite.

    Attributes:
        n: how many scores.
        mean, low, high, minimum, maximum: None where the scores do not say: all of them for n = 0; low and high of a
            mean of numbers for n = 1.
        requests: how many distinct requests the scores judge; None where that was not counted.
        clusters: how many independent clusters they fall into; None where that was not counted.
        deff: the design effect, how many times as large the variance is as that of n independent scores; None where
            equal scores leave it open.
        n_effective: how many independent scores would say as much.
        freedom: degrees of freedom of the Student's quantile in low and high; None where there is none.
        method: how low and high were made.
        level: the share of such intervals that hold the truth.
        warning: why the interval should be read with care; None where there is nothing to say.
    """

    n: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    requests: int | None = None
    clusters: int | None = None
    deff: float | None = None
    n_effective: float | None = None
    freedom: float | None = None
    method: Method = Method.NONE
    level: float = CONFIDENCE
    warning: str | None = None


def checked_level(level: float) -> float:
    """The confidence level, unchanged.

    Raises:
        ValueError: not strictly between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1: {level}")
    return level


def normal_quantile(level: float) -> float:
    """How many standard errors a two-sided normal interval reaches.

    Raises:
        ValueError: the level is not strictly between 0 and 1.
    """
    return float(ndtri((1 + checked_level(level)) / 2))


def student_quantile(freedom: float, level: float) -> float:
    """How many standard errors a two-sided interval of Student's t reaches.

    Args:
        freedom: degrees of freedom, at least 1.
        level: confidence, strictly between 0 and 1.

    Raises:
        ValueError: either is out of range.
    """
    if freedom < 1:
        raise ValueError(f"no degrees of freedom: {freedom}")
    return float(stdtrit(freedom, (1 + checked_level(level)) / 2))


def wilson(rate: float, n: float, quantile: float) -> tuple[float, float]:
    """Wilson's score interval of a rate, exactly from 0 for a rate of 0 and exactly up to 1 for a rate of 1.

    Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927); recommended for
    small n by Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion", Statistical Science 16 (2001).

    Args:
        rate: from 0 to 1.
        n: how many independent trials it rests on, more than 0; an effective size need not be whole.
        quantile: of the normal distribution, or of Student's where the variance behind n was itself estimated.
    """
    square = quantile * quantile
    centre = (rate + square / (2 * n)) / (1 + square / n)
    reach = math.sqrt(square * (rate * (1 - rate) / n + square / (4 * n * n))) / (1 + square / n)
    low = 0.0 if rate <= 0 else min(max(0.0, centre - reach), rate)
    high = 1.0 if rate >= 1 else max(min(1.0, centre + reach), rate)
    return low, high


def mean_estimate(seen: Moments) -> Estimate:
    """The mean of numbers and Student's t interval: mean -+ t(0.975; n - 1) * s / sqrt(n).

    Student, "The Probable Error of a Mean", Biometrika 6 (1908); Casella and Berger, Statistical Inference, 2nd ed.,
    section 9.2. Exact for normal scores; otherwise it leans on the central limit theorem, so for a few dozen strongly
    skewed scores it covers less than 95 %. One score, or none, has no interval. Equal scores have one of width 0, which
    says only that these showed no spread.
    """
    if not seen.n:
        return Estimate(0)
    if seen.n == 1:
        return _estimate(seen, None, None, Method.NONE)
    spread = math.sqrt(max(seen.squares, 0.0) / (seen.n - 1) / seen.n)
    reach = student_quantile(seen.n - 1, CONFIDENCE) * spread
    return _estimate(seen, seen.mean - reach, seen.mean + reach, Method.T)


def rate_estimate(seen: Moments) -> Estimate:
    """The rate of true among booleans (1.0 and 0.0) and Wilson's score interval, which stays within 0 and 1.

    It covers 95 % on average over rates, a little less for some rates near 0 and 1. It speaks from n = 1 on.
    """
    if not seen.n:
        return Estimate(0)
    return _estimate(seen, *wilson(seen.mean, seen.n, normal_quantile(CONFIDENCE)), Method.WILSON)


def _estimate(seen: Moments, low: float | None, high: float | None, method: Method) -> Estimate:
    mean, low, high, minimum, maximum = (
        x if x is not None and math.isfinite(x) else None for x in (seen.mean, low, high, seen.minimum, seen.maximum)
    )
    return Estimate(
        seen.n, mean, low, high, minimum, maximum, method=Method.NONE if low is None or high is None else method
    )
