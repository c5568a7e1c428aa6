"""One organisation's hostile bodies against another's calls, with a real server, real senders and a real upstream."""

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from helicorder.api.limits import LARGE_BODIES
from helicorder.model.ids import new_id
from hostile_sender import log_body
from product_server import Product, fake_provider

SENDER = Path(__file__).parent.parent / "hostile_sender.py"
SECONDS = 6.0
WORST_SECONDS = 0.2
MOST_WORK_SECONDS = 0.4
"""Of all the server's threads; without workers it is several seconds."""
GROWTH_BYTES = 300 << 20
MIB = 1 << 20
MORE_KINDS = ("keys", "numbers", "floats", "escapes", "halves", "text-objects", "text-keys")
CHAT = b'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}]}'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A server of these tests' own, in front of a provider on loopback."""
    with fake_provider() as url:
        made = Product(tmp_path_factory.mktemp("hostile") / "data", provider_openai_url=url).start()
        yield made
        assert made.stop() == 0, made.log()


@pytest.fixture(scope="module")
def other_key(server: Product) -> str:
    """A key of an organisation that does no harm."""
    assert server.command("org", "create", "other").returncode == 0
    return server.command("keys", "create", "other", "--org", "other", "--scopes", "read,write").stdout.strip()


class Waits(msgspec.Struct):
    """The worst that happened to one of many proxied calls: seconds it took, and what the server worked meanwhile."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0


def worst_waits(server: Product, key: str, seconds: float) -> Waits:
    """The worst of proxied calls that are made one after another."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {"Helicone-Auth": f"Bearer {key}", "Authorization": "Bearer sk", "Content-Type": "application/json"}
    worst, until = Waits(), time.monotonic() + seconds
    while time.monotonic() < until:
        began, worked = time.monotonic(), worked_by(server)
        connection.request("POST", "/v1/gateway/oai/v1/chat/completions", CHAT, headers)
        with connection.getresponse() as answer:
            assert answer.status == 200
            answer.read()
        worst.seconds = max(worst.seconds, time.monotonic() - began)
        worst.cpu_seconds = max(worst.cpu_seconds, worked_by(server) - worked)
        time.sleep(0.01)
    connection.close()
    return worst


def worked_by(server: Product) -> float:
    """Seconds of a processor that the server has used."""
    cpu = server.tree()[0].cpu_times()
    return float(cpu.user + cpu.system)


def hostilities(server: Product, other_key: str, kind: str, senders: int) -> tuple[Waits, set[str], int]:
    """(another's worst waits, what the senders were answered, by how much the server grew) while some send."""
    process = server.tree()[0]
    before, largest, worst = process.memory_info().rss, 0, Waits()
    command = [sys.executable, str(SENDER), str(server.port), server.key, kind, str(SECONDS)]
    sending = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(senders)]
    for sender in sending:
        assert sender.stdout is not None
        assert sender.stdout.readline() == "ready\n"
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        waits = worst_waits(server, other_key, 0.3)
        worst = Waits(max(worst.seconds, waits.seconds), max(worst.cpu_seconds, waits.cpu_seconds))
        largest = max(largest, process.memory_info().rss)
    answers = {answer for sender in sending for answer in sender.communicate()[0].split()}
    return worst, answers, largest - before


KINDS = [
    ("objects", 1),
    ("objects", 4),
    ("nested", 4),
    ("keys", 4),
    ("numbers", 4),
    ("escapes", 4),
    ("text-objects", 4),
]


@pytest.mark.parametrize(
    ("kind", "senders"),
    [KINDS[1], *(pytest.param(*kind, marks=pytest.mark.slow) for kind in KINDS if kind != KINDS[1])],
)
def test_hostile_bodies_hold_up_nobody_else(server: Product, other_key: str, kind: str, senders: int) -> None:
    """While one organisation sends 30 MB of the worst JSON again and again, another's calls wait for none of it.

    What counts is the server's own work while such a call passes: a busy machine makes it longer, but not more. The
    server's memory stays within a bound, and what was sent is answered as documented.
    """
    worst, answers, growth = hostilities(server, other_key, kind, senders)
    assert answers <= {"422" if kind == "nested" else "200", "429", "BrokenPipeError", "ConnectionResetError"}
    assert answers & {"422", "200"}
    assert growth < GROWTH_BYTES
    assert worst.cpu_seconds < MOST_WORK_SECONDS


