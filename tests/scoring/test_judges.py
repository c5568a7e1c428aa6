"""A judge's mean corrected by labels: against ppi-python's figures, by hand, by law and by simulation."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from helicorder.scoring.gram import Gram
from helicorder.scoring.judges import Correction, Labelled, Mean, bias, human_mean, ppi, raw_mean
from helicorder.scoring.statistics import student_quantile, wilson

SIMULATIONS = 2000
HUMAN = [1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 0, 1]
JUDGE = [1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1]

Floats = NDArray[np.float64]


def labelled(rows: Sequence[Sequence[float]], labels: int) -> Labelled:
    """The sums of rows (u, u f, w, w y, w f), a cluster each."""
    return Labelled(judged=len(rows), labels=labels, gram=Gram.of_rows(rows), drawn=labels)


def seen(
    judge: Floats,
    human: Floats,
    taken: NDArray[np.bool_],
    chance: Floats | float = 1.0,
    session: NDArray[np.int64] | None = None,
) -> Labelled:
    """The sums of things, of which some were labelled with some probability; numbers of few digits.

    They are independent where no sessions are given.
    """
    weight = np.where(taken, np.round(1 / np.broadcast_to(chance, judge.shape), 6), 0.0)
    columns = np.stack([np.ones_like(judge), judge, weight, weight * human, weight * judge])
    place = np.arange(judge.size) if session is None else session
    groups = int(place.max()) + 1
    whole = np.rint([np.bincount(place, column, groups) for column in columns * 10**6]).astype(object)
    one = Fraction(1, 10**6)
    products = tuple(tuple(one * one * int(a @ b) for b in whole) for a in whole)
    gram = Gram(groups, tuple(one * int(row.sum()) for row in whole), products)
    labels = int(taken.sum())
    return Labelled(
        judged=judge.size,
        labels=labels,
        gram=gram,
        drawn=labels,
        differ=int((taken & (judge != human)).sum()),
    )


@pytest.mark.parametrize(("tuning", "mean", "reach"), [(0.5, 0.625, 0.18196), (1.0, 0.6, 0.21109)])
def test_the_mean_is_that_of_ppi_python(tuning: float, mean: float, reach: float) -> None:
    """With the labelled things apart from the judged ones, mean and interval are those of ppi_mean_ci 0.2.3."""
    rows: list[tuple[float, ...]] = [(0, 0, 1, y, f) for y, f in zip(HUMAN, JUDGE, strict=True)]
    rows += [(1, 1, 0, 0, 0)] * 70 + [(1, 0, 0, 0, 0)] * 30
    found = ppi(labelled(rows, len(HUMAN)), is_rate=False, tuning=Fraction(tuning))
    assert found.mean == pytest.approx(mean, rel=1e-9, abs=1e-9)
    assert found.standard_error is not None
    # The variance here has K / (K - 1) of the K = 20 labels where that package divides by n and by N.
    assert found.standard_error * 1.959964 == pytest.approx(reach * (20 / 19) ** 0.5, abs=1e-4)


def test_the_tuning_is_the_best_there_is() -> None:
    """No other share of the judge has a smaller standard error."""
    draw = np.random.default_rng(3)
    human = np.round(draw.normal(0.5, 0.2, 400), 3)
    judge = np.round(0.3 + 0.5 * human + draw.normal(0, 0.1, 400), 3)
    whole = seen(judge, human, draw.random(400) < 0.25)
    best = ppi(whole, is_rate=False)
    assert best.tuning is not None
    assert best.standard_error is not None
    for tuning in np.linspace(0, 1, 21):
        other = ppi(whole, is_rate=False, tuning=Fraction(tuning)).standard_error
        assert other is not None
        assert best.standard_error <= other + 1e-9


def test_all_labelled_leaves_the_people_alone() -> None:
    """With a label on everything the corrected mean is people's own, whatever the judge says."""
    human, judge = np.array(HUMAN, float), np.array(JUDGE, float)
    whole = seen(judge, human, np.ones(len(HUMAN), bool))
    corrected, people = ppi(whole, is_rate=True), human_mean(whole, is_rate=True)
    assert (corrected.mean, corrected.low, corrected.high) == (people.mean, people.low, people.high)


def test_a_judge_that_never_varies_adds_nothing() -> None:
    """A judge that says the same of everything is left out."""
    human = np.array(HUMAN, float)
    whole = seen(np.ones(20), human, np.arange(20) < 12)
    assert ppi(whole, is_rate=True).tuning == 0
    assert ppi(whole, is_rate=True).mean == pytest.approx(human[:12].mean())


def test_without_labels_there_is_no_corrected_mean() -> None:
    """No labels: the raw mean stands, and the corrected one says that there is none."""
    whole = seen(np.array(JUDGE, float), np.zeros(20), np.zeros(20, bool))
    assert raw_mean(whole, is_rate=True).mean == pytest.approx(np.mean(JUDGE))
    assert human_mean(whole, is_rate=True).mean is None
    assert bias(whole).mean is None
    assert (ppi(whole, is_rate=True).mean, ppi(whole, is_rate=True).method) == (None, Correction.NONE)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=4, max_size=60))
def test_order_does_not_matter_and_heaps_merge(things: list[tuple[bool, bool, bool]]) -> None:
    """The corrected mean is the same whatever the order in which things came, and however they were heaped."""
    rows = [(1, f, took, took * y, took * f) for f, y, took in things]
    labels = sum(took for *_, took in things)
    whole = labelled(rows, labels)
    turned = labelled(rows[::-1], labels)
    assert ppi(whole, is_rate=True) == ppi(turned, is_rate=True)
    halves = Gram.of_rows(rows[:2]).merge(Gram.of_rows(rows[2:]))
    assert halves == whole.gram


