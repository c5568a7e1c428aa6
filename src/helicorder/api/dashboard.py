"""Helicone's dashboard group: the mean of every score per time bucket."""

import datetime as dt
from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.filters import read_filter
from helicorder.api.helicone_shapes import IsoTimes, zone_west
from helicorder.api.wire import Result, score_key
from helicorder.model.score import ScoreKind
from helicorder.model.window import Bucket
from helicorder.telemetry import scores, series
from helicorder.telemetry.axis import Axis, Clock


class ScoresOverTimeQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Helicone's DataOverTimeRequest; ``timeZoneDifference`` is JavaScript's getTimezoneOffset: minutes, west +."""

    timeFilter: IsoTimes  # noqa: N815 -- the wire's name
    userFilter: Any  # noqa: N815 -- the wire's name
    dbIncrement: Bucket  # noqa: N815 -- the wire's name
    timeZoneDifference: float  # noqa: N815 -- the wire's name

    def axis(self) -> Axis:
        """The time axis that is asked for, by the time of the request as Helicone charts it."""
        return Axis(self.timeFilter.window(), self.dbIncrement, zone_west(self.timeZoneDifference), Clock.REQUESTED)


class ScorePoint(msgspec.Struct, frozen=True):
    """One score in one bucket. ``score_sum`` is Helicone's name for what is the mean; null with n = 0 in a gap."""

    created_at_trunc: dt.datetime
    score_key: str
    score_sum: float | None
    n: int


@post(
    "/v1/dashboard/scores/query",
    status_code=200,
    opt=READ,
    operation_id="GetScoresOverTime",
    tags=["Dashboard"],
)
async def scores_over_time(data: JSONBody[ScoresOverTimeQuery], context: FromContext) -> Result[list[ScorePoint]]:
    """Every score's mean per bucket, over the requests that a filter takes; a bucket without scores is null, not 0."""
    axis, wanted = data.axis(), read_filter(data.userFilter)
    telemetry, org_id = await context.reading(), context.principal.org_id
    largest = max((one.largest for one in await scores.names(telemetry, org_id)), default=0.0)
    asked = series.Question(org_id=org_id, name=None, kind=None, largest=largest, where=wanted)
    starts, found = await series.over_time(telemetry, asked, axis, ("name", "kind"))
    return Result(
        [
            ScorePoint(start, score_key(name, ScoreKind(kind)), float(seen.total / seen.n) if seen.n else None, seen.n)
            for (name, kind), cells in found.items()
            for start in starts
            for seen in (cells.get(start, series.Sums()),)
        ]
    )


HANDLERS: list[Any] = [scores_over_time]
