"""Readers that do not read: clients on real sockets that ask for much and take nothing of it."""

import base64
import contextlib
import re
import secrets
import socket
import time
from collections.abc import Iterator

import pytest

from helicorder.api.limits import EXPORTS, LARGE_BODIES
from product_server import Product

IDLE_SECONDS = 2
EXPORT = "/v1/export/scores.jsonl?name=big"
MIB = 1 << 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A server with 40 MB of scores and a call of 20 MB, and with little patience."""
    made = Product(tmp_path_factory.mktemp("readers") / "data", reader_idle_seconds=str(IDLE_SECONDS)).start()
    for start in range(0, 4_000, 2_000):
        scores = [
            {"name": "big", "value": number, "request_id": f"r{start + number}", "comment": _incompressible()}
            for number in range(2_000)
        ]
        assert made.ask("POST", "/v1/scores/batch", {"scores": scores}).status == 200
    logged = b'{"providerRequest":{"json":"%b"},"providerResponse":{"status":200}}' % (b"x" * 20 * MIB)
    assert made.ask("POST", "/custom/v1/log", logged, {"Helicone-Request-Id": "large"}).status == 200
    yield made
    assert made.stop() == 0, made.log()


def _incompressible() -> str:
    return base64.b64encode(secrets.token_bytes(7_200)).decode()


@pytest.fixture(scope="module")
def other_key(server: Product) -> str:
    """A key of a second organisation."""
    assert server.command("org", "create", "other").returncode == 0
    return server.command("keys", "create", "other", "--org", "other").stdout.strip()


@contextlib.contextmanager
def reader(server: Product, path: str, key: str = "") -> Iterator[socket.socket]:
    """A client that has asked for something, and takes no more of it than the first line of the answer."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
        line.settimeout(60)
        line.connect(("127.0.0.1", server.port))
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key or server.key}\r\n\r\n".encode())
        yield line


def metrics(server: Product) -> dict[str, float]:
    """The values of all metrics without labels at one moment."""
    text = server.ask("GET", "/metrics").body.decode()
    return {name: float(value) for name, value in re.findall(r"^helicorder_(\w+) (\S+)$", text, re.MULTILINE)}


def metric(server: Product, name: str) -> float:
    """The value of a metric."""
    return metrics(server)[name]


def wait_until_nobody_reads(server: Product) -> None:
    """Return once no export is being read."""
    deadline = time.monotonic() + 60
    while metric(server, "exports"):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def rest_of(line: socket.socket) -> bytes:
    """All that still comes until the connection ends."""
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := line.recv(1 << 20):
            parts.append(part)
    return b"".join(parts)


def status_of(line: socket.socket) -> int:
    """The status of an answer whose first bytes have not been taken yet."""
    return int(line.recv(12).split()[1])


def test_an_organisation_reads_a_few_exports_at_once(server: Product, other_key: str) -> None:
    """One more than its share is refused with when to come again; another organisation's export is not."""
    refused_before = metric(server, "exports_refused_total")
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(reader(server, EXPORT)) for _ in range(EXPORTS)]
        assert [status_of(line) for line in lines] == [200] * EXPORTS
        assert metric(server, "exports") == EXPORTS
        refused = server.ask("GET", EXPORT)
        assert (refused.status, refused.json()["data"]) == (429, None)
        assert refused.headers["helicorder-error"] == "too_many_at_once"
        assert int(refused.headers["retry-after"]) > 0
        assert server.ask("GET", EXPORT, key=other_key).status == 200
        assert metric(server, "exports_refused_total") == refused_before + 1
    wait_until_nobody_reads(server)
    assert server.ask("GET", EXPORT).status == 200


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet", "arrow"])
def test_a_reader_that_takes_nothing_is_broken_off(server: Product, ending: str) -> None:
    """Its file never looks whole, the engine's statement ends, its share is free again, and it is counted."""
    before = metric(server, "readers_broken_off_total")
    with reader(server, EXPORT.replace("jsonl", ending)) as line:
        assert status_of(line) == 200
        wait_until_nobody_reads(server)
        assert metric(server, "readers_broken_off_total") == before + 1
        taken = rest_of(line)
    assert len(taken) < 30 * MIB
    assert not taken.endswith(b"0\r\n\r\n")


def test_a_slow_reader_gets_its_file(server: Product) -> None:
    """Who takes some all the time is waited for, for far longer than one that takes nothing."""
    with reader(server, EXPORT) as line:
        assert status_of(line) == 200
        taken, until = bytearray(), time.monotonic() + 3 * IDLE_SECONDS
        while time.monotonic() < until:
            taken += line.recv(1 << 16)
            time.sleep(0.005)
        taken += rest_of_whole(line)
    assert taken.endswith(b"0\r\n\r\n")
    assert taken.count(b'"name":"big"') == 4_000


def rest_of_whole(line: socket.socket) -> bytes:
    """All that still comes until the last chunk."""
    taken = bytearray()
    while not taken.endswith(b"\r\n0\r\n\r\n") and (part := line.recv(1 << 20)):
        taken += part
    return bytes(taken)


@pytest.mark.parametrize("path", ["/v1/request/large?includeBody=true", "/v1/request/large/conversation"])
def test_large_answers_that_nobody_reads_are_broken_off_too(server: Product, path: str) -> None:
    """A large body that is asked for and not taken is let go after a while; an organisation has a few at once."""
    before = metric(server, "readers_broken_off_total")
    with contextlib.ExitStack() as stack:
        for _ in range(LARGE_BODIES):
            assert status_of(stack.enter_context(reader(server, path))) == 200
        held = metrics(server)  # at one moment: the first may have been broken off already
        assert held["large_bodies"] + held["readers_broken_off_total"] - before == LARGE_BODIES
        assert server.ask("GET", path).status == 200  # once one of them has been broken off
        deadline = time.monotonic() + 30
        while metric(server, "readers_broken_off_total") < before + LARGE_BODIES:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.mark.slow
def test_a_live_tail_that_nobody_reads_is_broken_off(server: Product) -> None:
    """A listener that takes no events is broken off once they fill the buffers on the way."""
    before = metric(server, "readers_broken_off_total")
    with reader(server, "/v1/calls/live") as line:
        assert status_of(line) == 200
        deadline = time.monotonic() + 120
        number = 0
        while metric(server, "readers_broken_off_total") == before:
            assert time.monotonic() < deadline
            scores = [
                {"name": "x" * 200, "value": 1, "request_id": f"{number}-{one}-{'x' * 200}"} for one in range(5_000)
            ]
            assert server.ask("POST", "/v1/scores/batch", {"scores": scores}).status == 200
            number += 1


def test_the_engine_gives_back_what_exports_took(server: Product) -> None:
    """After its readers were broken off the engine is about as large as before."""
    server.ask("GET", EXPORT)
    wait_until_nobody_reads(server)
    before = server.engine().memory_info().rss
    with contextlib.ExitStack() as stack:
        for _ in range(EXPORTS):
            stack.enter_context(reader(server, EXPORT))
        time.sleep(1.0)
        wait_until_nobody_reads(server)
        deadline = time.monotonic() + 30
        while server.engine().memory_info().rss - before > 200 * MIB:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_what_is_being_read_is_in_the_operations_answer(server: Product) -> None:
    """An operator sees exports, refusals and readers that were broken off beside the other counts."""
    limits = server.ask("GET", "/v1/operations").json()["data"]["limits"]
    assert limits["readers_broken_off"] == metric(server, "readers_broken_off_total")
    assert {"exports", "exports_refused", "bodies_refused", "calls_unread", "workers_killed"} < limits.keys()
