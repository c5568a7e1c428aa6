"""Agreement of things that hang together or weigh differently: against the plain measures, by law, by simulation."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from helicorder.model.findings import NONE_DIFFERED, Interval, Measure
from helicorder.scoring import agreement, correlation
from helicorder.scoring import agreement_blocks as of_blocks
from helicorder.scoring.agreement_blocks import Blocks, Said
from helicorder.scoring.annotators import Pattern, Scale, krippendorff_alpha
from helicorder.scoring.correlation import PairSums, pearson_of_blocks, spearman_of_blocks

SIMULATIONS, BLOCKS, SESSIONS = 1000, 50, 100
SAID = st.lists(
    st.builds(Said, st.integers(0, 9), st.sampled_from("123"), st.sampled_from("123"), st.integers(1, 9), st.just(0.0)),
    min_size=2,
    max_size=30,
)
Floats = NDArray[np.float64]


def weighing(said: list[Said], weight: float) -> list[Said]:
    """The same things, each of one weight."""
    return [Said(one.block, one.a, one.b, one.n, one.n * weight) for one in said]


@given(SAID, st.floats(0.5, 50))
def test_values_are_those_of_the_plain_measures(said: list[Said], weight: float) -> None:
    """Things that all weigh the same have the plain kappa, weighted kappa, share and F1, in whatever blocks."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in said:
        counts[one.a, one.b] += one.n
    blocks = Blocks.of(weighing(said, weight))
    assert blocks.labels == tuple(agreement.categories(counts))
    for plain, blocked in (
        (agreement.observed(counts), of_blocks.observed(blocks)),
        (agreement.kappa(counts), of_blocks.kappa(blocks)),
        (agreement.weighted_kappa(counts), of_blocks.weighted_kappa(blocks)),
        *((a.f1, b.f1) for a, b in zip(agreement.by_category(counts), of_blocks.by_category(blocks), strict=True)),
    ):
        assert (plain.value is None) == (blocked.value is None)
        assert plain.value is None or blocked.value == pytest.approx(plain.value, abs=1e-9)
        assert blocked.low is None or blocked.method is Interval.JACKKNIFE


def test_full_agreement_has_no_interval_of_no_width() -> None:
    """Where none differed in any block, kappa is 1 without an interval, and says why."""
    blocks = Blocks.of(Said(block, said, said, 2, 2.0) for block in range(5) for said in "12")
    for found in (of_blocks.kappa(blocks), of_blocks.weighted_kappa(blocks)):
        assert (found.value, found.low, found.high, found.n, found.reason) == (1, None, None, 20, NONE_DIFFERED)


@given(SAID, st.integers(0, 2**32 - 1))
def test_the_order_changes_nothing(said: list[Said], seed: int) -> None:
    """Rows in any order give the same measure, and so do the raters exchanged."""
    rows = weighing(said, 1.0)
    order = np.random.default_rng(seed).permutation(len(rows))
    found, other = (of_blocks.kappa(Blocks.of(of)) for of in (rows, [rows[place] for place in order]))
    turned = of_blocks.kappa(Blocks.of(Said(one.block, one.b, one.a, one.n, one.weight) for one in rows))
    for end in ("value", "low", "high"):
        assert getattr(found, end) == pytest.approx(getattr(other, end), abs=1e-9)
        assert getattr(found, end) == pytest.approx(getattr(turned, end), abs=1e-9)


def test_few_blocks_have_no_interval() -> None:
    """Things of one block have a value and a reason in place of an interval."""
    said = [Said(0, "1", "1", 5, 5.0), Said(0, "2", "1", 3, 3.0), Said(0, "2", "2", 3, 3.0)]
    found = of_blocks.kappa(Blocks.of(said))
    assert found.value is not None
    assert (found.low, found.reason) == (None, "too few things for an interval")


def sums(block: NDArray[np.int64], weight: Floats, x: Floats, y: Floats) -> list[PairSums]:
    """The sums of pairs, by block."""
    products = (weight, weight * x, weight * y, weight * x * x, weight * y * y, weight * x * y)
    told = np.stack([np.bincount(block, of) for of in products], axis=1)
    exact = [[Fraction(float(of)) for of in row] for row in told]
    return [
        PairSums(int(n), a, b, aa, bb, ab, w)
        for n, (w, a, b, aa, bb, ab) in zip(np.bincount(block), exact, strict=True)
        if n
    ]


def test_correlations_are_those_of_weighted_pairs() -> None:
    """Pearson is numpy's with weights, and Spearman scipy's where all weigh the same."""
    draw = np.random.default_rng(2)
    x, weight = draw.normal(size=200).round(2), draw.integers(1, 5, 200).astype(float)
    y = (0.5 * x + draw.normal(size=200)).round(2)
    covariance = np.cov(x, y, aweights=weight)
    found = pearson_of_blocks(sums(np.arange(200) % 20, weight, x, y))
    assert found.value == pytest.approx(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))
    even = np.ones(200)
    ranks = sums(np.arange(200) % 20, even, 2 * stats.rankdata(x), 2 * stats.rankdata(y))
    assert spearman_of_blocks(ranks).value == pytest.approx(stats.spearmanr(x, y).statistic)
    assert pearson_of_blocks(ranks[:1]).reason is not None


