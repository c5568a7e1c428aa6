"""Signing in: by key, by name and password, and what those meet who keep failing."""

from __future__ import annotations

import asyncio
import datetime as dt
import pathlib
import threading
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
import structlog.testing

from helicorder.control import doorkeeper as module
from helicorder.control import keys
from helicorder.control.access import Access
from helicorder.control.authenticator import Authenticator
from helicorder.control.database import Database
from helicorder.control.doorkeeper import Doorkeeper
from helicorder.control.guesses import FAILURES_PER_ADDRESS, FAILURES_PER_DEVICE, FAILURES_PER_NETWORK, Guesses
from helicorder.control.members import Members
from helicorder.control.passwords import Passwords
from helicorder.control.sessions import Sessions
from helicorder.errors import Forbidden, Invalid, TooManyAttempts, Unauthenticated, Unavailable
from helicorder.model.principal import Credential, Principal, Role, Scope

if TYPE_CHECKING:
    from control.conftest import Clock, Postgres, Proxy

PASSWORD = "correct horse battery staple"
NEW = "another horse, another battery"
HERE, THERE = "192.0.2.1", "192.0.2.2"
AT_ONCE = FAILURES_PER_NETWORK[0]


class House:
    """An organisation with a key and an admin called ada, and a doorkeeper whose clock is the test's."""

    def __init__(self, database: Database, passwords: Passwords, clock: Clock) -> None:
        self.access, self.passwords = Access(database), passwords
        self.members = Members(database, passwords)
        self.authenticator = Authenticator(self.access)
        sessions = Sessions(database, dt.timedelta(hours=1))
        self.doorkeeper = Doorkeeper(self.access, self.authenticator, self.members, sessions, Guesses(clock))
        self.org_id = self.secret = self.key_id = ""

    async def furnish(self) -> House:
        """With an organisation, a key and a member."""
        self.org_id = (await self.access.create_organization("home")).id
        self.secret, key = await self.access.create_key(self.org_id, "reader", [Scope.READ])
        self.key_id = key.id
        await self.members.create(self.org_id, "ada", Role.ADMIN, display_name="Ada L.", password=PASSWORD)
        return self

    async def fail(self, name: str, times: int, address: str = HERE, device: str = "") -> None:
        """Sign in with wrong passwords."""
        for number in range(times):
            with pytest.raises(Unauthenticated):
                await self.doorkeeper.admit_member(name, f"wrong {number}", address, device)

    async def attack(self, name: str) -> None:
        """Fail from 200 networks until each is refused."""
        for number in range(200):
            with pytest.raises(TooManyAttempts):
                await self.fail(name, AT_ONCE + 1, f"5.0.{number}.1")


@pytest.fixture
async def house(database: Database, passwords: Passwords, clock: Clock) -> AsyncIterator[House]:
    """A furnished house on either store."""
    made = await House(database, passwords, clock).furnish()
    yield made
    await made.authenticator.close()


async def test_a_key_opens_a_session_that_is_the_keys(house: House) -> None:
    """Signing in with a key gives the organisation and the key; what is no key gives nothing."""
    session = await house.doorkeeper.admit_key(house.secret, HERE)
    assert session.principal.key_id == house.key_id
    who = await house.doorkeeper.identity(session.principal)
    assert (who.organization.name, who.member, who.key and who.key.name) == ("home", None, "reader")
    for wrong in ("", house.secret + "x", keys.new_secret(), session.secret, house.key_id, "\ud800"):
        with pytest.raises(Unauthenticated):
            await house.doorkeeper.admit_key(wrong, HERE)


async def test_a_password_opens_a_session_that_is_the_members(house: House) -> None:
    """Signing in with name, in any case, and password gives the member."""
    session = await house.doorkeeper.admit_member("ADA", PASSWORD, HERE)
    who = await house.doorkeeper.identity(session.principal)
    assert (who.organization.name, who.key) == ("home", None)
    assert who.member is not None
    assert (who.member.name, who.member.display_name, who.member.role) == ("ada", "Ada L.", Role.ADMIN)


