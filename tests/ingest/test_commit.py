import asyncio
import hashlib
import itertools
import os
import pathlib
import sqlite3
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helicorder.errors import Invalid, JournalUnavailable, SchemaTooNew, StartupError
from helicorder.ingest.claims import Claim
from helicorder.ingest.intake import Bounds
from helicorder.ingest.journal_file import Entries, JournalFile
from helicorder.model.row import Row
from helicorder.model.score import PropertyEdit
from ingest.harness import MORNING, Clock, Opener, Store, entries, poll, score


async def test_a_commit_that_returned_is_in_the_file(opened: Opener, store: Store, tmp_path: pathlib.Path) -> None:
    """When commit returns, a connection that knows nothing of the journal finds the row in its file."""
    store.go_down()
    async with opened() as ingest:
        for count in range(1, 4):
            assert await ingest.commit([score(f"r{count}")]) is None
            assert len(entries(tmp_path)) == count


async def test_waiting_commits_share_a_transaction(opened: Opener, store: Store, tmp_path: pathlib.Path) -> None:
    """Commits that wait together become durable together, each with all of its rows."""
    async with opened() as ingest:
        groups = 0
        write = ingest._journal._file.write

        def counted(units: list[Entries]) -> object:
            nonlocal groups
            groups += 1
            return write(units)

        ingest._journal._file.write = counted  # type: ignore[assignment,method-assign]
        await asyncio.gather(*(ingest.commit([score(f"r{n}", "a"), score(f"r{n}", "b")]) for n in range(200)))
        await ingest.barrier()
        assert groups < 100
        assert sorted(store.request_ids()) == sorted(f"r{n}" for n in range(200) for _ in "ab")


async def test_nothing_to_commit_is_no_commit(opened: Opener) -> None:
    """A commit of no rows without a claim returns at once and writes nothing."""
    async with opened() as ingest:
        assert await ingest.commit([]) is None
        assert ingest.stats().committed == 0


@pytest.mark.parametrize("row", [score("\ud800"), PropertyEdit("org", "r", "key", 1 << 70, MORNING)])  # type: ignore[arg-type]
async def test_what_cannot_be_written_is_invalid(opened: Opener, store: Store, row: Row) -> None:
    """A row that cannot be encoded is its sender's fault, and the rows beside it are not harmed."""
    async with opened() as ingest:
        results = await asyncio.gather(ingest.commit([row]), ingest.commit([score("good")]), return_exceptions=True)
        assert [type(result) for result in results] == [Invalid, type(None)]
        await ingest.barrier()
    assert store.request_ids() == ["good"]


async def test_a_cancelled_caller_harms_nobody(opened: Opener, store: Store) -> None:
    """A caller that goes away while it waits neither breaks its group nor doubles a row."""
    async with opened() as ingest:
        tasks = [asyncio.create_task(ingest.commit([score(f"r{n}")])) for n in range(50)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results[:2]] == [asyncio.CancelledError, type(None)]
        await ingest.barrier()
        assert sorted(store.request_ids()) == sorted(f"r{n}" for n in range(50))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(0, 3), st.sampled_from("-tr")), max_size=12))
def test_versions_only_grow(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, str]]) -> None:
    """Versions strictly increase whatever the clock does, over trims (t) and restarts (r), also of an empty journal."""
    directory, clock = tmp_path_factory.mktemp("versions"), Clock()
    file = JournalFile(directory, clock)
    given_out: list[int] = []
    for jump, rows, then in steps:
        clock.now += jump
        file.write([Entries([b"x"] * rows)])
        fresh = [version for version, _ in file.read(given_out[-1] if given_out else 0, 2**62, 100, 1 << 20)]
        assert len(fresh) == rows
        given_out += fresh
        if then in "tr":
            file.trim(file.ledger.newest)
            assert file.read(0, 2**62, 1, 1) == []
        if then == "r":
            file.close()
            file = JournalFile(directory, clock)
    file.close()
    assert all(a < b for a, b in itertools.pairwise(given_out))


async def test_versions_follow_the_clock(opened: Opener, store: Store, clock: Clock) -> None:
    """A version is the wall clock in microseconds as long as the clock moves forward."""
    async with opened(clock=clock) as ingest:
        await ingest.commit([score("a"), score("b")])
        clock.now += 1_000_000
        await ingest.commit([score("c")])
        await ingest.barrier()
    assert sorted(store.rows) == [clock.now - 1_000_000, clock.now - 999_999, clock.now]


async def test_the_files_are_private(opened: Opener, tmp_path: pathlib.Path) -> None:
    """The journal, its WAL and its index can be read by their owner alone."""
    async with opened() as ingest:
        await ingest.commit([score("r")])
        modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in os.scandir(tmp_path)}
    assert modes == {
        "journal.sqlite": 0o600,
        "journal.sqlite-wal": 0o600,
        "journal.sqlite-shm": 0o600,
        "reserve": 0o600,
    }


