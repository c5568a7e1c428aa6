"""How long each organisation keeps what it recorded: kept in the control database."""

import datetime as dt
from collections.abc import Mapping

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from helicorder.control import schema
from helicorder.control.database import Database
from helicorder.model.retention import FOR_EVER, Retention

_TABLE = schema.retentions
_LIMITS = [_TABLE.c[field] for field in Retention.__struct_fields__]


class Retentions:
    """The limits of every organisation; one that never set any has none.

    All methods raise `Unavailable` where the control database does not answer, and then nothing has changed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, org_id: str) -> Retention:
        """The limits of an organisation."""
        async with self._database.reading() as connection:
            return await _of(connection, org_id)

    async def all(self) -> dict[str, Retention]:
        """The limits of those that have any, by organisation."""
        limited = sa.select(_TABLE.c.org_id, *_LIMITS).where(sa.or_(*(column.is_not(None) for column in _LIMITS)))
        async with self._database.reading() as connection:
            rows = (await connection.execute(limited.order_by(_TABLE.c.org_id))).mappings()
            return {row["org_id"]: _retention(row) for row in rows}

    async def change(self, org_id: str, changes: Mapping[str, int | None], by: str) -> Retention:
        """Set some limits, and leave the others; the limits as they are then.

        Raises:
            Invalid: together they cannot be.
        """
        async with self._database.writing() as connection:
            changed = msgspec.structs.replace(await _of(connection, org_id), **changes).checked()
            row = msgspec.structs.asdict(changed) | {"updated_at": dt.datetime.now(dt.UTC), "updated_by": by}
            await connection.execute(sa.delete(_TABLE).where(_TABLE.c.org_id == org_id))
            await connection.execute(sa.insert(_TABLE).values(org_id=org_id, **row))
        return changed


async def _of(connection: AsyncConnection, org_id: str) -> Retention:
    row = (await connection.execute(sa.select(*_LIMITS).where(_TABLE.c.org_id == org_id))).mappings().one_or_none()
    return FOR_EVER if row is None else _retention(row)


def _retention(row: sa.RowMapping) -> Retention:
    return Retention(*(row[column.name] for column in _LIMITS))
