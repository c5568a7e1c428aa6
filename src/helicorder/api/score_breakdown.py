"""A score by segment: model, prompt, property, any two of them, the largest segments and the rest."""

import asyncio
import datetime as dt
from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.estimates import number_of
from helicorder.api.pins import Kind, PinnedResult, answered
from helicorder.api.selection import asked_of, resolved, window_of
from helicorder.errors import Invalid
from helicorder.model.score import ScoreKind
from helicorder.telemetry import series
from helicorder.telemetry.axis import Clock
from helicorder.telemetry.client import Telemetry
from helicorder.wire.answers import Breakdown, Segment
from helicorder.wire.questions import BreakdownQuery, Order

MAX_DIMENSIONS = 2
MAX_SEGMENTS = 200
OTHER = "(other)"


async def broken_down(question: BreakdownQuery, org_id: str, telemetry: Telemetry, as_of: int | None) -> Breakdown:
    """The answer to a breakdown. The rest is summed by the engine as one segment, so it is exact as well."""
    if not 1 <= len(question.by) <= MAX_DIMENSIONS:
        raise Invalid(f"by: one or {MAX_DIMENSIONS} dimensions.")
    if not 1 <= question.top <= MAX_SEGMENTS:
        raise Invalid(f"top: 1 to {MAX_SEGMENTS}.")
    asked, window, clock = asked_of(question, org_id, as_of), window_of(question), question.clock
    found, calls = await asyncio.gather(
        series.by_segment(telemetry, asked, window, clock, question.by), _calls(telemetry, question, asked, None)
    )
    if len(found) > question.top:
        largest = sorted(found, key=lambda key: (-found[key].n, key))[: question.top]
        kept = series.Kept(tuple(largest), OTHER)
        found, calls = await asyncio.gather(
            series.by_segment(telemetry, asked, window, clock, question.by, kept),
            _calls(telemetry, question, asked, kept),
        )
    kind = question.kind or ScoreKind.NUMERIC
    segments = [number_of(Segment, _counted(seen, calls, key), kind, values=list(key)) for key, seen in found.items()]
    return Breakdown(question.name, kind, question.by, sorted(segments, key=lambda one: _rank(one, question.sort)))


async def _calls(
    telemetry: Telemetry, question: BreakdownQuery, asked: series.Question, kept: series.Kept | None
) -> dict[series.Keys, int] | None:
    if question.clock is not Clock.REQUESTED:
        return None
    return await series.calls_by_segment(telemetry, asked, window_of(question), question.by, kept)


def _counted(seen: series.Sums, calls: dict[series.Keys, int] | None, key: series.Keys) -> series.Sums:
    return seen if calls is None else msgspec.structs.replace(seen, calls=calls.get(key, 0))


def _rank(segment: Segment, order: Order) -> tuple[bool, float, list[str]]:
    size = segment.n if order is Order.N else segment.mean
    return OTHER in segment.values, -(size or 0.0), segment.values


KIND = Kind("breakdown", BreakdownQuery, broken_down)


@post("/v1/scores/breakdown/query", status_code=200, opt=READ, operation_id="BreakDownScore", tags=["Scores"])
async def breakdown(data: JSONBody[BreakdownQuery], context: FromContext) -> PinnedResult[Breakdown]:
    """A score by segment, each with its n and its interval, the largest first and the rest as one."""
    telemetry, org_id = await context.reading(), context.principal.org_id
    question = await resolved(data, org_id, telemetry, dt.datetime.now(dt.UTC))
    return await answered(context, KIND, question)


HANDLERS: list[Any] = [breakdown]
