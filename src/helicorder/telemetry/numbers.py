"""What calls add up to: over time, by segment, as a whole."""

import asyncio
import datetime as dt
import decimal
from collections.abc import Mapping, Sequence

import msgspec

from helicorder.errors import Invalid
from helicorder.model.filter import Everything, Filter
from helicorder.model.window import Window, zone_of
from helicorder.telemetry.axis import Axis
from helicorder.telemetry.client import Row, Telemetry
from helicorder.telemetry.edits import edited_among
from helicorder.telemetry.sql import numbers as statements
from helicorder.telemetry.sql.call_dimensions import cut_by, properties_of
from helicorder.telemetry.sql.conditions import Statement, condition
from helicorder.telemetry.sql.numbers import PERCENTS, PLACES, TOKENS, Cut, First, Measure, Part, Ranking, Wanted
from helicorder.telemetry.sql.series import bucket_of, starts_of_buckets

__all__ = ["ALL", "PERCENTS", "First", "Measure", "Part", "Ranking", "Wanted"]

MAX_CELLS = 10_000
"""Points of all lines and both windows together: an answer of some fifteen megabytes."""
ALL = Wanted(tuple(Part), (Measure.LATENCY, Measure.TIME_TO_FIRST_TOKEN))
"""All that a dashboard shows."""


class Amount(msgspec.Struct, frozen=True):
    """The sum of what is known, and of how many calls it is known."""

    n: int = 0
    total: int = 0


class Spread(msgspec.Struct, frozen=True):
    """The values of a measure: how many calls have one, their sum, and the values at some ranks, counted from 1."""

    n: int = 0
    total: int = 0
    at: Mapping[int, int] = {}


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """What some calls add up to; `Sums()` is no call. Parts that were not asked for are as if nothing were known.

    Attributes:
        n: calls. errors, cancelled, streamed: so many of them.
        users, sessions: distinct ones; userless, sessionless: calls that name none.
        cost_n: calls whose cost is known; cost: their sum in dollars; cost_squares: of the squares, in 10**-24 dollars.
        tokens: per part of TOKENS.
        cached, cached_of: of calls that say how many prompt tokens were cached, those read and all.
        speed_n: calls with an output and a latency; speed_tokens, speed_ms: their sums.
        priced_n: calls whose cost and tokens are both known; priced_cost, priced_tokens: their sums.
        spreads: per measure.
        distinct: of segments, how many there are beside those that stand for themselves.
    """

    n: int = 0
    errors: int = 0
    cancelled: int = 0
    streamed: int = 0
    users: int = 0
    userless: int = 0
    sessions: int = 0
    sessionless: int = 0
    cost_n: int = 0
    cost: decimal.Decimal = decimal.Decimal()
    cost_squares: int = 0
    tokens: Mapping[str, Amount] = {}
    cached_n: int = 0
    cached: int = 0
    cached_of: int = 0
    speed_n: int = 0
    speed_tokens: int = 0
    speed_ms: int = 0
    priced_n: int = 0
    priced_cost: decimal.Decimal = decimal.Decimal()
    priced_tokens: int = 0
    spreads: Mapping[Measure, Spread] = {}
    distinct: int = 0


Values = tuple[str, ...]
"""The values of the dimensions of one segment; empty for the rest, all smaller segments together."""


class Line(msgspec.Struct, frozen=True):
    """One segment over time: the sums of the buckets that hold calls, and of all of them where that was asked for."""

    cells: dict[dt.datetime, Sums]
    total: Sums


class Buckets(msgspec.Struct, frozen=True):
    """The buckets of a window: the start of each, and whether the last one ends with the window."""

    window: Window
    starts: list[dt.datetime]
    ended: bool


class Period(msgspec.Struct, frozen=True):
    """One window: a line per segment, the largest first and the rest last, and the total where it was asked for."""

    buckets: Buckets
    lines: dict[Values, Line]
    total: Sums


class Breakdown(msgspec.Struct, frozen=True):
    """Segments in their order, all others as one, the whole, and how many segments there are."""

    segments: dict[Values, Sums]
    rest: Sums
    total: Sums
    count: int


