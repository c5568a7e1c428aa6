"""Brings the control schema up to this code's version, by Alembic, on a connection that is already in a transaction."""

import io
import pathlib

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from helicorder.errors import SchemaTooNew

MIGRATIONS = pathlib.Path(__file__).parent / "migrations"


def upgrade(connection: sa.Connection, migrations: pathlib.Path = MIGRATIONS) -> None:
    """Applies what is missing; the caller's transaction makes it all or nothing and keeps other servers out.

    Args:
        connection: inside a transaction of the only writer.
        migrations: an Alembic script directory.

    Raises:
        SchemaTooNew: the store records a version that this code does not know.
    """
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    script = ScriptDirectory.from_config(config)
    recorded = set(MigrationContext.configure(connection).get_current_heads())
    unknown = recorded - {revision.revision for revision in script.walk_revisions()}
    if unknown:
        raise SchemaTooNew(
            f"The control database has schema version {', '.join(sorted(unknown))}; this Helicorder knows versions"
            f" up to {script.get_current_head()}. Start the newer Helicorder that wrote it."
        )
    if recorded != set(script.get_heads()):
        command.upgrade(config, "head")
