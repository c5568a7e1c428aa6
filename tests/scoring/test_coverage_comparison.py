"""How often differences hold the truth they were drawn from, and how often looks, slices and tables mislead.

Each simulation is seeded and sums its scores up as the store would, in whole thousandths. Where not said otherwise it
draws 2,000 times, so the standard error of a coverage of 95 % is half a point.
"""

from collections.abc import Iterable
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from helicorder.scoring.adjustment import cuped, slope
from helicorder.scoring.comparison import Difference, Sums, clustered, newcombe, paired, paired_newcombe, welch
from helicorder.scoring.dominance import Objective, dominance
from helicorder.scoring.gram import Gram
from helicorder.scoring.multiplicity import adjusted, level_of_flagged, levels_of_looks
from helicorder.scoring.statistics import normal_quantile

SIMULATIONS = 2000
UNIT = 1000

Table = NDArray[np.int64]
Scores = NDArray[np.float64]


def whole(values: Scores) -> Table:
    """Scores in thousandths."""
    return np.rint(values * UNIT).astype(np.int64)


def sums(scores: Table) -> Sums:
    """The sums of scores in thousandths."""
    return Sums(scores.size, Fraction(int(scores.sum()), UNIT), Fraction(int((scores**2).sum()), UNIT**2))


def coverage(told: Iterable[Difference], truth: float = 0.0) -> float:
    """The share of differences whose interval holds the truth; all must have one."""
    held = []
    for one in told:
        assert one.low is not None
        assert one.high is not None
        held.append(one.low <= truth <= one.high)
    return float(np.mean(held))


def gram_of(columns: Table, units: list[int]) -> Gram:
    """The Gram of clusters whose quantities are given as columns, in the units named."""
    products = columns.T @ columns
    exact = tuple(
        tuple(Fraction(int(cell), one * other) for cell, other in zip(row, units, strict=True))
        for row, one in zip(products, units, strict=True)
    )
    totals = tuple(Fraction(int(x), unit) for x, unit in zip(columns.sum(axis=0), units, strict=True))
    return Gram(len(columns), totals, exact)


@pytest.mark.slow
@pytest.mark.parametrize(("n_a", "n_b"), [(5, 5), (10, 60), (200, 150)])
def test_welch_covers(n_a: int, n_b: int) -> None:
    """Of normal scores with unlike variances 95 % of Welch's intervals hold the difference."""
    draw = np.random.default_rng(n_a)
    a, b = whole(draw.normal(3, 3, (SIMULATIONS, n_a))), whole(draw.normal(3.5, 1, (SIMULATIONS, n_b)))
    assert 0.93 <= coverage((welch(sums(x), sums(y)) for x, y in zip(a, b, strict=True)), 0.5) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize(("n_a", "n_b"), [(10, 10), (20, 100), (400, 300)])
def test_newcombe_covers_on_average_over_rates(n_a: int, n_b: int) -> None:
    """Over rates drawn evenly from 0.05 to 0.95, 95 % of Newcombe's intervals hold the difference."""
    draw = np.random.default_rng(n_b)
    rates = draw.uniform(0.05, 0.95, (2, SIMULATIONS))
    held = []
    for p_a, p_b, k_a, k_b in zip(*rates, draw.binomial(n_a, rates[0]), draw.binomial(n_b, rates[1]), strict=True):
        a, b = (Sums(n, Fraction(int(k)), Fraction(int(k))) for n, k in ((n_a, k_a), (n_b, k_b)))
        held.append(coverage([newcombe(a, b)], p_b - p_a))
    assert 0.93 <= np.mean(held) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("n", [5, 40, 300])
def test_the_paired_t_covers_and_uses_the_pairing(n: int) -> None:
    """Of pairs that hang together 95 % of paired intervals hold the difference, where Welch's are far too wide."""
    draw = np.random.default_rng(n)
    inputs = draw.normal(0, 2, (SIMULATIONS, n))
    a, b = whole(inputs + draw.normal(0, 1, inputs.shape)), whole(inputs + draw.normal(0.3, 1, inputs.shape))
    apart = [sums(row) for row in b - a]
    assert 0.93 <= coverage((paired(one.n, one.total, one.squares) for one in apart), 0.3) <= 0.97
    assert coverage((welch(sums(x), sums(y)) for x, y in zip(a, b, strict=True)), 0.3) > 0.98


@pytest.mark.slow
@pytest.mark.parametrize(("n", "most"), [(20, 0.98), (100, 0.97), (500, 0.97)])
def test_paired_newcombe_covers_on_average_over_tables(n: int, most: float) -> None:
    """Over random tables 95 % of paired Newcombe intervals hold the difference, and a little more of few pairs."""
    draw = np.random.default_rng(n)
    tables = draw.dirichlet([4, 1, 1, 3], SIMULATIONS)
    seen = draw.multinomial(n, tables)
    held = [
        coverage([paired_newcombe(*map(int, counts))], table[2] - table[1])
        for table, counts in zip(tables, seen, strict=True)
    ]
    assert 0.93 <= np.mean(held) <= most


