"""A judge's pass rate made right from labels of other calls: by hand, by law and by simulation."""

from itertools import starmap

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from helicorder.scoring.prevalence import Verdicts, Weight, rogan_gladen

SIMULATIONS = 2000
counts = st.integers(1, 200)


def weighing(totals: NDArray[np.float64], squares: NDArray[np.float64]) -> Verdicts:
    """Verdicts by the sums of their weights and of the squares."""
    a, b, c, d = starmap(Weight, zip(totals, squares, strict=True))
    return Verdicts((a, b, c, d), labels=100)


def test_rogan_and_gladen_by_hand() -> None:
    """A judge that passes 60 %, with 90 % sensitivity and 80 % specificity, stands for (0.6 - 0.2) / 0.7."""
    found = rogan_gladen(0.6, 1000, Verdicts.counted(90, 20, 10, 80))
    assert found.mean == pytest.approx(0.5714, abs=5e-5)
    assert (round(found.low or 0, 4), round(found.high or 0, 4)) == (0.4898, 0.6555)


@pytest.mark.parametrize("table", [(5, 5, 5, 5), (0, 5, 0, 5), (3, 0, 2, 0), (0, 0, 0, 0)])
def test_a_judge_that_may_be_chance_is_not_inverted(table: tuple[int, int, int, int]) -> None:
    """Where labels do not show that the judge tells pass from fail there is no corrected rate, and a reason."""
    found = rogan_gladen(0.5, 100, Verdicts.counted(*table))
    assert found.mean is None
    assert found.warning is not None


@given(counts, counts, counts, counts, st.floats(1, 50))
def test_equal_weights_are_counts(hits: int, false_alarms: int, misses: int, rejections: int, weight: float) -> None:
    """Labels that were all drawn with one probability tell the same shares, as surely as their number does."""
    table = (hits, false_alarms, misses, rejections)
    plain, weighed = Verdicts.counted(*table), weighing(np.array(table) * weight, np.array(table) * weight**2)
    for one, other, n in (
        (plain.sensitivity, weighed.sensitivity, hits + misses),
        (plain.specificity, weighed.specificity, false_alarms + rejections),
    ):
        assert one is not None
        assert other is not None
        assert (one.value, one.n) == pytest.approx((other.value, other.n))
        assert one.n == pytest.approx(n)


@pytest.mark.slow
@pytest.mark.parametrize(("se", "sp", "truth"), [(0.95, 0.8, 0.7), (0.8, 0.9, 0.3)])
def test_rogan_and_gladen_cover(se: float, sp: float, truth: float) -> None:
    """With labels of a mix of their own, 95 % of the intervals hold the true pass rate."""
    draw, held = np.random.default_rng(8), []
    passed = truth * se + (1 - truth) * (1 - sp)
    for _ in range(SIMULATIONS):
        hits, rejections = int(draw.binomial(100, se)), int(draw.binomial(80, sp))
        rate = draw.binomial(2000, passed) / 2000
        found = rogan_gladen(rate, 2000, Verdicts.counted(hits, 80 - rejections, 100 - hits, rejections))
        assert found.low is not None
        assert found.high is not None
        held.append(found.low <= truth <= found.high)
    assert 0.93 <= np.mean(held) <= 0.97


@pytest.mark.slow
def test_labels_drawn_by_what_the_judge_said_cover_when_they_are_weighed() -> None:
    """Of labels drawn three times as often of what the judge fails, weighed ones cover 95 %; counted ones do not."""
    draw, truth = np.random.default_rng(9), 0.7
    weighed: list[bool] = []
    counted: list[bool] = []
    chances = np.array([0.2, 0.2, 0.6, 0.6])
    shares = np.array([truth * 0.92, (1 - truth) * 0.25, truth * 0.08, (1 - truth) * 0.75])
    for _ in range(SIMULATIONS):
        found = draw.binomial(draw.multinomial(600, shares), chances)
        rate = draw.binomial(3000, shares[:2].sum()) / 3000
        for held, labels in (
            (weighed, weighing(found / chances, found / chances**2)),
            (counted, Verdicts.counted(*(int(n) for n in found))),
        ):
            told = rogan_gladen(rate, 3000, labels)
            assert told.low is not None
            assert told.high is not None
            held.append(told.low <= truth <= told.high)
    assert 0.93 <= np.mean(weighed) <= 0.97, np.mean(weighed)
    assert np.mean(counted) < 0.9, np.mean(counted)
