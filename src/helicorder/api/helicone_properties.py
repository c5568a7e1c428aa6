"""Helicone's property group: which properties there are, their values, and what their calls add up to."""

import datetime as dt
from typing import Annotated, Any

import msgspec
from litestar import post
from litestar.params import JSONBody, PathParameter

from helicorder.api.access import READ, WRITE
from helicorder.api.context import Context, FromContext
from helicorder.api.filters import read_filter
from helicorder.api.helicone_shapes import IsoTimes, zone_west
from helicorder.api.paths import text_of
from helicorder.api.wire import Result
from helicorder.model.filter import Both, Filter, HasProperty, Operator, PropertyIs
from helicorder.model.score import checked_name
from helicorder.model.window import Bucket
from helicorder.telemetry import numbers, properties
from helicorder.telemetry.axis import Axis
from helicorder.telemetry.numbers import MAX_CELLS, Breakdown, First, Part, Question, Ranking, Sums, Wanted

MOST_VALUES = 100
TOP = 10
OTHER = "Other"
_COST = Wanted((Part.COST,))
_SHORTEST = {
    Bucket.MINUTE: dt.timedelta(minutes=1),
    Bucket.HOUR: dt.timedelta(hours=1),
    Bucket.DAY: dt.timedelta(hours=23),
    Bucket.WEEK: dt.timedelta(days=6),
    Bucket.MONTH: dt.timedelta(days=28),
    Bucket.YEAR: dt.timedelta(days=365),
}

PropertyKey = Annotated[str, PathParameter(description="The name of a property, a slash in it written %2F.")]


class NoQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``{}``: there is nothing to say."""


class PropertyName(msgspec.Struct, frozen=True):
    """The name of a property."""

    property: str


class KeyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The property that is meant."""

    key: str


class Done(msgspec.Struct, frozen=True):
    """It is done."""

    ok: bool = True


class SearchBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the values that are looked for; empty for all."""

    searchTerm: str  # noqa: N815 -- the wire's name


class TimesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The time that is asked for."""

    timeFilter: IsoTimes  # noqa: N815 -- the wire's name


class PropertyOverTimeQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One property over time; ``timeZoneDifference`` is JavaScript's getTimezoneOffset: minutes, west +."""

    timeFilter: IsoTimes  # noqa: N815 -- the wire's name
    userFilter: Any  # noqa: N815 -- the wire's name
    dbIncrement: Bucket  # noqa: N815 -- the wire's name
    timeZoneDifference: float  # noqa: N815 -- the wire's name
    propertyKey: str  # noqa: N815 -- the wire's name

    def axis(self) -> Axis:
        """The time axis that is asked for."""
        return Axis(self.timeFilter.window(), self.dbIncrement, zone_west(self.timeZoneDifference))


class PropertyPoint(msgspec.Struct, frozen=True):
    """The calls of one value in one bucket; the cost is null where it is known of none (``n`` 0)."""

    created_at_trunc: dt.datetime
    property: str
    request_count: int
    total_cost: float | None
    n: int


class ValueCost(msgspec.Struct, frozen=True):
    """The cost of one value, over the ``n`` of its calls whose cost is known."""

    value: str
    cost: float | None
    n: int


class ValueCount(msgspec.Struct, frozen=True):
    """How many calls have a value."""

    value: str
    count: int


@post("/v1/property/query", status_code=200, opt=READ, operation_id="GetProperties", tags=["Property"])
async def query_properties(data: JSONBody[NoQuestion], context: FromContext) -> Result[list[PropertyName]]:
    """The names of all properties that are not hidden, sorted."""
    del data
    org_id = context.principal.org_id
    hidden = set(await context.hidden.of(org_id))
    found = await properties.keys(await context.reading(), org_id)
    return Result([PropertyName(key) for key in found if key not in hidden])


@post("/v1/property/hidden/query", status_code=200, opt=READ, operation_id="GetHiddenProperties", tags=["Property"])
async def query_hidden(context: FromContext) -> Result[list[PropertyName]]:
    """The names of the properties that are hidden, sorted."""
    return Result([PropertyName(key) for key in await context.hidden.of(context.principal.org_id)])


@post("/v1/property/hide", status_code=200, opt=WRITE, operation_id="HideProperty", tags=["Property"])
async def hide(data: JSONBody[KeyBody], context: FromContext) -> Result[Done]:
    """Leave a property out of lists; calls keep it, and filters and breakdowns go on taking it."""
    key, principal = checked_name(data.key, "property key"), context.principal
    await context.hidden.hide(principal.org_id, key, principal.key_id)
    return Result(Done())


