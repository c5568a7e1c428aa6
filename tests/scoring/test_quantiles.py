"""Quantiles from ranks and the edges of histograms, against scipy, tables and the laws they obey."""

import itertools
import math
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from helicorder.scoring.estimates import Cell, estimate
from helicorder.scoring.gram import Gram
from helicorder.scoring.quantiles import (
    ROUND_STEPS,
    QuantileEstimate,
    bin_edges,
    bin_of,
    quantile_estimate,
    quantile_levels,
    quantile_ranks,
    ranks_of,
)
from helicorder.scoring.statistics import Estimate

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("n", "low", "high", "coverage"),
    [(6, 1, 6, 0.9688), (10, 2, 9, 0.9785), (20, 6, 15, 0.9586), (25, 8, 18, 0.9567), (50, 18, 33, 0.9672)],
)
def test_the_ranks_of_a_median_are_the_tables(n: int, low: int, high: int, coverage: float) -> None:
    """The 95 % ranks of a median are those of the sign test's table (Conover, section 3.2), with their coverage."""
    ranks = quantile_ranks(n, 0.5)
    assert (ranks.low, ranks.high) == (low, high)
    assert ranks.coverage == pytest.approx(coverage, abs=5e-5)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 7, 20, 100, 999])
@pytest.mark.parametrize("q", [0.01, 0.25, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("level", [0.6, 0.9, 0.95, 0.99])
def test_the_ranks_are_scipys(n: int, q: float, level: float) -> None:
    """Low and high values are those of scipy's inverted binomial test, infinite where we say None."""
    values = np.arange(1.0, n + 1)
    test: Any = stats.quantile_test(values, q=0, p=q)
    expected = test.confidence_interval(confidence_level=level)
    ranks = quantile_ranks(n, q, level)
    low, high = ranks.low or -math.inf, ranks.high or math.inf
    for mine, theirs in ((low, expected.low), (high, expected.high)):
        assert mine == theirs or (not math.isfinite(mine) and math.isnan(theirs))


@given(n=st.integers(1, 10**6), q=st.floats(0.001, 0.999), level=st.floats(0.5, 0.999))
def test_ranks_hold_the_quantile_and_cover_at_least_the_level(n: int, q: float, level: float) -> None:
    """Low is not above the quantile's rank nor high below it, and together they cover what was asked for."""
    ranks = quantile_ranks(n, q, level)
    assert 1 <= (ranks.low or 1) <= ranks.at <= (ranks.high or n) <= n
    assert ranks.coverage >= level - 1e-9


def test_a_tail_of_just_the_level_is_enough() -> None:
    """Two values bound the median at 50 %, where each tail has exactly the quarter that it may have."""
    ranks = quantile_ranks(2, 0.5, 0.5)
    assert (ranks.low, ranks.high, ranks.coverage) == (1, 2, 0.5)


@pytest.mark.parametrize(("n", "q", "at"), [(100, 0.07, 7), (100, 0.95, 95), (10, 0.5, 5), (11, 0.5, 6), (1, 0.99, 1)])
def test_a_rank_is_the_decimals_not_the_doubles(n: int, q: float, at: int) -> None:
    """The rank of a quantile is n * q rounded up, for the decimal that q is written as."""
    assert quantile_ranks(n, q).at == at


@given(values=st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=60), q=st.sampled_from([0.1, 0.5, 0.9]))
def test_counts_give_what_sorted_values_give(values: list[float], q: float) -> None:
    """From a count per value come the values at the ranks, and the quantile is numpy's inverted distribution."""
    told, ranks, ordered = quantile_estimate(Counter(values), q), quantile_ranks(len(values), q), sorted(values)
    assert told.value == ordered[ranks.at - 1] == np.quantile(values, q, method="inverted_cdf")
    assert told.low == (None if ranks.low is None else ordered[ranks.low - 1])
    assert told.high == (None if ranks.high is None else ordered[ranks.high - 1])
    assert told.n == len(values)


def test_no_values_have_no_quantile() -> None:
    """Without values there is a count of zero and nothing else, also where values are named with a count of 0."""
    assert quantile_estimate({}, 0.5) == quantile_estimate({1.0: 0}, 0.5) == QuantileEstimate(0, 0.5)


@pytest.mark.parametrize("skewed", [False, True])
def test_intervals_of_quantiles_cover_whatever_the_distribution(skewed: bool) -> None:  # noqa: FBT001 -- a case
    """Of 2,000 samples at least 95 % of the intervals hold the true quantile, with ties and with a heavy tail."""
    draw = np.random.default_rng(8)
    samples = np.sort(draw.lognormal(0, 2, (2000, 200)) if skewed else draw.poisson(3, (2000, 200)), axis=1)
    for q in (0.5, 0.9):
        ranks = quantile_ranks(200, q)
        assert ranks.low is not None
        assert ranks.high is not None
        truth = stats.lognorm(2).ppf(q) if skewed else stats.poisson(3).ppf(q)
        held = ((samples[:, ranks.low - 1] <= truth) & (truth <= samples[:, ranks.high - 1])).mean()
        assert held > 0.94
        assert held < 0.97 or not skewed


def below(scores: NDArray[np.float64], sessions: NDArray[np.int64], weights: NDArray[np.int64], at: float) -> Estimate:
    """The estimate of the share of values that do not exceed one."""
    reached = weights * (scores <= at)
    groups = int(sessions.max()) + 1
    columns = np.stack([np.bincount(sessions, of, groups) for of in (weights, reached)]).astype(int).astype(object)
    products = columns @ columns.T
    gram = Gram(
        len(np.unique(sessions)),
        (Fraction(int(weights.sum())), Fraction(int(reached.sum()))),
        tuple(tuple(Fraction(int(cell)) for cell in row) for row in products),
    )
    trues = Fraction(int((scores <= at).sum()))
    squared = Fraction(int((weights**2).sum()))
    return estimate(Cell(scores.size, trues, trues, gram=gram, weights_squared=squared), is_rate=True)


def at_share(values: NDArray[np.float64], upto: NDArray[np.float64], share: float) -> float:
    """The smallest of sorted values that at least a share of the weight does not exceed."""
    return float(values[np.searchsorted(upto, share - 1e-9)])


def test_levels_of_alone_and_even_values_are_their_ranks() -> None:
    """Where values are independent the ends are those of the ranks, but for Student's quantile in place of normal's."""
    draw = np.random.default_rng(3)
    scores = draw.random(400)
    median = float(np.quantile(scores, 0.5, method="inverted_cdf"))
    told = below(scores, np.arange(400), np.ones(400, np.int64), median)
    low, high = quantile_levels(told, 0.5)
    ranks = quantile_ranks(400, 0.5)
    assert low is not None
    assert high is not None
    assert (low * 400, high * 400) == pytest.approx((ranks.low, ranks.high), abs=1.0)


def test_a_single_cluster_bounds_no_quantile() -> None:
    """Values of one session say nothing of another: there are no ends."""
    told = below(np.arange(20.0), np.zeros(20, np.int64), np.ones(20, np.int64), 9.0)
    assert quantile_levels(told, 0.5) == (None, None)


@pytest.mark.slow
@pytest.mark.parametrize("drawn", [False, True])
@pytest.mark.parametrize("q", [0.25, 0.5, 0.95])
def test_intervals_of_quantiles_cover_over_sessions(q: float, drawn: bool) -> None:  # noqa: FBT001 -- a case
    """Of sessions, and of calls drawn by their size, 95 % of intervals hold the quantile; plain ranks do not."""
    draw, truth = np.random.default_rng(17), float(stats.lognorm.ppf(q, 1))
    held, plain = [], []
    for _ in range(2000):
        session = np.repeat(np.arange(120), draw.integers(1, 13, 120))
        scores = np.exp(0.7 * draw.normal(size=120)[session] + math.sqrt(0.51) * draw.normal(size=session.size))
        chance = np.where(scores > math.e, 1.0, 0.25) if drawn else np.ones(scores.size)
        kept = draw.random(scores.size) < chance
        scores, session, weight = scores[kept], session[kept], np.rint(1 / chance[kept]).astype(np.int64)
        order = np.argsort(scores)
        upto = np.cumsum(weight[order]) / weight.sum()
        values, ranks = scores[order], quantile_ranks(scores.size, q)
        low, high = quantile_levels(below(scores, session, weight, at_share(values, upto, q)), q)
        bottom = -math.inf if low is None else at_share(values, upto, low)
        held.append(bottom <= truth and (high is None or truth <= at_share(values, upto, high)))
        assert ranks.low is not None
        assert ranks.high is not None
        plain.append(values[ranks.low - 1] <= truth <= values[ranks.high - 1])
    assert 0.93 <= np.mean(held) <= 0.975, np.mean(held)
    assert np.mean(plain) < 0.9, np.mean(plain)


@pytest.mark.parametrize(("n", "q", "level"), [(0, 0.5, 0.95), (5, 0.0, 0.95), (5, 1.0, 0.95), (5, 0.5, 1.0)])
def test_what_is_no_quantile_is_refused(n: int, q: float, level: float) -> None:
    """No values, a share of 0 or 1, or a level of 1 raise."""
    with pytest.raises(ValueError, match=r"no|level"):
        quantile_ranks(n, q, level)


@pytest.mark.parametrize(
    ("minimum", "maximum", "bins", "edges"),
    [
        (0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0.12, 97.3, 10, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]),
        (-3, 4, 4, [-4, -2, 0, 2, 4]),
        (3, 3, 10, [3, 4]),
        (0.3, 0.3, 10, [0.3, 0.4]),
        (0, 0, 10, [0, 1]),
    ],
)
def test_edges_are_round(minimum: float, maximum: float, bins: int, edges: list[float]) -> None:
    """Bins lie at round numbers, to the last bit the doubles that one would write."""
    assert bin_edges(minimum, maximum, bins) == edges


