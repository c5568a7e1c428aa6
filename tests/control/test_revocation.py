"""Revocation as another process sees to it, on SQLite and on PostgreSQL, by the real clock."""

import asyncio
import pathlib
import time

import pytest

from helicorder.control.access import Access
from helicorder.control.authenticator import Authenticator
from helicorder.control.database import Database
from helicorder.model.principal import Scope


@pytest.mark.timed
@pytest.mark.parametrize("way", ["cached", "principal"])
async def test_a_revocation_takes_effect_within_a_second(
    way: str, access: Access, url: str, tmp_path: pathlib.Path
) -> None:
    """A key in constant use stops working within a second of being revoked through another connection."""
    home = await access.create_organization("home")
    secret, key = await access.create_key(home.id, "doomed", [Scope.ADMIN])
    other = await Database.open(url, tmp_path)
    authenticator = Authenticator(access)
    await authenticator.principal(secret)

    async def works() -> bool:
        known = authenticator.cached(secret)
        return known is not None or (way == "principal" and await authenticator.principal(secret) is not None)

    assert await works()
    await Access(other).revoke_key(home.id, key.id)
    revoked_at = time.monotonic()
    while await works():
        assert time.monotonic() - revoked_at < 1.0
        await asyncio.sleep(0.005)
    assert await authenticator.principal(secret) is None
    await authenticator.close()
    await other.close()