@post("/v1/property/restore", status_code=200, opt=WRITE, operation_id="RestoreProperty", tags=["Property"])
async def restore(data: JSONBody[KeyBody], context: FromContext) -> Result[Done]:
    """Show a property in lists again."""
    await context.hidden.restore(context.principal.org_id, checked_name(data.key, "property key"))
    return Result(Done())


@post(
    "/v1/property/{property_key:str}/search",
    status_code=200,
    opt=READ,
    operation_id="SearchProperties",
    tags=["Property"],
)
async def search(property_key: PropertyKey, data: JSONBody[SearchBody], context: FromContext) -> Result[list[str]]:
    """The values of a property that hold a text, whatever its case: the hundred commonest."""
    key = text_of(property_key)
    wanted: Filter = HasProperty(key)
    if data.searchTerm:
        wanted = Both(wanted, PropertyIs(key, Operator.CONTAINS, data.searchTerm))
    asked = Question(context.principal.org_id, wanted)
    telemetry = await context.reading()
    found = await numbers.by_segment(telemetry, asked, None, [_dimension(key)], First(MOST_VALUES), Wanted())
    return Result([value for (value,) in found.segments])


def _dimension(key: str) -> str:
    return f"property:{checked_name(key, 'property key')}"


@post(
    "/v1/property/{property_key:str}/top-costs/query",
    status_code=200,
    opt=READ,
    operation_id="GetTopCosts",
    tags=["Property"],
)
async def top_costs(
    property_key: PropertyKey, data: JSONBody[TimesBody], context: FromContext
) -> Result[list[ValueCost]]:
    """The ten values of a property that cost most; all others come last as one, called Other."""
    found = await _top(property_key, data, context, Ranking.COST)
    rows = [ValueCost(value, _cost(seen), seen.cost_n) for (value,), seen in found.segments.items()]
    return Result([*rows, *([ValueCost(OTHER, _cost(found.rest), found.rest.cost_n)] if found.rest.n else [])])


@post(
    "/v1/property/{property_key:str}/top-requests/query",
    status_code=200,
    opt=READ,
    operation_id="GetTopRequests",
    tags=["Property"],
)
async def top_requests(
    property_key: PropertyKey, data: JSONBody[TimesBody], context: FromContext
) -> Result[list[ValueCount]]:
    """The ten commonest values of a property; all others come last as one, called Other."""
    found = await _top(property_key, data, context, Ranking.N)
    rows = [ValueCount(value, seen.n) for (value,), seen in found.segments.items()]
    return Result([*rows, *([ValueCount(OTHER, found.rest.n)] if found.rest.n else [])])


async def _top(property_key: str, data: TimesBody, context: Context, order: Ranking) -> Breakdown:
    key, window = text_of(property_key), data.timeFilter.window()
    asked = Question(context.principal.org_id, HasProperty(key))
    telemetry = await context.reading()
    return await numbers.by_segment(telemetry, asked, window, [_dimension(key)], First(TOP, by=order), _COST)


def _cost(seen: Sums) -> float | None:
    return float(seen.cost) if seen.cost_n else None


@post(
    "/v1/property/properties/over-time",
    status_code=200,
    opt=READ,
    operation_id="GetPropertiesOverTime",
    tags=["Property"],
)
async def over_time(data: JSONBody[PropertyOverTimeQuery], context: FromContext) -> Result[list[PropertyPoint]]:
    """Calls and cost per bucket of the commonest values of a property, up to a hundred; all others as one, Other."""
    axis, key = data.axis(), data.propertyKey
    asked = Question(context.principal.org_id, Both(HasProperty(key), read_filter(data.userFilter)))
    buckets = (axis.window.end - axis.window.start) // _SHORTEST[axis.bucket] + 2
    top = max(1, min(MOST_VALUES, MAX_CELLS // buckets - 1))
    telemetry = await context.reading()
    [period] = await numbers.over_time(telemetry, asked, axis, by=_dimension(key), top=top, wanted=_COST)
    return Result(
        [
            PropertyPoint(start, values[0] if values else OTHER, seen.n, _cost(seen), seen.cost_n)
            for values, line in period.lines.items()
            for start in period.buckets.starts
            for seen in (line.cells.get(start, Sums()),)
        ]
    )


HANDLERS: list[Any] = [
    query_properties,
    query_hidden,
    hide,
    restore,
    over_time,
    search,
    top_costs,
    top_requests,
]
