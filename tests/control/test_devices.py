"""Browsers that members signed in with before: whose they are, and when they are forgotten."""

import datetime as dt
import pathlib

import pytest
import sqlalchemy as sa

from helicorder.control import devices as module
from helicorder.control import keys, schema
from helicorder.control.access import Access
from helicorder.control.database import Database
from helicorder.control.devices import Device
from helicorder.control.members import Members
from helicorder.control.sessions import Sessions
from helicorder.model.ids import new_id
from helicorder.model.principal import Principal, Role, Scope

PASSWORD = "correct horse battery staple"
NEW = "another horse, another battery"


class House:
    """Members called ada and bob, and the browsers they sign in with."""

    def __init__(self, database: Database, access: Access, members: Members, sessions: Sessions) -> None:
        self.database, self.access, self.members, self.sessions = database, access, members, sessions
        self.org_id = ""
        self.ids: dict[str, str] = {}

    async def furnish(self) -> "House":
        """With both members."""
        self.org_id = (await self.access.create_organization("home")).id
        await self.members.create(self.org_id, "admin", Role.ADMIN)
        for name in ("ada", "bob"):
            self.ids[name] = (await self.members.create(self.org_id, name, Role.MEMBER, password=PASSWORD))[0].id
        return self

    async def sign_in(self, name: str, presented: str = "") -> Device:
        """The device after a sign-in."""
        verified = await self.members.verify(name, PASSWORD)
        assert verified is not None
        device = (await self.sessions.begin_for_member(verified, presented)).device
        assert device is not None
        return device

    async def known(self, device: Device) -> str:
        """Of whom a device is recognised."""
        return " ".join([name for name in self.ids if await self.members.recognises(device.secret, name)])

    async def rows(self) -> int:
        """How many rows are kept."""
        async with self.database.reading() as connection:
            return await connection.scalar(sa.select(sa.func.count()).select_from(schema.devices)) or 0


@pytest.fixture
async def house(database: Database, access: Access, members: Members, sessions: Sessions) -> House:
    """A furnished house on either store."""
    return await House(database, access, members, sessions).furnish()


async def test_a_browser_is_recognised_for_who_signed_in_with_it(house: House) -> None:
    """After a sign-in the browser is one of that member's, in any case of the name, and of nobody else's."""
    device = await house.sign_in("ada")
    assert await house.known(device) == "ada"
    assert await house.members.recognises(device.secret, "ADA")
    for name in ("", "nobody", "nul\x00", "\ud800", "x" * 10_000):
        assert not await house.members.recognises(device.secret, name)
    for secret in ("", "\x00", keys.new_device_secret(), keys.new_session_secret(), device.secret + "x", "x" * 100_000):
        assert not await house.members.recognises(secret, "ada")
    left = device.expires_at - dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=364) < left <= dt.timedelta(days=365)


async def test_a_browser_keeps_its_secret(house: House) -> None:
    """Whoever signs in again with a browser of theirs keeps it, for longer than before, and no other row is made."""
    before = await house.sign_in("ada")
    after = await house.sign_in("ada", before.secret)
    assert after.secret == before.secret
    assert after.expires_at > before.expires_at
    assert await house.rows() == 1


async def test_a_secret_that_was_planted_is_replaced(house: House) -> None:
    """A secret that is not of a browser of the member who signs in, made up or another member's, is not taken on."""
    bobs = await house.sign_in("bob")
    for planted in (keys.new_device_secret(), bobs.secret, "junk", keys.DEVICE_PREFIX):
        assert (await house.sign_in("ada", planted)).secret != planted
        assert not await house.members.recognises(planted, "ada")


async def test_members_may_share_a_browser(house: House) -> None:
    """Two who take turns at one browser are both recognised by it."""
    device = await house.sign_in("ada")
    device = await house.sign_in("bob", device.secret)
    assert await house.known(device) == "ada bob"
    assert (await house.sign_in("ada", device.secret)).secret == device.secret


