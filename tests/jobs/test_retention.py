"""The hourly run against stores that are there, and that are not."""

import datetime as dt
import os
import pathlib
import signal
from collections.abc import AsyncIterator

import pytest
import structlog

from helicorder.control.access import Access
from helicorder.control.database import Database
from helicorder.control.retentions import Retentions
from helicorder.engine.supervisor import Engine
from helicorder.errors import TelemetryUnavailable
from helicorder.jobs.retention import Sweeper
from helicorder.telemetry.client import Params, Telemetry
from helicorder.telemetry.schema import migrate
from telemetry.harness import Store, call

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)

pytestmark = pytest.mark.flaky(reruns=0)  # what is lost once in a while is lost


class Deadly(Telemetry):
    """A way to a store that kills its engine once, right after a command."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine.url)
        self.engine = engine
        self.killed = False

    async def command(self, sql: str, params: Params | None = None) -> None:
        """The command, and then the end."""
        await super().command(sql, params)
        if not self.killed and self.engine.pid is not None:
            self.killed = True
            os.kill(self.engine.pid, signal.SIGKILL)


@pytest.fixture
async def engine(tmp_path: pathlib.Path) -> AsyncIterator[Engine]:
    """A running engine of the test's own, with its tables."""
    started = await Engine.start(tmp_path / "engine", memory_mb=2048, threads=2)
    yield started
    await started.stop()


@pytest.fixture
async def telemetry(engine: Engine) -> AsyncIterator[Telemetry]:
    """Its store."""
    opened = Telemetry(engine.url)
    await migrate(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def database(tmp_path: pathlib.Path) -> AsyncIterator[Database]:
    """A control store."""
    opened = await Database.open("", tmp_path)
    yield opened
    await opened.close()


async def limited(database: Database, days: int) -> str:
    """An organisation that keeps calls for some days."""
    organization = await Access(database).create_organization("limited")
    await Retentions(database).change(organization.id, {"calls_days": days}, "key-1")
    return organization.id


async def test_a_store_that_is_down_is_told_and_tried_again(
    database: Database, telemetry: Telemetry, unused_port: int
) -> None:
    """A run without a store raises nothing, is logged and counted, and the next one deletes."""
    org_id = await limited(database, 1)
    await Store(telemetry).load(
        call("old", org_id=org_id, created_at=NOW - dt.timedelta(days=3)), call("new", org_id=org_id, created_at=NOW)
    )
    away = Telemetry(f"clickhouse://user:canary@127.0.0.1:{unused_port}/calls")
    stores = [away, telemetry]
    sweeper = Sweeper(Retentions(database), lambda: stores.pop(0))
    with structlog.testing.capture_logs() as logs:
        failed = await sweeper.run(NOW)
    await away.close()
    assert ([entry["event"] for entry in logs], failed.deleted) == (["retention_failed"], {})
    assert failed.error is not None
    assert "canary" not in repr(logs) + failed.error
    done = await sweeper.run(NOW)
    assert (done.error, done.deleted) == (None, {"bodies": 1, "calls": 1})
    stats = sweeper.stats()
    assert (stats.runs, stats.failures, stats.deleted, stats.last_run) == (2, 1, done.deleted, done)
    [row] = await telemetry.query("SELECT request_id FROM calls")
    assert row == {"request_id": "new"}


async def test_a_store_that_is_not_prepared_is_no_crash(database: Database) -> None:
    """Before the store is prepared a run with limits fails and says so; one without limits has nothing to ask it."""

    def unprepared() -> Telemetry:
        raise TelemetryUnavailable

    sweeper = Sweeper(Retentions(database), unprepared)
    assert (await sweeper.run(NOW)).error is None
    await limited(database, 1)
    assert (await sweeper.run(NOW)).error is not None


async def test_an_engine_that_dies_half_way_loses_nothing_that_should_stay(
    database: Database, engine: Engine, telemetry: Telemetry
) -> None:
    """The engine is killed in the middle of a run; what is too old is gone after the next, all else is there."""
    org_id = await limited(database, 1)
    rows = [
        call(f"r{age}", org_id=org_id, created_at=NOW - dt.timedelta(hours=age), request_body=f"text {age}")
        for age in range(0, 24 * 40, 12)
    ]
    await Store(telemetry).load(*rows)
    deadly = Deadly(engine)
    await Sweeper(Retentions(database), lambda: deadly).run(NOW)
    await deadly.close()
    assert deadly.killed
    last = await Sweeper(Retentions(database), lambda: telemetry).run(NOW)
    assert last.error is None
    cut = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
    for table in ("calls", "bodies"):
        found = await telemetry.query(f"SELECT request_id FROM {table} FINAL ORDER BY created_at DESC")  # noqa: S608
        assert [row["request_id"] for row in found] == [row.request_id for row in rows if row.created_at >= cut]
