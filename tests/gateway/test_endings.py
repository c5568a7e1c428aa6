"""The five ways an exchange can end: each gives exactly one recorded call with a status of its own."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import time
from typing import TYPE_CHECKING

import msgspec
import pytest

from helicorder.model.call import Ending

if TYPE_CHECKING:
    from gateway.conftest import Heard, Rig

DELTA = b'data: {"id":"c","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"hel"}}]}\n\n'
USAGE = b'data: {"model":"gpt-4o-mini","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":100}}\n\n'
DONE = b"data: [DONE]\n\n"
GONE_WITHIN_SECONDS = 1.0


async def stream_whole(heard: Heard) -> None:
    """A chat stream with usage."""
    await heard.begin()
    await heard.chunk(DELTA, USAGE, DONE)
    await heard.finish()


async def test_a_plain_answer_is_recorded_as_done(rig: Rig) -> None:
    """A finished answer is one call with the upstream's status, its usage and its cost."""
    answer = await rig.ask()
    (call,) = await rig.recorded()
    assert answer.body == rig.chat_answer
    assert (call.ending, call.status, call.provider, call.model) == (
        Ending.DONE,
        200,
        "OPENAI",
        "gpt-4o-mini-2024-07-18",
    )
    assert (call.usage.prompt, call.usage.completion) == (1000, 100)
    assert float(call.cost_usd or 0) > 0
    assert call.request_id == answer.header("helicone-id")
    assert call.latency_ms is not None
    assert call.time_to_first_token_ms is None
    assert (call.request_body, call.response_body) == (rig.chat.decode(), rig.chat_answer.decode())


async def test_a_stream_is_recorded_as_done(rig: Rig) -> None:
    """A finished stream is one call, merged into a plain answer's shape, with the time to its first token."""
    rig.origin.script = stream_whole
    answer = await rig.ask()
    (call,) = await rig.recorded()
    assert (answer.complete, answer.chunks) == (True, [DELTA, USAGE, DONE])
    assert (call.ending, call.status, call.streamed) == (Ending.DONE, 200, True)
    assert (call.usage.prompt, call.usage.completion) == (1000, 100)
    assert call.time_to_first_token_ms is not None
    assert msgspec.json.decode(call.response_body or "")["choices"][0]["message"]["content"] == "hel"


@pytest.mark.timed
async def test_a_caller_that_leaves_is_recorded_and_the_upstream_is_released(rig: Rig) -> None:
    """When the caller leaves, the upstream's connection closes within a second and the part that came is kept."""
    closed = asyncio.get_running_loop().create_future()

    async def stall(heard: Heard) -> None:
        await heard.begin()
        await heard.chunk(DELTA)
        closed.set_result(await heard.closed())

    rig.origin.script = stall
    line = await rig.post()
    await line.head()
    assert await line.chunk() == DELTA
    left = time.monotonic()
    line.close()
    assert await asyncio.wait_for(closed, 5) - left < GONE_WITHIN_SECONDS
    (call,) = await rig.recorded()
    assert (call.ending, call.status) == (Ending.CALLER_GONE, -3)
    assert "hel" in (call.response_body or "")


@pytest.mark.timed
async def test_a_caller_that_leaves_before_the_head_is_recorded(rig: Rig) -> None:
    """A caller that gives up while the upstream is still thinking is noticed as soon."""
    closed = asyncio.get_running_loop().create_future()

    async def think(heard: Heard) -> None:
        closed.set_result(await heard.closed())

    rig.origin.script = think
    line = await rig.post()
    await until(lambda: bool(rig.origin.heard))
    left = time.monotonic()
    line.close()
    assert await asyncio.wait_for(closed, 5) - left < GONE_WITHIN_SECONDS
    (call,) = await rig.recorded()
    assert (call.ending, call.status) == (Ending.CALLER_GONE, -3)


