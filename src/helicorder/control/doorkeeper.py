"""Lets people in and out: by an API key, or by name and password; slowly for those who keep failing."""

import contextlib
import math
from collections.abc import Iterator

import msgspec

from helicorder.control.access import Access, ApiKey, Organization
from helicorder.control.attempts import Attempts
from helicorder.control.authenticator import Authenticator
from helicorder.control.members import Member, Members, login_of
from helicorder.control.sessions import Session, Sessions
from helicorder.errors import Invalid, TooManyAttempts, Unauthenticated, Unavailable
from helicorder.model.principal import Principal

# After ten failures one more each half minute: 2,900 guesses a day, at passwords of twelve characters and more.
FAILURES_PER_NAME = (10, 30.0)
# People may share an address, so this one only slows down those who try many names.
FAILURES_PER_ADDRESS = (50, 5.0)
MAX_REMEMBERED = 1_024
_NOT_RIGHT = "The key, or the name and the password, are not right."


class Identity(msgspec.Struct, frozen=True):
    """Who a principal is: of which organisation, and which member or key."""

    organization: Organization
    member: Member | None
    key: ApiKey | None

    @property
    def author(self) -> str:
        """The name under which their annotations are kept: the member's, or the key's."""
        if self.member is not None:
            return self.member.name
        return "" if self.key is None else self.key.name


class Doorkeeper:
    """Begins sessions for those who prove who they are, ends them, and says who somebody is.

    Failed attempts are counted by name and by address, in memory. Whoever has failed too often is refused before
    anything is looked at, for a name that nobody has as for one that somebody has.
    """

    def __init__(self, access: Access, authenticator: Authenticator, members: Members, sessions: Sessions) -> None:
        self._access = access
        self._authenticator = authenticator
        self._members = members
        self._sessions = sessions
        self._by_name = Attempts(*FAILURES_PER_NAME)
        self._by_address = Attempts(*FAILURES_PER_ADDRESS)
        self._known: dict[str, Identity] = {}

    async def admit_key(self, secret: str, address: str) -> Session:
        """A session for whoever holds an API key; it ends with the key.

        Raises:
            Unauthenticated: no key has this secret.
            TooManyAttempts: too many failed from this address.
            Unavailable: the control database does not answer.
        """
        with _trying((self._by_address, address)):
            principal = await self._authenticator.principal(secret)
            if principal is None:
                raise Unauthenticated(_NOT_RIGHT)
            return await self._sessions.begin_for_key(principal)

    async def admit_member(self, name: str, password: str, address: str) -> Session:
        """A session for a member; it ends with the member, and when another password is set elsewhere.

        Raises:
            Unauthenticated: nobody has this name, or another password; which of them, nothing tells.
            TooManyAttempts: too many failed for this name or from this address.
            Unavailable: the control database does not answer, or too many passwords wait to be compared.
        """
        with _trying((self._by_name, login_of(name)), (self._by_address, address)):
            verified = await self._members.verify(name, password)
            if verified is None:
                raise Unauthenticated(_NOT_RIGHT)
            return await self._sessions.begin_for_member(verified)

    async def change_password(self, principal: Principal, current: str, new: str, address: str) -> None:
        """Another password for the member who asks, which ends their other sessions.

        Raises as `Members.change_password`, and TooManyAttempts.
        """
        member = await self._members.member(principal.org_id, principal.member_id)
        with _trying((self._by_name, login_of(member.name)), (self._by_address, address)):
            await self._members.change_password(member, current=current, new=new, keep_session=principal.session_id)

    async def let_out(self, secret: str) -> None:
        """Ends a session; everywhere within a second."""
        await self._sessions.end(secret)

    async def identity(self, principal: Principal) -> Identity:
        """Who somebody is. While the control database is away, what it last said of them.

        Raises:
            Unavailable: it is away, and has not been asked about them.
            NotFound: they are there no longer.
        """
        try:
            found = await self._identified(principal)
        except Unavailable:
            if principal.key_id not in self._known:
                raise
            return self._known[principal.key_id]
        self._known.pop(principal.key_id, None)
        self._known[principal.key_id] = found
        if len(self._known) > MAX_REMEMBERED:
            del self._known[next(iter(self._known))]
        return found

    async def _identified(self, principal: Principal) -> Identity:
        organization = await self._access.organization_of(principal.org_id)
        if principal.member_id:
            return Identity(organization, await self._members.member(principal.org_id, principal.member_id), None)
        return Identity(organization, None, await self._access.key(principal.org_id, principal.key_id))


@contextlib.contextmanager
def _trying(*subjects: tuple[Attempts, str]) -> Iterator[None]:
    """Counts what is done inside as a failure for each subject, until it has turned out not to be one."""
    wait = math.ceil(max(attempts.wait(subject) for attempts, subject in subjects))
    if wait > 0:
        raise TooManyAttempts(f"Too many attempts have failed; try again in {wait} seconds.", wait)
    for attempts, subject in subjects:
        attempts.count(subject)
    try:
        yield
    except (Unavailable, Invalid):
        _forgive(subjects)
        raise
    _forgive(subjects)


def _forgive(subjects: tuple[tuple[Attempts, str], ...]) -> None:
    for attempts, subject in subjects:
        attempts.forgive(subject)
