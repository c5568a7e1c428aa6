"""One score over time, each point with its n and its interval."""

import asyncio
import datetime as dt
from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.estimates import number_of
from helicorder.api.filters import read_time
from helicorder.api.pins import Kind, PinnedResult, answered
from helicorder.api.selection import asked_of, resolved, window_of
from helicorder.model.score import ScoreKind
from helicorder.model.window import USUAL_SPAN, Window, checked_zone
from helicorder.scoring.completeness import EDGES, Delays, estimate_delays, still_filling
from helicorder.telemetry import series
from helicorder.telemetry.axis import Axis, Clock
from helicorder.telemetry.client import Telemetry
from helicorder.wire.answers import Bucket, Number, ScoreSeries
from helicorder.wire.questions import SeriesQuery

WATCHED = dt.timedelta(days=7)
"""How long a request is taken to wait for its score; delays are learned from the requests of that time."""
_NOTHING = series.Sums()


def axis_of(question: SeriesQuery) -> Axis:
    """The time axis that is asked for."""
    return Axis(window_of(question), question.bucket, checked_zone(question.zone), question.clock)


async def _resolved(question: SeriesQuery, org_id: str, telemetry: Telemetry, now: dt.datetime) -> SeriesQuery:
    """As `selection.resolved`; the span that is shown by default suits the bucket."""
    found = await resolved(question, org_id, telemetry, now, USUAL_SPAN[question.bucket])
    return msgspec.structs.replace(found, now=question.now or now.isoformat())


async def over_time(question: SeriesQuery, org_id: str, telemetry: Telemetry, as_of: int | None) -> ScoreSeries:
    """The answer to a series."""
    axis, asked, kind = axis_of(question), asked_of(question, org_id, as_of), question.kind or ScoreKind.NUMERIC
    (starts, found), calls, delays, total = await asyncio.gather(
        series.over_time(telemetry, asked, axis),
        _calls(telemetry, question, asked),
        _delays(telemetry, question, asked),
        _total(telemetry, question, asked),
    )
    cells, now = found.get((), {}), read_time("now", question.now)
    ends = [*starts[1:], axis.window.end]
    points = []
    for start, end in zip(starts, ends, strict=True):
        seen = cells.get(start, _NOTHING)
        counted = seen if calls is None else msgspec.structs.replace(seen, calls=calls.get(start, 0))
        complete = _complete(delays, start, min(end, axis.window.end), now)
        filling = _filling(delays, complete)
        points.append(number_of(Bucket, counted, kind, start=start, complete=complete, filling=filling))
    return ScoreSeries(question.name, kind, question.clock, total, points)


async def _calls(telemetry: Telemetry, question: SeriesQuery, asked: series.Question) -> dict[dt.datetime, int] | None:
    if question.clock is not Clock.REQUESTED:
        return None
    return await series.calls_over_time(telemetry, asked, axis_of(question))


async def _delays(telemetry: Telemetry, question: SeriesQuery, asked: series.Question) -> Delays | None:
    """How late scores come; None where no bucket is young enough to be waiting for any, or scores are not late."""
    now = read_time("now", question.now)
    if question.clock is not Clock.REQUESTED or window_of(question).end < now - WATCHED:
        return None
    watched = Window(now - WATCHED, now)
    return estimate_delays(await series.delays(telemetry, asked, watched, EDGES, now))


def _complete(delays: Delays | None, start: dt.datetime, end: dt.datetime, now: dt.datetime) -> float | None:
    oldest, youngest = ((now - at).total_seconds() for at in (start, end))
    if delays is None or youngest >= WATCHED.total_seconds():
        return None
    return delays.of_bucket(max(0.0, youngest), max(0.0, oldest))


def _filling(delays: Delays | None, complete: float | None) -> bool:
    return delays is not None and complete is not None and still_filling(complete)


async def _total(telemetry: Telemetry, question: SeriesQuery, asked: series.Question) -> Number | None:
    if not question.total:
        return None
    found = await series.by_segment(telemetry, asked, window_of(question), question.clock)
    return number_of(Number, found.get((), _NOTHING), question.kind or ScoreKind.NUMERIC)


KIND = Kind("series", SeriesQuery, over_time)


@post("/v1/scores/series/query", status_code=200, opt=READ, operation_id="GetScoreSeries", tags=["Scores"])
async def score_series(data: JSONBody[SeriesQuery], context: FromContext) -> PinnedResult[ScoreSeries]:
    """One score's n, mean, interval, minimum and maximum per bucket; gaps are null, and late buckets are marked."""
    telemetry, org_id = await context.reading(), context.principal.org_id
    question = await _resolved(data, org_id, telemetry, dt.datetime.now(dt.UTC))
    return await answered(context, KIND, question)


HANDLERS: list[Any] = [score_series]
