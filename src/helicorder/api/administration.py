"""What a handler of people, keys and organisations is given besides its input, as `Context` is to those of data."""

from typing import Any

import structlog
from litestar import Request
from litestar.di import NamedDependency

from helicorder.api.access import principal_of
from helicorder.api.browser import address_of, came_over_tls, device_secret, session_secret
from helicorder.control.access import Access
from helicorder.control.doorkeeper import Doorkeeper
from helicorder.control.members import Members
from helicorder.control.retentions import Retentions
from helicorder.model.principal import Principal

log = structlog.get_logger()


class Administration:
    """One request's view of the control store's rules.

    Attributes:
        access: organisations and keys. members: people. doorkeeper: who comes in. retentions: what is kept how long.
    """

    __slots__ = ("_public_url", "_request", "access", "doorkeeper", "members", "retentions")

    def __init__(
        self,
        request: Request[Any, Any, Any],
        access: Access,
        members: Members,
        doorkeeper: Doorkeeper,
        retentions: Retentions,
        public_url: str,
    ) -> None:
        self._request = request
        self._public_url = public_url
        self.access = access
        self.members = members
        self.doorkeeper = doorkeeper
        self.retentions = retentions

    @property
    def principal(self) -> Principal:
        """Who asks."""
        return principal_of(self._request.scope)

    @property
    def address(self) -> str:
        """Where from."""
        return address_of(self._request)

    @property
    def secure(self) -> bool:
        """Whether the browser speaks TLS."""
        return came_over_tls(self._request, self._public_url)

    @property
    def session_secret(self) -> str | None:
        """The secret of the session that the browser is in, if any."""
        return session_secret(self._request.headers)

    @property
    def device_secret(self) -> str:
        """What the browser presents to be recognised by; empty without it."""
        return device_secret(self._request.headers)

    def note(self, event: str, **what: str) -> None:
        """Log who did what to whom; ids alone, never a name or a secret."""
        log.info(event, org_id=self.principal.org_id, by=self.principal.key_id, **what)


FromAdministration = NamedDependency[Administration]
