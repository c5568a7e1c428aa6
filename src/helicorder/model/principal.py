"""Who is asking, and what they may do."""

import enum
from typing import Protocol

import msgspec


class Scope(enum.StrEnum):
    """What an API key allows. ADMIN includes READ and WRITE; neither READ nor WRITE includes the other."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class Principal(msgspec.Struct, frozen=True):
    """The organisation and key behind a credential. The tenant of every read and write comes from here alone."""

    org_id: str
    key_id: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """Whether this principal holds scope."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


class Authenticator(Protocol):
    """Knows which principal an API key stands for (`control.authenticator`)."""

    def cached(self, secret: str) -> Principal | None:
        """The principal if it is known already, without waiting."""

    async def principal(self, secret: str) -> Principal | None:
        """The principal, or None for an unknown or revoked key."""
