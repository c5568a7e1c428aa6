"""Calls by segment: model, user, error, property, any two of them, page by page, the rest as one."""

import asyncio
import datetime as dt
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
from helicorder.telemetry import numbers
from helicorder.telemetry.numbers import Breakdown, First, Question, Ranking

MAX_DIMENSIONS = 2
MAX_SEGMENTS = 200
MAX_OFFSET = 1_000_000


class CallBreakdownQuery(SearchedCalls, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``by`` one or two dimensions: model, provider, request_model, prompt_id, prompt_version, user_id, session_id,
    session_name, session_path, status, error (yes, no, cancelled), ending, streamed (yes, no), country_code, referrer,
    path, or property:NAME.

    The segments come by ``order``, the largest first unless ``ascending``, from ``offset`` on, ``top`` of them.
    """  # noqa: D205 -- a list of names is longer than a line

    by: list[str]
    top: int = 20
    offset: int = 0
    order: Ranking = Ranking.N
    ascending: bool = False


class CallSegment(CallNumbers, frozen=True, kw_only=True):
    """The numbers of one segment. An unknown value is empty text."""

    values: list[str]


class CallBreakdown(msgspec.Struct, frozen=True):
    """Calls by segment, from ``start`` to before ``end``.

    ``rest`` is all that is not on this page, as one; null where everything is. ``total`` is all calls. ``count``
    segments there are; ``next_offset`` is where the next page begins, null on the last one.
    """

    start: dt.datetime
    end: dt.datetime
    by: list[str]
    count: int
    segments: list[CallSegment]
    rest: CallNumbers | None
    total: CallNumbers
    next_offset: int | None


@post("/v1/calls/breakdown/query", status_code=200, opt=READ, operation_id="BreakDownCalls", tags=["Calls"])
async def call_breakdown(data: JSONBody[CallBreakdownQuery], context: FromContext) -> Result[CallBreakdown]:
    """Calls, errors, cost, tokens, latency and the like by segment, in any order, page by page, the rest as one."""
    if not 1 <= len(data.by) <= MAX_DIMENSIONS or len(set(data.by)) < len(data.by):
        raise Invalid(f"by: one or {MAX_DIMENSIONS} different dimensions.")
    if not 1 <= data.top <= MAX_SEGMENTS:
        raise Invalid(f"top: 1 to {MAX_SEGMENTS}.")
    if not 0 <= data.offset <= MAX_OFFSET:
        raise Invalid(f"offset: 0 to {MAX_OFFSET}.")
    window = data.window(dt.datetime.now(dt.UTC))
    asked = Question(context.principal.org_id, data.wanted())
    first = First(data.top, data.offset, data.order, data.ascending)
    telemetry = await context.reading()
    found = await numbers.by_segment(telemetry, asked, window, data.by, first)
    return Result(await asyncio.to_thread(_shown, data, window.start, window.end, found))


def _shown(asked: CallBreakdownQuery, start: dt.datetime, end: dt.datetime, found: Breakdown) -> CallBreakdown:
    ranked = Ranked([*found.segments.values(), found.rest, found.total])
    following = asked.offset + len(found.segments)
    return CallBreakdown(
        start=start,
        end=end,
        by=asked.by,
        count=found.count,
        segments=[CallSegment(values=list(values), **ranked.fields(seen)) for values, seen in found.segments.items()],
        rest=ranked.numbers(found.rest) if found.rest.n else None,
        total=ranked.numbers(found.total),
        next_offset=following if found.segments and following < found.count else None,
    )


HANDLERS: list[Any] = [call_breakdown]
