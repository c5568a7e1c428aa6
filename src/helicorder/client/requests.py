"""Operations on requests: what was asked, what was answered, what was put on it."""

import msgspec

from helicorder.client.operation import Operation, Pages, ask, get, segment, write
from helicorder.wire.requests import MAX_LIMIT, HeliconeRequest, PropertyRequest, RequestQuery

EVERY_REQUEST = RequestQuery("all", limit=MAX_LIMIT)


def get_request(request_id: str, *, include_body: bool = False) -> Operation[HeliconeRequest]:
    """One request with its scores, and with its texts where they are asked for."""
    return get(HeliconeRequest, f"/v1/request/{segment(request_id)}", {"includeBody": "true" if include_body else None})


def query_requests(query: RequestQuery) -> Operation[list[HeliconeRequest]]:
    """One page of requests."""
    return ask(list[HeliconeRequest], "/v1/request/query-clickhouse", query)


def list_requests(query: RequestQuery = EVERY_REQUEST) -> Pages[HeliconeRequest]:
    """Requests from the query's offset on, page after page of its limit.

    Pages are cut by position: a request that is recorded meanwhile moves those behind it, and one at an edge is seen
    twice. Bound the time in the filter, and none is.
    """

    def rest(page: list[HeliconeRequest]) -> Pages[HeliconeRequest] | None:
        if not page or len(page) < query.limit:
            return None
        return list_requests(msgspec.structs.replace(query, offset=query.offset + len(page)))

    return Pages(query_requests(query), list, rest)


def count_requests(query: RequestQuery = EVERY_REQUEST) -> Operation[int]:
    """How many requests match."""
    return ask(int, "/v1/request/count/query", query)


def put_property(request_id: str, key: str, value: str) -> Operation[None]:
    """Set one property of a request, before or after it was recorded."""
    return write(type(None), "PUT", f"/v1/request/{segment(request_id)}/property", PropertyRequest(key, value))
