"""What keeps working while the control database is away, and how it comes back."""

from __future__ import annotations

import asyncio
import pathlib
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
import structlog.testing

from helicorder.control import authenticator as module
from helicorder.control import keys
from helicorder.control.access import Access
from helicorder.control.authenticator import Authenticator
from helicorder.control.database import Database
from helicorder.errors import Unavailable
from helicorder.model.principal import Scope

if TYPE_CHECKING:
    from control.conftest import Clock, Postgres, Proxy

RECOVERY_SECONDS = 10.0


class House:
    """A server's view of the store through the proxy, a key in use, and somebody else's direct view."""

    def __init__(self, distant: Database, direct: Database) -> None:
        self.distant = distant
        self.direct = Access(direct)
        self.access = Access(distant)
        self.org_id = ""
        self.secret = ""
        self.key_id = ""


@pytest.fixture
async def house(postgres: Postgres, postgres_url: str, proxy: Proxy, tmp_path: pathlib.Path) -> AsyncIterator[House]:
    """An organisation with one key, seen from both sides."""
    direct = await Database.open(postgres_url, tmp_path)
    distant = await Database.open(postgres_url.replace(str(postgres.port), str(proxy.port)), tmp_path)
    made = House(distant, direct)
    made.org_id = (await made.direct.create_organization("home")).id
    made.secret, key = await made.direct.create_key(made.org_id, "used", [Scope.WRITE])
    made.key_id = key.id
    yield made
    await distant.close()
    await direct.close()


@pytest.fixture
async def authenticator(house: House) -> AsyncIterator[Authenticator]:
    """A server's authenticator that has seen the key."""
    made = Authenticator(house.access)
    assert await made.principal(house.secret) is not None
    yield made
    await made.close()


@pytest.mark.timed
async def test_known_keys_work_while_the_store_is_gone(
    house: House, authenticator: Authenticator, proxy: Proxy
) -> None:
    """With the store refusing, a known key works whenever asked for two seconds; an unknown one is Unavailable."""
    await proxy.cut()
    started = time.monotonic()
    while time.monotonic() - started < 2.0:
        asked = time.monotonic()
        known = authenticator.cached(house.secret) or await authenticator.principal(house.secret)
        assert known is not None
        assert known.key_id == house.key_id
        assert time.monotonic() - asked < 1.0
        await asyncio.sleep(0.02)
    with pytest.raises(Unavailable):
        await authenticator.principal(keys.new_secret())
    with pytest.raises(Unavailable):
        await house.access.list_organizations()
    with pytest.raises(Unavailable):
        await house.access.create_organization("lost")
    await proxy.open()


@pytest.mark.timed
async def test_the_store_coming_back_is_noticed(house: House, authenticator: Authenticator, proxy: Proxy) -> None:
    """Once the store answers, unknown keys are told yes or no, and keys revoked meanwhile stop working, unrestarted."""
    with structlog.testing.capture_logs() as logs:
        await proxy.cut()
        new_secret, new_key = await house.direct.create_key(house.org_id, "made meanwhile", [Scope.READ])
        await house.direct.revoke_key(house.org_id, house.key_id)
        with pytest.raises(Unavailable):
            await authenticator.principal(new_secret)
        assert await authenticator.principal(house.secret) is not None
        await proxy.open()
        came_back = time.monotonic()
        while await authenticator.principal(house.secret) is not None:
            assert time.monotonic() - came_back < 1.0
            await asyncio.sleep(0.01)
        principal = await authenticator.principal(new_secret)
        assert principal is not None
        assert principal.key_id == new_key.id
        assert await authenticator.principal(keys.new_secret()) is None
        assert len(await house.access.list_organizations()) == 1
    events = [entry["event"] for entry in logs]
    assert events == ["control_database_does_not_answer", "control_database_answers_again"]
    assert house.secret not in repr(logs)
    assert new_secret not in repr(logs)


