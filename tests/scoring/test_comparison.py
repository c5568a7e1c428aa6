"""Differences of two segments: published examples, other libraries' answers, and what must hold for any scores."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import confint_proportions_2indep

from helicorder.scoring.comparison import (
    Difference,
    Means,
    Sums,
    clustered,
    newcombe,
    paired,
    paired_newcombe,
    weighted,
    welch,
)
from helicorder.scoring.gram import Gram
from scoring.robust import by_regression

SLEEP_A = ["0.7", "-1.6", "-0.2", "-1.2", "-0.1", "3.4", "3.7", "0.8", "0.0", "2.0"]
SLEEP_B = ["1.9", "0.8", "1.1", "0.1", "-0.1", "4.4", "5.5", "1.6", "4.6", "3.4"]

Heap = list[Fraction]
numbers = st.fractions(-100, 100, max_denominator=1000)
heaps = st.lists(numbers, min_size=2, max_size=10)
clusters = st.lists(
    st.tuples(st.lists(numbers, max_size=3), st.lists(numbers, max_size=3)).filter(any), min_size=2, max_size=6
)
counts = st.integers(0, 60)


def sums(scores: list[Fraction] | list[int] | list[str]) -> Sums:
    """The sums of a segment."""
    exact = [Fraction(score) for score in scores]
    return Sums(len(exact), sum(exact, Fraction()), sum((x * x for x in exact), Fraction()))


def trues(k: int, n: int) -> Sums:
    """The sums of n booleans of which k are true."""
    return Sums(n, Fraction(k), Fraction(k))


def ends(found: Difference, digits: int = 4) -> tuple[float, float]:
    """The rounded ends of an interval, which must be there."""
    assert found.low is not None
    assert found.high is not None
    return round(found.low, digits), round(found.high, digits)


def of_clusters(groups: list[tuple[Heap, Heap]], level: float = 0.95) -> Difference:
    """The clustered difference of scores given as (those of a, those of b) of each cluster."""
    a, b = ([score for group in groups for score in group[side]] for side in (0, 1))
    rows = [(len(x), sum(x, Fraction()), len(y), sum(y, Fraction())) for x, y in groups]
    return clustered(sums(a), sums(b), Gram.of_rows(rows), level)


def near(value: float | None) -> Any:
    """Equal but for the last digits; nothing is near nothing."""
    return None if value is None else pytest.approx(value, rel=1e-9, abs=1e-12)


def mirrored(found: Difference, other: Difference) -> bool:
    """Whether the one is the other with its segments exchanged."""
    assert found.difference is not None
    assert found.low is not None
    assert found.high is not None
    mine = (-found.difference, -found.high, -found.low, found.p_value, found.standard_error)
    theirs = (other.difference, other.low, other.high, other.p_value, other.standard_error)
    return mine == pytest.approx(theirs, rel=1e-9, abs=1e-12)


def test_welch_of_students_sleep() -> None:
    """Student's data of 1908 taken as two heaps: t = 1.8608 at 17.776 degrees of freedom, as R's manual prints it."""
    found = welch(sums(SLEEP_A), sums(SLEEP_B))
    assert (found.method, found.n_a, found.n_b) == (Means.WELCH, 10, 10)
    assert found.difference == pytest.approx(1.58)
    assert ends(found) == (-0.2055, 3.3655)
    assert found.p_value == pytest.approx(0.07939, abs=5e-6)


def test_paired_t_of_students_sleep() -> None:
    """Student's data of 1908 as what it is, pairs: t = 4.0621 at 9 degrees of freedom."""
    apart = sums([Fraction(b) - Fraction(a) for a, b in zip(SLEEP_A, SLEEP_B, strict=True)])
    found = paired(apart.n, apart.total, apart.squares)
    assert (found.method, found.n_a, found.n_b) == (Means.PAIRED_T, 10, 10)
    assert ends(found) == (0.7001, 2.4599)
    assert found.p_value == pytest.approx(0.002833, abs=5e-7)


def test_newcombes_independent_example() -> None:
    """56 of 70 against 48 of 80, row (a) of table II of Newcombe 1998: 0.0524 to 0.3339, turned round when swapped."""
    found = newcombe(trues(48, 80), trues(56, 70))
    assert found.method is Means.NEWCOMBE
    assert found.difference == pytest.approx(0.2)
    assert ends(found) == (0.0524, 0.3339)
    assert ends(newcombe(trues(56, 70), trues(48, 80))) == (-0.3339, -0.0524)


