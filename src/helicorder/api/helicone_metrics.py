"""Helicone's metrics group, the single numbers and the lists, from the same sums as our own charts.

Where Helicone shows 0 for what it does not know there is null.
"""

from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.call_numbers import ratio
from helicorder.api.context import Context, FromContext
from helicorder.api.filters import read_filter
from helicorder.api.helicone_shapes import IsoTimes, checked_page
from helicorder.api.wire import Result
from helicorder.errors import Invalid
from helicorder.telemetry import numbers
from helicorder.telemetry.numbers import Amount, Breakdown, First, Measure, Part, Question, Sums, Wanted

_COUNT = Wanted()
_COST = Wanted((Part.COST,))


class MetricsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which calls of which time."""

    filter: Any
    timeFilter: IsoTimes  # noqa: N815 -- the wire's name


class RequestCountQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which calls of all time."""

    filter: Any
    isCached: bool = False  # noqa: N815 -- the wire's name


class MetricsListQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which calls of which time, and which part of the list."""

    filter: Any
    offset: int
    limit: int
    timeFilter: IsoTimes  # noqa: N815 -- the wire's name


class TokensPerRequest(msgspec.Struct, frozen=True):
    """Means over the calls whose tokens are known, ``n`` of them for the total, which counts each token once."""

    average_prompt_tokens_per_response: float | None
    average_completion_tokens_per_response: float | None
    average_total_tokens_per_response: float | None
    n: int


class ModelMetric(msgspec.Struct, frozen=True):
    """The calls of one model; null where nothing is known. ``n`` calls have a cost that is known."""

    model: str
    total_requests: int
    total_completion_tokens: int | None
    total_prompt_token: int | None
    total_tokens: int | None
    cost: float | None
    n: int


class CountryMetric(msgspec.Struct, frozen=True):
    """The calls of one country; empty text where it is not known."""

    country: str
    total_requests: int


class ProviderMetric(msgspec.Struct, frozen=True):
    """The calls of one provider."""

    provider: str
    total_requests: int


async def _whole(data: MetricsQuery, context: Context, wanted: Wanted) -> Sums:
    asked, window = Question(context.principal.org_id, read_filter(data.filter)), data.timeFilter.window()
    return await numbers.whole(await context.reading(), asked, window, wanted)


async def _listed(data: MetricsListQuery, context: Context, by: str, wanted: Wanted) -> Breakdown:
    asked, window = Question(context.principal.org_id, read_filter(data.filter)), data.timeFilter.window()
    offset, limit = checked_page(data.offset, data.limit)
    return await numbers.by_segment(await context.reading(), asked, window, [by], First(limit, offset), wanted)


@post("/v1/metrics/totalRequests", status_code=200, opt=READ, operation_id="GetTotalRequests", tags=["Metrics"])
async def total_requests(data: JSONBody[MetricsQuery], context: FromContext) -> Result[int]:
    """How many calls there are."""
    return Result((await _whole(data, context, _COUNT)).n)


@post("/v1/metrics/totalCost", status_code=200, opt=READ, operation_id="GetTotalCost", tags=["Metrics"])
async def total_cost(data: JSONBody[MetricsQuery], context: FromContext) -> Result[float | None]:
    """What the calls cost whose cost is known, in US dollars; null where it is known of none."""
    seen = await _whole(data, context, _COST)
    return Result(float(seen.cost) if seen.cost_n else None)


@post("/v1/metrics/averageLatency", status_code=200, opt=READ, operation_id="GetAverageLatency", tags=["Metrics"])
async def average_latency(data: JSONBody[MetricsQuery], context: FromContext) -> Result[float | None]:
    """The mean latency in milliseconds over the calls that have one; null where none has."""
    return Result(await _mean(data, context, Measure.LATENCY))


@post(
    "/v1/metrics/averageTimeToFirstToken",
    status_code=200,
    opt=READ,
    operation_id="GetAverageTimeToFirstToken",
    tags=["Metrics"],
)
async def average_time_to_first_token(data: JSONBody[MetricsQuery], context: FromContext) -> Result[float | None]:
    """The mean time to the first token in milliseconds over the calls that have one; null where none has."""
    return Result(await _mean(data, context, Measure.TIME_TO_FIRST_TOKEN))


async def _mean(data: MetricsQuery, context: Context, measure: Measure) -> float | None:
    spread = (await _whole(data, context, Wanted((), (measure,)))).spreads[measure]
    return ratio(spread.total, spread.n)


@post(
    "/v1/metrics/averageTokensPerRequest",
    status_code=200,
    opt=READ,
    operation_id="GetAverageTokensPerRequest",
    tags=["Metrics"],
)
async def average_tokens(data: JSONBody[MetricsQuery], context: FromContext) -> Result[TokensPerRequest]:
    """Mean tokens over the calls whose tokens are known."""
    tokens = (await _whole(data, context, Wanted((Part.TOKENS,)))).tokens
    prompt, completion, total = (tokens[name] for name in ("prompt", "completion", "total"))
    of_prompt, of_completion, of_total = (ratio(one.total, one.n) for one in (prompt, completion, total))
    return Result(TokensPerRequest(of_prompt, of_completion, of_total, total.n))


@post("/v1/metrics/activeUsers", status_code=200, opt=READ, operation_id="GetActiveUsers", tags=["Metrics"])
async def active_users(data: JSONBody[MetricsQuery], context: FromContext) -> Result[int]:
    """How many different users the calls name."""
    return Result((await _whole(data, context, Wanted((Part.USERS,)))).users)


@post("/v1/metrics/totalThreats", status_code=200, opt=READ, operation_id="GetTotalThreats", tags=["Metrics"])
async def total_threats(data: JSONBody[MetricsQuery], context: FromContext) -> Result[None]:
    """Always null: nothing here looks for threats, so how many there were is not known."""
    read_filter(data.filter)
    data.timeFilter.window()
    del context
    return Result(None)


@post("/v1/metrics/requestCount", status_code=200, opt=READ, operation_id="GetMetricsRequestCount", tags=["Metrics"])
async def request_count(data: JSONBody[RequestCountQuery], context: FromContext) -> Result[int]:
    """How many calls there are of all time: the same number as that of ``/v1/request/count/query``."""
    if data.isCached:
        raise Invalid("isCached: no response cache yet; leave out or false.")
    asked = Question(context.principal.org_id, read_filter(data.filter))
    return Result((await numbers.whole(await context.reading(), asked, None, _COUNT)).n)


@post("/v1/metrics/models", status_code=200, opt=READ, operation_id="GetModelMetrics", tags=["Metrics"])
async def models(data: JSONBody[MetricsListQuery], context: FromContext) -> Result[list[ModelMetric]]:
    """What the calls of each model add up to, the model with most calls first."""
    found = await _listed(data, context, "model", Wanted((Part.COST, Part.TOKENS)))
    return Result([_model(model, seen) for (model,), seen in found.segments.items()])


def _model(model: str, seen: Sums) -> ModelMetric:
    def known(amount: Amount) -> int | None:
        return amount.total if amount.n else None

    completion, prompt, total = (known(seen.tokens[name]) for name in ("completion", "prompt", "total"))
    return ModelMetric(model, seen.n, completion, prompt, total, float(seen.cost) if seen.cost_n else None, seen.cost_n)


@post("/v1/metrics/country", status_code=200, opt=READ, operation_id="GetCountryMetrics", tags=["Metrics"])
async def countries(data: JSONBody[MetricsListQuery], context: FromContext) -> Result[list[CountryMetric]]:
    """How many calls each country has, the one with most first."""
    found = await _listed(data, context, "country_code", _COUNT)
    return Result([CountryMetric(country, seen.n) for (country,), seen in found.segments.items()])


@post("/v1/providers", status_code=200, opt=READ, operation_id="GetProviders", tags=["Metrics"])
async def providers(data: JSONBody[MetricsListQuery], context: FromContext) -> Result[list[ProviderMetric]]:
    """How many calls each provider has, the one with most first."""
    found = await _listed(data, context, "provider", _COUNT)
    return Result([ProviderMetric(provider, seen.n) for (provider,), seen in found.segments.items()])


HANDLERS: list[Any] = [
    total_requests,
    total_cost,
    average_latency,
    average_time_to_first_token,
    average_tokens,
    active_users,
    total_threats,
    request_count,
    models,
    countries,
    providers,
]
