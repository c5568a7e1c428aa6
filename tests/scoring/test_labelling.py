"""Which things to label next: the draw spends its budget, is a draw for each thing, and leaves the mean unbiased."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.scoring.labelling import Stratum, expected_errors, expected_half_width, probabilities

STRATA = st.lists(
    st.tuples(st.integers(0, 500), st.integers(0, 50), st.floats(0, 1)).map(
        lambda given: Stratum(given[0], 0.5, given[1], given[1] * given[2])
    ),
    min_size=1,
    max_size=12,
)


@given(STRATA, st.integers(1, 600))
def test_the_draw_spends_its_budget(strata: list[Stratum], budget: int) -> None:
    """Probabilities lie above 0 and at most at 1, and together they take as many things as were asked for."""
    chances = probabilities(strata, expected_errors(strata, bounded=True), budget)
    waiting = sum(stratum.waiting for stratum in strata)
    taken = sum(stratum.waiting * chance for stratum, chance in zip(strata, chances, strict=True))
    assert all(0 < chance <= 1 for chance in chances)
    assert taken == pytest.approx(min(budget, waiting))


@given(STRATA, st.integers(1, 600))
def test_more_error_is_drawn_no_less(strata: list[Stratum], budget: int) -> None:
    """A stratum in which the judge errs more is never drawn less often."""
    errors = expected_errors(strata, bounded=True)
    chances = probabilities(strata, errors, budget)
    order = sorted(range(len(strata)), key=lambda number: errors[number])
    assert all(chances[low] <= chances[high] + 1e-12 for low, high in itertools.pairwise(order))


def test_the_split_is_neymans() -> None:
    """But for the even tenth, chances are as the roots of the expected squared errors."""
    strata = [Stratum(100, 0.1, 0, 0), Stratum(100, 0.5, 0, 0)]
    low, high = probabilities(strata, expected_errors(strata, bounded=True), 20)
    even = 0.1 * 20 / 200
    assert (high - even) / (low - even) == pytest.approx(0.5 / 0.3)
    assert 100 * (low + high) == pytest.approx(20)


def test_what_labels_said_is_smoothed_by_one() -> None:
    """Ten labels of which two are wrong by 1, in one of two strata, with the usual error as one label more."""
    strata = [Stratum(50, 1.0, 10, 2.0), Stratum(50, 0.0, 10, 0.0)]
    assert expected_errors(strata, bounded=True) == pytest.approx([2.1 / 11, 0.1 / 11])


@pytest.mark.parametrize(("budget", "error"), [(0, 0.1), (5, -0.1)])
def test_what_makes_no_sense_is_refused(budget: float, error: float) -> None:
    """A budget must be positive, and no squared error is negative."""
    with pytest.raises(ValueError, match="budget"):
        probabilities([Stratum(10, 0.5, 0, 0)], [error], budget)


@pytest.mark.slow
def test_the_interval_reaches_as_far_as_planned_and_the_mean_is_unbiased() -> None:
    """Over 4,000 draws the corrected mean is right on average, and its spread is the planned one within 5 %."""
    draw = np.random.default_rng(6)
    sizes, errs = np.array([4000, 1000, 500]), np.array([0.02, 0.3, 0.1])
    residual = np.concatenate([(draw.random(size) < err) * 1.0 for size, err in zip(sizes, errs, strict=True)])
    means = [residual[a:b].mean() for a, b in ((0, 4000), (4000, 5000), (5000, 5500))]
    strata = [Stratum(int(size), 0.5, 0, 0) for size in sizes]
    chances = probabilities(strata, means, 400)
    chance = np.repeat(chances, sizes)
    told = []
    for _ in range(4000):
        taken = draw.random(residual.size) < chance
        told.append((residual * taken / chance).sum() / residual.size)
    assert np.mean(told) == pytest.approx(residual.mean(), abs=3 * np.std(told) / 4000**0.5)
    # The plan leaves out that a label tells nothing new where everything is labelled: (1 - p), here a few in a hundred.
    planned = expected_half_width(strata, means, chances) / 1.959964
    assert np.std(told) == pytest.approx(planned, rel=0.12)
