"""``helicorder doctor``: is this machine and this data directory fit to run on?"""

import contextlib
import os
import platform
import shutil
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.metadata import version
from pathlib import Path

import msgspec

from helicorder.control.access import Access
from helicorder.control.database import Database
from helicorder.control.members import Members
from helicorder.control.passwords import MEMORY_KIB, Passwords
from helicorder.data_directory import hold
from helicorder.engine.supervisor import Engine
from helicorder.errors import DataDirectoryHeld, HelicorderError
from helicorder.model.principal import Role, Scope
from helicorder.settings import Settings
from helicorder.telemetry.client import Telemetry

_MIB = 1024 * 1024
_PACKAGES = ("helicorder", "chdb", "clickhouse-connect", "granian", "litestar", "aiohttp", "sqlalchemy", "argon2-cffi")


class Finding(msgspec.Struct, frozen=True):
    """One check: what was looked at, whether it is fit, and what was found in a sentence."""

    check: str
    healthy: bool
    finding: str


async def examine(settings: Settings) -> list[Finding]:
    """All checks, each made even where another fails.

    A running server is left alone: its journal and its store are not opened.
    """
    findings = [_versions(), _disk(settings), await _checked("passwords", _passwords)]
    try:
        held = hold(settings.data_dir)
    except DataDirectoryHeld as error:
        findings.append(Finding("data directory", healthy=True, finding=f"in use: {error.message}"))
        return [*findings, await _checked("control database", lambda: _control(settings))]
    except OSError as error:
        return [*findings, Finding("data directory", healthy=False, finding=str(error))]
    with held:
        findings.append(_directory(settings.data_dir))
        findings.append(await _checked("journal", lambda: _journal(settings.data_dir)))
        findings.append(await _checked("control database", lambda: _control(settings)))
        findings.append(await _checked("telemetry store", lambda: _telemetry(settings)))
    return findings


async def _checked(check: str, look: Callable[[], Awaitable[str]]) -> Finding:
    try:
        return Finding(check, healthy=True, finding=await look())
    except Exception as error:  # noqa: BLE001 -- a check that fails in whatever way is a finding
        return Finding(check, healthy=False, finding=f"{type(error).__name__}: {error}")


def _versions() -> Finding:
    named = [f"{package} {version(package)}" for package in _PACKAGES]
    runtime = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    return Finding("versions", healthy=True, finding=", ".join(runtime + named))


def _disk(settings: Settings) -> Finding:
    place = next(path for path in (settings.data_dir, *settings.data_dir.parents) if path.exists())
    free = shutil.disk_usage(place).free // _MIB
    enough = free > settings.min_free_disk_mb
    return Finding("disk", enough, f"{free:,} MiB free; writes stop below {settings.min_free_disk_mb} MiB")


def _directory(path: Path) -> Finding:
    with tempfile.NamedTemporaryFile(dir=path) as probe:
        probe.write(b"x")
        probe.flush()
        os.fsync(probe.fileno())
    return Finding("data directory", healthy=True, finding=f"{path} is writable, takes fsync, and nobody holds it")


async def _journal(directory: Path) -> str:
    path = directory / "journal.sqlite"
    if not path.exists():
        return "none yet"
    with contextlib.closing(sqlite3.connect(path)) as journal:
        verdict = journal.execute("PRAGMA quick_check").fetchone()[0]
        if verdict != "ok":
            raise HelicorderError(f"{path} is damaged: {verdict}")
        refused = journal.execute("SELECT count(*) FROM refused").fetchone()[0]
    return f"whole; {refused} rows set aside because the store refused them"


async def _control(settings: Settings) -> str:
    database, passwords = await Database.open(settings.control_url, settings.data_dir), Passwords()
    access, members = Access(database), Members(database, passwords)
    try:
        organizations = await access.list_organizations()
        keys = [key for home in organizations for key in await access.list_keys(home.id) if key.revoked_at is None]
        people = [member for home in organizations for member in await members.of(home.id)]
    finally:
        passwords.close()
        await database.close()
    led = {key.org_id for key in keys if Scope.ADMIN in key.scopes} | {
        one.org_id for one in people if one.role is Role.ADMIN
    }
    leaderless = [repr(home.name) for home in organizations if home.id not in led]
    found = f"{len(organizations)} organisations, {len(keys)} keys that work, {len(people)} members"
    return f"{found}; only the command line can administer {', '.join(leaderless)}" if leaderless else found


async def _passwords() -> str:
    passwords = Passwords()
    try:
        began = time.perf_counter()
        await passwords.hash("a password")
        taken = time.perf_counter() - began
    finally:
        passwords.close()
    return f"argon2id takes {taken:.2f} s and {MEMORY_KIB // 1024} MiB, for one sign-in at a time"


async def _telemetry(settings: Settings) -> str:
    async with _store_url(settings) as url:
        telemetry = Telemetry(url)
        try:
            rows = await telemetry.query("SELECT version() AS version")
        finally:
            await telemetry.close()
    return f"{'remote' if settings.telemetry_url else 'embedded'} ClickHouse {rows[0]['version']} answers"


@contextlib.asynccontextmanager
async def _store_url(settings: Settings) -> AsyncIterator[str]:
    if settings.telemetry_url:
        yield settings.telemetry_url
        return
    directory = settings.data_dir / "engine"
    engine = await Engine.start(directory, memory_mb=settings.engine_memory_mb, threads=settings.engine_threads)
    try:
        yield engine.url
    finally:
        await engine.stop()
