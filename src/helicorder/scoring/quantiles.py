"""Quantiles with intervals that assume no distribution, and the bins of a histogram.

The store finds the value at a rank, this says which ranks to ask for: a sorted column is all that a quantile needs.
"""

import bisect
import itertools
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincc

from helicorder.scoring.statistics import CONFIDENCE, Estimate, checked_level, normal_quantile, student_quantile

ROUND_STEPS: Final = (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5))
"""Widths of a bin that read well, times a power of ten."""
NEAR: Final = 3
"""How many ranks around its approximation the end of an interval is looked for in."""


class Ranks(msgspec.Struct, frozen=True):
    """Which of n sorted values, counted from 1, are a quantile and the ends of its interval.

    Attributes:
        at: the quantile itself, the smallest value that at least the share q of the values do not exceed.
        low, high: the ends; None where n values are too few to bound the quantile on that side.
        coverage: the least probability that the interval holds the quantile; an end that is None counts as infinite.
    """

    at: int
    low: int | None
    high: int | None
    coverage: float


class QuantileEstimate(msgspec.Struct, frozen=True):
    """A quantile of n values with its interval; a number that the values do not give is None."""

    n: int
    q: float
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = CONFIDENCE


def quantile_ranks(n: int, q: float, level: float = CONFIDENCE) -> Ranks:
    """The ranks of the q quantile of n independent values and of its interval, from the binomial distribution.

    How many of n values lie below the quantile is binomial (n, q), whatever the values' distribution. low is the
    largest rank r with P(B < r) <= (1 - level) / 2 and high the smallest with P(B >= r) <= (1 - level) / 2; for values
    with ties the closed interval covers at least as much. David and Nagaraja, Order Statistics, 3rd ed. (2003), section
    7.1; Conover, Practical Nonparametric Statistics, 3rd ed. (1999), section 3.2. Values that come in clusters are not
    independent, and the interval is then too narrow: see `quantile_levels`.

    Args:
        n: how many values, at least 1.
        q: strictly between 0 and 1.
        level: confidence, strictly between 0 and 1.

    Raises:
        ValueError: an argument is out of range.
    """
    if n < 1 or not 0 < q < 1:
        raise ValueError(f"no {q} quantile of {n} values")
    tail = (1 - checked_level(level)) / 2
    # The decimal that q is written as: 0.07 of 100 values is the seventh, though the double 0.07 is a little more.
    at = math.ceil(n * Fraction(str(q)))
    below = range(n + 1)
    first_above = bisect.bisect_right(below, tail, key=lambda k: _upto(k, n, q))
    low = first_above or None
    first_covered = bisect.bisect_left(below, 1 - tail, key=lambda k: _upto(k, n, q))
    high = first_covered + 1 if first_covered < n else None
    under = _upto(low - 1, n, q) if low else 0.0
    upto = _upto(high - 1, n, q) if high else 1.0
    return Ranks(at, low, high, upto - under)


def _upto(k: int, n: int, q: float) -> float:
    """P(B <= k) of a binomial B (n, q), by the incomplete beta function: scipy's bdtr errs from ten million on."""
    return float(betaincc(k + 1, n - k, q)) if k < n else 1.0


