"""Opening and migrating the control database, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import pathlib
import re
import shutil
import stat
import sys
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from helicorder.control import migration, schema
from helicorder.control.access import Access
from helicorder.control.database import Database
from helicorder.errors import SchemaTooNew, StartupError

if TYPE_CHECKING:
    from control.conftest import Postgres, Proxy

OPENER = """
import asyncio, pathlib, sys
from helicorder.control.database import Database

async def open_and_close():
    await (await Database.open(sys.argv[1], pathlib.Path(sys.argv[2]))).close()

print("ready", flush=True)
sys.stdin.readline()
asyncio.run(open_and_close())
"""


async def test_the_migrations_make_the_tables_that_the_statements_use(database: Database) -> None:
    """After migration the store has exactly the tables, columns and indexes of schema.py."""
    async with database.reading() as connection:
        differences = await connection.run_sync(
            lambda plain: compare_metadata(MigrationContext.configure(plain), schema.metadata)
        )
    assert differences == []


async def test_opening_again_keeps_what_is_there(database: Database, url: str, tmp_path: pathlib.Path) -> None:
    """A second open of a store migrates nothing and loses nothing."""
    made = await Access(database).create_organization("kept")
    again = await Database.open(url, tmp_path)
    assert await Access(again).list_organizations() == [made]
    await again.close()


async def test_servers_that_start_at_once_migrate_once(url: str, tmp_path: pathlib.Path) -> None:
    """Two processes opening an empty store at the same moment all succeed, and print nothing."""
    starting = [
        asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", "-c", OPENER, url, str(tmp_path)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    processes = await asyncio.gather(*starting)
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    outcomes = await asyncio.gather(*(process.communicate(b"\n") for process in processes))
    assert outcomes == [(b"", b"")] * 2
    assert [process.returncode for process in processes] == [0, 0]


async def test_the_first_opening_of_sqlite_waits_its_turn(tmp_path: pathlib.Path) -> None:
    """While another process prepares the file, an opener waits; switching a new file to WAL mode cannot be shared."""
    with (tmp_path / "control.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        opening = asyncio.create_task(Database.open("", tmp_path))
        await asyncio.wait({opening}, timeout=0.2)
        assert not opening.done()
    await (await opening).close()


async def test_a_store_of_a_newer_helicorder_is_left_alone(
    database: Database, url: str, tmp_path: pathlib.Path
) -> None:
    """A store whose recorded version this code does not know is not opened, and the sentence names both versions."""
    async with database.writing() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaTooNew, match=rf"version 9999; .* up to {head()}"):
        await Database.open(url, tmp_path)
    async with database.reading() as connection:
        assert await connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9999"


async def test_a_migration_that_fails_leaves_nothing_behind(database: Database, tmp_path: pathlib.Path) -> None:
    """When a version fails half-way, nothing of it stays, and the next start with mended code succeeds."""
    scripts = tmp_path / "broken 100% migrations"
    shutil.copytree(migration.MIGRATIONS, scripts)
    version = scripts / "versions" / "v0099_another.py"
    text = f'from alembic import op\nrevision = "0099"\ndown_revision = "{head()}"\ndef upgrade():\n'
    text += '    op.execute("CREATE TABLE another (id TEXT)")\n'
    version.write_text(text + '    raise RuntimeError("half-way")\n')
    with pytest.raises(RuntimeError, match="half-way"):
        await upgrade(database, scripts)
    assert await tables(database) == {*schema.metadata.tables, "alembic_version"}
    version.write_text(text)
    await upgrade(database, scripts)
    assert await tables(database) == {*schema.metadata.tables, "alembic_version", "another"}


def head() -> str:
    """The newest version of the schema."""
    return str(ScriptDirectory(str(migration.MIGRATIONS)).get_current_head())


async def upgrade(database: Database, scripts: pathlib.Path) -> None:
    """Migrates an open store by other scripts than its own."""
    async with database.writing() as connection:
        await connection.run_sync(migration.upgrade, scripts)


async def tables(database: Database) -> set[str]:
    """The names of the store's tables."""
    async with database.reading() as connection:
        return await connection.run_sync(lambda plain: set(sa.inspect(plain).get_table_names()))