@pytest.mark.timed
async def test_known_keys_hardly_wait_for_a_store_that_hangs(
    house: House, authenticator: Authenticator, proxy: Proxy
) -> None:
    """With the store accepting but silent, a known key waits once for its patience at most; then all is as before."""
    proxy.flowing.clear()
    await asyncio.sleep(module.TRUST_SECONDS)  # what was known is no longer trusted
    unknown = asyncio.create_task(authenticator.principal(keys.new_secret()))
    waits = []
    started = time.monotonic()
    while time.monotonic() - started < 1.5:
        asked = time.monotonic()
        assert (authenticator.cached(house.secret) or await authenticator.principal(house.secret)) is not None
        waits.append(time.monotonic() - asked)
        await asyncio.sleep(0.02)
    assert max(waits) < module.PATIENCE_SECONDS + 0.5
    assert sum(wait > module.PATIENCE_SECONDS / 2 for wait in waits) <= 1
    assert not unknown.done()
    proxy.flowing.set()
    assert await unknown is None


@pytest.mark.slow
async def test_unknown_keys_wait_seconds_for_a_store_that_hangs(
    house: House, authenticator: Authenticator, proxy: Proxy
) -> None:
    """With the store accepting but silent, an unknown key is Unavailable after the longest wait, never a plain no."""
    proxy.flowing.clear()
    asked = time.monotonic()
    with pytest.raises(Unavailable):
        await authenticator.principal(keys.new_secret())
    assert time.monotonic() - asked < module.LOOKUP_SECONDS + 1
    proxy.flowing.set()


async def test_a_flood_while_the_store_hangs_does_not_pile_up(
    house: House, authenticator: Authenticator, proxy: Proxy
) -> None:
    """Past a fixed number of waiting secrets the next is refused at once, and a failure lets all of them go."""
    proxy.flowing.clear()
    flood = [asyncio.create_task(authenticator.principal(keys.new_secret())) for _ in range(module.MAX_WAITING + 10)]
    await asyncio.sleep(0)
    await asyncio.wait(flood[-10:], timeout=1.0)
    assert [task.done() for task in flood] == [False] * module.MAX_WAITING + [True] * 10
    await proxy.cut()
    outcomes = await asyncio.gather(*flood, return_exceptions=True)
    assert all(isinstance(outcome, Unavailable) for outcome in outcomes)
    assert not authenticator._waiting
    assert await authenticator.principal(house.secret) is not None
    await proxy.open()


async def test_known_keys_are_not_trusted_for_ever(house: House, proxy: Proxy, clock: Clock) -> None:
    """A key works for a quarter of an hour after the store last knew it, and from then on is Unavailable."""
    authenticator = Authenticator(house.access, clock)
    await authenticator.principal(house.secret)
    await proxy.cut()
    clock.now += module.STALE_SECONDS - 0.001
    assert await authenticator.principal(house.secret) is not None
    assert authenticator.cached(house.secret) is not None
    clock.now += 0.001
    assert authenticator.cached(house.secret) is None
    with pytest.raises(Unavailable):
        await authenticator.principal(house.secret)
    await authenticator.close()
    await proxy.open()


async def test_a_restart_that_nobody_noticed_costs_nobody_an_error(house: House, postgres: Postgres) -> None:
    """When PostgreSQL restarted between two operations, the second one works at once."""
    await asyncio.gather(*(house.direct.list_organizations() for _ in range(5)))
    postgres.stop()
    postgres.start()
    await house.direct.create_organization("afterwards")


async def test_a_restarted_postgresql_is_used_again(
    house: House, authenticator: Authenticator, postgres: Postgres
) -> None:
    """After PostgreSQL itself was stopped dead and started, every operation works on the same open database."""
    postgres.stop()
    try:
        assert await authenticator.principal(house.secret) is not None
        with pytest.raises(Unavailable):
            await authenticator.principal(keys.new_secret())
        with pytest.raises(Unavailable):
            await house.direct.list_keys(house.org_id)
    finally:
        postgres.start()
    assert [key.id for key in await house.direct.list_keys(house.org_id)] == [house.key_id]
    assert await authenticator.principal(keys.new_secret()) is None
    assert await authenticator.principal(house.secret) is not None
