"""The journal: the point of acknowledgement. One writer thread, one fsync for all that waits (group commit)."""

import asyncio
import concurrent.futures
import pathlib
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence

import msgspec
import structlog

from helicorder.errors import Invalid, JournalUnavailable, Problem
from helicorder.ingest.claims import Claim, Outcome
from helicorder.ingest.intake import Bounds, Intake, Unit
from helicorder.ingest.journal_file import Entries, JournalFile
from helicorder.ingest.ledger import START, Ledger, Point
from helicorder.ingest.pace import Pace
from helicorder.ingest.room import Limits, Room
from helicorder.model.call import Call
from helicorder.model.row import Row, Stamped

__all__ = ["Batch", "Claim", "Journal", "Limits"]

_log = structlog.get_logger()
_encode = msgspec.msgpack.Encoder().encode
_decode: Callable[[bytes], Row] = msgspec.msgpack.Decoder(Row).decode

_GROUP_BYTES = 16 << 20
_GROUP_UNITS = 5_000
# How long offered rows are made before their group is written: while commits wait for it, and while nobody does.
_MAKING_SECONDS = 0.005
_MAKING_ALONE_SECONDS = 0.05
_HOUSEKEEPING_SECONDS = 1.0
_IDLE_SECONDS = 5.0  # how often the disk is looked at when there is nothing to do
# The part of the journal that claims may take, with the answers that they keep.
_CLAIMS_PART = 4
_BATCH_ROWS = 10_000
_BATCH_BYTES = 16 << 20
# SQLite's errors after which nothing is unknown: the transaction did not happen, and the next one may. After any other,
# a failed fsync most of all, only a restart that reads the file anew may go on (PostgreSQL's rule).
_PASSING = frozenset({
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_NOMEM,
})  # fmt: skip
# Growing the WAL's index in shared memory on a full disk: no data and no fsync are in play.
_PASSING_EXTENDED = frozenset({sqlite3.SQLITE_IOERR_SHMSIZE})


class Batch(msgspec.Struct, frozen=True):
    """Entries read back, in order of version.

    Attributes:
        first, last: the versions it spans.
        rows: those that could be read.
        unreadable: (version, error) of those that could not.
    """

    first: int
    last: int
    rows: list[Stamped]
    unreadable: list[tuple[int, Exception]]


_Answer = bytes | Exception | None
FAILED = JournalUnavailable().message


def _has_bodies(row: Row) -> bool:
    return isinstance(row, Call) and not (row.request_body is None and row.response_body is None)


