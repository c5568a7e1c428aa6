"""Which properties calls have: how many calls, how many values."""

import datetime as dt
from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.call_selection import SearchedCalls
from helicorder.api.context import FromContext
from helicorder.api.wire import Result
from helicorder.telemetry import properties
from helicorder.telemetry.numbers import Question


class PropertyCoverage(msgspec.Struct, frozen=True):
    """``n`` calls have the property and give it ``values`` different values; ``hidden`` ones are left out of lists."""

    property: str
    n: int
    values: int
    hidden: bool


class PropertyCoverages(msgspec.Struct, frozen=True):
    """Of ``of`` calls from ``start`` to before ``end`` the properties that any has, the most used first."""

    start: dt.datetime
    end: dt.datetime
    of: int
    properties: list[PropertyCoverage]


@post("/v1/properties/query", status_code=200, opt=READ, operation_id="CoverProperties", tags=["Property"])
async def property_coverage(data: JSONBody[SearchedCalls], context: FromContext) -> Result[PropertyCoverages]:
    """Every property that calls have, the hidden ones too: on how many calls, with how many values."""
    org_id, window = context.principal.org_id, data.window(dt.datetime.now(dt.UTC))
    asked = Question(org_id, data.wanted())
    hidden = set(await context.hidden.of(org_id))
    of, found = await properties.coverage(await context.reading(), asked, window)
    shown = [PropertyCoverage(one.key, one.n, one.values, one.key in hidden) for one in found]
    return Result(PropertyCoverages(window.start, window.end, of, shown))


HANDLERS: list[Any] = [property_coverage]
