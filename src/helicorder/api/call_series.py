"""Calls over time: how many, how many failed, what they cost, how long they took; and the same of the time before."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.call_numbers import CallNumbers, Ranked
from helicorder.api.call_selection import SearchedCalls
from helicorder.api.context import FromContext
from helicorder.api.wire import Result
from helicorder.errors import Invalid
from helicorder.model.calendar import Step, before, step_of
from helicorder.model.window import USUAL_SPAN, Bucket, checked_zone
from helicorder.telemetry import numbers
from helicorder.telemetry.axis import Axis
from helicorder.telemetry.numbers import Buckets, Line, Period, Question, Sums

MAX_LINES = 50


class CallSeriesQuery(SearchedCalls, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``bucket`` and ``zone``, an IANA time zone, cut the time.

    ``by`` a dimension (as of a breakdown) there is a line for each of the ``top`` values with most calls and one for
    the rest. ``previous`` asks for the window before too, equally long by the calendar of the zone; ``total`` for the
    numbers of whole windows.
    """

    bucket: Bucket = Bucket.DAY
    zone: str = "UTC"
    by: str | None = None
    top: int = 10
    previous: bool = False
    total: bool = False


class CallPoint(CallNumbers, frozen=True, kw_only=True):
    """The numbers of one bucket.

    It begins at ``start`` by the calendar; the window may cut the first and the last one (``partial``). ``at`` is where
    it stands on the axis of the window that was asked for: of the previous window, so much later.
    """

    start: dt.datetime
    at: dt.datetime
    partial: bool


class CallLine(msgspec.Struct, frozen=True):
    """A line of a chart: of one ``value`` of the dimension, or of the ``rest``; of all calls where there is none.

    An unknown value is empty text.
    """

    value: str | None
    rest: bool
    total: CallNumbers | None
    points: list[CallPoint]


class CallPeriod(msgspec.Struct, frozen=True):
    """One window, from ``start`` to before ``end``: its lines, the largest first and the rest last, and its total.

    A bucket without calls is there, with ``n`` 0 and nulls.
    """

    start: dt.datetime
    end: dt.datetime
    total: CallNumbers | None
    lines: list[CallLine]


class CallSeries(msgspec.Struct, frozen=True):
    """Calls over time; ``previous`` is null where it was not asked for. Both windows have the same lines."""

    bucket: Bucket
    zone: str
    by: str | None
    current: CallPeriod
    previous: CallPeriod | None


@post("/v1/calls/series/query", status_code=200, opt=READ, operation_id="GetCallSeries", tags=["Calls"])
async def call_series(data: JSONBody[CallSeriesQuery], context: FromContext) -> Result[CallSeries]:
    """Calls, errors, cost, tokens, latency and the like per bucket, with the window before beside; gaps are null."""
    if not 1 <= data.top <= MAX_LINES:
        raise Invalid(f"top: 1 to {MAX_LINES}.")
    axis = Axis(data.window(dt.datetime.now(dt.UTC), USUAL_SPAN[data.bucket]), data.bucket, checked_zone(data.zone))
    step = step_of(axis.window, axis.bucket, axis.zone)
    earlier = before(axis.window, step) if data.previous else None
    asked = Question(context.principal.org_id, data.wanted())
    top = None if data.by is None else data.top
    telemetry = await context.reading()
    found = await numbers.over_time(telemetry, asked, axis, before=earlier, by=data.by, top=top, total=data.total)
    return Result(await asyncio.to_thread(_shown, data, found, step))


def _shown(asked: CallSeriesQuery, found: list[Period], step: Step) -> CallSeries:
    ranked = Ranked(sums for period in found for sums in _sums_of(period))
    current, *previous = [
        _period(asked, period, ranked, step if number else None) for number, period in enumerate(found)
    ]
    return CallSeries(asked.bucket, asked.zone, asked.by, current, previous[0] if previous else None)


def _sums_of(period: Period) -> Iterator[Sums]:
    yield period.total
    for line in period.lines.values():
        yield line.total
        yield from line.cells.values()


def _period(asked: CallSeriesQuery, period: Period, ranked: Ranked, step: Step | None) -> CallPeriod:
    def total(seen: Sums) -> CallNumbers | None:
        return ranked.numbers(seen) if asked.total else None

    lines = [
        CallLine(
            values[0] if values else None,
            not values and asked.by is not None,
            total(line.total),
            [_point(period.buckets, number, line, ranked, step) for number in range(len(period.buckets.starts))],
        )
        for values, line in period.lines.items()
    ]
    return CallPeriod(period.buckets.window.start, period.buckets.window.end, total(period.total), lines)


def _point(buckets: Buckets, number: int, line: Line, ranked: Ranked, step: Step | None) -> CallPoint:
    start = buckets.starts[number]
    cut_first = start < buckets.window.start
    cut_last = number == len(buckets.starts) - 1 and not buckets.ended
    return CallPoint(
        start=start,
        at=step.after(start).astimezone(start.tzinfo) if step else start,
        partial=cut_first or cut_last,
        **ranked.fields(line.cells.get(start, Sums())),
    )


HANDLERS: list[Any] = [call_series]
