"""The window before a window, by the calendar."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helicorder.model.calendar import before, step_of
from helicorder.model.window import Bucket, Window

ZONES = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Auckland", "Fixed/UTC-03:30:00"]


def window(zone: str, start: str, end: str) -> Window:
    """A window between two times on the clocks of a zone."""
    times = (dt.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone)) for text in (start, end))
    return Window(*(time.astimezone(dt.UTC) for time in times))


@pytest.mark.parametrize(
    ("bucket", "zone", "start", "end", "earlier"),
    [
        # The week with the change of clocks has 169 hours, the one before 168.
        (Bucket.DAY, "Europe/Berlin", "2026-10-19", "2026-10-26", "2026-10-12"),
        (Bucket.HOUR, "Europe/Berlin", "2026-10-25", "2026-10-26", "2026-10-24"),
        (Bucket.HOUR, "Europe/Berlin", "2026-03-29", "2026-03-30", "2026-03-28"),
        # Months and years by their number, days by theirs.
        (Bucket.MONTH, "Europe/Berlin", "2026-03-01", "2026-05-01", "2026-01-01"),
        (Bucket.DAY, "Europe/Berlin", "2026-03-01", "2026-04-01", "2026-01-29"),
        (Bucket.MONTH, "UTC", "2026-01-31", "2026-03-31", "2025-11-30"),
        (Bucket.YEAR, "UTC", "2024-01-01", "2026-01-01", "2022-01-01"),
        (Bucket.YEAR, "UTC", "2025-01-01", "2025-07-01", "2024-07-04"),
        # Less than a day passes by the stopwatch, over the change of clocks too.
        (Bucket.MINUTE, "Europe/Berlin", "2026-03-29T01:30", "2026-03-29T03:30", "2026-03-29T00:30"),
        (Bucket.HOUR, "UTC", "2026-03-10T12:00", "2026-03-10T15:00", "2026-03-10T09:00"),
    ],
)
def test_the_time_before_is_as_long_by_the_calendar(
    bucket: Bucket, zone: str, start: str, end: str, earlier: str
) -> None:
    """Before a week comes a week and before two months two months, whatever hours and days they have."""
    asked = window(zone, start, end)
    found = before(asked, step_of(asked, bucket, zone))
    assert found == window(zone, earlier, start)


def test_a_window_within_the_hour_that_comes_twice() -> None:
    """From half past two to half past two, an hour later by the stopwatch, there is an hour before."""
    first = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    asked = Window(first, first + dt.timedelta(hours=1))
    for bucket in Bucket:
        found = before(asked, step_of(asked, bucket, "Europe/Berlin"))
        assert found == Window(first - dt.timedelta(hours=1), first)


@given(
    start=st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2100, 1, 1)),  # noqa: DTZ001 -- made aware below
    length=st.timedeltas(dt.timedelta(microseconds=1), dt.timedelta(days=800)),
    bucket=st.sampled_from(list(Bucket)),
    zone=st.sampled_from(ZONES),
)
def test_the_time_before_ends_where_the_window_begins(
    start: dt.datetime, length: dt.timedelta, bucket: Bucket, zone: str
) -> None:
    """The window before ends where the window begins, is about as long, and moved forward it is the window again."""
    asked = Window(start.replace(tzinfo=dt.UTC), start.replace(tzinfo=dt.UTC) + length)
    step = step_of(asked, bucket, zone)
    found = before(asked, step)
    assert found.end == asked.start
    assert abs((found.end - found.start) - length) <= dt.timedelta(days=4) * (1 + length // dt.timedelta(days=28))
    hour = dt.timedelta(hours=1)
    assume(not step.months)
    assert abs(step.after(found.start) - asked.start) <= hour
    assert abs(step.after(found.end) - asked.end) <= hour
