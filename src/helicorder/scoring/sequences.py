"""Intervals for those who look again and again, valid at every look at once."""

import math

import numpy as np
import numpy.typing as npt

from helicorder.model.findings import Sequence

__all__ = ["FIRST", "LOOK_AT", "Sequence", "asymptotic", "asymptotic_radius", "empirical_bernstein"]

LOOK_AT = 1_000
"""The number of independent observations at which the asymptotic sequence is tightest. It must not follow the data."""
FIRST = 50
"""Fewer observations than this and the asymptotic sequence is not to be trusted."""


def asymptotic_radius(n: float, deviation: float, level: float, look_at: int = LOOK_AT) -> float:
    """How far the asymptotic confidence sequence reaches on both sides of a mean of n observations.

    Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-Uniform Central Limit Theory and Asymptotic Confidence
    Sequences", Annals of Statistics 52 (2024), equation 8, with rho tuned for ``look_at`` observations. For any scores
    with a finite variance; wider than an interval for one look, which is the price of looking at will.
    Not for rare outcomes or heavy tails from the first look on: `docs/statistics/peeking.md` has figures.
    """
    alpha = 1 - level
    rho2 = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha)) + 1) / look_at
    return deviation * math.sqrt(2 * (n * rho2 + 1) / (n * n * rho2) * math.log(math.sqrt(n * rho2 + 1) / alpha))


def asymptotic(estimate: float, standard_error: float, n: int, level: float) -> Sequence | None:
    """The asymptotic sequence around an estimate that is a mean of n independent influences.

    None for n < FIRST, and where nothing has varied yet: so far equal scores do not show how far off they are.

    A difference of two clustered means is such a mean: of each cluster's influence on it, so n is the number of
    clusters and standard_error**2 times n is the variance of an influence.
    """
    if n < FIRST or not standard_error:
        return None
    reach = asymptotic_radius(n, standard_error * math.sqrt(n), level)
    return Sequence(estimate - reach, estimate + reach, level)


def empirical_bernstein(values: npt.NDArray[np.float64], level: float) -> npt.NDArray[np.float64]:
    """The lows and highs, at every look, for observations in [0, 1] in the order in which they came; shape (2, n).

    Waudby-Smith and Ramdas, "Estimating Means of Bounded Random Variables by Betting", JRSS-B 86 (2024), the
    predictable plug-in empirical Bernstein sequence, intersected over time. No assumption but the bounds.

    Raises:
        ValueError: a value outside [0, 1], or not a number.
    """
    if values.size and not (values.min() >= 0 and values.max() <= 1):
        raise ValueError("values must lie in [0, 1]")
    alpha, looks = 1 - level, np.arange(1, values.size + 1)
    mean = (0.5 + np.cumsum(values)) / (looks + 1)
    variance = (0.25 + np.cumsum((values - mean) ** 2)) / (looks + 1)
    before_mean = np.concatenate([[0.5], mean[:-1]])
    before_variance = np.concatenate([[0.25], variance[:-1]])
    bets = np.minimum(np.sqrt(2 * math.log(2 / alpha) / (before_variance * looks * np.log1p(looks))), 0.5)
    psi = (-np.log1p(-bets) - bets) / 4
    total = np.cumsum(bets)
    centre = np.cumsum(bets * values) / total
    reach = (math.log(2 / alpha) + np.cumsum(4 * (values - before_mean) ** 2 * psi)) / total
    lows = np.maximum.accumulate(np.maximum(centre - reach, 0))
    highs = np.minimum.accumulate(np.minimum(centre + reach, 1))
    return np.stack([lows, highs])
