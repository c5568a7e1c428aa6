"""Instants as the store keeps them: whole microseconds since 1970, UTC, within DateTime64's years 1900 to 2299."""

import datetime as dt

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
FIRST = (dt.datetime(1900, 1, 1, tzinfo=dt.UTC) - EPOCH) // MICROSECOND
LAST = (dt.datetime(2300, 1, 1, tzinfo=dt.UTC) - EPOCH) // MICROSECOND - 1


def microseconds(at: dt.datetime) -> int:
    """Microseconds since 1970. A time without a zone is taken as UTC; one outside the years moves to the nearer end."""
    if at.tzinfo is None:
        at = at.replace(tzinfo=dt.UTC)
    return min(max((at - EPOCH) // MICROSECOND, FIRST), LAST)
