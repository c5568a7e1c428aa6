"""Estimates of a cell against statsmodels, scipy and arithmetic done the long way, and the laws that cells obey."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from helicorder.scoring.estimates import Cell, estimate, inclusion_probability
from helicorder.scoring.gram import Gram
from helicorder.scoring.statistics import Estimate, Method, normal_quantile, student_quantile, wilson
from scoring.robust import Robust, by_constant

values = st.fractions(-100, 100, max_denominator=100)
row = st.tuples(values, st.integers(0, 5), st.sampled_from([Fraction(1), Fraction(4), Fraction(5, 2), Fraction(20)]))
heaps = st.lists(row, max_size=15)
Heap = list[tuple[Fraction, int, Fraction]]


def cell_of(heap: Heap, kind: str) -> Cell:
    """The cell of rows of (score, cluster, weight), as single scores, in clusters, or weighted in clusters."""
    scores, clusters, weights = [[row[i] for row in heap] for i in range(3)] if heap else ([], [], [])
    if kind == "single":
        return Cell.of_scores(scores)
    return Cell.of_scores(scores, clusters=clusters, weights=weights if kind == "weighted" else None)


def bounds(told: Estimate) -> tuple[float, float]:
    """The interval, which must be there."""
    assert told.low is not None
    assert told.high is not None
    return told.low, told.high


def by_t(oracle: Robust) -> tuple[float, float]:
    """Student's interval of what a regression found."""
    reach = student_quantile(oracle.freedom, 0.95) * oracle.error
    return oracle.value - reach, oracle.value + reach


@pytest.mark.parametrize("kind", ["single", "clustered", "weighted"])
@given(heap=heaps, cut=st.integers(0, 5))
def test_any_split_by_cluster_merges_to_the_whole(kind: str, heap: Heap, cut: int) -> None:
    """Cells that share no cluster merge, in either order, to a cell that is equal as fractions and says the same."""
    first, second = (cell_of([row for row in heap if (row[1] < cut) is early], kind) for early in (True, False))
    whole = cell_of(heap, kind)
    assert first.merge(second) == second.merge(first) == whole == Cell.merged([Cell(), second, Cell(), first])
    assert estimate(first.merge(second), is_rate=False) == estimate(whole, is_rate=False)


@given(heap=heaps, chance=st.randoms(use_true_random=False))
def test_the_order_of_scores_does_not_matter(heap: Heap, chance: object) -> None:
    """A shuffled heap has the same cell to the last bit."""
    shuffled = list(heap)
    chance.shuffle(shuffled)  # type: ignore[attr-defined] # -- Hypothesis hands out a random.Random
    assert cell_of(shuffled, "weighted") == cell_of(heap, "weighted")


@given(singles=heaps, grouped=heaps, weighted=heaps)
def test_cells_of_different_kinds_merge(singles: Heap, grouped: Heap, weighted: Heap) -> None:
    """Single, clustered and weighted heaps merge alike in any grouping, where what is single is its own cluster."""
    one, two, three = cell_of(singles, "single"), cell_of(grouped, "clustered"), cell_of(weighted, "weighted")
    assert one.merge(two).merge(three) == one.merge(two.merge(three)) == three.merge(one).merge(two)
    assert one.merge(two).merge(three).over_clusters.groups == len(singles) + sum(
        len({cluster for _, cluster, _ in heap}) for heap in (grouped, weighted)
    )


@given(heap=heaps, kind=st.sampled_from(["single", "clustered", "weighted"]), is_rate=st.booleans())
def test_no_answer_is_infinite_or_out_of_order(heap: Heap, kind: str, is_rate: bool) -> None:  # noqa: FBT001 -- drawn
    """The mean lies in its interval, a rate's within 0 and 1, every number is finite, and the method is named."""
    if is_rate:
        heap = [(Fraction(score > 0), cluster, weight) for score, cluster, weight in heap]
    told = estimate(cell_of(heap, kind), is_rate=is_rate)
    numbers = (told.mean, told.low, told.high, told.deff, told.n_effective)
    assert all(one is None or math.isfinite(one) for one in numbers)
    assert (told.method is Method.NONE) == (told.low is None) == (told.high is None)
    assert (told.mean is None) == (told.n == 0)
    if told.low is not None and told.high is not None and told.mean is not None:
        assert told.low <= told.mean <= told.high
        assert not is_rate or (told.low >= 0 and told.high <= 1 and told.low < told.high)
        assert told.n_effective is not None
        assert 0 < told.n_effective <= told.n


