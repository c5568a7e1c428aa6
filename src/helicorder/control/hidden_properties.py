"""Which properties an organisation does not want to see in lists: kept in the control database."""

import datetime as dt

import sqlalchemy as sa

from helicorder.control import schema
from helicorder.control.database import Database


class HiddenProperties:
    """The hidden properties of every organisation. Calls keep them, and filters and breakdowns go on using them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, org_id: str) -> list[str]:
        """The keys that an organisation has hidden, sorted.

        Raises:
            Unavailable: the store does not answer.
        """
        table = schema.hidden_properties
        async with self._database.reading() as connection:
            rows = await connection.execute(sa.select(table.c.key).where(table.c.org_id == org_id))
            return sorted(row.key for row in rows)

    async def hide(self, org_id: str, key: str, by: str) -> None:
        """Hide a property; one that is hidden stays so.

        Raises:
            Unavailable: nothing was changed.
        """
        table, of_key = schema.hidden_properties, {"org_id": org_id, "key": key}
        async with self._database.writing() as connection:
            await connection.execute(sa.delete(table).where((table.c.org_id == org_id) & (table.c.key == key)))
            await connection.execute(sa.insert(table).values(**of_key, hidden_at=dt.datetime.now(dt.UTC), hidden_by=by))

    async def restore(self, org_id: str, key: str) -> None:
        """Hide a property no longer; one that is not hidden stays so.

        Raises:
            Unavailable: nothing was changed.
        """
        table = schema.hidden_properties
        async with self._database.writing() as connection:
            await connection.execute(sa.delete(table).where((table.c.org_id == org_id) & (table.c.key == key)))
