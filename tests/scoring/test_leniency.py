"""Who scores higher than the others: by hand, against a regression, by law and by simulation."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from helicorder.model.findings import Means
from helicorder.scoring.leniency import Apart, Deviations, bias_of_two, rater_biases

Ratings = dict[int, dict[int, float]]
"""By thing what each rater said of it."""


def deviations(ratings: Ratings, sessions: dict[int, int] | None = None) -> list[Deviations]:
    """The sums of each thing by itself, in blocks of its session or its own."""
    found = []
    for thing, said in ratings.items():
        if len(said) > 1:
            raters, middle = tuple(sorted(said)), sum(said.values()) / len(said)
            block = thing if sessions is None else sessions[thing]
            found.append(Deviations(raters, 1, tuple(said[rater] - middle for rater in raters), block))
    return found


def test_two_raters_by_hand() -> None:
    """One who gives 1 more than the other to everything is 0.5 above the middle, the other 0.5 below."""
    found = rater_biases(deviations({thing: {0: thing + 1.0, 1: float(thing)} for thing in range(10)}), 2)
    assert [one.bias.value for one in found] == pytest.approx([0.5, -0.5])
    assert [one.bias.n for one in found] == [10, 10]


@given(st.integers(0, 10_000))
def test_it_is_the_regression_on_things_and_raters(seed: int) -> None:
    """With ratings missing at random the biases are those of ordinary least squares with a level for each thing."""
    draw = np.random.default_rng(seed)
    ratings: Ratings = {
        thing: {rater: float(draw.integers(0, 9)) for rater in range(4) if draw.random() < 0.7} for thing in range(25)
    }
    several = {thing: said for thing, said in ratings.items() if len(said) > 1}
    rows = [(thing, rater, value) for thing, said in several.items() for rater, value in said.items()]
    things = sorted(several)
    design = np.zeros((len(rows), len(things) + 4))
    for number, (thing, rater, _) in enumerate(rows):
        design[number, things.index(thing)] = design[number, len(things) + rater] = 1
    said = np.array([value for *_, value in rows])
    fitted = np.linalg.lstsq(design, said, rcond=None)[0][len(things) :]
    found = [one.bias.value for one in rater_biases(deviations(ratings), 4)]
    assert found == pytest.approx((fitted - fitted.mean()).tolist(), abs=1e-8)


@given(st.integers(0, 10_000), st.floats(-5, 5))
def test_biases_add_up_to_nothing_and_know_no_level(seed: int, more: float) -> None:
    """They sum to 0; a number added to all that was said of a thing changes none of them, nor does the order."""
    draw = np.random.default_rng(seed)
    ratings: Ratings = {thing: {rater: float(draw.normal()) for rater in range(3)} for thing in range(12)}
    moved = {thing: {rater: value + more * thing for rater, value in said.items()} for thing, said in ratings.items()}
    one, other = (rater_biases(deviations(of), 3) for of in (ratings, dict(reversed(moved.items()))))
    assert sum(found.bias.value or 0 for found in one) == pytest.approx(0, abs=1e-9)
    assert [found.bias.value for found in one] == pytest.approx([found.bias.value for found in other], abs=1e-9)


def test_raters_that_share_nothing_are_not_compared() -> None:
    """Two pairs of raters with no thing between them have no biases, and the reason; nor has nobody."""
    ratings: Ratings = {thing: {0: 1.0, 1: 2.0} if thing % 2 else {2: 1.0, 3: 5.0} for thing in range(10)}
    assert {one.bias.reason for one in rater_biases(deviations(ratings), 4)} == {"raters that share no things"}
    assert {one.bias.reason for one in rater_biases([], 2)} == {"fewer than two raters of one thing"}


def test_things_that_all_hang_together_have_no_interval() -> None:
    """Where leaving out a block leaves raters without a thing in common, biases are told and their errors are not."""
    ratings: Ratings = {0: {0: 1.0, 1: 2.0}, 1: {0: 1.0, 1: 3.0}}
    [first, _] = rater_biases(deviations(ratings, {0: 0, 1: 0}), 2)
    assert first.bias.value == pytest.approx(-0.75)
    assert (first.bias.low, first.p_value, first.flagged) == (None, None, False)


def session_ratings(draw: np.random.Generator, biases: NDArray[np.float64]) -> tuple[Ratings, dict[int, int]]:
    """Things of sessions, of which raters also have each their own opinion; each rates about two thirds of them."""
    session = np.repeat(np.arange(60), draw.integers(1, 6, 60))
    opinions = draw.normal(0, 0.5, (60, biases.size))
    said: Ratings = {}
    for thing, one in enumerate(session):
        noise = draw.normal(0, 0.7, biases.size)
        rated = draw.random(biases.size) < 2 / 3
        level = draw.normal()
        said[thing] = {
            rater: float(level + biases[rater] + opinions[one, rater] + noise[rater])
            for rater in range(biases.size)
            if rated[rater]
        }
    return said, {thing: int(one % 50) for thing, one in enumerate(session)}


@pytest.mark.slow
def test_intervals_cover_and_flags_are_seldom_false() -> None:
    """95 % of intervals hold the raters' biases where sessions hang together; of raters alike few draws flag any."""
    draw, held, blind, flagged = np.random.default_rng(71), [], [], []
    for biases in itertools.islice(itertools.cycle([np.array([0.3, -0.1, -0.2]), np.zeros(3)]), 2000):
        ratings, sessions = session_ratings(draw, biases)
        found = rater_biases(deviations(ratings, sessions), 3)
        alone = rater_biases(deviations(ratings), 3)
        for one, other, truth in zip(found, alone, biases, strict=True):
            assert one.bias.low is not None
            assert one.bias.high is not None
            assert other.bias.low is not None
            assert other.bias.high is not None
            held.append(one.bias.low <= truth <= one.bias.high)
            blind.append(other.bias.low <= truth <= other.bias.high)
        if not biases.any():
            flagged.append(any(one.flagged for one in found))
    assert 0.93 <= np.mean(held) <= 0.97, np.mean(held)
    assert np.mean(blind) < 0.93, np.mean(blind)
    # Of 1,000 draws, with a standard error of one point.
    assert np.mean(flagged) <= 0.12, np.mean(flagged)


