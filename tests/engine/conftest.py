"""A running engine, clients of it, and a database that is a test's own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import clickhouse_connect
import pytest

from helicorder.engine.supervisor import Engine
from helicorder.model import ids

Connect = Callable[..., Awaitable[Any]]


@pytest.fixture(scope="session")
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """One engine for all tests that do not hurt it."""
    running = await Engine.start(tmp_path_factory.mktemp("engine") / "store", memory_mb=1024, threads=2)
    yield running
    await running.stop()


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Makes real ClickHouse clients of an engine's URL, with overrides, and closes them."""
    async with AsyncExitStack() as clients:

        async def connected(url: str, **overrides: Any) -> Any:
            parts = urlsplit(url)
            arguments: dict[str, Any] = {
                "host": parts.hostname,
                "port": parts.port,
                "username": parts.username,
                "password": parts.password,
                "database": parts.path.lstrip("/"),
                "compress": False,
                "autogenerate_session_id": False,
                "tz_mode": "aware",
            }
            client = await clickhouse_connect.get_async_client(**(arguments | overrides))
            clients.push_async_callback(client.close)
            return client

        yield connected


@pytest.fixture
async def client(engine: Engine, connect: Connect) -> AsyncIterator[Any]:
    """A client whose database is this test's own."""
    admin = await connect(engine.url)
    database = f"test_{ids.new_id().replace('-', '')}"
    await admin.command(f"CREATE DATABASE {database}")
    yield await connect(engine.url, database=database)
    await admin.command(f"DROP DATABASE {database} SYNC")


@pytest.fixture
async def http(engine: Engine) -> AsyncIterator[aiohttp.ClientSession]:
    """The bare HTTP protocol, with the engine's credentials."""
    parts = urlsplit(engine.url)
    headers = {"Authorization": aiohttp.encode_basic_auth(parts.username or "", parts.password or "")}
    async with aiohttp.ClientSession(f"http://{parts.hostname}:{parts.port}", headers=headers) as session:
        yield session
