"""How often intervals hold the truth when scores come in sessions and were drawn to be judged with unequal chances.

Each simulation draws 2,000 times the same kind of traffic: sessions whose calls are alike, some of them errors, which
score lower. Every error is judged and a part of the rest, each by itself. What takes no heed of the sessions, or of the
draw, is put to the same test and must fail it.
"""

from collections.abc import Iterator
from fractions import Fraction

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from helicorder.scoring.comparison import Difference, Means, Sums, clustered, weighted, welch
from helicorder.scoring.estimates import Cell, estimate
from helicorder.scoring.gram import Gram
from helicorder.scoring.statistics import Estimate, Method

SIMULATIONS = 2000
UNIT = 1000
ERRORS, CHANCE, LARGEST = 0.15, 0.25, 12
MEANS = {False: (2.0, 1.0), True: (0.85, 0.4)}
"""Of numbers and of rates: the mean of calls that went well, and of errors."""

Table = NDArray[np.int64]
Floats = NDArray[np.float64]


class Judged(msgspec.Struct, frozen=True):
    """What was judged: a session number, a weight and a score in thousandths for each."""

    session: Table
    weight: Table
    score: Table


def traffic(draw: np.random.Generator, sessions: int, *, rate: bool, chance: float = CHANCE) -> Judged:
    """The judged calls of some sessions."""
    sizes = draw.integers(1, LARGEST + 1, sessions)
    session = np.repeat(np.arange(sessions), sizes)
    common = draw.random(sessions) if rate else draw.normal(0, 1, sessions)
    bad = draw.random(session.size) < ERRORS
    if rate:
        good, poor = MEANS[True]
        luck = np.where(draw.random(session.size) < 0.6, common[session], draw.random(session.size))
        score = UNIT * (luck < np.where(bad, poor, good)).astype(np.int64)
    else:
        good, poor = MEANS[False]
        score = np.rint((np.where(bad, poor, good) + common[session] + draw.normal(0, 0.7, bad.size)) * UNIT)
    taken = bad | (draw.random(bad.size) < chance)
    weight = np.where(bad, 1, round(1 / chance))
    return Judged(session[taken], weight[taken], score.astype(np.int64)[taken])


def truth(*, rate: bool) -> float:
    """The mean over all traffic."""
    good, poor = MEANS[rate]
    return (1 - ERRORS) * good + ERRORS * poor


def exact(values: Table, unit: int) -> Fraction:
    """The sum of numbers in some unit."""
    return Fraction(int(values.sum()), unit)


def gram(columns: Table, units: list[int]) -> Gram:
    """The Gram of clusters given as rows of whole numbers, in the units named."""
    kept = columns[columns.any(axis=1)].astype(object)
    products = kept.T @ kept
    return Gram(
        len(kept),
        tuple(Fraction(int(total), unit) for total, unit in zip(kept.sum(axis=0), units, strict=True)),
        tuple(
            tuple(Fraction(int(cell), one * other) for cell, other in zip(row, units, strict=True))
            for row, one in zip(products, units, strict=True)
        ),
    )


def by_session(judged: Judged, *, heed: bool = True) -> Table:
    """(weight, weighted score) of every session, or of every score where sessions are not heeded."""
    place = judged.session if heed else np.arange(judged.session.size)
    size = int(place.max()) + 1
    columns = [np.bincount(place, of, size) for of in (judged.weight, judged.weight * judged.score)]
    return np.rint(np.stack(columns, axis=1)).astype(np.int64)


def cell(judged: Judged, *, heed: bool = True) -> Cell:
    """The sums of one cell of a chart, as the store gives them."""
    return Cell(
        n=judged.score.size,
        total=exact(judged.score, UNIT),
        squares=exact(judged.score**2, UNIT**2),
        requests=judged.score.size,
        gram=gram(by_session(judged, heed=heed), [1, UNIT]),
        weights_squared=exact(judged.weight**2, 1),
    )


def unweighted(judged: Judged) -> Judged:
    """The same scores as if all had been judged."""
    return msgspec.structs.replace(judged, weight=np.ones_like(judged.weight))


def covered(told: Estimate | Difference, wanted: float) -> bool:
    """Whether an interval holds the truth."""
    assert told.low is not None
    assert told.high is not None
    return told.low <= wanted <= told.high


