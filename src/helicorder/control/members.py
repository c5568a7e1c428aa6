"""The people of an organisation: who they are, what they may do, and the passwords they sign in with."""

import datetime as dt
import unicodedata
from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from helicorder.control import devices, keys, schema
from helicorder.control.database import Database
from helicorder.control.passwords import Passwords, checked_password, new_password
from helicorder.control.turns import ANYWHERE, Place
from helicorder.errors import Conflict, Forbidden, Invalid, NotFound
from helicorder.model.ids import has_control_character, new_id
from helicorder.model.principal import Role
from helicorder.model.score import checked_name

MAX_NAME_LENGTH = 254
_UNSEEN = "CZ"  # controls, formats, surrogates and the unassigned; spaces: two names must not look the same for them
_TABLE = schema.members
_HERE = _TABLE.c.removed_at.is_(None)
_SHOWN_COLUMNS = (
    _TABLE.c.id,
    _TABLE.c.org_id,
    _TABLE.c.name,
    _TABLE.c.display_name,
    _TABLE.c.role,
    _TABLE.c.created_at,
    _TABLE.c.created_by,
)


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person, as they may be shown: everything but the password.

    Attributes:
        name: what they sign in with; no two people of an installation have the same, in whatever case it is written.
        created_by: who made them: the id of a key, ``member:`` and an id, or ``cli``.
    """

    id: str
    org_id: str
    name: str
    display_name: str
    role: Role
    created_at: dt.datetime
    created_by: str


class Verified(msgspec.Struct, frozen=True):
    """A member whose password was right, and the hash that said so: if it changes meanwhile, this holds no longer."""

    member: Member
    password_hash: str


class Members:
    """The rules over members. Tenants are named by the first argument, never by an id alone.

    All that writes raises `Unavailable` where the control database does not answer, and then nothing has changed.
    """

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    async def create(
        self,
        org_id: str,
        name: str,
        role: Role,
        *,
        display_name: str = "",
        password: str | None = None,
        created_by: str = "",
    ) -> tuple[Member, str | None]:
        """A new member, and the password that was made for them, which nothing can show again; None if one is given.

        Raises:
            Invalid: the name, the display name or the password cannot be one.
            Conflict: the name is taken.
            NotFound: there is no such organisation.
        """
        made = Member(
            id=new_id(),
            org_id=org_id,
            name=checked_login(name),
            display_name=checked_name(display_name, "display name") if display_name else name,
            role=role,
            created_at=dt.datetime.now(dt.UTC),
            created_by=created_by,
        )
        chosen, made_up = _chosen(password, name)
        hashed = await self._passwords.hash(chosen, _place_of(org_id))
        row = msgspec.structs.asdict(made) | {"login": login_of(name), "password_hash": hashed}
        async with self._database.writing() as connection:
            if await connection.scalar(sa.select(_TABLE.c.id).where(_TABLE.c.login == login_of(name))) is not None:
                raise Conflict(f"There is already a member named {name!r}.")
            organization = sa.select(schema.organizations.c.id).where(schema.organizations.c.id == org_id)
            if await connection.scalar(organization) is None:
                raise NotFound("There is no such organisation.")
            await connection.execute(sa.insert(_TABLE).values(row))
        return made, made_up

    async def of(self, org_id: str) -> list[Member]:
        """The organisation's members, in the order they came."""
        wanted = sa.select(*_SHOWN_COLUMNS).where(_HERE & (_TABLE.c.org_id == org_id)).order_by(_TABLE.c.id)
        async with self._database.reading() as connection:
            return [_member(row) for row in (await connection.execute(wanted)).mappings()]

    async def member(self, org_id: str, member_id: str) -> Member:
        """One of the organisation's members.

        Raises:
            NotFound: it has no such member.
        """
        async with self._database.reading() as connection:
            return await _own(connection, org_id, member_id)

    async def named(self, org_id: str, name: str) -> Member:
        """The organisation's member of that name.

        Raises:
            NotFound: there is none.
        """
        login = login_of(name)
        for member in await self.of(org_id):
            if login_of(member.name) == login:
                return member
        raise NotFound(f"There is no member named {name!r}.")

    async def change(
        self, org_id: str, member_id: str, *, role: Role | None = None, display_name: str | None = None
    ) -> Member:
        """A member with another role or display name; sessions that are open have the new role within a second.

        Raises:
            NotFound: the organisation has no such member.
            Conflict: it would be left without an admin.
            Invalid: the display name cannot be one.
        """
        if display_name is not None:
            checked_name(display_name, "display name")
        async with self._database.writing() as connection:
            member = await _own(connection, org_id, member_id)
            if role not in (None, Role.ADMIN):
                await _refuse_last_admin(connection, member)
            changed = msgspec.structs.replace(
                member, role=role or member.role, display_name=display_name or member.display_name
            )
            values = {"role": changed.role, "display_name": changed.display_name}
            await connection.execute(sa.update(_TABLE).where(_TABLE.c.id == member.id).values(values))
        return changed

    async def remove(self, org_id: str, member_id: str) -> Member:
        """A member no longer: the name is free, sessions are over within a second, what they wrote stays.

        Raises:
            NotFound: the organisation has no such member.
            Conflict: it would be left without an admin.
        """
        async with self._database.writing() as connection:
            member = await _own(connection, org_id, member_id)
            await _refuse_last_admin(connection, member)
            gone = {"removed_at": dt.datetime.now(dt.UTC), "login": None, "password_hash": None}
            await connection.execute(sa.update(_TABLE).where(_TABLE.c.id == member.id).values(gone))
            await _forget(connection, member.id)
        return member

    async def reset_password(self, org_id: str, member_id: str, password: str | None = None) -> str | None:
        """Another password, which ends every session of the member, and forgets devices; the one that was made, if any.

        Raises:
            NotFound: the organisation has no such member.
            Invalid: the password cannot be one.
        """
        member = await self.member(org_id, member_id)
        chosen, made_up = _chosen(password, member.name)
        hashed = await self._passwords.hash(chosen, _place_of(org_id))
        async with self._database.writing() as connection:
            await _own(connection, org_id, member_id)
            await connection.execute(sa.update(_TABLE).where(_TABLE.c.id == member.id).values(password_hash=hashed))
            await _forget(connection, member.id)
        return made_up

    async def verify(self, name: str, password: str, place: Place = ANYWHERE) -> Verified | None:
        """The member of a name, if the password is theirs. A name that nobody has takes as long as a wrong password.

        The attempt waits for its turn at ``place``.
        """
        wanted = sa.select(*_SHOWN_COLUMNS, _TABLE.c.password_hash).where(_TABLE.c.login == _comparable(name))
        async with self._database.reading() as connection:
            row = (await connection.execute(wanted)).mappings().first()
        stored = row["password_hash"] if row else None
        if not await self._passwords.matches(stored, password, place) or row is None or stored is None:
            return None
        return Verified(_member({name: value for name, value in row.items() if name != "password_hash"}), stored)

    async def recognises(self, secret: str, name: str) -> bool:
        """Whether a secret is of a browser that the member of that name signed in with before."""
        if not keys.is_device_secret(secret):
            return False
        async with self._database.reading() as connection:
            return await devices.recognise(connection, secret, _comparable(name))

    async def change_password(
        self,
        member: Member,
        *,
        current: str,
        new: str,
        keep_session: str,
        keep_device: str = "",
        place: Place = ANYWHERE,
    ) -> None:
        """Another password, chosen by the member, which ends every session of theirs but one, and forgets devices.

        The browser that presents ``keep_device`` stays one of theirs, if it was. ``current`` is compared when the turn
        at ``place`` has come.

        Raises:
            Forbidden: ``current`` is not the password, or it was changed or the member removed at the same moment.
            Invalid: ``new`` cannot be one.
        """
        checked_password(new, member.name)
        own = _HERE & (_TABLE.c.id == member.id)
        async with self._database.reading() as connection:
            stored: str | None = await connection.scalar(sa.select(_TABLE.c.password_hash).where(own))
        if not await self._passwords.matches(stored, current, place):
            raise Forbidden("The current password is not right.")
        hashed = await self._passwords.hash(new, _place_of(member.org_id))
        change = sa.update(_TABLE).where(own & (_TABLE.c.password_hash == stored)).values(password_hash=hashed)
        async with self._database.writing() as connection:
            if not (await connection.execute(change)).rowcount:
                raise Forbidden("The current password is not right.")
            await _forget(connection, member.id, keep_session, keep_device)