@given(scores=st.lists(values, min_size=2, max_size=30))
def test_a_score_to_a_cluster_is_the_plain_interval(scores: list[Fraction]) -> None:
    """When every cluster has one score, the variance is s**2 / n exactly and the method is Student's."""
    mean = sum(scores) / len(scores)
    plain = sum((score - mean) ** 2 for score in scores) / (len(scores) - 1) / len(scores)
    told, single = (
        estimate(cell, is_rate=False)
        for cell in (
            Cell.of_scores(scores, clusters=range(len(scores))),
            cell_of([(score, 0, Fraction(1)) for score in scores], "single"),
        )
    )
    assert told == single
    assert told.method is Method.T
    assert told.deff == (1 if plain else None)
    low, high = bounds(told)
    reach = student_quantile(len(scores) - 1, 0.95) * math.sqrt(plain)
    assert (low, high) == pytest.approx((float(mean) - reach, float(mean) + reach), rel=1e-12, abs=1e-12)


def test_a_textbook_mean_has_its_textbook_interval() -> None:
    """Student's sleep data: extra hours of ten patients on drug 2 give 2.33 with an interval from 0.8977 to 3.7623."""
    told = estimate(Cell.of_scores([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]), is_rate=False)
    assert (told.mean, told.low, told.high) == pytest.approx((2.33, 0.8977, 3.7623), abs=5e-5)
    assert (told.method, told.warning) == (Method.T, "fewer than 30 scores")


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize(("n", "trues"), [(n, k) for n in (1, 2, 29, 400) for k in sorted({0, 1, n // 3, n})])
def test_a_plain_rate_is_wilsons(n: int, trues: int, level: float) -> None:
    """The interval of independent booleans is Wilson's as statsmodels has it, at any level."""
    told = estimate(Cell.of_scores([1] * trues + [0] * (n - trues)), is_rate=True, level=level)
    expected = proportion_confint(trues, n, alpha=1 - level, method="wilson")
    assert bounds(told) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert (told.method, told.level, told.warning) == (Method.WILSON, level, None)


@pytest.mark.parametrize("seed", range(5))
def test_a_clustered_mean_is_the_clustered_regression_on_a_constant(seed: int) -> None:
    """Mean and standard error are those of statsmodels' regression with clusters, counted by their sizes."""
    draw = np.random.default_rng(seed)
    groups = draw.integers(0, 40, 300)
    scores = (draw.normal(0, 1, 40)[groups] + draw.normal(2, 1, 300)).round(4)
    fit = by_constant(scores, groups, np.ones(300))
    clusters = len(set(groups.tolist()))
    told = estimate(Cell.of_scores(scores.tolist(), clusters=groups.tolist()), is_rate=False)
    assert told.mean == pytest.approx(fit.value, rel=1e-12)
    assert told.freedom == pytest.approx(fit.freedom, rel=1e-12)
    assert bounds(told) == pytest.approx(by_t(fit), rel=1e-9)
    assert told.deff == pytest.approx(fit.error**2 / (scores.var(ddof=1) / 300), rel=1e-9)
    assert (told.method, told.clusters, told.warning) == (Method.CLUSTERED_T, clusters, None)


@pytest.mark.parametrize("seed", range(5))
def test_a_weighted_mean_is_the_weighted_clustered_regression_on_a_constant(seed: int) -> None:
    """The mean is DescrStatsW's, the interval that of statsmodels' regression with clusters, the size Kish's."""
    draw = np.random.default_rng(seed)
    groups, weights = draw.integers(0, 50, 300), draw.choice([1.0, 2.5, 20.0], 300)
    scores = draw.normal(2, 1, 300).round(4)
    told = estimate(Cell.of_scores(scores.tolist(), clusters=groups.tolist(), weights=weights.tolist()), is_rate=False)
    assert told.mean == pytest.approx(DescrStatsW(scores, weights).mean, rel=1e-12)
    assert bounds(told) == pytest.approx(by_t(by_constant(scores, groups, weights)), rel=1e-9)
    assert told.n_effective == pytest.approx(weights.sum() ** 2 / (weights**2).sum(), rel=1e-12)
    assert told.method is Method.WEIGHTED


def test_a_clustered_rate_is_wilsons_of_fewer() -> None:
    """Ten booleans in sessions of 4, 2 and 4, in effect 2.78, have Wilson's interval of 7.91 with t(1.78)."""
    cell = Cell.of_scores([1, 1, 1, 0, 0, 0, 1, 1, 1, 0], clusters="aaaabbcccc")
    told = estimate(cell, is_rate=True)
    mean, sums, sizes = Fraction(6, 10), (3, 0, 3), (4, 2, 4)
    few = Fraction(100, 36)
    variance = few / (few - 1) * sum(((s - mean * m) / 10) ** 2 for s, m in zip(sums, sizes, strict=True))
    deff = variance / (mean * (1 - mean) * 10 / 9 / 10)
    assert told.deff == float(deff) == pytest.approx(1.2656, abs=5e-5)
    assert told.n_effective == float(10 / deff)
    assert bounds(told) == wilson(0.6, float(10 / deff), student_quantile(float(few) - 1, 0.95))
    assert (told.method, told.warning) == (Method.CLUSTERED_WILSON, "fewer than 30 clusters")


@given(scores=st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=1, max_size=30))
def test_clusters_never_make_a_rate_surer(scores: list[tuple[bool, int]]) -> None:
    """A rate of clustered booleans has an interval at least as wide as of independent ones, or none."""
    told = estimate(Cell.of_scores([int(x) for x, _ in scores], clusters=[g for _, g in scores]), is_rate=True)
    plain = wilson(sum(x for x, _ in scores) / len(scores), len(scores), normal_quantile(0.95))
    if told.low is not None and told.high is not None:
        assert told.high - told.low >= plain[1] - plain[0] - 1e-12


def test_all_alike_in_clusters_count_once_each() -> None:
    """Twenty sessions of five passes each, and no failure, are twenty passes: nothing tells how alike a session is."""
    told = estimate(Cell.of_scores([1] * 100, clusters=[i // 5 for i in range(100)]), is_rate=True)
    assert (told.mean, told.deff, told.n_effective, told.high) == (1.0, None, 20.0, 1.0)
    assert told.low == wilson(1.0, 20, student_quantile(19, 0.95))[0]


@given(heap=heaps.filter(bool), weight=st.fractions(Fraction(1, 100), 100), is_rate=st.booleans())
def test_equal_weights_weigh_nothing(heap: Heap, weight: Fraction, is_rate: bool) -> None:  # noqa: FBT001 -- drawn
    """When all were drawn with one probability, the answer is that of the same scores without weights."""
    scores = [Fraction(row[0] > 0) if is_rate else row[0] for row in heap]
    clusters = [row[1] for row in heap]
    bare = estimate(Cell.of_scores(scores, clusters=clusters), is_rate=is_rate)
    assert estimate(Cell.of_scores(scores, clusters=clusters, weights=[weight] * len(heap)), is_rate=is_rate) == bare


def test_a_weighted_rate_has_wilsons_interval_of_its_effective_size() -> None:
    """Two failures and a pass at weight 1 beside three passes at 10: the size is p (1 - p) / V * n / (n - 1)."""
    told = estimate(Cell.of_scores([0, 0, 1, 1, 1, 1], weights=[1, 1, 1, 10, 10, 10]), is_rate=True)
    mean = Fraction(31, 33)
    few = Fraction(33**2, 303)
    variance = few / (few - 1) * (2 * mean**2 + (1 - mean) ** 2 * 301) / 33**2
    size = 6 / max(variance * 5 / (mean * (1 - mean)), Fraction(1))
    assert told.mean == float(mean)
    assert told.n_effective == float(size)
    assert bounds(told) == wilson(float(mean), float(size), student_quantile(float(few) - 1, 0.95))
    assert told.method is Method.WEIGHTED_WILSON


def test_what_has_no_interval_has_a_value() -> None:
    """One number, or several of a single session, have a mean and no interval, and say so."""
    for cell in (Cell.of_scores([0.25]), Cell.of_scores([0, 1, 1], clusters="aaa")):
        told = estimate(cell, is_rate=False)
        assert (told.n, told.clusters, told.low, told.high, told.method) == (cell.n, 1, None, None, Method.NONE)
        assert told.mean is not None
        assert told.warning == "no interval: nothing to compare with"
    assert estimate(Cell.of_scores([0, 1, 1], clusters="aaa"), is_rate=True).method is Method.NONE


def test_no_scores_say_nothing() -> None:
    """An empty cell is a gap: counts of zero and no number at all."""
    for is_rate in (True, False):
        assert estimate(Cell(), is_rate=is_rate) == Estimate(0, requests=0, clusters=0)


@pytest.mark.parametrize("kind", ["single", "clustered", "weighted"])
def test_equal_scores_have_an_interval_of_width_zero(kind: str) -> None:
    """Equal numbers show no spread: low, mean and high are that number to the last bit."""
    told = estimate(cell_of([(Fraction(0.1), i, Fraction(i + 1)) for i in range(3)] * 2, kind), is_rate=False)
    assert (told.low, told.mean, told.high) == (0.1, 0.1, 0.1)


@pytest.mark.parametrize("scores", [[1.7e308, 1.7e308], [1.7e308, -1.7e308], [1e200, 0.0], [5e-324, 0.0]])
def test_what_no_double_can_hold_is_not_told(scores: list[float]) -> None:
    """Scores at the ends of the doubles give a mean and, where it cannot be held, no interval."""
    for weights in (None, [1, 3]):
        told = estimate(Cell.of_scores(scores, weights=weights), is_rate=False)
        assert told.mean is not None
        assert all(one is None or math.isfinite(one) for one in (told.mean, told.low, told.high, told.n_effective))


def test_few_effective_scores_are_warned_of() -> None:
    """A hundred scores of which one stands for half of all are few: the answer says so."""
    told = estimate(Cell.of_scores(range(100), weights=[1] * 99 + [99]), is_rate=False)
    assert told.warning == "effective size below 30"
    assert told.n_effective == pytest.approx(198**2 / (99 + 99**2))


def test_what_does_not_fit_together_is_refused() -> None:
    """Clusters that miss scores, weights without clusters, a rate of numbers, weights of 0 and a level of 1 raise."""
    with pytest.raises(ValueError, match="add up"):
        Cell(2, Fraction(3), Fraction(5), 1, 2, 2, Gram.of_rows([(1, 3)]))
    with pytest.raises(ValueError, match="weighted"):
        Cell(2, Fraction(3), Fraction(5), 1, 2, 2, None, Fraction(2))
    with pytest.raises(ValueError, match="not all 0 and 1"):
        estimate(Cell.of_scores([0.5]), is_rate=True)
    with pytest.raises(ValueError, match="positive"):
        Cell.of_scores([1], weights=[0])
    with pytest.raises(ValueError, match=r"longer|shorter"):
        Cell.of_scores([1, 2], clusters="a")
    with pytest.raises(ValueError, match="level"):
        estimate(Cell.of_scores([1, 2]), is_rate=False, level=1)


def test_rules_that_draw_independently_add_up_to_one_probability() -> None:
    """Whether any of several rules takes a request is 1 less the chance that all miss it, as counted over all cases."""
    rules = (0.5, 0.25, 0.125)
    counted = sum(
        math.prod(p if taken else 1 - p for p, taken in zip(rules, case, strict=True))
        for case in itertools.product((True, False), repeat=3)
        if any(case)
    )
    assert inclusion_probability(rules) == counted
    assert inclusion_probability([]) == 0.0
    assert inclusion_probability([0.3, 1.0]) == 1.0
    with pytest.raises(ValueError, match="probability"):
        inclusion_probability([1.5])
