"""The tables of the store: numbered SQL files, applied once each, in order."""

import importlib.resources
import re

import structlog

from helicorder.errors import SchemaTooNew
from helicorder.telemetry.client import Telemetry

VERSIONS = """
CREATE TABLE IF NOT EXISTS schema_versions
(
    version UInt32,
    applied_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree
ORDER BY version
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
"""

log = structlog.get_logger()


async def migrate(telemetry: Telemetry) -> int:
    """Brings the store to this code's version and returns it.

    Killed at any point, it is simply run again: a file's version is recorded after its last statement, and every
    statement may be repeated.

    Raises:
        SchemaTooNew: the store is newer than this code.
        TelemetryUnavailable, StatementError: as any command.
    """
    steps = migrations()
    await telemetry.command(VERSIONS)
    [row] = await telemetry.query("SELECT max(version) AS version FROM schema_versions")
    found, newest = int(row["version"]), max(steps)
    if found > newest:
        raise SchemaTooNew(
            f"The telemetry store has schema version {found}; this Helicorder knows up to {newest}. Use a newer one."
        )
    for version in range(found + 1, newest + 1):
        for statement in steps[version]:
            await telemetry.command(statement)
        await telemetry.insert("schema_versions", ["version"], ["UInt32"], [[version]])
        log.info("telemetry_migrated", version=version)
    return newest


async def versions(telemetry: Telemetry) -> tuple[str, int]:
    """(ClickHouse's own version, the schema's) of a store that was migrated.

    Raises:
        TelemetryUnavailable, StatementError: as any query.
    """
    [row] = await telemetry.query("SELECT version() AS server, max(version) AS schema FROM schema_versions")
    return str(row["server"]), int(row["schema"])


def migrations() -> dict[int, list[str]]:
    """The statements of each version. In a file, a statement ends with a semicolon at the end of a line."""
    folder = importlib.resources.files(__package__) / "migrations"
    files = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return {int(name.split("_")[0]): _statements((folder / name).read_text("utf-8")) for name in files}


def _statements(text: str) -> list[str]:
    return [part for part in re.split(r";[ \t]*$", text, flags=re.MULTILINE) if part.strip()]
