"""Helicone's metrics and user groups through the real server, against numbers made by hand."""

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from api.recorded_calls import MODELS, NOON, Data
from helicorder.model.ids import new_id
from helicorder.scoring.quantiles import quantile_estimate
from product_server import Product

TIMES = {"start": "2026-11-03T12:00:00Z", "end": "2026-11-03T15:00:00Z"}
SECONDS = {"startTimeUnixSeconds": NOON.timestamp(), "endTimeUnixSeconds": NOON.timestamp() + 3 * 3600}
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def data(product: Product) -> Data:
    """The data, once."""
    return Data(product)


def post(product: Product, path: str, body: Any) -> Any:
    """The data of an answer."""
    answer = product.ask("POST", path, body)
    assert answer.status == 200, answer.body
    assert answer.json()["error"] is None
    return answer.json()["data"]


def ask(product: Product, data: Data, route: str, **fields: Any) -> Any:
    """What a route of the metrics group says of the data."""
    run = {"properties": {"Run": {"equals": data.run}}}
    return post(product, f"/v1/metrics/{route}", {"filter": run, "timeFilter": TIMES, **fields})


def is_error(row: dict[str, Any]) -> bool:
    """Whether a call failed."""
    return bool(row["status"] >= 400 or row["status"] == -2)


def known(rows: Rows) -> list[int]:
    """Completion tokens where they are known."""
    return [row["completion"] for row in rows if row["completion"] is not None]


def test_single_numbers_are_of_all_calls(product: Product, data: Data) -> None:
    """Counts, means and users are those of the calls; what nobody recorded is null."""
    rows = data.within(3)
    assert ask(product, data, "totalRequests") == len(rows)
    assert ask(product, data, "averageLatency") == pytest.approx(statistics.fmean(row["ms"] for row in rows))
    assert ask(product, data, "activeUsers") == len({row["user"] for row in rows} - {""})
    assert ask(product, data, "averageTimeToFirstToken") is None
    assert ask(product, data, "totalCost") is None
    assert ask(product, data, "totalThreats") is None
    assert ask(product, data, "averageTokensPerRequest") == {
        "average_prompt_tokens_per_response": 10.0,
        "average_completion_tokens_per_response": pytest.approx(statistics.fmean(known(rows))),
        "average_total_tokens_per_response": pytest.approx(10 + statistics.fmean(known(rows))),
        "n": len(known(rows)),
    }
    run = {"properties": {"Run": {"equals": data.run}}}
    counted = post(product, "/v1/metrics/requestCount", {"filter": run})
    assert counted == post(product, "/v1/request/count/query", {"filter": run}) == 120


SERIES: dict[str, Callable[[Rows], dict[str, Any]]] = {
    "requestOverTime": lambda rows: {"count": len(rows)},
    "errorOverTime": lambda rows: {"count": sum(map(is_error, rows))},
    "usersOverTime": lambda rows: {"count": len({row["user"] for row in rows} - {""})},
    "threatsOverTime": lambda _: {"count": None},
    "costOverTime": lambda _: {"cost": None, "n": 0},
    "tokensOverTime": lambda rows: {
        "prompt_tokens": 10 * len(known(rows)) if known(rows) else None,
        "completion_tokens": sum(known(rows)) if known(rows) else None,
        "n": len(known(rows)),
    },
    "latencyOverTime": lambda rows: {
        "duration": pytest.approx(statistics.fmean(row["ms"] for row in rows)) if rows else None, "n": len(rows)
    },
    "timeToFirstToken": lambda _: {"ttft": None, "n": 0},
}  # fmt: skip


@pytest.mark.parametrize("route", SERIES)
def test_series_are_of_the_calls_of_each_bucket(product: Product, data: Data, route: str) -> None:
    """Every bucket is there: an empty one counts 0 calls, and whatever else is not known of one is null."""
    points = ask(product, data, route, timeZoneDifference=-330, dbIncrement="hour")
    # Half past, by the clocks of India.
    starts = [NOON + dt.timedelta(minutes=minutes) for minutes in (-30, 30, 90, 150)]
    assert [dt.datetime.fromisoformat(point.pop("time")) for point in points] == starts
    inside = data.within(3)
    for point, start in zip(points, starts, strict=True):
        assert point == SERIES[route]([row for row in data.within(1, start) if row in inside])


def test_statuses_and_quantiles_over_time(product: Product, data: Data) -> None:
    """Every status stands in every bucket; quantiles are values of calls, null where there are none."""
    points = ask(product, data, "requestStatusOverTime", timeZoneDifference=0)
    for number in range(3):
        start = NOON + dt.timedelta(hours=number)
        here = [point for point in points if dt.datetime.fromisoformat(point["time"]) == start]
        counts = Counter(row["status"] for row in data.within(1, start))
        assert {point["status"]: point["count"] for point in here} == {
            status: counts[status] for status in {row["status"] for row in data.within(3)}
        }
    for metric, of in (("latency", "ms"), ("completion_tokens", "completion")):
        points = ask(product, data, "quantiles", timeZoneDifference=0, metric=metric)
        for number, point in enumerate(points):
            rows = data.within(1, NOON + dt.timedelta(hours=number))
            counts = Counter(row[of] for row in rows if row[of] is not None)
            assert point["n"] == counts.total()
            for percent in (75, 90, 95, 99):
                assert point[f"p{percent}"] == quantile_estimate(counts, percent / 100).value


