"""How often intervals hold the truth they were drawn from, in 2,000 seeded simulations each.

Each test draws all its samples at once, sums them up as the store would, in whole thousandths, and counts. The standard
error of a coverage of 95 % is half a point.
"""

from collections.abc import Iterable
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from helicorder.scoring.bootstrap import bootstrap
from helicorder.scoring.estimates import Cell, estimate
from helicorder.scoring.gram import Gram
from helicorder.scoring.statistics import Estimate, Method, student_quantile

SIMULATIONS = 2000
UNIT = 1000

Table = NDArray[np.int64]


def cell_of(
    sizes: Table, sums: Table, squares: int, *, weights_squared: int | None = None, n: int | None = None
) -> Cell:
    """The cell of clusters given by their (weighted) sizes and sums, of scores in thousandths."""
    total = (int(sizes.sum()), int(sums.sum()))
    mixed = Fraction(int((sizes * sums).sum()), UNIT)
    products = (
        (Fraction(int((sizes * sizes).sum())), mixed),
        (mixed, Fraction(int((sums * sums).sum()), UNIT**2)),
    )
    return Cell(
        n=n or total[0],
        total=Fraction(total[1], UNIT),
        squares=Fraction(squares, UNIT**2),
        requests=n or total[0],
        gram=Gram(len(sizes), (Fraction(total[0]), Fraction(total[1], UNIT)), products),
        weights_squared=None if weights_squared is None else Fraction(weights_squared),
    )


def coverage(told: Iterable[Estimate], truth: float, method: Method) -> float:
    """The share of intervals that hold the truth; all must be of that method."""
    held = []
    for one in told:
        assert one.method is method
        assert one.low is not None
        assert one.high is not None
        held.append(one.low <= truth <= one.high)
    return float(np.mean(held))


def blind(cell: Cell) -> Cell:
    """The same scores, each taken for independent."""
    return Cell(cell.n, cell.total, cell.squares, requests=cell.requests)


def clustered(seed: int, *, rate: bool, groups: int = 60, tail: float | None = None) -> tuple[list[Cell], float]:
    """Samples of sessions that are alike within, and the true mean.

    They hold 1 to 15 scores each, or, by Pareto's law with that ``tail``, mostly few and now and then up to 300.
    """
    draw = np.random.default_rng(seed)
    shape = (SIMULATIONS, groups)
    sizes = draw.integers(1, 16, shape) if tail is None else 1 + draw.pareto(tail, shape).clip(0, 299).astype(int)
    if rate:
        sums = UNIT * draw.binomial(sizes, draw.beta(2.1, 0.9, sizes.shape))
        squares = (sums * UNIT).sum(axis=1)
        truth = 0.7
    else:
        # Of m scores the sum and the squared deviations are independent: normal, and chi-squared with m - 1.
        sums = np.rint((sizes * draw.normal(2, 1, shape) + sizes**0.5 * draw.normal(0, 1, shape)) * UNIT).astype(int)
        apart = 2 * draw.gamma((sizes - 1) / 2 + (sizes == 1)) * (sizes > 1)
        squares, truth = np.rint(sums**2 / sizes + apart * UNIT**2).astype(int).sum(axis=1), 2.0
    return [cell_of(m, s, int(q)) for m, s, q in zip(sizes, sums, squares, strict=True)], truth


@pytest.mark.slow
@pytest.mark.parametrize("n", [2, 5, 30, 300])
def test_students_interval_covers(n: int) -> None:
    """Of normal scores, however few, 95 % of Student's intervals hold the mean."""
    scores = np.rint(np.random.default_rng(n).normal(3, 2, (SIMULATIONS, n)) * UNIT).astype(np.int64)
    cells = [cell_of(np.ones(n, np.int64), row, int((row**2).sum())) for row in scores]
    assert 0.93 <= coverage((estimate(cell, is_rate=False) for cell in cells), 3, Method.T) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("level", [0.8, 0.99])
