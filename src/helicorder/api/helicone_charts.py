"""Helicone's metrics group, the series, from the same sums as our own charts.

A bucket without calls counts 0 calls; whatever else is not known of it is null. ``n`` says of how many calls a number
is. Times are when a bucket begins.
"""

import datetime as dt
import enum
from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.call_numbers import Ranked, ratio
from helicorder.api.context import Context, FromContext
from helicorder.api.filters import read_filter
from helicorder.api.helicone_shapes import IsoTimes, zone_west
from helicorder.api.wire import Result
from helicorder.model.window import Bucket
from helicorder.telemetry import numbers
from helicorder.telemetry.axis import Axis
from helicorder.telemetry.numbers import Amount, Measure, Part, Period, Question, Spread, Sums, Wanted


class ChartQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which calls over which time; ``timeZoneDifference`` is JavaScript's getTimezoneOffset: minutes, west +."""

    timeFilter: IsoTimes  # noqa: N815 -- the wire's name
    filter: Any
    timeZoneDifference: float  # noqa: N815 -- the wire's name
    dbIncrement: Bucket = Bucket.HOUR  # noqa: N815 -- the wire's name

    def axis(self) -> Axis:
        """The time axis that is asked for."""
        return Axis(self.timeFilter.window(), self.dbIncrement, zone_west(self.timeZoneDifference))


class QuantileMetric(enum.StrEnum):
    """Whose quantiles can be asked for."""

    LATENCY = "latency"
    TIME_TO_FIRST_TOKEN = "time_to_first_token"  # noqa: S105 -- a metric, not a credential
    PROMPT_TOKENS = "prompt_tokens"
    COMPLETION_TOKENS = "completion_tokens"
    TOTAL_TOKENS = "total_tokens"


_MEASURES = {
    QuantileMetric.LATENCY: Measure.LATENCY,
    QuantileMetric.TIME_TO_FIRST_TOKEN: Measure.TIME_TO_FIRST_TOKEN,
    QuantileMetric.PROMPT_TOKENS: Measure.PROMPT_TOKENS,
    QuantileMetric.COMPLETION_TOKENS: Measure.COMPLETION_TOKENS,
    QuantileMetric.TOTAL_TOKENS: Measure.TOTAL_TOKENS,
}


