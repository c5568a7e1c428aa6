"""Sessions through the real server: lists, trees, and Helicone's session group."""

import datetime as dt
import statistics
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from helicorder.model.ids import new_id
from product_server import Product

NOON = dt.datetime(2026, 11, 5, 12, tzinfo=dt.UTC)
TIMES = {"start": "2026-11-05T00:00:00Z", "end": "2026-11-06T00:00:00Z"}
MS = {"startTimeUnixMs": NOON.timestamp() * 1000 - 3.6e6, "endTimeUnixMs": NOON.timestamp() * 1000 + 3.6e6}
# Seconds after noon, path, latency in ms, status, completion tokens, score.
CALLS = (
    (0, "", 100, 200, 10, None),
    (1, "/plan", 2000, 200, 20, 0.5),
    (2, "/plan/search/web", 700, 500, None, 0.0),
    (2.5, "/plan/search/web", 300, 200, 5, 1.0),
    (4, "/plan/Écrire 📝", 1500, -3, 7, None),
    (6, "/answer/", 400, 200, 50, 0.75),
)


def log_call(product: Product, request_id: str, seconds: float, ms: int, **fields: Any) -> None:
    """Record a call some seconds after noon."""
    at = NOON + dt.timedelta(seconds=seconds)
    usage = {"prompt_tokens": 100, "completion_tokens": tokens} if (tokens := fields.pop("tokens", None)) else None
    body = {
        "providerRequest": {
            "url": "https://api.openai.com/v1/chat/completions",
            "json": {"model": "gpt-4o-mini"},
            "meta": {f"Helicone-{name.replace('_', '-')}": value for name, value in fields.items() if name != "status"}
            | {"Helicone-Request-Id": request_id},
        },
        "providerResponse": {"json": {"usage": usage} if usage else {}, "status": fields.pop("status", 200)},
        "timing": {"startTime": at.isoformat(), "endTime": (at + dt.timedelta(milliseconds=ms)).isoformat()},
    }
    assert product.ask("POST", "/oai/v1/log", body).status == 200


class Data:
    """One session of many paths, with an id and a name of many scripts, and three small ones."""

    def __init__(self, product: Product) -> None:
        self.mark = new_id()
        self.id = f"/Sitzung {self.mark}/ü%2F😀?#"
        self.name = f"Ägent-{self.mark}"
        for number, (seconds, path, ms, status, tokens, value) in enumerate(CALLS):
            request_id = f"{self.mark}-{number}"
            log_call(
                product, request_id, seconds, ms, status=status, tokens=tokens, Session_Id=self.id,
                Session_Name=self.name, Session_Path=path, User_Id="ann" if number else "bob",
            )  # fmt: skip
            if value is not None:
                assert product.ask("POST", f"/v1/request/{request_id}/score", {"scores": {"good": value}}).status == 200
        self.small = [f"{self.mark}-small-{number}" for number in range(3)]
        for number, session in enumerate(self.small):
            for step in range(number + 1):
                log_call(
                    product, f"{session}-{step}", 60 * number + step, 10, tokens=5,
                    Session_Id=session, Session_Name=f"{self.name}-small",
                )  # fmt: skip

    @property
    def path(self) -> str:
        """The id as it stands in a URL."""
        return quote(self.id, safe="")


@pytest.fixture(scope="module")
def data(product: Product) -> Data:
    """The data, once."""
    return Data(product)


