"""Calls in our own shape through the real server: pages, cursors, search, one call, its conversation."""

import base64
import json
from typing import Any

import pytest

from helicorder.api.application import openapi_document
from helicorder.api.calls import CallSortKey
from helicorder.model.filter import SortKey
from helicorder.model.ids import new_id
from product_server import Product

AT = 1_795_000_000


@pytest.fixture(scope="module")
def marker(product: Product) -> str:
    """A property value that names twelve calls a second apart, by threes of one latency, every fourth at no cost."""
    name = new_id()
    for number in range(12):
        body = {
            "providerRequest": {
                "url": "https://api.openai.com/v1/chat/completions",
                "json": {
                    "model": "gpt-4o-mini",
                    "messages": [{"role": "user", "content": f"Tell me of {name} {number}"}],
                },
            },
            "providerResponse": {
                "json": {
                    "model": "gpt-4o-mini-2024",
                    "choices": [
                        {"message": {"role": "assistant", "content": f"Of number {number}?"}, "finish_reason": "stop"}
                    ],
                    "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
                },
                "status": 200,
                **({} if number % 4 == 3 else {"cost": number / 1000}),
            },
            "timing": {
                "startTime": {"seconds": AT + number, "milliseconds": 0},
                "endTime": {"seconds": AT + number, "milliseconds": 100 * (number // 3)},
            },
            "provider": "nobody",
        }
        headers = {
            "Helicone-Request-Id": f"{name}-{number:02}", "Helicone-Property-Marker": name, "Helicone-User-Id": "ann",
            "Helicone-Session-Id": "s1", "Helicone-Session-Name": "n1", "Helicone-Session-Path": "/p",
        }  # fmt: skip
        assert product.ask("POST", "/custom/v1/log", body, headers).status == 200
    return name


def marked(marker: str) -> dict[str, Any]:
    """The filter that takes the module's calls."""
    return {"request_response_rmt": {"properties": {"marker": {"equals": marker}}}}


def query(product: Product, **body: Any) -> Any:
    """The data of an answer."""
    answer = product.ask("POST", "/v1/calls/query", body)
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def test_a_record_has_all_that_is_known(product: Product, marker: str) -> None:
    """A call shows every field, with null where nothing is known, its scores with their n, and both previews."""
    request_id = f"{marker}-04"
    for author, value in (("ann", 0.25), ("bob", 0.75)):
        item = {"request_id": request_id, "name": "q", "value": value, "source": "human", "author": author}
        assert product.ask("POST", "/v1/scores", item).status == 200
    product.ask(
        "POST", "/v1/scores", {"request_id": request_id, "name": "mood", "kind": "categorical", "value": "calm"}
    )
    product.ask("PUT", f"/v1/request/{request_id}/property", {"key": "late", "value": "yes"})
    record = product.ask("GET", f"/v1/calls/{request_id}").json()["data"]
    [listed] = [one for one in query(product, filter=marked(marker))["calls"] if one["request_id"] == request_id]
    assert record == listed
    scores = record.pop("scores")
    for score in scores:
        del score["judged_at"]
    assert scores == [
        {
            "name": "mood",
            "kind": "categorical",
            "value": None,
            "label": "calm",
            "n": 1,
            "source": "api",
            "author": None,
        },
        {"name": "q", "kind": "numeric", "value": 0.75, "label": None, "n": 2, "source": "human", "author": "bob"},
    ]
    session = {"Helicone-Session-Id": "s1", "Helicone-Session-Name": "n1", "Helicone-Session-Path": "/p"}
    assert record.pop("size_bytes") > 0
    assert record == {
        "request_id": request_id,
        "created_at": "2026-11-18T11:06:44Z", "response_at": "2026-11-18T11:06:44.100000Z",
        "provider": "NOBODY", "model": "gpt-4o-mini-2024", "request_model": "gpt-4o-mini",
        "response_model": "gpt-4o-mini-2024", "model_override": None,
        "path": None, "target_url": "https://api.openai.com/v1/chat/completions", "status": 200, "ending": "done",
        "streamed": False, "latency_ms": 100, "time_to_first_token_ms": None,
        "total_tokens": 15, "prompt_tokens": 10, "completion_tokens": 5, "prompt_cache_read_tokens": None,
        "prompt_cache_write_tokens": None, "prompt_cache_write_1h_tokens": None, "reasoning_tokens": None,
        "prompt_audio_tokens": None, "completion_audio_tokens": None, "cost_usd": 0.004,
        "user_id": "ann", "session_id": "s1", "session_name": "n1", "session_path": "/p",
        "properties": session | {"marker": marker, "late": "yes"},
        "prompt_id": None, "prompt_version": None, "referrer": None, "country_code": None,
        "request_preview": f"Tell me of {marker} 4", "response_preview": "Of number 4?",
    }  # fmt: skip


@pytest.mark.parametrize("key", CallSortKey)
@pytest.mark.parametrize("ascending", [True, False])
def test_pages_hold_every_call_once(product: Product, marker: str, key: str, *, ascending: bool) -> None:
    """By every key in either direction, the pages of a question hold its calls once, and the count says how many."""
    asked = {"filter": marked(marker), "sort": {"key": key, "ascending": ascending}, "limit": 5, "count": True}
    pages: list[list[str]] = []
    cursor = None
    while cursor is not None or not pages:
        data = query(product, **asked, cursor=cursor)
        assert data["count"] == 12
        pages.append([one["request_id"] for one in data["calls"]])
        cursor = data["cursor"]
    assert [len(page) for page in pages] == [5, 5, 2]
    assert len({one for page in pages for one in page}) == 12
    whole = query(product, **asked | {"limit": 12, "count": False})
    assert [one["request_id"] for one in whole["calls"]] == [one for page in pages for one in page]
    assert whole["count"] is None


def test_the_sort_keys_are_those_of_the_model() -> None:
    """Everything that calls can be sorted by can be asked for."""
    assert {str(one) for one in CallSortKey} == {str(one) for one in SortKey}


def test_a_cursor_serves_its_own_question_alone(product: Product, marker: str) -> None:
    """A cursor is refused with another filter, window, search or order; another limit is no other question."""
    asked: dict[str, Any] = {"filter": marked(marker), "limit": 2, "sort": {"key": "cost_usd"}}
    cursor = query(product, **asked)["cursor"]
    assert len(query(product, **asked | {"cursor": cursor, "limit": 3, "previews": False, "count": True})["calls"]) == 3
    others: list[dict[str, Any]] = [
        {"filter": "all"}, {"start": "2026-01-01"}, {"end": "2027-01-01"}, {"search": "tell"},
        {"sort": {"key": "cost_usd", "ascending": True}}, {"sort": {"key": "latency_ms"}}, {"sort": None},
    ]  # fmt: skip
    for other in others:
        answer = product.ask("POST", "/v1/calls/query", asked | {"cursor": cursor} | other)
        assert (answer.status, "another question" in answer.json()["error"]) == (422, True), other


def test_a_question_with_any_number_has_a_cursor(product: Product) -> None:
    """A filter that compares with a number beyond 64 bits is answered, and so is its next page."""
    wide = {"request_response_rmt": {"prompt_tokens": {"lt": 10**30}}}
    first = query(product, filter=wide, limit=1)
    assert query(product, filter=wide, limit=1, cursor=first["cursor"])["calls"] != first["calls"]


def forged(cursor: str, place: int, value: Any) -> str:
    """A cursor with another part."""
    parts = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    parts[place] = value
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("place", "value"),
    [(1, "1e400"), (1, "1"), (1, [1]), (1, -1), (1, 2**70), (1, 1.5), (2, 10**30), (2, "now"), (3, 7), (3, None)],
)
def test_a_forged_cursor_is_refused_or_a_place(product: Product, marker: str, place: int, value: Any) -> None:
    """A cursor that somebody made up never makes the store fail."""
    asked = {"filter": marked(marker), "limit": 2, "sort": {"key": "latency_ms"}}
    cursor = query(product, **asked)["cursor"]
    answer = product.ask("POST", "/v1/calls/query", asked | {"cursor": forged(cursor, place, value)})
    assert answer.status == 422, answer.body


@pytest.mark.parametrize("cursor", ["", "x", "a" * 1000, "💥", "bnVsbA", "W10"])
def test_what_is_no_cursor_is_refused(product: Product, cursor: str) -> None:
    """A text that is no cursor is 422, in words."""
    answer = product.ask("POST", "/v1/calls/query", {"cursor": cursor})
    assert (answer.status, "cursor" in answer.json()["error"]) == (422, True)


def test_a_window_and_a_search_narrow(product: Product, marker: str) -> None:
    """Start is included and end is not; a search finds words of both sides, and previews can be left out."""
    window = {"start": "2026-11-18T11:06:42Z", "end": "2026-11-18T11:06:45Z"}
    found = query(product, filter=marked(marker), **window, previews=False)["calls"]
    assert [one["request_id"][-2:] for one in found] == ["04", "03", "02"]
    assert {one["request_preview"] for one in found} == {None}
    for search, number in (
        (f"{marker} NUMBER 7", 1),
        (f'"tell me of {marker}"', 12),
        (f"{marker[:-4]}*", 12),
        ("nowhere", 0),
    ):
        assert query(product, search=search, filter=marked(marker), count=True)["count"] == number, search


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"limit": 0}, "limit"), ({"limit": 1001}, "limit"), ({"start": "soon"}, "start"), ({"end": "?"}, "end"),
        ({"search": "a" * 1001}, "search"), ({"search": "a " * 21}, "search"), ({"search": f'"{"a " * 65}"'}, "search"),
        ({"sort": {"key": "mood"}}, "mood"), ({"filter": []}, "filter"), ({"page": 1}, "page"),
        ({"search": "\ud83d"}, "Unicode"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_named(product: Product, body: Any, says: str) -> None:
    """A part that cannot be asked is 422 and named."""
    answer = product.ask("POST", "/v1/calls/query", body)
    assert (answer.status, says in answer.json()["error"]) == (422, True), answer.body


def test_calls_of_one_id_are_told_apart(product: Product) -> None:
    """Of an id that was used twice the newest call is given, or the one at a time; each with its own conversation."""
    request_id = new_id()
    for at, words in ((AT + 100, "older"), (AT + 200, "newer")):
        body = {
            "providerRequest": {"url": "", "json": {"messages": [{"role": "user", "content": words}]}},
            "providerResponse": {"json": {}, "status": 200},
            "timing": {"startTime": {"seconds": at, "milliseconds": 0}, "endTime": {"seconds": at, "milliseconds": 0}},
        }
        product.ask("POST", "/custom/v1/log", body, {"Helicone-Request-Id": request_id})
    for query_string, words in (
        ("", "newer"),
        ("?at=2026-11-18T11:10:00Z", "newer"),
        ("?at=2026-11-18T11:08:20Z", "older"),
    ):
        record = product.ask("GET", f"/v1/calls/{request_id}{query_string}").json()["data"]
        said = product.ask("GET", f"/v1/request/{request_id}/conversation{query_string}").json()["data"]
        assert record["request_preview"] == said["messages"][0]["parts"][0]["text"] == words
    for path in (f"/v1/calls/{request_id}", f"/v1/request/{request_id}/conversation"):
        assert product.ask("GET", f"{path}?at=2026-11-18T00:00:00Z").status == 404
        assert product.ask("GET", f"{path}?at=noon").status == 422
    assert product.ask("GET", f"/v1/calls/{new_id()}").status == 404


def test_a_conversation_has_the_facts_of_its_timing(product: Product, marker: str) -> None:
    """A conversation comes with how it came: tokens over the time that the answer took, null where that is nothing."""
    timing = product.ask("GET", f"/v1/request/{marker}-04/conversation").json()["data"]["timing"]
    assert timing == {"streamed": False, "time_to_first_token_ms": None, "duration_ms": 100, "tokens_per_second": 50.0}
    timing = product.ask("GET", f"/v1/request/{marker}-00/conversation").json()["data"]["timing"]
    assert timing["tokens_per_second"] is None


def test_requests_by_ids_leave_nothing_null(product: Product, marker: str) -> None:
    """Several requests are given in the order of their ids, once each; an id without a request leaves no null."""
    ids = [f"{marker}-03", new_id(), f"{marker}-01", f"{marker}-03"]
    answer = product.ask("POST", "/v1/request/query-ids", {"requestIds": ids})
    assert [row["request_id"] for row in answer.json()["data"]] == [f"{marker}-03", f"{marker}-01"]
    assert product.ask("POST", "/v1/request/query-ids", {"requestIds": []}).json()["data"] == []
    assert product.ask("POST", "/v1/request/query-ids", {"requestIds": [""]}).status == 422
    assert product.ask("POST", "/v1/request/query-ids", {"requestIds": ["x"] * 1001}).status == 422


def test_the_document_types_what_can_be_typed() -> None:
    """A client made from the document knows every field of a call, of a conversation and of each kind of part."""
    schemas = openapi_document()["components"]["schemas"]
    assert set(schemas["CallRecord"]["required"]) == set(schemas["CallRecord"]["properties"])
    kinds = [
        schemas[one["$ref"].rsplit("/", 1)[1]] for one in schemas["Message"]["properties"]["parts"]["items"]["oneOf"]
    ]
    assert [kind["properties"]["type"]["const"] for kind in kinds] == [
        "text", "image", "audio", "file", "tool_call", "tool_result", "reasoning", "refusal", "json"
    ]  # fmt: skip
