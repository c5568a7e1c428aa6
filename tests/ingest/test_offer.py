import asyncio
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helicorder.ingest.intake import Bounds
from helicorder.model.row import Row
from ingest.harness import Opener, Store, score


def broken() -> Row:
    """A maker that fails."""
    raise ValueError("secret body")


async def test_makers_run_in_the_writer_thread(opened: Opener, store: Store) -> None:
    """What makes an offered row never runs on the event loop's thread."""
    threads: list[str] = []

    def make() -> Row:
        threads.append(threading.current_thread().name)
        return score("r")

    async with opened() as ingest:
        ingest.offer(make)
        await ingest.barrier()
    assert threads == ["journal-writer"]
    assert store.request_ids() == ["r"]


async def test_a_slow_maker_does_not_hold_up_the_loop(opened: Opener) -> None:
    """Offering returns at once while a maker takes its time, and a barrier waits for that maker."""
    release = threading.Event()

    def make() -> Row:
        release.wait(10)
        return score("slow")

    async with opened() as ingest:
        ingest.offer(make)
        barrier = asyncio.create_task(ingest.barrier())
        await asyncio.sleep(0.05)
        assert not barrier.done()
        assert ingest.stats().queue_depth == 1
        release.set()
        await barrier
        assert ingest.stats().queue_depth == 0


@pytest.mark.timed
async def test_slow_makers_do_not_starve_commits(opened: Opener, store: Store) -> None:
    """A commit waits for a few milliseconds of making, not for the whole backlog of offers."""
    pause = threading.Event()

    def make() -> Row:
        pause.wait(0.005)
        return score("offered")

    async with opened() as ingest:
        for _ in range(300):
            ingest.offer(make)
        await asyncio.wait_for(ingest.commit([score("committed")]), 1.0)
        assert ingest.stats().queue_depth > 100
        await ingest.barrier()
    assert len(store.rows) == 301


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(st.sampled_from(["good", "broken", "unencodable"]), max_size=60), bound=st.integers(1, 40))
def test_dropped_is_attempted_minus_stored(opened: Opener, store: Store, kinds: list[str], bound: int) -> None:
    """Whatever becomes of offers, those dropped and those stored add up exactly to those attempted."""
    makers = {"good": lambda: score("r"), "broken": broken, "unencodable": lambda: score("\ud800")}

    async def run() -> None:
        before = len(store.rows)
        async with opened(bounds=Bounds(offers=bound), flush_interval=0.0) as ingest:
            for kind in kinds:
                ingest.offer(makers[kind])
            await ingest.barrier()
            stats = ingest.stats()
            assert stats.offered == len(kinds)
            assert stats.dropped == len(kinds) - (len(store.rows) - before)
            assert stats.dropped >= len(kinds) - kinds.count("good")

    asyncio.run(run())


async def test_offers_are_bounded_in_bytes(opened: Opener, store: Store) -> None:
    """Offers that together claim more than the byte bound are dropped and counted."""
    gate = threading.Event()

    def make() -> Row:
        gate.wait(10)
        return score("r")

    async with opened(bounds=Bounds(offer_bytes=100)) as ingest:
        for _ in range(10):
            ingest.offer(make, 30)
        gate.set()
        await ingest.barrier()
        assert 3 <= len(store.rows) <= 4
        assert ingest.stats().dropped == 10 - len(store.rows)