def sessions(seed: int, groups: int = 60) -> tuple[Table, Table, Table]:
    """(cluster by cluster: size and sum of a, size and sum of b), squares of a and of b; of a true difference of 0.5.

    Four in ten sessions hold scores of a alone, four of b alone, two of both.
    """
    draw = np.random.default_rng(seed)
    sizes = draw.integers(1, 13, (SIMULATIONS, groups, 2))
    place = np.arange(groups) % 10
    sizes[:, place < 4, 1] = sizes[:, (place >= 4) & (place < 8), 0] = 0
    member = np.arange(12) < sizes[..., None]
    own = draw.normal(2, 1, (SIMULATIONS, groups, 1, 1))
    scores = whole(own + draw.normal(0, 1, member.shape) + np.array([0, 0.5])[:, None]) * member
    totals = scores.sum(axis=3)
    columns = np.stack([sizes[..., 0], totals[..., 0], sizes[..., 1], totals[..., 1]], axis=2)
    squares = (scores**2).sum(axis=(1, 3))
    return columns, squares[:, 0], squares[:, 1]


def arms(columns: Table, squares_a: int, squares_b: int) -> tuple[Sums, Sums]:
    """The sums of both segments of clusters."""
    n_a, total_a, n_b, total_b = (int(x) for x in columns.sum(axis=0))
    return (
        Sums(n_a, Fraction(total_a, UNIT), Fraction(int(squares_a), UNIT**2)),
        Sums(n_b, Fraction(total_b, UNIT), Fraction(int(squares_b), UNIT**2)),
    )


@pytest.mark.slow
def test_clustered_differences_cover_and_blind_ones_do_not() -> None:
    """Of scores alike within sessions 95 % of clustered intervals hold the difference; of Welch's less than 85 %."""
    drawn = list(zip(*sessions(4), strict=True))
    seeing = (clustered(*arms(*one), gram_of(one[0], [1, UNIT, 1, UNIT])) for one in drawn)
    assert 0.93 <= coverage(seeing, 0.5) <= 0.97
    assert coverage((welch(*arms(*one)) for one in drawn), 0.5) < 0.85


@pytest.mark.slow
@pytest.mark.parametrize("of_a", [5, 15])
def test_a_segment_of_few_clusters_covers_and_warns(of_a: int) -> None:
    """With five sessions of a against a hundred of b the interval still holds the difference, and always warns."""
    draw, all_ = np.random.default_rng(8), of_a + 100
    told = []
    for totals in whole(draw.normal(0, 1, (SIMULATIONS, all_))):
        in_a = np.arange(all_) < of_a
        columns = np.stack([in_a, totals * in_a, ~in_a, totals * ~in_a], axis=1)
        a, b = sums(totals[in_a]), sums(totals[~in_a])
        told.append(clustered(a, b, gram_of(columns, [1, UNIT, 1, UNIT])))
    assert all(one.warning for one in told)
    assert 0.93 <= coverage(told) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0.3, 0.8])
def test_cuped_covers_with_less_variance(rho: float) -> None:
    """Adjusted intervals hold the difference 95 % of the time, with a share 1 - rho**2 of the variance."""
    draw, n = np.random.default_rng(int(rho * 10)), 200
    known = draw.normal(5, 1, (SIMULATIONS, n))
    in_b = np.arange(n) % 2
    score = whole(rho * known + np.sqrt(1 - rho**2) * draw.normal(0, 1, known.shape) + 0.2 * in_b)
    sharper, ratios = [], []
    for x, c in zip(score, whole(known), strict=True):
        parts = [(1 - in_b), x * (1 - in_b), c * (1 - in_b), in_b, x * in_b, c * in_b]
        a, b = sums(x[in_b == 0]), sums(x[in_b == 1])
        crosses = [Fraction(int((x * c)[in_b == side].sum()), UNIT**2) for side in (0, 1)]
        theta = slope(a, b, (sums(c[in_b == 0]), sums(c[in_b == 1])), (crosses[0], crosses[1]))
        gram = gram_of(np.stack(parts, axis=1), [1, UNIT, UNIT] * 2)
        plain = clustered(a, b, Gram(n, *without_covariate(gram)))
        sharper.append(cuped((a.n, b.n), gram, theta))
        ratios.append(((sharper[-1].standard_error or 0) / (plain.standard_error or 1)) ** 2)
    assert 0.93 <= coverage(sharper, 0.2) <= 0.97
    assert np.mean(ratios) == pytest.approx(1 - rho**2, abs=0.015)
    assert np.mean([one.difference for one in sharper]) == pytest.approx(0.2, abs=0.01)


def without_covariate(gram: Gram) -> tuple[tuple[Fraction, ...], tuple[tuple[Fraction, ...], ...]]:
    """Totals and products of a Gram without those of the covariate."""
    kept = (0, 1, 3, 4)
    return tuple(gram.totals[i] for i in kept), tuple(tuple(gram.products[i][j] for j in kept) for i in kept)


