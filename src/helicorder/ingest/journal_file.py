"""The journal's SQLite file: what is on disk, and every change to it as one transaction.

WAL with ``synchronous=FULL``: one fsync per transaction, and a transaction that returned survives a power cut.
Checkpoints are run here and not by SQLite's own hook, because that hook swallows a failed fsync. All methods but `read`
and `answer_to` belong to one thread, the journal's writer; these have a connection of their own and belong to another.
"""

import contextlib
import os
import pathlib
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import msgspec

from helicorder.errors import JournalGap, SchemaTooNew, StartupError
from helicorder.ingest import claims
from helicorder.ingest.claims import Claim, Outcome
from helicorder.ingest.ledger import Ledger, Point

FILE_NAME = "journal.sqlite"
SCHEMA_VERSION = 2
_SCHEMA = """
CREATE TABLE entries (version INTEGER PRIMARY KEY, payload BLOB NOT NULL);
CREATE TABLE refused (version INTEGER PRIMARY KEY, payload BLOB NOT NULL, reason TEXT NOT NULL);
CREATE TABLE high_water (version INTEGER NOT NULL);
INSERT INTO high_water VALUES (0);
"""
# What makes each version of the file of the one before; what was released is never edited.
_STEPS = (_SCHEMA + claims.SCHEMA, claims.ACCOUNTING)
_PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA fullfsync=ON",  # macOS: its plain fsync leaves the data in the drive's cache
    "PRAGMA wal_autocheckpoint=0",
    f"PRAGMA journal_size_limit={32 << 20}",
    "PRAGMA temp_store=MEMORY",
)
# What one piece of housekeeping may delete, so that writes waiting behind it wait a few milliseconds at most.
_PIECE_ROWS = 5_000
_PIECE_BYTES = 1 << 20
_CHECKPOINT_BYTES = 4 << 20
_LONG_WAL_BYTES = 16 << 20
# Pages that a transaction touches besides its payload: the last leaf, a claim's leaf and index.
_TRANSACTION_OVERHEAD_BYTES = 4 * 4096
_MAX_REASON_LENGTH = 2_000
_CLAIMS_MAX_BYTES = 1 << 30


class Entries(msgspec.Struct, frozen=True):
    """What one write carries: encoded rows of one organisation, and the claim that must hold for them to count."""

    payloads: Sequence[bytes]
    claim: Claim | None = None
    org_id: str = ""


