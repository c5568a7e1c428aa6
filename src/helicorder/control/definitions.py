"""What organisations say their scores mean: kept in the control database, remembered for the write path."""

import datetime as dt
import time
from collections.abc import Mapping

import msgspec
import sqlalchemy as sa
import structlog

from helicorder.control import schema
from helicorder.control.database import Database
from helicorder.errors import NotFound, Unavailable
from helicorder.model.definition import Definition

REMEMBERED_SECONDS = 0.5
"""How long a server trusts what it read: after that much a change made by another server counts here too."""

log = structlog.get_logger()


class Definitions:
    """The definitions of every organisation."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[float, Mapping[str, Definition]]] = {}

    async def of(self, org_id: str) -> Mapping[str, Definition]:
        """The definitions of an organisation by name, at most half a second old.

        While the control database is down the last known ones go on being used, or none if none are known: a score must
        not be refused because its definition cannot be read.
        """
        read_at, known = self._known.get(org_id, (-REMEMBERED_SECONDS, {}))
        if time.monotonic() - read_at < REMEMBERED_SECONDS:
            return known
        try:
            known = await self._read(org_id)
        except Unavailable:
            log.warning("definitions not read", org_id=org_id)
        self._known[org_id] = (time.monotonic(), known)
        return known

    async def put(self, org_id: str, definition: Definition, by: str) -> None:
        """Define a score, or define it anew.

        Raises:
            Unavailable: it was not kept.
        """
        key = {"org_id": org_id, "name": definition.name}
        content = msgspec.json.encode(definition).decode()
        row = {"content": content, "updated_at": dt.datetime.now(dt.UTC), "updated_by": by}
        table = schema.definitions
        async with self._database.writing() as connection:
            of_name = (table.c.org_id == org_id) & (table.c.name == definition.name)
            await connection.execute(sa.delete(table).where(of_name))
            await connection.execute(sa.insert(table).values(**key, **row))
        self._known.pop(org_id, None)

    async def delete(self, org_id: str, name: str) -> None:
        """Define a score no longer.

        Raises:
            NotFound: it was not defined.
            Unavailable: nothing was changed.
        """
        table = schema.definitions
        async with self._database.writing() as connection:
            found = await connection.execute(
                sa.delete(table).where((table.c.org_id == org_id) & (table.c.name == name))
            )
        self._known.pop(org_id, None)
        if not found.rowcount:
            raise NotFound(f"{name!r} is not defined.")

    async def _read(self, org_id: str) -> Mapping[str, Definition]:
        table = schema.definitions
        async with self._database.reading() as connection:
            rows = await connection.execute(sa.select(table.c.content).where(table.c.org_id == org_id))
            found = [msgspec.json.decode(row.content, type=Definition) for row in rows]
        return {definition.name: definition for definition in found}
