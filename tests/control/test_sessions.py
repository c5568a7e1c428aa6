"""Browser sessions: whose they are, and when they end."""

import asyncio
import datetime as dt
import pathlib

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helicorder.control import keys, schema
from helicorder.control import sessions as module
from helicorder.control.access import Access
from helicorder.control.authenticator import Authenticator
from helicorder.control.database import Database
from helicorder.control.members import Members, Verified
from helicorder.control.sessions import Session, Sessions
from helicorder.errors import Unauthenticated
from helicorder.model.ids import new_id
from helicorder.model.principal import Credential, Principal, Role, Scope

PASSWORD = "correct horse battery staple"
NEW = "another horse, another battery"


def contents(directory: pathlib.Path) -> list[bytes]:
    """What every file below a directory holds."""
    return [path.read_bytes() for path in directory.rglob("*") if path.is_file()]


async def principal_of(access: Access, secret: str) -> Principal | None:
    """Who a session's secret stands for, straight from the store."""
    digest = keys.digest_of(secret, Credential.SESSION)
    assert digest is not None
    return (await access.principals([digest])).get(digest)


async def verified_of(members: Members, name: str, password: str = PASSWORD) -> Verified:
    """A member who has shown their password."""
    verified = await members.verify(name, password)
    assert verified is not None
    return verified


async def count(database: Database) -> int:
    """How many sessions are kept."""
    async with database.reading() as connection:
        return await connection.scalar(sa.select(sa.func.count()).select_from(schema.sessions)) or 0


async def test_a_session_of_a_key_may_what_the_key_may(access: Access, sessions: Sessions) -> None:
    """It stands for the key's organisation, id and scopes, and ends with the key."""
    home = await access.create_organization("home")
    _, key = await access.create_key(home.id, "reader", [Scope.READ])
    session = await sessions.begin_for_key(Principal(home.id, key.id, key.scopes))
    found = await principal_of(access, session.secret)
    assert found == session.principal
    assert found is not None
    assert (found.org_id, found.key_id, found.scopes, found.member_id) == (home.id, key.id, key.scopes, "")
    assert found.expires_at == session.expires_at
    await access.revoke_key(home.id, key.id)
    assert await principal_of(access, session.secret) is None


async def test_a_session_of_a_member_may_what_the_role_may_now(
    access: Access, members: Members, sessions: Sessions
) -> None:
    """It names the member as the writer, follows a change of role, and ends with the member."""
    home = await access.create_organization("home")
    ada, _ = await members.create(home.id, "ada", Role.MEMBER, password=PASSWORD)
    session = await sessions.begin_for_member(await verified_of(members, "ada"))
    found = await principal_of(access, session.secret)
    assert found == session.principal
    assert found is not None
    assert (found.org_id, found.key_id, found.member_id) == (home.id, f"member:{ada.id}", ada.id)
    assert found.scopes == Role.MEMBER.scopes
    await members.change(home.id, ada.id, role=Role.VIEWER)
    found = await principal_of(access, session.secret)
    assert found is not None
    assert found.scopes == Role.VIEWER.scopes
    await members.remove(home.id, ada.id)
    assert await principal_of(access, session.secret) is None


async def test_secrets_are_long_random_and_kept_as_hashes(
    access: Access, sessions: Sessions, store_directory: pathlib.Path
) -> None:
    """A session's secret has 256 random bits and is in no file of the store; its hash is."""
    home = await access.create_organization("home")
    _, key = await access.create_key(home.id, "reader", [Scope.READ])
    made = [(await sessions.begin_for_key(Principal(home.id, key.id, key.scopes))).secret for _ in range(50)]
    assert len(set(made)) == 50
    assert {len(secret) for secret in made} == {len(keys.SESSION_PREFIX) + 43}
    for secret in made[::2]:
        await sessions.end(secret)
    files = await asyncio.to_thread(contents, store_directory)
    for secret in made:
        assert not any(secret.removeprefix(keys.SESSION_PREFIX).encode() in content for content in files)
    assert any(keys.hash_of(made[1]).encode() in content for content in files)


async def test_a_session_is_no_key_and_a_key_no_session(access: Access, sessions: Sessions) -> None:
    """Presented as the other, each is unknown."""
    home = await access.create_organization("home")
    secret, key = await access.create_key(home.id, "reader", [Scope.READ])
    session = await sessions.begin_for_key(Principal(home.id, key.id, key.scopes))
    authenticator = Authenticator(access)
    assert await authenticator.principal(secret) is not None
    assert await authenticator.principal(session.secret, Credential.SESSION) is not None
    assert await authenticator.principal(session.secret) is None
    assert authenticator.cached(session.secret) is None
    assert await authenticator.principal(secret, Credential.SESSION) is None
    assert authenticator.cached(secret, Credential.SESSION) is None
    await authenticator.close()


