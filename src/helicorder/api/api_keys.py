"""API keys in Helicone's shapes.

Where Helicone shows the hash of a secret (``hashedKey``, ``api_key_hash``), the key's id stands here: nothing that is
made of a secret leaves the server, and ``hint`` is enough to tell keys apart. Ids are strings.
"""

import datetime as dt
import enum
from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, post
from litestar.params import JSONBody, PathParameter

from helicorder.api.access import ADMIN
from helicorder.api.administration import FromAdministration
from helicorder.api.wire import Result
from helicorder.control.access import ApiKey
from helicorder.errors import Invalid
from helicorder.model.principal import Scope

KeyId = Annotated[str, PathParameter(description="The id of an API key.")]


class KeyPermissions(enum.StrEnum):
    """Helicone's words for what a key may do."""

    READ_WRITE = "rw"
    READ = "r"
    WRITE = "w"


_SCOPES = {
    KeyPermissions.READ_WRITE: frozenset({Scope.READ, Scope.WRITE}),
    KeyPermissions.READ: frozenset({Scope.READ}),
    KeyPermissions.WRITE: frozenset({Scope.WRITE}),
}


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key to make. ``scopes`` is our own, and can say admin; where neither is given, a key reads and writes."""

    api_key_name: str
    key_permissions: KeyPermissions | None = None
    scopes: list[Scope] | None = None

    def allowed(self) -> frozenset[Scope]:
        """What the key is to be allowed.

        Raises:
            Invalid: it is said in both ways.
        """
        if self.scopes is None:
            return _SCOPES[self.key_permissions or KeyPermissions.READ_WRITE]
        if self.key_permissions is not None:
            raise Invalid("Say key_permissions or scopes, not both.")
        return frozenset(self.scopes)


class KeyRename(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another name for a key."""

    api_key_name: str


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A key as Helicone lists it, and below it what is our own.

    ``api_key_hash`` is the id, see above. ``user_id`` and ``created_by`` are who made it: the id of a key, ``member:``
    and a member's id, ``cli`` or ``bootstrap``. ``soft_delete`` says that it is revoked. ``last_four`` is empty for a
    secret too short to show a part of.
    """

    id: str
    api_key_name: str
    api_key_hash: str
    created_at: dt.datetime
    updated_at: dt.datetime
    governance: bool = False
    key_permissions: KeyPermissions
    organization_id: str
    soft_delete: bool
    temp_key: bool = False
    user_id: str
    hint: str
    last_four: str
    scopes: list[Scope]
    created_by: str
    revoked_at: dt.datetime | None


class MadeKey(msgspec.Struct, frozen=True):
    """A key that was made, the only time that ``apiKey``, its secret, is shown. ``hashedKey`` is the id, see above."""

    id: str
    api_key: str = msgspec.field(name="apiKey")
    hashed_key: str = msgspec.field(name="hashedKey")
    hint: str = ""
    scopes: list[Scope] = []


class ChangedKey(msgspec.Struct, frozen=True):
    """A key that was renamed or revoked. ``hashedKey`` is the id, see above."""

    id: str
    hashed_key: str = msgspec.field(name="hashedKey")
    hint: str = ""


@get("/v1/api-keys", opt=ADMIN, operation_id="GetAPIKeys", tags=["API Key"])
async def list_keys(administration: FromAdministration) -> Result[list[KeyRow]]:
    """The organisation's keys, oldest first, the revoked ones too."""
    return Result([_row(key) for key in await administration.access.list_keys(administration.principal.org_id)])


@post("/v1/api-keys", status_code=200, opt=ADMIN, operation_id="CreateAPIKey", tags=["API Key"])
async def create_key(data: JSONBody[NewKey], administration: FromAdministration) -> MadeKey:
    """Make a key. Its secret is in this answer and nowhere else."""
    principal = administration.principal
    secret, key = await administration.access.create_key(
        principal.org_id, data.api_key_name, data.allowed(), principal.key_id
    )
    administration.note("key_created", key_id=key.id)
    return MadeKey(key.id, secret, key.id, key.hint, sorted(key.scopes))


@patch("/v1/api-keys/{api_key_id:str}", opt=ADMIN, operation_id="UpdateAPIKey", tags=["API Key"])
async def rename_key(api_key_id: KeyId, data: JSONBody[KeyRename], administration: FromAdministration) -> ChangedKey:
    """Give a key another name."""
    org_id = administration.principal.org_id
    key = await administration.access.rename_key(org_id, api_key_id, data.api_key_name)
    administration.note("key_renamed", key_id=key.id)
    return ChangedKey(key.id, key.id, key.hint)


@delete("/v1/api-keys/{api_key_id:str}", status_code=200, opt=ADMIN, operation_id="DeleteAPIKey", tags=["API Key"])
async def revoke_key(api_key_id: KeyId, administration: FromAdministration) -> ChangedKey:
    """Revoke a key for good, and end the sessions that it began: everywhere within a second."""
    key = await administration.access.revoke_key(administration.principal.org_id, api_key_id)
    administration.note("key_revoked", key_id=key.id)
    return ChangedKey(key.id, key.id, key.hint)


def _row(key: ApiKey) -> KeyRow:
    return KeyRow(
        id=key.id,
        api_key_name=key.name,
        api_key_hash=key.id,
        created_at=key.created_at,
        updated_at=key.updated_at or key.created_at,
        key_permissions=_permissions(key.scopes),
        organization_id=key.org_id,
        soft_delete=key.revoked_at is not None,
        user_id=key.created_by,
        hint=key.hint,
        last_four=key.hint.rpartition("…")[2],
        scopes=sorted(key.scopes),
        created_by=key.created_by,
        revoked_at=key.revoked_at,
    )


def _permissions(scopes: frozenset[Scope]) -> KeyPermissions:
    """Helicone's word for what a key may do; one that may do everything reads and writes."""
    return next((word for word, meant in _SCOPES.items() if meant == scopes), KeyPermissions.READ_WRITE)


HANDLERS: list[Any] = [list_keys, create_key, rename_key, revoke_key]