def post(product: Product, path: str, body: Any) -> Any:
    """The data of an answer."""
    answer = product.ask("POST", path, body)
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def test_a_session_is_a_tree_whose_nodes_add_up(product: Product, data: Data) -> None:
    """Calls stand at their paths, offset from the start; each node is what stands there and below, the root all."""
    found = product.ask("GET", f"/v1/sessions/{data.path}").json()["data"]
    session, nodes = found["session"], found["nodes"]
    assert (session["session_id"], session["name"], session["n"]) == (data.id, data.name, 6)
    assert (found["shown"], found["truncated"]) == (6, False)
    assert [node["path"] for node in nodes] == [
        "", "/plan", "/plan/search", "/plan/search/web", "/plan/Écrire 📝", "/answer"
    ]  # fmt: skip
    assert [node["parent"] for node in nodes] == [None, 0, 1, 2, 1, 0]
    assert [len(node["calls"]) for node in nodes] == [1, 1, 0, 2, 1, 1]
    assert [node["n"] for node in nodes] == [6, 4, 2, 2, 1, 1]
    assert [node["errors"] for node in nodes] == [1, 1, 1, 1, 0, 0]
    assert [node["cancelled"] for node in nodes] == [1, 1, 0, 0, 1, 0]
    assert [node["offset_ms"] for node in nodes] == [0, 1000, 2000, 2000, 4000, 6000]
    assert [node["span_ms"] for node in nodes] == [6400, 4500, 800, 800, 1500, 400]
    assert [node["latency_ms"]["sum"] for node in nodes] == [5000, 4500, 1000, 1000, 1500, 400]
    scored = [value for *_, value in CALLS if value is not None]
    assert nodes[0]["scores"] == [
        {"name": "good", "kind": "numeric", "n": 4, "mean": statistics.fmean(scored)}
    ]  # fmt: skip
    assert nodes[2]["scores"] == [{"name": "good", "kind": "numeric", "n": 2, "mean": 0.5}]
    assert session["scores"] == nodes[0]["scores"]
    for part in ("prompt", "completion", "total"):
        assert session["tokens"][part] == nodes[0]["tokens"][part]
    assert session["tokens"]["completion"] == {"n": 5, "missing": 1, "sum": 92, "mean": 92 / 5}
    assert nodes[0]["cost"] == session["cost"]
    assert session["cost"]["missing"] == 1
    [call] = nodes[1]["calls"]
    assert (call["name"], call["offset_ms"], call["latency_ms"], call["error"]) == ("plan", 1000, 2000, False)
    assert call["scores"] == [{"name": "good", "kind": "numeric", "value": 0.5, "text": None}]
    assert call["tokens"]["total"] == 120
    assert (session["errors"]["count"], session["errors"]["of"], session["cancelled"]["count"]) == (1, 5, 1)
    assert (session["duration_ms"], session["user_ids"]) == (6400, ["ann", "bob"])


def test_what_is_no_session_is_not_found(product: Product) -> None:
    """An id that no call has is a 404."""
    assert product.ask("GET", f"/v1/sessions/{new_id()}").status == 404


def test_sessions_come_in_any_order_page_by_page(product: Product, data: Data) -> None:
    """By every order, either way, the pages hold each session once; a search looks into id, name and tag."""
    body = TIMES | {"search": data.mark, "limit": 1}
    orders: dict[str, Callable[[Any], Any]] = {
        "last_activity": lambda one: one["last_at"],
        "started": lambda one: one["started_at"],
        "cost": lambda one: one["cost"]["sum"],
        "calls": lambda one: one["n"],
        "errors": lambda one: one["errors"]["count"],
        "duration": lambda one: one["duration_ms"],
        "tokens": lambda one: one["tokens"]["total"]["sum"],
    }
    for sort, key in orders.items():
        for ascending in (False, True):
            seen: list[Any] = []
            cursor = None
            while True:
                page = post(
                    product, "/v1/sessions/query", body | {"sort": sort, "ascending": ascending, "cursor": cursor}
                )
                seen += page["sessions"]
                if (cursor := page["cursor"]) is None:
                    break
            assert sorted(one["session_id"] for one in seen) == sorted([data.id, *data.small])
            keys = [key(one) for one in seen]
            assert keys == sorted(keys, reverse=not ascending), sort
    named = post(product, "/v1/sessions/query", TIMES | {"name": data.name, "count": True})
    assert [one["session_id"] for one in named["sessions"]] == [data.id]
    assert named["count"] == 1