@pytest.mark.slow
@pytest.mark.timed
def test_hostile_bodies_delay_nobody_else(server: Product, other_key: str) -> None:
    """On a machine that is not busy, a call of another organisation takes at most 200 ms while four send such."""
    alone = worst_waits(server, other_key, 2.0)
    worst, _, _ = hostilities(server, other_key, "objects", 4)
    assert worst.seconds < WORST_SECONDS + alone.seconds


@pytest.mark.parametrize(
    "kind", ["objects", "nested", "unclosed", *(pytest.param(kind, marks=pytest.mark.slow) for kind in MORE_KINDS)]
)
def test_a_hostile_body_is_kept_or_refused_in_the_documented_shape(server: Product, kind: str) -> None:
    """What is JSON is recorded as it was sent, and can be read back; what is none, or nested too deeply, says so."""
    request_id = f"hostile-{kind}-{new_id()}"
    answer = server.ask("POST", "/custom/v1/log", log_body(kind), {"Helicone-Request-Id": request_id})
    if kind in ("nested", "unclosed"):
        assert (answer.status, answer.json()["data"]) == (422 if kind == "nested" else 400, None)
        assert answer.headers["helicorder-error"] == ("invalid" if kind == "nested" else "malformed_body")
        return
    assert (answer.status, answer.body) == (200, b"ok")
    kept = server.ask("GET", f"/v1/request/{request_id}?includeBody=true").body
    assert len(kept) > 20_000_000
    assert server.ask("GET", f"/v1/request/{request_id}/conversation").status == 200
    assert json.loads(server.ask("GET", f"/v1/calls/{request_id}").body)["data"]["request_model"] == "m"


def test_a_large_log_says_what_a_small_one_says(server: Product) -> None:
    """A body that a worker reads is recorded as one that the server reads: model, usage, cost, user, preview, words."""
    shown = []
    for filler in ("", "word " * 200_000):
        request_id = f"log-{new_id()}"
        body = {
            "providerRequest": {
                "url": "https://api.openai.com/v1/chat/completions",
                "json": {
                    "model": "gpt-4o",
                    "user": "ada",
                    "messages": [{"role": "system", "content": filler}, {"role": "user", "content": "Where? \ud83d"}],
                },
                "meta": {"Helicone-Property-Size": "any"},
            },
            "providerResponse": {
                "status": 200,
                "json": {
                    "model": "gpt-4o-2024-08-06",
                    "choices": [{"message": {"role": "assistant", "content": "Here."}}],
                    "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11},
                },
            },
            "timing": {"startTime": "2026-11-20T10:00:00Z", "endTime": "2026-11-20T10:00:01Z"},
        }
        assert server.ask("POST", "/oai/v1/log", body, {"Helicone-Request-Id": request_id}).status == 200
        found = server.ask("GET", f"/v1/calls/{request_id}").json()["data"]
        assert found.pop("size_bytes") > len(filler)
        assert found.pop("request_id") == request_id
        said = server.ask("GET", f"/v1/request/{request_id}/conversation").json()["data"]
        assert said["messages"][-1]["parts"][0]["text"] == "Where? \ufffd"
        shown.append(found)
    small, large = shown
    assert small == large
    assert (large["user_id"], large["total_tokens"], large["properties"]) == ("ada", 11, {"size": "any"})
    assert large["cost_usd"] > 0


def test_a_large_proxied_call_is_in_the_next_read(server: Product) -> None:
    """Whoever has seen the end of an answer finds the call, although a worker reads its bodies first."""
    for _ in range(3):
        request_id = f"proxied-{new_id()}"
        body = b'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"%b"}]}' % (b"word " * 200_000)
        headers = {"Helicone-Auth": f"Bearer {server.key}", "Authorization": "Bearer sk"}
        headers["Helicone-Request-Id"] = request_id
        assert server.ask("POST", "/v1/gateway/oai/v1/chat/completions", body, headers, key=None).status == 200
        found = server.ask("GET", f"/v1/calls/{request_id}").json()["data"]
        assert (found["request_model"], found["request_preview"][:9]) == ("gpt-4o-mini", "word word")