async def test_one_sentence_refuses_all(house: House) -> None:
    """A wrong password, a name that nobody has and a wrong key are refused by the same words."""
    refusals = []
    for attempt in (
        house.doorkeeper.admit_member("ada", NEW, HERE),
        house.doorkeeper.admit_member("nobody", PASSWORD, HERE),
        house.doorkeeper.admit_member("ada " * 100, PASSWORD, HERE),
        house.doorkeeper.admit_member("nul\x00", PASSWORD * 100, HERE),
        house.doorkeeper.admit_key(keys.new_secret(), HERE),
    ):
        with pytest.raises(Unauthenticated) as refusal:
            await attempt
        refusals.append(refusal.value.message)
    assert len(set(refusals)) == 1


@pytest.mark.parametrize("name", ["ada", "nobody"])
async def test_who_keeps_failing_for_a_name_has_to_wait(name: str, house: House, clock: Clock) -> None:
    """After ten failures a network is refused for that name, even with the right password, until time frees one.

    For a name that nobody has it is the same; another network is not refused.
    """
    at_once, seconds = FAILURES_PER_NETWORK
    await house.fail(name.upper(), at_once)
    with pytest.raises(TooManyAttempts) as refusal:
        await house.doorkeeper.admit_member(name, PASSWORD, HERE)
    assert refusal.value.retry_after_seconds == seconds
    await house.fail(name, 1, THERE)
    clock.now += seconds
    await house.fail(name, 1)
    with pytest.raises(TooManyAttempts):
        await house.doorkeeper.admit_member(name, PASSWORD, HERE)
    await house.doorkeeper.admit_key(house.secret, HERE)


@pytest.mark.parametrize("name", ["ada", "nobody"])
async def test_failures_from_many_networks_do_not_lock_a_name_out(name: str, house: House) -> None:
    """After 200 networks have failed until each was refused, another one is still let in with the right password.

    For a name that nobody has the same attack meets the same refusals.
    """
    await house.attack(name)
    if name == "ada":
        await house.doorkeeper.admit_member("ada", PASSWORD, "93.0.0.1")
    else:
        await house.fail(name, 1, "93.0.0.1")


async def test_a_device_that_signed_in_before_is_never_delayed_by_strangers(house: House) -> None:
    """During an attack, even from its own address, a known device signs in as often as it likes."""
    device = (await house.doorkeeper.admit_member("ada", PASSWORD, HERE)).device
    assert device is not None
    await house.attack("ada")
    for number in range(FAILURES_PER_ADDRESS[0]):
        await house.fail(f"name-{number}", 1)
    with pytest.raises(TooManyAttempts):
        await house.doorkeeper.admit_member("ada", PASSWORD, HERE)
    for _ in range(20):
        again = await house.doorkeeper.admit_member("ada", PASSWORD, HERE, device.secret)
        assert again.device is not None
        assert again.device.secret == device.secret


async def test_a_device_is_counted_by_itself(house: House, clock: Clock) -> None:
    """Who has somebody's device may fail ten times at once and then once a minute; for other names it is a stranger."""
    await house.members.create(house.org_id, "bob", Role.ADMIN, password=PASSWORD)
    device = (await house.doorkeeper.admit_member("ada", PASSWORD, HERE)).device
    assert device is not None
    at_once, seconds = FAILURES_PER_DEVICE
    await house.fail("ADA", at_once, THERE, device.secret)
    with pytest.raises(TooManyAttempts) as refusal:
        await house.doorkeeper.admit_member("ada", PASSWORD, THERE, device.secret)
    assert refusal.value.retry_after_seconds == seconds
    await house.fail("bob", AT_ONCE, THERE, device.secret)
    with pytest.raises(TooManyAttempts):
        await house.doorkeeper.admit_member("bob", PASSWORD, THERE)
    clock.now += seconds
    await house.doorkeeper.admit_member("ada", PASSWORD, THERE, device.secret)


