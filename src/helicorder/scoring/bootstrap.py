"""The bootstrap over clusters, for statistics whose standard error has no simple formula.

Whole clusters are drawn with replacement, so what hangs together stays together. A statistic is any function of the
totals of k quantities: ratios of sums are, agreement coefficients are (coincidences), and quantiles are too (how often
each value occurs). The same rows, in any order, and the same seed give the same bytes.
"""

from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from helicorder.scoring.statistics import CONFIDENCE, checked_level

Array = NDArray[np.float64]
Statistic = Callable[[Array], Array]
"""From totals of shape (b, k) to b values; what is not defined is nan."""

DRAWS: Final = 2000
AT_ONCE: Final = 2_000_000
"""How many drawn clusters are held in memory at a time."""
DEFINED: Final = 0.95
"""The least share of draws in which the statistic must be defined, or there is no interval."""


class Bootstrap(msgspec.Struct, frozen=True):
    """A statistic with its bootstrap interval; a number that is not defined is None.

    Attributes:
        standard_error: the standard deviation over the draws.
        clusters: how many there were to draw from.
        draws: how many samples were drawn; undefined: in how many of them the statistic had no value.
        method: "bca", "percentile" (also where BCa is not defined, as when all draws lie on one side), or "none".
    """

    estimate: float | None
    low: float | None
    high: float | None
    standard_error: float | None
    clusters: int
    draws: int
    undefined: int
    seed: int
    level: float
    method: Literal["bca", "percentile", "none"]


def bootstrap(
    rows: NDArray[np.generic] | Sequence[Sequence[float]],
    statistic: Statistic,
    *,
    draws: int = DRAWS,
    seed: int,
    level: float = CONFIDENCE,
    method: Literal["bca", "percentile"] = "bca",
) -> Bootstrap:
    """The interval of one statistic from draws of whole clusters.

    "percentile" takes the quantiles of the draws. "bca" moves them for bias and skew: z0 from the share of draws below
    the estimate (ties count half) and the acceleration from the jackknife over clusters; second-order accurate. Efron,
    "Better Bootstrap Confidence Intervals", JASA 82 (1987); Efron and Tibshirani, An Introduction to the Bootstrap
    (1993), chapter 14; Davison and Hinkley, Bootstrap Methods and their Application (1997).

    Assumes independent clusters drawn alike; below some 20 of them any bootstrap interval is too narrow. Extremes
    (minimum, maximum) are not smooth enough for it.

    Args:
        rows: the sums of each cluster, shape (G, k), finite.
        statistic: from totals of shape (b, k) to b values, nan where it is not defined.
        draws: how many samples, at least 100.
        seed: of numpy's PCG64, not negative; it belongs into the answer.
        level: confidence, strictly between 0 and 1.
        method: which interval.

    Raises:
        ValueError: rows that are empty, not a table or not finite, or another argument out of range.
    """
    return bootstrap_each(
        rows, lambda totals: statistic(totals)[:, None], draws=draws, seed=seed, level=level, method=method
    )[0]


def bootstrap_each(
    rows: NDArray[np.generic] | Sequence[Sequence[float]],
    statistics: Statistic,
    *,
    draws: int = DRAWS,
    seed: int,
    level: float = CONFIDENCE,
    method: Literal["bca", "percentile"] = "bca",
) -> list[Bootstrap]:
    """The intervals of m statistics from the same draws, each by itself; as `bootstrap`, which it extends.

    Args:
        rows: as for `bootstrap`.
        statistics: from totals of shape (b, k) to values of shape (b, m).
        draws: as for `bootstrap`.
        seed: as for `bootstrap`.
        level: as for `bootstrap`.
        method: as for `bootstrap`.

    Raises:
        ValueError: as `bootstrap`.
    """
    sums = _in_one_order(rows)
    checked_level(level)
    if draws < 100:  # noqa: PLR2004 -- fewer have no tails
        raise ValueError(f"too few draws: {draws}")
    whole = sums.sum(axis=0)
    estimates = _values(statistics, whole[None, :])[0]
    drawn = np.concatenate([_values(statistics, totals) for totals in _draw(sums, draws, seed)])
    left_out = _values(statistics, whole - sums) if method == "bca" and len(sums) > 1 else None
    columns = (np.sort(drawn[np.isfinite(drawn[:, i]), i]) for i in range(len(estimates)))
    return [
        _told(
            Bootstrap(_finite(estimate), None, None, None, len(sums), draws, draws - len(column), seed, level, "none"),
            column,
            None if left_out is None else left_out[:, i],
        )
        for i, (estimate, column) in enumerate(zip(estimates, columns, strict=True))
    ]


