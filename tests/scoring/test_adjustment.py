"""CUPED: a difference with the noise of a covariate taken out, against regression and by its laws."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.linear_model import OLS

from helicorder.scoring.adjustment import cuped, slope
from helicorder.scoring.comparison import Difference, Means, Sums, clustered
from helicorder.scoring.gram import Gram
from scoring.robust import by_regression

numbers = st.fractions(-100, 100, max_denominator=100)
Rows = list[tuple[Fraction, Fraction]]
"""(score, covariate), a row to a cluster."""
segments = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=6)


def sums(values: list[Fraction]) -> Sums:
    """The sums of a segment."""
    return Sums(len(values), sum(values, Fraction()), sum((x * x for x in values), Fraction()))


def theta_of(a: Rows, b: Rows) -> Fraction:
    """The slope pooled within both segments."""
    scores, covariates = ([sums([row[i] for row in one]) for one in (a, b)] for i in (0, 1))
    crosses = [sum((x * c for x, c in one), Fraction()) for one in (a, b)]
    return slope(scores[0], scores[1], (covariates[0], covariates[1]), (crosses[0], crosses[1]))


def adjusted(a: Rows, b: Rows, theta: Fraction) -> Difference:
    """The adjusted difference with each row a cluster of its own."""
    gram = Gram.of_rows([*((1, x, c, 0, 0, 0) for x, c in a), *((0, 0, 0, 1, x, c) for x, c in b)])
    return cuped((len(a), len(b)), gram, theta)


def plain(a: Rows, b: Rows) -> Difference:
    """The difference without the covariate."""
    gram = Gram.of_rows([*((1, x, 0, 0) for x, _ in a), *((0, 0, 1, x) for x, _ in b)])
    return clustered(sums([x for x, _ in a]), sums([x for x, _ in b]), gram)


def test_a_small_example() -> None:
    """By hand: theta 0.9, and a difference of 1 that becomes 0.1 once the covariate's difference of 1 is taken out."""
    a: Rows = [(Fraction(x), Fraction(c)) for x, c in ((1, 1), (2, 2), (2, 3), (4, 4))]
    b: Rows = [(x + 1, c + 1) for x, c in a]
    found = adjusted(a, b, theta_of(a, b))
    assert theta_of(a, b) == Fraction(9, 10)
    assert found.difference == pytest.approx(0.1)
    assert found.standard_error == pytest.approx(math.sqrt(4 / 3 * 2 * 0.7 / 16))
    assert (found.method, found.clusters, found.mean_a, found.mean_b) == (Means.CUPED, 8, 2.25, 3.25)
    assert found.warning == "fewer than 30 clusters"


def test_it_is_the_regression_on_segment_and_covariate() -> None:
    """The difference is ordinary least squares' with both, and the error that of the adjusted scores by cluster."""
    draw = np.random.default_rng(5)
    groups, n = 40, 300
    group, in_b = draw.integers(0, groups, n), draw.random(n) < 0.5
    c = (draw.normal(0, 1, n) + draw.normal(0, 1, groups)[group]).round(2)
    x = (2 * c + 0.4 * in_b + draw.normal(0, 1, n)).round(2)
    exact = [(int(g), bool(side), Fraction(y), Fraction(z)) for g, side, y, z in zip(group, in_b, x, c, strict=True)]
    a, b = ([(y, z) for _, side, y, z in exact if side is which] for which in (False, True))
    rows = [[Fraction()] * 6 for _ in range(groups)]
    for g, side, y, z in exact:
        for place, value in enumerate((Fraction(1), y, z), start=3 * side):
            rows[g][place] += value
    theta = theta_of(a, b)
    found = cuped((len(a), len(b)), Gram.of_rows(rows), theta)
    both = OLS(x, np.column_stack([np.ones(n), in_b, c])).fit()
    assert float(theta) == pytest.approx(both.params[2])
    assert found.difference == pytest.approx(both.params[1])
    oracle = by_regression(x - float(theta) * c, group, in_b)
    assert found.standard_error == pytest.approx(oracle.error)
    t = abs(found.difference or 0) / oracle.error
    assert found.p_value == pytest.approx(2 * float(stats.t.sf(t, oracle.freedom)))


