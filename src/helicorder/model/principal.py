"""Who is asking, and what they may do."""

import datetime as dt
import enum
from typing import Protocol

import msgspec

SESSION_COOKIE = "helicorder_session"
"""The cookie that a browser which signed in carries; it is the REST API's alone, and goes to no upstream."""

DEVICE_COOKIE = "helicorder_device"
"""The cookie by which a browser that a member signed in with is recognised at the next sign-in; it opens nothing."""


class Scope(enum.StrEnum):
    """What a credential allows. ADMIN includes READ and WRITE; neither READ nor WRITE includes the other."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class Role(enum.StrEnum):
    """What a member of an organisation is to it."""

    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"

    @property
    def scopes(self) -> frozenset[Scope]:
        """What the role allows: all, reading and writing, or reading."""
        return _SCOPES[self]


_SCOPES = {
    Role.ADMIN: frozenset(Scope),
    Role.MEMBER: frozenset({Scope.READ, Scope.WRITE}),
    Role.VIEWER: frozenset({Scope.READ}),
}


class Credential(enum.Enum):
    """What a secret is said to be. Neither is ever taken for the other."""

    KEY = enum.auto()
    SESSION = enum.auto()


class Principal(msgspec.Struct, frozen=True):
    """Who is behind a credential. The tenant of every read and write comes from here alone.

    Attributes:
        key_id: what rows name as their writer: the id of an API key, or for a person ``member:`` and the member's id.
        member_id: the member who signed in with a password; empty for a key, and for a session that a key began.
        session_id, expires_at: the browser session, and when it ends; empty and None for a key.
    """

    org_id: str
    key_id: str
    scopes: frozenset[Scope]
    member_id: str = ""
    session_id: str = ""
    expires_at: dt.datetime | None = None

    def may(self, scope: Scope) -> bool:
        """Whether this principal holds scope."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


def writer_id(member_id: str) -> str:
    """What rows that a member wrote name as their writer, where those of an API key name its id."""
    return f"member:{member_id}"


class Authenticator(Protocol):
    """Knows which principal a secret stands for (`control.authenticator`)."""

    def cached(self, secret: str, kind: Credential = Credential.KEY) -> Principal | None:
        """The principal if it is known already, without waiting."""

    async def principal(self, secret: str, kind: Credential = Credential.KEY) -> Principal | None:
        """The principal, or None for a secret that is unknown, was revoked or has ended."""
