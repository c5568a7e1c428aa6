"""Streams that stand open: thousands that are silent, and some whose callers hardly read. Memory is what counts."""

import asyncio
import contextlib
import pathlib
import subprocess
import sys
import time
from collections.abc import Iterator

from faults.server import Server
from faults.trial import Trial

STREAMS = 5_000
KB_PER_STREAM = 64.0
SLOW_READERS = 50
SLOW_READER_MB = 4.0
SLOW_SECONDS = 10.0
CHAT = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}'
OPEN_AT_ONCE = 100
SETTLE_SECONDS = 3.0
UPSTREAM = pathlib.Path(__file__).with_name("endless_upstream.py")


def idle_streams(trial: Trial) -> None:
    """Silent streams by the thousand cost some kilobytes each, and give them back."""
    with _upstream("silent") as url:
        server = trial.server(provider_openai_url=url, upstream_idle_seconds="3600").start()
        asyncio.run(_idle(trial, server))


def slow_readers(trial: Trial) -> None:
    """Callers that hardly read from endless answers hold the upstream back, and the server's memory stays."""
    with _upstream("endless") as url:
        server = trial.server(provider_openai_url=url, capture_mb="1").start()
        asyncio.run(_slow(trial, server))


async def _idle(trial: Trial, server: Server) -> None:
    before = _memory(server)
    began = time.monotonic()
    lines = []
    for _ in range(0, STREAMS, OPEN_AT_ONCE):
        lines += await asyncio.gather(*(_opened(server) for _ in range(OPEN_AT_ONCE)))
    took = time.monotonic() - began
    await asyncio.sleep(SETTLE_SECONDS)
    each = (_memory(server) - before) / STREAMS / 1024
    trial.outcome.faults += STREAMS
    trial.outcome.figures.append(f"{each:.1f} KB a stream, {STREAMS / took:.0f} opened a second")
    if each > KB_PER_STREAM:
        trial.outcome.failures.append(f"a silent stream costs {each:.1f} KB; {KB_PER_STREAM:.0f} are allowed")
    await asyncio.to_thread(_expect_writes, trial, server)
    for _, writer in lines:
        writer.close()
    await asyncio.sleep(SETTLE_SECONDS)
    if left := await asyncio.to_thread(_until_none_in_flight, server):
        trial.outcome.failures.append(f"{left:.0f} calls are still in flight after their callers have left")


async def _slow(trial: Trial, server: Server) -> None:
    before = _memory(server)
    lines = await asyncio.gather(*(_opened(server) for _ in range(SLOW_READERS)))
    until = time.monotonic() + SLOW_SECONDS
    while time.monotonic() < until:
        for reader, _ in lines:
            await reader.read(2048)
        await asyncio.sleep(0.25)
    each = (_memory(server) - before) / SLOW_READERS / 2**20
    trial.outcome.faults += SLOW_READERS
    trial.outcome.figures.append(f"{each:.2f} MB a slow reader, of which up to 1 MB is the copy that is recorded")
    if each > SLOW_READER_MB:
        trial.outcome.failures.append(f"a slow reader costs {each:.1f} MB")
    await asyncio.to_thread(_expect_writes, trial, server)
    for _, writer in lines:
        writer.close()


async def _opened(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A proxied stream whose head has arrived."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=4096)
    head = (
        "POST /v1/gateway/oai/v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Helicone-Auth: Bearer {server.key}\r\n"
        f"Authorization: Bearer sk-fake\r\nContent-Type: application/json\r\nContent-Length: {len(CHAT)}\r\n\r\n"
    )
    writer.write(head.encode() + CHAT)
    async with asyncio.timeout(60):
        status = await reader.readline()
        assert b" 200 " in status, status
    return reader, writer


def _expect_writes(trial: Trial, server: Server) -> None:
    """Others are served meanwhile."""
    answer = server.ask("POST", "/v1/request/beside/score", {"scores": {"s": 0.5}})
    trial.outcome.acknowledged += answer.status == 200
    shown = server.ask("GET", "/v1/request/beside/scores").json()["data"] if answer.status == 200 else []
    trial.outcome.lost += answer.status == 200 and not shown
    if answer.status != 200:
        trial.outcome.failures.append(f"a write beside the streams was answered with {answer.status}")


def _until_none_in_flight(server: Server, seconds: float = 20.0) -> float:
    deadline = time.monotonic() + seconds
    while (left := server.metric("helicorder_calls_in_flight")) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def _memory(server: Server) -> int:
    return int(server.tree()[0].memory_info().rss)


@contextlib.contextmanager
def _upstream(kind: str) -> Iterator[str]:
    """A provider in a process of its own, so that each process has its own open files; its base URL."""
    with subprocess.Popen([sys.executable, str(UPSTREAM), kind], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()