@pytest.mark.slow
@pytest.mark.parametrize("labels", [50, 100, 400])
@pytest.mark.parametrize("kind", ["boolean", "numeric"])
def test_the_corrected_interval_covers_and_the_raw_does_not(labels: int, kind: str) -> None:
    """95 % of corrected intervals hold what people would say; the raw judge's nearly never do; none is much wider."""
    draw = np.random.default_rng(labels)
    size, corrected, raw, widths = 4 * labels + 400, [], [], []
    truth = 0.7
    for _ in range(SIMULATIONS):
        if kind == "boolean":
            human = (draw.random(size) < truth).astype(float)
            judge = np.where(human == 1, draw.random(size) < 0.95, draw.random(size) < 0.5).astype(float)
        else:
            human = np.round(draw.normal(truth, 0.1, size), 3)
            judge = np.round(human + 0.1 + draw.normal(0, 0.05, size), 3)
        chance = np.where(judge > 0.75, 0.8, 1.2) * labels / size
        whole = seen(judge, human, draw.random(size) < chance, chance)
        found, own = ppi(whole, is_rate=kind == "boolean"), raw_mean(whole, is_rate=kind == "boolean")
        people = human_mean(whole, is_rate=kind == "boolean")
        assert found.low is not None
        assert found.high is not None
        assert people.low is not None
        assert people.high is not None
        corrected.append(found.low <= truth <= found.high)
        raw.append((own.low or 0) <= truth <= (own.high or 0))
        widths.append((found.high - found.low) / (people.high - people.low))
    assert 0.93 <= np.mean(corrected) <= 0.97
    assert np.mean(raw) < 0.1
    assert np.max(widths) <= 1.05


@pytest.mark.slow
@pytest.mark.parametrize("uneven", [False, True])
def test_the_corrected_interval_covers_when_sessions_hang_together(uneven: bool) -> None:  # noqa: FBT001 -- a case
    """Where sessions are good or bad as a whole 95 % of intervals hold the truth; session-blind ones do not."""
    draw, truth = np.random.default_rng(77), 0.7
    held: list[bool] = []
    blind: list[bool] = []
    for _ in range(SIMULATIONS):
        sizes = 1 + draw.pareto(2, 150).clip(0, 99).astype(int) if uneven else draw.integers(1, 9, 150)
        session = np.repeat(np.arange(150), sizes)
        alike = draw.random(session.size) < 0.8
        luck = np.where(alike, draw.random(150)[session], draw.random(session.size))
        human = (luck < truth).astype(float)
        judge = np.where(human == 1, draw.random(session.size) < 0.95, draw.random(session.size) < 0.5).astype(float)
        chance = np.where(judge == 1, 0.4, 0.6)
        taken = draw.random(session.size) < chance
        for told, sessions in ((held, session), (blind, None)):
            found = ppi(seen(judge, human, taken, chance, sessions), is_rate=True)
            assert found.low is not None
            assert found.high is not None
            told.append(found.low <= truth <= found.high)
    assert 0.93 <= np.mean(held) <= 0.97
    assert np.mean(blind) < 0.9


def students(found: Mean, freedom: int) -> tuple[float, float]:
    """The interval that a rate would have by Student's quantile."""
    assert found.standard_error is not None
    reach = student_quantile(freedom, 0.95) * found.standard_error
    return (found.mean or 0) - reach, (found.mean or 0) + reach


@pytest.mark.slow
@pytest.mark.parametrize(("truth", "labels"), [(0.95, 60), (0.9, 30)])
def test_the_corrected_interval_covers_rates_near_one(truth: float, labels: int) -> None:
    """Where nearly all pass at least 93 % of corrected intervals hold the rate, and fewer of Student's."""
    draw = np.random.default_rng(labels)
    held, people, plain = [], [], []
    for _ in range(SIMULATIONS):
        human = (draw.random(5 * labels) < truth).astype(float)
        judge = np.where(human == 1, draw.random(human.size) < 0.95, draw.random(human.size) < 0.4).astype(float)
        whole = seen(judge, human, draw.random(human.size) < 0.2, 0.2)
        found, alone = ppi(whole, is_rate=True), human_mean(whole, is_rate=True)
        held.append((found.low or 0) <= truth <= (found.high or 0))
        people.append((alone.low or 0) <= truth <= (alone.high or 0))
        low, high = students(alone, whole.labels - 1)
        plain.append(low <= truth <= high)
    assert 0.93 <= np.mean(held) <= 0.98
    assert 0.93 <= np.mean(people) <= 0.98
    assert np.mean(plain) < 0.92


def test_where_all_labels_pass_the_rate_is_not_certain() -> None:
    """Twenty passes of twenty labels have Wilson's interval, as twenty passes always have."""
    found = human_mean(labelled([(1, 1, 1, 1, 1)] * 20, 20), is_rate=True)
    assert (found.mean, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(wilson(1.0, 20, student_quantile(19, 0.95))[0])


@given(verdicts=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=40))
def test_a_corrected_rate_and_its_interval_lie_from_0_to_1(verdicts: list[tuple[bool, bool]]) -> None:
    """No rate and no end of its interval is below 0 or above 1, and the rate lies between the ends."""
    rows = [(1, f, 1, y, f) for y, f in verdicts] + [(1, 1, 0, 0, 0)] * 5
    for found in (
        ppi(labelled(rows, len(verdicts)), is_rate=True),
        human_mean(labelled(rows, len(verdicts)), is_rate=True),
    ):
        assert found.low is not None
        assert found.high is not None
        assert 0 <= found.low <= (found.mean or 0) + 1e-12
        assert (found.mean or 0) - 1e-12 <= found.high <= 1