class Sessions:
    """Sessions of 1 to 8 things, on some of which raters disagree, and whose numbers are alike."""

    def __init__(self, draw: np.random.Generator, count: int) -> None:
        self.session = np.repeat(np.arange(count), draw.integers(1, 9, count))
        n = self.session.size
        of_session = draw.random(count) < 0.3
        self.truth = (draw.random(n) < np.where(draw.random(count) < 0.6, 0.9, 0.2)[self.session]).astype(int)
        errs = np.where(of_session[self.session], 0.45, 0.05)
        self.a, self.b = (np.where(draw.random(n) < errs, 1 - self.truth, self.truth) for _ in range(2))
        u, v = (0.8 * draw.normal(size=count)[self.session] + 0.6 * draw.normal(size=n) for _ in range(2))
        self.x, self.y = u, 0.6 * u + 0.8 * v


def ranks_of(values: Floats, weight: Floats) -> Floats:
    """Twice the weighted ranks of values without ties."""
    order = np.argsort(values)
    upto = np.empty(values.size)
    upto[order] = np.cumsum(weight[order])
    return 2 * upto - weight


def truths() -> dict[str, float]:
    """What the measures are of all that might be drawn."""
    whole = Sessions(np.random.default_rng(5), 200_000)
    shares = np.array([[((whole.a == i) & (whole.b == j)).mean() for j in (0, 1)] for i in (0, 1)])
    counts = {(str(i), str(j)): int(shares[i, j] * 10**8) for i in (0, 1) for j in (0, 1)}
    yes = agreement.by_category(counts)[1]
    found = {
        "observed": agreement.observed(counts),
        "kappa": agreement.kappa(counts),
        "f1": yes.f1,
        "precision": yes.precision,
    }
    margin = (shares + shares.T).sum(axis=1) / 2
    alpha = 1 - (1 - np.trace(shares)) / (1 - (margin**2).sum())
    return {name: float(one.value or 0) for name, one in found.items()} | {
        "alpha": float(alpha),
        "pearson": float(np.corrcoef(whole.x, whole.y)[0, 1]),
        "spearman": float(stats.spearmanr(whole.x, whole.y).statistic),
    }


def measured(
    seen: Sessions, chance: Floats, of_number: Floats, draw: np.random.Generator
) -> tuple[dict[str, Measure], dict[str, Measure]]:
    """(the measures of what was drawn, by blocks and weights; the same taken for independent and drawn alike)."""
    kept, block = draw.random(chance.size) < chance, seen.session % BLOCKS
    said = [
        Said(int(k), str(a), str(b), 1, float(w))
        for k, a, b, w in zip(block[kept], seen.a[kept], seen.b[kept], 1 / chance[kept], strict=True)
    ]
    blocks, counts = Blocks.of(said), Counter((one.a, one.b) for one in said)
    patterns = [Pattern(tuple(sorted((one.a, one.b))), 1, one.block, one.weight) for one in said]
    yes, plain = of_blocks.by_category(blocks)[1], agreement.by_category(counts)[1]
    kept = draw.random(of_number.size) < of_number
    weight, x, y, even = 1 / of_number[kept], seen.x[kept], seen.y[kept], np.ones(int(kept.sum()))
    ranks = [ranks_of(values, weight) for values in (x, y)]
    [whole] = sums(np.zeros(x.size, np.int64), even, x, y)
    [plain_ranks] = sums(np.zeros(x.size, np.int64), even, ranks_of(x, even), ranks_of(y, even))
    return {
        "observed": of_blocks.observed(blocks), "kappa": of_blocks.kappa(blocks), "f1": yes.f1,
        "precision": yes.precision, "alpha": krippendorff_alpha(patterns, Scale.NOMINAL),
        "pearson": pearson_of_blocks(sums(block[kept], weight, x, y)),
        "spearman": spearman_of_blocks(sums(block[kept], weight, *ranks)),
    }, {
        "observed": agreement.observed(counts), "kappa": agreement.kappa(counts), "f1": plain.f1,
        "precision": plain.precision, "pearson": correlation.pearson(whole),
        "spearman": correlation.spearman(plain_ranks),
    }  # fmt: skip


def covers(found: Measure, truth: float) -> bool:
    """Whether an interval, which must be there, holds the truth."""
    assert found.low is not None
    assert found.high is not None
    return found.low <= truth <= found.high


@pytest.mark.slow
@pytest.mark.parametrize("drawn", [False, True])
def test_intervals_cover_where_plain_ones_do_not(drawn: bool) -> None:  # noqa: FBT001 -- a case
    """Over sessions, and of things drawn by what a rater said, 95 % of intervals hold the truth; plain ones do not."""
    draw, truth = np.random.default_rng(61), truths()
    held: dict[str, list[bool]] = {name: [] for name in truth}
    plain: dict[str, list[bool]] = {name: [] for name in truth if name != "alpha"}
    for _ in range(SIMULATIONS):
        seen = Sessions(draw, SESSIONS)
        chance = np.where(seen.a == 1, 0.25, 1.0) if drawn else np.ones(seen.a.size)
        of_number = np.where(seen.x > 0, 0.3, 1.0) if drawn else np.ones(seen.a.size)
        told, naive = measured(seen, chance, of_number, draw)
        for name, found in told.items():
            held[name].append(covers(found, truth[name]))
        for name, found in naive.items():
            plain[name].append(covers(found, truth[name]))
    shares = {name: float(np.mean(of)) for name, of in held.items()}
    assert all(0.925 <= share <= 0.975 for share in shares.values()), shares
    naive_shares = {name: float(np.mean(of)) for name, of in plain.items()}
    assert all(share < 0.9 for share in naive_shares.values()), naive_shares
