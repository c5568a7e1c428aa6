"""Who may ask: organisations, their API keys, and the secrets that servers make for themselves."""

import datetime as dt
import secrets
from collections.abc import Collection, Iterable

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from helicorder.control import keys, schema, sessions
from helicorder.control.database import Database
from helicorder.errors import Conflict, Invalid, NotFound
from helicorder.model.ids import has_control_character, new_id
from helicorder.model.principal import Principal, Scope
from helicorder.model.score import checked_name

DEFAULT_ORGANIZATION = "default"
BOOTSTRAP = "bootstrap"
_SERVER_SECRET_BYTES = 32
_SHOWN_COLUMNS = [column for column in schema.api_keys.c if column is not schema.api_keys.c.secret_hash]


class Organization(msgspec.Struct, frozen=True):
    """A tenant."""

    id: str
    name: str
    created_at: dt.datetime


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """An API key as it may be shown: everything but its secret.

    Attributes:
        hint: the secret's prefix and last characters.
        created_by: who made it: the id of a key, ``member:`` and a member's id, ``cli``, ``bootstrap``; empty where
            nobody said.
        revoked_at: when it stopped working; None while it works.
        updated_at: when it was last renamed or revoked; None where it never was.
    """

    id: str
    org_id: str
    name: str
    hint: str
    scopes: frozenset[Scope]
    created_at: dt.datetime
    created_by: str
    revoked_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None


class BootstrapResult(msgspec.Struct, frozen=True):
    """What the first key took.

    Attributes:
        key: the key that this start made; None when nothing was to do.
        secret: its secret if it was made up here: to be printed once; None when the operator chose it.
    """

    key: ApiKey | None = None
    secret: str | None = None


class Access:
    """The rules over organisations and keys. Tenants are named by the first argument, never by an id alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create_organization(self, name: str) -> Organization:
        """A new organisation.

        Raises:
            Invalid: the name cannot be one, or is taken.
        """
        checked_name(name, "organisation name")
        async with self._database.writing() as connection:
            if await _organization(connection, name):
                raise Invalid(f"There is already an organisation named {name!r}.")
            return await _insert_organization(connection, name)

    async def list_organizations(self) -> list[Organization]:
        """All organisations, oldest first."""
        async with self._database.reading() as connection:
            rows = await connection.execute(sa.select(schema.organizations).order_by(schema.organizations.c.id))
            return [Organization(**row) for row in rows.mappings()]

    async def organization(self, name: str) -> Organization:
        """The organisation of that name.

        Raises:
            NotFound: there is none.
        """
        async with self._database.reading() as connection:
            found = None if has_control_character(name) else await _organization(connection, name)
        if found is None:
            raise NotFound(f"There is no organisation named {name!r}.")
        return found

    async def organization_of(self, org_id: str) -> Organization:
        """The organisation of that id.

        Raises:
            NotFound: there is none.
        """
        async with self._database.reading() as connection:
            return await _organization_of(connection, org_id)

    async def rename_organization(self, org_id: str, name: str) -> Organization:
        """The organisation under another name.

        Raises:
            Invalid: the name cannot be one.
            Conflict: another organisation has it.
            NotFound: there is no such organisation.
        """
        checked_name(name, "organisation name")
        table = schema.organizations
        async with self._database.writing() as connection:
            taken = await _organization(connection, name)
            if taken is not None and taken.id != org_id:
                raise Conflict("This name is taken.")
            await connection.execute(sa.update(table).where(table.c.id == org_id).values(name=name))
            return await _organization_of(connection, org_id)

    async def create_key(
        self, org_id: str, name: str, scopes: Iterable[Scope], created_by: str = ""
    ) -> tuple[str, ApiKey]:
        """A new key of an organisation: (its secret, which nothing can show again; the key).

        Raises:
            Invalid: the name cannot be one, or there are no scopes.
            NotFound: there is no such organisation.
        """
        checked_name(name, "key name")
        allowed = frozenset(scopes)
        if not allowed:
            raise Invalid("An API key needs at least one scope: read, write or admin.")
        secret = keys.new_secret()
        async with self._database.writing() as connection:
            known = sa.select(schema.organizations.c.id).where(schema.organizations.c.id == org_id)
            if await connection.scalar(known) is None:
                raise NotFound("There is no such organisation.")
            return secret, await _insert_key(connection, org_id, name, secret, allowed, created_by)

    async def list_keys(self, org_id: str) -> list[ApiKey]:
        """The organisation's keys, oldest first, the revoked ones too."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                sa.select(*_SHOWN_COLUMNS).where(schema.api_keys.c.org_id == org_id).order_by(schema.api_keys.c.id)
            )
            return [_api_key(row) for row in rows.mappings()]

    async def key(self, org_id: str, key_id: str) -> ApiKey:
        """One key of the organisation, revoked or not.

        Raises:
            NotFound: the organisation has no such key.
        """
        async with self._database.reading() as connection:
            return await _own_key(connection, org_id, key_id)

    async def rename_key(self, org_id: str, key_id: str, name: str) -> ApiKey:
        """A key under another name.

        Raises:
            Invalid: the name cannot be one.
            NotFound: the organisation has no such key.
        """
        checked_name(name, "key name")
        async with self._database.writing() as connection:
            await _own_key(connection, org_id, key_id)
            return await _change_key(connection, org_id, key_id, name=name, updated_at=_now())

    async def revoke_key(self, org_id: str, key_id: str) -> ApiKey:
        """Ends a key for good, and the sessions it began; the key as it is now. Doing it again changes nothing.

        Raises:
            NotFound: the organisation has no such key.
        """
        async with self._database.writing() as connection:
            key = await _own_key(connection, org_id, key_id)
            if key.revoked_at is not None:
                return key
            now = _now()
            return await _change_key(connection, org_id, key_id, revoked_at=now, updated_at=now)

    async def principals(self, digests: Collection[bytes]) -> dict[bytes, Principal]:
        """The principals behind SHA-256 digests of secrets, of keys and of sessions, less those that have ended.

        Raises:
            Unavailable: the control database does not answer.
        """
        table = schema.api_keys
        wanted = table.c.secret_hash.in_([digest.hex() for digest in digests]) & table.c.revoked_at.is_(None)
        columns = (table.c.secret_hash, table.c.org_id, table.c.id, table.c.scopes)
        async with self._database.reading() as connection:
            found = {
                bytes.fromhex(hashed): Principal(org_id=org_id, key_id=key_id, scopes=schema.scopes_of(scopes))
                for hashed, org_id, key_id, scopes in await connection.execute(sa.select(*columns).where(wanted))
            }
            others = [digest for digest in digests if digest not in found]
            return found | (await sessions.principals(connection, others, _now()) if others else {})

    async def ensure_bootstrap(self, secret: str = "") -> BootstrapResult:
        """Sees to it that somebody can get in: the first organisation, with a key that may do everything.

        That is ``default``, made if there is none; else, where it was renamed, the oldest.

        Args:
            secret: the operator's; it becomes a key unless it is or ever was one (revoked stays revoked). Empty: a
                key is made up, but only in a store that has never had one.

        Raises:
            Invalid: the operator's secret does not have the shape of one.
        """
        chosen = keys.checked_secret(secret) if secret else keys.new_secret()
        blocking = sa.select(schema.api_keys.c.id)
        if secret:
            blocking = blocking.where(schema.api_keys.c.secret_hash == keys.hash_of(secret))
        async with self._database.writing() as connection:
            if await connection.scalar(blocking.limit(1)) is not None:
                return BootstrapResult()
            home = await _first_organization(connection) or await _insert_organization(connection, DEFAULT_ORGANIZATION)
            key = await _insert_key(connection, home.id, BOOTSTRAP, chosen, frozenset(Scope), BOOTSTRAP)
        return BootstrapResult(key=key, secret=None if secret else chosen)

    async def secret(self, name: str) -> bytes:
        """32 random bytes of that name, made when first asked for; the same for every server of this database."""
        table = schema.secrets
        async with self._database.writing() as connection:
            value: bytes | None = await connection.scalar(sa.select(table.c.value).where(table.c.name == name))
            if value is None:
                value = secrets.token_bytes(_SERVER_SECRET_BYTES)
                await connection.execute(sa.insert(table).values(name=name, value=value))
            return value


