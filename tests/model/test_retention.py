"""Limits in days, and the moments that follow from them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.errors import Invalid
from helicorder.model.retention import FOR_EVER, MAX_DAYS, Cuts, Retention

DAYS = st.none() | st.integers(1, MAX_DAYS)
TIMES = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2099, 1, 1), timezones=st.timezones())  # noqa: DTZ001 -- as Hypothesis wants them
DAY = dt.timedelta(days=1)


@given(retention=st.builds(Retention, DAYS, DAYS, DAYS), now=TIMES)
def test_nothing_goes_before_its_time_or_a_day_after_it(retention: Retention, now: dt.datetime) -> None:
    """A cut is a midnight in UTC, as many days ago as are kept or less than a day more; no limit cuts nothing."""
    own = zip(("calls", "bodies", "scores"), retention.cuts(now), strict=True)
    for what, cut in own:
        days = getattr(retention, f"{what}_days") or retention.calls_days
        assert (cut is None) == (days is None)
        if cut is not None and days is not None:
            assert days * DAY <= now - cut < (days + 1) * DAY
            assert (cut.utcoffset(), cut.time()) == (dt.timedelta(), dt.time())


@given(retention=st.builds(Retention, DAYS, DAYS, DAYS))
def test_nothing_outlives_its_call(retention: Retention) -> None:
    """Limits that can be kept cut bodies and scores no earlier in the past than calls; others are refused by name."""
    longest = max(retention.bodies_days or 0, retention.scores_days or 0)
    if retention.calls_days is not None and longest > retention.calls_days:
        with pytest.raises(Invalid, match="bodies_days"):
            retention.checked()
        return
    calls, bodies, scores = retention.checked().cuts(dt.datetime.now(dt.UTC))
    assert calls is None or (bodies is not None and scores is not None and min(bodies, scores) >= calls)


def test_without_limits_nothing_is_too_old() -> None:
    """An organisation that never set a limit keeps everything."""
    assert FOR_EVER.checked().cuts(dt.datetime.now(dt.UTC)) == Cuts(None, None, None)
    with pytest.raises(Invalid, match="scores_days: 31 days are more than the 30"):
        Retention(30, None, 31).checked()