class QuantilesQuery(ChartQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """As `ChartQuery`, of one metric."""

    metric: QuantileMetric


class CountPoint(msgspec.Struct, frozen=True):
    """How many there are in one bucket."""

    time: dt.datetime
    count: int


class StatusPoint(msgspec.Struct, frozen=True):
    """How many calls of one status there are in one bucket."""

    time: dt.datetime
    count: int
    status: int


class ThreatPoint(msgspec.Struct, frozen=True):
    """Nothing looks for threats, so the count is null."""

    time: dt.datetime
    count: None


class CostPoint(msgspec.Struct, frozen=True):
    """US dollars of one bucket."""

    time: dt.datetime
    cost: float | None
    n: int


class TokensPoint(msgspec.Struct, frozen=True):
    """Tokens of one bucket, over the ``n`` calls whose tokens are known."""

    time: dt.datetime
    prompt_tokens: int | None
    completion_tokens: int | None
    n: int


class LatencyPoint(msgspec.Struct, frozen=True):
    """The mean latency of one bucket in milliseconds."""

    time: dt.datetime
    duration: float | None
    n: int


class TimeToFirstTokenPoint(msgspec.Struct, frozen=True):
    """The mean time to the first token of one bucket in milliseconds."""

    time: dt.datetime
    ttft: float | None
    n: int


class QuantilesPoint(msgspec.Struct, frozen=True):
    """Quantiles of one bucket, each a value of one of its ``n`` calls that have one."""

    time: dt.datetime
    p75: int | None
    p90: int | None
    p95: int | None
    p99: int | None
    n: int


async def _period(data: ChartQuery, context: Context, wanted: Wanted, by: str | None = None) -> Period:
    axis, asked = data.axis(), Question(context.principal.org_id, read_filter(data.filter))
    [period] = await numbers.over_time(await context.reading(), asked, axis, by=by, wanted=wanted)
    return period


async def _points(data: ChartQuery, context: Context, wanted: Wanted) -> list[tuple[dt.datetime, Sums]]:
    period = await _period(data, context, wanted)
    cells = period.lines[()].cells
    return [(start, cells.get(start, Sums())) for start in period.buckets.starts]


@post("/v1/metrics/requestOverTime", status_code=200, opt=READ, operation_id="GetRequestOverTime", tags=["Metrics"])
async def requests(data: JSONBody[ChartQuery], context: FromContext) -> Result[list[CountPoint]]:
    """Calls per bucket."""
    return Result([CountPoint(at, seen.n) for at, seen in await _points(data, context, Wanted())])


@post(
    "/v1/metrics/requestStatusOverTime",
    status_code=200,
    opt=READ,
    operation_id="GetRequestStatusOverTime",
    tags=["Metrics"],
)
async def statuses(data: JSONBody[ChartQuery], context: FromContext) -> Result[list[StatusPoint]]:
    """Calls per bucket and status, every status of the time in every bucket."""
    period = await _period(data, context, Wanted(), by="status")
    return Result(
        [
            StatusPoint(start, line.cells.get(start, Sums()).n, int(status))
            for (status,), line in period.lines.items()
            for start in period.buckets.starts
        ]
    )


@post("/v1/metrics/errorOverTime", status_code=200, opt=READ, operation_id="GetErrorsOverTime", tags=["Metrics"])
async def errors(data: JSONBody[ChartQuery], context: FromContext) -> Result[list[CountPoint]]:
    """Errors per bucket: a status of 400 and above or below 0, but for calls that the caller left."""
    return Result([CountPoint(at, seen.errors) for at, seen in await _points(data, context, Wanted((Part.ENDINGS,)))])


@post("/v1/metrics/usersOverTime", status_code=200, opt=READ, operation_id="GetUsersOverTime", tags=["Metrics"])
async def users(data: JSONBody[ChartQuery], context: FromContext) -> Result[list[CountPoint]]:
    """Different users per bucket."""
    return Result([CountPoint(at, seen.users) for at, seen in await _points(data, context, Wanted((Part.USERS,)))])


@post("/v1/metrics/threatsOverTime", status_code=200, opt=READ, operation_id="GetThreatsOverTime", tags=["Metrics"])
async def threats(data: JSONBody[ChartQuery], context: FromContext) -> Result[list[ThreatPoint]]:
    """Null per bucket: nothing here looks for threats, so how many there were is not known."""
    return Result([ThreatPoint(at, None) for at, _ in await _points(data, context, Wanted())])


@post("/v1/metrics/costOverTime", status_code=200, opt=READ, operation_id="GetCostOverTime", tags=["Metrics"])
async def costs(data: JSONBody[ChartQuery], context: FromContext) -> Result[list[CostPoint]]:
    """US dollars per bucket, over the calls whose cost is known."""
    found = await _points(data, context, Wanted((Part.COST,)))
    return Result([CostPoint(at, float(seen.cost) if seen.cost_n else None, seen.cost_n) for at, seen in found])


@post("/v1/metrics/tokensOverTime", status_code=200, opt=READ, operation_id="GetTokensOverTime", tags=["Metrics"])
async def tokens(data: JSONBody[ChartQuery], context: FromContext) -> Result[list[TokensPoint]]:
    """Prompt and completion tokens per bucket, over the calls whose tokens are known."""
    return Result([_tokens(at, seen) for at, seen in await _points(data, context, Wanted((Part.TOKENS,)))])


def _tokens(at: dt.datetime, seen: Sums) -> TokensPoint:
    amounts = (seen.tokens.get(name, Amount()) for name in ("prompt", "completion"))
    prompt, completion = (one.total if one.n else None for one in amounts)
    return TokensPoint(at, prompt, completion, seen.tokens.get("total", Amount()).n)


@post("/v1/metrics/latencyOverTime", status_code=200, opt=READ, operation_id="GetLatencyOverTime", tags=["Metrics"])
async def latencies(data: JSONBody[ChartQuery], context: FromContext) -> Result[list[LatencyPoint]]:
    """The mean latency per bucket in milliseconds, over the calls that have one."""
    found = await _spreads(data, context, Measure.LATENCY)
    return Result([LatencyPoint(at, ratio(spread.total, spread.n), spread.n) for at, spread in found])


@post(
    "/v1/metrics/timeToFirstToken",
    status_code=200,
    opt=READ,
    operation_id="GetTimeToFirstTokenOverTime",
    tags=["Metrics"],
)
async def times_to_first_token(data: JSONBody[ChartQuery], context: FromContext) -> Result[list[TimeToFirstTokenPoint]]:
    """The mean time to the first token per bucket in milliseconds, over the calls that have one."""
    found = await _spreads(data, context, Measure.TIME_TO_FIRST_TOKEN)
    return Result([TimeToFirstTokenPoint(at, ratio(spread.total, spread.n), spread.n) for at, spread in found])


async def _spreads(data: ChartQuery, context: Context, measure: Measure) -> list[tuple[dt.datetime, Spread]]:
    found = await _points(data, context, Wanted((), (measure,)))
    return [(at, seen.spreads.get(measure, Spread())) for at, seen in found]


@post("/v1/metrics/quantiles", status_code=200, opt=READ, operation_id="GetQuantiles", tags=["Metrics"])
async def quantiles(data: JSONBody[QuantilesQuery], context: FromContext) -> Result[list[QuantilesPoint]]:
    """Quantiles of a metric per bucket, exact, over the calls that have it."""
    measure = _MEASURES[data.metric]
    found = await _points(data, context, Wanted((), (measure,)))
    ranked = Ranked(seen for _, seen in found)
    points = []
    for at, seen in found:
        spread = seen.spreads.get(measure, Spread())
        _, p75, p90, p95, p99 = (one.value for one in ranked.quantiles(spread).values())
        points.append(QuantilesPoint(at, p75, p90, p95, p99, spread.n))
    return Result(points)


HANDLERS: list[Any] = [
    requests,
    statuses,
    errors,
    users,
    threats,
    costs,
    tokens,
    latencies,
    times_to_first_token,
    quantiles,
]
