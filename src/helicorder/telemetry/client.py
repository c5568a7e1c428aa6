"""The four verbs towards the store: query, stream, insert, command. Embedded or remote, it is a ClickHouse."""

import asyncio
import contextlib
import ipaddress
import struct
import urllib.parse
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self, TypeVar

import aiohttp
from clickhouse_connect.driver import AsyncClient
from clickhouse_connect.driver.common import StreamContext
from clickhouse_connect.driver.exceptions import DatabaseError, DataError

from helicorder.errors import StartupError, TelemetryUnavailable

CONNECT_SECONDS = 5
ANSWER_SECONDS = 120
RETRY_AFTER_SECONDS = 0.25
PORT = {"clickhouse": 8123, "clickhouses": 8443}

# ClickHouse's codes for "not now" rather than "not this": disk, memory, network, overload, replicas, cancelled. The
# same statement may pass later, so a batch that meets one is kept and tried again, never taken apart.
NOT_NOW = frozenset(
    {
        74,  # CANNOT_READ_FROM_FILE_DESCRIPTOR
        75,  # CANNOT_WRITE_TO_FILE_DESCRIPTOR
        76,  # CANNOT_OPEN_FILE
        77,  # CANNOT_CLOSE_FILE
        159,  # TIMEOUT_EXCEEDED
        164,  # READONLY
        173,  # CANNOT_ALLOCATE_MEMORY
        198,  # DNS_ERROR
        202,  # TOO_MANY_SIMULTANEOUS_QUERIES
        203,  # NO_FREE_CONNECTION
        209,  # SOCKET_TIMEOUT
        210,  # NETWORK_ERROR
        236,  # ABORTED
        241,  # MEMORY_LIMIT_EXCEEDED
        242,  # TABLE_IS_READ_ONLY
        243,  # NOT_ENOUGH_SPACE
        252,  # TOO_MANY_PARTS
        279,  # ALL_CONNECTION_TRIES_FAILED
        285,  # TOO_FEW_LIVE_REPLICAS
        286,  # UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
        319,  # UNKNOWN_STATUS_OF_INSERT
        394,  # QUERY_WAS_CANCELLED
        425,  # SYSTEM_ERROR
        439,  # CANNOT_SCHEDULE_TASK
        473,  # DEADLOCK_AVOIDED
        499,  # S3_ERROR
        667,  # NOT_INITIALIZED
        734,  # CANNOT_WRITE_AFTER_BUFFER_CANCELED
        735,  # QUERY_WAS_CANCELLED_BY_CLIENT
        745,  # SERVER_OVERLOADED
        999,  # KEEPER_EXCEPTION
        1000,  # POCO_EXCEPTION: the network and file layer under the server
        1001,  # STD_EXCEPTION: among them a full disk while a part is written
    }
)
REFUSED = frozenset({192, 193, 194, 516})  # unknown user, wrong or missing password, authentication failed

# What one insert is: whole on return (no server-side queue), and never refused for the dates it holds.
INSERT_SETTINGS = {"async_insert": 0, "max_partitions_per_insert_block": 0}

Answer = TypeVar("Answer")
Params = Mapping[str, object]
Row = dict[str, Any]


class StatementError(Exception):
    """The telemetry store refuses this statement or this data, and would refuse it again.

    Attributes:
        code: ClickHouse's number for it; 0 when the data could not even be written down for sending.
        detail: ClickHouse's own words. They may repeat data, so they go to nobody outside.
    """

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(f"The telemetry store refused a statement (code {code}).")
        self.code = code
        self.detail = detail