def test_a_filter_speaks_of_one_call_and_of_the_session(product: Product, data: Data) -> None:
    """What a filter says of calls holds of one call of a session, what it says of sessions of the whole."""

    def found(*leaves: Any) -> set[str]:
        node: Any = {"sessions_request_response_rmt": {"session_session_id": {"contains": data.mark}}}
        for leaf in leaves:
            node = {"left": leaf, "operator": "and", "right": node}
        page = post(product, "/v1/sessions/query", TIMES | {"filter": node})
        return {one["session_id"] for one in page["sessions"]}

    failed = {"request_response_rmt": {"status": {"equals": 500}}}
    slow = {"request_response_rmt": {"latency": {"gte": 1000}}}
    assert found() == {data.id, *data.small}
    assert found(failed) == found(slow) == {data.id}
    assert found(failed, slow) == set()  # no call is both
    assert found({"request_response_rmt": {"scores": {"good": {"gte": 1}}}}) == {data.id}
    whole = {"sessions_request_response_rmt": {"session_total_requests": {"gte": 2, "lt": 6}}}
    assert found(whole) == set(data.small[1:])
    assert found({"left": whole, "operator": "or", "right": failed}) == {data.id, *data.small[1:]}
    assert found({"sessions_request_response_rmt": {"session_total_errors": {"gt": 0}}}) == {data.id}
    assert found({"sessions_request_response_rmt": {"session_session_name": {"equals": data.name}}}) == {data.id}


def helicone(data: Data, **fields: Any) -> dict[str, Any]:
    """A body of Helicone's session group."""
    return {"search": data.mark, "timeFilter": MS, "timezoneDifference": 0, "filter": "all"} | fields


def test_helicones_list_and_count_are_of_the_same_sessions(product: Product, data: Data) -> None:
    """The list has Helicone's fields, null where nothing is known; the count is of all pages."""
    rows = post(product, "/v1/session/query", helicone(data))
    assert [row["session_id"] for row in rows] == [*reversed(data.small[1:]), *sorted([data.id, data.small[0]])]
    row = next(row for row in rows if row["session_id"] == data.id)
    assert (row["session_name"], row["total_requests"], row["total_errors"]) == (data.name, 6, 1)
    assert (row["prompt_tokens"], row["completion_tokens"], row["total_tokens"]) == (500, 92, 592)
    assert row["avg_latency"] == pytest.approx(5000 / 6)
    assert (row["created_at"], row["latest_request_created_at"]) == ("2026-11-05T12:00:00Z", "2026-11-05T12:00:06Z")
    assert row["scores"] == {"good": pytest.approx(0.5625)}
    assert row["user_ids"] == ["ann", "bob"]
    counted = post(product, "/v1/session/count", helicone(data, limit=1))
    assert (counted["count"], counted["avg_requests"]) == (4, 3.0)
    assert counted["total_cost"] == pytest.approx(sum(one["total_cost"] for one in rows))
    assert counted["avg_latency"] == pytest.approx((5000 + 60) / 12)
    assert [one["session_id"] for one in post(product, "/v1/session/query", helicone(data, limit=1, offset=1))] == [
        data.small[1]
    ]
    nothing = post(product, "/v1/session/count", helicone(data, search=new_id()))
    assert nothing == {"count": 0, "total_cost": None, "avg_cost": None, "avg_latency": None, "avg_requests": None}


def test_helicones_names_and_histograms(product: Product, data: Data) -> None:
    """Names come with their sessions; histograms hold every session up to the quantile, in exact counts."""
    body = {"nameContains": data.mark, "timezoneDifference": 0, "timeFilter": MS}
    names = post(product, "/v1/session/name/query", body)
    assert {one["name"]: (one["session_count"], one["total_requests"]) for one in names} == {
        data.name: (1, 6), f"{data.name}-small": (3, 6)
    }  # fmt: skip
    found = post(product, "/v1/session/metrics/query", body | {"pSize": "p99.9"})
    assert sum(one["value"] for one in found["session_count"]) == 4
    assert (found["session_count"][0]["range_start"], found["session_count"][-1]["range_end"]) == ("1", "6")
    assert found["average"]["session_count"] == [{"average": 3.0, "n": 4}]
    assert found["average"]["session_duration"][0]["average"] == pytest.approx((6.4 + 0.01 + 1.01 + 2.01) / 4)
    nothing = post(product, "/v1/session/metrics/query", body | {"nameContains": new_id()})
    assert nothing["session_cost"] == []
    assert nothing["average"]["session_cost"] == [{"average": None, "n": 0}]


