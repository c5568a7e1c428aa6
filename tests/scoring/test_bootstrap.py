"""The bootstrap over clusters against scipy's, against exact enumeration, and its own promises."""

import itertools
from typing import Literal

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from helicorder.scoring.bootstrap import Array, bootstrap, bootstrap_each

METHODS: tuple[Literal["bca", "percentile"], ...] = ("bca", "percentile")


def ratio(totals: Array) -> Array:
    """The mean of scores, from totals of (how many, their sum)."""
    return np.asarray(totals[:, 1] / totals[:, 0])


def clusters(seed: int, count: int = 40) -> Array:
    """Sizes and skewed sums of that many clusters, in no particular order."""
    draw = np.random.default_rng(seed)
    sizes = draw.integers(1, 8, count).astype(float)
    return np.column_stack([sizes, sizes * draw.lognormal(0, 1, count)])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(4))
def test_the_interval_is_scipys(method: Literal["bca", "percentile"], seed: int) -> None:
    """With the same draws, interval and standard error are those of scipy's bootstrap of paired sums."""
    rows = clusters(seed)
    rows = rows[np.lexsort(rows.T[::-1])]
    theirs = stats.bootstrap(
        (rows[:, 0], rows[:, 1]),
        lambda sizes, sums, axis: sums.sum(axis=axis) / sizes.sum(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=2000,
        method="BCa" if method == "bca" else "percentile",
        rng=np.random.default_rng(seed),
    )
    mine = bootstrap(rows, ratio, seed=seed, method=method)
    assert (mine.low, mine.high) == pytest.approx(tuple(theirs.confidence_interval), rel=1e-9)
    assert mine.standard_error == pytest.approx(theirs.standard_error, rel=1e-9)
    assert mine.method == method
    assert mine.estimate == pytest.approx(rows[:, 1].sum() / rows[:, 0].sum(), rel=1e-12)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**31), chance=st.randoms(use_true_random=False))
def test_the_same_rows_in_any_order_give_the_same_bytes(seed: int, chance: object) -> None:
    """Rows shuffled, and zeros of either sign, change no byte of the answer."""
    rows = [[1.0, 0.0], [1.0, -0.0], *clusters(3, 12).tolist()]
    shuffled = [list(row) for row in rows]
    chance.shuffle(shuffled)  # type: ignore[attr-defined] # -- Hypothesis hands out a random.Random
    first, second = (bootstrap(some, ratio, seed=seed, draws=200) for some in (rows, shuffled))
    assert msgspec.json.encode(first) == msgspec.json.encode(second)


def test_another_seed_gives_another_interval_near_by() -> None:
    """The seed changes the draws and hardly the answer."""
    one, other = (bootstrap(clusters(5), ratio, seed=seed) for seed in (1, 2))
    assert one.low is not None
    assert one.low != other.low
    assert one.low == pytest.approx(other.low, rel=0.05)
    assert one.estimate == other.estimate


def test_draws_have_the_distribution_of_all_samples() -> None:
    """With three clusters the percentile interval is that of all 27 equally likely samples."""
    rows = np.array([[1.0, 1.0], [2.0, 6.0], [1.0, 10.0]])
    exact = [ratio(rows[list(pick)].sum(axis=0)[None, :])[0] for pick in itertools.product(range(3), repeat=3)]
    told = bootstrap(rows, ratio, seed=3, draws=100_000, method="percentile", level=0.8)
    assert (told.low, told.high) == pytest.approx(
        tuple(np.quantile(exact, [0.1, 0.9], method="inverted_cdf")), rel=1e-12
    )
    assert told.standard_error == pytest.approx(np.std(exact), rel=0.01)


def test_several_statistics_share_their_draws() -> None:
    """Each of several statistics has the interval that it has by itself."""
    rows = clusters(7)
    both = bootstrap_each(rows, lambda totals: np.column_stack([ratio(totals), totals[:, 1]]), seed=7)
    assert both == [bootstrap(rows, ratio, seed=7), bootstrap(rows, lambda totals: totals[:, 1], seed=7)]


