"""When a mean changed: the one moment that parts a series best, how sure that is, and whether there is one at all."""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

DRAWS: Final = 2_000
SEED: Final = 20_261_124
_CHI2_95: Final = 3.841458820694124
"""The 0.95 quantile of chi-squared with one degree of freedom."""


class Bucket(msgspec.Struct, frozen=True):
    """The scores of one stretch of time: their mean, and the variance of that mean, clusters taken into account."""

    mean: float
    variance: float


class ChangePoint(msgspec.Struct, frozen=True):
    """The likeliest single change of a series of buckets.

    Attributes:
        at: the place of the first bucket after it. earliest, latest: the places not ruled out at 95 %.
        before, after: the mean on each side, a little too far apart, as it is the place that parts them most.
        p_value: of no change at all.
    """

    at: int
    earliest: int
    latest: int
    before: float
    after: float
    p_value: float


def change_point(buckets: Sequence[Bucket]) -> ChangePoint | None:
    """The change that a likelihood of normal bucket means finds; None for fewer than four buckets with a variance.

    The statistic of a place is (difference of the two weighted means)**2 / its variance, twice the log of the
    likelihood ratio; its largest value marks the change (Hinkley, "Inference about the Change-Point in a Sequence of
    Random Variables", Biometrika 57 (1970)). Places within 3.84 of it are not ruled out (Siegmund, "Confidence Sets in
    Change-Point Problems", International Statistical Review 56 (1988)). The p-value compares it with 2,000 seeded draws
    of series without a change, with the same variances.

    Assumes independent buckets, one change, and buckets with scores enough for a normal mean. A slow drift is found as
    a change somewhere in its middle.
    """
    if len(buckets) < 4 or any(bucket.variance <= 0 for bucket in buckets):  # noqa: PLR2004 -- two on each side
        return None
    means = np.array([bucket.mean for bucket in buckets])
    weights = 1 / np.array([bucket.variance for bucket in buckets])
    statistics, before, after = _statistics(means[None], weights)
    place = int(np.argmax(statistics[0]))
    open_ = np.flatnonzero(statistics[0] >= statistics[0, place] - _CHI2_95)
    draws = np.random.default_rng(SEED).standard_normal((DRAWS, len(buckets))) / np.sqrt(weights)
    null = _statistics(draws, weights)[0].max(axis=1)
    p_value = float((1 + (null >= statistics[0, place]).sum()) / (DRAWS + 1))
    return ChangePoint(
        place + 1, int(open_[0]) + 1, int(open_[-1]) + 1, float(before[0, place]), float(after[0, place]), p_value
    )


def _statistics(
    means: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(statistic, mean before, mean after), each (series, places), of a change after each bucket but the last."""
    weight, total = np.cumsum(weights)[:-1], np.cumsum(weights * means, axis=1)
    rest = weights.sum() - weight
    before, after = total[:, :-1] / weight, (total[:, -1:] - total[:, :-1]) / rest
    return (after - before) ** 2 / (1 / weight + 1 / rest), before, after