async def test_a_caller_that_leaves_after_the_closing_event_changes_nothing(rig: Rig) -> None:
    """SDKs hang up right after ``[DONE]``: the call is done, whatever the connections do after it."""
    hung_up = asyncio.Event()

    async def linger(heard: Heard) -> None:
        await heard.begin()
        await heard.chunk(DELTA, USAGE, DONE)
        await heard.closed()
        hung_up.set()

    rig.origin.script = linger
    line = await rig.post()
    await line.head()
    assert [await line.chunk() for _ in range(3)] == [DELTA, USAGE, DONE]
    assert rig.ingest.stats().offered == 1
    line.close()
    await asyncio.wait_for(hung_up.wait(), 5)
    (call,) = await rig.recorded()
    assert (call.ending, call.status, call.usage.prompt) == (Ending.DONE, 200, 1000)


async def test_a_caller_that_leaves_an_ended_stream_that_nobody_could_read_leaves_it_done(rig: Rig) -> None:
    """The end of a compressed stream is not seen in passing; the record finds it, so the call is done."""
    packed = gzip.compress(DELTA + USAGE + DONE)

    async def linger(heard: Heard) -> None:
        await heard.begin("text/event-stream", "Content-Encoding: gzip")
        await heard.chunk(packed)
        await heard.closed()

    rig.origin.script = linger
    line = await rig.post()
    await line.head()
    assert await line.chunk() == packed
    line.close()
    (call,) = await rig.recorded()
    assert (call.ending, call.status, call.usage.prompt) == (Ending.DONE, 200, 1000)


async def test_a_closing_event_in_two_chunks_is_recorded_with_its_usage(rig: Rig) -> None:
    """The record waits for the whole of the closing event, because some providers put the usage into it."""
    event = (
        b'event: response.completed\ndata: {"type":"response.completed","response":{"model":"gpt-4o-mini",'
        b'"status":"completed","output":[],"usage":{"input_tokens":7,"output_tokens":3}}}\n\n'
    )

    async def cut(heard: Heard) -> None:
        await heard.begin()
        await heard.chunk(event[:40], event[40:])
        await heard.closed()

    rig.origin.script = cut
    line = await rig.post("/v1/gateway/oai/v1/responses")
    await line.head()
    assert await line.chunk() + await line.chunk() == event
    line.close()
    (call,) = await rig.recorded()
    assert (call.ending, call.usage.prompt, call.usage.completion) == (Ending.DONE, 7, 3)


async def test_an_upstream_that_breaks_off_is_recorded_and_visible(rig: Rig) -> None:
    """A reset mid-stream reaches the caller as a broken connection after every byte that had come, never as an end."""

    async def break_off(heard: Heard) -> None:
        await heard.begin()
        await heard.chunk(DELTA, DELTA)
        await asyncio.sleep(0.05)
        heard.reset()

    rig.origin.script = break_off
    answer = await rig.ask()
    (call,) = await rig.recorded()
    assert (answer.complete, answer.chunks) == (False, [DELTA, DELTA])
    assert (call.ending, call.status) == (Ending.UPSTREAM_RESET, 502)
    assert "hel" in (call.response_body or "")


async def test_a_plain_answer_cut_short_is_visible(rig: Rig) -> None:
    """A body shorter than its Content-Length is passed on as far as it came, and the connection closes."""

    async def cut(heard: Heard) -> None:
        await heard.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{}")
        heard.writer.close()

    rig.origin.script = cut
    answer = await rig.ask()
    (call,) = await rig.recorded()
    assert (answer.complete, answer.body) == (False, b"{}")
    assert (call.ending, call.status) == (Ending.UPSTREAM_RESET, 502)


async def test_an_upstream_that_falls_silent_is_recorded(rig: Rig) -> None:
    """Silence beyond the idle time mid-stream breaks the answer off and is recorded as a timeout."""
    await rig.start(idle_seconds=0.3)

    async def fall_silent(heard: Heard) -> None:
        await heard.begin()
        await heard.chunk(DELTA)
        await heard.closed()

    rig.origin.script = fall_silent
    answer = await rig.ask()
    (call,) = await rig.recorded()
    assert (answer.complete, answer.chunks) == (False, [DELTA])
    assert (call.ending, call.status) == (Ending.UPSTREAM_TIMEOUT, -2)


