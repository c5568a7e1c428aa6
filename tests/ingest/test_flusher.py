import asyncio
import contextlib
import pathlib
import sqlite3
import time
from collections.abc import Sequence

import pytest

from helicorder.errors import RowsRefused, TelemetryUnavailable
from helicorder.ingest.isolation import isolate
from helicorder.model.row import Stamped
from ingest.harness import Opener, Store, entries, poll, request_id_of, score


def poisoned(rows: Sequence[Stamped]) -> bool:
    """Whether a batch holds a row that the store of these tests cannot take."""
    return any("poison" in request_id_of(stamped.row) for stamped in rows)


@pytest.mark.parametrize("places", [{0}, {499}, {250, 251}, {3, 77, 400}, set(range(100, 140))])
async def test_rows_that_the_store_refuses_are_set_aside(
    opened: Opener, store: Store, tmp_path: pathlib.Path, places: set[int]
) -> None:
    """Rows refused for what they hold are kept apart with the reason; all others are loaded, and reads go on."""
    store.refuses = lambda rows: RowsRefused("a bad number") if poisoned(rows) else None
    async with opened() as ingest:
        await ingest.commit([score("poison" if n in places else f"r{n}") for n in range(500)])
        await ingest.barrier()
        assert ingest.stats().set_aside == len(places)
        assert ingest.stats().flushed == 500 - len(places)
        assert ingest.stats().journal_rows == 0
    assert len(store.rows) == 500 - len(places)
    assert entries(tmp_path) == []
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.sqlite")) as db:
        kept = db.execute("SELECT payload, reason FROM refused").fetchall()
    assert len(kept) == len(places)
    assert all(b"poison" in payload and reason == "RowsRefused: a bad number" for payload, reason in kept)


async def test_rows_set_aside_are_counted_over_restarts(opened: Opener, store: Store) -> None:
    """What is kept apart is counted altogether, beside what was set aside since the start."""
    store.refuses = lambda rows: RowsRefused("a bad number") if poisoned(rows) else None
    for start in range(1, 3):
        async with opened() as ingest:
            await ingest.commit([score("poison"), score("good")])
            await ingest.barrier()
            await poll(lambda found=ingest, all_of_them=start: found.stats().refused == all_of_them)  # type: ignore[misc]  # bound now
            assert ingest.stats().set_aside == 1


async def test_a_lone_refused_row_does_not_block_reads(opened: Opener, store: Store) -> None:
    """A refused row that is alone in the journal is set aside as well."""
    store.refuses = lambda rows: RowsRefused() if poisoned(rows) else None
    async with opened() as ingest:
        await ingest.commit([score("poison")])
        await ingest.barrier()
        await ingest.commit([score("good")])
        await ingest.barrier()
    assert store.request_ids() == ["good"]


async def test_a_store_that_refuses_everything_is_not_believed(
    opened: Opener, store: Store, tmp_path: pathlib.Path
) -> None:
    """When no row of a larger batch passes, the store is at fault: nothing is set aside, all is loaded later."""
    store.refuses = lambda _: RowsRefused()
    async with opened(barrier_timeout=0.5) as ingest:
        await ingest.commit([score(f"r{n}") for n in range(20)])
        with pytest.raises(TelemetryUnavailable):
            await ingest.barrier()
        assert entries(tmp_path, "refused") == []
        store.come_back()
        await ingest.barrier()
        assert ingest.stats().set_aside == 0
    assert len(store.rows) == 20


async def test_an_outage_sets_nothing_aside(opened: Opener, store: Store, tmp_path: pathlib.Path) -> None:
    """However often a store that is down fails, no row is blamed for it."""
    store.go_down()
    async with opened(barrier_timeout=2.5) as ingest:
        await ingest.commit([score(f"r{n}") for n in range(30)])
        with pytest.raises(TelemetryUnavailable):
            await ingest.barrier()
        assert len(store.loads) > 6
        store.come_back()
        await ingest.barrier()
    assert len(store.rows) == 30
    assert entries(tmp_path, "refused") == []


def stamped(*names: str) -> list[Stamped]:
    """Rows with versions 0, 1, 2, ..."""
    return [Stamped(version, score(name)) for version, name in enumerate(names)]


async def test_a_row_that_keeps_failing_while_others_pass_is_condemned() -> None:
    """Without the store's word a row is blamed only after it failed alone again and again beside one that passed."""
    tries: list[list[str]] = []

    async def attempt(rows: Sequence[Stamped]) -> Exception | None:
        tries.append([request_id_of(row.row) for row in rows])
        return ConnectionResetError() if poisoned(rows) else None

    condemned = await isolate(stamped("a", "b", "poison", "c"), attempt, 0.0)
    assert [row.version for row, _ in condemned] == [2]
    assert tries.count(["poison"]) > 5
    assert len(tries) < 40


