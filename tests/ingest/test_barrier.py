import asyncio
import pathlib
import time

import pytest

from helicorder.errors import TelemetryUnavailable
from ingest.harness import Opener, Store, score


async def test_a_read_sees_every_write_before_it(opened: Opener, store: Store) -> None:
    """What was committed or offered before a barrier began is in the store when it returns, without gathering."""
    async with opened(flush_interval=60) as ingest:
        started = time.monotonic()
        for n in range(30):
            await ingest.commit([score(f"committed-{n}")])
            ingest.offer(lambda n=n: score(f"offered-{n}"))  # type: ignore[misc]
            await ingest.barrier()
            assert f"committed-{n}" in store.request_ids()
            assert f"offered-{n}" in store.request_ids()
        assert time.monotonic() - started < 10


async def test_many_readers_and_writers(opened: Opener, store: Store) -> None:
    """Each of many concurrent writers reads its own writes through the barrier."""

    async def live(name: str) -> None:
        for n in range(10):
            await ingest.commit([score(f"{name}-{n}")])
            await ingest.barrier()
            assert f"{name}-{n}" in store.request_ids()

    async with opened(flush_interval=60) as ingest:
        await asyncio.gather(*(live(f"w{n}") for n in range(20)))
    assert len(store.rows) == 200


async def test_an_idle_barrier_does_not_wait(opened: Opener) -> None:
    """With nothing outstanding a barrier returns without giving up the thread."""
    async with opened() as ingest:
        await ingest.barrier()
        await ingest.commit([score("r")])
        await ingest.barrier()
        with pytest.raises(StopIteration):
            ingest.barrier().send(None)


@pytest.mark.timed
async def test_a_barrier_gives_up_in_time_and_the_store_recovers(opened: Opener, store: Store) -> None:
    """While the store is down a barrier says so after its timeout; once the store is back the next one passes soon."""
    store.go_down()
    async with opened(barrier_timeout=0.3) as ingest:
        await ingest.commit([score("r")])
        started = time.monotonic()
        with pytest.raises(TelemetryUnavailable):
            await ingest.barrier()
        assert 0.25 < time.monotonic() - started < 2
        assert ingest.stats().flush_failures >= 1
        assert ingest.stats().journal_rows == 1
        assert ingest.stats().oldest_unflushed_seconds > 0.2
        store.come_back()
        await ingest.barrier()
        stats = ingest.stats()
        assert (stats.journal_rows, stats.oldest_unflushed_seconds, stats.flushed) == (0, 0.0, 1)


async def test_impatient_readers_do_not_hammer_a_store_that_is_down(opened: Opener, store: Store) -> None:
    """However many barriers ask, a failing store is tried at most about ten times a second."""
    store.go_down()
    async with opened(barrier_timeout=0.01) as ingest:
        await ingest.commit([score("r")])
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            with pytest.raises(TelemetryUnavailable):
                await ingest.barrier()
        assert 3 <= len(store.loads) <= 25


async def test_a_store_that_hangs_is_given_up_and_tried_again(opened: Opener, store: Store) -> None:
    """A load that does not return is cancelled after its timeout, and its rows are loaded by a later one."""
    hung = 0

    async def load(rows: list[object]) -> None:
        nonlocal hung
        hung += 1
        if hung == 1:
            await asyncio.sleep(3600)
        await store.load(rows)  # type: ignore[arg-type]

    async with opened(load=load, load_timeout=0.1) as ingest:
        await ingest.commit([score("r")])
        await ingest.barrier()
    assert store.request_ids() == ["r"]


async def test_a_load_that_is_cancelled_from_within_does_not_end_the_flusher(opened: Opener, store: Store) -> None:
    """A cancellation that comes out of the store's client is a failure like any other."""
    cancelled = 0

    async def load(rows: list[object]) -> None:
        nonlocal cancelled
        cancelled += 1
        if cancelled == 1:
            raise asyncio.CancelledError
        await store.load(rows)  # type: ignore[arg-type]

    async with opened(load=load) as ingest:
        await ingest.commit([score("r")])
        await ingest.barrier()
    assert store.request_ids() == ["r"]


async def test_a_start_with_a_backlog_loads_it(opened: Opener, store: Store, tmp_path: pathlib.Path) -> None:
    """A barrier right after the start waits for what an earlier run left, and keeps its versions."""
    store.go_down()
    async with opened(close_timeout=0.01) as ingest:
        await asyncio.gather(*(ingest.commit([score(f"r{n}") for n in range(1_000)]) for _ in range(25)))
        assert ingest.stats().journal_rows == 25_000
    store.come_back()
    async with opened() as ingest:
        await ingest.barrier()
        assert ingest.stats().flushed == 25_000
        assert max(store.loads) <= 10_000
    assert len(store.rows) == 25_000
