"""The live tail through the real server: what comes, to whom, and how it ends."""

import contextlib
import json
import queue
import time
from typing import Any
from urllib.parse import quote

import pytest

from helicorder.api.tail import MAX_LISTENERS
from helicorder.model.ids import new_id
from live_client import live
from product_server import Product

PROMPT_SECONDS = 2.0


def record(product: Product, request_id: str, *, key: str = "", **fields: Any) -> None:
    """Record a call with a question, of a model and a status."""
    body = {
        "providerRequest": {
            "url": "",
            "json": {"model": fields.get("model", "m"), "messages": [{"role": "user", "content": "Who is there?"}]},
        },
        "providerResponse": {"json": {}, "status": fields.get("status", 200)},
    }
    assert product.ask("POST", "/custom/v1/log", body, {"Helicone-Request-Id": request_id}, key=key).status == 200


def narrowed(**columns: Any) -> str:
    """A query with a filter that every condition must meet."""
    return "?filter=" + quote(json.dumps({"request_response_rmt": columns}))


@pytest.fixture
def name() -> str:
    """A model's name that nobody else uses."""
    return new_id()


def test_a_new_call_comes_with_all_that_a_page_shows(product: Product, name: str) -> None:
    """A listener gets each new call that its filter takes, as the page of calls has it, with an id to go on after."""
    with live(product, narrowed(model={"equals": name})) as listener:
        assert (listener.status, listener.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        record(product, f"{name}-other", model="other")
        record(product, name, model=name)
        [event] = listener.take(1)
        page = product.ask("POST", "/v1/calls/query", {"filter": {"request_response_rmt": {"model": {"equals": name}}}})
        assert [event.data] == page.json()["data"]["calls"]
        assert (event.name, event.data["request_preview"], listener.silent()) == ("call", "Who is there?", True)
        assert int(listener.greeted["retry"]) > 0
        assert int(listener.greeted["id"]) < event.id


def test_a_score_comes_to_those_who_see_its_call(product: Product, name: str) -> None:
    """A score that is given, changed or taken back is told to who listens to calls like the one that is judged."""
    record(product, name, model=name)
    query = narrowed(model={"equals": name})
    with (
        live(product, query) as mine,
        live(product, narrowed(model={"equals": "none"})) as other,
        live(product) as every,
    ):
        for value in (0.25, True):
            product.ask("POST", f"/v1/request/{name}/score", {"scores": {"live": value}})
        product.ask("POST", f"/v1/request/{name}-unknown/score", {"scores": {"live": 1}})
        told = mine.take(2)
        assert [(one.name, one.data["request_id"], one.data["value"]) for one in told] == [
            ("score", name, 0.25), ("score", name, True)
        ]  # fmt: skip
        product.ask("DELETE", f"/v1/scores/{told[0].data['id']}")
        [gone] = mine.take(1)
        assert (gone.data["deleted"], gone.data["name"]) == (True, "live")
        assert other.silent()
        assert mine.silent()
        seen = {one.data["request_id"] for one in every.take(4)}
        assert seen == {name, f"{name}-unknown"}


def test_a_reconnect_misses_none_and_repeats_none(product: Product, name: str) -> None:
    """Whoever comes back with the id of the last event it saw goes on with the one after, wherever it left."""
    query = narrowed(model={"equals": name})
    with live(product, query) as listener:
        start = int(listener.greeted["id"])
        for number in range(6):
            record(product, f"{name}-{number}", model=name)
            if number % 2:
                product.ask("POST", f"/v1/request/{name}-{number}/score", {"scores": {"live": number}})
        told = listener.take(9)
    assert [one.id for one in told] == sorted({one.id for one in told})
    for seen in range(10):
        with live(product, query, after=told[seen - 1].id if seen else start) as again:
            assert again.take(9 - seen) == told[seen:]
            with pytest.raises(queue.Empty):
                again.next(0.2)


def test_who_comes_back_late_is_told_the_newest_and_how_much_was_before(product: Product, name: str) -> None:
    """After a long absence a listener is told how many it missed, and then the newest, in order."""
    with live(product, narrowed(model={"equals": name})) as listener:
        start = int(listener.greeted["id"])
    record(product, name, model=name)
    for part in range(2):
        scores = [{"request_id": name, "name": f"s{part}-{number}", "value": number} for number in range(500)]
        assert product.ask("POST", "/v1/scores/batch", {"scores": scores}).status == 200
    with live(product, narrowed(model={"equals": name}), after=start) as again:
        gap, call, *scored = again.take(402)
        assert (gap.name, gap.data["calls"], call.name, call.data["request_id"]) == ("gap", 0, "call", name)
        assert gap.data["scores"] >= 600
        assert [one.data["name"] for one in scored] == [f"s1-{number}" for number in range(100, 500)]


def test_previews_can_be_left_out(product: Product, name: str) -> None:
    """Whoever wants no previews gets none, beside those who want them."""
    with live(product, "?previews=false&search=there") as bare, live(product) as full:
        record(product, name, model=name)
        assert bare.take(1)[0].data["request_preview"] is None
        assert full.take(1)[0].data["request_preview"] == "Who is there?"


def test_what_is_not_understood_is_refused_before_the_stream(product: Product) -> None:
    """A filter, a search or an id that makes no sense is a 422 in words, and no stream."""
    for query in ("?filter=%7B", "?filter=%5B1%5D", f"?search={'a' * 1001}", "?previews=perhaps"):
        answer = product.ask("GET", f"/v1/calls/live{query}")
        assert (answer.status, answer.json()["data"]) == (422, None)
    assert product.ask("GET", "/v1/calls/live", headers={"Last-Event-ID": "x"}).status == 422


def test_so_many_may_listen_and_no_more(product: Product) -> None:
    """An organisation has a stated number of listeners; one more is a 503 in words, until one leaves."""
    with contextlib.ExitStack() as stack:
        for _ in range(MAX_LISTENERS):
            assert stack.enter_context(live(product)).status == 200
        refused = product.ask("GET", "/v1/calls/live")
        assert (refused.status, str(MAX_LISTENERS) in refused.json()["error"]) == (503, True)
    deadline = time.monotonic() + 10
    while True:
        with live(product) as listener:
            if listener.status == 200:
                return
        assert time.monotonic() < deadline


def test_a_revoked_key_hears_no_more(product: Product, name: str) -> None:
    """A stream ends with the key that opened it, before anything is told that came a moment after the revocation."""
    secret = product.command("keys", "create", name).stdout.strip()
    key_id = next(
        line.split()[0] for line in product.command("keys", "list").stdout.splitlines() if f" {name} " in line
    )
    with live(product, narrowed(model={"equals": name}), key=secret) as listener:
        record(product, f"{name}-before", model=name)
        assert listener.take(1)[0].data["request_id"] == f"{name}-before"
        product.command("keys", "revoke", key_id)
        time.sleep(PROMPT_SECONDS)
        record(product, f"{name}-after", model=name)
        assert listener.next() is None


def test_a_stream_ends_at_once_when_the_server_stops(fresh_product: Product) -> None:
    """A signal ends every stream at once, and does not have the server wait for its listeners."""
    fresh_product.start()
    with live(fresh_product) as listener:
        began = time.monotonic()
        assert fresh_product.stop() == 0
        assert listener.next(0.1) is None
        assert time.monotonic() - began < 10