def test_newcombes_paired_example() -> None:
    """Of the table 20, 12, 2, 16 of Newcombe 1998, b is lower by 0.0562 to 0.3292; McNemar's exact p is 0.0129."""
    found = paired_newcombe(20, 12, 2, 16)
    assert (found.method, found.n_a, found.mean_a, found.mean_b) == (Means.PAIRED_NEWCOMBE, 50, 0.64, 0.44)
    assert found.difference == pytest.approx(-0.2)
    assert ends(found) == (-0.3292, -0.0562)
    assert found.p_value == pytest.approx(2 * (1 + 14 + 91) / 2**14)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_welch_agrees_with_scipy(level: float) -> None:
    """Interval and p-value are those of scipy's t test of unequal variances, whatever the sizes."""
    draw = np.random.default_rng(1)
    for n_a, n_b in ((2, 2), (3, 40), (25, 7), (100, 100)):
        a, b = draw.normal(1, 1, n_a).round(3), draw.normal(1.4, 3, n_b).round(3)
        found, oracle = welch(sums(a.tolist()), sums(b.tolist()), level), stats.ttest_ind(b, a, equal_var=False)
        held = oracle.confidence_interval(level)
        assert (found.low, found.high) == pytest.approx((held.low, held.high))
        assert found.p_value == pytest.approx(oracle.pvalue)


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_newcombe_agrees_with_statsmodels(level: float) -> None:
    """The interval is statsmodels' of the name, and the p-value that of the pooled chi-square test."""
    for k_a, n_a, k_b, n_b in ((9, 10, 3, 10), (1, 50, 4, 40), (30, 300, 31, 200), (2, 3, 1, 4)):
        found = newcombe(trues(k_a, n_a), trues(k_b, n_b), level)
        oracle = confint_proportions_2indep(k_b, n_b, k_a, n_a, method="newcomb", alpha=1 - level)
        assert (found.low, found.high) == pytest.approx(tuple(oracle))
        table = [[k_a, n_a - k_a], [k_b, n_b - k_b]]
        assert found.p_value == pytest.approx(float(stats.chi2_contingency(table, correction=False)[1]))


@given(table=st.tuples(counts, counts, counts, counts).filter(any))
def test_mcnemar_agrees_with_statsmodels(table: tuple[int, int, int, int]) -> None:
    """The p-value of pairs of booleans is statsmodels' exact McNemar, and 1 where no pair changed."""
    both, only_a, only_b, neither = table
    oracle = mcnemar([[both, only_a], [only_b, neither]], exact=True).pvalue if only_a + only_b else 1.0
    assert paired_newcombe(*table).p_value == pytest.approx(oracle)


def test_clustered_agrees_with_statsmodels() -> None:
    """Error, interval and p-value follow from a regression's cluster-robust covariance and each segment's clusters."""
    draw = np.random.default_rng(3)
    for groups in (8, 50):
        group = draw.integers(0, groups, 12 * groups)
        in_b = draw.random(group.size) < 0.4
        score = (draw.normal(0, 1, groups)[group] + 0.3 * in_b + draw.normal(0, 1, group.size)).round(3)
        oracle = by_regression(score, group, in_b)
        held = [
            ([Fraction(x) for x in score[(group == g) & ~in_b]], [Fraction(x) for x in score[(group == g) & in_b]])
            for g in range(groups)
        ]
        found, reach = of_clusters(held), float(stats.t.ppf(0.975, oracle.freedom)) * oracle.error
        assert found.standard_error == pytest.approx(oracle.error)
        assert found.difference == pytest.approx(oracle.value)
        assert (found.low, found.high) == pytest.approx((oracle.value - reach, oracle.value + reach))
        t = abs(oracle.value) / oracle.error
        assert found.p_value == pytest.approx(2 * float(stats.t.sf(t, oracle.freedom)))
        assert (found.clusters, found.method) == (groups, Means.CLUSTERED)


@given(a=heaps, chance=st.integers(0, 2**32 - 1))
def test_pairs_agree_with_scipy_and_are_clusters_of_two(a: Heap, chance: int) -> None:
    """The paired t is scipy's, and the clustered difference with one cluster to a pair is the same again."""
    b = [x + Fraction(int(step), 100) for x, step in zip(a, np.random.default_rng(chance).integers(-99, 99, len(a)))]  # noqa: B905 -- as long as the first
    apart = sums([y - x for x, y in zip(a, b, strict=True)])
    assume(apart.variance)
    found, again = paired(apart.n, apart.total, apart.squares), of_clusters([([x], [y]) for x, y in zip(a, b)])  # noqa: B905 -- equally long
    oracle = stats.ttest_rel([float(y) for y in b], [float(x) for x in a])
    held = oracle.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((held.low, held.high), rel=1e-6, abs=1e-9)
    assert found.p_value == pytest.approx(float(oracle.pvalue), rel=1e-6)
    for one in ("difference", "low", "high", "p_value", "standard_error"):
        assert getattr(again, one) == pytest.approx(getattr(found, one))


