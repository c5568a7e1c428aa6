"""One score over time, each point with its n and its interval."""

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
    telemetry = await context.reading()
    name, kind = await _asked_score(data, context.principal.org_id, telemetry)
    points = await series.one_score(telemetry, context.principal.org_id, axis, name, kind, wanted)
    moments = [_moments(point) for point in points]
    total = _point(axis.window.start, Moments.merged(moments), kind)
    drawn = [_point(point.start, seen, kind) for point, seen in zip(points, moments, strict=True)]
    return Result(ScoreSeries(name, kind, axis.clock, total, drawn))


async def _asked_score(data: SeriesQuery, org_id: str, telemetry: Telemetry) -> tuple[str, ScoreKind]:
    if data.kind is not None:
        return data.name, data.kind
    if data.name.endswith(BOOLEAN_SUFFIX):
        return data.name.removesuffix(BOOLEAN_SUFFIX), ScoreKind.BOOLEAN
    kinds = [kind for name, kind in await scores.names(telemetry, org_id) if name == data.name]
    if len(kinds) > 1:
        raise Invalid(f"kind: {data.name!r} holds numbers and booleans; say which.")
    return data.name, kinds[0] if kinds else ScoreKind.NUMERIC


def _moments(point: series.Point) -> Moments:
    if point.mean is None or point.squares is None:
        return Moments()
    return Moments(point.n, point.mean, point.squares, point.minimum, point.maximum)


def _point(start: dt.datetime, seen: Moments, kind: ScoreKind) -> SeriesPoint:
    estimate = rate_estimate(seen) if kind is ScoreKind.BOOLEAN else mean_estimate(seen)
    return SeriesPoint(
        start, estimate.n, estimate.mean, estimate.low, estimate.high, estimate.minimum, estimate.maximum
    )


HANDLERS: list[Any] = [score_series]