async def test_a_session_ends_by_time_however_it_is_used(database: Database, access: Access) -> None:
    """Past its lifetime a session is nobody's, and the next one that begins takes its row away."""
    home = await access.create_organization("home")
    _, key = await access.create_key(home.id, "reader", [Scope.READ])
    brief = Sessions(database, dt.timedelta(seconds=0.05))
    session = await brief.begin_for_key(Principal(home.id, key.id, key.scopes))
    assert await principal_of(access, session.secret) is not None or session.expires_at <= dt.datetime.now(dt.UTC)
    await asyncio.sleep(0.06)
    assert await principal_of(access, session.secret) is None
    assert await count(database) == 1
    await brief.begin_for_key(Principal(home.id, key.id, key.scopes))
    assert await count(database) == 1


async def test_sessions_of_one_owner_are_bounded(database: Database, access: Access, sessions: Sessions) -> None:
    """One more than allowed ends the oldest of the same key; another key's are left alone."""
    home = await access.create_organization("home")
    owners = [(await access.create_key(home.id, name, [Scope.READ]))[1] for name in ("busy", "other")]
    busy, other = [Principal(home.id, key.id, key.scopes) for key in owners]
    kept = await sessions.begin_for_key(other)
    made = [(await sessions.begin_for_key(busy)).secret for _ in range(module.MAX_SESSIONS_EACH + 2)]
    assert await count(database) == module.MAX_SESSIONS_EACH + 1
    assert [await principal_of(access, secret) is None for secret in made[:3]] == [True, True, False]
    assert await principal_of(access, kept.secret) is not None


async def test_another_password_ends_the_members_other_sessions(
    access: Access, members: Members, sessions: Sessions
) -> None:
    """Changed by the member, the session that did it stays; set by an admin, none does; others' sessions always do."""
    home = await access.create_organization("home")
    ada, _ = await members.create(home.id, "ada", Role.MEMBER, password=PASSWORD)
    await members.create(home.id, "bob", Role.MEMBER, password=PASSWORD)
    bobs = await sessions.begin_for_member(await verified_of(members, "bob"))
    mine, elsewhere = [await sessions.begin_for_member(await verified_of(members, "ada")) for _ in range(2)]
    keep = mine.principal.session_id
    await members.change_password(ada, current=PASSWORD, new=NEW, keep_session=keep)
    assert await principal_of(access, mine.secret) is not None
    assert await principal_of(access, elsewhere.secret) is None
    await members.reset_password(home.id, ada.id, PASSWORD)
    assert await principal_of(access, mine.secret) is None
    assert await principal_of(access, bobs.secret) is not None


async def test_a_password_that_was_changed_meanwhile_begins_no_session(
    access: Access, members: Members, sessions: Sessions
) -> None:
    """When the password is changed or the member removed between the comparison and the session, nothing begins."""
    home = await access.create_organization("home")
    ada, _ = await members.create(home.id, "ada", Role.MEMBER, password=PASSWORD)
    before = await verified_of(members, "ada")
    await members.reset_password(home.id, ada.id, NEW)
    with pytest.raises(Unauthenticated):
        await sessions.begin_for_member(before)
    after = await verified_of(members, "ada", NEW)
    await members.remove(home.id, ada.id)
    with pytest.raises(Unauthenticated):
        await sessions.begin_for_member(after)


async def test_a_member_who_is_gone_has_no_session(
    database: Database, access: Access, members: Members, sessions: Sessions
) -> None:
    """Whatever sessions the store holds of a removed member, they stand for nobody."""
    home = await access.create_organization("home")
    ada, _ = await members.create(home.id, "ada", Role.VIEWER, password=PASSWORD)
    session = await sessions.begin_for_member(await verified_of(members, "ada"))
    async with database.reading() as connection:
        row = (await connection.execute(sa.select(schema.sessions))).mappings().one()
    await members.remove(home.id, ada.id)
    async with database.writing() as connection:
        await connection.execute(sa.insert(schema.sessions).values(row))
    assert await principal_of(access, session.secret) is None


async def test_ending_what_is_no_session_changes_nothing(access: Access, sessions: Sessions) -> None:
    """Junk, an API key and an ended session can be ended; no other session is touched."""
    home = await access.create_organization("home")
    secret, key = await access.create_key(home.id, "reader", [Scope.READ])
    kept, ended = [await sessions.begin_for_key(Principal(home.id, key.id, key.scopes)) for _ in range(2)]
    for text in ("", "\x00", "x" * 100_000, secret, keys.new_session_secret(), ended.secret, ended.secret):
        await sessions.end(text)
    assert await principal_of(access, kept.secret) is not None
    assert await principal_of(access, ended.secret) is None


