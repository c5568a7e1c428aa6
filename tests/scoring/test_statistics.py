"""Moments, means and rates against numpy, scipy and the laws they obey."""

import fractions
import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helicorder.scoring.statistics import (
    Estimate,
    Method,
    Moments,
    mean_estimate,
    normal_quantile,
    rate_estimate,
    student_quantile,
    wilson,
)

values = st.lists(st.floats(-1e6, 1e6), max_size=30)


def heap(numbers: list[float]) -> Moments:
    """The moments of numbers, put together one by one."""
    return Moments.merged(Moments(1, number, 0.0, number, number) for number in numbers)


def assert_alike(one: Moments, other: Moments) -> None:
    """The same moments up to rounding."""
    assert (one.n, one.minimum, one.maximum) == (other.n, other.minimum, other.maximum)
    assert one.mean == pytest.approx(other.mean, rel=1e-12, abs=1e-6)
    assert one.squares == pytest.approx(other.squares, rel=1e-9, abs=1e-3)


@given(numbers=values.filter(bool))
def test_moments_are_those_of_exact_arithmetic(numbers: list[float]) -> None:
    """Numbers merged one by one have the mean and spread that exact fractions give."""
    seen = heap(numbers)
    exact = [fractions.Fraction(number) for number in numbers]
    mean = sum(exact) / len(exact)
    assert seen.mean == pytest.approx(float(mean), rel=1e-12, abs=1e-9)
    assert seen.squares == pytest.approx(float(sum((one - mean) ** 2 for one in exact)), rel=1e-9, abs=1e-6)
    assert (seen.n, seen.minimum, seen.maximum) == (len(numbers), min(numbers), max(numbers))


@given(first=values, second=values)
def test_merging_does_not_depend_on_the_order_of_two(first: list[float], second: list[float]) -> None:
    """Merging is commutative to the last bit."""
    assert heap(first).merge(heap(second)) == heap(second).merge(heap(first))


@given(first=values, second=values, third=values)
def test_merging_does_not_depend_on_the_grouping(first: list[float], second: list[float], third: list[float]) -> None:
    """Merging is associative up to rounding, so buckets may be put together in any way."""
    one, two, three = heap(first), heap(second), heap(third)
    assert_alike(one.merge(two).merge(three), one.merge(two.merge(three)))
    assert_alike(one.merge(two).merge(three), heap([*first, *second, *third]))


@given(numbers=values, chance=st.randoms(use_true_random=False))
def test_the_order_of_scores_does_not_matter(numbers: list[float], chance: object) -> None:
    """A shuffled heap has the same moments up to rounding."""
    shuffled = list(numbers)
    chance.shuffle(shuffled)  # type: ignore[attr-defined] # -- Hypothesis hands out a random.Random
    assert_alike(heap(shuffled), heap(numbers))


@given(numbers=values)
def test_nothing_added_changes_nothing(numbers: list[float]) -> None:
    """An empty heap is neutral on either side."""
    assert heap(numbers).merge(Moments()) == heap(numbers) == Moments().merge(heap(numbers))


@pytest.mark.parametrize("copies", [2, 3, 7, 1000])
def test_equal_scores_have_that_mean_and_no_spread(copies: int) -> None:
    """However many equal scores are merged, the mean is theirs to the last bit and the spread is zero."""
    seen = heap([0.1] * copies)
    assert (seen.mean, seen.squares) == (0.1, 0.0)


def test_a_small_spread_survives_a_large_mean() -> None:
    """Scores that differ in their ninth digit keep their spread, which sums of squares would lose."""
    assert heap([1e9, 1e9 + 1] * 50).squares == pytest.approx(25.0, rel=1e-9)


@given(numbers=st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=30).filter(lambda some: np.std(some) > 1e-3))
def test_the_interval_of_a_mean_is_students(numbers: list[float]) -> None:
    """Low and high are the t interval that scipy gives for the same scores."""
    told = mean_estimate(heap(numbers))
    expected = stats.t.interval(0.95, len(numbers) - 1, np.mean(numbers), stats.sem(numbers))
    assert (told.low, told.high) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_a_textbook_mean_has_its_textbook_interval() -> None:
    """Student's sleep data: extra hours of ten patients on drug 2 give 2.33 with an interval from 0.90 to 3.76."""
    told = mean_estimate(heap([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]))
    assert (told.mean, told.low, told.high) == pytest.approx((2.33, 0.8977, 3.7623), abs=1e-4)