def test_feedback_and_tag_are_kept_with_the_session(product: Product, data: Data) -> None:
    """A rating and a tag are scores of the session: read at once, found by search and filter, replaced, taken away."""
    url = f"/v1/session/{data.path}"
    assert product.ask("GET", f"{url}/tag").json() == {"data": None, "error": None}
    for tag in ("bronze", f"gold-{data.mark}"):
        assert product.ask("POST", f"{url}/tag", {"tag": tag}).json() == {"data": None, "error": None}
        assert product.ask("GET", f"{url}/tag").json()["data"] == tag
    assert product.ask("POST", f"{url}/feedback", {"rating": False}).json() == {"data": None, "error": None}
    [one] = post(product, "/v1/sessions/query", TIMES | {"search": f"GOLD-{data.mark}"})["sessions"]
    assert (one["session_id"], one["tag"], one["feedback"]) == (data.id, f"gold-{data.mark}", False)
    leaf = {"sessions_request_response_rmt": {"session_tag": {"equals": f"gold-{data.mark}"}}}
    assert [one["tag"] for one in post(product, "/v1/session/query", helicone(data, filter=leaf))] == [one["tag"]]
    bare = {"sessions_request_response_rmt": {"session_tag": {"equals": ""}}}
    assert len(post(product, "/v1/session/query", helicone(data, filter=bare))) == 3
    given = product.ask("GET", f"/v1/sessions/{data.path}").json()["data"]["given"]
    assert {(score["name"], score["value"], score["text"]) for score in given} == {
        ("helicone-score-feedback", False, None), ("helicone-session-tag", None, f"gold-{data.mark}")
    }  # fmt: skip
    assert product.ask("POST", f"{url}/tag", {"tag": ""}).status == 200
    assert product.ask("GET", f"{url}/tag").json()["data"] is None


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/v1/sessions/query", {"limit": 0}),
        ("/v1/sessions/query", {"limit": 201}),
        ("/v1/sessions/query", {"sort": "beauty"}),
        ("/v1/sessions/query", {"cursor": "AAAA"}),
        ("/v1/sessions/query", {"cursor": "é"}),
        ("/v1/sessions/query", {"filter": {"sessions_request_response_rmt": {"session_colour": {"equals": "x"}}}}),
        ("/v1/sessions/query", {"filter": {"sessions_request_response_rmt": {}}}),
        ("/v1/sessions/query", {"filter": {"sessions_request_response_rmt": {"session_total_cost": {"like": "1"}}}}),
        ("/v1/sessions/query", {"filter": {"users_view": {"user_cost": {"gt": 1}}}}),
        ("/v1/session/query", {"timezoneDifference": 1e9}),
        ("/v1/session/query", {"timeFilter": {"startTimeUnixMs": 1e300, "endTimeUnixMs": 1e301}}),
        ("/v1/session/query", {"timeFilter": {"startTimeUnixMs": 2, "endTimeUnixMs": 1}}),
        ("/v1/session/query", {"limit": 1001}),
        ("/v1/session/query", {"pSize": "p50"}),
        ("/v1/session/x/tag", {"tag": "x" * 256}),
        ("/v1/session/x/tag", {"tag": "a\nb"}),
        ("/v1/session/x/feedback", {"rating": 1}),
        (f"/v1/session/{'x' * 256}/feedback", {"rating": True}),
    ],
)
def test_what_is_not_understood_is_refused(product: Product, data: Data, path: str, wrong: dict[str, Any]) -> None:
    """What is not understood is a 422, and named, never dropped."""
    body = wrong if path.startswith(("/v1/sessions", "/v1/session/x")) else helicone(data) | wrong
    answer = product.ask("POST", path, body)
    assert answer.status == 422, answer.body


def test_a_cursor_is_of_its_question(product: Product, data: Data) -> None:
    """A cursor of another question is refused."""
    page = post(product, "/v1/sessions/query", TIMES | {"search": data.mark, "limit": 1})
    again = TIMES | {"search": data.mark, "limit": 1, "sort": "cost", "cursor": page["cursor"]}
    assert product.ask("POST", "/v1/sessions/query", again).status == 422
