"""The load generator: a process of its own that keeps N connections busy, one request at a time on each.

Lean on purpose, as it shares the machine with the server it measures: it looks at as little of an answer as tells its
status and its end (Content-Length, or the last chunk). An answer that is not 2xx is counted as an error.
"""

import asyncio
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import cast

import msgspec
import uvloop

# Stands in a request for a number that no other request of any run has; as long as what replaces it.
NUMBER = "#" * 16
_STUCK_SECONDS = 60
_LAST_CHUNK = b"\r\n0\r\n\r\n"


class Job(msgspec.Struct, frozen=True):
    """What to send, where, and for how long."""

    port: int
    request: bytes
    clients: int
    seconds: float


class Outcome(msgspec.Struct, frozen=True):
    """What a run of load came to.

    Attributes:
        good, errors: answers with a 2xx status and others.
        warm_up: good answers before the clock ran.
        p50, p99: latency in milliseconds.
        busy: the share of one core that the load generator itself used.
    """

    good: int
    errors: int
    warm_up: int
    seconds: float
    p50: float
    p99: float
    busy: float

    @property
    def per_second(self) -> float:
        """Good answers per second."""
        return self.good / self.seconds

    def __str__(self) -> str:
        rate = f"{self.per_second:9,.0f}/s  p50 {self.p50:7.2f} ms  p99 {self.p99:7.2f} ms  load {self.busy:4.0%}"
        return rate + (f"  {self.errors} ERRORS" if self.errors else "")


def get(path: str) -> bytes:
    """The bytes of a GET."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def post(path: str, body: str, **headers: str) -> bytes:
    """The bytes of a POST with a JSON body, in ASCII; header names with _ for -."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def run(job: Job) -> Outcome:
    """Load a loopback port from a new process, after a warm-up of a fifth of the time."""
    done = subprocess.run(
        [sys.executable, __file__], input=msgspec.json.encode(job), stdout=subprocess.PIPE, check=True
    )
    return msgspec.json.decode(done.stdout, type=Outcome)


class _Client(asyncio.Protocol):
    """One connection: sends the next request when an answer has ended, until the time is up."""

    def __init__(self, job: Job, numbers: Iterator[int], until: float) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.latencies: list[float] = []
        self.errors = 0
        self._request = job.request
        self._numbers = numbers
        self._until = until
        self._sent = 0.0
        self._received = b""
        self._ends_at: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("The server closed a connection."))

    def data_received(self, data: bytes) -> None:
        self._received = received = self._received + data if self._received else data
        if self._ends_at is None and (head := received.find(b"\r\n\r\n")) != -1:
            self._ends_at = _end_of_body(received[: head + 2].lower(), head + 4)
        if self._ends_at is None:
            return
        if len(received) == self._ends_at or (not self._ends_at and received.endswith(_LAST_CHUNK)):
            self._answered()

    def _answered(self) -> None:
        now = time.perf_counter()
        self.latencies.append(now - self._sent)
        self.errors += self._received[9:10] != b"2"
        self._received = b""
        self._ends_at = None
        if now < self._until:
            self._send()
        else:
            self.done.set_result(None)
            self._transport.close()

    def _send(self) -> None:
        request = self._request.replace(NUMBER.encode(), b"%016d" % next(self._numbers))
        self._sent = time.perf_counter()
        self._transport.write(request)


def _end_of_body(head: bytes, start: int) -> int:
    """Where an answer ends, by its head in lower case and where its body starts; 0 where its last chunk tells."""
    _, found, rest = head.partition(b"\r\ncontent-length:")
    return start + int(rest[: rest.index(b"\r")]) if found else 0


async def _load(job: Job) -> Outcome:
    numbers = itertools.count(time.time_ns() // 1000)
    warm_up = await _clients(job, numbers, job.seconds / 5)
    began, cpu = time.perf_counter(), time.process_time()
    clients = await _clients(job, numbers, job.seconds)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    latencies = sorted(latency for client in clients for latency in client.latencies)
    errors = sum(client.errors for client in clients)
    return Outcome(
        good=len(latencies) - errors,
        errors=errors,
        warm_up=sum(len(client.latencies) - client.errors for client in warm_up),
        seconds=seconds,
        p50=1000 * latencies[len(latencies) // 2],
        p99=1000 * latencies[int(0.99 * (len(latencies) - 1))],
        busy=cpu / seconds,
    )


async def _clients(job: Job, numbers: Iterator[int], seconds: float) -> list[_Client]:
    loop = asyncio.get_running_loop()
    until = time.perf_counter() + seconds
    clients = [_Client(job, numbers, until) for _ in range(job.clients)]
    async with asyncio.timeout(seconds + _STUCK_SECONDS):
        for client in clients:
            await loop.create_connection(lambda client=client: client, "127.0.0.1", job.port)  # type: ignore[misc]
        await asyncio.gather(*(client.done for client in clients))
    return clients


if __name__ == "__main__":
    sys.stdout.buffer.write(
        msgspec.json.encode(uvloop.run(_load(msgspec.json.decode(sys.stdin.buffer.read(), type=Job))))
    )