async def test_a_row_that_failed_by_chance_is_loaded() -> None:
    """A row that failed alone once and passes when tried again is not blamed."""
    failures = 3

    async def attempt(rows: Sequence[Stamped]) -> Exception | None:
        nonlocal failures
        if poisoned(rows) and failures:
            failures -= 1
            return ConnectionResetError()
        return None

    assert await isolate(stamped("a", "poison"), attempt, 0.0) == []


async def test_a_store_that_goes_down_during_the_search_ends_it() -> None:
    """When the store stops answering in the middle, the search ends after a few failures and blames nobody."""
    tries = 0

    async def attempt(rows: Sequence[Stamped]) -> Exception | None:
        nonlocal tries
        tries += 1
        return ConnectionResetError() if tries > 3 or poisoned(rows) else None

    with pytest.raises(ConnectionResetError):
        await isolate(stamped(*["a"] * 700, "poison", *["b"] * 299), attempt, 0.0)
    assert tries < 50


async def test_an_unreadable_entry_is_set_aside(opened: Opener, store: Store, tmp_path: pathlib.Path) -> None:
    """An entry that this version cannot decode is kept with the reason and does not hold up its neighbours."""
    store.go_down()
    async with opened(close_timeout=0.01) as ingest:
        await ingest.commit([score("a"), score("b"), score("c")])
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.sqlite")) as db:
        middle = entries(tmp_path)[1]
        db.execute("UPDATE entries SET payload = x'93a5' WHERE version = ?", (middle,))
        db.commit()
    store.come_back()
    async with opened() as ingest:
        await ingest.barrier()
        assert ingest.stats().set_aside == 1
    assert store.request_ids() == ["a", "c"]
    assert entries(tmp_path, "refused") == [middle]


async def test_the_flusher_gathers(opened: Opener, store: Store) -> None:
    """Without readers, rows that come one by one are loaded in few batches."""
    async with opened(flush_interval=0.2) as ingest:
        for n in range(50):
            await ingest.commit([score(f"r{n}")])
            await asyncio.sleep(0.005)
        await ingest.barrier()
    assert len(store.rows) == 50
    assert len(store.loads) <= 10


async def test_the_flusher_loads_by_itself(opened: Opener, store: Store, tmp_path: pathlib.Path) -> None:
    """Rows reach the store without a reader, and are trimmed from the journal soon after."""
    async with opened(flush_interval=0.02) as ingest:
        await ingest.commit([score("r")])
        await poll(lambda: store.request_ids() == ["r"])
        await poll(lambda: entries(tmp_path) == [])


class Audience:
    """Somebody who is told what was loaded, and notes what was in the store by then."""

    def __init__(self, store: Store) -> None:
        self.watched = False
        self.told: list[tuple[int, set[int]]] = []
        self._store = store

    def loaded(self, version: int) -> None:
        """As the hook is called."""
        self.told.append((version, set(self._store.rows)))


async def test_an_audience_is_told_of_what_is_in_the_store(opened: Opener, store: Store) -> None:
    """Versions are told in order, each when every row up to it is in the store, and the last one when all is loaded."""
    audience = Audience(store)
    async with opened(audience=audience) as ingest:
        for _ in range(20):
            await ingest.commit([score("a"), score("b")])
        await ingest.barrier()
        marks = [mark for mark, _ in audience.told]
        assert marks == sorted(marks)
        assert marks[-1] == ingest.mark
    for mark, there in audience.told:
        assert {version for version in store.rows if version <= mark} <= there


async def test_nothing_is_told_while_the_store_is_down(opened: Opener, store: Store) -> None:
    """What could not be loaded is not told, and told when it is."""
    audience = Audience(store)
    async with opened(audience=audience, barrier_timeout=0.2) as ingest:
        await ingest.barrier()
        store.go_down()
        await ingest.commit([score("a")])
        with pytest.raises(TelemetryUnavailable):
            await ingest.barrier()
        assert ingest.mark not in [mark for mark, _ in audience.told]
        store.come_back()
        await poll(lambda: ingest.mark in [mark for mark, _ in audience.told])


@pytest.mark.timed
@pytest.mark.parametrize("watched", [True, False])
async def test_rows_are_gathered_for_a_shorter_time_while_somebody_watches(
    opened: Opener, store: Store, *, watched: bool
) -> None:
    """A load that is slow makes the next one wait five times as long, and no longer than itself while watched."""
    audience = Audience(store)
    audience.watched = watched
    async with opened(audience=audience) as ingest:
        store.refuses = lambda _: time.sleep(0.2)
        await ingest.commit([score("slow")])
        await ingest.barrier()
        store.refuses = lambda _: None
        loop = asyncio.get_running_loop()
        began = loop.time()
        await ingest.commit([score("next")])
        await poll(lambda: "next" in store.request_ids())
        assert (loop.time() - began < 0.7) == watched