@given(one=finite, other=finite, bins=st.integers(2, 60))
def test_every_value_has_one_bin(one: float, other: float, bins: int) -> None:
    """Edges ascend, are finite and no more than asked for, and both ends of the values lie in a bin."""
    minimum, maximum = sorted((one, other))
    edges = bin_edges(minimum, maximum, bins)
    assert 2 <= len(edges) <= bins + 1
    assert all(math.isfinite(edge) for edge in edges)
    assert all(lower < upper for lower, upper in itertools.pairwise(edges))
    assert edges[0] <= minimum <= maximum <= edges[-1]
    for value in (minimum, maximum, *edges):
        at = bin_of(edges, value)
        assert edges[at] <= value <= edges[at + 1]
        assert value < edges[at + 1] or at == len(edges) - 2


@given(minimum=st.integers(-(10**6), 10**6), width=st.integers(1, 10**6), bins=st.integers(4, 60))
def test_bins_are_round_and_not_needlessly_wide(minimum: int, width: int, bins: int) -> None:
    """Of the bins asked for at least a sixth are used, and their width is 1, 2, 2.5 or 5 times a power of ten."""
    edges = bin_edges(minimum, minimum + width, bins)
    assert len(edges) - 1 >= bins / 6
    step = (edges[-1] - edges[0]) / (len(edges) - 1)
    leading = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert min(abs(leading - round_step) for round_step in map(float, ROUND_STEPS)) < 1e-6


