"""An answer's bytes reach the caller as the upstream sent them, cut where the upstream cut them."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import time
from typing import TYPE_CHECKING

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helicorder.model.call import Ending

if TYPE_CHECKING:
    from gateway.conftest import Heard, Rig

EVENT = b'data: {"choices":[{"index":0,"delta":{"content":"%d"}}]}\n\n'
per_example = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
pieces_of_bytes = st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=12)


@per_example
@given(pieces=pieces_of_bytes, content_type=st.sampled_from(["text/event-stream", "application/json", "audio/mpeg"]))
async def test_chunks_arrive_as_they_were_cut(rig: Rig, pieces: list[bytes], content_type: str) -> None:
    """Every chunk of a chunked answer is one chunk of what the caller reads, whatever it holds."""

    async def in_chunks(heard: Heard) -> None:
        await heard.begin(content_type)
        await heard.chunk(*pieces)
        await heard.finish()

    rig.origin.script = in_chunks
    answer = await rig.ask()
    assert (answer.complete, answer.chunks) == (True, pieces)


@per_example
@given(body=st.binary(max_size=5000), cuts=st.lists(st.integers(0, 5000), max_size=6))
async def test_bodies_of_known_length_are_identical(rig: Rig, body: bytes, cuts: list[int]) -> None:
    """A body with a Content-Length keeps it and its bytes, however the network splits it."""
    edges = sorted({0, len(body), *(cut for cut in cuts if cut < len(body))})

    async def in_writes(heard: Heard) -> None:
        await heard.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n")
        await heard.send(b"Content-Length: %d\r\n\r\n" % len(body))
        for start, end in itertools.pairwise(edges):
            await heard.send(body[start:end])

    rig.origin.script = in_writes
    answer = await rig.ask()
    assert (answer.complete, answer.body) == (True, body)
    assert answer.header("content-length") == str(len(body))


@per_example
@given(count=st.integers(1, 8), cuts=st.lists(st.integers(1, 400), max_size=8))
async def test_an_event_split_by_the_network_is_made_whole(rig: Rig, count: int, cuts: list[int]) -> None:
    """A chunk that arrives in several packets is still one chunk for the caller: clients lose events cut in two."""
    events = [EVENT % number for number in range(count)]
    wire = b"".join(b"%x\r\n%b\r\n" % (len(event), event) for event in events) + b"0\r\n\r\n"
    edges = sorted({0, len(wire), *(cut for cut in cuts if cut < len(wire))})

    async def in_packets(heard: Heard) -> None:
        await heard.begin()
        for start, end in itertools.pairwise(edges):
            await heard.send(wire[start:end])
            await asyncio.sleep(0.001)

    rig.origin.script = in_packets
    answer = await rig.ask()
    assert (answer.complete, answer.chunks) == (True, events)


async def test_events_are_not_held_for_a_chunk_that_stays_open(rig: Rig) -> None:
    """Whole events inside one huge chunk go out when they come, long before the chunk ends."""
    proceed = asyncio.Event()
    first, second = EVENT % 1, EVENT % 2

    async def one_chunk(heard: Heard) -> None:
        await heard.begin()
        await heard.send(b"%x\r\n%b" % (len(first + second), first))
        await proceed.wait()
        await heard.send(second + b"\r\n0\r\n\r\n")

    rig.origin.script = one_chunk
    line = await rig.post()
    await line.head()
    assert await line.chunk() == first
    proceed.set()
    assert await line.chunk() == second


async def test_part_of_an_event_is_given_out_before_a_reset(rig: Rig) -> None:
    """What was held back for an unfinished event still reaches the caller when the upstream breaks off."""

    async def break_off(heard: Heard) -> None:
        await heard.begin()
        await heard.send(b"100\r\ndata: half an ev")
        await asyncio.sleep(0.05)
        heard.reset()

    rig.origin.script = break_off
    answer = await rig.ask()
    assert (answer.complete, answer.body) == (False, b"data: half an ev")


async def test_all_that_came_before_the_break_is_passed_on_to_a_slow_caller(rig: Rig) -> None:
    """Bytes that had arrived when the upstream broke off are still passed on, though the caller was slow to read.

    What the server itself then still buffers for that caller goes down with the connection.
    """
    size = 8_000_000

    async def burst(heard: Heard) -> None:
        await heard.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % (2 * size))
        await heard.send(b"x" * size)
        heard.writer.write_eof()
        await heard.closed()

    rig.origin.script = burst
    line = await rig.post()
    await line.head()
    received = 0
    while piece := await line.reader.read(65_536):
        received += len(piece)
        await asyncio.sleep(0.001)
    (call,) = await rig.recorded()
    assert call.size_bytes == size + len(rig.chat)
    assert size - 500_000 < received <= size


async def test_the_head_goes_out_before_the_first_byte_of_the_body(rig: Rig) -> None:
    """A caller gets a stream's head at once, however long the model thinks about its first token."""
    proceed = asyncio.Event()

    async def think(heard: Heard) -> None:
        await heard.begin()
        await proceed.wait()
        await heard.chunk(EVENT % 1)
        await heard.finish()

    rig.origin.script = think
    line = await rig.post()
    status, _ = await line.head()
    proceed.set()
    assert (status, await line.chunk()) == (200, EVENT % 1)