async def test_an_upstream_that_never_answers_is_a_504(rig: Rig) -> None:
    """Silence before the head is answered 504 in the SDKs' error shape, and recorded with it."""
    await rig.start(idle_seconds=0.3)

    async def never(heard: Heard) -> None:
        await heard.closed()

    rig.origin.script = never
    answer = await rig.ask()
    (call,) = await rig.recorded()
    assert (answer.status, answer.error()["code"]) == (504, "upstream_timeout")
    assert answer.header("helicone-id") == call.request_id
    assert (call.ending, call.status) == (Ending.UPSTREAM_TIMEOUT, -2)


async def test_an_upstream_that_cannot_be_reached_is_a_502(rig: Rig) -> None:
    """A refused connection is answered 502 and recorded."""
    await rig.origin.stop()
    answer = await rig.ask()
    (call,) = await rig.recorded()
    assert (answer.status, answer.error()["code"]) == (502, "upstream_unreachable")
    assert (call.ending, call.status) == (Ending.UPSTREAM_RESET, 502)


async def test_shutdown_lets_calls_finish_then_ends_them(rig: Rig) -> None:
    """Within the time to drain a call ends by itself; after it, it is ended and recorded as cut off by the shutdown."""
    release = asyncio.Event()

    async def wait_then_end(heard: Heard) -> None:
        await heard.begin()
        await heard.chunk(DELTA)
        if heard.header("x-patient"):
            await release.wait()
            await heard.chunk(DONE)
            await heard.finish()
        else:
            await heard.closed()

    rig.origin.script = wait_then_end
    patient = await rig.post(headers=["X-Patient: yes"])
    endless = await rig.post()
    for line in (patient, endless):
        await line.head()
        await line.chunk()
    assert rig.gateway.in_flight == 2
    draining = asyncio.create_task(rig.gateway.drain(0.4))
    await asyncio.sleep(0)
    late = await rig.ask()
    release.set()
    assert (late.status, late.error()["code"], late.header("retry-after")) == (503, "unavailable", "1")
    assert await patient.chunk() == DONE
    with contextlib.suppress(asyncio.IncompleteReadError):
        assert await endless.chunk() == b"never"
    await draining
    assert rig.gateway.in_flight == 0
    done, cut = sorted(await rig.recorded(2), key=lambda call: call.status)
    assert (done.ending, done.status) == (Ending.DONE, 200)
    assert (cut.ending, cut.status) == (Ending.SHUTDOWN, 503)


async def test_shutdown_before_the_head_is_a_503(rig: Rig) -> None:
    """A caller that still waits for its answer's head at the end of the drain reads why it gets none."""

    async def never(heard: Heard) -> None:
        await heard.closed()

    rig.origin.script = never
    line = await rig.post()
    await until(lambda: bool(rig.origin.heard))
    await rig.gateway.drain(0)
    answer = await line.answer()
    (call,) = await rig.recorded()
    assert (answer.status, answer.error()["code"]) == (503, "unavailable")
    assert (call.ending, call.status) == (Ending.SHUTDOWN, 503)


async def test_a_call_is_recorded_before_its_last_bytes(rig: Rig) -> None:
    """Whoever has read the end of an answer, be it a length, a closing event or a last chunk, finds the call."""

    async def stream_without_end(heard: Heard) -> None:
        await heard.begin("application/json")
        await heard.chunk(b"{}")
        await heard.finish()

    async def in_two_pieces(heard: Heard) -> None:
        await heard.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{")
        await asyncio.sleep(0.02)
        await heard.send(b"}")

    for count, script in enumerate((rig.origin.script, stream_whole, stream_without_end, in_two_pieces), 1):
        rig.origin.script = script
        answer = await rig.ask()
        assert answer.complete
        assert rig.ingest.stats().offered == count


async def until(condition: object) -> None:
    """Wait for a condition, at most five seconds."""
    assert callable(condition)
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)
