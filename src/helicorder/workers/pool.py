"""A few worker processes that do what would hold the interpreter's lock for too long: reading large bodies.

A worker is started when it is first needed. One that takes too long, too much memory, or dies is replaced, and its job
alone fails. An organisation has one job under way at most, and those that wait take turns.
"""

import asyncio
import concurrent.futures
import contextlib
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import structlog

from helicorder.errors import TooComplex, Unavailable
from helicorder.workers.jobs import Outcome, decode_outcome, encode_job
from helicorder.workers.shares import Shares

LARGE_BYTES = 256 * 1024
"""Bodies over this size are read in a worker: a smaller one holds the interpreter's lock for some milliseconds."""
PROCESSES = 2
JOB_SECONDS = 30.0
MEMORY_BYTES = 1 << 30
"""Of one worker's address space: several times what the largest body that is read takes."""
Value = TypeVar("Value")

log = structlog.get_logger()


class Pool:
    """Worker processes; its methods belong to one event loop.

    Attributes:
        killed: workers that were ended because they took too long or too much memory, or that died.
    """

    def __init__(self, *, job_seconds: float = JOB_SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self.killed = 0
        self._seconds = job_seconds
        self._turns = Shares("bodies being read", each=1, in_all=PROCESSES, patience=None)
        self._workers = [_Worker(memory_bytes) for _ in range(PROCESSES)]
        self._idle = list(self._workers)
        self._threads = concurrent.futures.ThreadPoolExecutor(PROCESSES, "worker")

    @property
    def pids(self) -> list[int]:
        """The processes that run now."""
        return [worker.pid for worker in self._workers if worker.pid is not None]

    async def run(self, org_id: str, function: Callable[..., Value], *arguments: object) -> Value:
        """What a function of a module returns, called on another thread.

        Large arguments go to a worker, when it is the organisation's turn.

        Raises:
            Problem: the function raised it.
            Unavailable: it took too long.
            TooComplex: it took too much memory.
            JobFailed: it failed in another way.
        """
        if sum(len(one) for one in arguments if isinstance(one, bytes)) <= LARGE_BYTES:
            return await asyncio.to_thread(function, *arguments)
        return await self.run_in_worker(org_id, function, *arguments)

    async def run_in_worker(self, org_id: str, function: Callable[..., Value], *arguments: object) -> Value:
        """As `run`, always in a worker."""
        with (await self._turns.take(org_id)).held():
            worker = self._idle.pop()
            doing = asyncio.get_running_loop().run_in_executor(
                self._threads, worker.done, function, arguments, self._seconds
            )
            try:
                # The worker is busy until its job is over, even if nobody waits for it any more.
                outcome = await asyncio.shield(doing)
            except asyncio.CancelledError:
                worker.end()
                await asyncio.wait([doing])
                raise
            except (TimeoutError, EOFError, OSError) as error:
                self.killed += 1
                log.warning("worker_killed", error=type(error).__name__, job=function.__name__)
                raise _because(error) from error
            finally:
                self._idle.append(worker)
        if outcome.error is not None:
            raise outcome.error(outcome.message)
        value: Value = outcome.value
        return value

    async def close(self) -> None:
        """End the workers, and what they are doing."""
        for worker in self._workers:
            worker.end()
        await asyncio.to_thread(self._threads.shutdown)
        for worker in self._workers:
            worker.clean_up()


def _because(error: Exception) -> Exception:
    if isinstance(error, TimeoutError):
        return Unavailable("The body takes too long to read on this machine now; try again.")
    return TooComplex()


class _Worker:
    """One process, or the place for one. `done` belongs to one thread at a time."""

    def __init__(self, memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    @property
    def pid(self) -> int | None:
        """Of the process, if there is one."""
        return None if self._process is None else self._process.pid

    def done(self, function: Callable[..., Any], arguments: Sequence[object], seconds: float) -> Outcome:
        """Have the process call a function.

        Raises:
            TimeoutError: it took too long.
            EOFError, OSError: the process died.
        """
        job = encode_job(function, arguments)
        try:
            connection = self._connection or self._start()
            connection.send_bytes(job)
            if not connection.poll(seconds):
                raise TimeoutError
            outcome = connection.recv_bytes()
        except BaseException:
            self.clean_up()
            raise
        return decode_outcome(function, outcome)

    def end(self) -> None:
        """End the process, from any thread: `done` then fails."""
        if self._process is not None:
            self._process.kill()

    def clean_up(self) -> None:
        """End the process and forget it; the next job gets another."""
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.close()
        if process is not None:
            process.kill()
            process.wait()

    def _start(self) -> Connection:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 -- our own module, by our own interpreter
                [sys.executable, "-m", "helicorder.workers.process", str(self._memory_bytes)], stdin=theirs.fileno()
            )
        self._connection = Connection(ours.detach())
        return self._connection