async def test_codings_pass_undecoded(rig: Rig) -> None:
    """A compressed answer reaches the caller compressed, and is recorded readable."""
    packed = gzip.compress(rig.chat_answer)

    async def compressed(heard: Heard) -> None:
        await heard.plain(packed, "Content-Encoding: gzip")

    rig.origin.script = compressed
    answer = await rig.ask(headers=["Accept-Encoding: gzip, deflate, br"])
    (call,) = await rig.recorded()
    assert (answer.body, answer.header("content-encoding")) == (packed, "gzip")
    assert rig.origin.heard[0].header("accept-encoding") == "gzip, deflate"
    assert (call.response_body, call.usage.prompt) == (rig.chat_answer.decode(), 1000)


@pytest.mark.parametrize(
    ("method", "raw", "status"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n", 200),
        ("GET", b"HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n", 204),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", 304),
        ("DELETE", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200),
        ("GET", b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", 302),
        ("GET", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200),
        ("POST", b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}", 429),
        ("POST", b"HTTP/1.1 529 Overloaded\r\nContent-Length: 2\r\n\r\n{}", 529),
    ],
)
async def test_heads_without_bodies_and_odd_statuses(rig: Rig, method: str, raw: bytes, status: int) -> None:
    """Every method is proxied; answers without a body, redirects and errors pass as they are and are recorded once."""

    async def verbatim(heard: Heard) -> None:
        await heard.send(raw)

    rig.origin.script = verbatim
    answer = await rig.ask("/v1/gateway/oai/v1/files/f", body=b"", method=method)
    (call,) = await rig.recorded()
    assert rig.origin.heard[0].line == f"{method} /v1/files/f HTTP/1.1"
    assert (answer.status, call.status, call.ending) == (status, status, Ending.DONE)
    assert answer.header("helicone-status") == ("failed" if status >= 400 else "success")
    for name, value in (("location", "/elsewhere"), ("retry-after", "7"), ("etag", "x")):
        assert answer.header(name) == (value if f"\n{name}:".encode() in raw.lower() else None)


async def test_the_request_reaches_the_upstream_as_sent(rig: Rig) -> None:
    """Path, query and body are forwarded byte for byte; a chunked body arrives in one piece with its length."""
    await rig.ask("/v1/gateway/oai/v1/a%2Fb//c?x=%20+1&y", body=b"\x00\xff{")
    line = await rig.post(body=b"", headers=["Transfer-Encoding: chunked"])
    line.writer.write(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    await line.answer()
    first, second = rig.origin.heard
    assert (first.line, first.body) == ("POST /v1/a%2Fb//c?x=%20+1&y HTTP/1.1", b"\x00\xff{")
    assert (second.body, second.header("content-length")) == (b"abcde", "5")
    assert second.header("transfer-encoding") is None


async def test_streams_side_by_side_do_not_mix(rig: Rig) -> None:
    """Fifty streams at once each carry their own events, and each is recorded under its own id."""

    async def own_events(heard: Heard) -> None:
        await heard.begin()
        for number in range(10):
            await heard.chunk(b"data: %b %d\n\n" % (heard.body, number))
            await asyncio.sleep(0.002)
        await heard.finish()

    rig.origin.script = own_events
    names = [b"stream-%d" % number for number in range(50)]
    answers = await asyncio.gather(
        *(rig.ask(body=name, headers=[f"Helicone-Request-Id: {name.decode()}"]) for name in names)
    )
    for name, answer in zip(names, answers, strict=True):
        assert answer.chunks == [b"data: %b %d\n\n" % (name, number) for number in range(10)]
    for call in await rig.recorded(50):
        assert call.request_body == call.request_id
        assert f"data: {call.request_id} 9" in (call.response_body or "")


async def test_a_slow_caller_holds_the_upstream_back(rig: Rig) -> None:
    """A 50 MB answer for a caller that does not read stops at the upstream instead of filling memory."""
    sent = 0
    block = b"x" * 65_536

    async def flood(heard: Heard) -> None:
        nonlocal sent
        await heard.begin("application/octet-stream")
        for _ in range(800):
            await heard.chunk(block)
            sent += len(block)
        await heard.finish()

    rig.origin.script = flood
    before = psutil.Process().memory_info().rss
    line = await rig.post()
    await line.head()
    line.writer.transport.pause_reading()  # type: ignore[attr-defined]
    await settled(lambda: sent)
    assert sent < 30_000_000
    # One MB is captured; the rest are the buffers of sockets, of the server and of both sides of this test.
    assert psutil.Process().memory_info().rss - before < 20_000_000
    line.writer.transport.resume_reading()  # type: ignore[attr-defined]
    total = 0
    while piece := await line.chunk():
        total += len(piece)
    assert total == 800 * len(block)
    (call,) = await rig.recorded()
    assert (call.ending, call.size_bytes) == (Ending.DONE, total + len(rig.chat))


async def settled(measure: object) -> None:
    """Wait until a growing number has stood still for 300 ms, at most ten seconds."""
    assert callable(measure)
    deadline = time.monotonic() + 10
    last, since = measure(), time.monotonic()
    while time.monotonic() - since < 0.3:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
        if measure() != last:
            last, since = measure(), time.monotonic()
