"""Agreement and correlation against published tables, other libraries, by law and by simulation."""

import math
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa

from helicorder.model.findings import NONE_DIFFERED
from helicorder.scoring.agreement import Counts, by_category, categories, kappa, matrix, observed, weighted_kappa
from helicorder.scoring.annotators import Pattern, Scale, krippendorff_alpha
from helicorder.scoring.correlation import PairSums, pearson, spearman

SIMULATIONS = 2000
# Krippendorff (2011), section E: four observers, twelve units, missing ratings.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
TABLES = st.dictionaries(st.tuples(st.sampled_from("1234"), st.sampled_from("1234")), st.integers(1, 30), min_size=1)


def patterns(observers: list[list[int | None]]) -> list[Pattern]:
    """What was said of each unit, counted."""
    units = zip(*observers, strict=True)
    return counted(Counter(tuple(sorted(str(said) for said in unit if said is not None)) for unit in units))


def counted(found: Mapping[Any, int]) -> list[Pattern]:
    """Patterns by how many things have them."""
    return [Pattern(said, n) for said, n in found.items()]


def sums(x: np.ndarray, y: np.ndarray) -> PairSums:
    """The exact sums of pairs."""
    a, b = ([Fraction(float(value)) for value in values] for values in (x, y))
    return PairSums(
        len(a), sum(a, Fraction()), sum(b, Fraction()), sum((v * v for v in a), Fraction()),
        sum((v * v for v in b), Fraction()), sum((v * w for v, w in zip(a, b, strict=True)), Fraction()),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("scale", "alpha"), [("nominal", 0.7434), ("ordinal", 0.8154), ("interval", 0.8491), ("ratio", 0.7974)]
)
def test_krippendorffs_own_example(scale: str, alpha: float) -> None:
    """Alpha of the published example is 0.743, 0.815, 0.849 and 0.797, and lies in its interval."""
    found = krippendorff_alpha(patterns(OBSERVERS), Scale(scale))
    assert found.value == pytest.approx(alpha, abs=5e-5)
    assert found.low is not None
    assert found.high is not None
    assert found.low < alpha < found.high
    assert found.n == 11, "one unit was rated once, which says nothing of agreement"


@given(st.lists(st.lists(st.sampled_from([None, 1, 2, 3, 7]), min_size=3, max_size=3), min_size=2, max_size=20))
def test_alpha_is_that_of_the_library(units: list[list[int | None]]) -> None:
    """Alpha is the krippendorff package's, for every scale, whoever left out what."""
    observers = [list(column) for column in zip(*units, strict=True)]
    told = [[math.nan if said is None else said for said in row] for row in observers]
    for scale in Scale:
        found = krippendorff_alpha(patterns(observers), scale)
        if found.value is not None:
            known = krippendorff.alpha(np.array(told, float), level_of_measurement=scale.value)
            assert found.value == pytest.approx(known, rel=1e-9, abs=1e-9)


def test_alpha_of_full_agreement_is_one_and_of_one_value_undefined() -> None:
    """Equal ratings of different things are 1; one value everywhere shows no reliability either way."""
    assert krippendorff_alpha(counted({("1", "1"): 3, ("2", "2"): 3}), Scale.NOMINAL).value == 1
    same = krippendorff_alpha(counted({("1", "1"): 6}), Scale.INTERVAL)
    assert same.reason == "everybody said the same of everything"
    assert krippendorff_alpha(counted({("1", "2"): 1, ("3",): 5}), Scale.NOMINAL).value is None
    with pytest.raises(ValueError, match="proportions"):
        krippendorff_alpha(counted({("-1", "2"): 3, ("3", "3"): 5}), Scale.RATIO)


def test_cohens_table() -> None:
    """Kappa and quadratic kappa of the table of Fleiss, Cohen and Everitt (1969), with their intervals.

    The intervals are those of statsmodels, which computes by the formulas of that paper.
    """
    table = np.array([[106, 10, 4], [22, 28, 10], [2, 12, 6]])
    counts = {(str(i), str(j)): int(table[i, j]) for i in range(3) for j in range(3)}
    found, known = kappa(counts), cohens_kappa(table)
    assert found.value == pytest.approx(0.4286, abs=5e-5)
    assert [found.low, found.high] == pytest.approx([known.kappa_low, known.kappa_upp])
    found, known = weighted_kappa(counts), cohens_kappa(table, wt="quadratic")
    assert found.value == pytest.approx(known.kappa)
    assert [found.low, found.high] == pytest.approx([known.kappa_low, known.kappa_upp])


@given(TABLES)
def test_kappa_is_that_of_the_library_and_of_either_order(counts: Counts) -> None:
    """Kappa is statsmodels'; turning the raters round changes nothing; it is 1 where all agree."""
    labels = categories(counts)
    table = np.array(matrix(counts, labels))
    found = kappa(counts)
    turned = kappa({(b, a): n for (a, b), n in counts.items()})
    if found.value is None:
        return
    assert turned.value == pytest.approx(found.value)
    assert found.value == pytest.approx(cohens_kappa(table, return_results=False))
    assert (found.value == pytest.approx(1)) == (observed(counts).value == 1)