class Question(msgspec.Struct, frozen=True):
    """Which calls of which organisation."""

    org_id: str
    where: Filter = Everything()

    def put(self, statement: Statement, window: Window | None) -> str:
        """The condition on rows of ``calls``.

        Raises:
            Invalid: the filter says something that cannot be asked.
        """
        asked = condition(statement, self.where)
        return asked if window is None else f"{asked} AND {_within(statement, window)}"


def _within(statement: Statement, window: Window) -> str:
    return f"created_at >= {statement.instant(window.start)} AND created_at < {statement.instant(window.end)}"


async def whole(telemetry: Telemetry, asked: Question, window: Window | None, wanted: Wanted = ALL) -> Sums:
    """What the calls of a window add up to; of all time without one.

    Raises:
        Invalid: the filter says something that cannot be asked.
    """
    statement = Statement(asked.org_id)
    cut = Cut((), asked.put(statement, window))
    [row] = await telemetry.query(*statements.numbers(statement, wanted, cut))
    return sums_from(row, wanted)


async def by_segment(
    telemetry: Telemetry, asked: Question, window: Window | None, by: Sequence[str], first: First, wanted: Wanted = ALL
) -> Breakdown:
    """What the calls of a window add up to per value of some dimensions (`sql.call_dimensions`), in one reading.

    Without a window those of all time.

    Raises:
        Invalid: as `whole`, or no such dimension.
    """
    edited = await edited_among(telemetry, asked.org_id, properties_of(by))
    statement = Statement(asked.org_id)
    joined, values = cut_by(statement, by, edited)
    where = asked.put(statement, window)
    among = statements.kept(statement, Cut(values, where, joined), first)
    key = statements.kept_or_rest(values, among)
    more = {"place": PLACES[first.by], "distinct": statements.others(values)}
    cut = Cut((key,), where, joined, rolled=1, more=more)
    rows = await telemetry.query(*statements.numbers(statement, wanted, cut))
    cells = {_values(row["k0"]): row for row in rows if not row["level"]}
    total = next((sums_from(row, wanted) for row in rows if row["level"]), Sums())
    rest = cells.pop((), None)
    order = sorted(cells, key=lambda one: _rank(cells[one], first, one))
    segments = {one: sums_from(cells[one], wanted) for one in order}
    return Breakdown(segments, sums_from(rest, wanted) if rest else Sums(), total, len(segments) + total.distinct)


async def over_time(
    telemetry: Telemetry,
    asked: Question,
    axis: Axis,
    *,
    before: Window | None = None,
    by: str | None = None,
    top: int | None = None,
    total: bool = False,
    wanted: Wanted = ALL,
) -> list[Period]:
    """What calls add up to per bucket of an axis, in the window before it too where one is given: the later one first.

    By a dimension (`sql.call_dimensions`) there is a line for each value; with ``top`` for each of so many values that
    have most calls in the window of the axis, the same ones in both, and one for the rest. Without a dimension there is
    one line, of all calls.

    Raises:
        Invalid: the axis or the filter says something that cannot be asked, or no such dimension.
    """
    windows = [axis.window] if before is None else [axis.window, before]
    buckets = await asyncio.gather(*(_buckets(telemetry, axis, window) for window in windows))
    _check_size(sum(len(one.starts) for one in buckets) * ((top or 0) + 1))
    statement = Statement(asked.org_id)
    both = msgspec.structs.replace(axis, window=Window(windows[-1].start, axis.window.end))
    bucket, within = bucket_of(statement, both, "created_at")
    taken = asked.put(statement, None)
    joined, keys = "", [f"toUInt8(created_at >= {statement.instant(axis.window.start)})"]
    if by is not None:
        joined, values = cut_by(statement, [by], await edited_among(telemetry, asked.org_id, properties_of([by])))
        keys.append(statements.each(values))
        if top is not None:
            largest = Cut(values, f"{taken} AND {_within(statement, axis.window)}", joined)
            keys[-1] = statements.kept_or_rest(values, statements.kept(statement, largest, First(top)))
    cut = Cut((*keys, bucket), f"{taken} AND {within}", joined, rolled=len(keys) if total else 0)
    rows = await telemetry.query(*statements.numbers(statement, wanted, cut))
    found = await asyncio.to_thread(_Found, rows, wanted, len(cut.keys))
    _check_size(sum(len(one.starts) for one in buckets) * len(found.segments))
    return [found.period(one, current=number == 0) for number, one in enumerate(buckets)]


