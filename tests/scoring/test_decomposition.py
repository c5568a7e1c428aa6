"""Shapley's value and the factors of a change: the games of the textbooks, every order by hand, Kitagawa's formula."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from helicorder.scoring.decomposition import Replicates, factors, shapley_matrix
from helicorder.scoring.raking import Levels, rake

Floats = NDArray[np.float64]
Game = Callable[[frozenset[int]], float]


def by_orders(players: int, game: Game) -> list[float]:
    """Shapley's value as he defines it: what each adds to those before, averaged over every order."""
    added = np.zeros(players)
    for order in itertools.permutations(range(players)):
        for place, player in enumerate(order):
            before = frozenset(order[:place])
            added[player] += game(before | {player}) - game(before)
    return [float(one) for one in added / math.factorial(players)]


def by_matrix(players: int, game: Game) -> list[float]:
    """The same by the matrix over all coalitions."""
    coalitions = (frozenset(j for j in range(players) if number >> j & 1) for number in range(1 << players))
    return [float(one) for one in shapley_matrix(players) @ np.array([game(of) for of in coalitions])]


def test_the_game_of_gloves() -> None:
    """One left glove and two right ones: a pair is worth 1, of which the left one gets two thirds."""
    gloves = by_matrix(3, lambda of: float(0 in of and len(of) > 1))
    assert [round(one, 4) for one in gloves] == [0.6667, 0.1667, 0.1667]


def test_the_game_of_an_airport() -> None:
    """A runway for the largest of those who share it (8, 11, 13, 18) costs each 2, 3, 4 and 9."""
    cost = (8, 11, 13, 18)
    found = by_matrix(4, lambda of: float(max((cost[j] for j in of), default=0)))
    assert found == pytest.approx([2, 3, 4, 9])


@given(players=st.integers(1, 5), seed=st.integers(0, 10_000))
def test_it_is_the_average_over_every_order(players: int, seed: int) -> None:
    """Of any game the matrix gives what averaging over every order gives, and the values add up."""
    worth = np.random.default_rng(seed).normal(size=1 << players)

    def game(of: frozenset[int]) -> float:
        return float(worth[sum(1 << j for j in of)])

    found = by_matrix(players, game)
    assert found == pytest.approx(by_orders(players, game), rel=1e-9, abs=1e-9)
    assert sum(found) == pytest.approx(float(worth[-1] - worth[0]), rel=1e-9, abs=1e-9)


def cells(shape: tuple[int, ...], seed: int) -> Replicates:
    """A table of random rows and means in both periods, all cells filled."""
    draw = np.random.default_rng(seed)
    codes = np.array(list(itertools.product(*map(range, shape)))).T
    n = draw.integers(1, 50, (2, codes.shape[1], 1)).astype(float)
    return Replicates(Levels(codes, shape), n, n * draw.normal(size=n.shape))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_of_one_dimension_it_is_kitagawas(seed: int) -> None:
    """Mix is change of share times average mean, within is change of mean times average share, value by value."""
    found = cells((4,), seed)
    shares, means = (of[:, :, 0] for of in (found.shares(), found.means()))
    middle = found.overall()[:, 0].mean()
    mix, within = factors(found).amounts[:, :, 0]
    assert mix == pytest.approx((shares[1] - shares[0]) * (means.mean(axis=0) - middle), rel=1e-9, abs=1e-12)
    assert within == pytest.approx((means[1] - means[0]) * shares.mean(axis=0), rel=1e-9, abs=1e-12)
    assert mix.sum() + within.sum() == pytest.approx(float(np.diff(found.overall()[:, 0])[0]), rel=1e-9, abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_of_two_dimensions_it_is_every_order_by_hand(seed: int) -> None:
    """Both margins, their combination and the means, each moved from before to after in every order there is."""
    found = cells((2, 3), seed)
    shares, means = (of[:, :, 0] for of in (found.shares(), found.means()))
    margins = [np.array([shares[t] @ (found.levels.codes[0] == k) for k in range(2)]) for t in (0, 1)]
    others = [np.array([shares[t] @ (found.levels.codes[1] == k) for k in range(3)]) for t in (0, 1)]

    def mean(of: frozenset[int]) -> float:
        wanted = np.concatenate([margins[0 in of], others[1 in of]])
        table = rake(shares[int(2 in of)], found.levels, wanted)
        assert table.met
        return float(table.table @ means[int(3 in of)])

    told = factors(found).amounts[:, :, 0].sum(axis=1)
    assert told.tolist() == pytest.approx(by_orders(4, mean), rel=1e-9, abs=1e-8)


def test_a_value_of_one_period_only_is_all_mix() -> None:
    """A version that enters has no change within: what it brings is its share times how far it is from the average."""
    codes = np.array([[0, 1]])
    n = np.array([[[100.0], [0.0]], [[60.0], [40.0]]])
    totals = np.array([[[80.0], [0.0]], [[48.0], [20.0]]])
    mix, within = factors(Replicates(Levels(codes, (2,)), n, totals)).amounts[:, :, 0]
    assert within.tolist() == [0.0, 0.0]
    middle = (0.8 + 0.68) / 2
    assert mix.tolist() == pytest.approx([-0.4 * (0.8 - middle), 0.4 * (0.5 - middle)])
    assert mix.sum() == pytest.approx(0.68 - 0.8)