@pytest.mark.parametrize(("n", "trues"), [(n, trues) for n in (1, 2, 10, 137) for trues in {0, 1, n // 3, n - 1, n}])
def test_the_interval_of_a_rate_is_wilsons(n: int, trues: int) -> None:
    """Low and high are scipy's Wilson interval, for every share of true including none and all."""
    told = rate_estimate(heap([1.0] * trues + [0.0] * (n - trues)))
    expected = stats.binomtest(trues, n).proportion_ci(method="wilson")
    assert (told.low, told.high) == pytest.approx((expected.low, expected.high), rel=1e-9, abs=1e-12)
    assert told.n == n
    assert told.mean == pytest.approx(trues / n)


def test_intervals_cover_at_their_rate() -> None:
    """Of two thousand samples of twenty, about 95 % of the intervals hold the truth they were drawn from."""
    draw = np.random.default_rng(4)
    means = [mean_estimate(heap(list(draw.normal(3, 2, 20)))) for _ in range(2000)]
    rates = [rate_estimate(heap([float(one) for one in draw.random(20) < 0.3])) for _ in range(2000)]
    for told, truth in ((means, 3), (rates, 0.3)):
        held = sum(one.low <= truth <= one.high for one in told if one.low is not None and one.high is not None)
        assert 0.93 < held / 2000 < 0.98


@given(n=st.integers(1, 10**9), rate=st.floats(0, 1))
def test_a_rate_lies_in_its_interval_and_both_within_zero_and_one(n: int, rate: float) -> None:
    """The interval of a rate holds the rate, never leaves 0 to 1, and one score of either kind is no certainty."""
    told = rate_estimate(Moments(n, rate, 0.0, 0.0, 1.0))
    assert told.low is not None
    assert told.high is not None
    assert 0 <= told.low <= rate + 1e-12
    assert rate - 1e-12 <= told.high <= 1
    assert told.high - told.low > 0


@pytest.mark.parametrize("estimate", [mean_estimate, rate_estimate])
def test_no_scores_say_nothing(estimate: Callable[[Moments], Estimate]) -> None:
    """Without scores there is a count of zero and no number at all: a gap, not a zero."""
    assert estimate(Moments()) == Estimate(0)
    assert set(numbers_of(Estimate(0))) == {None}


def numbers_of(told: Estimate) -> list[float | None]:
    """The numbers of an estimate that may be missing."""
    return [told.mean, told.low, told.high, told.minimum, told.maximum, told.deff, told.n_effective]


def test_one_score_has_a_mean_and_no_interval() -> None:
    """One number is its own mean, minimum and maximum, and says nothing of how far off it may be."""
    assert mean_estimate(heap([0.25])) == Estimate(1, 0.25, None, None, 0.25, 0.25)


@pytest.mark.parametrize("numbers", [[1.7e308, 1.7e308], [1.7e308, -1.7e308], [1e200, 0.0]])
def test_what_no_double_can_hold_is_not_told(numbers: list[float]) -> None:
    """Moments beyond a double give no bound rather than an infinite one."""
    for told in map(mean_estimate, (heap(numbers), Moments(2, math.inf, math.nan, *sorted(numbers)))):
        assert all(one is None or math.isfinite(one) for one in numbers_of(told))
        assert (told.method is Method.NONE) == (told.low is None or told.high is None)


def test_more_scores_say_more() -> None:
    """Ten times the scores with the same spread and mean give a narrower interval, of a mean and of a rate."""
    for estimate in (mean_estimate, rate_estimate):
        told = [estimate(Moments(n, 0.5, 0.25 * n, 0.0, 1.0)) for n in (10, 100, 1000)]
        widths = [one.high - one.low for one in told if one.high is not None and one.low is not None]
        assert all(wider > narrower for wider, narrower in itertools.pairwise(widths))


def test_an_estimate_names_its_method() -> None:
    """Numbers have Student's interval, booleans Wilson's, one number none."""
    assert mean_estimate(heap([0.0, 1.0])).method is Method.T
    assert rate_estimate(heap([0.0, 1.0])).method is Method.WILSON
    assert mean_estimate(heap([1.0])).method is Method.NONE


@pytest.mark.parametrize(
    ("trues", "n", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611)]
)
def test_published_rates_have_their_published_intervals(trues: int, n: int, low: float, high: float) -> None:
    """Wilson's intervals of Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3."""
    assert wilson(trues / n, n, normal_quantile(0.95)) == pytest.approx((low, high), abs=5e-5)


@given(n=st.integers(1, 10**9))
def test_none_and_all_have_exact_ends(n: int) -> None:
    """The interval of none begins at exactly 0 and that of all ends at exactly 1."""
    assert wilson(0.0, n, 1.96)[0] == 0.0
    assert wilson(1.0, n, 1.96)[1] == 1.0


@pytest.mark.parametrize("level", [0.0, 1.0, -0.5, math.nan])
def test_no_level_outside_zero_and_one(level: float) -> None:
    """A confidence level that is none is refused, not answered with an infinite interval."""
    for quantile in (normal_quantile, lambda some: student_quantile(3, some)):
        with pytest.raises(ValueError, match="level"):
            quantile(level)
    with pytest.raises(ValueError, match="freedom"):
        student_quantile(0, 0.95)