@pytest.mark.slow
@pytest.mark.parametrize("rate", [False, True])
def test_a_weighted_mean_of_sessions_covers(rate: bool) -> None:  # noqa: FBT001 -- a case
    """Of errors and a quarter of the rest 95 % of intervals hold the mean; session-blind or unweighted ones do not."""
    draw, wanted = np.random.default_rng(41), truth(rate=rate)
    held, blind, plain = [], [], []
    means: list[float] = []
    for _ in range(SIMULATIONS):
        judged = traffic(draw, 150, rate=rate)
        told = estimate(cell(judged), is_rate=rate)
        assert told.method is (Method.WEIGHTED_WILSON if rate else Method.WEIGHTED)
        held.append(covered(told, wanted))
        means.append(told.mean or 0.0)
        blind.append(covered(estimate(cell(judged, heed=False), is_rate=rate), wanted))
        plain.append(covered(estimate(cell(unweighted(judged)), is_rate=rate), wanted))
    assert abs(np.mean(means) - wanted) < 2 * np.std(means) / SIMULATIONS**0.5
    assert 0.93 <= np.mean(held) <= 0.97, np.mean(held)
    assert np.mean(blind) < 0.93, np.mean(blind)
    assert np.mean(plain) < 0.93, np.mean(plain)


def two_arms(draw: np.random.Generator, *, rate: bool) -> Iterator[tuple[Judged, Judged]]:
    """Both arms of each simulation: half of the sessions each; nothing differs but how much of the good is judged."""
    for _ in range(SIMULATIONS):
        a = traffic(draw, 90, rate=rate)
        b = traffic(draw, 90, rate=rate, chance=0.5)
        yield a, b


def difference(a: Judged, b: Judged, *, heed: bool = True) -> Difference:
    """The weighted difference of two arms that share no session."""
    of_a, of_b = by_session(a, heed=heed), by_session(b, heed=heed)
    both = np.concatenate([np.pad(of_a, ((0, 0), (0, 2))), np.pad(of_b, ((0, 0), (2, 0)))])
    return weighted(a.score.size, b.score.size, gram(both, [1, UNIT, 1, UNIT]))


@pytest.mark.slow
@pytest.mark.parametrize("rate", [False, True])
def test_a_weighted_difference_of_sessions_covers(rate: bool) -> None:  # noqa: FBT001 -- a case
    """Of arms judged to different shares 95 % of weighted intervals hold 0; session-blind or unweighted ones do not."""
    held, blind, plain = [], [], []
    for a, b in two_arms(np.random.default_rng(42), rate=rate):
        told = difference(a, b)
        assert told.method is Means.WEIGHTED
        held.append(covered(told, 0.0))
        blind.append(covered(difference(a, b, heed=False), 0.0))
        plain.append(covered(difference(unweighted(a), unweighted(b)), 0.0))
    assert 0.93 <= np.mean(held) <= 0.97, np.mean(held)
    assert np.mean(blind) < 0.93, np.mean(blind)
    assert np.mean(plain) < 0.93, np.mean(plain)


def sums(judged: Judged) -> Sums:
    """The sums of scores as if each were independent."""
    return Sums(judged.score.size, exact(judged.score, UNIT), exact(judged.score**2, UNIT**2))


@pytest.mark.slow
@pytest.mark.parametrize("rate", [False, True])
def test_a_clustered_difference_of_sessions_covers(rate: bool) -> None:  # noqa: FBT001 -- a case
    """Where all is judged 95 % of clustered intervals hold 0, of numbers and of rates; Welch's less than 85 %."""
    draw, held, blind = np.random.default_rng(43), [], []
    for _ in range(SIMULATIONS):
        a, b = (traffic(draw, 60, rate=rate, chance=1.0) for _ in range(2))
        of_a, of_b = by_session(a), by_session(b)
        both = np.concatenate([np.pad(of_a, ((0, 0), (0, 2))), np.pad(of_b, ((0, 0), (2, 0)))])
        held.append(covered(clustered(sums(a), sums(b), gram(both, [1, UNIT, 1, UNIT])), 0.0))
        blind.append(covered(welch(sums(a), sums(b)), 0.0))
    assert 0.93 <= np.mean(held) <= 0.97, np.mean(held)
    assert np.mean(blind) < 0.85, np.mean(blind)