async def test_a_session_belongs_to_a_key_or_to_a_member(database: Database) -> None:
    """The store itself refuses a session of neither and of both."""
    row = {"id": "s", "secret_hash": "h", "created_at": dt.datetime.now(dt.UTC), "expires_at": dt.datetime.now(dt.UTC)}
    for owners in ({}, {"key_id": "k", "member_id": "m"}, {"key_id": "nobody"}):
        with pytest.raises(sa.exc.IntegrityError):
            async with database.writing() as connection:
                await connection.execute(sa.insert(schema.sessions).values(**row, **owners))


steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["begin", "end", "revoke", "remove", "demote", "reset"]), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.sampled_from([0.3, 0.5, 1.0])),
        st.tuples(st.just("ask"), st.integers(0, 5)),
    ),
    max_size=30,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
async def test_no_order_of_events_lets_an_ended_session_in(
    access: Access, members: Members, sessions: Sessions, taken: list[tuple[str, float]]
) -> None:
    """However sessions begin and end, alone or with their owner: living ones work, ended ones never after a second."""
    house = await House.built(access, members, sessions)
    for step, argument in taken:
        await house.take(step, argument)
    await house.authenticator.close()


class House:
    """Two keys and two members, their sessions, when each ended by a clock of its own, and an authenticator."""

    def __init__(self, access: Access, members: Members, sessions: Sessions) -> None:
        self.access, self.members, self.sessions = access, members, sessions
        self.org_id = ""
        self.now = 0.0
        self.owners: list[str] = []
        self.gone: set[str] = set()
        self.begun: list[tuple[str, Session]] = []
        self.ended: dict[str, float] = {}
        self.authenticator = Authenticator(access, lambda: self.now)

    @classmethod
    async def built(cls, access: Access, members: Members, sessions: Sessions) -> "House":
        """With an admin who stays, so that members may go."""
        house = cls(access, members, sessions)
        house.org_id = (await access.create_organization(new_id())).id
        await members.create(house.org_id, new_id(), Role.ADMIN)
        house.owners = [(await access.create_key(house.org_id, "key", [Scope.READ]))[1].id for _ in range(2)]
        for _ in range(2):
            made, _password = await members.create(house.org_id, new_id(), Role.MEMBER, password=PASSWORD)
            house.owners.append(made.id)
        return house

    async def take(self, step: str, argument: float) -> None:
        """One step."""
        if step == "wait":
            self.now += argument
        elif step == "ask":
            await self.ask(int(argument))
        elif step == "end" and self.begun:
            _, session = self.begun[int(argument) % len(self.begun)]
            await self.sessions.end(session.secret)
            self.ended.setdefault(session.secret, self.now)
        elif step == "begin":
            await self.begin(self.owners[int(argument)])
        elif step in ("revoke", "remove", "reset", "demote"):
            await self.change(step, self.owners[int(argument) % 2 + 2 * (step != "revoke")])

    async def begin(self, owner: str) -> None:
        """A session of an owner that is still there."""
        if owner in self.gone:
            return
        if owner in self.owners[:2]:
            session = await self.sessions.begin_for_key(Principal(self.org_id, owner, frozenset({Scope.READ})))
        else:
            member = await self.members.member(self.org_id, owner)
            session = await self.sessions.begin_for_member(await verified_of(self.members, member.name))
        self.begun.append((owner, session))

    async def change(self, step: str, owner: str) -> None:
        """What ends an owner's sessions, and a role that does not."""
        if owner in self.gone:
            return
        if step == "demote":
            await self.members.change(self.org_id, owner, role=Role.VIEWER)
            return
        if step == "revoke":
            await self.access.revoke_key(self.org_id, owner)
        elif step == "remove":
            await self.members.remove(self.org_id, owner)
        else:
            await self.members.reset_password(self.org_id, owner, PASSWORD)
        if step != "reset":
            self.gone.add(owner)
        for of, session in self.begun:
            if of == owner:
                self.ended.setdefault(session.secret, self.now)

    async def ask(self, number: int) -> None:
        """Who a session is, by the cache and else by the database; it must be right."""
        if not self.begun:
            return
        owner, session = self.begun[number % len(self.begun)]
        cached = self.authenticator.cached(session.secret, Credential.SESSION)
        found = cached or await self.authenticator.principal(session.secret, Credential.SESSION)
        ended_at = self.ended.get(session.secret)
        if ended_at is None:
            assert found is not None
            assert found.key_id in (owner, f"member:{owner}")
        elif self.now - ended_at >= 1.0:
            assert found is None
