"""Floods without a key against a real server: each is answered or cut off, nobody else waits, and memory comes back.

Attackers have loopback addresses of their own; the good client beside them is at 127.0.0.1.
"""

import contextlib
import resource
import socket
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from product_server import Product

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")

GOOD, BAD, WORSE, WORST = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"
PER_ADDRESS = 1000  # the default of CONNECTIONS_PER_ADDRESS
MIB = 1024 * 1024
GET = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"
SIGN_IN = (
    b"POST /v1/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nSec-Fetch-Site: same-origin\r\n"
)
CHUNKED = SIGN_IN + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"
MINUTE = 60.0


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A server with the default bounds that nobody else uses."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    started = Product(tmp_path_factory.mktemp("flooded") / "data").start()
    yield started
    assert started.stop() == 0, started.log()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="module")
def at_rest(flooded: Product) -> int:
    """What the server holds before the first flood."""
    return memory(flooded)


def connect(product: Product, address: str = BAD) -> socket.socket:
    """A connection from an address."""
    return socket.create_connection(("127.0.0.1", product.port), timeout=20, source_address=(address, 0))


def send(connection: socket.socket, sent: bytes) -> None:
    """Send all, or as much as the server takes before it closes."""
    with contextlib.suppress(ConnectionError):
        connection.sendall(sent)


