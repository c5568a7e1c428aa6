"""Queues of calls to label: what they ask for, which calls were drawn, who skipped one, and who holds one.

Which items are done is not kept here: the scores say it, and a second truth could only differ from them.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from helicorder.control import schema
from helicorder.control.database import Database
from helicorder.errors import NotFound
from helicorder.model.ids import has_control_character, new_id
from helicorder.model.queue import AskedScore, Item, Standing, in_order_for
from helicorder.wire.queues import DrawRecord

HOLD = dt.timedelta(minutes=15)
"""How long an item is held for whoever was given it; asking again begins anew."""
_OWNED = (schema.queue_holds, schema.queue_skips, schema.queue_items)


class QueueContent(msgspec.Struct, frozen=True, kw_only=True):
    """What a queue asks for, and how it was drawn."""

    name: str
    description: str
    instructions: str
    scores: list[AskedScore]
    draw: DrawRecord
    per_item: int
    overlap: float


class StoredQueue(msgspec.Struct, frozen=True, kw_only=True):
    """A queue without its items."""

    id: str
    content: QueueContent
    created_at: dt.datetime
    created_by: str
    archived_at: dt.datetime | None


class Skip(msgspec.Struct, frozen=True):
    """That somebody skipped an item."""

    number: int
    annotator: str
    reason: str


class Marks(msgspec.Struct, frozen=True):
    """What annotators did with a queue's items besides judging them: skips, and (number, annotator) of what is held."""

    skips: list[Skip]
    holds: list[tuple[int, str]]

    def standing(self, done: dict[int, set[str]]) -> Standing:
        """Where the items stand, given who judged which."""
        skipped: dict[int, set[str]] = {}
        held: dict[int, set[str]] = {}
        for skip in self.skips:
            skipped.setdefault(skip.number, set()).add(skip.annotator)
        for number, annotator in self.holds:
            held.setdefault(number, set()).add(annotator)
        return Standing(done, skipped, held)


class Held(msgspec.Struct, frozen=True):
    """An item that is somebody's for now."""

    item: Item
    until: dt.datetime


class Queues:
    """The queues of every organisation. Tenants are named by the first argument, never by an id alone.

    All raise `Unavailable` where the control database does not answer; nothing has changed then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, org_id: str, content: QueueContent, items: Sequence[Item], by: str) -> StoredQueue:
        """A new queue with its items."""
        made = StoredQueue(
            id=new_id(), content=content, created_at=dt.datetime.now(dt.UTC), created_by=by, archived_at=None
        )
        row = {"id": made.id, "org_id": org_id, "created_at": made.created_at, "created_by": by}
        async with self._database.writing() as connection:
            await connection.execute(sa.insert(schema.queues).values(**row, content=_encoded(content)))
            if items:
                rows = [{"queue_id": made.id, **msgspec.structs.asdict(item)} for item in items]
                await connection.execute(sa.insert(schema.queue_items), rows)
        return made

    async def of(self, org_id: str, *, archived: bool) -> list[StoredQueue]:
        """The organisation's queues, the newest first; with those that are archived where asked for."""
        table = schema.queues
        wanted = sa.select(table).where(table.c.org_id == org_id).order_by(table.c.id.desc())
        async with self._database.reading() as connection:
            rows = await connection.execute(wanted if archived else wanted.where(table.c.archived_at.is_(None)))
            return [_queue(row) for row in rows.mappings()]

    async def one(self, org_id: str, queue_id: str) -> StoredQueue:
        """One of the organisation's queues.

        Raises:
            NotFound: it has no such queue.
        """
        async with self._database.reading() as connection:
            return await _own(connection, org_id, queue_id)

    async def change(
        self, org_id: str, queue_id: str, content: dict[str, str], *, archived: bool | None
    ) -> StoredQueue:
        """A queue with other words, by the field of `QueueContent`; archived or taken back, unless that is None.

        Raises:
            NotFound: the organisation has no such queue.
        """
        async with self._database.writing() as connection:
            queue = await _own(connection, org_id, queue_id)
            at = queue.archived_at
            if archived is not None:
                at = (at or dt.datetime.now(dt.UTC)) if archived else None
            changed = msgspec.structs.replace(queue.content, **content)
            values = {"content": _encoded(changed), "archived_at": at}
            await connection.execute(sa.update(schema.queues).where(schema.queues.c.id == queue_id).values(values))
        return msgspec.structs.replace(queue, content=changed, archived_at=at)

    async def delete(self, org_id: str, queue_id: str) -> None:
        """A queue no longer; its items, skips and holds go with it.

        Raises:
            NotFound: the organisation has no such queue.
        """
        async with self._database.writing() as connection:
            await _own(connection, org_id, queue_id)
            for table in _OWNED:
                await connection.execute(sa.delete(table).where(table.c.queue_id == queue_id))
            await connection.execute(sa.delete(schema.queues).where(schema.queues.c.id == queue_id))

    async def items(self, org_id: str, queue_id: str) -> list[Item]:
        """A queue's items in their order.

        Raises:
            NotFound: the organisation has no such queue.
        """
        table = schema.queue_items
        wanted = sa.select(table).where(table.c.queue_id == queue_id).order_by(table.c.number)
        async with self._database.reading() as connection:
            await _own(connection, org_id, queue_id)
            return [_item(row) for row in (await connection.execute(wanted)).mappings()]

    async def item(self, org_id: str, queue_id: str, number: int) -> Item:
        """One item of a queue.

        Raises:
            NotFound: the organisation has no such queue, or it no such item.
        """
        async with self._database.reading() as connection:
            return await _own_item(connection, org_id, queue_id, number)

    async def marks(self, org_id: str, queue_id: str) -> Marks:
        """Who skipped and who holds what.

        Raises:
            NotFound: the organisation has no such queue.
        """
        async with self._database.reading() as connection:
            await _own(connection, org_id, queue_id)
            return await _marks(connection, queue_id, dt.datetime.now(dt.UTC))

    async def skip(self, org_id: str, queue_id: str, skip: Skip) -> None:
        """Have an item not be given to somebody again; skipped once more, the newest reason counts.

        Raises:
            NotFound: the organisation has no such queue, or it no such item.
        """
        row = {"queue_id": queue_id, **msgspec.structs.asdict(skip), "skipped_at": dt.datetime.now(dt.UTC)}
        async with self._database.writing() as connection:
            await _own_item(connection, org_id, queue_id, skip.number)
            for table in (schema.queue_holds, schema.queue_skips):
                await connection.execute(sa.delete(table).where(_of(table, queue_id, skip.number, skip.annotator)))
            await connection.execute(sa.insert(schema.queue_skips).values(row))

    async def unskip(self, org_id: str, queue_id: str, number: int, annotator: str) -> None:
        """Take a skip back; where there is none, nothing changes.

        Raises:
            NotFound: the organisation has no such queue, or it no such item.
        """
        table = schema.queue_skips
        async with self._database.writing() as connection:
            await _own_item(connection, org_id, queue_id, number)
            await connection.execute(sa.delete(table).where(_of(table, queue_id, number, annotator)))

    async def hold(
        self, queue_id: str, annotator: str, items: Sequence[Item], done: dict[int, set[str]], now: dt.datetime
    ) -> Held | None:
        """Give an annotator the best of some items (`in_order_for`), held until HOLD is over; None where none is left.

        One writer works at a time on all servers, so two who ask at once are not given an item that needs one of them.
        ``done`` may be older than another's judgement; that one's hold is still there then, since only time ends it.
        """
        table = schema.queue_holds
        async with self._database.writing() as connection:
            stale = (table.c.queue_id == queue_id) & (table.c.held_until <= now)
            await connection.execute(sa.delete(table).where(stale))
            standing = (await _marks(connection, queue_id, now)).standing(done)
            chosen = next(iter(in_order_for(annotator, items, standing, queue_id)), None)
            if chosen is None:
                return None
            await connection.execute(sa.delete(table).where(_of(table, queue_id, chosen.number, annotator)))
            row = {"queue_id": queue_id, "number": chosen.number, "annotator": annotator, "held_until": now + HOLD}
            await connection.execute(sa.insert(table).values(row))
        return Held(chosen, now + HOLD)