class Journal:
    """An open journal and its writer thread; make one with `open`. Its methods belong to the event loop's thread.

    Attributes:
        intake: what waits for the writer.
        committed: rows made durable through `commit` since opening.
        bodies_dropped: offered calls that were recorded without their bodies, since there was little room.
        failed: an I/O error left the file's state unknown; nothing is accepted until a restart.
    """

    def __init__(self, file: JournalFile, room: Room, bounds: Bounds) -> None:
        self.intake = Intake(bounds)
        self.committed = 0
        self.bodies_dropped = 0
        self.failed = False
        self.on_group: Callable[[], None] = lambda: None
        self._file = file
        self._room = room
        self._loop = asyncio.get_running_loop()
        self._trim_to = self._trimmed_to = START
        self._refusals: list[tuple[int, str]] = []
        self._housekeeping_at = 0.0
        self._stopping = False
        self._pace = Pace(seconds=5.0)
        # A daemon: an fsync that never returns must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._reader = concurrent.futures.ThreadPoolExecutor(1, "journal-reader")

    @classmethod
    async def open(cls, directory: pathlib.Path, limits: Limits, bounds: Bounds, clock: Callable[[], int]) -> "Journal":
        """Open or create the journal in a directory and start its writer.

        Raises:
            StartupError: the file is damaged or cannot be opened.
        """
        claims_max_bytes = limits.journal_max_bytes // _CLAIMS_PART
        file = await asyncio.to_thread(JournalFile, directory, clock, claims_max_bytes=claims_max_bytes)
        journal = cls(file, Room(directory, limits), bounds)
        journal._thread.start()
        return journal

    @property
    def version(self) -> int:
        """The highest durable version: whatever was acknowledged has this one or a lower one."""
        return self.ledger.newest.version

    @property
    def ledger(self) -> Ledger:
        """What is durable: rows found at opening and written since, loaded or not."""
        return self._file.ledger

    @property
    def refused(self) -> int:
        """Rows set aside in the file, those of earlier starts too."""
        return self._file.refused

    @property
    def is_low(self) -> bool:
        """Whether there is little room left, so that bodies of calls are given up."""
        return self._room.is_low

    @property
    def reserve_bytes(self) -> int:
        """What is kept free for trimming and deleting on a full disk; 0 while it is used for that."""
        return self._room.reserve_bytes

    @property
    def used_bytes(self) -> int:
        """Bytes of the file that hold something; what trimming freed is used again and does not count."""
        return self._file.used_bytes

    async def commit(self, rows: Sequence[Row], claim: Claim | None) -> bytes | None:
        """Wait until rows of one organisation are durable; the answer of their claim, or the one stored under it.

        A cancelled caller leaves its rows where they are: they may or may not have been written.

        Raises:
            JournalUnavailable: they are not durable (though after a failed fsync they may be found after a restart).
            IdempotencyConflict: the claim's key stands for something else.
            AnswerDropped: the rows were written when the claim first came, and its answer is no longer stored.
            Invalid: a row holds something that cannot be written.
        """
        try:
            payloads = [_encode(row) for row in rows]
        except (UnicodeEncodeError, OverflowError) as error:
            raise Invalid("A value is not valid Unicode text, or an integer beyond 64 bits.") from error
        org_id = rows[0].org_id if rows else ""
        has_bodies = any(_has_bodies(row) for row in rows)
        durable: asyncio.Future[bytes | None] = self._loop.create_future()
        self.intake.submit(Unit(Entries(payloads, claim, org_id), sum(map(len, payloads)), durable, has_bodies))
        return await durable

    async def answer_to(self, claim: Claim) -> bytes | None:
        """The answer kept under a claim's key; None where the key is free. Raises as `commit`."""
        outcome = await self._loop.run_in_executor(self._reader, self._file.answer_to, claim)
        if isinstance(outcome, Problem):
            raise outcome
        return outcome

    async def fence(self) -> None:
        """Wait until everything offered before is durable, or counted as dropped."""
        passed: asyncio.Future[bytes | None] = self._loop.create_future()
        if self.intake.fence(passed):
            await passed

    async def read(self, after: int, up_to: int) -> Batch | None:
        """The next entries between two versions, bounded in rows and bytes; None if the file shows none."""
        return await self._loop.run_in_executor(self._reader, self._read, after, up_to)

    async def reopen_reader(self) -> None:
        """Read with a new connection from now on: the old one may see an old state of the file."""
        await self._loop.run_in_executor(self._reader, self._file.reopen_reader)

    def trim(self, loaded: Point) -> None:
        """Delete the entries that were loaded, some time soon; forgotten in a crash, and then they are read again."""
        self._trim_to = loaded
        self.intake.wake()

    def set_aside(self, version: int, reason: str) -> None:
        """Keep an entry among the refused ones; done before any later `trim`."""
        self._refusals.append((version, reason))
        self.intake.wake()

    async def close(self, seconds: float) -> None:
        """Accept nothing more, write what waits, trim, close the file. Leaves the writer behind after some seconds."""
        self.intake.close("closed")
        await asyncio.to_thread(self._reader.shutdown)
        self._stopping = True
        self.intake.wake()
        await asyncio.to_thread(self._thread.join, seconds)
        if self._thread.is_alive():
            _log.error("journal_writer_left_behind", waiting=self.intake.waiting)

    def _read(self, after: int, up_to: int) -> Batch | None:
        entries = self._file.read(after, up_to, _BATCH_ROWS, _BATCH_BYTES)
        if not entries:
            return None
        batch = Batch(entries[0][0], entries[-1][0], [], [])
        for version, payload in entries:
            try:
                batch.rows.append(Stamped(version, _decode(payload)))
            except (msgspec.DecodeError, ValueError) as error:
                batch.unreadable.append((version, error))
        return batch

    # From here on: the writer thread.

    def _run(self) -> None:
        while True:
            waits = self.intake.wait(self._pause())
            self._room.look(self._file.used_bytes)
            if waits:
                self._write_group()
            elif self._stopping:
                break
            self._housekeep()
            self._room.look(self._file.used_bytes)
        self._housekeeping_at = 0.0
        while self._housekeep():
            pass
        self._file.close()

    def _pause(self) -> float:
        if self._stopping:
            return 0.0
        if self.failed or not (self._refusals or self._trim_to > self._trimmed_to):
            return _IDLE_SECONDS
        return max(0.0, self._housekeeping_at - time.monotonic())

    def _write_group(self) -> None:
        units = self.intake.take_commits(_GROUP_UNITS, _GROUP_BYTES)
        made, offers = self._made_offers(alone=not units)
        units += made
        answers = self._written(units)
        told = [(unit.waiter, answer) for unit, answer in zip(units, answers, strict=True) if unit.waiter is not None]
        told += [(fence, None) for fence in self.intake.finish(offers)]
        try:
            self._loop.call_soon_threadsafe(self._tell, told)
        except RuntimeError:
            _log.warning("journal_outlived_its_event_loop")

    def _made_offers(self, *, alone: bool) -> tuple[list[Unit], int]:
        """Units made of what was offered, in some milliseconds but at least one; how many offers that took."""
        units: list[Unit] = []
        offers = size = 0
        began = time.monotonic()
        while size < _GROUP_BYTES and (make := self.intake.take_offer()):
            offers += 1
            try:
                row = self._fitted(make())
                payload = _encode(row)
            except Exception as error:  # noqa: BLE001 -- a maker is somebody else's code
                # Only its kind is told: the message may quote a body.
                self.intake.drop(1, f"maker failed: {type(error).__name__}")
            else:
                units.append(Unit(Entries((payload,), org_id=row.org_id), len(payload)))
                size += len(payload)
            patience = _MAKING_ALONE_SECONDS if alone and not self.intake.commits_wait else _MAKING_SECONDS
            if time.monotonic() - began >= patience:
                break
        return units, offers

    def _fitted(self, row: Row) -> Row:
        """An offered row; a call without its bodies where there is little room, so that more calls can be recorded."""
        if not (self._room.is_low and _has_bodies(row)):
            return row
        self.bodies_dropped += 1
        return msgspec.structs.replace(row, request_body=None, response_body=None, without_texts=True)

    def _written(self, units: list[Unit]) -> list[_Answer]:
        """Write the units there is room for; per unit its outcome, or why it is not durable."""
        refusals = [FAILED] * len(units) if self.failed else self._room.refusals(units, self.ledger.waiting)
        if any(refusals) and not self.failed:
            self._refuse("no room on disk")
        accepted = [unit for unit, refusal in zip(units, refusals, strict=True) if not refusal]
        outcomes: list[Outcome] = []
        rows_before = self.ledger.newest.rows
        try:
            if accepted:
                outcomes = self._file.write([unit.entries for unit in accepted])
        except Exception as error:  # noqa: BLE001 -- whatever it is, callers must hear of it and the thread live on
            self._judge(error, "write")
            refusals = [FAILED] * len(units)
        offers = [not refusal for unit, refusal in zip(units, refusals, strict=True) if unit.waiter is None]
        self.intake.drop(offers.count(False), "failed" if self.failed else "not written")
        self.committed += self.ledger.newest.rows - rows_before - offers.count(True)
        written = iter(outcomes)
        return [JournalUnavailable(refusal) if refusal else next(written) for refusal in refusals]

    def _housekeep(self) -> bool:
        """Move refused entries, trim, checkpoint: transactions that nobody waits for. True when more is due at once."""
        if self.failed:
            return False
        more = False
        try:
            now = time.monotonic()
            if now >= self._housekeeping_at and (self._refusals or self._trim_to > self._trimmed_to):
                self._housekeeping_at = now + _HOUSEKEEPING_SECONDS
                more = self._tidy()
            self._file.checkpoint_if_due()
        except Exception as error:  # noqa: BLE001 -- the thread lives on
            self._judge(error, "housekeeping")
            return False
        if more:
            self._housekeeping_at = 0.0
        return more

    def _tidy(self) -> bool:
        # Read before the refusals are: what is refused up to here must have been moved before it could be trimmed.
        target = self._trim_to
        while self._refusals:
            self._file.set_aside(*self._refusals[0])
            del self._refusals[0]
        more = self._file.trim(target)
        if not more:
            self._trimmed_to = target
        return more

    def _judge(self, error: Exception, doing: str) -> None:
        """Log an error, and decide whether the journal may go on after it."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR)
        if isinstance(error, sqlite3.Error) and code & 0xFF not in _PASSING and code not in _PASSING_EXTENDED:
            self.failed = True
            self.intake.close("failed")
            _log.critical("journal_failed", doing=doing, error=getattr(error, "sqlite_errorname", ""))
        else:
            self._refuse(f"{doing}: {getattr(error, 'sqlite_errorname', type(error).__name__)}")

    def _refuse(self, reason: str) -> None:
        if self._pace.allows():
            _log.error("journal_refuses", reason=reason)

    def _tell(self, told: list[tuple[asyncio.Future[bytes | None], _Answer]]) -> None:
        for waiter, answer in told:
            if waiter.done():
                continue
            if isinstance(answer, Exception):
                waiter.set_exception(answer)
            else:
                waiter.set_result(answer)
        self.on_group()
