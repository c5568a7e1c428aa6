"""One score over time, each point with its n and its interval."""

import asyncio
import datetime as dt
from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.filters import read_filter, read_time
from helicorder.api.wire import Result
from helicorder.errors import Invalid
from helicorder.model.score import BOOLEAN_SUFFIX, ScoreKind
from helicorder.model.window import Bucket, Window, checked_zone
from helicorder.scoring.statistics import Moments, mean_estimate, rate_estimate
from helicorder.telemetry import scores, series
from helicorder.telemetry.axis import Axis, Clock
from helicorder.telemetry.client import Telemetry

_DEFAULT_SPAN = {
    Bucket.MINUTE: dt.timedelta(hours=1),
    Bucket.HOUR: dt.timedelta(days=2),
    Bucket.DAY: dt.timedelta(days=30),
    Bucket.WEEK: dt.timedelta(weeks=26),
    Bucket.MONTH: dt.timedelta(days=730),
    Bucket.YEAR: dt.timedelta(days=3650),
}


class SeriesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which score, over which time, cut how.

    ``start`` and ``end`` are ISO 8601 (default: a span that suits the bucket, up to now); ``clock`` places a score when
    it was judged or when its request was made; ``kind`` is needed only where a name has both kinds.
    """

    name: str
    bucket: Bucket = Bucket.DAY
    start: str | None = None
    end: str | None = None
    zone: str = "UTC"
    clock: Clock = Clock.JUDGED
    kind: ScoreKind | None = None
    filter: Any = "all"

    def axis(self, now: dt.datetime) -> Axis:
        """The time axis that is asked for."""
        end = now if self.end is None else read_time("end", self.end)
        try:
            start = end - _DEFAULT_SPAN[self.bucket] if self.start is None else read_time("start", self.start)
        except OverflowError:
            raise Invalid("end: too early.") from None
        return Axis(Window(start, end), self.bucket, checked_zone(self.zone), self.clock)


class SeriesPoint(msgspec.Struct, frozen=True):
    """One bucket. ``low`` to ``high`` is the 95 % interval of the mean: Student's t for numbers, Wilson's for booleans.

    With n = 0 everything else is null: a gap, not a zero. One number alone has no interval.
    """

    start: dt.datetime
    n: int
    mean: float | None
    low: float | None
    high: float | None
    min: float | None
    max: float | None


class ScoreSeries(msgspec.Struct, frozen=True):
    """A score over time and over the whole window at once."""

    name: str
    kind: ScoreKind
    clock: Clock
    total: SeriesPoint
    points: list[SeriesPoint]


@post(
    "/v1/scores/series/query",
    status_code=200,
    opt=READ,
    operation_id="GetScoreSeries",
    tags=["Scores"],
)
async def score_series(data: JSONBody[SeriesQuery], context: FromContext) -> Result[ScoreSeries]:
    """One score's n, mean, interval, minimum and maximum per bucket."""
    axis, wanted = data.axis(dt.datetime.now(dt.UTC)), read_filter(data.filter)
    telemetry, org_id = await context.reading(), context.principal.org_id
    name, kind, largest = await _asked_score(data, org_id, telemetry)
    asked = series.Question(org_id=org_id, name=name, kind=kind, largest=largest, where=wanted)
    (starts, found), whole = await asyncio.gather(
        series.over_time(telemetry, asked, axis), series.by_segment(telemetry, asked, axis)
    )
    cells = found.get((), {})
    drawn = [_point(start, _moments(cells.get(start, series.Sums())), kind) for start in starts]
    total = _point(axis.window.start, _moments(whole.get((), series.Sums())), kind)
    return Result(ScoreSeries(name, kind, axis.clock, total, drawn))


async def _asked_score(data: SeriesQuery, org_id: str, telemetry: Telemetry) -> tuple[str, ScoreKind, float]:
    boolean = data.name.endswith(BOOLEAN_SUFFIX)
    name = data.name.removesuffix(BOOLEAN_SUFFIX) if boolean else data.name
    kind = data.kind or (ScoreKind.BOOLEAN if boolean else None)
    known = [one for one in await scores.names(telemetry, org_id) if one.name == name and kind in (None, one.kind)]
    if len(known) > 1:
        raise Invalid(f"kind: {data.name!r} holds {' and '.join(one.kind for one in known)}; say which.")
    return (name, known[0].kind, known[0].largest) if known else (name, kind or ScoreKind.NUMERIC, 0.0)


def _moments(seen: series.Sums) -> Moments:
    if not seen.n:
        return Moments()
    mean = seen.total / seen.n
    return Moments(seen.n, float(mean), float(seen.squares - mean * seen.total), seen.minimum, seen.maximum)


def _point(start: dt.datetime, seen: Moments, kind: ScoreKind) -> SeriesPoint:
    estimate = rate_estimate(seen) if kind is ScoreKind.BOOLEAN else mean_estimate(seen)
    return SeriesPoint(
        start, estimate.n, estimate.mean, estimate.low, estimate.high, estimate.minimum, estimate.maximum
    )


HANDLERS: list[Any] = [score_series]
