"""What a heap of scores says, and how sure it is. Pure functions of moments.

Every estimate treats the scores as independent draws from one population, which is what makes a mean of them worth an
interval. Scores of the same session, user or prompt are not quite independent, and the intervals are then too narrow.
"""

import math
from collections.abc import Iterable

import msgspec
from scipy.special import ndtri, stdtrit

CONFIDENCE = 0.95


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
    """A mean with its 95 % interval from low to high.

    Attributes:
        mean, low, high, minimum, maximum: None where the scores do not say: all of them for n = 0; low and high of a
            mean of numbers for n = 1; any that a double cannot hold.
    """

    n: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    minimum: float | None = None
    maximum: float | None = None


def mean_estimate(seen: Moments) -> Estimate:
    """The mean of numbers and Student's t interval: mean -+ t(0.975; n - 1) * s / sqrt(n).

    Student, "The Probable Error of a Mean", Biometrika 6 (1908); Casella and Berger, Statistical Inference, 2nd ed.,
    section 9.2. Exact for normal scores; otherwise it leans on the central limit theorem, so for a few dozen strongly
    skewed scores it covers less than 95 %. One score, or none, has no interval. Equal scores have one of width 0, which
    says only that these showed no spread.
    """
    if not seen.n:
        return Estimate(0)
    low = high = None
    if seen.n > 1:
        spread = math.sqrt(max(seen.squares, 0.0) / (seen.n - 1) / seen.n)
        reach = float(stdtrit(seen.n - 1, (1 + CONFIDENCE) / 2)) * spread
        low, high = seen.mean - reach, seen.mean + reach
    return _estimate(seen, low, high)


def rate_estimate(seen: Moments) -> Estimate:
    """The rate of true among booleans (1.0 and 0.0) and Wilson's score interval, which stays within 0 and 1.

    Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927); recommended for
    small n by Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion", Statistical Science 16 (2001).
    It covers 95 % on average over rates, a little less for some rates near 0 and 1. It speaks from n = 1 on.
    """
    if not seen.n:
        return Estimate(0)
    z2 = float(ndtri((1 + CONFIDENCE) / 2)) ** 2
    rate, n = seen.mean, seen.n
    centre = (rate + z2 / (2 * n)) / (1 + z2 / n)
    reach = math.sqrt(z2 * (rate * (1 - rate) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return _estimate(seen, max(0.0, centre - reach), min(1.0, centre + reach))


def _estimate(seen: Moments, low: float | None, high: float | None) -> Estimate:
    numbers = (seen.mean, low, high, seen.minimum, seen.maximum)
    return Estimate(seen.n, *(x if x is not None and math.isfinite(x) else None for x in numbers))
