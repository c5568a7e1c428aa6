"""Loading: values at the edges, refusals, an engine that dies."""

import asyncio
import datetime as dt
import decimal
import os
import signal
from typing import Any

import pytest

from helicorder.engine.supervisor import Engine
from helicorder.errors import RowsRefused, TelemetryUnavailable
from helicorder.model.call import Usage
from helicorder.model.filter import Everything, Page
from helicorder.model.row import Row, Stamped
from helicorder.telemetry import calls
from helicorder.telemetry.client import StatementError, Telemetry
from helicorder.telemetry.schema import migrate
from telemetry.harness import NOON, ORG, Store, call, edit, load, score

FIRST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
LAST = dt.datetime(2299, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC)

pytestmark = pytest.mark.flaky(reruns=0)  # what is lost once in a while is lost

EDGES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"created_at": dt.datetime(1, 1, 1, tzinfo=dt.UTC)}, {"created_at": FIRST}),
    ({"response_at": dt.datetime(9999, 12, 31, tzinfo=dt.UTC)}, {"response_at": LAST}),
    ({"created_at": FIRST}, {"created_at": FIRST}),
    ({"created_at": LAST}, {"created_at": LAST}),
    ({"response_at": dt.datetime(2026, 3, 10, 12)}, {"response_at": NOON}),  # noqa: DTZ001 -- the case
    ({"status": 10**12}, {"status": 2**31 - 1}),
    ({"status": -(10**12)}, {"status": -(2**31)}),
    ({"usage": Usage(-1, 2**53, 2**64, -(2**70), 2**53 - 1)}, {"usage": Usage(None, None, None, None, 2**53 - 1)}),
    ({"latency_ms": -1, "time_to_first_token_ms": 2**64}, {"latency_ms": None, "time_to_first_token_ms": None}),
    ({"size_bytes": -5}, {"size_bytes": 0}),
    ({"cost_usd": decimal.Decimal("1e-13")}, {"cost_usd": decimal.Decimal(0)}),
    ({"cost_usd": decimal.Decimal("999999.9999999999994")}, {"cost_usd": decimal.Decimal("999999.999999999999")}),
    ({"cost_usd": decimal.Decimal("999999.9999999999996")}, {"cost_usd": None}),
    ({"cost_usd": decimal.Decimal("1e40")}, {"cost_usd": None}),
    ({"cost_usd": decimal.Decimal("NaN")}, {"cost_usd": None}),
]


async def test_a_value_beyond_its_column_is_made_to_fit_on_purpose(store: Store) -> None:
    """No value wraps around: times and statuses move to the nearer end, counts and costs become unknown."""
    await store.load(*(call(f"edge{number}", **fields) for number, (fields, _) in enumerate(EDGES)))
    for number, (fields, read) in enumerate(EDGES):
        row = await calls.one(store.telemetry, ORG, f"edge{number}")
        assert {name: getattr(row, name) for name in read} == read, fields


async def test_a_batch_spread_over_centuries_is_loaded(store: Store) -> None:
    """Calls of more months than ClickHouse takes by default in one insert are loaded as any others."""
    months = [dt.datetime(1990 + month // 12, 1 + month % 12, 1, tzinfo=dt.UTC) for month in range(150)]
    await store.load(*(call(f"r{number}", created_at=at) for number, at in enumerate(months)))
    assert await calls.count(store.telemetry, ORG, Everything()) == 150


@pytest.mark.parametrize(
    "bad",
    [call("bad", user_id="\ud800"), score("bad", "\ud800", 1), edit("bad", "key", "\ud800"), call("bad", model=None)],
)
async def test_a_row_that_cannot_be_kept_is_refused_as_a_row(store: Store, bad: Row) -> None:
    """Rows that no store can take are refused as such, and the same batch without them passes."""
    good: list[Row] = [call("good"), score("good", "q", 1), edit("good", "key", "value")]
    with pytest.raises(RowsRefused):
        await store.load(*good, bad)
    await store.load(*good)
    [row] = await calls.page(store.telemetry, ORG, Everything(), Page())
    assert (row.request_id, row.properties, row.scores["q"].value) == ("good", {"key": "value"}, 1)


async def test_a_store_without_its_tables_is_no_rows_fault(empty: Telemetry) -> None:
    """What the store refuses for reasons of its own is not blamed on the rows."""
    with pytest.raises(StatementError) as refused:
        await load(empty, [Stamped(1, call("r"))])
    assert refused.value.code == 60


async def test_nothing_to_load_is_loaded(store: Store) -> None:
    """An empty batch asks nothing of the store."""
    await load(store.telemetry, [])


@pytest.mark.parametrize(
    "delay", [0.02, *(pytest.param(delay, marks=pytest.mark.slow) for delay in (0.0, 0.01, 0.05, 0.1, 0.2))]
)
async def test_a_batch_survives_the_death_of_the_engine(tmp_path_factory: pytest.TempPathFactory, delay: float) -> None:
    """An engine killed while a batch is loaded loses nothing: the batch is loaded again and every row is there once."""
    engine = await Engine.start(tmp_path_factory.mktemp("engine"), memory_mb=1024, threads=2)
    telemetry = Telemetry(engine.url)
    await migrate(telemetry)
    batch = [Stamped(number, call(f"r{number}", number, request_body="x" * 100)) for number in range(1, 3001)]
    loading = asyncio.create_task(load(telemetry, batch))
    await asyncio.sleep(delay)
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    async with asyncio.timeout(30):
        while True:
            try:
                await loading
                break
            except TelemetryUnavailable:
                loading = asyncio.create_task(load(telemetry, batch))
    assert await calls.count(telemetry, ORG, Everything()) == len(batch)
    assert (await calls.bodies(telemetry, ORG, "r3000"))[0] == "x" * 100
    await telemetry.close()
    await engine.stop()
