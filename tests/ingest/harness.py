"""Ingest on real files, before a store that is a dict: what matters of a store here is that loading is idempotent."""

import asyncio
import contextlib
import datetime as dt
import pathlib
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager

from helicorder.errors import TelemetryUnavailable
from helicorder.ingest.ingest import Ingest
from helicorder.model.row import Row, Stamped
from helicorder.model.score import Score, ScoreKind

MORNING = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)

Opener = Callable[..., AbstractAsyncContextManager[Ingest]]


class Store:
    """A telemetry store: rows by version. Loading a version twice changes nothing, and must bring the same row."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.loads: list[int] = []
        self.refuses: Callable[[Sequence[Stamped]], Exception | None] = lambda _: None

    async def load(self, rows: Sequence[Stamped]) -> None:
        """The callable that ingest is handed."""
        self.loads.append(len(rows))
        if error := self.refuses(rows):
            raise error
        for stamped in rows:
            assert self.rows.setdefault(stamped.version, stamped.row) == stamped.row

    def go_down(self) -> None:
        """Refuse everything, as a store that is not there."""
        self.refuses = lambda _: TelemetryUnavailable()

    def come_back(self) -> None:
        """Take everything."""
        self.refuses = lambda _: None

    def request_ids(self) -> list[str]:
        """The rows' request ids, in order of version."""
        return [request_id_of(self.rows[version]) for version in sorted(self.rows)]


class Clock:
    """A wall clock in microseconds that a test sets."""

    def __init__(self) -> None:
        self.now = 1_790_000_000_000_000

    def __call__(self) -> int:
        """The time."""
        return self.now


def request_id_of(row: Row) -> str:
    """The request that a row is about."""
    return row.target_id if isinstance(row, Score) else row.request_id


def score(request_id: str, name: str = "quality", value: float = 0.5) -> Score:
    """A row."""
    return Score("org", request_id, name, ScoreKind.NUMERIC, value, MORNING)


def entries(directory: pathlib.Path, table: str = "entries") -> list[int]:
    """The versions in a table of the journal, read by a connection of the test's own."""
    with contextlib.closing(sqlite3.connect(directory / "journal.sqlite")) as db:
        return [version for (version,) in db.execute(f"SELECT version FROM {table} ORDER BY version")]  # noqa: S608


async def poll(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until a condition holds, for some seconds at most."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def running(directory: pathlib.Path, store: Store, **changes: object) -> AsyncIterator[Ingest]:
    """An Ingest on a directory, closed at the end of the block."""
    settings: dict[str, object] = {
        "directory": directory, "load": store.load, "flush_interval": 0.01, "journal_max_bytes": 1 << 30,
        "min_free_bytes": 1 << 20, "barrier_timeout": 5.0, "close_timeout": 1.0,
    }  # fmt: skip
    ingest = Ingest(**(settings | changes))  # type: ignore[arg-type]
    await ingest.start()
    try:
        yield ingest
    finally:
        await ingest.close()


class SqliteStore(Store):
    """The same store in a file of its own, so that it outlives a killed process (not a power cut)."""

    def __init__(self, path: pathlib.Path) -> None:
        super().__init__()
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("CREATE TABLE IF NOT EXISTS rows (version INTEGER PRIMARY KEY, request_id TEXT NOT NULL)")

    async def load(self, rows: Sequence[Stamped]) -> None:
        """The callable that ingest is handed."""
        self._db.execute("BEGIN")
        for stamped in rows:
            self._db.execute("INSERT OR IGNORE INTO rows VALUES (?, ?)", (stamped.version, request_id_of(stamped.row)))
        self._db.execute("COMMIT")

    def request_ids(self) -> list[str]:
        """The rows' request ids, in order of version."""
        return [name for (name,) in self._db.execute("SELECT request_id FROM rows ORDER BY version")]

    def close(self) -> None:
        """Close the file."""
        self._db.close()