def apart(
    x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64], block: NDArray[np.int64]
) -> list[Apart]:
    """The sums of two raters, by block."""
    products = (weight, weight * x, weight * y, weight * (y - x) ** 2)
    told = np.stack([np.bincount(block, of) for of in products], axis=1)
    exact = [[Fraction(float(of)) for of in row] for row in told]
    return [Apart(int(n), *row) for n, row in zip(np.bincount(block), exact, strict=True) if n]


def test_the_bias_of_two_is_their_paired_difference() -> None:
    """Of independent things it is scipy's paired t; in blocks the same difference, with about the same error."""
    draw = np.random.default_rng(4)
    x = draw.normal(size=300)
    y = x + draw.normal(0.2, 0.5, 300)
    one = bias_of_two(apart(x, y, np.ones(300), np.zeros(300, int)), 300)
    known = stats.ttest_rel(y, x)
    held = known.confidence_interval()
    assert (one.low, one.high, one.p_value) == pytest.approx((held.low, held.high, known.pvalue))
    blocks = bias_of_two(apart(x, y, np.ones(300), np.arange(300) % 50), 50)
    assert blocks.difference == pytest.approx(one.difference)
    assert blocks.standard_error == pytest.approx(one.standard_error, rel=0.3)
    assert (blocks.method, one.method) == (Means.CLUSTERED, Means.PAIRED_T)
    assert blocks.mean_a == pytest.approx(x.mean())
    weight = draw.integers(1, 5, 300).astype(float)
    weighed = bias_of_two(apart(x, y, weight, np.arange(300) % 50), 50)
    assert weighed.difference == pytest.approx(np.average(y - x, weights=weight))
    assert weighed.method is Means.WEIGHTED
    assert bias_of_two([], 0).difference is None
