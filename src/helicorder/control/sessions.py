"""Browser sessions: begun by a key or a member, ended by time, by signing out, or with what began them."""

import datetime as dt
from collections.abc import Collection

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from helicorder.control import devices, keys, schema
from helicorder.control.database import Database
from helicorder.control.devices import Device
from helicorder.control.members import Verified
from helicorder.errors import Unauthenticated
from helicorder.model.ids import new_id
from helicorder.model.principal import Credential, Principal, Role, writer_id

MAX_SESSIONS_EACH = 100
"""Of one key or member; the oldest makes room, so that whoever may sign in cannot fill the control database."""

_TABLE = schema.sessions


class Session(msgspec.Struct, frozen=True):
    """A session that has just begun: the only place where its secret is seen.

    Attributes:
        principal: who it is.
        expires_at: when it ends, whatever happens in it.
        device: what the browser is recognised by when a member signs in with it again; None where a key began it.
    """

    secret: str
    principal: Principal
    expires_at: dt.datetime
    device: Device | None = None


class Sessions:
    """Begins and ends sessions.

    Args:
        lifetime: how long one lasts.
    """

    def __init__(self, database: Database, lifetime: dt.timedelta) -> None:
        self._database = database
        self._lifetime = lifetime

    async def begin_for_key(self, principal: Principal) -> Session:
        """A session that may do what a key may, for as long as the key may."""
        async with self._database.writing() as connection:
            return await self._begin(connection, principal)

    async def begin_for_member(self, verified: Verified, device_secret: str = "") -> Session:
        """A session of a member who has just shown their password, in a browser that is remembered from now on.

        Args:
            verified: the member.
            device_secret: what the browser presented, if anything.

        Raises:
            Unauthenticated: the password was changed, or the member removed, since it was compared.
        """
        member = verified.member
        principal = Principal(member.org_id, writer_id(member.id), member.role.scopes, member_id=member.id)
        current = sa.select(schema.members.c.password_hash).where(schema.members.c.id == member.id)
        async with self._database.writing() as connection:
            if await connection.scalar(current) != verified.password_hash:
                raise Unauthenticated
            device = await devices.remember(connection, member.id, device_secret)
            return msgspec.structs.replace(await self._begin(connection, principal), device=device)

    async def end(self, secret: str) -> None:
        """Ends the session of a secret, if there is one."""
        if keys.digest_of(secret, Credential.SESSION) is None:
            return
        # Anybody may ask for this with any secret: whoever has none of ours must not get to be the one writer.
        async with self._database.reading() as connection:
            own = sa.select(_TABLE.c.id).where(_TABLE.c.secret_hash == keys.hash_of(secret))
            session_id = await connection.scalar(own)
        if session_id is not None:
            async with self._database.writing() as connection:
                await connection.execute(sa.delete(_TABLE).where(_TABLE.c.id == session_id))

    async def _begin(self, connection: AsyncConnection, principal: Principal) -> Session:
        now = dt.datetime.now(dt.UTC)
        secret, expires_at = keys.new_session_secret(), now + self._lifetime
        owner = {"member_id": principal.member_id} if principal.member_id else {"key_id": principal.key_id}
        await _make_room(connection, owner, now)
        made = msgspec.structs.replace(principal, session_id=new_id(), expires_at=expires_at)
        row = {"id": made.session_id, "secret_hash": keys.hash_of(secret), "created_at": now, "expires_at": expires_at}
        await connection.execute(sa.insert(_TABLE).values(**row, **owner))
        return Session(secret, made, expires_at)


async def principals(
    connection: AsyncConnection, digests: Collection[bytes], now: dt.datetime
) -> dict[bytes, Principal]:
    """The principals behind digests of session secrets, less those that have ended, alone or with their owner."""
    key, member = schema.api_keys, schema.members
    alive = (_TABLE.c.expires_at > now) & sa.or_(key.c.id.is_not(None), member.c.id.is_not(None))
    wanted = (
        sa.select(
            _TABLE.c.secret_hash, _TABLE.c.id, _TABLE.c.expires_at,
            key.c.id, key.c.org_id, key.c.scopes, member.c.id, member.c.org_id, member.c.role,
        )
        .join(key, (key.c.id == _TABLE.c.key_id) & key.c.revoked_at.is_(None), isouter=True)
        .join(member, (member.c.id == _TABLE.c.member_id) & member.c.removed_at.is_(None), isouter=True)
        .where(_TABLE.c.secret_hash.in_([digest.hex() for digest in digests]) & alive)
    )  # fmt: skip
    return {bytes.fromhex(hashed): _principal(*rest) for hashed, *rest in await connection.execute(wanted)}


def _principal(
    session_id: str,
    expires_at: dt.datetime,
    key_id: str | None,
    key_org: str,
    scopes: str,
    member_id: str | None,
    member_org: str,
    role: str,
) -> Principal:
    if member_id is None:
        return Principal(key_org, key_id or "", schema.scopes_of(scopes), session_id=session_id, expires_at=expires_at)
    allowed = Role(role).scopes
    return Principal(member_org, writer_id(member_id), allowed, member_id, session_id, expires_at)


async def _make_room(connection: AsyncConnection, owner: dict[str, str], now: dt.datetime) -> None:
    await connection.execute(sa.delete(_TABLE).where(_TABLE.c.expires_at <= now))
    of_owner = sa.select(_TABLE.c.id).filter_by(**owner).order_by(_TABLE.c.id.desc()).offset(MAX_SESSIONS_EACH - 1)
    too_many = (await connection.scalars(of_owner)).all()
    if too_many:
        await connection.execute(sa.delete(_TABLE).where(_TABLE.c.id.in_(too_many)))
