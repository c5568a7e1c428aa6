"""Calls by the thousand, in our own shape, through the real server."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from helicorder.model.ids import new_id
from helicorder.wire.calls import CallInput
from product_server import Answer, Product

AT = "2026-03-01T00:00:00.123456Z"


def record(product: Product, *calls: Any, headers: dict[str, str] | None = None) -> Answer:
    """A batch of calls, as it is answered."""
    return product.ask("POST", "/v1/calls/batch", {"calls": list(calls)}, headers)


def stored(product: Product, **call: Any) -> str:
    """The id of a call that was stored."""
    [result] = record(product, {"created_at": AT, **call}).json()["data"]["results"]
    assert result["status"] == "stored", result
    made: str = result["id"]
    return made


def exported(product: Product, request_id: str, **options: str) -> list[Any]:
    """The rows of a file of calls for one id."""
    answer = product.ask("GET", f"/v1/export/calls.jsonl?{urlencode(options)}")
    rows = [json.loads(line) for line in answer.body.splitlines()]
    return [row for row in rows if row["request_id"] == request_id]


def test_a_call_comes_back_as_it_was_given(product: Product) -> None:
    """Every field of a call is read back as it was sent, the cost to the twelfth place, unknown tokens as null."""
    given: dict[str, Any] = {
        "request_id": new_id(), "created_at": AT, "response_at": "2026-03-01T00:00:01.5Z", "provider": "OPENAI",
        "model": "gpt-4o", "status": -3, "ending": "caller_gone", "model_override": "mine", "latency_ms": 1377,
        "prompt_tokens": 7, "cost_usd": "0.000000000001", "user_id": "ada", "session_id": "s1", "session_name": "N",
        "properties": {"Env": "prod", "t": "=1"}, "prompt_id": "p", "prompt_version": "2", "streamed": True,
        "request_body": '{"messages":[]}', "response_body": "", "country_code": "DE", "input_key": "00ff",
    }  # fmt: skip
    stored(product, **given)
    row = product.read(given["request_id"])
    assert (row["provider"], row["model"], row["model_override"]) == ("OPENAI", "gpt-4o", "mine")
    assert (row["response_status"], row["ending"], row["delay_ms"]) == (-3, "caller_gone", 1377)
    assert row["request_created_at"] == AT
    assert (row["prompt_tokens"], row["completion_tokens"], row["cost"]) == (7, None, 1e-12)
    session = {"Helicone-Session-Id": "s1", "Helicone-Session-Name": "N"}
    assert row["properties"] == {"Env": "prod", "t": "=1"} | session
    [exported_row] = exported(product, given["request_id"], bodies="true")
    assert exported_row["input_key"] == "00000000000000ff"
    assert (exported_row["request_body"], exported_row["response_body"]) == ('{"messages":[]}', "")
    assert exported_row["size_bytes"] == len('{"messages":[]}')


def test_a_call_needs_a_time_alone(product: Product) -> None:
    """What is not said is not known: an id is made, the model is unknown, nothing is 0."""
    row = product.read(stored(product))
    assert (row["model"], row["provider"], row["response_status"]) == ("unknown", "CUSTOM", 200)
    assert (row["cost"], row["total_tokens"], row["delay_ms"]) == (None, None, None)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        ({}, "created_at"),
        ({"created_at": "soon"}, "created_at"),
        ({"created_at": "1969-12-31T23:59:59Z"}, "1970"),
        ({"created_at": AT, "response_at": "2026-02-28T00:00:00Z"}, "before created_at"),
        ({"created_at": AT, "status": 1000}, "status"),
        ({"created_at": AT, "prompt_tokens": -1}, "prompt_tokens"),
        ({"created_at": AT, "prompt_tokens": 1.5}, "prompt_tokens"),
        ({"created_at": AT, "size_bytes": 2**53}, "size_bytes"),
        ({"created_at": AT, "cost_usd": -0.1}, "cost_usd"),
        ({"created_at": AT, "cost_usd": "NaN"}, "cost_usd"),
        ({"created_at": AT, "cost_usd": 1_000_000}, "cost_usd"),
        ({"created_at": AT, "request_id": "a\x00b"}, "control character"),
        ({"created_at": AT, "request_id": ""}, "1 to 255"),
        ({"created_at": AT, "model": ""}, "model"),
        ({"created_at": AT, "path": "p" * 100_001}, "path"),
        ({"created_at": AT, "ending": "happy"}, "ending"),
        ({"created_at": AT, "properties": {"": "x"}}, "property name"),
        ({"created_at": AT, "properties": {"a": 1}}, "properties"),
        ({"created_at": AT, "properties": {"a": "v" * 10_001}}, "properties"),
        ({"created_at": AT, "properties": {f"p{n}": "" for n in range(1_001)}}, "properties"),
        ({"created_at": AT, "input_key": "0x1"}, "input_key"),
        ({"created_at": AT, "input_key": "f" * 17}, "input_key"),
        ({"created_at": AT, "tokens": 3}, "tokens"),
        ([], "object"),
    ],
)
def test_a_bad_call_is_refused_by_name_and_hides_no_other(product: Product, call: Any, word: str) -> None:
    """An item that cannot be kept has a result that says why, and its neighbours are stored."""
    before, after = new_id(), new_id()
    answer = record(product, {"created_at": AT, "request_id": before}, call, {"created_at": AT, "request_id": after})
    data = answer.json()["data"]
    assert [result["status"] for result in data["results"]] == ["stored", "refused", "stored"]
    assert data["stored"] == 2
    assert word in data["results"][1]["error"]["message"]
    assert product.read(before)["request_id"] == before
    assert product.read(after)["request_id"] == after


def test_bytes_that_are_no_text_refuse_their_item_alone(product: Product) -> None:
    """An item that is not UTF-8 is refused by itself, in a batch of calls and in one of scores."""
    for path, good in (
        ("calls", b'{"created_at":"%s"}' % AT.encode()),
        ("scores", b'{"name":"n","value":1,"user_id":"u"}'),
    ):
        body = b'{"%s":[{"model":"\xff"},%s]}' % (path.encode(), good)
        answer = product.ask("POST", f"/v1/{path}/batch", body)
        assert answer.status == 200, answer.body
        assert [result["status"] for result in answer.json()["data"]["results"]] == ["refused", "stored"]


@pytest.mark.parametrize("count", [0, 10_001])
def test_a_batch_of_calls_has_bounds(product: Product, count: int) -> None:
    """No calls, and more than ten thousand, are refused as a whole."""
    assert record(product, *[{"created_at": AT}] * count).status == 422


def test_a_call_recorded_again_is_one_call(product: Product) -> None:
    """The same id and time is the same call, and the newest record of it counts; another time is another call."""
    request_id = stored(product, model="old", request_body="asked")
    stored(product, request_id=request_id, model="new")
    assert [row["model"] for row in exported(product, request_id)] == ["new"]
    stored(product, request_id=request_id, created_at="2026-03-01T00:00:00.123457Z", model="later")
    assert sorted(row["model"] for row in exported(product, request_id)) == ["later", "new"]


def test_texts_stay_where_a_record_says_nothing_of_them(product: Product) -> None:
    """A call recorded again without texts keeps those it has; null says that they were not kept."""
    request_id = stored(product, request_body='"asked"', response_body='"told"')
    stored(product, request_id=request_id, model="known now")
    row = product.ask("GET", f"/v1/request/{request_id}?includeBody=true").json()["data"]
    assert (row["model"], row["request_body"], row["response_body"]) == ("known now", "asked", "told")
    stored(product, request_id=request_id, request_body=None)
    row = product.ask("GET", f"/v1/request/{request_id}?includeBody=true").json()["data"]
    assert (row["request_body"], row["response_body"]) == (None, None)


def test_a_newer_call_without_texts_does_not_show_an_older_ones(product: Product) -> None:
    """Of two calls of one id, the newer, of which no text was recorded, shows none."""
    request_id = stored(product, request_body='"secret"')
    stored(product, request_id=request_id, created_at="2026-03-02T00:00:00Z")
    row = product.ask("GET", f"/v1/request/{request_id}?includeBody=true").json()["data"]
    assert row["request_body"] is None


def test_what_was_asked_is_known_without_its_text(product: Product) -> None:
    """The key that pairs calls which ask the same comes out, and comes back in without the text it was made of."""
    body = json.dumps({"messages": [{"role": "user", "content": new_id()}]})
    request_id = stored(product, request_body=body)
    [row] = exported(product, request_id)
    assert len(row["input_key"]) == 16
    other = stored(product, input_key=row["input_key"])
    assert exported(product, other)[0]["input_key"] == row["input_key"]


def test_a_batch_of_calls_under_one_key_has_one_effect(product: Product) -> None:
    """Sent again under its Idempotency-Key a batch has the same answer, ids that were made for it included."""
    key = {"Idempotency-Key": new_id()}
    first = record(product, {"created_at": AT}, {"created_at": AT}, headers=key)
    again = record(product, {"created_at": AT}, {"created_at": AT}, headers=key)
    assert first.body == again.body
    assert [one.headers.get("idempotent-replayed") for one in (first, again)] == [None, "true"]
    assert record(product, {"created_at": AT}, headers=key).status == 409


def test_a_score_that_came_first_finds_its_call(product: Product) -> None:
    """A score recorded before its call stands beside it once the call comes in."""
    request_id, name = new_id(), f"early {new_id()}"
    assert product.ask("POST", f"/v1/request/{request_id}/score", {"scores": {name: 0.5}}).status == 200
    stored(product, request_id=request_id, model="late")
    assert product.read(request_id)["scores"] == {name: 0.5}
    answer = product.ask("GET", f"/v1/export/scores.jsonl?{urlencode({'name': name})}")
    assert [json.loads(line)["call_model"] for line in answer.body.splitlines()] == ["late"]


def test_ten_thousand_calls_are_recorded_at_once(product: Product) -> None:
    """A full batch is taken, and all of it is counted by the read that follows."""
    model = f"bulk {new_id()}"
    began = time.monotonic()
    answer = record(product, *({"created_at": AT, "request_id": f"{model} {n}", "model": model} for n in range(10_000)))
    assert answer.json()["data"]["stored"] == 10_000
    counted = product.ask("POST", "/v1/request/count/query", {"filter": {"response": {"model": {"equals": model}}}})
    assert counted.json()["data"] == 10_000
    assert time.monotonic() - began < 20


def test_every_field_is_documented() -> None:
    """docs/api.md names each field of a call."""
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    assert [name for name in CallInput.__struct_fields__ if f"`{name}`" not in page] == []
