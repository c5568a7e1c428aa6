"""Exchanges whose bodies are too large, or too complex, to be read where the calls of others pass."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING

import pytest

from helicorder.gateway import recorder as module
from helicorder.providers.text import MAX_VALUES
from helicorder.workers.pool import LARGE_BYTES, Pool

if TYPE_CHECKING:
    from gateway.conftest import Heard, Rig

COMPLEX = b'{"model":"m","messages":[' + b"{}," * MAX_VALUES + b"{}]}"
FILLER = b"word " * (LARGE_BYTES // 5)


async def start(rig: Rig) -> None:
    """Room for large bodies."""
    await rig.start(capture_bytes=1 << 23, max_body_bytes=1 << 24)


async def echo(heard: Heard) -> None:
    """Answer with what was asked."""
    await heard.plain(heard.body)


async def test_a_large_exchange_is_recorded_as_a_small_one_is(rig: Rig) -> None:
    """Model, usage, cost, user and texts are the same, and its digest is made once, apart."""
    await start(rig)
    body = b'{"model":"m","user":"u","messages":[{"role":"user","content":"%b"}]}' % FILLER
    await rig.ask(body=body)
    await rig.ask(body=body[:40] + b'"content":"short"}]}')
    large, small = sorted(await rig.recorded(2), key=lambda call: -call.size_bytes)
    assert (large.request_model, large.user_id) == ("m", "u")
    assert (large.usage, large.cost_usd) == (small.usage, small.cost_usd)
    assert large.request_body == body.decode()
    assert small.digest is None
    assert large.digest is not None
    assert large.digest.request_preview.startswith("word word")
    assert rig.recorder.unread == 0
    assert rig.pool.pids


async def test_a_body_that_is_too_complex_passes_and_is_kept_as_text(rig: Rig) -> None:
    """It reaches the upstream and comes back byte for byte, its text is kept, and that it is not read is counted."""
    await start(rig)
    rig.origin.script = echo
    answer = await rig.ask(body=COMPLEX)
    assert answer.body == COMPLEX == rig.origin.heard[0].body
    (call,) = await rig.recorded()
    assert (call.request_body, call.response_body) == (COMPLEX.decode(), COMPLEX.decode())
    assert (call.request_model, call.response_model, call.usage.total) == ("m", "m", None)
    assert rig.recorder.unread == 1


async def test_an_answer_that_grows_is_read_apart(rig: Rig) -> None:
    """A small answer is a large one once its coding is undone, and is read where large ones are."""
    await start(rig)
    coded = gzip.compress(COMPLEX)
    assert len(coded) < LARGE_BYTES

    async def reply(heard: Heard) -> None:
        await heard.plain(coded, "Content-Encoding: gzip")

    rig.origin.script = reply
    assert (await rig.ask()).body == coded
    await rig.recorded()
    assert rig.pool.pids


async def test_a_reading_that_fails_costs_no_call(rig: Rig) -> None:
    """Where no worker can read the bodies in time, the call is recorded all the same, and what they say is unknown."""
    await start(rig)
    hurried = Pool(job_seconds=0.0)
    rig.recorder._pool = hurried
    await rig.ask(body=COMPLEX)
    (call,) = await rig.recorded()
    assert (call.status, call.request_model, call.usage.total, call.request_body) == (200, None, None, None)
    assert (rig.recorder.unread, hurried.killed) == (1, 2)
    await hurried.close()


async def test_what_waits_to_be_read_is_bounded(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound of one organisation, calls are recorded without their bodies instead of filling the memory."""
    await start(rig)
    monkeypatch.setattr(module, "WAITING_BYTES", len(COMPLEX) * 3 // 2)
    await asyncio.gather(*(rig.ask(body=COMPLEX) for _ in range(3)))
    calls = await rig.recorded(3)
    assert sorted(call.request_body is None for call in calls) == [False, True, True]
    assert [call.status for call in calls] == [200] * 3


async def test_closing_hands_on_what_is_not_read(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that stops records the calls whose bodies nobody has read yet, and waits for none for long."""
    await start(rig)
    monkeypatch.setattr(module, "_CLOSE_SECONDS", 0.0)
    line = await rig.post(body=COMPLEX)
    await line.answer()
    assert rig.loaded == []
    await rig.recorder.close()
    await rig.ingest.barrier()
    assert [call.request_body for call in rig.loaded] == [None]