def ranks_of(ns: Iterable[int], q: float, level: float = CONFIDENCE) -> dict[int, Ranks]:
    """`quantile_ranks` of many sample sizes at once, by size: a chart has hundreds of them.

    The ranks are looked for around the normal approximation with Cornish and Fisher's term for the skewness, which is
    that rank or the one below it (Cornish and Fisher, "Moments and Cumulants in the Specification of Distributions",
    Revue de l'Institut International de Statistique 5, 1938).

    Args:
        ns: sizes, each at least 1.
        q: strictly between 0 and 1.
        level: confidence, strictly between 0 and 1.

    Raises:
        ValueError: an argument is out of range.
    """
    sizes = np.array(sorted(set(ns)), dtype=np.int64)
    if sizes.size and (sizes[0] < 1 or not 0 < q < 1):
        raise ValueError(f"no {q} quantile of {sizes[0]} values")
    tail = (1 - checked_level(level)) / 2
    lows, highs = (_near(sizes, q, side * normal_quantile(level)) for side in (-1, 1))
    under, upto = _below(lows, sizes, q), _below(highs, sizes, q)
    at_low, at_high = (under <= tail).sum(axis=1) - 1, (upto < 1 - tail).sum(axis=1)
    sure = (at_low >= 0) & (at_low < NEAR - 1) & (at_high > 0) & (at_high < NEAR)
    rows, share = np.arange(sizes.size), Fraction(str(q))
    at_high = np.minimum(at_high, NEAR - 1)
    ends = zip(lows[rows, at_low].tolist(), highs[rows, at_high].tolist(), strict=True)
    coverages = (upto[rows, at_high] - under[rows, at_low]).tolist()
    return {
        size: Ranks(
            -(-size * share.numerator // share.denominator),
            low if low > 0 else None,
            high if high <= size else None,
            coverage,
        )
        if found
        else quantile_ranks(size, q, level)
        for size, (low, high), coverage, found in zip(sizes.tolist(), ends, coverages, sure.tolist(), strict=True)
    }


def _near(sizes: NDArray[np.int64], q: float, reach: float) -> NDArray[np.int64]:
    """NEAR ranks around the end of an interval, a row for each size."""
    skew = (reach * reach - 1) * (1 - 2 * q) / 6 + 0.5
    about = np.floor(sizes * q + reach * np.sqrt(sizes * q * (1 - q)) + skew).astype(np.int64)
    # Of an upper end also the one below, as it is the first rank that is far enough out, and a lower end the last.
    first: NDArray[np.int64] = about - (reach > 0)
    return first[:, None] + np.arange(NEAR)


def _below(ranks: NDArray[np.int64], sizes: NDArray[np.int64], q: float) -> NDArray[np.float64]:
    """P(B < rank): 0 for a rank below 1, 1 for one above the size."""
    within = np.clip(ranks - 1, 0, sizes[:, None] - 1)
    found = betaincc(within + 1.0, sizes[:, None] - within, q)
    return np.where(ranks < 1, 0.0, np.where(ranks > sizes[:, None], 1.0, found))


def quantile_levels(below: Estimate, q: float, level: float = CONFIDENCE) -> tuple[float | None, float | None]:
    """Between which shares of the values, sorted, the q quantile lies where they are in clusters or weigh differently.

    How many independent values would know the share below the quantile as well is told by that share's own estimate;
    of so many values the ranks are those of `quantile_ranks`, as shares of them. Woodruff, "Confidence Intervals for
    Medians and Other Position Measures", JASA 47 (1952), with the effective size of Korn and Graubard, Survey
    Methodology 24 (1998): (normal quantile / Student's with the estimate's freedom)**2 of it. None where so few values
    cannot bound the quantile on that side, and on both for a single cluster.

    Args:
        below: the estimate of the share of values that do not exceed the quantile (`estimates.estimate` of a rate).
        q: strictly between 0 and 1.
        level: confidence, strictly between 0 and 1.

    Raises:
        ValueError: q or level is out of range.
    """
    if below.n_effective is None or below.clusters is None or below.clusters < 2:  # noqa: PLR2004 -- two can differ
        return None, None
    quantile = normal_quantile(level) if below.freedom is None else student_quantile(below.freedom, level)
    shrunk = (normal_quantile(level) / quantile) ** 2
    size = max(1, math.floor(below.n_effective * shrunk))
    ranks = quantile_ranks(size, q, level)
    low, high = (None if rank is None else rank / size for rank in (ranks.low, ranks.high))
    return low, high


def quantile_estimate(counts: Mapping[float, int], q: float, level: float = CONFIDENCE) -> QuantileEstimate:
    """The q quantile of values and its interval by `quantile_ranks`.

    Args:
        counts: how often each value occurs.
        q: strictly between 0 and 1.
        level: confidence, strictly between 0 and 1.

    Raises:
        ValueError: q or level is out of range, or a count is negative.
    """
    if any(count < 0 for count in counts.values()):
        raise ValueError("a count is not negative")
    values = sorted(counts)
    upto = list(itertools.accumulate(counts[value] for value in values))
    if not upto or not upto[-1]:
        return QuantileEstimate(0, q, level=level)
    ranks = quantile_ranks(upto[-1], q, level)
    at, low, high = (
        None if rank is None else values[bisect.bisect_left(upto, rank)] for rank in (ranks.at, ranks.low, ranks.high)
    )
    return QuantileEstimate(upto[-1], q, at, low, high, level)


def bin_edges(minimum: float, maximum: float, bins: int) -> list[float]:
    """The edges of at most that many equal bins from below minimum to above maximum, at round numbers.

    Bin i holds edges[i] <= x < edges[i + 1], the last one its upper edge too. The width is 1, 2, 2.5 or 5 times a power
    of ten, and every edge is a multiple of it, so that histograms of similar ranges can be laid over one another. Edges
    that a double cannot tell apart are one.

    Args:
        minimum: the smallest value, finite.
        maximum: the largest, finite.
        bins: at least 2.

    Raises:
        ValueError: an argument is out of range.
    """
    if not (math.isfinite(minimum) and math.isfinite(maximum) and minimum <= maximum and bins > 1):
        raise ValueError(f"no {bins} bins from {minimum} to {maximum}")
    # As decimals: 0.3 belongs to the bin that begins at 0.3, though the double is a little less.
    low, high = Fraction(str(minimum)), Fraction(str(maximum))
    step = next(wide for wide in _widths_from((high - low) / bins or abs(low)) if _spanned(low, high, wide) <= bins)
    first = low // step
    edges = sorted({_nearest_double((first + i) * step) for i in range(_spanned(low, high, step) + 1)})
    return edges if len(edges) > 1 else [edges[0], math.nextafter(edges[0], math.inf)]


def bin_of(edges: Sequence[float], value: float) -> int:
    """The number of the bin, counted from 0, that holds a value between the outer edges."""
    return min(bisect.bisect_right(edges, value) - 1, len(edges) - 2)


def _widths_from(least: Fraction) -> Iterator[Fraction]:
    """Round widths, ascending, from the power of ten below the one that is given."""
    exponent = (Decimal(least.numerator) / Decimal(least.denominator)).adjusted() if least else 0
    return (Fraction(10) ** power * step for power in itertools.count(exponent) for step in ROUND_STEPS)


def _spanned(low: Fraction, high: Fraction, width: Fraction) -> int:
    """How many bins of that width it takes from low to high; a value by itself takes one."""
    return max(1, math.ceil(high / width) - low // width)


def _nearest_double(number: Fraction) -> float:
    try:
        return float(number)
    except OverflowError:
        return sys.float_info.max if number > 0 else -sys.float_info.max