def checked_login(name: str) -> str:
    """A name to sign in with, unchanged: 1 to 254 characters that can all be seen, such as an e-mail address.

    Raises:
        Invalid: otherwise.
    """
    if not 1 <= len(name) <= MAX_NAME_LENGTH:
        raise Invalid(f"A member's name must have 1 to {MAX_NAME_LENGTH} characters; this one has {len(name)}.")
    login = login_of(name)
    if not login or any(unicodedata.category(character)[0] in _UNSEEN for character in name + login):
        raise Invalid("A member's name must not hold spaces, nor characters that cannot be seen.")
    return name


def login_of(name: str) -> str:
    """What a name is compared by: the same however its letters are written, in either case.

    More than a name can have is cut off: what anybody sends is looked at here, and some letters become eighteen.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name[: MAX_NAME_LENGTH + 1]).casefold())


def _comparable(name: str) -> str:
    """The login that a presented name may be of; empty, which is nobody's, for what cannot be a name."""
    login = login_of(name)
    return login if len(name) <= MAX_NAME_LENGTH and not has_control_character(login) else ""


def _place_of(org_id: str) -> Place:
    return Place(org_id, known=True)


def _chosen(password: str | None, name: str) -> tuple[str, str | None]:
    """(the password to keep, the same where it was made here and has to be shown)."""
    if password is not None:
        return checked_password(password, name), None
    made = new_password()
    return made, made


async def _own(connection: AsyncConnection, org_id: str, member_id: str) -> Member:
    known = not has_control_character(member_id)  # PostgreSQL would refuse to compare such text
    wanted = sa.select(*_SHOWN_COLUMNS).where(_HERE & (_TABLE.c.org_id == org_id) & (_TABLE.c.id == member_id))
    row = (await connection.execute(wanted)).mappings().first() if known else None
    if row is None:
        raise NotFound("There is no such member.")
    return _member(row)


async def _refuse_last_admin(connection: AsyncConnection, member: Member) -> None:
    others = _HERE & (_TABLE.c.org_id == member.org_id) & (_TABLE.c.role == Role.ADMIN) & (_TABLE.c.id != member.id)
    if member.role is Role.ADMIN and await connection.scalar(sa.select(_TABLE.c.id).where(others).limit(1)) is None:
        raise Conflict(f"{member.name!r} is the last admin among the members: make another one first.")


async def _forget(connection: AsyncConnection, member_id: str, keep_session: str = "", keep_device: str = "") -> None:
    """End a member's sessions and forget the browsers they signed in with, each but one."""
    table = schema.sessions
    await connection.execute(sa.delete(table).where((table.c.member_id == member_id) & (table.c.id != keep_session)))
    await devices.forget(connection, member_id, keep_device)


def _member(row: Mapping[Any, Any]) -> Member:
    return Member(**{**row, "role": Role(row["role"])})