def _told(bare: Bootstrap, drawn: Array, left_out: Array | None) -> Bootstrap:
    """With the interval, where there is one: from the sorted, defined draws and, for BCa, the jackknife's values."""
    if bare.clusters < 2 or bare.estimate is None or len(drawn) < DEFINED * bare.draws:  # noqa: PLR2004 -- two can differ
        return bare
    tails = (1 - bare.level) / 2, (1 + bare.level) / 2
    moved = None if left_out is None else _bca_levels(bare.estimate, drawn, left_out, tails)
    low, high = np.quantile(drawn, moved or tails)
    return msgspec.structs.replace(
        bare,
        low=_finite(low),
        high=_finite(high),
        standard_error=_finite(drawn.std(ddof=1)),
        method="percentile" if moved is None else "bca",
    )


def _in_one_order(rows: NDArray[np.generic] | Sequence[Sequence[float]]) -> Array:
    """The rows sorted, so that neither the draws nor a rounding depend on how they came."""
    sums = np.asarray(rows, dtype=np.float64) + 0.0  # which makes of -0.0 a 0.0
    if sums.ndim != 2 or not sums.size or not np.isfinite(sums).all():  # noqa: PLR2004 -- a table has two sides
        raise ValueError("rows must be a table of finite numbers that is not empty")
    return np.ascontiguousarray(sums[np.lexsort(sums.T[::-1])])


def _draw(sums: Array, draws: int, seed: int) -> list[Array]:
    """Totals of samples of as many clusters, drawn with replacement; in parts, to bound the memory."""
    generator, clusters = np.random.default_rng(seed), len(sums)
    size = max(1, min(draws, AT_ONCE // clusters))
    parts = []
    for begin in range(0, draws, size):
        count = min(size, draws - begin)
        picked = generator.integers(0, clusters, (count, clusters))
        picked += np.arange(count)[:, None] * clusters
        times = np.bincount(picked.ravel(), minlength=count * clusters).reshape(count, clusters)
        parts.append(times.astype(np.float64) @ sums)
    return parts


def _values(statistics: Statistic, totals: Array) -> Array:
    with np.errstate(all="ignore"):  # what is not defined is nan, and counted
        return np.asarray(statistics(totals), dtype=np.float64)


def _bca_levels(
    estimate: float, drawn: Array, left_out: Array, tails: tuple[float, float]
) -> tuple[float, float] | None:
    """Which quantiles of the draws are the ends of the BCa interval; None where it is not defined."""
    below = (np.searchsorted(drawn, estimate) + np.searchsorted(drawn, estimate, side="right")) / (2 * len(drawn))
    if not 0 < below < 1 or not np.isfinite(left_out).all():
        return None
    bias = float(ndtri(below))
    apart = left_out.mean() - left_out
    squares = float((apart**2).sum())
    acceleration = float((apart**3).sum()) / (6 * squares**1.5) if squares > 0 else 0.0
    moved = []
    for tail in tails:
        z = bias + float(ndtri(tail))
        if acceleration * z >= 1:
            return None
        moved.append(float(ndtr(bias + z / (1 - acceleration * z))))
    return moved[0], moved[1]


def _finite(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
