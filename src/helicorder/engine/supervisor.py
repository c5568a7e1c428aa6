"""Starts the engine process, keeps it alive, and stops it. Runs in the server and imports no chDB."""

import asyncio
import contextlib
import os
import secrets
import socket
import sys
import time
from pathlib import Path
from typing import Self

import msgspec
import structlog

from helicorder import errors
from helicorder.engine.orders import BACKLOG, DATABASE, Order, Report

USER = "helicorder"
START_SECONDS = 60.0
STOP_SECONDS = 10.0
FIRST_BACKOFF_SECONDS = 0.1
LAST_BACKOFF_SECONDS = 5.0
STEADY_SECONDS = 30.0
PATIENCE_SECONDS = 5.0
PROBE_INTERVAL_SECONDS = 5.0
UNRESPONSIVE_SECONDS = 30.0
DOUBT_SECONDS = 5.0
LEAST_SECONDS_BETWEEN_RENEWALS = 60.0

log = structlog.get_logger()


class Engine:
    """The embedded engine: its address stays the same however often its process is replaced.

    The listening socket belongs to this object and is lent to each child, so that the port cannot fall to a stranger
    while there is no child, and requests that come meanwhile wait instead of failing.
    """

    def __init__(self, directory: Path, *, memory_mb: int, threads: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        self._listener.setblocking(False)
        self._order = Order(
            directory=str(directory.resolve()),
            memory_mb=memory_mb,
            threads=threads,
            user=USER,
            password=secrets.token_urlsafe(32),
            listener=self._listener.fileno(),
            supervisor_pid=os.getpid(),
        )
        self._child: _Child | None = None
        self._supervision: asyncio.Task[None] | None = None
        self._doubted_since: float | None = None
        self._renewed_at = -LEAST_SECONDS_BETWEEN_RENEWALS
        self.restarts = 0
        self.ready = False

    @classmethod
    async def start(cls, directory: Path, *, memory_mb: int, threads: int) -> Self:
        """Start the engine on `directory` and return when it answers.

        Raises:
            DataDirectoryHeld: the directory belongs to a living engine.
            StartupError: the engine could not be started; the message says why.
        """
        engine = cls(directory, memory_mb=memory_mb, threads=threads)
        try:
            child = await engine._launch()
        except BaseException:
            engine._listener.close()
            raise
        engine._supervision = asyncio.create_task(engine._supervise(child))
        return engine

    @property
    def url(self) -> str:
        """Where the engine answers: clickhouse://user:password@127.0.0.1:port/database."""
        port = self._listener.getsockname()[1]
        return f"clickhouse://{USER}:{self._order.password}@127.0.0.1:{port}/{DATABASE}"

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is no child."""
        return self._child.pid if self._child is not None else None

    def doubt(self, code: int) -> None:
        """Report that the engine refused what it has to take, with ClickHouse's code.

        After a full disk chDB was seen to refuse every load until its process was replaced. So after some seconds of
        refusals without a `trust` in between the process is replaced, once a minute at most.
        """
        now = time.monotonic()
        if self._doubted_since is None:
            self._doubted_since = now
        is_due = now - self._renewed_at >= LEAST_SECONDS_BETWEEN_RENEWALS
        if self._child is not None and is_due and now - self._doubted_since >= DOUBT_SECONDS:
            log.error("engine_renewed", pid=self._child.pid, code=code)
            self._renewed_at, self._doubted_since = now, None
            self._child.end()

    def trust(self) -> None:
        """Report that the engine did what it has to."""
        self._doubted_since = None

    async def stop(self) -> None:
        """Let running statements finish for a moment, close the store, end the process; harmless when called again."""
        supervision, self._supervision = self._supervision, None
        if supervision is None:
            return
        supervision.cancel()
        await asyncio.wait([supervision])
        self.ready = False
        if self._child is not None:
            await self._child.stop()
            self._child = None
        self._listener.close()

    async def _launch(self) -> "_Child":
        began = time.monotonic()
        try:
            child = await _Child.spawn(self._order)
        except OSError as error:
            raise errors.StartupError(f"The engine's process could not be started: {error}") from error
        try:
            async with asyncio.timeout(START_SECONDS):
                report = await child.report()
        except TimeoutError:
            report = Report(problem=f"The engine was not ready within {START_SECONDS:.0f} s.")
        except BaseException:
            await child.kill()
            raise
        if report.problem:
            await child.kill()
            raise (errors.DataDirectoryHeld if report.held else errors.StartupError)(report.problem)
        self._child = child
        self.ready = True
        log.info("engine_ready", pid=child.pid, seconds=round(time.monotonic() - began, 2))
        return child

    async def _supervise(self, child: "_Child") -> None:
        backoff = FIRST_BACKOFF_SECONDS
        while True:
            began = time.monotonic()
            status = await self._outlive(child)
            self._child = None
            self.ready = False
            log.error("engine_died", pid=child.pid, status=status)
            if time.monotonic() - began > STEADY_SECONDS:
                backoff = FIRST_BACKOFF_SECONDS
            child, backoff = await self._replace(backoff)

    async def _outlive(self, child: "_Child") -> int:
        """Wait for the child's end, and bring it about when the child stops answering."""
        watch = asyncio.create_task(self._watch(child))
        try:
            return await child.ended()
        finally:
            watch.cancel()

    async def _watch(self, child: "_Child") -> None:
        while True:
            await asyncio.sleep(PROBE_INTERVAL_SECONDS)
            if not await self._answers():
                break
        log.error("engine_unresponsive", pid=child.pid, seconds=UNRESPONSIVE_SECONDS)
        await child.kill()

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(UNRESPONSIVE_SECONDS):
                reader, writer = await asyncio.open_connection(*self._listener.getsockname())
                try:
                    writer.write(b"GET /ping HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                    await reader.readline()
                finally:
                    writer.close()
        except TimeoutError:
            return False
        except OSError:
            pass  # dying, not hanging
        return True

    async def _replace(self, backoff: float) -> tuple["_Child", float]:
        """A new child, however long it takes; requests wait for it for a moment, then they are turned away."""
        loop = asyncio.get_running_loop()
        refusal = loop.call_later(PATIENCE_SECONDS, loop.add_reader, self._listener, self._refuse)
        try:
            while True:
                await asyncio.sleep(backoff)
                backoff = min(2 * backoff, LAST_BACKOFF_SECONDS)
                try:
                    child = await self._launch()
                except errors.StartupError as error:
                    log.error("engine_restart_failed", reason=str(error))  # noqa: TRY400 -- that is the whole story
                else:
                    self.restarts += 1
                    return child, backoff
        finally:
            refusal.cancel()
            loop.remove_reader(self._listener)

    def _refuse(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.accept()[0].close()


class _Child:
    """One engine process and the socket to it."""

    def __init__(
        self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self.pid = process.pid

    @classmethod
    async def spawn(cls, order: Order) -> Self:
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_connection(sock=ours)
            try:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-P", "-m", "helicorder.engine.process"),
                    stdin=theirs.fileno(),
                    pass_fds=(order.listener,),
                )
            except BaseException:
                writer.close()
                raise
        writer.write(msgspec.json.encode(order) + b"\n")
        return cls(process, reader, writer)

    async def report(self) -> Report:
        line = b""
        with contextlib.suppress(ConnectionError):
            line = await self._reader.readline()
        if not line:
            return Report(problem=f"The engine ended at once, with status {await self.ended()}.")
        return msgspec.json.decode(line, type=Report)

    async def ended(self) -> int:
        status = await self._process.wait()
        self._writer.close()
        return status

    async def stop(self) -> None:
        self._writer.write(b"stop\n")
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self.ended()
        except TimeoutError:
            log.warning("engine_stop_timed_out", pid=self.pid)
            await self.kill()

    def end(self) -> None:
        if self._process.returncode is None:
            self._process.kill()

    async def kill(self) -> None:
        self.end()
        await self.ended()