def received(connection: socket.socket) -> bytes:
    """All that comes until the server closes, or stops sending for twenty seconds."""
    parts = []
    with contextlib.suppress(ConnectionError, TimeoutError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def exchange(product: Product, sent: bytes) -> bytes:
    """What a server answers to bytes before it closes."""
    with connect(product) as connection:
        send(connection, sent)
        return received(connection)


def status_of(answer: bytes) -> int:
    """The status of an answer; 0 where none came."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


def memory(product: Product) -> int:
    """Resident bytes of the server; its engine sees nothing of a flood."""
    resident: int = product.tree()[0].memory_info().rss
    return resident


def wait_for_memory(product: Product, limit: int) -> None:
    """Return once the server holds no more than ``limit`` bytes."""
    deadline = time.monotonic() + 30
    while (held := memory(product)) > limit:
        assert time.monotonic() < deadline, f"{held / MIB:.0f} MiB held, {limit / MIB:.0f} allowed"
        time.sleep(0.2)


def wait_for_flood(product: Product, least: int) -> None:
    """Return once the server holds that many bytes."""
    deadline = time.monotonic() + 20
    while memory(product) < least:
        assert time.monotonic() < deadline, f"{memory(product) / MIB:.0f} MiB held: no flood"
        time.sleep(0.2)


def assert_served(product: Product) -> None:
    """The good client is answered, quickly, on a new connection."""
    began = time.monotonic()
    assert product.ask("GET", "/health/live", key=None).status == 200
    assert time.monotonic() - began < 5


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """An HTTP/2 frame."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name: bytes, value: bytes, first: int) -> bytes:
    """A header as HPACK writes it, not compressed; ``first`` is 0x40 to put it into the table, 0 to leave it out."""
    length, sizes = len(value), b""
    if length >= 127:
        length -= 127
        sizes = b"\x7f" + bytes([length % 128 + 128, length // 128])
    else:
        sizes = bytes([length])
    return bytes([first, len(name)]) + name + sizes + value


def header_bomb(streams: int, references: int) -> bytes:
    """An HTTP/2 connection whose requests, never complete, name one table entry of 2 KB again and again."""
    request = b"\x83\x86" + literal(b":path", b"/v1/auth/sign-in", 0) + literal(b":authority", b"x", 0)
    request += literal(b"content-type", b"application/json", 0) + literal(b"sec-fetch-site", b"same-origin", 0)
    begin = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0)
    first = frame(1, 4, 1, request + literal(b"x", b"a" * 2000, 0x40))
    return (
        begin
        + first
        + b"".join(frame(1, 4, 2 * number + 3, request + b"\xbe" * references) for number in range(streams))
    )


def test_a_header_bomb_finds_no_http2(flooded: Product, at_rest: int) -> None:
    """A connection that begins as HTTP/2 is closed at once, and 318 KB of compressed headers take no memory."""
    with connect(flooded) as connection:
        send(connection, header_bomb(40, 7800))
        time.sleep(2)  # what would grow has grown
        assert memory(flooded) - at_rest < 30 * MIB
        assert received(connection) == b""
    assert_served(flooded)


def test_an_upgrade_to_http2_is_not_taken(flooded: Product) -> None:
    """A request to go on as HTTP/2 is answered as HTTP/1.1."""
    upgrade = b"Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
    assert exchange(flooded, GET + upgrade).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (GET + b"x: " + b"a" * 64 * 1024 + b"\r\n\r\n", 431),
        (GET + b"x: " + b"a" * 4 * MIB + b"\r\n\r\n", 431),
        (GET + b"".join(b"x%d: a\r\n" % number for number in range(101)) + b"\r\n", 431),
        (GET + b"".join(b"x%d: a\r\n" % number for number in range(100_000)) + b"\r\n", 431),
        (b"GET /?" + b"a" * 64 * 1024 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
        (CHUNKED + b"0\r\n" + b"".join(b"x%d: a\r\n" % number for number in range(5000)) + b"\r\n", 400),
        (CHUNKED + b"0\r\nx: " + b"a" * 4 * MIB + b"\r\n\r\n", 400),
        (CHUNKED[:-7] + b"2;" + b"a" * 4 * MIB + b"\r\n{}\r\n0\r\n\r\n", 400),
        (CHUNKED[:-7] + b"1;aaaaaaaaaaaaaaaaaaaaaaaa\r\n \r\n" * 20_000 + b"0\r\n\r\n", 400),
        (CHUNKED[:-7] + b"zz\r\n", 400),
    ],
    ids=[
        *("64 KiB header", "4 MiB header", "101 headers", "100000 headers", "64 KiB path"),
        *("5000 trailers", "4 MiB trailer", "4 MiB chunk extension", "20000 chunk extensions", "no chunk size"),
    ],
)
def test_what_is_too_large_is_refused(flooded: Product, sent: bytes, status: int) -> None:
    """Headers, trailers and chunk extensions over their bounds are 4xx and end the connection; nothing is held."""
    before = memory(flooded)
    assert status_of(exchange(flooded, sent)) == status
    assert memory(flooded) - before < 20 * MIB


def test_what_is_large_and_allowed_is_taken(flooded: Product) -> None:
    """Thirty KiB of headers, or ninety-nine of them, are served."""
    for headers in (b"x: " + b"a" * 30 * 1024 + b"\r\n", b"".join(b"x%d: a\r\n" % number for number in range(97))):
        assert status_of(exchange(flooded, GET + b"Connection: close\r\n" + headers + b"\r\n")) == 200


def test_who_is_too_slow_is_cut_off(flooded: Product) -> None:
    """Ten seconds after the last byte that was due, headers and silence end, a body is 408; one that comes is taken."""
    slow = {"silent": b"", "half a head": GET, "after an answer": GET + b"\r\n"}
    body = b'{"key": "sk-helicone-no", "pad": "' + b" " * 28_000 + b'"}'
    with contextlib.ExitStack() as stack:
        connections = {name: stack.enter_context(connect(flooded)) for name in [*slow, "stopped body", "coming body"]}
        for name, sent in slow.items():
            connections[name].sendall(sent)
        connections["after an answer"].recv(65536)
        connections["stopped body"].sendall(SIGN_IN + b"Content-Length: 100\r\n\r\n{")
        connections["coming body"].sendall(SIGN_IN + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
        began = time.monotonic()
        for at in range(0, len(body), 1000):
            connections["coming body"].sendall(body[at : at + 1000])
            time.sleep(0.45)  # 2.2 KB a second, for thirteen seconds
        assert time.monotonic() - began > 12
        assert {name: received(connections[name]) for name in slow} == dict.fromkeys(slow, b"")
        stopped, came = received(connections["stopped body"]), received(connections["coming body"])
    assert status_of(stopped) == 408
    assert b"helicorder-error: body_too_slow" in stopped
    assert b'{"data":null,"error":"The body did not come in time' in stopped
    assert status_of(came) == 422


def test_a_trickle_of_headers_ends(flooded: Product) -> None:
    """A head that comes a byte at a time has ten seconds in all."""
    with connect(flooded) as connection:
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - began < 20:
                connection.sendall(b"x")
                time.sleep(0.2)
        assert 8 < time.monotonic() - began < 15


@contextlib.contextmanager
def many(product: Product, count: int, sent: bytes, *addresses: str) -> Iterator[list[socket.socket]]:
    """That many connections from each address, which have sent the same bytes and wait."""
    with contextlib.ExitStack() as stack:
        connections = []
        for address in addresses:
            for _ in range(count):
                connections.append(stack.enter_context(connect(product, address)))
                send(connections[-1], sent)
        yield connections


def count_open(connections: list[socket.socket]) -> int:
    """How many of these the server has not closed."""
    found = 0
    for connection in connections:
        connection.setblocking(False)
        try:
            found += connection.recv(1) != b""
        except BlockingIOError:
            found += 1
        except ConnectionError:
            pass
    return found


def count_held(product: Product, address: str) -> int:
    """How many connections of an address the server has."""
    found = product.tree()[0].net_connections("tcp")
    return sum(bool(connection.raddr) and connection.raddr.ip == address for connection in found)


@pytest.mark.usefixtures("at_rest")
def test_an_address_has_its_share_of_connections(flooded: Product) -> None:
    """Of 1,300 connections of one address 300 are closed within seconds; what carries a request goes on."""
    tail = b"GET /v1/calls/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\n\r\n" % flooded.key.encode()
    with many(flooded, PER_ADDRESS + 299, GET, BAD) as connections, connect(flooded) as stream:
        stream.sendall(tail)
        assert stream.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert_served(flooded)
        deadline = time.monotonic() + 5
        while count_open(connections) == len(connections) or (held := count_held(flooded, BAD)) > PER_ADDRESS:
            assert time.monotonic() < deadline, "too many are open"
            time.sleep(0.2)
        assert held > PER_ADDRESS - 50
        assert count_open([stream]) == 1
        assert_served(flooded)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (b"/health/live", b'{"data":null,"error":"Too many requests of this address'),
        (b"/v1/gateway/oai/v1/models", b'"code":"too_many_requests"'),
    ],
)
def test_an_address_has_its_share_of_requests(flooded: Product, path: bytes, said: bytes) -> None:
    """With a thousand requests of an address under way the next is 429, in the path's shape; others are served."""
    wait = SIGN_IN + b"Content-Length: 100\r\n\r\n{"
    ask = b"GET %b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path
    with many(flooded, PER_ADDRESS, wait, BAD):
        deadline = time.monotonic() + 5
        while status_of(answer := exchange(flooded, ask)) != 429:
            assert time.monotonic() < deadline, answer
        assert said in answer
        assert b"retry-after: 1" in answer
        assert_served(flooded)
    deadline = time.monotonic() + 5
    while status_of(exchange(flooded, ask)) == 429:
        assert time.monotonic() < deadline


