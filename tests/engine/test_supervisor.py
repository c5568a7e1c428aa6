"""The engine process lives, dies and comes back as its supervisor says."""

import asyncio
import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import uvloop
from clickhouse_connect.driver.exceptions import OperationalError

from helicorder import errors
from helicorder.engine import supervisor
from helicorder.engine.supervisor import Engine

PATIENTLY = 30.0  # a restart takes a second, on a machine that has one to spare
MODULE = "helicorder.engine.process"
Connect = Callable[..., Awaitable[Any]]

SERVER = """
import asyncio, pathlib, sys
from helicorder.engine.supervisor import Engine

async def main():
    engine = await Engine.start(pathlib.Path(sys.argv[1]), memory_mb=512, threads=1)
    print("pid", engine.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def until(condition: Callable[[], bool], seconds: float) -> None:
    """Return as soon as the condition holds; fail when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """An engine to hurt, probed often; each test leaves it alive."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(supervisor, "PROBE_INTERVAL_SECONDS", 0.2)
        engine = await Engine.start(tmp_path_factory.mktemp("own") / "engine", memory_mb=512, threads=1)
        yield engine
        await engine.stop()


def kill(engine: Engine, number: int = signal.SIGKILL) -> int:
    """Send the engine's process a signal; its id."""
    assert engine.pid is not None
    os.kill(engine.pid, number)
    return engine.pid


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """Another process that supervises an engine in `tmp_path / "engine"`: the process, and the engine's process id."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SERVER, str(tmp_path / "engine")), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    line = b""
    while not line.startswith(b"pid "):
        line = await process.stdout.readline()
    yield process, int(line.split()[1])
    if process.returncode is None:
        process.kill()
    await process.communicate()


async def test_a_killed_engine_comes_back_at_the_same_address_with_its_data(own: Engine, connect: Connect) -> None:
    """After SIGKILL acknowledged rows are there, and a client that comes before the next child does waits for it."""
    client = await connect(own.url)
    await client.command("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")
    for number in range(20):
        await client.insert("t", [[number]], column_names=["a"])
    url, restarts = own.url, own.restarts
    killed = kill(own)
    await until(lambda: not own.ready, 1)
    client = await connect(url)
    assert await client.command("SELECT count() FROM t") == 20
    assert (own.url, own.ready, own.restarts) == (url, True, restarts + 1)
    assert own.pid not in (None, killed)


@pytest.mark.timed
async def test_an_engine_that_stays_down_turns_requests_away(
    own: Engine, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When restarts keep failing callers get an error soon; when one works they get answers."""
    monkeypatch.setattr(supervisor, "PATIENCE_SECONDS", 0.1)
    client = await connect(own.url, query_retries=0)
    directory = Path(own._order.directory)
    kill(own)
    hide(directory)
    began = time.monotonic()
    with pytest.raises(OperationalError, match="Network Error"):
        await client.query("SELECT 1")
    assert time.monotonic() - began < 3
    assert own.pid is None
    bring_back(directory)
    await until(lambda: own.ready, PATIENTLY)
    assert (await client.query("SELECT 1")).result_rows == [(1,)]


def hide(directory: Path) -> None:
    """Put a file in the directory's place."""
    directory.rename(directory.with_suffix(".away"))
    directory.touch()


def bring_back(directory: Path) -> None:
    """Undo `hide`."""
    directory.unlink()
    directory.with_suffix(".away").rename(directory)


async def test_an_engine_that_hangs_is_replaced(own: Engine, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that does not answer /ping in time is killed and another one answers."""
    monkeypatch.setattr(supervisor, "UNRESPONSIVE_SECONDS", 1.0)
    restarts = own.restarts
    stopped = kill(own, signal.SIGSTOP)
    await until(lambda: own.restarts > restarts, PATIENTLY)
    assert own.pid != stopped
    client = await connect(own.url)
    assert await client.command("SELECT 1") == 1


@pytest.mark.timed
async def test_the_engine_dies_with_its_server_and_the_next_server_starts_at_once(
    server: tuple[asyncio.subprocess.Process, int], tmp_path: Path
) -> None:
    """After SIGKILL of the server its engine is gone within a second, and a start right behind it is not refused."""
    process, pid = server
    child = psutil.Process(pid)
    process.kill()
    began = time.monotonic()
    starting = asyncio.create_task(Engine.start(tmp_path / "engine", memory_mb=512, threads=1))
    await until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 1)
    assert time.monotonic() - began < 1
    engine = await starting
    await engine.stop()


@pytest.mark.timed
async def test_a_second_engine_on_the_directory_is_refused(engine: Engine) -> None:
    """The refusal takes less than two seconds, names the living server and leaves its engine alone."""
    # Tests beside this one shorten the supervisor's patience, which a busy machine may exceed before this test begins.
    began, pid = time.monotonic(), engine.pid
    with pytest.raises(errors.DataDirectoryHeld, match=f"process {os.getpid()} "):
        await Engine.start(Path(engine._order.directory), memory_mb=512, threads=1)
    assert time.monotonic() - began < 2
    assert (engine.ready, engine.pid) == (True, pid)


async def test_a_directory_that_cannot_be_used_fails_the_start_with_a_reason(tmp_path: Path) -> None:
    """A path below a file is a StartupError that names it."""
    with pytest.raises(errors.StartupError, match="/dev/null"):
        await Engine.start(Path("/dev/null/engine"), memory_mb=512, threads=1)


@pytest.mark.timed
async def test_stop_ends_the_process_and_frees_port_and_directory(tmp_path: Path) -> None:
    """After stop there is no process, the port refuses, and the directory can be opened again at once."""
    engine = await Engine.start(tmp_path / "engine", memory_mb=512, threads=1)
    pid, parts = engine.pid, urlsplit(engine.url)
    assert pid is not None
    began = time.monotonic()
    await engine.stop()
    await engine.stop()
    assert time.monotonic() - began < 2
    assert (engine.pid, engine.ready, psutil.pid_exists(pid)) == (None, False, False)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(parts.hostname, parts.port)
    again = await Engine.start(tmp_path / "engine", memory_mb=512, threads=1)
    await again.stop()


async def test_stop_lets_a_running_statement_finish(tmp_path: Path, connect: Connect) -> None:
    """A query that is under way when the engine is stopped still gets its answer."""
    engine = await Engine.start(tmp_path / "engine", memory_mb=512, threads=1)
    client = await connect(engine.url)
    running = asyncio.create_task(client.query("SELECT sleep(1), 7"))
    watching = await connect(engine.url)
    while not await watching.command("SELECT count() FROM system.processes WHERE query LIKE 'SELECT sleep%'"):
        assert not running.done()
    await engine.stop()
    assert (await running).result_rows == [(0, 7)]


async def test_stop_works_while_the_engine_is_down(tmp_path: Path) -> None:
    """A stop in the middle of a restart leaves no process behind."""
    engine = await Engine.start(tmp_path / "engine", memory_mb=512, threads=1)
    others = {child.pid for child in children()} - {engine.pid}
    killed = kill(engine)
    await until(lambda: bool({child.pid for child in children()} - others - {killed}), PATIENTLY)
    await engine.stop()
    assert {child.pid for child in children()} <= others


def children() -> list[psutil.Process]:
    """This process's living engine processes."""
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and MODULE in child.cmdline()
    ]