@given(a=segments, b=segments)
def test_without_a_slope_it_is_the_plain_difference(a: Rows, b: Rows) -> None:
    """A theta of 0 gives the clustered difference, number for number."""
    found, without = adjusted(a, b, Fraction()), plain(a, b)
    for one in ("difference", "low", "high", "p_value", "standard_error", "clusters", "warning"):
        assert getattr(found, one) == getattr(without, one)


@given(a=segments, b=segments, constant=numbers)
def test_where_the_covariate_begins_does_not_matter(a: Rows, b: Rows, constant: Fraction) -> None:
    """A constant added to the covariate of all rows changes neither theta nor the answer."""
    moved = [[(x, c + constant) for x, c in one] for one in (a, b)]
    assert theta_of(a, b) == theta_of(moved[0], moved[1])
    assert adjusted(a, b, theta_of(a, b)) == adjusted(moved[0], moved[1], theta_of(a, b))


@given(a=segments, b=segments)
def test_it_turns_round(a: Rows, b: Rows) -> None:
    """With the segments exchanged the adjusted difference changes its sign."""
    theta = theta_of(a, b)
    assert theta == theta_of(b, a)
    found, other = adjusted(a, b, theta), adjusted(b, a, theta)
    assert found.difference is not None
    assert found.difference == -(other.difference or 0)
    assert found.standard_error == pytest.approx(other.standard_error)


@given(a=segments, b=segments, theta=numbers)
def test_no_slope_does_better_within_the_segments(a: Rows, b: Rows, theta: Fraction) -> None:
    """No other theta leaves less variance when all rows are clusters of one and the segments are equally large."""
    size = min(len(a), len(b))
    a, b = a[:size], b[:size]
    best, other = adjusted(a, b, theta_of(a, b)).standard_error, adjusted(a, b, theta).standard_error
    assert best is not None
    assert other is not None
    assert best <= other * (1 + 1e-9) + 1e-9


@given(a=segments, b=segments, known=numbers)
def test_a_covariate_that_tells_everything_leaves_nothing(a: Rows, b: Rows, known: Fraction) -> None:
    """Scores on a line of the covariate have no adjusted difference and no error."""
    lines = [[(3 * c + known, c) for _, c in one] for one in (a, b)]
    assume(any(len({c for _, c in one}) > 1 for one in (a, b)))
    found = adjusted(lines[0], lines[1], theta_of(lines[0], lines[1]))
    assert (found.difference, found.standard_error) == (0.0, 0.0)


def test_a_covariate_that_does_not_vary_has_no_slope() -> None:
    """Equal covariates, or no rows, give a theta of 0."""
    flat: Rows = [(Fraction(1), Fraction(5)), (Fraction(3), Fraction(5))]
    assert theta_of(flat, flat) == theta_of([], []) == 0


def test_too_little_has_no_interval() -> None:
    """A segment of one cluster has an adjusted difference without an interval; an empty one is refused."""
    one: Rows = [(Fraction(1), Fraction(2))]
    rest: Rows = [(Fraction(i), Fraction(i % 2)) for i in range(5)]
    found = adjusted(one, rest, Fraction(1))
    assert found.difference == pytest.approx(2 - 0.4 - (1 - 2))
    assert (found.low, found.high, found.p_value, found.standard_error) == (None, None, None, None)
    with pytest.raises(ValueError, match="empty"):
        adjusted([], rest, Fraction(1))


def test_a_covariate_that_the_segments_may_have_caused_is_told() -> None:
    """Where one segment's prompts are surely longer the answer warns; where they differ by chance it does not."""
    draw = np.random.default_rng(6)
    for longer, told in ((0.0, False), (1.0, True)):
        a, b = (
            [(Fraction(round(c + noise, 2)), Fraction(round(c, 2))) for c, noise in draw.normal([more, 0], 1, (60, 2))]
            for more in (0.0, longer)
        )
        warning = adjusted(a, b, theta_of(a, b)).warning
        assert (warning is not None and warning.startswith("the covariate differs by")) == told