def test_lists_come_with_the_largest_first(product: Product, data: Data) -> None:
    """Models, countries and providers come by their calls, page by page."""
    rows = data.within(3)
    sizes = Counter(row["model"] for row in rows)
    found = ask(product, data, "models", offset=0, limit=10)
    assert [one["model"] for one in found] == sorted(MODELS, key=lambda model: (-sizes[model], model))
    for one in found:
        mine = [row for row in rows if row["model"] == one["model"]]
        assert (one["total_requests"], one["total_completion_tokens"]) == (len(mine), sum(known(mine)))
        assert one["total_tokens"] == sum(known(mine)) + one["total_prompt_token"]
        assert (one["cost"], one["n"]) == (None, 0)
    assert ask(product, data, "models", offset=1, limit=1) == found[1:2]
    assert ask(product, data, "country", offset=0, limit=10) == [{"country": "", "total_requests": len(rows)}]
    run = {"properties": {"Run": {"equals": data.run}}}
    listed = {"filter": run, "timeFilter": TIMES, "offset": 0, "limit": 5}
    assert post(product, "/v1/providers", listed) == [{"provider": "OPENAI", "total_requests": len(rows)}]


def test_users_are_what_their_calls_add_up_to(product: Product, data: Data) -> None:
    """Each user has the sums of their calls, by id, by filter and in order; calls without a user are nobody's."""
    rows = data.within(3)
    names = [f"ann-{data.run}", f"bob-{data.run}"]
    mine = {name: [row for row in rows if row["user"] == name] for name in names}
    found = post(product, "/v1/user/query", {"userIds": names, "timeFilter": SECONDS})
    assert {one["user_id"]: one for one in found} == {
        name: {
            "user_id": name,
            "count": len(of),
            "prompt_tokens": 10 * len(known(of)),
            "completion_tokens": sum(known(of)),
            "cost": None,
            "total_errors": sum(map(is_error, of)),
        }
        for name, of in mine.items()
    }
    least = min(len(of) for of in mine.values())
    leaf = {"users_view": {"user_user_id": {"contains": data.run}, "user_total_requests": {"gte": least}}}
    body = {"filter": leaf, "offset": 0, "limit": 1, "timeFilter": SECONDS, "sort": {"total_requests": "desc"}}
    page = post(product, "/v1/user/metrics/query", body)
    assert (page["count"], page["hasUsers"], len(page["users"])) == (2, True, 1)
    [one] = page["users"]
    largest = max(mine, key=lambda name: len(mine[name]))
    of = mine[largest]
    assert (one["id"], one["user_id"], one["total_requests"], one["active_for"]) == (largest, largest, len(of), 1)
    assert one["average_tokens_per_request"] == pytest.approx(10 + statistics.fmean(known(of)))
    assert one["average_requests_per_day_active"] == len(of)
    assert dt.datetime.fromisoformat(one["first_active"]) == min(row["at"] for row in of)
    assert one["total_sessions"] == len({row["session"] for row in of})
    assert (one["cost_n"], one["tokens_n"]) == (0, len(known(of)))
    errors = one["errors"]
    assert (errors["count"], errors["low"] <= errors["rate"] <= errors["high"]) == (one["total_errors"], True)
    overview = post(
        product,
        "/v1/user/metrics-overview/query",
        {"filter": {"users_view": {"user_user_id": {"contains": data.run}}}, "pSize": "p99", "useInterquartile": False},
    )
    assert sum(one["value"] for one in overview["request_count"]) == 2
    assert overview["user_cost"] == []
    nobody = {"filter": {"users_view": {"user_user_id": {"equals": new_id()}}}, "offset": 0, "limit": 5}
    assert post(product, "/v1/user/metrics/query", nobody) == {"users": [], "count": 0, "hasUsers": True}


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("metrics/totalRequests", {"timeFilter": {"start": "2026-01-02", "end": "2026-01-01"}}),
        ("metrics/totalThreats", {"filter": {"colour": {}}}),
        ("metrics/costOverTime", {"timeZoneDifference": 0.5}),
        ("metrics/costOverTime", {"timeZoneDifference": 0, "dbIncrement": "century"}),
        ("metrics/quantiles", {"timeZoneDifference": 0, "metric": "beauty"}),
        ("metrics/requestCount", {"isCached": True}),
        ("metrics/models", {"offset": 0, "limit": 1001}),
        ("metrics/models", {"offset": -1, "limit": 1}),
        ("user/query", {"userIds": []}),
        ("user/metrics/query", {"offset": 0, "limit": 1, "sort": {"rate_limited_count": "asc"}}),
        ("user/metrics/query", {"offset": 0, "limit": 1, "sort": {"cost": "asc", "user_id": "asc"}}),
        ("user/metrics/query", {"offset": 0, "limit": 1, "filter": {"users_view": {"user_shoe_size": {"gt": 1}}}}),
    ],
)
def test_what_is_not_understood_is_refused(product: Product, path: str, wrong: dict[str, Any]) -> None:
    """What is not understood is a 422, and named."""
    whole = {"filter": "all", "timeFilter": TIMES} if path.startswith("metrics/") else {"filter": "all"}
    whole = {} if path == "user/query" else {"filter": "all"} if path.endswith("requestCount") else whole
    assert product.ask("POST", f"/v1/{path}", whole | wrong).status == 422
