"""The flusher: loads the telemetry store from the journal, in batches, in the order of versions, for ever.

A crash anywhere makes it load some rows again, and nothing else: loading is idempotent by version. Nothing is trimmed
and no reader passes before as many rows were loaded as the ledger says were committed.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from helicorder.errors import Gap, JournalGap, Problem, RowsRefused, TelemetryUnavailable
from helicorder.ingest.isolation import isolate
from helicorder.ingest.journal import Batch, Journal
from helicorder.ingest.ledger import START, Point
from helicorder.ingest.pace import Pace
from helicorder.model.row import Stamped

Load = Callable[[Sequence[Stamped]], Awaitable[None]]


class Audience(Protocol):
    """Who wants to know what was loaded, and when: the hook that the composition root hands in."""

    @property
    def watched(self) -> bool:
        """Whether anybody waits to see rows come, so that they are loaded sooner."""

    def loaded(self, version: int) -> None:
        """Everything up to a version is in the store now. Returns at once, and never raises."""


_log = structlog.get_logger()

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_WITH_READERS_SECONDS = 0.5
# Failures in a row before the rows are suspected, unless the store itself blames them.
_PATIENCE = 5

# A load costs about the same for one row as for a thousand, so unless a reader asks, loading takes a sixth of the time
# at most, and half of it while somebody watches: a busy gateway's processor is its callers'.
_GATHERING = 5
_LONGEST_GATHERING_SECONDS = 1.0


class Flusher:
    """The active object between journal and store.

    Attributes:
        set_aside: rows kept among the refused ones, since start.
        failures: loads that failed.
        gaps: times that what was committed and what was found in the journal or in the store differed.
        oldest: version (about microseconds since 1970) of the oldest row not loaded; None when caught up or gathering.
    """

    def __init__(
        self, journal: Journal, load: Load, *, interval: float, load_timeout: float, audience: Audience | None = None
    ) -> None:
        self.set_aside = 0
        self.failures = 0
        self.gaps = 0
        self.oldest: int | None = None
        self._journal = journal
        self._load = load
        self._interval = interval
        self._load_timeout = load_timeout
        self._audience = audience
        self._checked = self._settled = START
        self._refused: list[tuple[int, Exception]] = []
        self._attempts = 0
        self._stopping = False
        self._grown = asyncio.Event()
        self._asked = asyncio.Event()
        self._readers: list[tuple[int, asyncio.Future[None]]] = []
        self._pace = Pace(seconds=10.0)
        self._took = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, with whatever the journal holds."""
        self._journal.on_group = self._grown.set
        self._grown.set()
        self._asked.set()
        self._task = asyncio.create_task(self._run(), name="flusher")

    async def stop(self) -> None:
        """Stop where it is; what was not loaded stays in the journal."""
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def version(self) -> int:
        """Everything up to this version is in the store, or set aside."""
        return self._checked.version

    @property
    def flushed(self) -> int:
        """Rows loaded since start."""
        return self._checked.rows - self.set_aside

    @property
    def rows_waiting(self) -> int:
        """Rows in the journal that are not loaded yet."""
        return self._journal.ledger.newest.rows - self._checked.rows

    async def reach(self, version: int) -> None:
        """Wait until everything up to a version is in the store; asks for it now."""
        if self.version >= version:
            return
        reader = (version, asyncio.get_running_loop().create_future())
        self._readers.append(reader)
        self._grown.set()
        self._asked.set()
        try:
            await reader[1]
        finally:
            self._readers.remove(reader)

    async def _run(self) -> None:
        while True:
            await self._grown.wait()
            await self._asked_within(self._gathering())
            try:
                await self._catch_up()
            except Exception as error:  # noqa: BLE001 -- whatever a store does, the flusher goes on trying
                self._attempts += 1
                self.gaps += isinstance(error, Gap)
                self._tell(error)
                await self._back_off()

    def _gathering(self) -> float:
        """Seconds for which rows are gathered; not so long while somebody watches them come."""
        gathering = 1 if self._audience is not None and self._audience.watched else _GATHERING
        return max(self._interval, min(_LONGEST_GATHERING_SECONDS, gathering * self._took))

    async def _asked_within(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._asked.wait()

    async def _catch_up(self) -> None:
        """Load what is durable now. Not what comes meanwhile: that is gathered first, so that batches stay large."""
        began = time.monotonic()
        self._asked.clear()
        self._grown.clear()
        target = self._journal.version
        while self.version < target:
            await self._advance(self._journal.ledger.after(self.version))
            if self._attempts:
                _log.info("flush_recovered", attempts=self._attempts, rows_waiting=self.rows_waiting)
            self._attempts = 0
        self._took = time.monotonic() - began

    async def _advance(self, point: Point) -> None:
        """Load all rows up to a point of the ledger, and pass it once their number is right."""
        while self._settled.version < point.version:
            batch = await self._journal.read(self._settled.version, point.version)
            if batch is None:
                break
            self.oldest = batch.first
            await self._settle(batch)
        if self._settled.rows != point.rows:
            found = self._settled.rows
            self._settled = self._checked
            self._refused.clear()
            await self._journal.reopen_reader()
            raise JournalGap(f"{found} rows were read up to version {point.version}, and {point.rows} were committed.")
        self._pass(point)

    async def _settle(self, batch: Batch) -> None:
        """Load a batch but for the rows that cannot be loaded, which are set aside once the batch is checked."""
        self._refused += batch.unreadable + await self._loaded_but(batch.rows)
        self._settled = Point(batch.last, self._settled.rows + len(batch.rows) + len(batch.unreadable))

    async def _loaded_but(self, rows: Sequence[Stamped]) -> list[tuple[int, Exception]]:
        error = await self._attempt(rows) if rows else None
        if error is None:
            return []
        if not isinstance(error, RowsRefused) and (self._attempts + 1) % _PATIENCE:
            raise error
        return [(row.version, why) for row, why in await isolate(rows, self._attempt, _FIRST_PAUSE_SECONDS)]

    async def _attempt(self, rows: Sequence[Stamped]) -> Exception | None:
        try:
            async with asyncio.timeout(self._load_timeout):
                await self._load(rows)
        except asyncio.CancelledError:
            # Either `stop`, or something inside the load was cancelled, which must not end the flusher.
            if self._stopping:
                raise
            error: Exception = TelemetryUnavailable("The load was cancelled.")
        except Exception as failure:  # noqa: BLE001 -- given back, and judged there
            error = failure
        else:
            return None
        self.failures += 1
        return error

    def _pass(self, point: Point) -> None:
        """All up to a point is loaded and checked: keep what was refused, trim the rest, let readers through."""
        for version, error in self._refused:
            self._journal.set_aside(version, f"{type(error).__name__}: {error}")
            # The message may quote the row, so it stays beside it in the journal.
            _log.error("row_set_aside", version=version, error=type(error).__name__)
        self.set_aside += len(self._refused)
        self._refused.clear()
        self._checked = self._settled = point
        self.oldest = point.version + 1 if point.version < self._journal.version else None
        self._journal.ledger.forget(point)
        self._journal.trim(point)
        if self._audience is not None:
            self._audience.loaded(point.version)
        for target, reader in self._readers:
            if target <= point.version and not reader.done():
                reader.set_result(None)

    def _tell(self, error: Exception) -> None:
        if self._attempts == 1 or self._pace.allows():
            # A Problem's message is made for callers; any other may quote a row.
            message = error.message if isinstance(error, Problem) else type(error).__name__
            _log.warning(
                "flush_failed",
                error=message,
                code=getattr(error, "code", None),
                attempts=self._attempts,
                rows_waiting=self.rows_waiting,
            )

    async def _back_off(self) -> None:
        """Wait longer each time; not so long while readers wait, and hardly at all for one that comes now."""
        longest = _LONGEST_PAUSE_WITH_READERS_SECONDS if self._readers else _LONGEST_PAUSE_SECONDS
        pause = min(longest, _FIRST_PAUSE_SECONDS * 2 ** min(self._attempts, 10))
        self._asked.clear()
        await asyncio.sleep(_FIRST_PAUSE_SECONDS)
        await self._asked_within(pause * random.uniform(0.5, 1.0) - _FIRST_PAUSE_SECONDS)  # noqa: S311 -- jitter
        self._grown.set()
        self._asked.set()
