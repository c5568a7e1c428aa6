"""Reading calls: one by id, pages and counts by filter. A call is a *request* on the wire."""

import time
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import JSONBody, QueryParameter

from helicorder.api.access import READ
from helicorder.api.bodies import as_json
from helicorder.api.context import FromContext
from helicorder.api.filters import read_filter, read_time
from helicorder.api.paths import CallTime, RequestId, request_id_of
from helicorder.api.wire import HeliconeRequest, Result, request_row
from helicorder.errors import Invalid, NotFound
from helicorder.model.filter import Both, Filter, IsScored, Page, SortKey
from helicorder.model.ids import checked_request_id
from helicorder.telemetry import calls
from helicorder.wire.requests import RequestQuery, Sort

MAX_IDS = 1000
# Helicone puts such an object where a body is not inline; clients then follow signed_body_url.
_BODY_ELSEWHERE = {"helicone_message": "fetching body from signed_url"}
_NOT_INLINE = (_BODY_ELSEWHERE, _BODY_ELSEWHERE)

_SORT_KEYS = {
    "created_at": SortKey.CREATED_AT,
    "latency": SortKey.LATENCY,
    "time_to_first_token": SortKey.TIME_TO_FIRST_TOKEN,
    "cost": SortKey.COST,
    "total_tokens": SortKey.TOTAL_TOKENS,
    "prompt_tokens": SortKey.PROMPT_TOKENS,
    "completion_tokens": SortKey.COMPLETION_TOKENS,
    "user_id": SortKey.USER_ID,
    "body_model": SortKey.MODEL,
}


def _conditions(query: RequestQuery) -> Filter:
    """The filter of a query with the flags beside it.

    Raises:
        Invalid: a part that is not understood, or a flag for what is not recorded yet.
    """
    asked = read_filter(query.filter)
    if query.isCached or query.isPartOfExperiment:
        raise Invalid("isCached and isPartOfExperiment: no response cache and no experiments yet; leave out or false.")
    return asked if query.isScored is None else Both(IsScored(query.isScored), asked)


def _page(query: RequestQuery) -> Page:
    """Limit, offset and order of a query.

    Raises:
        Invalid: more than one sort key.
    """
    key, ascending, name = _order(query.sort)
    return Page(limit=query.limit, offset=query.offset, sort=key, ascending=ascending, sort_property=name)


def _order(sort: Sort | None) -> tuple[SortKey, bool, str | None]:
    given = {key: value for key, value in msgspec.structs.asdict(sort or Sort()).items() if value is not None}
    properties = given.pop("properties", {})
    if len(given) + len(properties) > 1:
        raise Invalid("sort: exactly one key.")
    for name, direction in properties.items():
        return SortKey.CREATED_AT, direction == "asc", name
    for key, direction in given.items():
        return _SORT_KEYS[key], direction == "asc", None
    return SortKey.CREATED_AT, False, None


@get("/v1/request/{request_id:str}", opt=READ, operation_id="GetRequestById", tags=["Request"])
async def get_request(
    request_id: RequestId,
    context: FromContext,
    include_body: Annotated[bool, QueryParameter(name="includeBody")] = False,  # noqa: FBT002 -- a query parameter
    at: CallTime = None,
) -> Result[HeliconeRequest]:
    """One request with its scores; the newest where a client used its id several times, unless ``at`` says which."""
    asked, when = request_id_of(request_id), None if at is None else read_time("at", at)
    telemetry = await context.reading()
    row = await calls.one(telemetry, context.principal.org_id, asked, when)
    if row is None:
        raise NotFound("There is no request with this id.")
    bodies: tuple[Any, Any] = _NOT_INLINE
    if include_body:
        kept = await calls.bodies(telemetry, context.principal.org_id, asked, when)
        org_id = context.principal.org_id
        bodies = (await as_json(context, org_id, kept[0]), await as_json(context, org_id, kept[1]))
    return Result(request_row(row, context.body_link(row.request_id, time.time()), *bodies))


@post(
    "/v1/request/query-clickhouse",
    status_code=200,
    opt=READ,
    operation_id="GetRequestsClickhouse",
    tags=["Request"],
)
async def query_requests(
    data: JSONBody[RequestQuery],
    context: FromContext,
) -> Result[list[HeliconeRequest]]:
    """A page of requests. Pages are exact: no request is missing, doubled or on two of them."""
    wanted, page = _conditions(data), _page(data)
    telemetry = await context.reading()
    rows = await calls.page(telemetry, context.principal.org_id, wanted, page)
    now = time.time()
    return Result([request_row(row, context.body_link(row.request_id, now), *_NOT_INLINE) for row in rows])


# Helicone's older path for the same question; its own reads dropped tables and always answers [].
query_requests_legacy = post(
    "/v1/request/query",
    status_code=200,
    opt=READ,
    operation_id="GetRequests",
    tags=["Request"],
)(query_requests.fn)


@post(
    "/v1/request/count/query",
    status_code=200,
    opt=READ,
    operation_id="GetRequestCount",
    tags=["Request"],
)
async def count_requests(data: JSONBody[RequestQuery], context: FromContext) -> Result[int]:
    """How many requests match; limit, offset and sort change nothing."""
    wanted = _conditions(data)
    telemetry = await context.reading()
    return Result(await calls.count(telemetry, context.principal.org_id, wanted))


class RequestIds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Up to 1000 request ids."""

    requestIds: list[str]  # noqa: N815 -- the wire's name


@post(
    "/v1/request/query-ids",
    status_code=200,
    opt=READ,
    operation_id="GetRequestsByIds",
    tags=["Request"],
)
async def requests_by_ids(data: JSONBody[RequestIds], context: FromContext) -> Result[list[HeliconeRequest]]:
    """The requests of some ids, in their order, the newest of each; an id without a request is left out."""
    if len(data.requestIds) > MAX_IDS:
        raise Invalid(f"requestIds: at most {MAX_IDS}.")
    asked = [checked_request_id(one) for one in data.requestIds]
    telemetry = await context.reading()
    rows = await calls.newest_of(telemetry, context.principal.org_id, asked)
    now = time.time()
    return Result([request_row(row, context.body_link(row.request_id, now), *_NOT_INLINE) for row in rows])


HANDLERS: list[Any] = [get_request, query_requests, query_requests_legacy, requests_by_ids, count_requests]