def test_another_level_covers_at_its_rate(level: float) -> None:
    """An interval asked for at another level holds the mean that often."""
    scores = np.rint(np.random.default_rng(9).normal(3, 2, (SIMULATIONS, 40)) * UNIT).astype(np.int64)
    cells = [cell_of(np.ones(40, np.int64), row, int((row**2).sum())) for row in scores]
    told = (estimate(cell, is_rate=False, level=level) for cell in cells)
    assert coverage(told, 3, Method.T) == pytest.approx(level, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("n", [5, 20, 100, 1000])
def test_wilsons_interval_covers_on_average_over_rates(n: int) -> None:
    """Over rates drawn evenly from 0.02 to 0.98, 95 % of Wilson's intervals hold them, from five scores on."""
    draw = np.random.default_rng(n)
    rates = draw.uniform(0.02, 0.98, SIMULATIONS)
    held = []
    for rate, trues in zip(rates, draw.binomial(n, rates).tolist(), strict=True):
        told = estimate(Cell(n, Fraction(trues), Fraction(trues), 0, 1, n), is_rate=True)
        held.append(told.low is not None and told.high is not None and told.low <= rate <= told.high)
    assert 0.93 <= np.mean(held) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("rate", [False, True])
def test_clustered_intervals_cover_and_blind_ones_do_not(rate: bool) -> None:  # noqa: FBT001 -- a case
    """Of scores alike within sessions 95 % of clustered intervals hold the mean, and less than 90 % of blind ones."""
    cells, truth = clustered(6, rate=rate)
    seeing, naive = (Method.CLUSTERED_WILSON, Method.WILSON) if rate else (Method.CLUSTERED_T, Method.T)
    assert 0.93 <= coverage((estimate(cell, is_rate=rate) for cell in cells), truth, seeing) <= 0.97
    assert coverage((estimate(blind(cell), is_rate=rate) for cell in cells), truth, naive) < 0.90


def usual(cell: Cell) -> Estimate:
    """Cameron and Miller's interval, which counts every cluster alike: G / (G - 1) and t(G - 1)."""
    gram, (size, total) = cell.over_clusters, cell.over_clusters.totals
    mean, error = float(total / size), gram.variance((-total / size**2, 1 / size)) ** 0.5
    reach = student_quantile(gram.groups - 1, 0.95) * error
    return Estimate(cell.n, mean, mean - reach, mean + reach, method=Method.CLUSTERED_T)


@pytest.mark.slow
@pytest.mark.parametrize("groups", [5, 10, 20])
def test_intervals_of_few_sessions_cover(groups: int) -> None:
    """From five sessions on, 93 to 97 % of intervals of means hold it, of rates at least as many."""
    for rate, method in ((False, Method.CLUSTERED_T), (True, Method.CLUSTERED_WILSON)):
        cells, truth = clustered(groups, rate=rate, groups=groups)
        held = coverage((estimate(cell, is_rate=rate) for cell in cells), truth, method)
        assert 0.93 <= held <= (0.99 if rate else 0.97)


@pytest.mark.slow
@pytest.mark.parametrize("groups", [20, 60, 200])
def test_intervals_cover_where_few_sessions_hold_most(groups: int) -> None:
    """Of sessions of very uneven sizes 93 to 97 % of intervals hold the mean, of the usual form less than 90 %."""
    for rate, method in ((False, Method.CLUSTERED_T), (True, Method.CLUSTERED_WILSON)):
        cells, truth = clustered(groups, rate=rate, groups=groups, tail=1.2)
        assert 0.93 <= coverage((estimate(cell, is_rate=rate) for cell in cells), truth, method) <= 0.97
        assert coverage((usual(cell) for cell in cells), truth, Method.CLUSTERED_T) < 0.90


@pytest.mark.slow
@pytest.mark.parametrize("rate", [False, True])
def test_weighted_intervals_cover_where_the_plain_mean_is_biased(rate: bool) -> None:  # noqa: FBT001 -- a case
    """Judging all errors and 5 % of the rest, weights make the mean right and its interval cover; without, neither."""
    draw = np.random.default_rng(15)
    traffic, weighted, plain = 6000, [], []
    errors = draw.binomial(traffic, 0.04, SIMULATIONS)
    judged = draw.binomial(traffic - errors, 0.05)
    for all_errors, rest in zip(errors.tolist(), judged.tolist(), strict=True):
        bad, good = (0.3, 0.9) if rate else (1.0, 4.0)
        scores = np.concatenate(
            [
                draw.random(k) < mean if rate else draw.normal(mean, 1, k)
                for mean, k in ((bad, all_errors), (good, rest))
            ]
        )
        units = np.rint(scores * UNIT).astype(np.int64)
        weights = np.repeat([1, 20], [all_errors, rest])
        squares = int((units**2).sum())
        total = Fraction(int(units.sum()), UNIT)
        single = cell_of(weights, weights * units, 0, weights_squared=int((weights**2).sum()), n=len(units))
        sums = {"n": len(units), "total": total, "squares": Fraction(squares, UNIT**2), "requests": len(units)}
        weighted.append(Cell(**sums, gram=single.gram, weights_squared=single.weights_squared))  # type: ignore[arg-type] # -- of several types
        plain.append(Cell(**sums))  # type: ignore[arg-type] # -- the same
    truth = 0.04 * (0.3 if rate else 1.0) + 0.96 * (0.9 if rate else 4.0)
    told = [estimate(cell, is_rate=rate) for cell in weighted]
    means = np.array([one.mean for one in told])
    assert abs(means.mean() - truth) < 2 * means.std() / SIMULATIONS**0.5
    assert 0.935 <= coverage(told, truth, Method.WEIGHTED_WILSON if rate else Method.WEIGHTED) <= 0.965
    naive = [estimate(cell, is_rate=rate) for cell in plain]
    biased = np.array([one.mean for one in naive])
    assert abs(biased.mean() - truth) > 10 * biased.std() / SIMULATIONS**0.5
    assert coverage(naive, truth, Method.WILSON if rate else Method.T) < 0.5


@pytest.mark.slow
@pytest.mark.parametrize("method", ["bca", "percentile"])
def test_bootstrap_intervals_cover(method: str) -> None:
    """Of a ratio over 200 skewed clusters, 93 to 97 % of the intervals of either method hold it."""
    draw = np.random.default_rng(31)
    sizes = draw.integers(1, 8, (SIMULATIONS, 200))
    sums = sizes * draw.gamma(2, 1, sizes.shape)
    held = []
    for seed, rows in enumerate(np.stack([sizes, sums], axis=2)):
        told = bootstrap(
            rows,
            lambda totals: totals[:, 1] / totals[:, 0],
            seed=seed,
            draws=1000,
            method="bca" if method == "bca" else "percentile",
        )
        held.append(told.low is not None and told.high is not None and told.low <= 2 <= told.high)
    assert 0.93 <= np.mean(held) <= 0.97