async def test_a_full_journal_refuses_until_it_is_loaded(opened: Opener, store: Store) -> None:
    """At its size cap the journal refuses commits and drops offers, and takes both again once the store caught up."""
    store.go_down()
    async with opened(journal_max_bytes=1 << 20) as ingest:
        large = score("r" * 100_000)
        results = await asyncio.gather(*(ingest.commit([large]) for _ in range(20)), return_exceptions=True)
        accepted = results.count(None)
        assert 5 <= accepted <= 10
        assert sum(isinstance(result, JournalUnavailable) for result in results) == 20 - accepted
        ingest.offer(lambda: large)
        await poll(lambda: ingest.stats().queue_depth == 0)
        assert ingest.stats().dropped == 1
        store.come_back()
        await ingest.barrier()
        await poll(lambda: ingest.stats().journal_bytes < 200_000)
        await ingest.commit([large])
        await ingest.barrier()
    assert len(store.rows) == accepted + 1


async def test_the_last_disk_space_is_left_alone(opened: Opener, store: Store) -> None:
    """With less free disk than the reserve every commit is refused, and nothing is written."""
    async with opened(min_free_bytes=1 << 60) as ingest:
        with pytest.raises(JournalUnavailable):
            await ingest.commit([score("r")])
    assert store.rows == {}


async def test_a_queue_over_its_bound_refuses(opened: Opener, store: Store) -> None:
    """Commits beyond what may wait are refused at once; those that were taken are made durable."""
    async with opened(bounds=Bounds(commits=10)) as ingest:
        results = await asyncio.gather(*(ingest.commit([score(f"r{n}")]) for n in range(100)), return_exceptions=True)
        taken = results.count(None)
        assert 10 <= taken < 100
        assert all(result is None or isinstance(result, JournalUnavailable) for result in results)
        await ingest.barrier()
        assert len(store.rows) == taken == ingest.stats().committed


async def test_after_closing_nothing_is_accepted(opened: Opener, store: Store) -> None:
    """A closed ingest refuses commits and counts offers as dropped."""
    async with opened() as ingest:
        pass
    with pytest.raises(JournalUnavailable, match="closed"):
        await ingest.commit([score("late")])
    ingest.offer(lambda: score("late"))
    assert (ingest.stats().offered, ingest.stats().dropped) == (1, 1)


async def test_closing_drains(opened: Opener, store: Store, tmp_path: pathlib.Path) -> None:
    """Closing makes durable all that was offered, loads it, and leaves an empty journal without a WAL."""
    async with opened(flush_interval=60, close_timeout=30.0) as ingest:
        for n in range(12_000):
            ingest.offer(lambda n=n: score(f"r{n}"))  # type: ignore[misc]
    assert len(set(store.request_ids())) == len(store.rows) == 12_000
    assert entries(tmp_path) == []
    assert ingest.stats().dropped == ingest.stats().queue_depth == 0


async def test_closing_with_the_store_down_keeps_everything(
    opened: Opener, store: Store, tmp_path: pathlib.Path
) -> None:
    """What cannot be loaded while closing stays in the journal and is loaded at the next start."""
    store.go_down()
    async with opened(close_timeout=0.2) as ingest:
        ingest.offer(lambda: score("offered"))
        await ingest.commit([score("committed")])
    assert len(entries(tmp_path)) == 2
    store.come_back()
    async with opened() as ingest:
        await ingest.barrier()
    assert sorted(store.request_ids()) == ["committed", "offered"]


@pytest.mark.parametrize("damage", ["header", "page"])
async def test_a_damaged_journal_is_refused_and_left_alone(
    opened: Opener, store: Store, tmp_path: pathlib.Path, damage: str
) -> None:
    """Start refuses a damaged journal with its path in the message, and does not touch the file."""
    store.go_down()
    async with opened(close_timeout=0.01) as ingest:
        await ingest.commit([score(f"r{n}" * 50) for n in range(200)])
    path = tmp_path / "journal.sqlite"
    content = bytearray(path.read_bytes())
    start = 0 if damage == "header" else len(content) - 3 * 4096
    content[start : start + 4096] = b"\x5a" * 4096
    path.write_bytes(content)
    with pytest.raises(StartupError, match=r"journal\.sqlite"):
        async with opened():
            pass
    assert path.read_bytes() == bytes(content)


async def test_a_newer_journal_is_refused(opened: Opener, tmp_path: pathlib.Path) -> None:
    """A journal of a newer schema is refused by name."""
    async with opened():
        pass
    db = sqlite3.connect(tmp_path / "journal.sqlite")
    db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(SchemaTooNew, match="99"):
        async with opened():
            pass


async def test_the_wal_starts_over(opened: Opener, tmp_path: pathlib.Path) -> None:
    """Under steady writing, keyed, and reading, the write-ahead log stays at some megabytes."""
    async with opened(flush_interval=0.0) as ingest:
        for n in range(150):
            claims = [Claim("org", hashlib.sha256(f"{n} {m}".encode()).hexdigest(), b"f") for m in range(50)]
            await asyncio.gather(*(ingest.commit([score("r" * 5_000)], claim) for claim in claims))
        await ingest.barrier()
        assert (tmp_path / "journal.sqlite-wal").stat().st_size < 48 << 20
