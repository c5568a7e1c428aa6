"""Who moved, the judge or the system: the four cases, and how often nobody is blamed while nothing moves."""

from fractions import Fraction

import numpy as np
import pytest

from helicorder.scoring.comparison import Difference, Sums, paired, welch
from helicorder.scoring.drift import Drifted, drift

CASES = [
    (0.0, 0.0, Drifted.NOBODY),
    (-0.1, 0.0, Drifted.JUDGE),
    (0.0, -0.1, Drifted.SYSTEM),
    (-0.1, -0.1, Drifted.BOTH),
    (-0.1, 0.1, Drifted.BOTH),
]


def told(values: np.ndarray) -> Sums:
    """The sums of scores in thousandths."""
    whole = np.rint(values * 1000).astype(int)
    return Sums(whole.size, Fraction(int(whole.sum()), 1000), Fraction(int((whole**2).sum()), 10**6))


def paired_of(values: np.ndarray) -> Difference:
    """The paired difference."""
    sums = told(values)
    return paired(sums.n, sums.total, sums.squares)


@pytest.mark.parametrize("looks", [False, True])
@pytest.mark.parametrize(("judge", "system", "word"), CASES)
def test_the_four_cases_are_told_apart(judge: float, system: float, word: Drifted, looks: bool) -> None:  # noqa: FBT001 -- a case
    """Neither, the judge, the system or both, also where they cancel: changes are found and named, with their sizes."""
    draw = np.random.default_rng(1)
    anchors = paired_of(draw.normal(judge, 0.05, 150))
    traffic = welch(told(draw.normal(0.7, 0.1, 2000)), told(draw.normal(0.7 + judge + system, 0.1, 2000)))
    found = drift(anchors, traffic, looks=looks)
    assert found.word is word
    assert found.judge.change == pytest.approx(judge, abs=0.02)
    assert found.system.change == pytest.approx(system, abs=0.03)
    assert found.sentence.endswith(".")


def test_few_anchors_say_nothing() -> None:
    """Below 30 anchors, or without traffic on one side, it is not yet known."""
    draw = np.random.default_rng(2)
    traffic = welch(told(draw.normal(0.7, 0.1, 100)), told(draw.normal(0.2, 0.1, 100)))
    assert drift(paired_of(draw.normal(0, 0.1, 29)), traffic, looks=False).word is Drifted.NOT_KNOWN
    nothing = welch(told(draw.normal(0.7, 0.1, 100)), told(np.array([])))
    assert drift(paired_of(draw.normal(0, 0.1, 60)), nothing, looks=False).word is Drifted.NOT_KNOWN


def test_anchors_that_all_stand_still_are_still() -> None:
    """A judge that repeats itself to the digit has not moved, though nothing varied."""
    draw = np.random.default_rng(3)
    traffic = welch(told(draw.normal(0.7, 0.1, 500)), told(draw.normal(0.5, 0.1, 500)))
    assert drift(paired_of(np.zeros(100)), traffic, looks=True).word is Drifted.SYSTEM


def test_anchors_that_cannot_tell_blame_nobody() -> None:
    """Traffic that surely moved, with anchors too unsure to say whether the judge did, is not yet known."""
    draw = np.random.default_rng(5)
    traffic = welch(told(draw.normal(0.7, 0.1, 5000)), told(draw.normal(0.66, 0.1, 5000)))
    found = drift(paired_of(draw.normal(-0.04, 0.2, 60)), traffic, looks=False)
    assert found.word is Drifted.NOT_KNOWN
    assert "the traffic moved, and the anchors do not show" in found.sentence


@pytest.mark.slow
def test_the_confusion_matrix_of_the_planted_cases() -> None:
    """Of 1,000 draws of each case nearly all are named rightly, and few blame who did not move."""
    draw, words = np.random.default_rng(6), list(Drifted)
    table = np.zeros((len(CASES), len(words)))
    for row, (judge, system, _) in enumerate(CASES):
        for _ in range(1000):
            anchors = paired_of(draw.normal(judge, 0.1, 120))
            traffic = welch(told(draw.normal(0.7, 0.2, 800)), told(draw.normal(0.7 + judge + system, 0.2, 800)))
            table[row, words.index(drift(anchors, traffic, looks=False).word)] += 1 / 1000
    right = {case: table[row, words.index(case[2])] for row, case in enumerate(CASES)}
    # Where nobody moved three intervals of 95 % may be wrong.
    assert all(share >= (0.87 if case[2] is Drifted.NOBODY else 0.93) for case, share in right.items()), table
    blames_judge = table[:, [words.index(Drifted.JUDGE), words.index(Drifted.BOTH)]].sum(axis=1)
    blames_system = table[:, [words.index(Drifted.SYSTEM), words.index(Drifted.BOTH)]].sum(axis=1)
    for row, (judge, system, _) in enumerate(CASES):
        assert judge or blames_judge[row] <= 0.065, table
        assert system or blames_system[row] <= 0.065, table


@pytest.mark.slow
def test_few_anchors_do_not_shift_the_blame() -> None:
    """With 40 noisy anchors a judge that moved is often not seen, and few draws blame the system for it."""
    draw, blamed = np.random.default_rng(7), 0
    for _ in range(1000):
        anchors = paired_of(draw.normal(-0.05, 0.15, 40))
        traffic = welch(told(draw.normal(0.7, 0.15, 3000)), told(draw.normal(0.65, 0.15, 3000)))
        blamed += drift(anchors, traffic, looks=False).word in (Drifted.SYSTEM, Drifted.BOTH)
    assert blamed <= 65, blamed


@pytest.mark.slow
def test_looking_every_day_blames_nobody_too_often() -> None:
    """Of 1,000 quiet streams looked at 60 times, at most 5 % blame the judge and at most 5 % the system."""
    draw, blamed = np.random.default_rng(4), {Drifted.JUDGE: 0, Drifted.SYSTEM: 0, Drifted.BOTH: 0}
    for _ in range(1000):
        anchors, before = draw.normal(0, 0.05, 60 * 20), told(draw.normal(0.7, 0.1, 4000))
        after = draw.normal(0.7, 0.1, 60 * 50)
        words = {
            drift(paired_of(anchors[: 20 * day]), welch(before, told(after[: 50 * day])), looks=True).word
            for day in range(3, 61)
        }
        for word in words & set(blamed):
            blamed[word] += 1
    assert blamed[Drifted.JUDGE] + blamed[Drifted.BOTH] <= 50
    assert blamed[Drifted.SYSTEM] + blamed[Drifted.BOTH] <= 50