def test_memory_is_bounded_and_the_whole_is_drawn() -> None:
    """Draws made in parts, as for many clusters, are all there, and agree with the delta method."""
    draw = np.random.default_rng(0)
    rows = np.column_stack([np.ones(5000), draw.normal(2, 1, 5000)])
    told = bootstrap(rows, ratio, seed=1, draws=1000)
    assert told.draws == 1000
    assert told.standard_error == pytest.approx(rows[:, 1].std() / 5000**0.5, rel=0.1)
    assert told.method == "bca"


def test_a_quantile_is_a_function_of_totals() -> None:
    """The median of values in clusters is bootstrapped from how often each value occurs in each cluster."""
    draw = np.random.default_rng(4)
    values = (draw.integers(0, 6, 60)[:, None] + draw.integers(0, 4, (60, 5))).astype(int)
    rows = np.array([np.bincount(row, minlength=10) for row in values], dtype=float)

    def median(totals: Array) -> Array:
        upto = totals.cumsum(axis=1)
        return np.asarray((upto >= upto[:, -1:] / 2).argmax(axis=1), dtype=float)

    told = bootstrap(rows, median, seed=2)
    assert told.estimate == np.quantile(values, 0.5, method="inverted_cdf")
    assert told.estimate is not None
    assert told.low is not None
    assert told.high is not None
    assert told.low <= told.estimate <= told.high
    assert told.low < told.high


@pytest.mark.parametrize("method", METHODS)
def test_what_never_varies_has_width_zero(method: Literal["bca", "percentile"]) -> None:
    """Clusters all alike give an interval of the estimate alone."""
    told = bootstrap([[2.0, 3.0]] * 10, ratio, seed=1, method=method)
    assert (told.low, told.estimate, told.high, told.standard_error) == (1.5, 1.5, 1.5, 0.0)


def test_one_cluster_has_no_interval() -> None:
    """A single cluster has a value and nothing to say of its spread."""
    told = bootstrap([[2.0, 3.0]], ratio, seed=1)
    assert (told.estimate, told.low, told.high, told.method) == (1.5, None, None, "none")


def test_a_statistic_that_is_mostly_undefined_has_no_interval() -> None:
    """Samples without a value are counted; more than a twentieth of them, and there is no interval."""
    often = bootstrap([[0.0, 1.0], [0.0, 2.0], [1.0, 5.0]], ratio, seed=1)
    assert (often.low, often.high, often.method) == (None, None, "none")
    assert often.undefined == pytest.approx(2000 * (2 / 3) ** 3, rel=0.1)
    rarely = bootstrap([[0.0, 1.0], *([[1.0, 2.0], [2.0, 5.0]] * 2)], ratio, seed=1)
    assert 0 <= rarely.undefined < 100
    assert rarely.method == "bca"
    assert bootstrap([[0.0, 0.0], [0.0, 0.0]], ratio, seed=1).estimate is None


def test_an_extreme_estimate_falls_back_to_percentiles() -> None:
    """Where all draws lie on one side of the estimate BCa is not defined, and the answer says percentile."""
    rows = [[float(i == j) for i in range(30)] for j in range(30)]
    told = bootstrap(rows, lambda totals: (totals > 0).sum(axis=1).astype(float), seed=1)
    assert told.method == "percentile"
    assert told.estimate == 30.0


BAD: list[tuple[NDArray[np.float64], int, float]] = [
    (np.empty((0, 2)), 200, 0.95),
    (np.array([1.0, 2.0]), 200, 0.95),
    (np.array([[1.0, np.nan]]), 200, 0.95),
    (np.ones((3, 2)), 99, 0.95),
    (np.ones((3, 2)), 200, 1.0),
]


@pytest.mark.parametrize(("rows", "draws", "level"), BAD)
def test_what_cannot_be_drawn_from_is_refused(rows: Array, draws: int, level: float) -> None:
    """No rows, a list, what is not finite, few draws and a level of 1 raise."""
    with pytest.raises(ValueError, match=r"rows|draws|level"):
        bootstrap(rows, ratio, seed=1, draws=draws, level=level)
