"""Browsers that members signed in with before. To be one allows nothing; it sets its attempts apart from strangers'."""

import datetime as dt

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from helicorder.control import keys, schema

LIFETIME = dt.timedelta(days=365)
"""Since the last sign-in."""
MAX_DEVICES_EACH = 100
"""Of one member; the one that was used longest ago makes room, as with sessions."""

_TABLE = schema.devices


class Device(msgspec.Struct, frozen=True):
    """A browser that has just signed in, and until when it is remembered."""

    secret: str
    expires_at: dt.datetime


async def recognise(connection: AsyncConnection, secret: str, login: str) -> bool:
    """Whether a secret is of a browser that the member of a login signed in with."""
    members = schema.members
    wanted = (
        sa.select(_TABLE.c.member_id)
        .join(members, (members.c.id == _TABLE.c.member_id) & (members.c.login == login))
        .where((_TABLE.c.secret_hash == _hash_of(secret)) & (_TABLE.c.expires_at > dt.datetime.now(dt.UTC)))
    )
    return await connection.scalar(wanted) is not None


async def remember(connection: AsyncConnection, member_id: str, secret: str) -> Device:
    """Remember the browser that a member has just signed in with.

    A secret that is not of a device of this member is replaced, since somebody else may know it. Other members who
    share the browser keep it: their rows get the new secret as well.

    Args:
        connection: the transaction of the sign-in.
        member_id: the member.
        secret: what the browser presented, or empty.
    """
    now = dt.datetime.now(dt.UTC)
    expires_at = now + LIFETIME
    await connection.execute(sa.delete(_TABLE).where(_TABLE.c.expires_at <= now))
    before = _TABLE.c.secret_hash == _hash_of(secret)
    renewed = sa.update(_TABLE).where(before & (_TABLE.c.member_id == member_id)).values(expires_at=expires_at)
    if (await connection.execute(renewed)).rowcount:
        return Device(secret, expires_at)
    made = keys.new_device_secret()
    row = {"secret_hash": keys.hash_of(made), "member_id": member_id, "expires_at": expires_at}
    await connection.execute(sa.update(_TABLE).where(before).values(secret_hash=row["secret_hash"]))
    await _make_room(connection, member_id)
    await connection.execute(sa.insert(_TABLE).values(row))
    return Device(made, expires_at)


async def forget(connection: AsyncConnection, member_id: str, but: str = "") -> None:
    """Forget all browsers of a member, except the one that presents the secret ``but``."""
    await connection.execute(
        sa.delete(_TABLE).where((_TABLE.c.member_id == member_id) & (_TABLE.c.secret_hash != _hash_of(but)))
    )


def _hash_of(secret: str) -> str:
    """What is stored of a secret; empty, which is stored of none, for text that cannot be one."""
    return keys.hash_of(secret) if keys.is_device_secret(secret) else ""


async def _make_room(connection: AsyncConnection, member_id: str) -> None:
    own = _TABLE.c.member_id == member_id
    newest_first = sa.select(_TABLE.c.secret_hash).where(own).order_by(_TABLE.c.expires_at.desc())
    too_many = (await connection.scalars(newest_first.offset(MAX_DEVICES_EACH - 1))).all()
    if too_many:
        await connection.execute(sa.delete(_TABLE).where(own & _TABLE.c.secret_hash.in_(too_many)))
