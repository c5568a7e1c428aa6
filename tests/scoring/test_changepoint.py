"""When a mean changed."""

import numpy as np
import pytest
import ruptures
from hypothesis import given, settings
from hypothesis import strategies as st

from helicorder.scoring.changepoint import Bucket, change_point

CLUSTERS = 1000


def series(means: list[float], error: float, seed: int) -> list[Bucket]:
    """Buckets of many clusters around some means, with one standard error that is known as good as exactly."""
    noise = np.random.default_rng(seed).normal(0, error, len(means))
    return [Bucket(float(mean + one), error**2, CLUSTERS, CLUSTERS) for mean, one in zip(means, noise, strict=True)]


def told(draw: np.random.Generator, means: list[float], clusters: int) -> list[Bucket]:
    """Buckets whose variance is told by some clusters of their own, of one score each with a deviation of 1."""
    scores = draw.normal(0, 1, (len(means), clusters)) + np.array(means)[:, None]
    return [Bucket(float(x.mean()), float(x.var(ddof=1) / clusters), clusters, clusters) for x in scores]


def test_a_fall_is_found_where_it_is() -> None:
    """A fall of eight standard errors after the ninth bucket is found there, surely."""
    found = change_point(series([0.8] * 9 + [0.72] * 5, 0.01, 1))
    assert found is not None
    assert (found.at, found.earliest <= 9 <= found.latest) == (9, True)
    assert found.before == pytest.approx(0.8, abs=0.01)
    assert found.after == pytest.approx(0.72, abs=0.01)
    assert found.p_value < 0.001


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), at=st.integers(2, 18), size=st.floats(0.5, 3))
def test_with_equal_clusters_it_is_where_least_squares_puts_it(seed: int, at: int, size: float) -> None:
    """The place is that of ruptures' exact search for one change of the mean."""
    buckets = series([0.0] * at + [size] * (20 - at), 1.0, seed)
    found = change_point(buckets)
    signal = np.array([bucket.mean for bucket in buckets])
    [place, _] = ruptures.Dynp(model="l2", min_size=1, jump=1).fit(signal).predict(n_bkps=1)
    assert found is not None
    assert found.at == place


@pytest.mark.parametrize("clusters", [2, 5, 40])
def test_noise_is_rarely_a_change(clusters: int) -> None:
    """Of 400 series without a change one in twenty has a p-value below 0.05, however few clusters a bucket has."""
    draw = np.random.default_rng(clusters)
    found = [change_point(told(draw, [0.5] * 20, clusters)) for _ in range(400)]
    false = sum(one is not None and one.p_value < 0.05 for one in found)
    assert 0.02 <= false / 400 <= 0.08


@pytest.mark.slow
@pytest.mark.parametrize("size", [1.0, 2.0, 4.0])
def test_the_places_that_are_not_ruled_out_hold_the_change(size: float) -> None:
    """Of 1,000 changes of 1 to 4 standard errors of a bucket 95 % or more lie from the earliest to the latest place."""
    draw, held = np.random.default_rng(30), []
    for _ in range(1000):
        at = int(draw.integers(3, 28))
        found = change_point(told(draw, [0.0] * at + [size / 20**0.5] * (30 - at), 20))
        assert found is not None
        held.append(found.earliest <= at <= found.latest)
    assert np.mean(held) >= 0.95, np.mean(held)


def test_too_little_is_no_series() -> None:
    """Fewer than four buckets, or no spread in any, say nothing; a bucket of one cluster may be among others."""
    assert change_point(series([1.0, 2.0, 3.0], 0.1, 1)) is None
    assert change_point([Bucket(1.0, 0.0, 5, 5.0)] * 6) is None
    assert change_point([Bucket(1.0, 0.0, 1, 1.0)] * 6) is None
    assert change_point([*series([1.0] * 5, 0.1, 1), Bucket(1.0, 0.0, 1, 1.0)]) is not None
