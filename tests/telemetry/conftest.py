"""A real store: the embedded engine, and a ClickHouse server where its URL is given; a database for each test."""

import os
from collections.abc import AsyncIterator

import pytest

from helicorder.engine.supervisor import Engine
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.schema import migrate
from telemetry.harness import Store, database

REMOTE_URL = "HELICORDER_TEST_TELEMETRY_URL"


@pytest.fixture(scope="session", params=["embedded", "remote"])
async def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A running ClickHouse, without a database."""
    if request.param == "remote":
        given = os.environ.get(REMOTE_URL)
        if not given:
            pytest.skip(f"no ClickHouse server: {REMOTE_URL} is not set")
        yield given.rsplit("/", 1)[0]
        return
    engine = await Engine.start(tmp_path_factory.mktemp("engine"), memory_mb=2048, threads=2)
    yield engine.url.rsplit("/", 1)[0]
    await engine.stop()


@pytest.fixture
async def empty(url: str) -> AsyncIterator[Telemetry]:
    """A database without tables."""
    async with database(url) as telemetry:
        yield telemetry


@pytest.fixture
async def store(empty: Telemetry) -> Store:
    """A store with its tables and no rows."""
    await migrate(empty)
    return Store(empty)
