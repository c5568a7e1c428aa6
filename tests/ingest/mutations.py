"""The product with one guard taken out, to see that the simulation notices."""

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from unittest.mock import patch

from helicorder.ingest import claims, journal_file
from helicorder.ingest.claims import Claim, Outcome
from helicorder.ingest.flusher import Flusher
from helicorder.ingest.journal import Batch, Journal
from helicorder.ingest.journal_file import Entries, JournalFile
from helicorder.ingest.ledger import Point
from helicorder.model.row import Row, Stamped

Mutation = contextlib.AbstractContextManager[Any]
UNGUARDED = 1 << 60


async def _nothing(*_: object) -> None:
    pass


def trim_before_load() -> Mutation:
    """The journal is trimmed once rows were read, not once they were loaded."""
    settle = Flusher._settle

    async def mutated(self: Flusher, batch: Batch) -> None:
        self._journal.trim(Point(batch.last, UNGUARDED))
        await settle(self, batch)

    return patch.object(Flusher, "_settle", mutated)


def pass_unchecked() -> Mutation:
    """What was read is taken for all there was."""

    async def mutated(self: Flusher, point: Point) -> None:
        while (batch := await self._journal.read(self._settled.version, point.version)) is not None:
            await self._settle(batch)
        self._pass(point)

    return patch.object(Flusher, "_advance", mutated)


def pass_and_trim_unchecked() -> Mutation:
    """The same, and the trim does not count either."""
    trim = JournalFile.trim
    stack = contextlib.ExitStack()
    stack.enter_context(pass_unchecked())
    stack.enter_context(
        patch.object(JournalFile, "trim", lambda self, loaded: trim(self, loaded._replace(rows=UNGUARDED)))
    )
    return stack


def acknowledge_before_the_write() -> Mutation:
    """A commit is answered when it was queued."""
    commit = Journal.commit

    async def mutated(self: Journal, rows: Sequence[Row], claim: Claim | None) -> bytes | None:
        task = self._loop.create_task(commit(self, rows, claim))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return claim.answer if claim else None

    return patch.object(Journal, "commit", mutated)


def claims_in_their_own_transaction() -> Mutation:
    """Claims are committed first, then their rows."""

    def mutated(self: JournalFile, units: Sequence[Entries]) -> list[Outcome]:
        now = max(self._last + 1, self._clock())
        fresh: list[bytes] = []
        sizes: Counter[str] = Counter()
        with self._transaction():
            outcomes = [self._resolved(unit, now, fresh, sizes) for unit in units]
        with self._transaction():
            self._last = now + len(fresh) - 1 if fresh else self._last
            self._writer.executemany("INSERT INTO entries VALUES (?, ?)", enumerate(fresh, now))
        if fresh:
            self.ledger.add(self._last, len(fresh), sizes)
        return outcomes

    return patch.object(JournalFile, "write", mutated)


def forget_the_high_water_mark() -> Mutation:
    """After a start the last version is that of the last entry, though it was trimmed."""
    value = JournalFile._value
    return patch.object(
        JournalFile, "_value", lambda self, sql: value(self, sql.replace("(SELECT version FROM high_water)", "0"))
    )


def no_fsync() -> Mutation:
    """A commit is not synced."""
    pragmas = [pragma.replace("synchronous=FULL", "synchronous=NORMAL") for pragma in journal_file._PRAGMAS]
    return patch.object(journal_file, "_PRAGMAS", pragmas)


def believe_the_log() -> Mutation:
    """What a start finds in the write-ahead log is taken for durable."""
    return patch.object(journal_file, "_make_durable", lambda _: None)


def count_before_the_commit() -> Mutation:
    """A row that was to be set aside counts as removed, though the transaction failed."""
    set_aside = JournalFile.set_aside

    def mutated(self: JournalFile, version: int, reason: str) -> None:
        before = self._removed
        try:
            set_aside(self, version, reason)
        except sqlite3.Error:
            self._removed = before + 1
            raise

    return patch.object(JournalFile, "set_aside", mutated)


def no_fence() -> Mutation:
    """A barrier does not wait for what was offered."""
    return patch.object(Journal, "fence", _nothing)


def no_wait() -> Mutation:
    """A barrier does not wait for the load."""
    return patch.object(Flusher, "reach", _nothing)


def keep_the_stale_reader() -> Mutation:
    """After a gap the journal is read through the same connection again."""
    return patch.object(Journal, "reopen_reader", _nothing)


def same_key_whatever_the_body() -> Mutation:
    """A key that was used is answered, whatever came under it."""

    def mutated(db: sqlite3.Connection, claim: Claim) -> Outcome:
        known = db.execute("SELECT answer FROM claims WHERE org_id = ? AND key = ?", claims._identity(claim)).fetchone()
        return known and bytes(known[0])

    return patch.object(claims, "find", mutated)


def believe_a_failed_load() -> Mutation:
    """A load that ended in an error is taken for done."""
    attempt = Flusher._attempt

    async def mutated(self: Flusher, rows: Sequence[Stamped]) -> None:
        await attempt(self, rows)

    return patch.object(Flusher, "_attempt", mutated)


def trim_what_is_not_set_aside_yet() -> Mutation:
    """What to trim is read after the refused rows were moved, not before."""

    def mutated(self: Journal) -> bool:
        while self._refusals:
            self._file.set_aside(*self._refusals[0])
            del self._refusals[0]
        # Where a thread may be interrupted: the event loop passes a point with a refused row.
        with self.intake._changed:
            target = self._trim_to
        more = self._file.trim(target)
        if not more:
            self._trimmed_to = target
        return more

    return patch.object(Journal, "_tidy", mutated)


def forget_dropped_offers() -> Mutation:
    """An offer that was not written is not counted."""
    written = Journal._written

    def mutated(self: Journal, units: list[Any]) -> list[Any]:
        dropped = self.intake.dropped
        answers = written(self, units)
        self.intake.dropped = dropped
        return answers

    return patch.object(Journal, "_written", mutated)


MUTATIONS: list[Callable[[], Mutation]] = [
    trim_before_load, pass_unchecked, pass_and_trim_unchecked, acknowledge_before_the_write,
    claims_in_their_own_transaction, forget_the_high_water_mark, no_fsync, believe_the_log,
    count_before_the_commit, no_fence, no_wait, keep_the_stale_reader,
    same_key_whatever_the_body, believe_a_failed_load, trim_what_is_not_set_aside_yet, forget_dropped_offers,
]  # fmt: skip