@pytest.mark.parametrize(("minimum", "maximum", "bins"), [(1, 0, 5), (0, math.inf, 5), (math.nan, 1, 5), (0, 1, 1)])
def test_what_has_no_bins_is_refused(minimum: float, maximum: float, bins: int) -> None:
    """Ends that are swapped or not finite, and fewer than two bins, raise."""
    with pytest.raises(ValueError, match="bins"):
        bin_edges(minimum, maximum, bins)


@given(
    st.sets(st.integers(1, 2_000) | st.integers(1, 10**9), max_size=20),
    st.sampled_from([0.001, 0.01, 0.07, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999]),
    st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
def test_the_ranks_of_many_sizes_are_those_of_each(sizes: set[int], q: float, level: float) -> None:
    """Found for many sizes at once, the ranks are the ones found for each alone, with their coverage."""
    found = ranks_of(sizes, q, level)
    assert set(found) == sizes
    for size, ranks in found.items():
        alone = quantile_ranks(size, q, level)
        assert (ranks.at, ranks.low, ranks.high) == (alone.at, alone.low, alone.high)
        assert ranks.coverage == pytest.approx(alone.coverage, abs=1e-9)


@pytest.mark.parametrize(("sizes", "q"), [([0, 5], 0.5), ([-1], 0.5), ([5], 0.0), ([5], 1.0)])
def test_ranks_of_nothing_are_refused(sizes: list[int], q: float) -> None:
    """No values, and no share between 0 and 1, have no ranks; no sizes have none to find."""
    with pytest.raises(ValueError, match=r"no .* quantile"):
        ranks_of(sizes, q)
    assert ranks_of([], q) == {}
