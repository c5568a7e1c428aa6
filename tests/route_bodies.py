"""A body that each route of the API takes, for tests that walk all of them."""

from typing import Any

from helicorder.model.ids import new_id

_DAYS = {"start": "2026-11-01", "end": "2026-12-01"}
_TIMES = {"timeFilter": _DAYS}
_CHARTED = {"timeZoneDifference": 0, "dbIncrement": "day", **_TIMES}
_LOGGED = {"providerRequest": {"url": "", "json": {}}, "providerResponse": {"json": {}, "status": 200}}


def body_for(method: str, path: str, canary: str) -> Any:
    """A body that the operation takes, None where it takes none; it asks for the score and property named canary."""
    if method in ("GET", "DELETE"):
        return None
    if path.endswith("/log"):
        return _LOGGED
    bodies = {**PEOPLE, **CALLS, **QUEUES, **sums_of_calls(), **scores(canary)}
    return bodies.get(f"{method} {path}", bodies.get(path, {"filter": "all"}))


PEOPLE: dict[str, Any] = {
    "/v1/auth/sign-in": {"key": "sk-helicone-no-such-key-at-all"},
    "/v1/auth/sign-out": {},
    "/v1/auth/password": {"current": "not known", "new": "a password of twelve and more"},
    "/v1/organization": {"name": "default"},
    "/v1/organization/retention": {"bodies_days": 36500},
    "/v1/organization/members": {"name": "taken", "role": "viewer"},
    "/v1/organization/members/{member_id}": {"role": "viewer"},
    "/v1/organization/members/{member_id}/password": {},
    "/v1/api-keys": {"api_key_name": "another"},
    "/v1/api-keys/{api_key_id}": {"api_key_name": "stolen"},
}

CALLS: dict[str, Any] = {
    "/v1/calls/query": {"count": True, "limit": 1000},
    "/v1/calls/batch": {"calls": [{"created_at": "2026-11-01T00:00:00Z", "request_id": new_id()}]},
    "/v1/request/query": {"filter": "all", "limit": 1000},
    "/v1/request/query-clickhouse": {"filter": "all", "limit": 1000},
    "/v1/request/count/query": {"filter": "all", "limit": 1000},
    "/v1/request/query-ids": {"requestIds": [new_id()]},
    "/v1/request/{request_id}/score": {"scores": {}},
    "/v1/request/{request_id}/feedback": {"rating": True},
    "/v1/request/{request_id}/property": {"key": "k", "value": "v"},
    "/v1/feedback": {"helicone-id": new_id(), "rating": True},
}

QUEUES: dict[str, Any] = {
    "/v1/queues": {"name": "mine", "scores": ["helicone-score-feedback"], "start": "2026-01-01"},
    "/v1/queues/{queue_id}": {"name": "stolen"},
    "/v1/queues/{queue_id}/next": {},
    "/v1/queues/{queue_id}/items/{item}/label": {"scores": {}},
    "/v1/queues/{queue_id}/items/{item}/skip": {"reason": "unclear"},
}


def sums_of_calls() -> dict[str, Any]:
    """Bodies of the routes that add calls up."""
    listed = {
        "search": "",
        "timeFilter": {"startTimeUnixMs": 0, "endTimeUnixMs": 4e12},
        "timezoneDifference": 0,
        "filter": "all",
    }
    named = {"nameContains": "", "timezoneDifference": 0}
    paged = {"filter": "all", "offset": 0, "limit": 100, **_TIMES}
    at_once = ("totalRequests", "totalCost", "averageLatency", "averageTimeToFirstToken", "averageTokensPerRequest",
               "totalThreats", "activeUsers")  # fmt: skip
    over_time = ("requestOverTime", "costOverTime", "tokensOverTime", "latencyOverTime", "timeToFirstToken",
                 "usersOverTime", "threatsOverTime", "errorOverTime", "requestStatusOverTime")  # fmt: skip
    return {
        **{f"/v1/metrics/{name}": {"filter": "all", **_TIMES} for name in at_once},
        **{f"/v1/metrics/{name}": {"filter": "all", **_CHARTED} for name in over_time},
        "/v1/metrics/requestCount": {"filter": "all"},
        "/v1/metrics/models": paged,
        "/v1/metrics/country": paged,
        "/v1/metrics/quantiles": {"filter": "all", "timeZoneDifference": 0, "metric": "latency", **_TIMES},
        "/v1/providers": paged,
        "/v1/calls/series/query": {"by": "user_id", "total": True},
        "/v1/calls/breakdown/query": {"by": ["user_id", "property:canary"]},
        "/v1/sessions/query": {"start": "2026-01-01", "count": True},
        "/v1/session/query": listed,
        "/v1/session/count": listed,
        "/v1/session/name/query": named,
        "/v1/session/metrics/query": named,
        "/v1/session/{session_id}/feedback": {"rating": True},
        "/v1/session/{session_id}/tag": {"tag": "mine"},
        "/v1/user/query": {},
        "/v1/user/metrics/query": {"filter": "all", "offset": 0, "limit": 100},
        "/v1/user/metrics-overview/query": {"filter": "all", "pSize": "p99", "useInterquartile": False},
        "/v1/property/query": {},
        "/v1/property/hidden/query": {},
        "/v1/property/hide": {"key": "mine"},
        "/v1/property/restore": {"key": "mine"},
        "/v1/property/{property_key}/search": {"searchTerm": ""},
        "/v1/property/{property_key}/top-costs/query": _TIMES,
        "/v1/property/{property_key}/top-requests/query": _TIMES,
        "/v1/property/properties/over-time": {"userFilter": "all", "propertyKey": "canary", **_CHARTED},
    }


def scores(canary: str) -> dict[str, Any]:
    """Bodies of the routes of scores."""
    series = {"name": canary, **_DAYS}
    item = {"request_id": new_id(), "name": "tenant", "value": 1}
    return {
        "/v1/scores": item,
        "/v1/scores/batch": {"scores": [item]},
        "/v1/scores/{score_id}": {"value": 0},
        "/v1/scores/definitions/{name}": {"kind": "numeric"},
        "/v1/scores/query": {"count": True, "limit": 1000},
        "/v1/scores/series/query": series,
        "/v1/scores/breakdown/query": series | {"by": ["model", "property:canary"]},
        "/v1/scores/distribution/query": series,
        "/v1/scores/compare/query": series | {"a": {}, "b": {}, "by": "model"},
        "/v1/scores/bisect/query": series | {"dimensions": ["model", "property:canary"]},
        "/v1/scores/judge/query": series,
        "/v1/scores/agreement/query": {"name": canary, "raters": [{"sources": ["human"]}, {"sources": ["api"]}]},
        "/v1/scores/labels/query": series,
        "/v1/scores/drift/query": series | {"at": "2026-11-15", "anchors": {"properties": {"anchor": {"equals": "1"}}}},
        "/v1/dashboard/scores/query": {"userFilter": "all", **_CHARTED},
        "/v1/evals/query": {"filter": "all", **_TIMES},
        "/v1/evals/score-distributions/query": {"filter": "all", **_TIMES},
        "/v1/evals/{request_id}": {"name": "mine", "score": 1},
    }