def _of(table: sa.Table, queue_id: str, number: int, annotator: str) -> sa.ColumnElement[bool]:
    columns = table.c
    return (columns.queue_id == queue_id) & (columns.number == number) & (columns.annotator == annotator)


async def _own(connection: AsyncConnection, org_id: str, queue_id: str) -> StoredQueue:
    known = not has_control_character(queue_id)  # PostgreSQL would refuse to compare such text
    table = schema.queues
    own = sa.select(table).where((table.c.org_id == org_id) & (table.c.id == queue_id))
    row = (await connection.execute(own)).mappings().first() if known else None
    if row is None:
        raise NotFound("There is no such queue.")
    return _queue(row)


async def _own_item(connection: AsyncConnection, org_id: str, queue_id: str, number: int) -> Item:
    await _own(connection, org_id, queue_id)
    table = schema.queue_items
    wanted = sa.select(table).where((table.c.queue_id == queue_id) & (table.c.number == number))
    row = (await connection.execute(wanted)).mappings().first() if number <= _LARGEST else None
    if row is None:
        raise NotFound("There is no such item.")
    return _item(row)


_LARGEST = 2**31 - 1


async def _marks(connection: AsyncConnection, queue_id: str, now: dt.datetime) -> Marks:
    skips, holds = schema.queue_skips, schema.queue_holds
    skipped = await connection.execute(
        sa.select(skips.c.number, skips.c.annotator, skips.c.reason).where(skips.c.queue_id == queue_id)
    )
    held = await connection.execute(
        sa.select(holds.c.number, holds.c.annotator).where((holds.c.queue_id == queue_id) & (holds.c.held_until > now))
    )
    return Marks([Skip(*row) for row in skipped], [(number, annotator) for number, annotator in held])


def _queue(row: Any) -> StoredQueue:
    return StoredQueue(
        id=row["id"],
        content=msgspec.json.decode(row["content"], type=QueueContent),
        created_at=row["created_at"],
        created_by=row["created_by"],
        archived_at=row["archived_at"],
    )


def _item(row: Any) -> Item:
    return Item(**{name: value for name, value in row.items() if name != "queue_id"})


def _encoded(content: QueueContent) -> str:
    return msgspec.json.encode(content).decode()


def numbers_of(items: Collection[Item]) -> dict[str, int]:
    """The number of each request id among some items."""
    return {item.request_id: item.number for item in items}