def slices(seed: int, effects: Scores, n: int = 30) -> Iterable[list[tuple[Sums, Sums]]]:
    """For each simulation both sides of slices whose scores hang together across slices, by half their variance.

    The i-th score of every slice is of the same user, so the slices' p-values are positively dependent.
    """
    draw = np.random.default_rng(seed)
    for _ in range(SIMULATIONS):
        own = draw.normal(0, 1, (2, 1, n)) + draw.normal(0, 1, (2, effects.size, n))
        scores = whole(own + np.stack([np.zeros_like(effects), effects])[..., None])
        yield [(sums(a), sums(b)) for a, b in zip(*scores, strict=True)]


@pytest.mark.slow
def test_flags_among_correlated_slices_are_seldom_false() -> None:
    """Among ten slices without a difference any flag at 10 % is false: at most 10 % of tables have one."""
    looks = ([welch(a, b).p_value or 0.0 for a, b in pairs] for pairs in slices(15, np.zeros(10)))
    flagged = [min(adjusted(p_values)) <= 0.1 for p_values in looks]
    assert 0.01 < np.mean(flagged) <= 0.1


@pytest.mark.slow
def test_flags_among_planted_slices_and_their_intervals_hold() -> None:
    """Of three true differences among ten few flags are false, few sure slices miss, and Bonferroni finds fewer."""
    effects = np.array([1.2] * 3 + [0.0] * 7)
    false, missed, found, bonferroni, sure = [], [], [], [], []
    for pairs in slices(16, effects):
        told = [welch(a, b) for a, b in pairs]
        p_values = np.array([one.p_value for one in told])
        counted = adjusted(p_values.tolist())
        flags = np.array(counted) <= 0.1
        false.append(flags[3:].sum() / max(flags.sum(), 1))
        found.append(flags[:3].mean())
        bonferroni.append((p_values[:3] <= 0.1 / effects.size).mean())
        missed.append(missed_share(told, effects, flags))
        sure.append(sure_share(pairs, counted, effects))
    assert np.mean(false) <= 0.1
    assert np.mean(missed) <= 0.1
    assert np.mean(sure) <= 0.05
    assert np.mean(found) > np.mean(bonferroni) + 0.05


def sure_share(pairs: list[tuple[Sums, Sums]], counted: list[float], effects: Scores) -> float:
    """Of the slices whose interval, at the level of all looks, leaves 0 out, the share that misses; 0 without any.

    Those slices are the ones that are flagged at 5 %.
    """
    levels = levels_of_looks(counted, 0.05)
    told = [welch(a, b, level) for (a, b), level in zip(pairs, levels, strict=True)]
    sure = np.array([coverage([one]) == 0 for one in told])
    assert sure.tolist() == [p <= 0.05 for p in counted]
    missed = np.array([coverage([one], effect) == 0 for one, effect in zip(told, effects, strict=True)])
    return float(missed[sure].mean()) if sure.any() else 0.0


def missed_share(told: list[Difference], effects: Scores, flags: NDArray[np.bool_]) -> float:
    """Of the intervals of the flagged, widened to their level, the share that misses the truth; 0 without a flag."""
    if not flags.any():
        return 0.0
    wide = normal_quantile(level_of_flagged(int(flags.sum()), flags.size, 0.1))
    off = np.array([abs((one.difference or 0) - effect) for one, effect in zip(told, effects, strict=True)])
    return float(np.mean((off > wide * np.array([one.standard_error for one in told]))[flags]))


@pytest.mark.slow
def test_dominance_is_seldom_said_of_equals() -> None:
    """Of segments alike in quality, cost and latency, with few scores, at most 5 % of answers see either dominate."""
    draw = np.random.default_rng(17)
    gains = {"quality": 1, "cost": -1, "latency": -1}
    said = []
    for a, b in whole(draw.normal(0, 1, (SIMULATIONS, 2, 3, 8))):
        found = {name: welch(sums(x), sums(y)) for name, x, y in zip(gains, a, b, strict=True)}
        said.append(dominance({name: Objective(one, gains[name], 9.0) for name, one in found.items()}).segment)
    assert 0.02 < np.mean([segment is not None for segment in said]) <= 0.05


@pytest.mark.slow
def test_a_dearer_segment_seldom_dominates_for_want_of_data() -> None:
    """Of better segments that cost more than the margin, with few scores, at most 5 % are said to dominate."""
    draw, said = np.random.default_rng(18), []
    for noise in whole(draw.normal(0, 1, (SIMULATIONS, 2, 2, 30))):
        better = welch(sums(noise[0, 0]), sums(noise[0, 1] + 2 * UNIT))
        cost = welch(sums(noise[1, 0]), sums(noise[1, 1] + UNIT // 2))
        objectives = {"quality": Objective(better, 1), "cost": Objective(cost, -1, 0.5)}
        said.append(dominance(objectives).segment == "b")
    assert np.mean(said) <= 0.05
