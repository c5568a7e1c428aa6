"""Upstreams that misbehave: the caller gets their bytes up to the fault, the record exactly one call."""

from __future__ import annotations

import asyncio
import gc
import socket
import time
from typing import TYPE_CHECKING

import pytest

from helicorder.model.call import Ending

if TYPE_CHECKING:
    from gateway.conftest import Heard, Rig

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
PAUSE = b"<pause>"
BROKEN, DONE = Ending.UPSTREAM_RESET, Ending.DONE

# What the upstream writes before it closes; whether the caller sees a complete answer; its status and body; the ending.
FAULTS = {
    "closes at once": (b"", True, 502, None, BROKEN),
    "not HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", True, 502, None, BROKEN),
    "head cut short": (b"HTTP/1.1 200 OK\r\nContent-Ty", True, 502, None, BROKEN),
    "no blank line": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", True, 502, None, BROKEN),
    "head only": (HEAD + b"Content-Length: 5\r\n\r\n", False, 200, b"", BROKEN),
    "body cut short": (HEAD + b'Content-Length: 5\r\n\r\n{"a', False, 200, b'{"a', BROKEN),
    "chunk cut short": (SSE + CHUNKED + b"10\r\ndata: 1", False, 200, b"data: 1", BROKEN),
    "no last chunk": (SSE + CHUNKED + b"9\r\ndata: 1\n\n\r\n", False, 200, b"data: 1\n\n", BROKEN),
    "bad chunk size": (SSE + CHUNKED + b"zz\r\n", True, 502, None, BROKEN),
    "bad chunk later": (
        SSE + CHUNKED + b"9\r\ndata: 1\n\n\r\n" + PAUSE + b"zz\r\n",
        False,
        200,
        b"data: 1\n\n",
        BROKEN,
    ),
    "two lengths": (HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", True, 502, None, BROKEN),
    "body until close": (HEAD + b"\r\n{}", True, 200, b"{}", DONE),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\nhello", True, 200, b"hello", DONE),
    "more than its length": (HEAD + b"Content-Length: 2\r\n\r\n{}garbage", True, 502, None, BROKEN),
    "more after a while": (HEAD + b"Content-Length: 2\r\n\r\n{}" + PAUSE + b"garbage", True, 200, b"{}", DONE),
    "broken JSON": (HEAD + b"Content-Length: 3\r\n\r\n{]\xff", True, 200, b"{]\xff", DONE),
    "broken gzip": (HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", True, 200, b"nope", DONE),
    "garbage events": (SSE + b"\r\n\xff\xfe\r\r\rdata\n{", True, 200, b"\xff\xfe\r\r\rdata\n{", DONE),
    "[DONE] twice": (SSE + b"\r\ndata: [DONE]\n\ndata: [DONE]\n\n", True, 200, b"data: [DONE]\n\n" * 2, DONE),
    "many 1xx": (
        b"HTTP/1.1 102 Processing\r\n\r\n" * 50 + HEAD + b"Content-Length: 2\r\n\r\n{}",
        True,
        200,
        b"{}",
        DONE,
    ),
    "switches protocols": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nhello", True, 502, None, BROKEN),
    "too many headers": (HEAD + b"X-A: b\r\n" * 100_000 + b"Content-Length: 0\r\n\r\n", True, 502, None, BROKEN),
    "a huge header": (HEAD + b"X-A: " + b"b" * 300_000 + b"\r\nContent-Length: 0\r\n\r\n", True, 502, None, BROKEN),
    "control characters": (HEAD + b"X-A: a\x00b\r\nContent-Length: 0\r\n\r\n", True, 502, None, BROKEN),
    "status out of range": (b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", True, 999, b"", DONE),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_passed_on_and_recorded(rig: Rig, fault: str) -> None:
    """Bytes are unchanged up to the fault, a broken answer is visibly broken, and there is one call."""
    wire, complete, status, body, ending = FAULTS[fault]

    async def misbehave(heard: Heard) -> None:
        for number, piece in enumerate(wire.split(PAUSE)):
            await asyncio.sleep(0.03 if number else 0)
            await heard.send(piece)
        heard.writer.close()

    rig.origin.script = misbehave
    answer = await rig.ask()
    (call,) = await rig.recorded()
    assert (answer.status, answer.complete) == (status, complete)
    if body is None:
        assert answer.error()["code"] == "upstream_unreachable"
    else:
        assert answer.body == body
    assert (call.ending, call.status) == (ending, 502 if ending is BROKEN else status)


@pytest.mark.parametrize("after", range(0, 200, 20))
async def test_a_reset_anywhere_is_one_broken_call(rig: Rig, after: int, caplog: pytest.LogCaptureFixture) -> None:
    """Wherever in an answer the reset falls, the caller never takes it for an end, and one call says it broke off."""
    wire = SSE + CHUNKED + b"9\r\ndata: 1\n\n\r\n" * 10

    async def reset(heard: Heard) -> None:
        await heard.send(wire[:after])
        heard.reset()

    rig.origin.script = reset
    answer = await rig.ask()
    (call,) = await rig.recorded()
    assert not answer.complete or answer.status == 502
    gc.collect()
    assert "never retrieved" not in caplog.text
    assert (call.ending, call.status) == (BROKEN, 502)


async def test_a_trickling_upstream_is_not_idle(rig: Rig) -> None:
    """An answer that takes much longer than the idle time arrives whole as long as it keeps moving."""
    await rig.start(idle_seconds=0.2)

    async def trickle(heard: Heard) -> None:
        await heard.send(HEAD + b"Content-Length: 12\r\n\r\n")
        for _ in range(12):
            await asyncio.sleep(0.04)
            await heard.send(b"x")

    rig.origin.script = trickle
    answer = await rig.ask()
    (call,) = await rig.recorded()
    assert (answer.body, call.ending) == (b"x" * 12, DONE)


async def test_an_endless_line_passes_without_piling_up(rig: Rig) -> None:
    """A ten-megabyte event without a line break is passed on in parts, and the record keeps what it may."""
    block = b"x" * 100_000

    async def endless(heard: Heard) -> None:
        await heard.begin()
        await heard.chunk(b"data: " + block, *[block] * 99)
        await heard.finish()

    rig.origin.script = endless
    answer = await rig.ask()
    (call,) = await rig.recorded()
    assert (answer.complete, len(answer.body)) == (True, 10_000_006)
    assert (call.ending, len(call.response_body or "")) == (DONE, 1 << 20)


@pytest.mark.timed
async def test_an_upstream_that_does_not_accept_is_a_504(rig: Rig) -> None:
    """A connection that is never accepted ends after the time to connect, as a recorded 504."""
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    fillers = []
    for _ in range(4):  # what the kernel's queue takes before it ignores further SYNs
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(full.getsockname())
        fillers.append(filler)
    await rig.start(connect_seconds=0.3)
    started = time.monotonic()
    answer = await rig.ask("/v1/gateway/x", headers=[f"Helicone-Target-Url: http://127.0.0.1:{full.getsockname()[1]}"])
    (call,) = await rig.recorded()
    assert time.monotonic() - started < 2
    assert (answer.status, call.status, call.ending) == (504, -2, Ending.UPSTREAM_TIMEOUT)
    for sock in (full, *fillers):
        sock.close()


async def test_a_tls_failure_is_a_502(rig: Rig) -> None:
    """An upstream that does not speak TLS where https is asked for is a recorded 502 that says so."""

    def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        answer = await rig.ask("/v1/gateway/x", headers=[f"Helicone-Target-Url: https://127.0.0.1:{port}"])
    (call,) = await rig.recorded()
    assert (answer.status, call.status) == (502, 502)
    assert "TLS" in answer.error()["message"]


async def test_a_name_that_does_not_resolve_is_a_502(rig: Rig) -> None:
    """An unknown host name, or one that cannot be a name, is a recorded 502 that says so."""
    for host in ("no-such-host.invalid", "a..b", "x" * 64 + ".invalid"):
        answer = await rig.ask("/v1/gateway/x", headers=[f"Helicone-Target-Url: http://{host}"])
        assert (answer.status, answer.error()["code"]) == (502, "upstream_unreachable"), host
    assert {call.status for call in await rig.recorded(3)} == {502}


async def test_connections_are_reused_and_broken_ones_are_not(rig: Rig) -> None:
    """Finished answers share one upstream connection; one that was broken off is closed for good."""
    for _ in range(5):
        await rig.ask()
    assert rig.origin.connections == 1

    async def cut(heard: Heard) -> None:
        await heard.begin()
        await heard.chunk(b"data: 1\n\n")

    normal, rig.origin.script = rig.origin.script, cut
    line = await rig.post()
    await line.head()
    await line.chunk()
    line.close()
    await rig.recorded(6)
    rig.origin.script = normal
    assert (await rig.ask()).body == rig.chat_answer
    assert rig.origin.connections == 2
