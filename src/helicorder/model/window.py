"""Stretches of time and how a chart divides them."""

import datetime as dt
import enum
import functools
import zoneinfo

import msgspec

from helicorder.errors import Invalid

_FIXED = "Fixed/UTC"
_LARGEST_OFFSET = 14 * 60


class Bucket(enum.StrEnum):
    """Width of one point of a series; Helicone's dbIncrement words."""

    MINUTE = "min"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


USUAL_SPAN = {
    Bucket.MINUTE: dt.timedelta(hours=1),
    Bucket.HOUR: dt.timedelta(days=2),
    Bucket.DAY: dt.timedelta(days=30),
    Bucket.WEEK: dt.timedelta(weeks=26),
    Bucket.MONTH: dt.timedelta(days=730),
    Bucket.YEAR: dt.timedelta(days=3650),
}
"""How much of the past a chart of each width shows where nobody says."""


class Window(msgspec.Struct, frozen=True):
    """A half-open stretch of time [start, end), both UTC."""

    start: dt.datetime
    end: dt.datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise Invalid("A time window needs times with a zone.")
        if self.start >= self.end:
            raise Invalid("A time window must start before it ends.")


@functools.cache
def _known_zones() -> frozenset[str]:
    # Without the names that mean this machine's own zone, or that ClickHouse does not know.
    known = zoneinfo.available_timezones() - {"Factory", "localtime", "posixrules"}
    return frozenset(name for name in known if not name.startswith(("right/", "posix/")))


def checked_zone(name: str) -> str:
    """An IANA time zone name, such as ``Europe/Berlin``.

    Raises:
        Invalid: unknown.
    """
    if name not in _known_zones():
        raise Invalid(f"Unknown time zone: {name!r}.")
    return name


def fixed_zone(minutes_east: float) -> str:
    """The zone of a fixed offset, under the name that ClickHouse has for it: ``Fixed/UTC+05:30:00``.

    Raises:
        Invalid: no whole minute, or more than 14 hours.
    """
    if minutes_east != round(minutes_east) or abs(minutes_east) > _LARGEST_OFFSET:
        raise Invalid("A time zone is a whole number of minutes, at most 14 hours, from UTC.")
    hours, minutes = divmod(abs(int(minutes_east)), 60)
    return f"{_FIXED}{'-' if minutes_east < 0 else '+'}{hours:02}:{minutes:02}:00"


def zone_of(name: str) -> dt.tzinfo:
    """The zone of a name that `checked_zone` or `fixed_zone` gave."""
    if not name.startswith(_FIXED):
        return zoneinfo.ZoneInfo(name)
    sign, hours, minutes = name[len(_FIXED)], name[len(_FIXED) + 1 :][:2], name[len(_FIXED) + 4 :][:2]
    offset = dt.timedelta(hours=int(hours), minutes=int(minutes))
    return dt.timezone(-offset if sign == "-" else offset)