@given(a=heaps, b=heaps)
def test_a_cluster_to_each_score_is_welch(a: Heap, b: Heap) -> None:
    """Alone in their clusters, scores have Welch's difference, error, interval and p-value."""
    assume(sums(a).variance or sums(b).variance)
    found, plain = of_clusters([*(([x], []) for x in a), *(([], [y]) for y in b)]), welch(sums(a), sums(b))
    for one in ("difference", "low", "high", "p_value", "standard_error"):
        assert getattr(found, one) == near(getattr(plain, one))


@given(groups=clusters, weight=st.fractions(Fraction(1, 50), 50))
def test_equal_weights_weigh_nothing(groups: list[tuple[Heap, Heap]], weight: Fraction) -> None:
    """Scores that were all drawn with one probability have the clustered difference, to the last digit but one."""
    a, b = ([score for group in groups for score in group[side]] for side in (0, 1))
    rows = [(weight * len(x), weight * sum(x), weight * len(y), weight * sum(y)) for x, y in groups]
    found, plain = weighted(len(a), len(b), Gram.of_rows(rows)), of_clusters(groups)
    for one in ("difference", "low", "high", "p_value", "standard_error", "n_a", "n_b", "mean_a", "mean_b"):
        assert getattr(found, one) == near(getattr(plain, one))
    assert found.method in (Means.WEIGHTED, Means.NONE)


@given(groups=clusters, times=st.integers(2, 4))
def test_a_weight_is_so_many_scores(groups: list[tuple[Heap, Heap]], times: int) -> None:
    """A cluster in which all scores weigh k has the difference of one that holds each of them k times."""
    many = [(x * times, y * times) if place % 2 else (x, y) for place, (x, y) in enumerate(groups)]
    rows = [(len(x), sum(x), len(y), sum(y)) for x, y in many]
    found, plain = weighted(1, 1, Gram.of_rows(rows)), of_clusters(many)
    assert (found.difference, found.low, found.high) == (plain.difference, plain.low, plain.high)


@given(a=heaps, b=heaps)
def test_welch_turns_round(a: Heap, b: Heap) -> None:
    """With the segments exchanged the difference and its interval change their sign, and the p-value stays."""
    assert mirrored(welch(sums(a), sums(b)), welch(sums(b), sums(a)))


@given(groups=clusters)
def test_clustered_turns_round(groups: list[tuple[Heap, Heap]]) -> None:
    """A clustered difference changes its sign with the segments exchanged, or has no interval either way."""
    found, other = of_clusters(groups), of_clusters([(y, x) for x, y in groups])
    assert (found.low is None) == (other.low is None)
    assert found.low is None or mirrored(found, other)


@given(n_a=st.integers(1, 80), n_b=st.integers(1, 80), data=st.data())
def test_newcombe_turns_round_and_stays_in_bounds(n_a: int, n_b: int, data: st.DataObject) -> None:
    """Two proportions change their sign when exchanged; the interval holds the difference and stays from -1 to 1."""
    a, b = trues(data.draw(st.integers(0, n_a)), n_a), trues(data.draw(st.integers(0, n_b)), n_b)
    found = newcombe(a, b)
    assert mirrored(found, newcombe(b, a))
    assert found.low is not None
    assert found.high is not None
    assert found.difference is not None
    assert -1 - 1e-12 <= found.low <= found.difference <= found.high <= 1 + 1e-12


@given(table=st.tuples(counts, counts, counts, counts).filter(any))
def test_paired_newcombe_turns_round_and_stays_in_bounds(table: tuple[int, int, int, int]) -> None:
    """A two-by-two table exchanged changes the sign; the interval holds the difference and stays from -1 to 1."""
    both, only_a, only_b, neither = table
    found = paired_newcombe(*table)
    assert mirrored(found, paired_newcombe(both, only_b, only_a, neither))
    assert found.low is not None
    assert found.high is not None
    assert found.difference is not None
    assert -1 - 1e-12 <= found.low <= found.difference <= found.high <= 1 + 1e-12


@given(a=heaps, b=heaps, constant=numbers)
def test_a_constant_added_to_all_changes_nothing(a: Heap, b: Heap, constant: Fraction) -> None:
    """A difference of means, its interval and its p-value are equal to the bit after a shift of both segments."""
    found, moved = welch(sums(a), sums(b)), welch(sums([x + constant for x in a]), sums([y + constant for y in b]))
    for one in ("difference", "low", "high", "p_value", "standard_error"):
        assert getattr(found, one) == getattr(moved, one)


