"""When a mean changed."""

import numpy as np
import pytest
import ruptures
from hypothesis import given, settings
from hypothesis import strategies as st

from helicorder.scoring.changepoint import Bucket, change_point


def series(means: list[float], error: float, seed: int) -> list[Bucket]:
    """Buckets around some means with one standard error."""
    noise = np.random.default_rng(seed).normal(0, error, len(means))
    return [Bucket(float(mean + one), error**2) for mean, one in zip(means, noise, strict=True)]


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
def test_with_equal_variances_it_is_where_least_squares_puts_it(seed: int, at: int, size: float) -> None:
    """The place is that of ruptures' exact search for one change of the mean."""
    buckets = series([0.0] * at + [size] * (20 - at), 1.0, seed)
    found = change_point(buckets)
    signal = np.array([bucket.mean for bucket in buckets])
    [place, _] = ruptures.Dynp(model="l2", min_size=1, jump=1).fit(signal).predict(n_bkps=1)
    assert found is not None
    assert found.at == place


def test_noise_is_rarely_a_change() -> None:
    """Of 400 series without a change about one in twenty has a p-value below 0.05."""
    found = [change_point(series([0.5] * 14, 0.02, seed)) for seed in range(400)]
    false = sum(one is not None and one.p_value < 0.05 for one in found)
    assert 0.02 <= false / 400 <= 0.09


def test_too_little_is_no_series() -> None:
    """Fewer than four buckets, or one without spread, say nothing."""
    assert change_point(series([1.0, 2.0, 3.0], 0.1, 1)) is None
    assert change_point([*series([1.0] * 5, 0.1, 1), Bucket(1.0, 0.0)]) is None