async def test_who_tries_many_names_has_to_wait(house: House, clock: Clock) -> None:
    """After fifty failures an address is refused, for every name and key; others are not, and time frees it."""
    at_once, seconds = FAILURES_PER_ADDRESS
    for number in range(at_once - 1):
        await house.fail(f"name-{number}", 1)
    with pytest.raises(Unauthenticated):
        await house.doorkeeper.admit_key(keys.new_secret(), HERE)
    for attempt in (
        house.doorkeeper.admit_key(house.secret, HERE),
        house.doorkeeper.admit_member("ada", PASSWORD, HERE),
    ):
        with pytest.raises(TooManyAttempts):
            await attempt
    await house.doorkeeper.admit_member("ada", PASSWORD, THERE)
    clock.now += seconds
    await house.doorkeeper.admit_member("ada", PASSWORD, HERE)


async def test_of_many_attempts_at_once_none_is_overlooked(house: House) -> None:
    """A hundred wrong passwords at the same moment are ten attempts: the rest are refused before they are compared."""
    attempts = [house.doorkeeper.admit_member("ada", f"wrong {number}", HERE) for number in range(100)]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(outcome, TooManyAttempts) for outcome in outcomes) == 100 - AT_ONCE
    assert sum(isinstance(outcome, Unauthenticated) for outcome in outcomes) == AT_ONCE


async def test_who_has_to_wait_takes_no_turn(house: House) -> None:
    """Who has failed too often is refused at once, also while passwords are compared: refused ones crowd nobody out."""
    await house.fail("ada", AT_ONCE)
    held = threading.Event()
    house.passwords._executor.submit(held.wait)
    other = asyncio.create_task(house.doorkeeper.admit_member("ada", PASSWORD, THERE))
    with pytest.raises(TooManyAttempts):
        await asyncio.wait_for(house.doorkeeper.admit_member("ada", PASSWORD, HERE), 10)
    held.set()
    await other


async def test_right_attempts_at_once_are_all_let_in(house: House) -> None:
    """Thirty who sign in rightly at the same moment from one office, by the same name or not, all succeed."""
    for number in range(15):
        await house.members.create(house.org_id, f"m{number}", Role.MEMBER, password=PASSWORD)
    names = [*["ada"] * 15, *[f"m{number}" for number in range(15)]]
    await asyncio.gather(*(house.doorkeeper.admit_member(name, PASSWORD, HERE) for name in names))


async def test_right_attempts_are_not_counted(house: House) -> None:
    """Whoever signs in rightly may do so as often as they like, one after the other."""
    for _ in range(AT_ONCE + 5):
        await house.doorkeeper.admit_member("ada", PASSWORD, HERE)
    await house.fail("ada", AT_ONCE)


async def test_a_caller_that_leaves_has_tried(house: House) -> None:
    """An attempt that is cancelled while it is compared counts: leaving early makes guessing no cheaper."""
    held = threading.Event()
    for number in range(AT_ONCE):
        house.passwords._executor.submit(held.wait)
        attempt = asyncio.create_task(house.doorkeeper.admit_member("ada", f"wrong {number}", HERE))
        async with asyncio.timeout(10):
            while not house.passwords._turns._busy:  # noqa: ASYNC110 -- there is no event for it
                await asyncio.sleep(0.001)
        attempt.cancel()
        await asyncio.wait({attempt})
        held.set()
        held = threading.Event()
    held.set()
    with pytest.raises(TooManyAttempts):
        await house.doorkeeper.admit_member("ada", PASSWORD, HERE)


async def test_guessing_the_current_password_is_counted_too(house: House) -> None:
    """Whoever sits down at somebody's open session can guess no faster than one who signs in."""
    principal = (await house.doorkeeper.admit_member("ada", PASSWORD, HERE)).principal
    with pytest.raises(Invalid):
        await house.doorkeeper.change_password(principal, PASSWORD, "short")
    for _ in range(FAILURES_PER_DEVICE[0]):
        with pytest.raises(Forbidden):
            await house.doorkeeper.change_password(principal, "wrong", NEW)
    with pytest.raises(TooManyAttempts):
        await house.doorkeeper.change_password(principal, PASSWORD, NEW)


async def test_no_stranger_keeps_a_member_from_another_password(house: House) -> None:
    """While strangers fail for a name, its member changes the password; the device that did it stays known."""
    session = await house.doorkeeper.admit_member("ada", PASSWORD, HERE)
    assert session.device is not None
    await house.attack("ada")
    await house.doorkeeper.change_password(session.principal, PASSWORD, NEW, session.device.secret)
    await house.doorkeeper.admit_member("ada", NEW, "5.0.0.1", session.device.secret)