@given(groups=clusters, constant=numbers)
def test_a_constant_added_to_all_clusters_changes_nothing(groups: list[tuple[Heap, Heap]], constant: Fraction) -> None:
    """A clustered difference is equal to the bit after a shift of all scores."""
    found = of_clusters(groups)
    moved = of_clusters([([x + constant for x in a], [y + constant for y in b]) for a, b in groups])
    for one in ("difference", "low", "high", "p_value", "standard_error", "warning"):
        assert getattr(found, one) == getattr(moved, one)


@given(a=heaps, b=heaps, factor=st.fractions(Fraction(1, 50), 50, max_denominator=50))
def test_another_unit_scales(a: Heap, b: Heap, factor: Fraction) -> None:
    """Scores in another unit give the difference and interval in that unit, and the same p-value."""
    found, scaled = welch(sums(a), sums(b)), welch(sums([x * factor for x in a]), sums([y * factor for y in b]))
    for one in ("difference", "low", "high", "standard_error"):
        assert getattr(scaled, one) == pytest.approx(getattr(found, one) * float(factor), rel=1e-9, abs=1e-9)
    assert scaled.p_value == pytest.approx(found.p_value)


@given(a=heaps, b=heaps, level=st.floats(0.5, 0.999))
def test_interval_and_p_value_agree(a: Heap, b: Heap, level: float) -> None:
    """Welch's interval at a level leaves 0 out exactly when its p-value is below one minus that level."""
    found = welch(sums(a), sums(b), level)
    assert found.low is not None
    assert found.high is not None
    assert found.p_value is not None
    assume(abs(found.p_value - (1 - level)) > 1e-9)
    assert (not found.low <= 0 <= found.high) == (found.p_value < 1 - level)


def test_too_little_has_no_interval() -> None:
    """A single score, an empty segment and no pairs have no interval, and no p-value."""
    one, two, none = sums([3]), sums([1, 2]), sums([])
    for found in (welch(one, two), welch(two, none), newcombe(none, trues(1, 2)), paired(1, Fraction(2), Fraction(4))):
        assert (found.low, found.high, found.p_value, found.standard_error) == (None, None, None, None)
        assert found.method is Means.NONE
    assert welch(one, two).difference == -1.5
    assert welch(two, none).difference is None
    assert paired(1, Fraction(2), Fraction(4)).difference == 2.0
    assert paired(0, Fraction(), Fraction()) == paired_newcombe(0, 0, 0, 0) == Difference()


@pytest.mark.parametrize("of_a", [[([1, 2], [3])], [([1], [])], [([1], [3])], [([1, 2, 3], [])]])
def test_a_segment_within_one_cluster_has_no_interval(of_a: list[tuple[list[int], list[int]]]) -> None:
    """Where all of a lies in one cluster its mean shows no spread, so there is a difference and no interval."""
    rest: list[tuple[Heap, Heap]] = [([], [Fraction(score)]) for score in (1, 5, 2, 8)]
    found = of_clusters([([Fraction(x) for x in a], [Fraction(y) for y in b]) for a, b in of_a] + rest)
    assert found.difference is not None
    assert (found.low, found.high, found.p_value, found.method) == (None, None, None, Means.NONE)


@pytest.mark.parametrize(
    ("of_a", "of_b", "said"),
    [
        (10, 19, "fewer than 30 clusters"),
        (10, 50, "one segment is spread over fewer than 30 clusters"),
        (30, 30, None),
    ],
)
def test_few_clusters_are_told(of_a: int, of_b: int, said: str | None) -> None:
    """Under 30 clusters warn, in all or on one side."""
    only_a: list[tuple[Heap, Heap]] = [([Fraction(i % 3)] * 2, []) for i in range(of_a)]
    only_b: list[tuple[Heap, Heap]] = [([], [Fraction(i % 5)] * 2) for i in range(of_b)]
    assert of_clusters(only_a + only_b).warning == said


def test_scores_without_spread() -> None:
    """Equal scores on both sides have an interval of width 0, and a p-value of 1 when the sides agree, else 0."""
    same, apart = welch(sums([2, 2]), sums([2, 2, 2])), welch(sums([2, 2]), sums([3, 3]))
    assert (same.low, same.high, same.p_value) == (0.0, 0.0, 1.0)
    assert (apart.low, apart.high, apart.p_value) == (1.0, 1.0, 0.0)
    assert newcombe(trues(3, 3), trues(4, 4)).p_value == 1.0


def test_a_level_out_of_range_is_refused() -> None:
    """A confidence level is strictly between 0 and 1."""
    for level in (0.0, 1.0, math.nan):
        with pytest.raises(ValueError, match="confidence level"):
            welch(sums([1, 2]), sums([1, 3]), level)
