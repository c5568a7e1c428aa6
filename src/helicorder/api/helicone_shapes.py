"""Parts of bodies that several of Helicone's groups have in common: times in three spellings, histograms."""

import datetime as dt
import enum
import itertools

import msgspec

from helicorder.api.filters import read_time
from helicorder.errors import Invalid
from helicorder.model.window import Window, fixed_zone
from helicorder.telemetry.histograms import Histogram

MAX_LIMIT = 1000
MAX_OFFSET = 2**31
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class IsoTimes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """ISO 8601 dates or times; the end is not part of it."""

    start: str
    end: str

    def window(self) -> Window:
        """The time that is meant. Raises Invalid: it is none."""
        return Window(read_time("timeFilter.start", self.start), read_time("timeFilter.end", self.end))


class MsTimes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Milliseconds since 1970; the end is not part of it."""

    startTimeUnixMs: float  # noqa: N815 -- the wire's name
    endTimeUnixMs: float  # noqa: N815 -- the wire's name

    def window(self) -> Window:
        """The time that is meant. Raises Invalid: it is none."""
        return _window(self.startTimeUnixMs / 1000, self.endTimeUnixMs / 1000)


class SecondTimes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds since 1970; the end is not part of it."""

    startTimeUnixSeconds: float  # noqa: N815 -- the wire's name
    endTimeUnixSeconds: float  # noqa: N815 -- the wire's name

    def window(self) -> Window:
        """The time that is meant. Raises Invalid: it is none."""
        return _window(self.startTimeUnixSeconds, self.endTimeUnixSeconds)


def _window(start: float, end: float) -> Window:
    try:
        return Window(_EPOCH + dt.timedelta(seconds=start), _EPOCH + dt.timedelta(seconds=end))
    except OverflowError:
        raise Invalid("timeFilter: beyond the calendar.") from None


def zone_west(minutes: float) -> str:
    """The zone of JavaScript's getTimezoneOffset: minutes, west +. Raises Invalid: it is none."""
    return fixed_zone(-minutes)


def checked_page(offset: int, limit: int) -> tuple[int, int]:
    """Offset and limit, unchanged.

    Raises:
        Invalid: out of range.
    """
    if not 0 <= limit <= MAX_LIMIT:
        raise Invalid(f"limit: 0 to {MAX_LIMIT}.")
    if not 0 <= offset <= MAX_OFFSET:
        raise Invalid(f"offset: 0 to {MAX_OFFSET}.")
    return offset, limit


class PSize(enum.StrEnum):
    """Which quantile a histogram reaches up to."""

    P50 = "p50"
    P75 = "p75"
    P95 = "p95"
    P99 = "p99"
    P999 = "p99.9"

    def shares(self, *, interquartile: bool) -> dict[str, float]:
        """From which share of the groups to which."""
        upto = float(self.removeprefix("p")) / 100
        return {"since": 1 - upto if interquartile else 0.0, "upto": upto}


class HistogramRow(msgspec.Struct, frozen=True):
    """How many groups lie from ``range_start`` to below ``range_end``; the last bin holds its end too."""

    range_start: str
    range_end: str
    value: int


class AverageRow(msgspec.Struct, frozen=True):
    """A mean over groups, ``n`` of them; null where there are none."""

    average: float | None
    n: int


def histogram_rows(found: Histogram, unit: float = 1.0) -> list[HistogramRow]:
    """A histogram as Helicone shows it, its edges divided by a unit; equal values are one bin."""
    edges = [_written(edge / unit) for edge in found.edges()]
    if found.counts and found.low == found.high:
        return [HistogramRow(edges[0], edges[-1], sum(found.counts))]
    return [HistogramRow(*ends, count) for ends, count in zip(itertools.pairwise(edges), found.counts, strict=False)]


def average_rows(found: Histogram, unit: float = 1.0) -> list[AverageRow]:
    """The mean, in the list of one that Helicone makes of it."""
    return [AverageRow(None if found.mean is None else found.mean / unit, found.n)]


def _written(number: float) -> str:
    """As JavaScript writes it: a whole number without a point."""
    return str(int(number)) if number.is_integer() else repr(number)
