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
from helicorder.errors import Invalid
from helicorder.model.score import ScoreKind
from helicorder.model.window import USUAL_SPAN, Window, checked_zone
from helicorder.scoring.completeness import EDGES, Delays, estimate_delays, still_filling
from helicorder.telemetry import series
from helicorder.telemetry.axis import Axis, Clock
from helicorder.telemetry.client import Telemetry
from helicorder.wire.answers import Bucket, Number, ScoreSeries, SegmentSeries
from helicorder.wire.questions import SeriesQuery

WATCHED = dt.timedelta(days=7)
"""How long a request is taken to wait for its score; delays are learned from the requests of that time."""
MAX_DIMENSIONS, MAX_LINES, MAX_POINTS = 2, 20, 20_000
OTHER = "(other)"
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
    asked, kind = asked_of(question, org_id, as_of), question.kind or ScoreKind.NUMERIC
    _check(question)
    delays, whole, read = await asyncio.gather(
        _delays(telemetry, question, asked), _whole(telemetry, question, asked), _read(telemetry, question, asked, [])
    )
    [(_, points)] = _lines(question, read, delays, [()])
    total = None if whole is None else number_of(Number, whole, kind)
    segments = await _segments(telemetry, question, asked, delays) if question.by else []
    return ScoreSeries(question.name, kind, question.clock, total, points, segments)


def _check(question: SeriesQuery) -> None:
    if len(question.by) > MAX_DIMENSIONS:
        raise Invalid(f"by: at most {MAX_DIMENSIONS} dimensions.")
    if not 1 <= question.top <= MAX_LINES:
        raise Invalid(f"top: 1 to {MAX_LINES}.")


async def _segments(
    telemetry: Telemetry, question: SeriesQuery, asked: series.Question, delays: Delays | None
) -> list[SegmentSeries]:
    """The lines of the largest segments, and of the others as one."""
    sizes = await series.by_segment(telemetry, asked, window_of(question), question.clock, question.by)
    largest = sorted(sizes, key=lambda key: (-sizes[key].n, key))
    shown, rest = largest[: question.top], [(OTHER,) * len(question.by)] if len(largest) > question.top else []
    kept = series.Kept(tuple(shown), OTHER) if rest else None
    read = await _read(telemetry, question, asked, question.by, kept)
    return [SegmentSeries(list(key), points) for key, points in _lines(question, read, delays, [*shown, *rest])]


class _Read(msgspec.Struct, frozen=True):
    """When the buckets start, and per line and bucket what is in it: the sums, and the calls where they are counted."""

    starts: list[dt.datetime]
    sums: dict[series.Keys, dict[dt.datetime, series.Sums]]
    calls: dict[series.Keys, dict[dt.datetime, int]] | None


async def _read(
    telemetry: Telemetry,
    question: SeriesQuery,
    asked: series.Question,
    by: list[str],
    kept: series.Kept | None = None,
) -> _Read:
    axis = axis_of(question)
    (starts, sums), calls = await asyncio.gather(
        series.over_time(telemetry, asked, axis, by=by, kept=kept), _calls(telemetry, asked, axis, by, kept)
    )
    return _Read(starts, sums, calls)


def _lines(
    question: SeriesQuery, read: _Read, delays: Delays | None, lines: list[series.Keys]
) -> list[tuple[series.Keys, list[Bucket]]]:
    """Every bucket of each line: the whole, of the empty key, or segments."""
    starts, last = read.starts, window_of(question).end
    if len(lines) * len(starts) > MAX_POINTS:
        raise Invalid("This chart would have too many points: choose a wider bucket, a shorter time or fewer lines.")
    now, ends = read_time("now", question.now), [*starts[1:], last]
    kind = question.kind or ScoreKind.NUMERIC

    def point(key: series.Keys, start: dt.datetime, end: dt.datetime) -> Bucket:
        seen = read.sums.get(key, {}).get(start, _NOTHING)
        if read.calls is not None:
            seen = msgspec.structs.replace(seen, calls=read.calls.get(key, {}).get(start, 0))
        complete = _complete(delays, start, min(end, last), now)
        filling = _filling(delays, complete)
        return number_of(Bucket, seen, kind, start=start, complete=complete, filling=filling)

    return [(key, [point(key, start, end) for start, end in zip(starts, ends, strict=True)]) for key in lines]


async def _calls(
    telemetry: Telemetry, asked: series.Question, axis: Axis, by: list[str], kept: series.Kept | None
) -> dict[series.Keys, dict[dt.datetime, int]] | None:
    if axis.clock is not Clock.REQUESTED:
        return None
    return await series.calls_over_time(telemetry, asked, axis, by, kept)


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


async def _whole(telemetry: Telemetry, question: SeriesQuery, asked: series.Question) -> series.Sums | None:
    if not question.total:
        return None
    window, clock = window_of(question), question.clock
    found, calls = await asyncio.gather(
        series.by_segment(telemetry, asked, window, clock), _calls_in(telemetry, asked, window, clock)
    )
    whole = found.get((), _NOTHING)
    return whole if calls is None else msgspec.structs.replace(whole, calls=calls.get((), 0))


async def _calls_in(
    telemetry: Telemetry, asked: series.Question, window: Window, clock: Clock
) -> dict[series.Keys, int] | None:
    return await series.calls_by_segment(telemetry, asked, window, ()) if clock is Clock.REQUESTED else None


KIND = Kind("series", SeriesQuery, over_time)


@post("/v1/scores/series/query", status_code=200, opt=READ, operation_id="GetScoreSeries", tags=["Scores"])
async def score_series(data: JSONBody[SeriesQuery], context: FromContext) -> PinnedResult[ScoreSeries]:
    """One score's n, mean, interval, minimum and maximum per bucket; gaps are null, and late buckets are marked."""
    telemetry, org_id = await context.reading(), context.principal.org_id
    question = await _resolved(data, org_id, telemetry, dt.datetime.now(dt.UTC))
    return await answered(context, KIND, question)


HANDLERS: list[Any] = [score_series]