async def test_migrating_is_quiet(url: str, tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Opening prints nothing and leaves logging as it was set up."""
    root = logging.getLogger()
    before = (root.level, list(root.handlers), logging.getLogger("sqlalchemy").level, root.disabled)
    await (await Database.open(url, tmp_path)).close()
    assert capfd.readouterr() == ("", "")
    assert before == (root.level, root.handlers, logging.getLogger("sqlalchemy").level, root.disabled)


async def test_one_writer_works_at_a_time(database: Database, url: str, tmp_path: pathlib.Path) -> None:
    """A writer on another connection waits until the one before has finished, and then sees what it did."""
    other = await Database.open(url, tmp_path)
    async with database.writing() as connection:
        waiting = asyncio.create_task(Access(other).secret("shared"))
        await asyncio.wait({waiting}, timeout=0.2)
        assert not waiting.done()
        await connection.execute(sa.insert(schema.secrets).values(name="shared", value=b"first"))
    assert await waiting == b"first"
    await other.close()


async def test_a_write_that_fails_is_undone(database: Database) -> None:
    """An exception inside a writing transaction undoes all of it."""

    async def fail_half_way() -> None:
        async with database.writing() as connection:
            await connection.execute(sa.insert(schema.secrets).values(name="half", value=b"done"))
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        await fail_half_way()
    async with database.reading() as connection:
        assert (await connection.execute(sa.select(schema.secrets))).all() == []


async def test_a_key_needs_its_organisation(database: Database) -> None:
    """The store itself refuses a key of an organisation that is not there."""
    statement = sa.text(
        "INSERT INTO api_keys (id, org_id, name, hint, secret_hash, scopes, created_at, created_by)"
        " VALUES ('k', 'nobody', 'n', 'h', 's', 'read', '2026-01-01 00:00:00', 'c')"
    )
    with pytest.raises(sa.exc.IntegrityError):
        async with database.writing() as connection:
            await connection.execute(statement)


async def test_sqlite_is_durable_and_private(tmp_path: pathlib.Path) -> None:
    """SQLite runs in WAL mode with full synchronisation and foreign keys, in files only their owner can read."""
    directory = tmp_path / "a new 100% ?odd #directory"
    usual = os.umask(0)
    try:
        database = await Database.open("", directory)
    finally:
        os.umask(usual)
    await Access(database).create_organization("somebody")
    pragmas = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    async with database.reading() as connection:
        found = {name: await connection.scalar(sa.text(f"PRAGMA {name}")) for name in pragmas}
    assert found == pragmas
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
    assert modes == dict.fromkeys(["control.sqlite", "control.sqlite-wal", "control.sqlite-shm", "control.lock"], 0o600)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    await database.close()


async def test_postgresql_is_reached_by_every_usual_spelling(postgres: Postgres, tmp_path: pathlib.Path) -> None:
    """The postgres:// scheme, sslmode and a Unix socket named by host= work as they do with libpq."""
    spellings = [
        postgres.url.replace("postgresql://", "postgres://"),
        f"{postgres.url}?sslmode=disable",
        f"postgresql://postgres:@/postgres?host={postgres.directory}&port={postgres.port}",
    ]
    for spelling in spellings:
        database = await Database.open(spelling, tmp_path / "unused")
        async with database.reading() as connection:
            assert await connection.scalar(sa.text("SELECT current_setting('application_name')")) == "helicorder"
        await database.close()
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize(
    "bad",
    [
        "mysql://root:canary@127.0.0.1/x",
        "postgresql://root:canary@127.0.0.1:port/x",
        "postgresql://root:canary/2@127.0.0.1:5432/x",
        "postgresql://root:canary@127.0.0.1:{free}/x",
    ],
)
async def test_a_store_that_cannot_be_opened_is_a_sentence_without_the_password(
    bad: str, proxy: Proxy, tmp_path: pathlib.Path
) -> None:
    """A URL that cannot be used, or a server that is not there, stops the start and shows no part of the password."""
    await proxy.cut()
    with pytest.raises(StartupError) as refusal:
        await Database.open(bad.replace("{free}", str(proxy.port)), tmp_path)
    assert "canary" not in refusal.value.message
    assert re.match(r"The control database(?:'s URL)? .*", refusal.value.message)
    await proxy.open()


async def test_a_postgresql_that_refuses_is_a_sentence_with_its_reason(
    postgres: Postgres, postgres_url: str, tmp_path: pathlib.Path
) -> None:
    """A database that is not there, or a role that may not make tables, stops the start with PostgreSQL's own words."""
    database = await Database.open(postgres_url, tmp_path)
    async with database.writing() as connection:
        await connection.execute(sa.text("DROP ROLE IF EXISTS powerless"))
        await connection.execute(sa.text("CREATE ROLE powerless LOGIN"))
        await connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        await connection.execute(sa.text("CREATE SCHEMA public"))
        await connection.execute(sa.text("GRANT USAGE ON SCHEMA public TO PUBLIC"))
    await database.close()
    with pytest.raises(StartupError, match=r'cannot be opened: database "nowhere" does not exist$'):
        await Database.open(postgres_url.removesuffix("postgres") + "nowhere", tmp_path)
    with pytest.raises(StartupError, match=r"cannot be opened: permission denied for schema public$"):
        await Database.open(postgres_url.replace("//postgres@", "//powerless:canary@"), tmp_path)


async def test_a_directory_that_cannot_hold_the_store_is_a_sentence(tmp_path: pathlib.Path) -> None:
    """A data directory that is a file, or a control.sqlite that is no database, stops the start with the reason."""
    (tmp_path / "file").write_text("")
    (tmp_path / "control.sqlite").write_text("not a database, but long enough to be looked at" * 10)
    with pytest.raises(StartupError, match=r"cannot be opened: .*exists"):
        await Database.open("", tmp_path / "file")
    with pytest.raises(StartupError, match="cannot be opened: file is not a database"):
        await Database.open("", tmp_path)
