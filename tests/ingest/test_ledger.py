import pathlib
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.errors import JournalGap, TelemetryUnavailable
from helicorder.ingest.ingest import Ingest
from helicorder.ingest.journal_file import Entries, JournalFile
from helicorder.ingest.ledger import Ledger, Point
from ingest.harness import Clock, Opener, Store, entries, poll, score

pytestmark = pytest.mark.flaky(reruns=0)  # what is lost once in a while is lost


@given(groups=st.lists(st.tuples(st.integers(1, 3_000), st.booleans()), max_size=60))
def test_the_ledger_counts_every_row_once(groups: list[tuple[int, bool]]) -> None:
    """Whatever is merged and passed meanwhile, each point counts all rows up to its version."""
    ledger = Ledger([Point(10, 0)])
    counted, version, passed = {10: 0}, 10, 0
    for rows, is_passed in groups:
        counted[version + rows] = counted[version] + rows
        version += rows
        ledger.add(version, rows, {})
        if is_passed:
            point = ledger.after(passed)
            assert point.rows == counted[point.version]
            ledger.forget(point)
            passed = point.version
    while passed < version:
        point = ledger.after(passed)
        assert point.rows == counted[point.version]
        passed = point.version
    assert ledger.newest == (version, counted[version])


def test_a_long_outage_does_not_fill_the_memory_with_points() -> None:
    """A hundred thousand groups of one row leave a hundred points or so."""
    ledger = Ledger([])
    for version in range(1, 100_001):
        ledger.add(version, 1, {})
    points, passed = 0, 0
    while passed < 100_000:
        passed = ledger.after(passed).version
        points += 1
    assert points < 300


def pin_reader(ingest: Ingest) -> None:
    """Make the journal's reading connection see the file as it is now, whatever is committed later."""
    reader = ingest._journal._file._reader
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM entries").fetchone()


async def test_a_reader_that_sees_an_old_journal_lets_nobody_pass(
    opened: Opener, store: Store, tmp_path: pathlib.Path
) -> None:
    """Rows that the reading connection does not see are not taken for loaded, and are loaded soon."""
    async with opened() as ingest:
        await ingest.commit([score("a")])
        await ingest.barrier()
        await poll(lambda: entries(tmp_path) == [])
        pin_reader(ingest)
        await ingest.commit([score("b"), score("c")])
        await ingest.barrier()
        assert store.request_ids() == ["a", "b", "c"]
        assert ingest.stats().gaps == 1


async def test_readers_wait_while_rows_are_missing(opened: Opener, store: Store, tmp_path: pathlib.Path) -> None:
    """While the journal shows fewer rows than were committed, reads are refused and nothing is trimmed."""
    async with opened(barrier_timeout=0.3) as ingest:
        await ingest.commit([score("a")])
        await ingest.barrier()
        stolen = await stolen_entry(ingest, tmp_path)
        with pytest.raises(TelemetryUnavailable):
            await ingest.barrier()
        assert len(entries(tmp_path)) == 2
        assert ingest.stats().gaps > 0
        with sqlite3.connect(tmp_path / "journal.sqlite") as db:
            db.execute("INSERT INTO entries VALUES (?, ?)", stolen)
        await poll(lambda: ingest.stats().journal_rows == 0)
        await ingest.barrier()
        assert store.request_ids() == ["a", "b", "c", "d"]


async def stolen_entry(ingest: Ingest, directory: pathlib.Path) -> tuple[int, bytes]:
    """Commit three rows while the store is down and take the second out of the file behind the journal's back."""
    load, ingest._flusher._load = ingest._flusher._load, fails
    await ingest.commit([score("b"), score("c"), score("d")])
    with sqlite3.connect(directory / "journal.sqlite") as db:
        version, payload = db.execute("SELECT * FROM entries ORDER BY version LIMIT 1 OFFSET 1").fetchone()
        db.execute("DELETE FROM entries WHERE version = ?", (version,))
    ingest._flusher._load = load
    return version, payload


async def fails(_: object) -> None:
    """A store that is down."""
    raise TelemetryUnavailable


def test_no_more_is_trimmed_than_was_loaded(tmp_path: pathlib.Path) -> None:
    """A trim that would delete an entry that was never loaded deletes nothing and says so; a right one goes through."""
    file = JournalFile(tmp_path, Clock())
    file.write([Entries([b"a", b"b", b"c"])])
    newest = file.ledger.newest
    with pytest.raises(JournalGap):
        file.trim(newest._replace(rows=2))
    assert len(file.read(0, newest.version, 10, 1 << 20)) == 3
    file.set_aside(newest.version, "a reason")
    file.trim(newest)
    assert file.read(0, newest.version, 10, 1 << 20) == []
    file.close()


def test_what_was_found_at_opening_is_counted(tmp_path: pathlib.Path) -> None:
    """After a restart the ledger counts the entries that wait, in stretches, up to the last version ever given."""
    file = JournalFile(tmp_path, Clock())
    file.write([Entries([b"x"] * 12_000)])
    last = file.ledger.newest.version
    file.close()
    file = JournalFile(tmp_path, Clock())
    assert file.ledger.newest == (last, 12_000)
    first = file.ledger.after(0)
    assert len(file.read(0, first.version, 20_000, 1 << 30)) == first.rows == 5_000
    while file.trim(file.ledger.newest):
        pass
    file.close()
    file = JournalFile(tmp_path, Clock())
    assert file.ledger.newest == (last, 0)
    file.close()
