"""Intervals for those who look again and again, valid at every look at once."""

import math

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, xlog1py, xlogy

from helicorder.model.findings import Form, Sequence

__all__ = [
    "FEWEST_OUTCOMES",
    "FIRST",
    "LOOK_AT",
    "Form",
    "Sequence",
    "Trues",
    "asymptotic",
    "asymptotic_radius",
    "empirical_bernstein",
    "evidence",
    "of_two_rates",
]

LOOK_AT = 1_000
"""The number of independent observations at which the asymptotic sequence is tightest. It must not follow the data."""
FIRST = 50
"""Fewer observations than this and the asymptotic sequence is not to be trusted."""
FEWEST_OUTCOMES = 20
"""Nor with fewer booleans of either kind: before that a rare one makes the deviation that it reckons with too small."""
_HALVINGS = 50


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


Trues = tuple[int, int]
"""(how many were true, of how many booleans)."""


def of_two_rates(a: Trues, b: Trues, level: float) -> Sequence | None:
    """The exact sequence of the difference of two rates, b - a, of independent booleans; None without any on one side.

    The likelihood of a segment under a uniformly mixed rate, over that under its true rate, is a martingale that begins
    at 1, and so is the product of both segments', in whatever order their scores come. It ever reaches 1 / alpha with
    probability alpha at most (Ville's inequality), so the pairs of rates under which it has not are a confidence set at
    every look at once. The interval is what their differences span. Robbins, "Statistical Methods Related to the Law of
    the Iterated Logarithm", Annals of Mathematical Statistics 41 (1970); the mixture of Howard, Ramdas, McAuliffe and
    Sekhon, Annals of Statistics 49 (2021), section 3.

    Assumes that each segment's rate stands still. No rate is too rare for it and no look too early; where rates are not
    rare it is some 20 to 40 % wider than the asymptotic sequence.
    """
    if not a[1] or not b[1]:
        return None
    bound = -math.log(1 - level)
    middle = b[0] / b[1] - a[0] / a[1]
    ends = []
    for edge in (-1.0, 1.0):
        inside, outside = middle, edge
        for _ in range(_HALVINGS):
            halfway = (inside + outside) / 2
            inside, outside = (halfway, outside) if _least(a, b, halfway) < bound else (inside, halfway)
        ends.append(outside)
    return Sequence(ends[0], ends[1], level, Form.BETA_BINOMIAL)


def evidence(seen: Trues, rate: float) -> float:
    """The log of the likelihood under a uniformly mixed rate over that under this rate."""
    trues, n = seen
    return float(betaln(trues + 1, n - trues + 1) - xlogy(trues, rate) - xlog1py(n - trues, -rate))


def _least(a: Trues, b: Trues, difference: float) -> float:
    """The least evidence against any two rates that are so far apart; it is convex in the rate, so it is halved."""
    low, high = max(0.0, -difference), min(1.0, 1.0 - difference)
    for _ in range(_HALVINGS):
        rate = (low + high) / 2
        if _rises(a, rate) + _rises(b, rate + difference) > 0:
            high = rate
        else:
            low = rate
    rate = (low + high) / 2
    return evidence(a, rate) + evidence(b, min(max(rate + difference, 0.0), 1.0))


def _rises(seen: Trues, rate: float) -> float:
    """The slope of the evidence in the rate."""
    trues, n = seen
    tiny = 1e-300
    return (n - trues) / max(1 - rate, tiny) - trues / max(rate, tiny)


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
