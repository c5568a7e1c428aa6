"""How often those who look again and again are misled: 10,000 null runs, looked at after every observation.

A method that is valid at every look at once leaves the truth at any look in at most 5 % of runs. The t test, which is
valid at one look chosen beforehand, is put to the same test and must fail it.
"""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import betaln, xlog1py, xlogy

from helicorder.scoring.sequences import (
    FEWEST_OUTCOMES,
    FIRST,
    asymptotic_radius,
    empirical_bernstein,
    evidence,
    of_two_rates,
)
from helicorder.scoring.statistics import student_quantile

RUNS, CHUNK, LAST = 10_000, 1_000, 1_000
ALPHA = 0.05

Scores = NDArray[np.float64]


DRAWS: dict[str, tuple[Callable[[np.random.Generator], Scores], float]] = {
    "normal": (lambda draw: draw.normal(0, 1, (CHUNK, LAST)), 0.0),
    "even": (lambda draw: draw.random((CHUNK, LAST)), 0.5),
    "rate": (lambda draw: (draw.random((CHUNK, LAST)) < 0.3).astype(np.float64), 0.3),
}


def ever_out(kind: str, radius: Scores) -> float:
    """The share of null runs whose running mean, at some look from FIRST on, is off by more than radius deviations."""
    draw, (sample, truth) = np.random.default_rng(12), DRAWS[kind]
    looks, out = np.arange(1, LAST + 1), 0
    for _ in range(RUNS // CHUNK):
        values = sample(draw) - truth
        mean = np.cumsum(values, axis=1) / looks
        spread = np.cumsum(values**2, axis=1) / looks - mean**2
        deviation = np.sqrt(np.maximum(spread, 0) * looks / np.maximum(looks - 1, 1))
        out += int((np.abs(mean) > deviation * radius)[:, FIRST - 1 :].any(axis=1).sum())
    return out / RUNS


@pytest.mark.slow
@pytest.mark.parametrize("kind", DRAWS)
def test_looking_at_every_step_misleads_a_fixed_interval_and_not_the_sequence(kind: str) -> None:
    """Looked at from 50 to 1,000, at most 5 % of 10,000 null runs ever leave the sequence, and over 20 % the t test."""
    looks = range(1, LAST + 1)
    sequence = np.array([asymptotic_radius(n, 1.0, 1 - ALPHA) for n in looks])
    fixed = np.array([student_quantile(max(n - 1, 1), 1 - ALPHA) / n**0.5 for n in looks])
    assert ever_out(kind, sequence) <= ALPHA
    assert ever_out(kind, fixed) > 0.2


@pytest.mark.slow
def test_the_sequence_of_a_split_holds_at_every_look() -> None:
    """Of 10,000 null runs of two arms split by chance at most 5 % ever leave the sequence of the difference."""
    draw, looks, out = np.random.default_rng(13), np.arange(1, LAST + 1), 0
    radius = np.array([asymptotic_radius(n, 1.0, 1 - ALPHA) for n in range(1, LAST + 1)])[FIRST - 1 :]
    for _ in range(RUNS // CHUNK):
        in_b, scores = draw.random((CHUNK, LAST)) < 0.5, draw.gamma(2, 1, (CHUNK, LAST))
        middle, variance = np.zeros((CHUNK, LAST - FIRST + 1)), np.zeros((CHUNK, LAST - FIRST + 1))
        for sign, arm in ((1, in_b), (-1, ~in_b)):
            size, total, squares = (np.cumsum(arm * x, axis=1)[:, FIRST - 1 :] for x in (1, scores, scores**2))
            middle += sign * total / size
            variance += (squares / size - (total / size) ** 2) / size
        out += int((np.abs(middle) > np.sqrt(variance * looks[FIRST - 1 :]) * radius).any(axis=1).sum())
    assert out / RUNS <= ALPHA


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["even", "rate"])
def test_the_bounded_sequence_holds_at_every_look(kind: str) -> None:
    """Looked at from the first to the thousandth, at most 5 % of 10,000 null runs ever leave the bounded sequence."""
    draw, (sample, truth) = np.random.default_rng(14), DRAWS[kind]
    last = np.array(
        [empirical_bernstein(row, 1 - ALPHA)[:, -1] for _ in range(RUNS // CHUNK) for row in sample(draw)]
    )  # the last look is the meeting of all looks
    assert np.mean((last[:, 0] > truth) | (last[:, 1] < truth)) <= ALPHA


def split(seed: int, rate: float) -> tuple[Scores, Scores, Scores, Scores]:
    """(trues of a, scores of a, trues of b, scores of b) after each observation of booleans split by chance, by run."""
    draw = np.random.default_rng(seed)
    in_b, true = draw.random((CHUNK, LAST)) < 0.5, draw.random((CHUNK, LAST)) < rate
    return tuple(np.cumsum(one, axis=1).astype(float) for one in (true & ~in_b, ~in_b, true & in_b, in_b))  # type: ignore[return-value] # -- four of them


def log_evidence(trues: Scores, n: Scores, rate: Scores) -> Scores:
    """`sequences.evidence` of many looks at once."""
    return np.asarray(betaln(trues + 1, n - trues + 1) - xlogy(trues, rate) - xlog1py(n - trues, -rate))


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5])
def test_the_exact_sequence_of_two_rates_holds_at_every_look(rate: float) -> None:
    """However rare the outcome, at most 5 % of 10,000 null runs of a split ever leave 0 out, from the first look on."""
    out = 0
    for seed in range(RUNS // CHUNK):
        k_a, n_a, k_b, n_b = split(seed, rate)
        # Against equal rates the evidence is least at the pooled one, so each look needs one evaluation.
        pooled = (k_a + k_b) / (n_a + n_b)
        against = log_evidence(k_a, n_a, pooled) + log_evidence(k_b, n_b, pooled)
        out += int((against >= -np.log(ALPHA)).any(axis=1).sum())
        for run, look in ((0, 20), (1, 200), (2, LAST - 1)):
            seen = [(int(k[run, look]), int(n[run, look])) for k, n in ((k_a, n_a), (k_b, n_b))]
            told = of_two_rates(seen[0], seen[1], 1 - ALPHA)
            assert told is not None
            assert (not told.low <= 0 <= told.high) == (against[run, look] >= -np.log(ALPHA))
            assert sum(evidence(one, pooled[run, look]) for one in seen) == pytest.approx(against[run, look])
    assert out / RUNS <= ALPHA


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.005, 0.02, 0.1])
def test_a_rare_outcome_waits_for_twenty_of_each_kind(rate: float) -> None:
    """Looked at from the 20th true and false on, at most 5 % of 10,000 runs leave the sequence; from 50 on, more."""
    draw, looks = np.random.default_rng(21), np.arange(1, 5 * LAST + 1)
    radius = np.array([asymptotic_radius(int(n), 1.0, 1 - ALPHA) for n in looks])
    waited = early = 0
    for _ in range(5 * RUNS // CHUNK):
        trues = np.cumsum(draw.random((CHUNK // 5, looks.size)) < rate, axis=1)
        mean = trues / looks
        deviation = np.sqrt(mean * (1 - mean) * looks / np.maximum(looks - 1, 1))
        out = (np.abs(mean - rate) > deviation * radius) & (looks >= FIRST) & (trues > 0)
        enough = np.minimum(trues, looks - trues) >= FEWEST_OUTCOMES
        waited, early = waited + int((out & enough).any(axis=1).sum()), early + int(out.any(axis=1).sum())
    assert waited / RUNS <= ALPHA
    assert early / RUNS > ALPHA
