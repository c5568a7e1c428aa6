"""What is watched for an operator, with parts that are away."""

import asyncio
import datetime as dt
import os
import pathlib
import time
from collections.abc import AsyncIterator

import pytest

from helicorder import observer as module
from helicorder.api.limits import LimitStats
from helicorder.api.operations import Facts
from helicorder.control.database import Database
from helicorder.ingest.ingest import IngestStats
from helicorder.model.retention import RetentionStats
from helicorder.observer import Observer, Sizes, sizes_of
from helicorder.settings import read
from helicorder.telemetry.client import Telemetry
from helicorder.workers.pool import Pool

STATS = IngestStats(
    queue_depth=0,
    journal_rows=7,
    journal_bytes=0,
    oldest_unflushed_seconds=1.5,
    committed=0,
    offered=0,
    dropped=0,
    flushed=0,
    set_aside=0,
    refused=3,
    flush_failures=0,
    gaps=0,
    bodies_dropped=0,
    is_low=False,
    reserve_bytes=0,
    failed=False,
)


@pytest.fixture
async def observer(tmp_path: pathlib.Path, unused_port: int) -> AsyncIterator[Observer]:
    """An observer of a real control store, of a telemetry store that is not there, and of facts that stand still."""
    database = await Database.open("", tmp_path)
    url = f"clickhouse://user:canary@127.0.0.1:{unused_port}/calls"
    settings = read({"HELICORDER_DATA_DIR": str(tmp_path), "HELICORDER_TELEMETRY_URL": url})
    telemetry = Telemetry(url)
    facts = Facts(
        ingest=STATS,
        retention=RetentionStats(0, 0, {}, None),
        limits=LimitStats(),
        telemetry_prepared=False,
        engine_ready=None,
        engine_restarts=0,
        calls_in_flight=2,
        stopping=False,
    )
    pool = Pool()
    yield Observer(settings, lambda: facts, database, telemetry, None, pool)
    await pool.close()
    await telemetry.close()
    await database.close()


async def test_samples_are_bounded_and_in_order(observer: Observer) -> None:
    """The last quarter of an hour is kept, oldest first, however long the server runs."""
    for _ in range(module.KEPT_SAMPLES + 20):
        observer.sample()
    samples = (await observer.status()).samples
    assert len(samples.at) == module.KEPT_SAMPLES
    assert samples.at == sorted(samples.at)
    assert dt.datetime.now(dt.UTC) - samples.at[-1] < dt.timedelta(minutes=1)
    assert set(samples.journal_rows) == {7}
    assert set(samples.flush_lag_seconds) == {1.5}
    assert set(samples.calls_in_flight) == {2}
    assert min(samples.memory_bytes) > 0


@pytest.mark.timed
async def test_a_store_that_is_away_is_null_and_named_without_its_password(
    observer: Observer, unused_port: int
) -> None:
    """What cannot be asked is null, soon; the host is told, the user and the password are not."""
    began = time.monotonic()
    status = await observer.status()
    assert time.monotonic() - began < 2 * module.ANSWER_SECONDS
    telemetry = status.telemetry
    assert (telemetry.host, telemetry.version, telemetry.schema_version) == (f"127.0.0.1:{unused_port}", None, None)
    assert (telemetry.embedded, telemetry.prepared, telemetry.ready, telemetry.bytes) == (False, False, None, None)
    assert (status.control.kind, status.control.schema_version is not None) == ("sqlite", True)
    assert status.journal.refused_rows == 3
    assert [(process.name, process.pid) for process in status.processes] == [("server", os.getpid())]
    assert "canary" not in repr(status)


async def test_watching_goes_on_until_it_is_ended(observer: Observer) -> None:
    """The first sample is there at once, and ending the watch ends it."""
    watching = asyncio.create_task(observer.watch())
    await asyncio.sleep(0)
    assert len((await observer.status()).samples.at) == 1
    watching.cancel()
    await asyncio.wait({watching})
    assert watching.cancelled()


def test_sizes_are_those_of_the_files(tmp_path: pathlib.Path) -> None:
    """Each part's files are added up, the engine's whole tree; what is not there is nothing."""
    assert sizes_of(tmp_path / "not there") == Sizes(journal=0, control=0, engine=0)
    for name, size in (("journal.sqlite", 10), ("journal.sqlite-wal", 20), ("control.sqlite", 5), ("other", 100)):
        (tmp_path / name).write_bytes(b"x" * size)
    (tmp_path / "engine" / "store" / "a").mkdir(parents=True)
    (tmp_path / "engine" / "store" / "a" / "part.bin").write_bytes(b"x" * 7)
    (tmp_path / "engine" / "status").write_bytes(b"x" * 2)
    (tmp_path / "engine" / "link").symlink_to(tmp_path / "nowhere")
    sizes = sizes_of(tmp_path)
    assert (sizes.journal, sizes.control) == (30, 5)
    assert 9 <= sizes.engine < 1000
