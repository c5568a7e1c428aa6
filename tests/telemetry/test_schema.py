"""Migrations."""

from collections.abc import Sequence

import pytest

from helicorder.errors import SchemaTooNew
from helicorder.telemetry.client import Params, Telemetry
from helicorder.telemetry.schema import migrate, migrations
from telemetry.harness import database

TABLES = {
    "bodies", "calls", "property_edits", "schema_versions", "score_changes", "score_names", "score_versions", "scores",
}  # fmt: skip
REPETITIONS_DROPPED = ("ReplacingMergeTree(version", "ReplacingMergeTree ORDER BY", "AggregatingMergeTree ORDER BY")


async def tables(telemetry: Telemetry) -> set[str]:
    """The tables of the current database."""
    return {
        row["name"]
        for row in await telemetry.query("SELECT name FROM system.tables WHERE database = currentDatabase()")
    }


async def test_migrating_makes_every_table_and_records_the_version(empty: Telemetry) -> None:
    """An empty store gets every table, and the version it now has."""
    assert await migrate(empty) == max(migrations())
    assert await tables(empty) == TABLES
    assert await empty.query("SELECT max(version) AS version FROM schema_versions") == [{"version": max(migrations())}]


async def test_migrating_again_changes_nothing(empty: Telemetry) -> None:
    """A store that is current stays as it is, and each version is recorded once."""
    await migrate(empty)
    await migrate(empty)
    assert await empty.query("SELECT count() AS n FROM schema_versions") == [{"n": len(migrations())}]


async def name_of(telemetry: Telemetry) -> str:
    """The current database."""
    [row] = await telemetry.query("SELECT currentDatabase() AS name")
    return str(row["name"])


class Dying(Telemetry):
    """A store whose client is killed: the last of so many verbs arrives, and its answer does not."""

    verbs = 0

    async def command(self, sql: str, params: Params | None = None) -> None:
        """As ever, but the last."""
        await super().command(sql, params)
        self._count()

    async def insert(
        self, table: str, names: Sequence[str], types: Sequence[str], columns: Sequence[Sequence[object]]
    ) -> None:
        """As ever, but the last."""
        await super().insert(table, names, types, columns)
        self._count()

    def _count(self) -> None:
        self.verbs -= 1
        if not self.verbs:
            raise Killed


class Killed(BaseException):
    """The process is no more."""


STATEMENTS = 1 + sum(len(statements) for statements in migrations().values())


@pytest.mark.parametrize("verbs", range(1, STATEMENTS + 1))
async def test_a_migration_that_was_killed_is_finished_by_the_next(url: str, verbs: int) -> None:
    """Whichever statement was the last before a kill, no version is recorded too early, and the next start finishes."""
    async with database(url) as telemetry:
        dying = Dying(f"{url}/{await name_of(telemetry)}")
        dying.verbs = verbs
        with pytest.raises(Killed):
            await migrate(dying)
        await dying.close()
        assert await telemetry.query("SELECT max(version) AS version FROM schema_versions") == [{"version": 0}]
        await migrate(telemetry)
        assert await tables(telemetry) == TABLES


async def test_a_store_of_a_newer_helicorder_is_refused(empty: Telemetry) -> None:
    """A store whose version this code does not know is not touched, and the sentence names both versions."""
    await migrate(empty)
    newer = max(migrations()) + 1
    await empty.insert("schema_versions", ["version"], ["UInt32"], [[newer]])
    with pytest.raises(SchemaTooNew, match=rf"{newer}.*up to {newer - 1}"):
        await migrate(empty)


async def test_every_table_is_durable_and_drops_repetitions(empty: Telemetry) -> None:
    """Every table drops what is loaded twice, by version or by its whole key, and is fsynced on insert and merge."""
    await migrate(empty)
    kept = await empty.query(
        "SELECT name, engine_full FROM system.tables WHERE database = currentDatabase() AND name != 'schema_versions'"
    )
    for row in kept:
        assert row["engine_full"].startswith(REPETITIONS_DROPPED), row["name"]
        for setting in (
            "fsync_after_insert = 1",
            "fsync_part_directory = 1",
            "min_rows_to_fsync_after_merge = 1",
            "max_suspicious_broken_parts = 1000000",
        ):
            assert setting in row["engine_full"], row["name"]