def test_f1_by_hand() -> None:
    """Precision 3 of 5, recall 3 of 4, and F1 their harmonic mean, between its ends."""
    counts = {("yes", "yes"): 3, ("yes", "no"): 1, ("no", "yes"): 2, ("no", "no"): 4}
    yes = {one.category: one for one in by_category(counts)}["yes"]
    assert (yes.precision.value, yes.recall.value) == (3 / 5, 3 / 4)
    assert yes.f1.value == pytest.approx(2 / (5 / 3 + 4 / 3))
    assert (yes.f1.low or 1) < 2 / 3 < (yes.f1.high or 0)
    assert categories({("10", "9"): 1, ("b", "a"): 1}) == ["9", "10", "a", "b"]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=40))
def test_correlations_are_scipys(pairs: list[tuple[int, int]]) -> None:
    """Pearson of the values and of their mean ranks are scipy's pearsonr and spearmanr."""
    x, y = np.array(pairs, float).T
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        assert pearson(sums(x, y)).reason == "a rater said the same of everything"
        return
    ranks = sums(2 * stats.rankdata(x), 2 * stats.rankdata(y))
    assert pearson(sums(x, y)).value == pytest.approx(stats.pearsonr(x, y).statistic, rel=1e-9, abs=1e-12)
    assert spearman(ranks).value == pytest.approx(stats.spearmanr(x, y).statistic, rel=1e-9, abs=1e-12)


def test_fishers_interval_is_scipys() -> None:
    """Pearson's interval is the one that scipy gives."""
    draw = np.random.default_rng(1)
    x = draw.normal(size=50)
    y = x + draw.normal(size=50)
    found, known = pearson(sums(x, y)), stats.pearsonr(x, y).confidence_interval()
    assert [found.low, found.high] == pytest.approx([known.low, known.high])


def test_few_things_say_why_there_is_no_number() -> None:
    """Where a measure is not defined its reason is told."""
    assert kappa({}).reason == kappa({("1", "1"): 1}).reason == "fewer than two things that both judged"
    assert kappa({("1", "1"): 5}).reason == "both said one and the same of everything"
    assert pearson(PairSums(3, *(Fraction(1),) * 5)).reason == "fewer than 4 things that both judged"
    assert observed({}).value is None


@pytest.mark.slow
def test_intervals_of_agreement_cover() -> None:
    """95 % intervals of kappa, weighted kappa, alpha, Pearson and Spearman hold their truths 93 to 97 % of the time."""
    draw = np.random.default_rng(9)
    shares = np.array([[0.30, 0.06, 0.02], [0.05, 0.20, 0.05], [0.01, 0.06, 0.25]])
    cells = [(str(i), str(j)) for i in range(3) for j in range(3)]
    expected = dict(zip(cells, map(int, (shares * 10**6).ravel()), strict=True))
    truth = {"kappa": kappa(expected).value or 0.0, "weighted": weighted_kappa(expected).value or 0.0}
    coins = shares + shares.T
    margin = coins.sum(axis=1) / 2
    truth["alpha"] = 1 - (1 - np.trace(shares)) / (1 - (margin**2).sum())
    truth["pearson"], truth["spearman"] = 0.6, 6 / math.pi * math.asin(0.3)
    held: dict[str, list[bool]] = {name: [] for name in truth}
    for _ in range(SIMULATIONS):
        counts = dict(zip(cells, map(int, draw.multinomial(200, shares.ravel())), strict=True))
        x = draw.normal(size=100)
        y = 0.6 * x + 0.8 * draw.normal(size=100)
        found = {
            "kappa": kappa(counts),
            "weighted": weighted_kappa(counts),
            "alpha": krippendorff_alpha(counted(counts), Scale.NOMINAL),
            "pearson": pearson(sums(x, y)),
            "spearman": spearman(sums(2 * stats.rankdata(x), 2 * stats.rankdata(y))),
        }
        for name, one in found.items():
            assert one.low is not None
            assert one.high is not None
            held[name].append(one.low <= truth[name] <= one.high)
    assert {name: 0.93 <= np.mean(of) <= 0.97 for name, of in held.items()} == dict.fromkeys(held, True), {
        name: float(np.mean(of)) for name, of in held.items()
    }


def test_full_agreement_has_no_interval_of_no_width() -> None:
    """Where none differed, kappa and alpha are 1 without an interval, and say why; the share has one below 1."""
    counts = {("1", "1"): 5, ("2", "2"): 3}
    for found in (kappa(counts), weighted_kappa(counts), krippendorff_alpha(counted(counts), Scale.INTERVAL)):
        assert (found.value, found.low, found.high, found.n) == (1, None, None, 8)
        assert found.reason == NONE_DIFFERED
    low, high = observed(counts).low, observed(counts).high
    assert low is not None
    assert (low < 0.7, high) == (True, 1)