def test_memory_of_heads_comes_back(flooded: Product, at_rest: int) -> None:
    """After 3,000 connections that each held 30 KB of a head the server is within 50 MiB of what it was."""
    with many(flooded, PER_ADDRESS, GET + b"x: " + b"a" * 30_000, BAD, WORSE, WORST):
        wait_for_flood(flooded, at_rest + 90 * MIB)
        assert_served(flooded)
        time.sleep(2)  # the allocator returns at once what was used for a moment
        assert memory(flooded) - at_rest < 500 * MIB
    wait_for_memory(flooded, at_rest + 50 * MIB)


def test_memory_of_bodies_comes_back(flooded: Product, at_rest: int) -> None:
    """After 300 bodies of 900 KB that nobody completed the server is within 50 MiB of what it was."""
    headers = b"Authorization: Bearer %b\r\nContent-Type: application/json\r\n" % flooded.key.encode()
    body = b"Content-Length: 900001\r\n\r\n" + b"[1,2,3,4" * 112_500
    score = b"POST /v1/request/flood/score HTTP/1.1\r\nHost: x\r\n" + headers + body
    with many(flooded, 300, score, GOOD):
        wait_for_flood(flooded, at_rest + 200 * MIB)
        assert_served(flooded)
        assert memory(flooded) - at_rest < 500 * MIB
    wait_for_memory(flooded, at_rest + 50 * MIB)


@pytest.mark.slow
def test_floods_again_and_again_leave_nothing(flooded: Product) -> None:
    """Ten rounds of every flood leave no more memory, files or logged failures than the first."""
    sent: list[Any] = [GET + b"x: " + b"a" * 30_000, SIGN_IN + b"Content-Length: 48001\r\n\r\n" + b" " * 48_000, b""]
    figures = []
    for _ in range(10):
        for each in sent:
            with many(flooded, PER_ADDRESS + 100, each, BAD, WORSE):
                assert_served(flooded)
        deadline = time.monotonic() + MINUTE
        while flooded.tree()[0].num_fds() > 100:
            assert time.monotonic() < deadline
            time.sleep(0.5)
        time.sleep(7)  # memory is looked at every five seconds
        figures.append(memory(flooded))
    assert max(figures[5:]) - figures[0] < 30 * MIB, [figure // MIB for figure in figures]
    assert '"level": "error"' not in Path(flooded.log_path).read_text()