class Address(NamedTuple):
    """Where a store is, from a ``clickhouse://user:password@host:port/database`` URL (``clickhouses://`` for TLS)."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    database: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """The parts of a URL; user and database are ``default`` where not given, the port ClickHouse's own.

        Raises:
            StartupError: it is no such URL. The message repeats nothing of it: it may hold a password.
        """
        try:
            parts = urllib.parse.urlsplit(url)
            port = PORT[parts.scheme] if parts.port is None else parts.port
        except (KeyError, ValueError):
            raise _malformed() from None
        if parts.scheme not in PORT or not parts.hostname:
            raise _malformed()
        return cls(
            parts.scheme,
            parts.hostname,
            port,
            urllib.parse.unquote(parts.username or "default"),
            urllib.parse.unquote(parts.password or ""),
            urllib.parse.unquote(parts.path.strip("/")) or "default",
        )


def _malformed() -> StartupError:
    return StartupError("The telemetry URL must look like clickhouse://user:password@host:port/database.")


class Telemetry:
    """A connection pool to one database of a ClickHouse; safe to share between tasks.

    Nothing is opened before the first verb, which also makes the database where it is missing. Every verb tries once
    more when the connection breaks: all statements here may be repeated without harm (reads; inserts into tables that
    drop repetitions; DDL with IF NOT EXISTS).

    All verbs raise:
        TelemetryUnavailable: no answer now: refused, reset, timed out, restarting, out of memory or disk; or the user
            or password of the URL is refused, which its message says.
        StatementError: the store understood and refuses.
    """

    def __init__(self, url: str) -> None:
        """Takes a URL as `Address.parse` does, and raises what it raises."""
        self._address = Address.parse(url)
        self._opening: asyncio.Task[AsyncClient] | None = None

    @property
    def host(self) -> str:
        """Where the store is: host and port, and nothing of who may ask it."""
        return f"{self._address.host}:{self._address.port}"

    @classmethod
    async def connect(cls, url: str) -> Self:
        """A store opened now, for a caller who wants to know at once whether it answers. Raises as a verb does."""
        telemetry = cls(url)
        with _translated():
            await telemetry._opened()
        return telemetry

    async def query(self, sql: str, params: Params | None = None) -> list[Row]:
        """The rows of a SELECT as dicts by column name. Values go in params and appear as ``{name:Type}`` in sql."""

        async def ask(client: AsyncClient) -> list[Row]:
            result = await client.query(sql, parameters=dict(params or {}))
            return list(result.named_results())

        return await self._twice(ask)

    async def stream(
        self, sql: str, params: Params | None = None, *, into: str, settings: Mapping[str, str | int] | None = None
    ) -> AsyncGenerator[bytes]:
        """The result of a SELECT in one of ClickHouse's formats, in pieces as they are made.

        The first piece is there on return, so that a statement that fails at once fails here. What is not read is not
        made: the store waits. Closing the generator ends the statement.

        Args:
            sql: without a FORMAT clause.
            params: as in `query`.
            into: the format's name.
            settings: of this statement alone.

        The generator raises what a verb raises; there is then no more to come, and the result is not whole.
        """

        async def ask(client: AsyncClient) -> AsyncGenerator[bytes]:
            given = dict(settings or {})
            answer = await client.raw_stream(sql, parameters=dict(params or {}), fmt=into, settings=given)
            pieces = _pieces(answer)
            return _with_first(await anext(pieces, b""), pieces)

        return await self._twice(ask)

    async def insert(
        self, table: str, names: Sequence[str], types: Sequence[str], columns: Sequence[Sequence[object]]
    ) -> None:
        """Adds rows, given as columns of equal length. On return they are on the disk; after an error, some may be.

        Args:
            table: its name.
            names: the columns that are given.
            types: their ClickHouse types, in the same order.
            columns: their values, in the same order; None for NULL.
        """

        async def send(client: AsyncClient) -> None:
            await client.insert(
                table,
                columns,
                column_names=names,
                column_type_names=types,
                column_oriented=True,
                settings=INSERT_SETTINGS,
            )

        await self._twice(send)

    async def command(self, sql: str, params: Params | None = None) -> None:
        """Runs a statement that answers nothing."""

        async def run(client: AsyncClient) -> None:
            await client.command(sql, parameters=dict(params or {}))

        await self._twice(run)

    async def close(self) -> None:
        """Waits for what is under way, then closes all connections."""
        opening, self._opening = self._opening, None
        if opening is not None:
            await asyncio.wait([opening])
            if not _failed(opening):
                await opening.result().close()

    async def _twice(self, attempt: Callable[[AsyncClient], Awaitable[Answer]]) -> Answer:
        try:
            with _translated():
                return await attempt(await self._opened())
        except TelemetryUnavailable:
            await asyncio.sleep(RETRY_AFTER_SECONDS)
        with _translated():
            return await attempt(await self._opened())

    async def _opened(self) -> AsyncClient:
        # One attempt for all who wait: in turn, they would wait for each other's timeouts.
        if self._opening is None or _failed(self._opening):
            self._opening = asyncio.create_task(_open(self._address), name="open telemetry")
        return await asyncio.shield(self._opening)


def _failed(opening: "asyncio.Task[AsyncClient]") -> bool:
    return opening.done() and (opening.cancelled() or opening.exception() is not None)


async def _open(address: Address) -> AsyncClient:
    client = _client(address)
    try:
        await client.__aenter__()
        await _make_database(client, address.database)
    except BaseException:
        await client.close()
        raise
    client.database = address.database
    return client


async def _make_database(client: AsyncClient, name: str) -> None:
    # Asked first: a remote user that may not create databases can still use one that is there.
    parameters = {"name": name}
    found = await client.query("SELECT 1 FROM system.databases WHERE name = {name:String}", parameters=parameters)
    if not found.result_set:
        await client.command("CREATE DATABASE IF NOT EXISTS {name:Identifier}", parameters=parameters)


def _client(address: Address) -> AsyncClient:
    client = AsyncClient(
        interface="https" if address.scheme == "clickhouses" else "http",
        host=address.host,
        port=address.port,
        username=address.user,
        password=address.password,
        compress=False,  # loopback or a data centre: the engine's time is dearer than the bytes
        connect_timeout=CONNECT_SECONDS,
        send_receive_timeout=ANSWER_SECONDS,
        autogenerate_session_id=False,  # a session would serialise the pool
        tz_mode="aware",
        show_clickhouse_errors="scrub",
    )
    if _is_loopback(address.host):
        # The driver obeys http_proxy for every host that no_proxy does not name; no proxy can reach our loopback.
        client._backend.proxy_url = None  # noqa: SLF001 -- the driver has no public way
    return client


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _pieces(answer: StreamContext) -> AsyncGenerator[bytes]:
    with _translated():
        async with answer:
            async for piece in answer:
                yield piece


async def _with_first(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    async with contextlib.aclosing(rest):
        yield first
        async for piece in rest:
            yield piece


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise _from_driver(error) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise TelemetryUnavailable from error
    except (ValueError, TypeError, OverflowError, ArithmeticError, struct.error) as error:
        # The driver could not write a value down in its column's type.
        raise StatementError(0, repr(error)) from error


def _from_driver(error: DatabaseError) -> TelemetryUnavailable | StatementError:
    if error.code in NOT_NOW:
        return TelemetryUnavailable()
    if error.code in REFUSED:
        return TelemetryUnavailable("The telemetry store refuses the user or password of the telemetry URL.")
    if error.code or isinstance(error, DataError):
        return StatementError(error.code or 0, str(error))
    # No code: the network broke, something in front of the store answered, or the connection was closed meanwhile.
    return TelemetryUnavailable()