async def test_a_browser_of_a_key_is_not_remembered(house: House) -> None:
    """A session that a key began remembers no browser."""
    _, key = await house.access.create_key(house.org_id, "reader", [Scope.READ])
    assert (await house.sessions.begin_for_key(Principal(house.org_id, key.id, key.scopes))).device is None
    assert await house.rows() == 0


async def test_another_password_forgets_the_members_browsers(house: House) -> None:
    """Changed by the member, the browser that did it stays; set by an admin, none does; others' always do."""
    mine, elsewhere, bobs = [await house.sign_in(name) for name in ("ada", "ada", "bob")]
    ada = await house.members.member(house.org_id, house.ids["ada"])
    await house.members.change_password(ada, current=PASSWORD, new=NEW, keep_session="", keep_device=mine.secret)
    assert [await house.known(device) for device in (mine, elsewhere, bobs)] == ["ada", "", "bob"]
    await house.members.reset_password(house.org_id, ada.id, PASSWORD)
    assert [await house.known(device) for device in (mine, bobs)] == ["", "bob"]
    await house.members.change_password(ada, current=PASSWORD, new=NEW, keep_session="", keep_device=bobs.secret)
    assert await house.known(bobs) == "bob"


async def test_a_member_who_goes_takes_their_browsers_along(house: House) -> None:
    """Of a removed member no browser is kept, and whoever gets the name next is not recognised by one."""
    device = await house.sign_in("ada")
    await house.members.remove(house.org_id, house.ids["ada"])
    assert await house.rows() == 0
    await house.members.create(house.org_id, "ada", Role.MEMBER, password=PASSWORD)
    assert not await house.members.recognises(device.secret, "ada")


async def test_a_browser_is_forgotten_after_a_year(house: House) -> None:
    """What has expired recognises nobody, and the next sign-in deletes it, whosever it was."""
    device = await house.sign_in("bob")
    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    async with house.database.writing() as connection:
        await connection.execute(sa.update(schema.devices).values(expires_at=past))
    assert await house.known(device) == ""
    await house.sign_in("ada")
    assert await house.rows() == 1


async def test_browsers_of_one_member_are_bounded(house: House) -> None:
    """A member has at most so many; the one that was used longest ago makes room."""
    bobs = await house.sign_in("bob")
    made = [await house.sign_in("ada") for _ in range(module.MAX_DEVICES_EACH)]
    assert (await house.sign_in("ada", made[0].secret)).secret == made[0].secret
    await house.sign_in("ada")
    assert await house.rows() == module.MAX_DEVICES_EACH + 1
    assert [await house.known(device) for device in (made[0], made[1], made[2], bobs)] == ["ada", "", "ada", "bob"]


def contents(directory: pathlib.Path) -> list[bytes]:
    """What every file below a directory holds."""
    return [path.read_bytes() for path in directory.rglob("*") if path.is_file()]


async def test_secrets_are_long_random_and_kept_as_hashes(house: House, store_directory: pathlib.Path) -> None:
    """A device's secret has 256 random bits and is in no file of the store; its hash is."""
    device = await house.sign_in("ada")
    assert len(device.secret) - len(keys.DEVICE_PREFIX) == 43
    assert device.secret != (await house.sign_in("ada")).secret
    async with house.database.reading() as connection:
        hashes = (await connection.scalars(sa.select(schema.devices.c.secret_hash))).all()
    assert keys.hash_of(device.secret) in hashes
    bare = device.secret.removeprefix(keys.DEVICE_PREFIX).encode()
    assert not any(bare in content for content in contents(store_directory))


async def test_a_device_is_a_members(house: House) -> None:
    """The store itself refuses a device of nobody."""
    row = {"secret_hash": "h", "member_id": new_id(), "expires_at": dt.datetime.now(dt.UTC)}
    with pytest.raises(sa.exc.IntegrityError):
        async with house.database.writing() as connection:
            await connection.execute(sa.insert(schema.devices).values(row))