async def test_who_is_let_out_is_out(house: House) -> None:
    """A session that was ended stands for nobody."""
    session = await house.doorkeeper.admit_key(house.secret, HERE)
    assert await house.authenticator.principal(session.secret, Credential.SESSION) is not None
    await house.doorkeeper.let_out(session.secret)
    digest = keys.digest_of(session.secret, Credential.SESSION)
    assert digest is not None
    assert await house.access.principals([digest]) == {}


async def test_nothing_that_was_tried_is_logged_or_kept(house: House) -> None:
    """Neither memory nor log hold a password, a secret or a name that somebody tried."""
    wrong = keys.new_secret()
    with structlog.testing.capture_logs() as logs:
        await house.doorkeeper.admit_member("ada", PASSWORD, HERE)
        session = await house.doorkeeper.admit_key(house.secret, HERE)
        await house.fail("canary-name", 3)
        with pytest.raises(Unauthenticated):
            await house.doorkeeper.admit_key(wrong, HERE)
    seen = repr([vars(part) for part in (house.doorkeeper, house.authenticator, house.members)]) + repr(logs)
    for text in (PASSWORD, house.secret, session.secret, wrong, "canary-name", "wrong 1"):
        assert text not in seen


@pytest.fixture
async def distant(
    postgres: Postgres, postgres_url: str, proxy: Proxy, passwords: Passwords, clock: Clock, tmp_path: pathlib.Path
) -> AsyncIterator[House]:
    """A house whose store is behind a proxy that can be cut."""
    database = await Database.open(postgres_url.replace(str(postgres.port), str(proxy.port)), tmp_path)
    made = await House(database, passwords, clock).furnish()
    yield made
    await made.authenticator.close()
    await database.close()


async def test_known_sessions_work_while_the_store_is_gone(distant: House, proxy: Proxy) -> None:
    """With the store refusing, sessions it knew go on and say who they are; nobody signs in, and no failure counts."""
    by_key = await distant.doorkeeper.admit_key(distant.secret, HERE)
    by_password = await distant.doorkeeper.admit_member("ada", PASSWORD, HERE)
    before = [await distant.doorkeeper.identity(session.principal) for session in (by_key, by_password)]
    for session in (by_key, by_password):
        assert await distant.authenticator.principal(session.secret, Credential.SESSION) == session.principal
    await proxy.cut()
    for _ in range(20):
        for session in (by_key, by_password):
            known = distant.authenticator.cached(session.secret, Credential.SESSION)
            known = known or await distant.authenticator.principal(session.secret, Credential.SESSION)
            assert known == session.principal
        await asyncio.sleep(0.05)
    assert [await distant.doorkeeper.identity(session.principal) for session in (by_key, by_password)] == before
    with pytest.raises(Unavailable):
        await distant.doorkeeper.identity(Principal(distant.org_id, "unknown", frozenset()))
    for _ in range(AT_ONCE + 1):
        with pytest.raises(Unavailable):
            await distant.doorkeeper.admit_member("ada", PASSWORD, HERE)
    with pytest.raises(Unavailable):
        await distant.doorkeeper.admit_key(distant.secret, HERE)
    with pytest.raises(Unavailable):
        await distant.authenticator.principal(keys.new_session_secret(), Credential.SESSION)
    await proxy.open()
    await distant.doorkeeper.admit_member("ada", PASSWORD, HERE)


async def test_who_is_remembered_is_bounded(house: House) -> None:
    """Of those who asked who they are no more than the fixed number is remembered for an outage."""
    known = await house.doorkeeper.identity(Principal(house.org_id, house.key_id, frozenset()))
    house.doorkeeper._known = {f"key {number}": known for number in range(module.MAX_REMEMBERED)}
    await house.doorkeeper.identity(Principal(house.org_id, house.key_id, frozenset()))
    assert len(house.doorkeeper._known) == module.MAX_REMEMBERED
    assert house.key_id in house.doorkeeper._known
    assert "key 0" not in house.doorkeeper._known
