"""Confidence sequences: their formulas the long way, and what must hold at every look."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from helicorder.scoring.sequences import (
    FIRST,
    LOOK_AT,
    Form,
    asymptotic,
    asymptotic_radius,
    empirical_bernstein,
    evidence,
    of_two_rates,
)
from helicorder.scoring.statistics import normal_quantile

observations = st.lists(st.floats(0, 1), min_size=1, max_size=60).map(np.array)
Observations = NDArray[np.float64]


def long_way(values: list[float], level: float) -> list[tuple[float, float]]:
    """The empirical Bernstein sequence one observation after the other, as the paper writes it."""
    alpha = 1 - level
    mean, variance, total, weighted, spent, squares, seen = 0.5, 0.25, 0.0, 0.0, 0.0, 0.25, 0.5
    low, high, held = 0.0, 1.0, []
    for t, x in enumerate(values, start=1):
        bet = min(math.sqrt(2 * math.log(2 / alpha) / (variance * t * math.log(1 + t))), 0.5)
        total, weighted = total + bet, weighted + bet * x
        spent += 4 * (x - mean) ** 2 * (-math.log(1 - bet) - bet) / 4
        seen += x
        mean = seen / (t + 1)
        squares += (x - mean) ** 2
        variance = squares / (t + 1)
        reach = (math.log(2 / alpha) + spent) / total
        low, high = max(low, weighted / total - reach), min(high, weighted / total + reach)
        held.append((low, high))
    return held


def test_the_radius_by_hand() -> None:
    """At 95 %, tuned for 1,000, rho**2 is 0.0087818; the radius of 1,000 observations of deviation 1 is 0.0960."""
    alpha = 0.05
    rho2 = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha)) + 1) / 1000
    assert round(rho2, 7) == 0.0087818
    by_hand = math.sqrt(2 * (1000 * rho2 + 1) / (1000**2 * rho2) * math.log(math.sqrt(1000 * rho2 + 1) / alpha))
    assert asymptotic_radius(1000, 1.0, 0.95) == pytest.approx(by_hand, rel=1e-12)
    assert round(by_hand, 4) == 0.096


@given(n=st.integers(1, 10**7), deviation=st.floats(0.01, 100), level=st.floats(0.8, 0.999))
def test_the_price_of_looking(n: int, deviation: float, level: float) -> None:
    """At every look the sequence is wider than the interval for one look, and in proportion to the deviation."""
    reach = asymptotic_radius(n, deviation, level)
    assert reach > normal_quantile(level) * deviation / math.sqrt(n)
    assert reach == pytest.approx(deviation * asymptotic_radius(n, 1.0, level))


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_it_is_tightest_where_it_was_tuned(level: float) -> None:
    """At the look it is tuned for no other tuning gives a radius that is more than 1 % smaller."""
    others = [asymptotic_radius(LOOK_AT, 1.0, level, look_at) for look_at in np.geomspace(50, 20_000, 200).astype(int)]
    assert asymptotic_radius(LOOK_AT, 1.0, level) <= 1.01 * min(others)


def test_it_narrows_to_nothing() -> None:
    """The radius falls with every observation."""
    reaches = [asymptotic_radius(n, 1.0, 0.95) for n in range(1, 5000)]
    assert (np.diff(reaches) < 0).all()
    assert asymptotic_radius(10**9, 1.0, 0.95) < 0.001


def test_an_estimate_is_a_mean_of_influences() -> None:
    """A standard error over n clusters is a deviation of sqrt(n) times it; too few clusters or no spread have none."""
    found = asymptotic(0.3, 0.02, 400, 0.95)
    assert found is not None
    assert found.high - 0.3 == pytest.approx(asymptotic_radius(400, 0.4, 0.95))
    assert 0.3 - found.low == pytest.approx(found.high - 0.3)
    assert asymptotic(0.3, 0.02, FIRST, 0.95) is not None
    assert asymptotic(0.3, 0.02, FIRST - 1, 0.95) is None
    assert asymptotic(0.3, 0.0, 400, 0.95) is None


@given(values=observations, level=st.floats(0.5, 0.99))
def test_the_bounded_sequence_is_the_papers(values: Observations, level: float) -> None:
    """All looks at once are the looks one after the other."""
    found = empirical_bernstein(values, level)
    assert found.shape == (2, values.size)
    assert pytest.approx(np.array(long_way(values.tolist(), level))) == found.T


@given(values=observations, cut=st.integers(1, 60))
def test_a_look_does_not_know_what_comes(values: Observations, cut: int) -> None:
    """What a look says is unchanged by later observations, and later looks are never wider."""
    found = empirical_bernstein(values, 0.95)
    assert found[:, :cut] == pytest.approx(empirical_bernstein(values[:cut], 0.95))
    assert (np.diff(found[0]) >= 0).all()
    assert (np.diff(found[1]) <= 0).all()


@given(values=observations)
def test_the_other_way_up(values: Observations) -> None:
    """Failures in place of successes mirror the sequence."""
    found, other = empirical_bernstein(values, 0.95), empirical_bernstein(1 - values, 0.95)
    assert np.stack([1 - other[1], 1 - other[0]]) == pytest.approx(found)


def test_it_closes_in_on_the_mean() -> None:
    """Of 10,000 even draws the last look holds 0.5 and is narrower than 0.03."""
    low, high = empirical_bernstein(np.random.default_rng(2).random(10_000), 0.95)[:, -1]
    assert low < 0.5 < high
    assert high - low < 0.03


def test_nothing_seen() -> None:
    """Without observations there are no looks."""
    assert empirical_bernstein(np.array([]), 0.95).shape == (2, 0)


@pytest.mark.parametrize("value", [-0.01, 1.01, math.nan])
def test_what_is_out_of_bounds_is_refused(value: float) -> None:
    """Observations lie in [0, 1]."""
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        empirical_bernstein(np.array([0.5, value]), 0.95)


def test_two_rates_by_hand() -> None:
    """Of 3 true of 10 against 7 of 10 the ends are where the least evidence against any two rates is log 20."""
    found = of_two_rates((3, 10), (7, 10), 0.95)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (-0.3054, 0.8707)
    rates = np.linspace(0.0005, 0.9995, 1000)
    against = [
        min(evidence((3, 10), p) + evidence((7, 10), p + apart) for p in rates if 0 < p + apart < 1)
        for apart in (found.low, found.high)
    ]
    assert against == pytest.approx([math.log(20)] * 2, abs=1e-3)
    assert found.method is Form.BETA_BINOMIAL


@given(st.tuples(st.integers(0, 30), st.integers(0, 30)), st.tuples(st.integers(0, 30), st.integers(0, 30)))
def test_two_rates_turn_round_and_hold_their_difference(a: tuple[int, int], b: tuple[int, int]) -> None:
    """Exchanged, segments change the sign; the interval holds the difference and lies within -1 and 1."""
    one, other = (a[0], sum(a)), (b[0], sum(b))
    found, turned = of_two_rates(one, other, 0.95), of_two_rates(other, one, 0.95)
    if found is None or turned is None:
        assert not one[1] or not other[1]
        return
    assert (found.low, found.high) == pytest.approx((-turned.high, -turned.low), rel=1e-9, abs=1e-9)
    assert -1 <= found.low <= b[0] / other[1] - a[0] / one[1] <= found.high <= 1


def test_the_evidence_against_the_truth_is_a_fair_bet() -> None:
    """Averaged over what may be drawn, the likelihood ratio against the true rate is 1, at whatever size."""
    for n in (1, 5, 40):
        trues = np.arange(n + 1)
        bets = np.array([math.exp(evidence((int(k), n), 0.3)) for k in trues])
        assert float(stats.binom.pmf(trues, n, 0.3) @ bets) == pytest.approx(1)
