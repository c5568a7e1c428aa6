"""Lets people in and out: by an API key, or by name and password; slowly for those who keep failing."""

import contextlib
from collections.abc import Iterator

import msgspec

from helicorder.control.access import Access, ApiKey, Organization
from helicorder.control.authenticator import Authenticator
from helicorder.control.guesses import Guess, Guesses, network_of
from helicorder.control.members import Member, Members, login_of
from helicorder.control.sessions import Session, Sessions
from helicorder.control.turns import Place
from helicorder.errors import Invalid, Unauthenticated, Unavailable
from helicorder.model.principal import Principal

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

    Failed attempts are counted, in memory (`guesses`). Whoever has failed too often is refused before anything is
    compared, for a name that nobody has as for one that somebody has.
    """

    def __init__(
        self,
        access: Access,
        authenticator: Authenticator,
        members: Members,
        sessions: Sessions,
        guesses: Guesses | None = None,
    ) -> None:
        self._access = access
        self._authenticator = authenticator
        self._members = members
        self._sessions = sessions
        self._guesses = guesses or Guesses()
        self._known: dict[str, Identity] = {}

    async def admit_key(self, secret: str, address: str) -> Session:
        """A session for whoever holds an API key; it ends with the key.

        Raises:
            Unauthenticated: no key has this secret.
            TooManyAttempts: too many failed from this address.
            Unavailable: the control database does not answer.
        """
        guess = self._guesses.of_key(address)
        guess.count()
        with _forgiven(guess):
            principal = await self._authenticator.principal(secret)
            if principal is None:
                raise Unauthenticated(_NOT_RIGHT)
            return await self._sessions.begin_for_key(principal)

    async def admit_member(self, name: str, password: str, address: str, device_secret: str = "") -> Session:
        """A session for a member; it ends with the member, and when another password is set elsewhere.

        Args:
            name: in any case.
            password: compared when this attempt's turn has come.
            address: where it comes from.
            device_secret: what the browser presents to be recognised by, if anything.

        Raises:
            Unauthenticated: nobody has this name, or another password; which of them, nothing tells.
            TooManyAttempts: too many failed for this name, from this network or from this address.
            Unavailable: the control database does not answer, or too many passwords wait to be compared.
        """
        login = login_of(name)
        if await self._members.recognises(device_secret, name):
            device = f"{device_secret} {login}"
            guess, place = self._guesses.of_device(device), Place(device, known=True)
        else:
            guess, place = self._guesses.of_stranger(login, address), Place(network_of(address))
        guess.refuse_early()
        with _forgiven(guess):
            verified = await self._members.verify(name, password, msgspec.structs.replace(place, at_turn=guess.count))
            if verified is None:
                raise Unauthenticated(_NOT_RIGHT)
        return await self._sessions.begin_for_member(verified, device_secret)

    async def change_password(self, principal: Principal, current: str, new: str, device_secret: str = "") -> None:
        """Another password for the member who asks, which ends their other sessions, and forgets their other devices.

        Raises as `Members.change_password`, and TooManyAttempts, which each session has to itself.
        """
        member = await self._members.member(principal.org_id, principal.member_id)
        guess = self._guesses.of_device(principal.session_id)
        guess.refuse_early()
        place = Place(principal.session_id, known=True, at_turn=guess.count)
        with _forgiven(guess):
            await self._members.change_password(
                member,
                current=current,
                new=new,
                keep_session=principal.session_id,
                keep_device=device_secret,
                place=place,
            )

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
def _forgiven(guess: Guess) -> Iterator[None]:
    """Forgives a guess that was right, and one that was not answered for a reason that is not the caller's."""
    try:
        yield
    except (Unavailable, Invalid):
        guess.forgive()
        raise
    guess.forgive()
