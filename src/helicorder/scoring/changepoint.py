"""When a mean changed: the one moment that parts a series best, how sure that is, and whether there is one at all."""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from helicorder.scoring.statistics import normal_quantile, student_quantile

DRAWS: Final = 2_000
SEED: Final = 20_261_124
LEVEL: Final = 0.95
_NOT_RULED_OUT: Final = 7.352_277_694
"""-2 log(1 - sqrt(0.95)): how far the likelihood ratio of the true place lies below the largest, in the limit."""


class Bucket(msgspec.Struct, frozen=True):
    """The scores of one stretch of time.

    Attributes:
        mean: of the scores.
        variance: of the mean, as the stretch's own clusters tell it; 0 where one cluster tells nothing.
        clusters: how many there are. effective: in how many of equal size they would be spread as much.
    """

    mean: float
    variance: float
    clusters: int
    effective: float


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
    """The change that a likelihood of normal bucket means finds; None for fewer than four buckets, or without a spread.

    The statistic of a place is (difference of the two weighted means)**2 / its variance, twice the log of the
    likelihood ratio; its largest value marks the change (Hinkley, "Inference about the Change-Point in a Sequence of
    Random Variables", Biometrika 57 (1970)). Places within 7.35 of it are not ruled out: the limit of Yao, Annals of
    Statistics 15 (1987), and Hansen, "Sample Splitting and Threshold Estimation", Econometrica 68 (2000), which is on
    the careful side for a clear change. The p-value compares the largest with 2,000 seeded draws of series without a
    change.

    A cluster's variance is taken to be the same in all buckets, and is told by all of them together: weighing each
    bucket by a variance of its own, told by a few clusters, finds changes in noise. The draws know how many clusters
    tell it.

    Assumes independent buckets, one change, and buckets with scores enough for a normal mean. A slow drift is found as
    a change somewhere in its middle.
    """
    freedom = sum(bucket.clusters - 1 for bucket in buckets)
    if len(buckets) < 4 or freedom < 1:  # noqa: PLR2004 -- two on each side
        return None
    of_cluster = sum((one.clusters - 1) * one.variance * one.effective for one in buckets) / freedom
    if of_cluster <= 0:
        return None
    means, weights = (
        np.array(of) for of in zip(*((one.mean, one.effective / of_cluster) for one in buckets), strict=True)
    )
    statistics, before, after = _statistics(means[None], weights)
    place, largest = int(np.argmax(statistics[0])), float(statistics[0].max())
    reach = _NOT_RULED_OUT * (student_quantile(freedom, LEVEL) / normal_quantile(LEVEL)) ** 2
    open_ = np.flatnonzero(statistics[0] >= largest - reach)
    return ChangePoint(
        place + 1, int(open_[0]) + 1, int(open_[-1]) + 1, float(before[0, place]), float(after[0, place]),
        _p_value(largest, weights, freedom),
    )  # fmt: skip


def _p_value(largest: float, weights: NDArray[np.float64], freedom: int) -> float:
    """The share of series without a change whose largest statistic is as large, their variance told as surely."""
    draw = np.random.default_rng(SEED)
    noise = draw.standard_normal((DRAWS, weights.size)) / np.sqrt(weights)
    told = draw.chisquare(freedom, DRAWS) / freedom
    null = _statistics(noise, weights)[0].max(axis=1) / told
    return float((1 + (null >= largest).sum()) / (DRAWS + 1))


def _statistics(
    means: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(statistic, mean before, mean after), each (series, places), of a change after each bucket but the last."""
    weight, total = np.cumsum(weights)[:-1], np.cumsum(weights * means, axis=1)
    rest = weights.sum() - weight
    before, after = total[:, :-1] / weight, (total[:, -1:] - total[:, :-1]) / rest
    return (after - before) ** 2 / (1 / weight + 1 / rest), before, after
