"""Ingest as a process that can be ended: unchanged, on virtual time, simulated threads and a watched disk."""

import asyncio
import contextlib
import pathlib
import random
import shutil
import sqlite3
import types
import unittest.mock
from collections.abc import Callable, Iterator, Sequence

from helicorder.errors import StartupError
from helicorder.ingest import claims, flusher, ingest, intake, isolation, journal, journal_file, ledger, pace, room
from helicorder.ingest.ingest import Ingest
from ingest.simulated_disk import Disk, Files, System
from ingest.simulated_history import Broken, Store
from ingest.simulated_time import Loop, Threads

BARRIER_SECONDS, LOAD_SECONDS, CLOSE_SECONDS = 2.0, 3.0, 1.0
MODULES = (claims, flusher, ingest, intake, isolation, journal, journal_file, ledger, pace, room)


class Server:
    """A process, and those that follow it on what it leaves.

    Attributes:
        ingest, disk: those of the process that runs now.
        clock_offset: microseconds by which the wall clock is ahead of virtual time.
    """

    ingest: Ingest
    disk: Disk

    def __init__(self, draw: random.Random, root: pathlib.Path, files: Files, note: Callable[[str], None]) -> None:
        self.loop = Loop(self._lag)
        self.clock_offset = 0
        self._draw = draw
        self._haste = draw.choice((0.5, 0.9, 0.99))
        self._interrupts = draw.choice((0.0, 0.05, 0.3))
        self._threads = Threads(self.loop, lambda: draw.random() < self._interrupts)
        self.store = Store(self.loop, draw)
        self._room = draw.choice((1 << 18, 1 << 30))
        self._min_free = draw.choice((0, 1 << 16))
        self._scale = self._drawn_scale()
        self._root = root
        self._files = files
        self._note = note
        self._generation = 0
        self._enter_directory(None)

    def hurry(self) -> None:
        """Nothing is slow any more."""
        self._haste = 1.0

    async def start(self) -> None:
        """Start on what the disk holds; where the disk hinders that, heal it and try again."""
        while True:
            self.ingest = Ingest(
                self.disk.directory, self.store.load, flush_interval=0.01, journal_max_bytes=self._room,
                min_free_bytes=self._min_free, barrier_timeout=BARRIER_SECONDS, load_timeout=LOAD_SECONDS,
                close_timeout=CLOSE_SECONDS, clock=self._wall_clock,
            )  # fmt: skip
            before = self.disk.faults.total()
            try:
                await self.ingest.start()
                return
            except StartupError as error:
                if self.disk.faults.total() == before:
                    raise Broken(f"the journal does not open: {error}") from error
                self.disk.heal()
                abandoned = self.disk
                self._enter_directory(abandoned.kill)
                shutil.rmtree(abandoned.directory)

    async def close(self, callers: Sequence[asyncio.Task[None]]) -> None:
        """Stop in order; what the writer is too slow for is cut off, as the end of the process does."""
        await self.ingest.close()
        if self.ingest._journal._thread.is_alive():
            await self.end(callers, self.disk.kill)
        elif self.disk.failed:
            abandoned = self.disk
            self._enter_directory(abandoned.kill)
            shutil.rmtree(abandoned.directory)

    async def end(self, callers: Sequence[asyncio.Task[None]], leaves: Callable[[pathlib.Path], None]) -> None:
        """End everything where it is, and go on with what is left of the files."""
        abandoned = self.disk
        self._enter_directory(leaves)
        abandoned.is_dead = True
        if hasattr(self.ingest, "_flusher"):
            await self._end_parts(self.ingest, callers)
        shutil.rmtree(abandoned.directory)

    async def _end_parts(self, ingest: Ingest, callers: Sequence[asyncio.Task[None]]) -> None:
        ingest._flusher._stopping = True
        tasks = [*callers, *([ingest._flusher._task] if ingest._flusher._task else [])]
        for task in tasks:
            task.cancel()
        ingest._journal._thread.kill()  # type: ignore[attr-defined]  # the simulated thread
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in (ingest._journal._file._reader, ingest._journal._file._writer):
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def _enter_directory(self, leaves: Callable[[pathlib.Path], None] | None) -> None:
        """Go on in a new directory, with what the old disk leaves there."""
        directory = self._root / str(self._generation)
        self._generation += 1
        directory.mkdir()
        disk = Disk(directory, self._draw, self._threads)
        if leaves is not None:
            leaves(directory)
            if leaves == self.disk.kill:
                disk.inherit(self.disk)
            disk.free, disk.full_after, disk.fails_after = self.disk.free, self.disk.full_after, self.disk.fails_after
            disk.faults = self.disk.faults
        self._files.disks[str(directory)] = self.disk = disk

    def _wall_clock(self) -> int:
        return 1_790_000_000_000_000 + int(self.loop.now * 1e6) + self.clock_offset

    def _lag(self) -> float:
        if self._draw.random() < self._haste:
            return 0.0
        return self._draw.choice((0.0001, 0.001, 0.01, 0.1, 0.6))

    def _drawn_scale(self) -> list[tuple[types.ModuleType, str, int]]:
        """Bounds made small, so that a short run comes to what happens at them."""
        return [
            (journal_file, "_PIECE_ROWS", self._draw.choice((2, 7, 5_000))),
            (journal_file, "_CHECKPOINT_BYTES", self._draw.choice((1, 100_000, 1 << 20))),
            (journal_file, "_LONG_WAL_BYTES", self._draw.choice((50_000, 1 << 20))),
            (journal, "_BATCH_ROWS", self._draw.choice((3, 20, 10_000))),
            (room, "_RESERVE_BYTES", 1 << 12),
            (ledger, "_ROWS_BETWEEN_POINTS", self._draw.choice((1, 5, 1_000))),
        ]

    @contextlib.contextmanager
    def simulated(self) -> Iterator[None]:
        """Hand the product virtual time, simulated threads and the watched disk."""
        stands_for = {
            "time": types.SimpleNamespace(monotonic=self.loop.time),
            "threading": self._threads,
            "random": self._draw,
            "shutil": types.SimpleNamespace(disk_usage=lambda _: types.SimpleNamespace(free=self._free_bytes())),
            "os": System(self._files),
            "_log": _Log(self._note),
        }
        with contextlib.ExitStack() as stack:
            for module in MODULES:
                for name in stands_for.keys() & vars(module).keys():
                    stack.enter_context(unittest.mock.patch.object(module, name, stands_for[name]))
            for module, name, value in self._scale:
                stack.enter_context(unittest.mock.patch.object(module, name, value))
            stack.enter_context(self._files.installed(self._threads))
            self._files.disks[str(self.disk.directory)] = self.disk
            yield

    def _free_bytes(self) -> int:
        return 0 if (self.disk.full_after or 0) < 0 else self.disk.free


class _Log:
    """Writes the product's log into the trace."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note

    def __getattr__(self, _level: str) -> Callable[..., None]:
        return lambda event, **values: self._note(f"  log: {event} {values}")