def test_a_large_batch_is_judged_item_by_item(server: Product) -> None:
    """A worker judges a batch of megabytes as the server judges a small one; a replay has the same answer."""
    ids = [f"batch-{new_id()}" for _ in range(3)]
    at = "2026-11-20T10:00:00Z"
    call = {
        "created_at": at,
        "provider": "X",
        "model": "m",
        "status": 200,
        "request_body": json.dumps("word " * 80_000),
    }
    calls = [{**call, "request_id": ids[0]}, {**call, "request_id": ids[1], "status": 10_000}]
    headers = {"Idempotency-Key": new_id()}
    first = server.ask("POST", "/v1/calls/batch", {"calls": calls}, headers)
    again = server.ask("POST", "/v1/calls/batch", {"calls": calls}, headers)
    assert [one["status"] for one in first.json()["data"]["results"]] == ["stored", "refused"]
    assert again.json() == first.json()
    found = server.ask("POST", "/v1/calls/query", {"search": "word", "filter": of(ids[0])}).json()["data"]["calls"]
    assert [one["request_id"] for one in found] == [ids[0]]
    scores = [{"name": "large", "value": 1, "request_id": ids[2], "comment": "x" * 9_000} for _ in range(40)]
    assert server.ask("POST", "/v1/scores/batch", {"scores": scores}).json()["data"]["stored"] == 40


def of(request_id: str) -> object:
    """A filter on one call."""
    return {"request_response_rmt": {"request_id": {"equals": request_id}}}


@pytest.mark.parametrize("path", ["/v1/scores/batch", "/v1/calls/batch"], ids=["scores", "calls"])
def test_a_batch_of_millions_of_items_is_refused(server: Product, path: str) -> None:
    """A batch with too many items says so, whatever they are, and nobody waits for it."""
    what = path.split("/")[2]
    answer = server.ask("POST", path, b'{"%b":%b}' % (what.encode(), b"[" + b"{}," * 3_000_000 + b"{}]"))
    assert (answer.status, answer.json()["data"]) == (422, None)


def test_a_query_of_too_many_values_is_refused(server: Product) -> None:
    """What is decoded on the event loop holds a hundred thousand values at most; a filter has a few."""
    body = b'{"filter":[%b{}]}' % (b"{}," * 200_000)
    answer = server.ask("POST", "/v1/request/query-clickhouse", body)
    assert (answer.status, answer.headers["helicorder-error"]) == (422, "too_complex")


def _begin_log(server: Product, key: str | None, size: int, sent: bytes) -> socket.socket:
    """A log whose body has begun to come."""
    line = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    credential = f"Authorization: Bearer {key}\r\n" if key else ""
    head = f"POST /custom/v1/log HTTP/1.1\r\nHost: x\r\n{credential}Content-Type: application/json\r\n"
    line.sendall(f"{head}Content-Length: {size}\r\n\r\n".encode() + sent)
    return line


def test_a_stranger_is_refused_before_the_body_comes(server: Product) -> None:
    """Without a key not a byte of a large body is waited for."""
    with _begin_log(server, None, 30 * MIB, b"") as line:
        assert line.recv(100).startswith(b"HTTP/1.1 401")


def test_an_organisation_has_a_few_large_bodies_in_memory_at_once(server: Product, other_key: str) -> None:
    """Beyond its share an organisation's large bodies wait, and then are refused with when to come again.

    Its small bodies, and the large ones of others, do not wait for them.
    """
    large = log_body("floats")[: 2 * MIB]
    lines = [_begin_log(server, server.key, len(large), large[:MIB]) for _ in range(LARGE_BODIES)]
    time.sleep(0.5)
    whole = b'{"providerRequest":{"json":"%b"},"providerResponse":{"status":200}}' % (b"x" * 2 * MIB)
    began = time.monotonic()
    assert server.ask("POST", "/custom/v1/log", whole, key=other_key).status == 200
    assert server.ask("POST", "/custom/v1/log", whole[:50] + whole[-45:]).status == 200
    assert time.monotonic() - began < 9
    refused = server.ask("POST", "/custom/v1/log", whole)
    assert (refused.status, refused.headers["helicorder-error"]) == (429, "too_many_at_once")
    assert int(refused.headers["retry-after"]) > 0
    assert b"helicorder_bodies_refused_total 1.0" in server.ask("GET", "/metrics").body
    for line in lines:
        line.close()
    assert server.ask("POST", "/custom/v1/log", whole).status == 200


def test_memory_returns_after_large_bodies(fresh_product: Product) -> None:
    """What large bodies took is given back when they are answered, whether they were kept or refused."""
    server = fresh_product.start()
    process, body = server.tree()[0], log_body("objects")
    before = process.memory_info().rss
    for _ in range(6):
        assert server.ask("POST", "/custom/v1/log", body).status == 200
        assert server.ask("POST", "/custom/v1/log", log_body("nested")).status == 422
        assert server.ask("POST", "/custom/v1/log", body[:-1]).status == 400
    assert server.ask("GET", "/v1/calls/none").status == 404
    assert process.memory_info().rss - before < 150 * MIB
