"""The face of ingest: two verbs to write, one to read what was written.

``commit`` waits for the fsync and may refuse: the caller asked us to remember. ``offer`` never waits and never refuses:
the caller asked a model for an answer, and what could not be kept is counted. ``barrier`` stands before every read.
"""

import asyncio
import contextlib
import pathlib
import time
from collections.abc import Callable, Sequence

import msgspec

from helicorder.errors import TelemetryUnavailable
from helicorder.ingest.flusher import Audience, Flusher, Load
from helicorder.ingest.intake import Bounds
from helicorder.ingest.journal import Claim, Journal, Limits
from helicorder.model.row import Row


def _microseconds() -> int:
    return time.time_ns() // 1000


class IngestStats(msgspec.Struct, frozen=True, kw_only=True):
    """How ingest is doing; counts are since start.

    Attributes:
        queue_depth: commits and offers waiting for the journal's writer.
        journal_rows: rows in the journal that are not in the store yet.
        journal_bytes: bytes of the journal that hold something.
        oldest_unflushed_seconds: the flush lag; 0 when caught up.
        committed: rows made durable by `commit`; a replay adds none.
        offered, dropped: rows offered, and those of them that were not made durable.
        bodies_dropped: offered calls that were recorded without their bodies, since there was little room.
        is_low: there is little room, so that bodies of calls are given up.
        reserve_bytes: what is kept free for trimming and deleting on a full disk; 0 while it is used.
        flushed, set_aside: rows loaded into the store, and rows it could not take, kept apart.
        refused: rows kept apart altogether, those of earlier starts too.
        flush_failures: loads that failed, most of them tried again since.
        gaps: times that what was committed and what the journal or the store shows of it differed; loaded again since.
        failed: the journal accepts nothing until a restart.
    """

    queue_depth: int
    journal_rows: int
    journal_bytes: int
    oldest_unflushed_seconds: float
    committed: int
    offered: int
    dropped: int
    bodies_dropped: int
    is_low: bool
    reserve_bytes: int
    flushed: int
    set_aside: int
    refused: int
    flush_failures: int
    gaps: int
    failed: bool


class Ingest:
    """The journal and its flusher, wired. One event loop, one data directory.

    Args:
        directory: the data directory; it must exist and be held by this process alone.
        load: writes rows to the telemetry store, durably, and so that loading a version twice changes nothing. Raises
            `RowsRefused` if rows are at fault, anything else if the store is.
        flush_interval: seconds for which rows are gathered, unless a reader asks.
        journal_max_bytes, min_free_bytes: where commits are refused and offers dropped.
        barrier_timeout, load_timeout, close_timeout: seconds a read, one load, and each step of closing may take.
        audience: is told after every load.
        clock: microseconds since 1970.
    """

    def __init__(
        self,
        directory: pathlib.Path,
        load: Load,
        *,
        flush_interval: float,
        journal_max_bytes: int,
        min_free_bytes: int,
        barrier_timeout: float = 10.0,
        load_timeout: float = 60.0,
        close_timeout: float = 5.0,
        bounds: Bounds | None = None,
        audience: Audience | None = None,
        clock: Callable[[], int] = _microseconds,
    ) -> None:
        self._directory = directory
        self._load = load
        self._flush_interval = flush_interval
        self._limits = Limits(journal_max_bytes, min_free_bytes)
        self._barrier_timeout = barrier_timeout
        self._load_timeout = load_timeout
        self._close_timeout = close_timeout
        self._bounds = bounds or Bounds()
        self._audience = audience
        self._clock = clock
        self._journal: Journal
        self._flusher: Flusher

    async def start(self) -> None:
        """Open the journal and begin to load what it holds.

        Raises:
            StartupError: the journal is damaged or cannot be opened; it is left as it is.
        """
        self._journal = await Journal.open(self._directory, self._limits, self._bounds, self._clock)
        self._flusher = Flusher(
            self._journal,
            self._load,
            interval=self._flush_interval,
            load_timeout=self._load_timeout,
            audience=self._audience,
        )
        self._flusher.start()

    async def close(self) -> None:
        """Accept nothing more, journal what waits, try to load it, close. What is not loaded is at the next start."""
        self._journal.intake.close("closed")
        with contextlib.suppress(TelemetryUnavailable):
            await self._barrier(self._close_timeout)
        await self._flusher.stop()
        await self._journal.close(self._close_timeout)

    async def commit(self, rows: Sequence[Row], claim: Claim | None = None) -> bytes | None:
        """Make rows of one organisation durable, all or none; returns after the fsync.

        Returns:
            Without a claim None. With one, its answer, that very object; under a key that was used before, the answer
            stored then, and the rows are not written again. A claim may come without rows.

        Raises:
            JournalUnavailable: they are not durable; sending them again, best under the same key, is safe.
            IdempotencyConflict: the key was used with another fingerprint.
            AnswerDropped: the key was used with this fingerprint, and the answer is no longer stored.
            Invalid: a row holds something that cannot be written, such as a lone surrogate.
        """
        if not rows and claim is None:
            return None
        return await self._journal.commit(rows, claim)

    async def answer_to(self, claim: Claim) -> bytes | None:
        """The answer that is kept under a claim's key; None where the key is free.

        Raises:
            IdempotencyConflict: the key was used with another fingerprint.
            AnswerDropped: the key was used with this fingerprint, and the answer is no longer stored.
        """
        return await self._journal.answer_to(claim)

    def offer(self, make: Callable[[], Row], size: int = 0) -> None:
        """Have a row made and journalled by the writer thread, soon. Never waits, never raises.

        Args:
            make: runs on another thread, once; if it raises, the row is counted as dropped.
            size: about how many bytes it holds on to until then.
        """
        self._journal.intake.offer(make, size)

    async def barrier(self, org_id: str | None = None) -> None:
        """Return when all that was acknowledged or offered before is in the store; at once when it is.

        Args:
            org_id: wait for this organisation's rows alone, not for those that others wrote after them.

        Raises:
            TelemetryUnavailable: it took longer than barrier_timeout.
        """
        await self._barrier(self._barrier_timeout, org_id)

    @property
    def mark(self) -> int:
        """The highest durable version: of what is acknowledged, none has a higher one; what comes later has."""
        return self._journal.version

    def stats(self) -> IngestStats:
        """How ingest is doing now."""
        journal, flusher = self._journal, self._flusher
        lag = 0.0 if flusher.oldest is None else max(0.0, (self._clock() - flusher.oldest) / 1e6)
        return IngestStats(
            queue_depth=journal.intake.waiting,
            journal_rows=flusher.rows_waiting,
            journal_bytes=journal.used_bytes,
            oldest_unflushed_seconds=lag,
            committed=journal.committed,
            offered=journal.intake.offered,
            dropped=journal.intake.dropped,
            bodies_dropped=journal.bodies_dropped,
            is_low=journal.is_low,
            reserve_bytes=journal.reserve_bytes,
            flushed=flusher.flushed,
            set_aside=flusher.set_aside,
            refused=journal.refused,
            flush_failures=flusher.failures,
            gaps=flusher.gaps,
            failed=journal.failed,
        )

    async def _barrier(self, seconds: float, org_id: str | None = None) -> None:
        flusher, intake = self._flusher, self._journal.intake
        if flusher.version >= self._newest(org_id) and not intake.offers_pending:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._journal.fence()
                await flusher.reach(self._newest(org_id))
        except TimeoutError:
            raise TelemetryUnavailable from None

    def _newest(self, org_id: str | None) -> int:
        return self._journal.version if org_id is None else self._journal.ledger.newest_of(org_id)