async def _organization_of(connection: AsyncConnection, org_id: str) -> Organization:
    rows = await connection.execute(sa.select(schema.organizations).where(schema.organizations.c.id == org_id))
    row = rows.mappings().first()
    if row is None:
        raise NotFound("There is no such organisation.")
    return Organization(**row)


async def _first_organization(connection: AsyncConnection) -> Organization | None:
    table = schema.organizations
    rows = await connection.execute(
        sa.select(table).order_by(table.c.name != DEFAULT_ORGANIZATION, table.c.id).limit(1)
    )
    row = rows.mappings().first()
    return None if row is None else Organization(**row)


async def _own_key(connection: AsyncConnection, org_id: str, key_id: str) -> ApiKey:
    known = not has_control_character(key_id)  # PostgreSQL would refuse to compare such text
    own = (schema.api_keys.c.org_id == org_id) & (schema.api_keys.c.id == key_id)
    rows = await connection.execute(sa.select(*_SHOWN_COLUMNS).where(own)) if known else None
    row = rows.mappings().first() if rows else None
    if row is None:
        raise NotFound("There is no such API key.")
    return _api_key(row)


async def _change_key(connection: AsyncConnection, org_id: str, key_id: str, **values: object) -> ApiKey:
    await connection.execute(sa.update(schema.api_keys).where(schema.api_keys.c.id == key_id).values(values))
    return await _own_key(connection, org_id, key_id)


async def _organization(connection: AsyncConnection, name: str) -> Organization | None:
    rows = await connection.execute(sa.select(schema.organizations).where(schema.organizations.c.name == name))
    row = rows.mappings().first()
    return None if row is None else Organization(**row)


async def _insert_organization(connection: AsyncConnection, name: str) -> Organization:
    made = Organization(id=new_id(), name=name, created_at=_now())
    await connection.execute(sa.insert(schema.organizations).values(msgspec.structs.asdict(made)))
    return made


async def _insert_key(
    connection: AsyncConnection, org_id: str, name: str, secret: str, scopes: frozenset[Scope], created_by: str
) -> ApiKey:
    made = ApiKey(
        id=new_id(),
        org_id=org_id,
        name=name,
        hint=keys.hint_of(secret),
        scopes=scopes,
        created_at=_now(),
        created_by=created_by,
    )
    stored = msgspec.structs.asdict(made) | {"scopes": " ".join(sorted(scopes)), "secret_hash": keys.hash_of(secret)}
    await connection.execute(sa.insert(schema.api_keys).values(stored))
    return made


def _api_key(row: sa.RowMapping) -> ApiKey:
    return ApiKey(**{**row, "scopes": schema.scopes_of(row["scopes"])})


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
