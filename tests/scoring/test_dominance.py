"""Dominance over quality, cost and latency: said only where the intervals agree."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helicorder.scoring.comparison import Difference
from helicorder.scoring.dominance import Dominance, Objective, dominance

GAINS = {"quality": 1, "cost": -1, "latency": -1}
TIE, TRADE = "A tie: no objective shows a difference.", "A trade: b is better on quality, a on cost."
WIDE = 1.0
"""A margin that every interval of a few standard errors around 0 keeps to."""
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


def told(quality: Difference, cost: Difference, latency: Difference, margin: float = WIDE) -> Dominance:
    """What is said of three objectives with one margin."""
    found = {"quality": quality, "cost": cost, "latency": latency}
    return dominance({name: Objective(one, GAINS[name], margin) for name, one in found.items()})


@pytest.mark.parametrize(
    ("quality", "cost", "latency", "segment", "sentence"),
    [
        (4, 0, 0, "b", "b is better on quality, surely no worse on anything else."),
        (4, -4, 1, "b", "b is better on cost and quality, surely no worse on anything else."),
        (-4, 0, 0, "a", "a is better on quality, surely no worse on anything else."),
        (0, 0, 4, "a", "a is better on latency, surely no worse on anything else."),
        (4, 4, 0, None, TRADE),
        (1, 1, -1, None, TIE),
        (2.2, 0, 0, None, TIE),
    ],
)
def test_who_dominates(quality: float, cost: float, latency: float, segment: str | None, sentence: str) -> None:
    """Better on one and within the margin on all dominates; both is a trade; what three looks explain is a tie."""
    found = told(at(quality), at(cost), at(latency))
    assert (found.segment, found.sentence) == (segment, sentence)


@pytest.mark.parametrize(
    ("cost", "margin", "segment"), [(0, 0.1, None), (0, 0.2, "b"), (1.5, 0.2, None), (-2, 0.0, "b")]
)
def test_a_difference_that_is_left_open_is_no_dominance(cost: float, margin: float, segment: str | None) -> None:
    """A higher cost that few scores would not show stands in the way of dominance; one within the margin does not."""
    found = told(at(4), at(cost), at(-4), margin)
    assert found.segment == segment
    if segment is None:
        assert found.sentence == "b is better on latency and quality, and may be worse on cost: no dominance."


def test_the_level_is_shared_by_what_is_known() -> None:
    """A difference of 2.2 errors is a tie among three objectives and counts when it is the only one that is known."""
    found = told(at(2.2), Difference(), Difference(difference=3.0))
    assert (found.segment, found.sentence) == ("b", "b is better on quality, nothing else is known.")
    found = told(at(4), at(0), Difference())
    assert found.sentence == "b is better on quality, surely no worse on anything else; latency not known."
    assert dominance({"quality": Objective(Difference(), 1)}).sentence == TIE
    assert dominance({}).sentence == TIE


def test_an_interval_that_holds_0_is_a_tie() -> None:
    """A few scores whose t interval holds 0 are a tie, however many normal errors they lie apart."""
    few = Difference(difference=3.0, low=-0.1, high=6.1, standard_error=1.0, p_value=0.055)
    assert dominance({"quality": Objective(few, 1)}).segment is None


def test_a_difference_without_spread_counts() -> None:
    """A price that is always the same and always lower is lower."""
    always = Difference(difference=-1.0, low=-1.0, high=-1.0, standard_error=0.0, p_value=0.0)
    assert dominance({"cost": Objective(always, -1)}).segment == "b"


def test_an_objective_without_a_better_side_decides_nothing() -> None:
    """A gain of 0 is neither better nor worse."""
    assert dominance({"quality": Objective(at(9), 0), "cost": Objective(at(-9), -1)}).segment == "b"
    assert dominance({"quality": Objective(at(9), 0)}).sentence == TIE


@given(quality=z_scores, cost=z_scores, latency=z_scores, margin=st.floats(0, 1))
def test_segments_exchanged_exchange_dominance(quality: float, cost: float, latency: float, margin: float) -> None:
    """What b has over a it has not when they change places."""
    one = told(at(quality), at(cost), at(latency), margin)
    other = told(at(-quality), at(-cost), at(-latency), margin)
    assert other.segment == {"a": "b", "b": "a", None: None}[one.segment]


@given(quality=z_scores, cost=z_scores, latency=z_scores, margin=st.floats(0, 1))
def test_b_dominates_exactly_by_its_rule(quality: float, cost: float, latency: float, margin: float) -> None:
    """B dominates where one objective beats the quantile of a third of alpha, and no interval passes the margin."""
    quantile, reach = float(stats.norm.ppf(1 - 0.05 / 6)), float(stats.norm.ppf(0.975))
    favour = [quality, -cost, -latency]
    if any(math.isclose(z, edge, abs_tol=1e-9) for z in favour for edge in (quantile, reach - 10 * margin)):
        return
    found = told(at(quality), at(cost), at(latency), margin)
    surely = all(0.1 * (z - reach) >= -margin for z in favour)
    worse = min(favour) < -quantile
    assert (found.segment == "b") == (max(favour) > quantile and surely and not worse)
