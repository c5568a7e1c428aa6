"""The control database: SQLite in the data directory, or PostgreSQL by URL; the same statements on both.

On either store one writer works at a time (SQLite by `BEGIN IMMEDIATE`, PostgreSQL by an advisory lock), across all
servers and command lines that share it. Control writes are rare, and so a check followed by a write needs no retry.
"""

import asyncio
import contextlib
import fcntl
import pathlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from typing import Any, Self

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from helicorder.control import migration
from helicorder.errors import StartupError, Unavailable

FILE_NAME = "control.sqlite"
POSTGRESQL_SCHEMES = ("postgresql://", "postgres://")
SERVING_SECONDS = 5.0
MIGRATING_SECONDS = 60.0
_POOL_SIZE = 5
_WRITERS_LOCK = 0x68656C69636F7264  # "helicord": PostgreSQL's advisory locks are numbers


class Database:
    """An open control database with an up-to-date schema."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    async def open(cls, url: str, data_dir: pathlib.Path) -> Self:
        """Opens the store and migrates it.

        Args:
            url: ``postgresql://...`` as libpq reads it (``postgres://`` too); empty: SQLite in the data directory.
            data_dir: made if missing; holds nothing when PostgreSQL is used.

        Raises:
            SchemaTooNew: a newer Helicorder wrote the store.
            StartupError: the URL cannot be used, or the store cannot be reached or opened.
        """
        if url and not url.startswith(POSTGRESQL_SCHEMES):
            raise StartupError("The control database's URL must start with postgresql://, or be empty for SQLite.")
        try:
            path = None if url else await asyncio.to_thread(_prepared, data_dir)
            await _migrate(_engine(url, path, MIGRATING_SECONDS))
        except (Unavailable, sa.exc.DBAPIError, sqlite3.Error, OSError) as error:
            raise StartupError(f"The control database cannot be opened: {_reason(error)}") from error
        return cls(_engine(url, path, SERVING_SECONDS))

    async def close(self) -> None:
        """Closes every connection."""
        await self._engine.dispose()

    async def schema_version(self) -> str:
        """The version that the store records of itself.

        Raises:
            Unavailable: it does not answer.
        """
        async with self.reading() as connection:
            return str(await connection.scalar(sa.text("SELECT version_num FROM alembic_version")))

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading only.

        Raises:
            Unavailable: the store does not answer.
        """
        with _unavailable_when_down():
            async with self._engine.connect() as connection:
                yield connection

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that no other writer shares the store with; committed at the end, undone by an exception.

        Raises:
            Unavailable: the store does not answer, or other writers held it too long.
        """
        async with _writing(self._engine) as connection:
            yield connection


async def _migrate(engine: AsyncEngine) -> None:
    try:
        async with _writing(engine) as connection:
            await connection.run_sync(migration.upgrade)
    finally:
        await engine.dispose()


@contextlib.asynccontextmanager
async def _writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    with _unavailable_when_down():
        async with engine.execution_options(alone=True).begin() as connection:
            yield connection


@contextlib.contextmanager
def _unavailable_when_down() -> Iterator[None]:
    try:
        yield
    except (sa.exc.IntegrityError, sa.exc.ProgrammingError, sa.exc.DataError):
        raise  # the statement is at fault, not the store
    except (sa.exc.DBAPIError, sa.exc.TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise Unavailable("The control database is not answering; try again.") from error


def _reason(error: BaseException) -> str:
    """The store's own words, without SQLAlchemy's around them."""
    cause = error.__cause__ if isinstance(error, Unavailable) and error.__cause__ else error
    if isinstance(cause, sa.exc.DBAPIError):
        cause = cause.driver_exception
    return str(cause) or type(cause).__name__


def _engine(url: str, path: pathlib.Path | None, patience_seconds: float) -> AsyncEngine:
    engine = _postgresql(url, patience_seconds) if path is None else _sqlite(path, patience_seconds)
    sa.event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _begin(connection: sa.Connection) -> None:
    alone = connection.get_execution_options().get("alone", False)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if alone else "BEGIN")
    elif alone:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.literal(_WRITERS_LOCK, sa.BigInteger))))


def _postgresql(url: str, patience_seconds: float) -> AsyncEngine:
    async def connect() -> Any:
        # asyncpg reads the URL itself, so that everything libpq allows in one works (sockets, sslmode, several hosts).
        try:
            return await asyncpg.connect(
                url,
                timeout=patience_seconds,
                command_timeout=patience_seconds,
                server_settings={"application_name": "helicorder"},
            )
        except ValueError:
            # Without the parser's own words: they may repeat a part of the password.
            raise StartupError("The control database's URL is not one that PostgreSQL understands.") from None

    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=_POOL_SIZE,
        pool_timeout=patience_seconds,
        pool_pre_ping=True,
        hide_parameters=True,
    )


def _sqlite(path: pathlib.Path, patience_seconds: float) -> AsyncEngine:
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # `_begin` says when a transaction begins, not Python's driver
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {round(patience_seconds * 1000)}")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    engine = create_async_engine(
        sa.URL.create("sqlite+aiosqlite", database=str(path)),
        pool_size=_POOL_SIZE,
        pool_timeout=patience_seconds,
        hide_parameters=True,
    )
    sa.event.listen(engine.sync_engine, "connect", configure)
    return engine


def _prepared(data_dir: pathlib.Path) -> pathlib.Path:
    """The SQLite file: there, for its owner only, and in WAL mode.

    Of two processes that switch a new file to WAL at once, one may be told "locked" without a wait; so they take turns.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data_dir / FILE_NAME
    turn = path.with_suffix(".lock")
    turn.touch(mode=0o600)
    with turn.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        path.touch(mode=0o600)  # opens no file that is there: closing it would drop this process's SQLite locks on it
        path.chmod(0o600)
        with contextlib.closing(sqlite3.connect(path, timeout=MIGRATING_SECONDS)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    return path