async def test_signals_to_the_process_group_are_the_servers_business(engine: Engine, connect: Connect) -> None:
    """SIGINT and SIGTERM do not end the engine: its server decides."""
    pid = kill(engine, signal.SIGINT)
    kill(engine, signal.SIGTERM)
    client = await connect(engine.url)
    assert await client.command("SELECT 1") == 1
    assert engine.pid == pid


def test_the_password_shows_nowhere_and_the_files_are_private(engine: Engine) -> None:
    """Neither arguments nor environment hold the password, and nothing in the directory is readable by others."""
    password = urlsplit(engine.url).password
    assert password is not None
    child = psutil.Process(engine.pid)
    assert not any(password in word for word in [*child.cmdline(), *child.environ().values()])
    files = [path for path in Path(engine._order.directory).rglob("*") if not path.is_symlink()]
    assert len(files) > 5
    assert not [path for path in files if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's choice of victim is Linux's")
def test_the_kernel_takes_the_engine_before_the_server(engine: Engine) -> None:
    """When memory runs out the engine's process is the one to be killed."""
    score = int(Path(f"/proc/{engine.pid}/oom_score_adj").read_text())
    assert score > int(Path("/proc/self/oom_score_adj").read_text())


async def test_a_path_full_of_special_characters_works(tmp_path: Path, connect: Connect) -> None:
    """Blanks, percent signs, question marks, hashes, globs and letters beyond ASCII in the path are only letters."""
    engine = await Engine.start(tmp_path / "a b%2f?x=1&#[é]{c}*", memory_mb=512, threads=1)
    client = await connect(engine.url)
    await client.command("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")
    await client.insert("t", [[1]], column_names=["a"])
    assert await client.command("SELECT count() FROM t") == 1
    await engine.stop()


def test_the_engine_runs_under_uvloop(tmp_path: Path) -> None:
    """Start, kill, restart and stop work on the event loop that the server uses."""

    async def life() -> int:
        engine = await Engine.start(tmp_path / "engine", memory_mb=512, threads=1)
        kill(engine)
        await until(lambda: engine.restarts == 1, PATIENTLY)
        await engine.stop()
        return engine.restarts

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(life()) == 1


@pytest.mark.slow
async def test_kills_under_writes_lose_no_acknowledged_row(
    tmp_path: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every row whose insert was answered is there after each of ten kills, and none that nobody sent."""
    monkeypatch.setattr(supervisor, "LAST_BACKOFF_SECONDS", 0.1)
    engine = await Engine.start(tmp_path / "engine", memory_mb=512, threads=1)
    client = await connect(engine.url)
    await client.command("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")
    acknowledged: list[int] = []
    sent = 0
    for restarts in range(1, 11):
        enough = len(acknowledged) + restarts
        while engine.restarts < restarts:
            if len(acknowledged) == enough and engine.pid is not None:
                kill(engine)
                enough = -1
            with contextlib.suppress(OperationalError):
                await client.insert("t", [[sent]], column_names=["a"], column_type_names=["UInt64"])
                acknowledged.append(sent)
            sent += 1
        present = {row[0] for row in (await client.query("SELECT a FROM t")).result_rows}
        assert set(acknowledged) <= present <= set(range(sent))
    await engine.stop()


async def test_an_engine_that_refuses_what_it_must_take_is_replaced(
    own: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refusals for some time without a success replace the process, but not again at once; a success forgives."""
    monkeypatch.setattr(supervisor, "DOUBT_SECONDS", 0.2)
    first = own.pid
    for _ in range(3):
        own.doubt(49)
        own.trust()
        await asyncio.sleep(0.1)
    assert own.pid == first
    own.doubt(49)
    await asyncio.sleep(0.25)
    own.doubt(49)
    await until(lambda: own.pid not in (None, first) and own.ready, PATIENTLY)
    second = own.pid
    own.doubt(49)
    await asyncio.sleep(0.25)
    own.doubt(49)
    await asyncio.sleep(0.25)
    assert own.pid == second
