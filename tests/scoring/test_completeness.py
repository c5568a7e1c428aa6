"""How much of a bucket has come in, against a plain product-limit estimator and simulated delays."""

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from helicorder.scoring.completeness import EDGES, Delays, delay_bin, estimate_delays, still_filling

DAY = 86400.0
bins = st.integers(0, len(EDGES))
tables = st.dictionaries(st.tuples(bins, bins), st.integers(0, 50), max_size=30)


def counted(delays: NDArray[np.float64], ages: NDArray[np.float64]) -> Delays:
    """The estimate from the scores that have come in by now: those with a delay below their request's age."""
    seen = delays < ages
    pairs = zip(np.digitize(delays[seen], EDGES).tolist(), np.digitize(ages[seen], EDGES).tolist(), strict=True)
    return estimate_delays(Counter(pairs))


def test_a_small_table_by_hand() -> None:
    """Delays of bins 0, 1 and 2 seen at ages that show them give F = 1/2 * 2/3, 2/3 and 1, worked out by hand."""
    # Bin 2: of requests older than bin 2, 1 of 3 took that long. Bin 1: of those older than bin 1, 2 of 4.
    told = estimate_delays({(0, 5): 1, (1, 5): 1, (2, 5): 1, (0, 2): 1, (1, 2): 1, (0, 1): 7})
    assert told.shares is not None
    assert told.shares[:4] == pytest.approx((2 / 3 * 1 / 2, 2 / 3, 1, 1))
    assert told.n == 12


def test_without_truncation_it_is_the_share_that_came() -> None:
    """When every request is old enough to show every delay, F is the plain share of delays up to each edge."""
    delays = np.random.default_rng(1).lognormal(6, 2, 5000)
    told = counted(delays, np.full(5000, 2 * EDGES[-1]))
    assert told.shares == pytest.approx([(delays < edge).mean() for edge in EDGES], rel=1e-9, abs=1e-12)


@given(table=tables)
def test_shares_ascend_from_zero_to_one(table: dict[tuple[int, int], int]) -> None:
    """Whatever was counted, F ascends within 0 and 1, and at any age lies between its neighbours."""
    told = estimate_delays(table)
    if told.shares is not None:
        assert all(0 <= lower <= upper <= 1 for lower, upper in itertools.pairwise(told.shares))
        assert told.within(-5.0) == told.within(0.0) == 0.0
        assert told.within(1e12) == 1.0
        within = told.within(100.0)
        bucket = told.of_bucket(10.0, 100.0)
        assert bucket is not None
        assert within is not None
        assert (told.within(10.0) or 0.0) - 1e-12 <= bucket <= within + 1e-12


@given(table=tables)
def test_more_of_the_same_changes_nothing(table: dict[tuple[int, int], int]) -> None:
    """Three times as many scores with the same delays give the same F."""
    once, thrice = estimate_delays(table), estimate_delays({bin_: 3 * count for bin_, count in table.items()})
    assert (once.shares is None) == (thrice.shares is None)
    assert once.shares is None or thrice.shares == pytest.approx(once.shares)


def test_where_nothing_is_known_nothing_is_promised() -> None:
    """Without scores, or with none that shows a whole bin, there is no share, and the bucket may still fill."""
    for told in (estimate_delays({}), estimate_delays({(3, 3): 9})):
        assert (told.n, told.within(DAY), told.of_bucket(0, DAY)) == (0, None, None)
    assert still_filling(None)
    assert still_filling(0.98)
    assert not still_filling(0.99)


def test_bins_are_those_of_the_edges() -> None:
    """Each edge begins the next bin, times before the request are in bin 0, and the last bin is open."""
    assert [delay_bin(edge) for edge in EDGES] == list(range(1, len(EDGES) + 1))
    assert (delay_bin(-60.0), delay_bin(0.0), delay_bin(0.999), delay_bin(1e12)) == (0, 0, 0, len(EDGES))


def test_a_bucket_is_as_complete_as_its_requests_on_average() -> None:
    """The completeness of a bucket is the mean of F over its ages, as a fine grid adds it up; of an instant it is F."""
    told = counted(np.random.default_rng(2).exponential(3600, 4000), np.full(4000, 90 * DAY))
    ages = np.linspace(600, 20000, 200_001)
    assert told.of_bucket(600, 20000) == pytest.approx(np.mean([told.within(age) for age in ages[::100]]), abs=1e-3)
    assert told.of_bucket(600, 600) == told.within(600)
    with pytest.raises(ValueError, match="begins"):
        told.of_bucket(2, 1)


@pytest.mark.parametrize("count", [{(-1, 3): 1}, {(0, len(EDGES) + 1): 1}, {(0, 1): -1}])
def test_what_is_no_count_is_refused(count: dict[tuple[int, int], int]) -> None:
    """A bin that is not there and a negative count raise."""
    with pytest.raises(ValueError, match="no such count"):
        estimate_delays(count)


@pytest.mark.parametrize("kind", ["minutes", "hours", "days"])
def test_simulated_delays_are_estimated_within_three_points(kind: str) -> None:
    """From what came in of a month's scores, F is within 3 points of the truth; of slow ones the plain share is not."""
    draw = np.random.default_rng(21)
    size = 20_000
    delays = {
        "minutes": draw.exponential(300, size),
        "hours": draw.lognormal(np.log(4 * 3600), 1, size),
        "days": np.where(draw.random(size) < 0.6, draw.exponential(60, size), draw.uniform(0, 10 * DAY, size)),
    }[kind]
    ages = draw.uniform(0, 30 * DAY, size)
    told = counted(delays, ages)
    looked_at = np.quantile(delays, [0.05, 0.25, 0.5, 0.75, 0.9, 0.99])
    off = [abs((told.within(age) or 0.0) - (delays < age).mean()) for age in looked_at]
    assert max(off) < 0.03
    if kind == "days":
        seen = delays[delays < ages]
        assert max(abs((seen < age).mean() - (delays < age).mean()) for age in looked_at) > 0.03