class JournalFile:
    """An open journal. Errors of SQLite pass through as they are; the transaction they hit has been rolled back.

    Args:
        claims_max_bytes: what the claims of all organisations may take, an organisation a quarter of it at most.

    Attributes:
        ledger: how many rows are durable up to which version: those found at opening, and those written since.
        refused: rows set aside, now and before.
        used_bytes: pages in use, times page size; space freed by trimming is not counted, as it is used again.

    Raises:
        StartupError: the file is damaged, or cannot be opened; it is left as it is.
        SchemaTooNew: a newer Helicorder wrote it.
    """

    def __init__(
        self, directory: pathlib.Path, clock: Callable[[], int], *, claims_max_bytes: int = _CLAIMS_MAX_BYTES
    ) -> None:
        self._last = self._removed = 0
        self.refused = self.used_bytes = 0
        self._unsaved_bytes = self._page_size = 0
        self._clock = clock
        self._claims_max_bytes = claims_max_bytes
        self._path = path = directory / FILE_NAME
        try:
            with contextlib.ExitStack() as opened:
                _create_private(path)
                _make_durable(path.with_name(f"{path.name}-wal"))
                self._writer = opened.enter_context(contextlib.closing(_connected(path)))
                self._reader = opened.enter_context(contextlib.closing(_reading(path)))
                _prepare(self._writer, path)
                self._read_state()
                opened.pop_all()
        except (sqlite3.Error, OSError) as error:
            raise StartupError(f"The journal {path} cannot be opened: {error}. It was left as it is.") from error

    def write(self, units: Sequence[Entries]) -> list[Outcome]:
        """Make units durable in one transaction; per unit its claim's answer, None without a claim, or the conflict."""
        now = max(self._last + 1, self._clock())
        fresh: list[bytes] = []
        sizes: Counter[str] = Counter()
        with self._transaction():
            outcomes = [self._resolved(unit, now, fresh, sizes) for unit in units]
            # Never given twice, not even after a failed commit: what failed may be found there after a restart.
            self._last = now + len(fresh) - 1 if fresh else self._last
            self._writer.executemany("INSERT INTO entries VALUES (?, ?)", enumerate(fresh, now))
        if fresh:
            self.ledger.add(self._last, len(fresh), sizes)
        self.used_bytes = self._used_bytes()
        self._unsaved_bytes += sum(map(len, fresh)) + _TRANSACTION_OVERHEAD_BYTES
        return outcomes

    def trim(self, loaded: Point) -> bool:
        """Delete a piece of the entries that were loaded and of the claims past their life; whether more are left.

        Raises:
            JournalGap: there are more entries up to that version than were loaded; nothing was deleted.
        """
        oldest_claim = max(self._last, self._clock()) - claims.LIFE_MICROSECONDS
        with self._transaction():
            # With the last row goes the last version, unless it is kept: versions outlive an empty journal.
            self._writer.execute("UPDATE high_water SET version = max(version, ?)", (min(loaded.version, self._last),))
            rows = self._writer.execute(
                "DELETE FROM entries WHERE version IN"
                " (SELECT version FROM entries WHERE version <= ? ORDER BY version LIMIT ?)",
                (loaded.version, _PIECE_ROWS),
            ).rowcount
            if self._removed + rows > loaded.rows:
                raise JournalGap(f"{self._removed + rows} entries were to be deleted, and {loaded.rows} were loaded.")
            more_claims = claims.expire(self._writer, oldest_claim)
            more_claims |= claims.shrink(self._writer, self._claims_max_bytes)
        self._removed += rows
        self.used_bytes = self._used_bytes()
        self._unsaved_bytes += rows * self._page_size // 8 + _TRANSACTION_OVERHEAD_BYTES
        return rows == _PIECE_ROWS or more_claims

    def set_aside(self, version: int, reason: str) -> None:
        """Move an entry to the refused ones, which are kept for ever and never loaded."""
        with self._transaction():
            moved = self._writer.execute(
                "INSERT OR IGNORE INTO refused SELECT version, payload, ? FROM entries WHERE version = ?",
                (reason[:_MAX_REASON_LENGTH], version),
            ).rowcount
            removed = self._writer.execute("DELETE FROM entries WHERE version = ?", (version,)).rowcount
        self._removed += removed
        self.refused += moved

    def checkpoint_if_due(self) -> None:
        """Carry the WAL over into the file once it has some megabytes, so that it can start over."""
        if self._unsaved_bytes < _CHECKPOINT_BYTES:
            return
        self._unsaved_bytes = 0
        _, frames, _ = self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if frames * self._page_size > _LONG_WAL_BYTES:
            # A read was always under way: wait for one to end.
            self._writer.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()

    def read(self, after: int, up_to: int, max_rows: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """The next entries (version, payload) above one version and up to another, in order: at least one if any."""
        entries: list[tuple[int, bytes]] = []
        size = 0
        cursor = self._reader.execute(
            "SELECT version, payload FROM entries WHERE version > ? AND version <= ? ORDER BY version LIMIT ?",
            (after, up_to, max_rows),
        )
        # An open cursor would hold its snapshot, and the WAL could not start over.
        with contextlib.closing(cursor):
            for version, payload in cursor:
                entries.append((version, payload))
                size += len(payload)
                if size >= max_bytes:
                    break
        return entries

    def reopen_reader(self) -> None:
        """Replace the connection that `read` uses, which then sees what the file holds now; belongs with `read`."""
        fresh = _reading(self._path)
        self._reader.close()
        self._reader = fresh

    def answer_to(self, claim: Claim) -> Outcome:
        """The answer kept under a claim's key, None where the key is free, or the conflict; belongs with `read`."""
        return claims.find(self._reader, claim)

    def close(self) -> None:
        """Close; the last connection to close folds the WAL into the file."""
        self._reader.close()
        self._writer.close()

    def _read_state(self) -> None:
        self._page_size = self._value("PRAGMA page_size")
        self.refused = self._value("SELECT count(*) FROM refused")
        self._last = self._value(
            "SELECT max((SELECT version FROM high_water), (SELECT coalesce(max(version), 0) FROM entries),"
            " (SELECT coalesce(max(version), 0) FROM refused))"
        )
        self.ledger = Ledger(self._found_points())
        self.used_bytes = self._used_bytes()

    def _found_points(self) -> Iterator[Point]:
        """What the file holds at opening, in stretches, so that a long journal is checked and trimmed on the way."""
        rows = 0
        for (version,) in self._writer.execute("SELECT version FROM entries ORDER BY version"):
            rows += 1
            if rows % _PIECE_ROWS == 0:
                yield Point(version, rows)
        yield Point(self._last, rows)

    def _resolved(self, unit: Entries, now: int, fresh: list[bytes], sizes: Counter[str]) -> Outcome:
        if unit.claim is not None:
            outcome = claims.find(self._writer, unit.claim)
            if outcome is not None:
                return outcome
            claims.make(self._writer, unit.claim, now)
            # Keys come in no order, so each claim dirties a page of their index of its own.
            self._unsaved_bytes += self._page_size
        fresh.extend(unit.payloads)
        sizes[unit.org_id] += sum(map(len, unit.payloads))
        return None if unit.claim is None else unit.claim.answer

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._writer.execute("COMMIT")
        except BaseException:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise

    def _used_bytes(self) -> int:
        pages = self._value("PRAGMA page_count") - self._value("PRAGMA freelist_count")
        return pages * self._page_size

    def _value(self, statement: str) -> int:
        value: int = self._writer.execute(statement).fetchone()[0]
        return value


def _create_private(path: pathlib.Path) -> None:
    """Create the file readable by its owner alone (SQLite gives the WAL the same mode), its name durable."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _make_durable(wal: pathlib.Path) -> None:
    """Write the WAL over itself and fsync it, so that what is found in it is on the disk, whatever came before.

    A process that was killed may leave transactions that no fsync covered. After a failed fsync Linux shows them from
    its cache as if they were on the disk, and no later fsync writes them, only a new write does.
    """
    with contextlib.suppress(FileNotFoundError):
        file = os.open(wal, os.O_RDWR)
        try:
            offset = 0
            while piece := os.pread(file, _PIECE_BYTES, offset):
                offset += os.pwrite(file, piece, offset)
            os.fsync(file)
        finally:
            os.close(file)


def _connected(path: pathlib.Path) -> sqlite3.Connection:
    # Made on one thread, used on another: each by one thread only. The timeout is what a foreign reader costs an ack.
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.1)


def _reading(path: pathlib.Path) -> sqlite3.Connection:
    connection = _connected(path)
    connection.execute("PRAGMA query_only=ON")
    return connection


def _prepare(db: sqlite3.Connection, path: pathlib.Path) -> None:
    found: int = db.execute("PRAGMA user_version").fetchone()[0]
    if found > SCHEMA_VERSION:
        raise SchemaTooNew(f"The journal {path} has schema {found}; this Helicorder knows {SCHEMA_VERSION}.")
    verdict: str = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise StartupError(f"The journal {path} is damaged ({verdict}). It was left as it is.")
    (mode,) = db.execute("PRAGMA journal_mode=WAL").fetchone()
    if mode != "wal":
        raise StartupError(f"The journal {path} is on a file system where SQLite cannot use a write-ahead log.")
    for pragma in _PRAGMAS:
        db.execute(pragma).fetchall()
    for version, step in enumerate(_STEPS[found:], found + 1):
        db.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version={version}; COMMIT;")
