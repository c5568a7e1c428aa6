"""Dominance over quality, cost and latency: said only where the intervals agree."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helicorder.scoring.comparison import Difference
from helicorder.scoring.dominance import dominance

GAINS = {"quality": 1, "cost": -1, "latency": -1}
TIE, TRADE = "A tie: no objective shows a difference.", "A trade: b is better on quality, a on cost."
z_scores = st.floats(-6, 6)


def at(z: float, error: float = 0.1) -> Difference:
    """A normal difference of so many standard errors."""
    reach = float(stats.norm.ppf(0.975)) * error
    return Difference(
        difference=z * error,
        low=z * error - reach,
        high=z * error + reach,
        standard_error=error,
        p_value=2 * float(stats.norm.sf(abs(z))),
    )


@pytest.mark.parametrize(
    ("quality", "cost", "latency", "segment", "sentence"),
    [
        (4, 0, 0, "b", "b is better on quality, and not seen to be worse on anything."),
        (4, -4, 1, "b", "b is better on cost and quality, and not seen to be worse on anything."),
        (-4, 0, 0, "a", "a is better on quality, and not seen to be worse on anything."),
        (0, 0, 4, "a", "a is better on latency, and not seen to be worse on anything."),
        (4, 4, 0, None, TRADE),
        (1, 1, -1, None, TIE),
        (2.2, 0, 0, None, TIE),
    ],
)
def test_who_dominates(quality: float, cost: float, latency: float, segment: str | None, sentence: str) -> None:
    """Better on one and worse on none dominates; both is a trade; a difference that three looks explain is a tie."""
    found = dominance({"quality": at(quality), "cost": at(cost), "latency": at(latency)}, GAINS)
    assert (found.segment, found.sentence) == (segment, sentence)


def test_the_level_is_shared_by_what_is_known() -> None:
    """A difference of 2.2 errors is a tie among three objectives and counts when it is the only one that is known."""
    found = dominance({"quality": at(2.2), "cost": Difference(), "latency": Difference(difference=3.0)}, GAINS)
    assert found.segment == "b"
    assert dominance({"quality": Difference()}, GAINS).sentence == TIE
    assert dominance({}, GAINS).sentence == TIE


def test_an_interval_that_holds_0_is_a_tie() -> None:
    """A few scores whose t interval holds 0 are a tie, however many normal errors they lie apart."""
    few = Difference(difference=3.0, low=-0.1, high=6.1, standard_error=1.0, p_value=0.055)
    assert dominance({"quality": few}, GAINS).segment is None


def test_a_difference_without_spread_counts() -> None:
    """A price that is always the same and always lower is lower."""
    always = Difference(difference=-1.0, low=-1.0, high=-1.0, standard_error=0.0, p_value=0.0)
    assert dominance({"cost": always}, GAINS).segment == "b"


def test_an_objective_without_a_better_side_decides_nothing() -> None:
    """A gain of 0 is neither better nor worse."""
    assert dominance({"quality": at(9), "cost": at(-9)}, GAINS | {"quality": 0}).segment == "b"
    assert dominance({"quality": at(9)}, {"quality": 0}).sentence == TIE


@given(quality=z_scores, cost=z_scores, latency=z_scores)
def test_segments_exchanged_exchange_dominance(quality: float, cost: float, latency: float) -> None:
    """What b has over a it has not when they change places."""
    one = dominance({"quality": at(quality), "cost": at(cost), "latency": at(latency)}, GAINS)
    other = dominance({"quality": at(-quality), "cost": at(-cost), "latency": at(-latency)}, GAINS)
    assert other.segment == {"a": "b", "b": "a", None: None}[one.segment]


@given(quality=z_scores, cost=z_scores, latency=z_scores)
def test_b_dominates_exactly_by_bonferroni(quality: float, cost: float, latency: float) -> None:
    """B dominates where one objective beats the quantile of a third of alpha in its favour, and none against it."""
    quantile = float(stats.norm.ppf(1 - 0.05 / 6))
    favour = [quality, -cost, -latency]
    if any(math.isclose(abs(z), quantile, rel_tol=1e-9) for z in favour):
        return
    found = dominance({"quality": at(quality), "cost": at(cost), "latency": at(latency)}, GAINS)
    assert (found.segment == "b") == (max(favour) > quantile and min(favour) >= -quantile)