def _check_size(cells: int) -> None:
    if cells > MAX_CELLS:
        raise Invalid(f"This chart would have more than {MAX_CELLS:,} points: choose a wider bucket or fewer lines.")


async def _buckets(telemetry: Telemetry, axis: Axis, window: Window) -> Buckets:
    # A microsecond more than the window: where a bucket begins with it, the one before has ended.
    longer = msgspec.structs.replace(axis, window=Window(window.start, window.end + dt.timedelta(microseconds=1)))
    zone = zone_of(axis.zone)
    starts = [
        dt.datetime.fromtimestamp(row["start"], zone) for row in await telemetry.query(*starts_of_buckets(longer))
    ]
    ended = starts[-1] == window.end
    return Buckets(window, starts[:-1] if ended else starts, ended)


class _Found:
    """The cells of a series, sorted into periods, segments and buckets."""

    def __init__(self, rows: Sequence[Row], wanted: Wanted, width: int) -> None:
        self._cells: dict[tuple[bool, Values], dict[int, Sums]] = {}
        self._lines: dict[tuple[bool, Values], Sums] = {}
        self._periods: dict[bool, Sums] = {}
        for row in rows:
            current, segment = bool(row["k0"]), _values(row["k1"]) if width == WITH_SEGMENTS else ()
            sums = sums_from(row, wanted)
            if row["level"] == 0:
                self._cells.setdefault((current, segment), {})[row[f"k{width - 1}"]] = sums
            if row["level"] == 1:
                self._lines[current, segment] = sums
            if row["level"] == width - 1:
                self._periods[current] = sums
        named = {segment for _, segment in self._cells}
        self.segments = sorted(named, key=self._place) if width == WITH_SEGMENTS else [()]

    def _place(self, segment: Values) -> tuple[bool, int, Values]:
        calls = sum(cell.n for cell in self._cells.get((True, segment), {}).values())
        return not segment, -calls, segment

    def period(self, buckets: Buckets, *, current: bool) -> Period:
        """One window; every segment that either window has stands in both."""
        lines = {}
        for segment in self.segments:
            cells = self._cells.get((current, segment), {})
            begun = {start: cells[at] for start in buckets.starts if (at := int(start.timestamp())) in cells}
            lines[segment] = Line(begun, self._lines.get((current, segment), Sums()))
        return Period(buckets, lines, self._periods.get(current, Sums()))


WITH_SEGMENTS = 3
"""The keys of a series that is cut by a dimension: period, segment, bucket."""


def _values(key: tuple[int, *Values]) -> Values:
    kept, *values = key
    return tuple(values) if kept else ()


def _rank(row: Row, first: First, values: Values) -> tuple[bool, decimal.Decimal, Values]:
    place = row["place"]
    if place is None:
        return True, decimal.Decimal(), values
    size = decimal.Decimal(place)
    return False, size if first.ascending else -size, values


def sums_from(row: Row, wanted: Wanted) -> Sums:
    """The sums of a row that has the columns of what is wanted."""
    known = {name: row[name] for name in row.keys() & _PLAIN if row[name] is not None}
    if Part.TOKENS in wanted.parts:
        known["tokens"] = {name: Amount(row[f"{name}_n"], row[f"{name}_sum"] or 0) for name in TOKENS}
    spreads = {
        one: Spread(
            row[f"{one}_n"],
            row[f"{one}_sum"] or 0,
            dict(zip(row[f"{one}_ranks"], row[f"{one}_values"], strict=True)),
        )
        for one in wanted.spreads
    }
    return Sums(**known, spreads=spreads)


_PLAIN = frozenset(Sums.__struct_fields__) - {"tokens", "spreads"}
