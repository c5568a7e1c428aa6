"""Tables made to have given margins: a published example, a plain loop, and what must hold for any table."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from helicorder.scoring.raking import Levels, follow, rake

Floats = NDArray[np.float64]


def levels_of(shape: tuple[int, ...]) -> Levels:
    """The levels of all cells of a full table, the last dimension fastest."""
    return Levels(np.array(list(itertools.product(*map(range, shape)))).T, shape)


def raked(seed: Floats, *margins: Floats) -> Floats:
    """The raked table in the shape of its seed."""
    found = rake(seed.ravel(), levels_of(seed.shape), np.concatenate(margins))
    assert found.met
    return np.asarray(found.table.reshape(seed.shape))


def by_loop(seed: Floats, rows: Floats, columns: Floats, *, rounds: int = 10_000) -> Floats:
    """Iterative proportional fitting of two dimensions, as one would write it down."""
    table = seed / seed.sum()
    for _ in range(rounds):
        table = table * (rows / table.sum(axis=1))[:, None]
        table = table * (columns / table.sum(axis=0))
    return np.asarray(table)


def test_a_published_table() -> None:
    """The textbooks' four-by-four table, printed after three rounds by hand, ends in ours when the rounds go on."""
    seed = np.array([[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]], float)
    rows, columns = np.array([150, 300, 400, 150]) / 1000, np.array([200, 300, 400, 100]) / 1000
    printed = [
        [64.61, 46.28, 35.42, 3.83],
        [49.95, 68.15, 156.49, 25.37],
        [56.70, 144.40, 145.06, 53.76],
        [28.74, 41.18, 63.03, 17.03],
    ]
    assert (1000 * by_loop(seed, rows, columns, rounds=3)).round(2).tolist() == printed
    assert 1000 * raked(seed, rows, columns) == pytest.approx(1000 * by_loop(seed, rows, columns), abs=5e-5)


positive = st.floats(0.01, 10)
tables = st.lists(st.lists(positive, min_size=3, max_size=3), min_size=2, max_size=2).map(np.array)
shares = st.lists(positive, min_size=3, max_size=3).map(lambda given: np.array(given) / sum(given))
halves = st.floats(0.02, 0.98).map(lambda first: np.array([first, 1 - first]))


@given(seed=tables, rows=halves, columns=shares)
def test_it_has_the_margins_and_the_odds_ratios(seed: Floats, rows: Floats, columns: Floats) -> None:
    """The table has both margins, keeps every odds ratio of its seed, and is what the plain loop gives."""
    found = raked(seed, rows, columns)
    assert found.sum(axis=1) == pytest.approx(rows, rel=1e-9, abs=1e-10)
    assert found.sum(axis=0) == pytest.approx(columns, rel=1e-9, abs=1e-10)
    for left, right in itertools.combinations(range(3), 2):
        before, after = (
            of[0, left] * of[1, right] / (of[0, right] * of[1, left]) for of in (seed.astype(float), found)
        )
        assert after == pytest.approx(before, rel=1e-6)


def test_it_is_the_plain_loop() -> None:
    """A seeded table is what iterating by hand converges to."""
    draw = np.random.default_rng(3)
    seed, rows, columns = draw.random((2, 3)), np.array([0.3, 0.7]), np.array([0.2, 0.5, 0.3])
    assert raked(seed, rows, columns) == pytest.approx(by_loop(seed, rows, columns), rel=1e-9, abs=1e-9)


@given(seed=tables, rows=halves, columns=shares)
def test_the_order_of_dimensions_changes_nothing(seed: Floats, rows: Floats, columns: Floats) -> None:
    """Turned round, the table is turned round; a table that has the margins already stays as it is."""
    found = raked(seed, rows, columns)
    assert pytest.approx(found, rel=1e-9, abs=1e-9) == raked(seed.T, columns, rows).T
    assert raked(found, found.sum(axis=1), found.sum(axis=0)) == pytest.approx(found, rel=1e-9, abs=1e-9)


def test_margins_that_no_table_has_are_met_half_way() -> None:
    """Where empty cells leave no table with all margins the answer is a compromise, and says so."""
    levels = Levels(np.array([[0, 1], [0, 1]]), (2, 2))
    found = rake(np.array([0.5, 0.5]), levels, np.array([0.8, 0.2, 0.4, 0.6]))
    assert not found.met
    assert found.table.sum() == pytest.approx(1)
    assert 0.4 < found.table[0] < 0.8


@given(seed=st.integers(0, 10_000))
def test_tables_near_by_are_raked_along(seed: int) -> None:
    """Following one raked table, those that differ a little are raked as they would be by themselves."""
    draw = np.random.default_rng(seed)
    first, rows, columns = draw.random((2, 3)) + 0.1, np.array([0.4, 0.6]), np.array([0.3, 0.3, 0.4])
    levels, wanted = levels_of((2, 3)), np.concatenate([rows, columns])
    found = rake(first.ravel(), levels, wanted)
    assume(found.met)
    near = first[..., None] * (1 + 0.02 * draw.random((2, 3, 4)))
    margins = np.concatenate([of[:, None] * (1 + 0.01 * draw.random((of.size, 4))) for of in (rows, columns)])
    margins[:2] /= margins[:2].sum(axis=0)
    margins[2:] /= margins[2:].sum(axis=0)
    told = follow(found, first.ravel(), levels.incidence(), near.reshape(6, 4), np.column_stack([wanted, margins]))
    for place in range(4):
        alone = raked(near[..., place], margins[:2, place], margins[2:, place])
        assert told[:, place] == pytest.approx(alone.ravel(), rel=1e-9, abs=1e-8)


@pytest.mark.parametrize(
    ("seed", "margins"), [([0.0, 0.0], [0.5, 0.5]), ([-1.0, 2.0], [0.5, 0.5]), ([1.0, 1.0], [1.0])]
)
def test_what_is_no_table_is_refused(seed: list[float], margins: list[float]) -> None:
    """An empty seed, a negative share and margins of another length raise."""
    with pytest.raises(ValueError, match=r"seed"):
        rake(np.array(seed), Levels(np.array([[0, 1]]), (2,)), np.array(margins))
