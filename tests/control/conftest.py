"""A real PostgreSQL for the session, an empty database for every test, and ways to cut a store off."""

import asyncio
import contextlib
import datetime as dt
import importlib.util
import itertools
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from helicorder.control.access import Access
from helicorder.control.database import Database
from helicorder.control.members import Members
from helicorder.control.passwords import Passwords
from helicorder.control.sessions import Sessions
from product_server import free_port

START_SECONDS = 20.0
# A PostgreSQL whose database the tests may empty, for Pythons without a pgserver.
GIVEN_URL = os.environ.get("HELICORDER_TEST_CONTROL_URL", "")


class Postgres:
    """pgserver's PostgreSQL on a loopback port and a Unix socket, without its durability.

    Its programs are run directly, not through pgserver's own start-up, which as root adds a system user and opens
    every directory above its data to all. PostgreSQL refuses to run as root, so then it runs as ``nobody``.
    """

    def __init__(self, package: pathlib.Path) -> None:
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="helicorder-pg-"))
        self.bin = package / "pginstall" / "bin"
        self.user = None
        if os.geteuid() == 0:
            self.user = "nobody"
            self.bin = reachable(self.bin, self.directory)
            shutil.chown(self.directory, self.user)
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self.process: subprocess.Popen[bytes] | None = None
        arguments = ["-D", "data", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        subprocess.run(
            [self.bin / "initdb", *arguments], check=True, capture_output=True, cwd=self.directory, user=self.user
        )

    def start(self) -> None:
        """Starts it and waits until it takes connections."""
        options = {"fsync": "off", "listen_addresses": "127.0.0.1", "unix_socket_directories": self.directory}
        self.process = subprocess.Popen(
            [
                self.bin / "postgres",
                *("-D", "data", "-p", str(self.port)),
                *itertools.chain.from_iterable(("-c", f"{name}={value}") for name, value in options.items()),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.directory,
            user=self.user,
        )
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run([self.bin / "pg_isready", "-q", "-d", self.url], check=False).returncode:
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        """Stops it the way a machine that fails does: at once, connections and all."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(START_SECONDS)


class Proxy:
    """A TCP proxy in front of PostgreSQL that can be cut (refuses, resets) or frozen (accepts, never answers)."""

    def __init__(self, port: int) -> None:
        self.upstream_port = port
        self.port = free_port()
        self.server: asyncio.Server | None = None
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.writers: set[asyncio.StreamWriter] = set()
        self.copying: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Lets connections through."""
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def cut(self) -> None:
        """Refuses new connections and resets the open ones."""
        assert self.server is not None
        self.server.close()
        for writer in self.writers:
            writer.transport.abort()
        for task in self.copying:
            task.cancel()
        await self.server.wait_closed()
        await asyncio.gather(*self.copying, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self.upstream_port)
        self.writers |= {writer, upstream_writer}
        for source, sink in ((reader, upstream_writer), (upstream_reader, writer)):
            task = asyncio.create_task(self._copy(source, sink))
            self.copying.add(task)
            task.add_done_callback(self.copying.discard)

    async def _copy(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                await self.flowing.wait()
                sink.write(data)
        sink.close()
        self.writers.discard(sink)


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def reachable(programs: pathlib.Path, scratch: pathlib.Path) -> pathlib.Path:
    """A directory of the programs that every user may enter: where they are, or a copy with the libraries beside it."""
    if all(parent.stat().st_mode & stat.S_IXOTH for parent in programs.parents):
        return programs
    packages = programs.parents[2]
    for part in packages.glob("pgserver*"):
        shutil.copytree(part, scratch / part.name, symlinks=True)
    return scratch / programs.relative_to(packages)


async def make_empty(url: str) -> None:
    """Drops everything in a PostgreSQL database, and whoever was left connected to it."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid();"
        " DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
    )
    await connection.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL."""
    spec = importlib.util.find_spec("pgserver")
    if spec is None or spec.origin is None:
        pytest.skip("pgserver has no wheel for this Python")
    server = Postgres(pathlib.Path(spec.origin).parent)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.directory)


@pytest.fixture
async def postgres_url(postgres: Postgres) -> str:
    """The URL of the running PostgreSQL's database, empty."""
    await make_empty(postgres.url)
    return postgres.url


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str:
    """Each kind of store: the URL of its database, empty or not."""
    if request.param == "sqlite":
        return ""
    server: Postgres | None = None if GIVEN_URL else request.getfixturevalue("postgres")
    return server.url if server else GIVEN_URL


@pytest.fixture
async def url(store: str) -> str:
    """The URL of an empty control database, of either kind."""
    if store:
        await make_empty(store)
    return store


@pytest.fixture
def store_directory(store: str, tmp_path: pathlib.Path, request: pytest.FixtureRequest) -> pathlib.Path:
    """Where the store of `url` keeps its files."""
    if not store:
        return tmp_path
    if GIVEN_URL:
        pytest.skip("the files of a PostgreSQL given by URL are out of reach")
    server: Postgres = request.getfixturevalue("postgres")
    return server.directory / "data"


@pytest.fixture
async def database(url: str, tmp_path: pathlib.Path) -> AsyncIterator[Database]:
    """An open, migrated control database of either kind."""
    opened = await Database.open(url, tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
def access(database: Database) -> Access:
    """The rules over that database."""
    return Access(database)


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    """Real argon2id at next to no cost: the rules over members do not hang on how long a hash takes."""
    cheap = Passwords(1, 8)
    yield cheap
    cheap.close()


@pytest.fixture
def members(database: Database, passwords: Passwords) -> Members:
    """The rules over members."""
    return Members(database, passwords)


@pytest.fixture
def sessions(database: Database) -> Sessions:
    """Sessions of an hour."""
    return Sessions(database, dt.timedelta(hours=1))


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
async def proxy(postgres: Postgres) -> AsyncIterator[Proxy]:
    """An open proxy to the running PostgreSQL."""
    made = Proxy(postgres.port)
    await made.open()
    yield made
    made.flowing.set()
    await made.cut()
