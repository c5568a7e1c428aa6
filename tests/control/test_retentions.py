"""How long organisations keep what they recorded, on SQLite and on PostgreSQL."""

import asyncio

import pytest

from helicorder.control.access import Access
from helicorder.control.database import Database
from helicorder.control.retentions import Retentions
from helicorder.errors import Invalid
from helicorder.model.retention import FOR_EVER, Retention


async def test_limits_change_one_by_one_and_are_each_organisations_own(database: Database) -> None:
    """What is not named stays, null takes a limit away, and only who has a limit is listed."""
    access, retentions = Access(database), Retentions(database)
    mine, theirs = [(await access.create_organization(name)).id for name in ("mine", "theirs")]
    assert await retentions.of(mine) == FOR_EVER
    assert await retentions.change(mine, {"calls_days": 90}, "key-1") == Retention(90, None, None)
    assert await retentions.change(mine, {"bodies_days": 30, "scores_days": 60}, "key-1") == Retention(90, 30, 60)
    await retentions.change(theirs, {"scores_days": 36_500}, "key-2")
    assert await retentions.all() == {mine: Retention(90, 30, 60), theirs: Retention(None, None, 36_500)}
    await retentions.change(theirs, {"scores_days": None}, "key-2")
    assert await Retentions(database).all() == {mine: Retention(90, 30, 60)}
    assert await retentions.of(theirs) == FOR_EVER


async def test_a_change_is_checked_against_what_stands(database: Database) -> None:
    """A limit that the others do not bear changes nothing; of two at once that cannot both be, one is refused."""
    retentions = Retentions(database)
    org_id = (await Access(database).create_organization("mine")).id
    await retentions.change(org_id, {"bodies_days": 30}, "key-1")
    with pytest.raises(Invalid):
        await retentions.change(org_id, {"calls_days": 29}, "key-1")
    assert await retentions.of(org_id) == Retention(None, 30, None)
    changes = ({"calls_days": 30}, {"bodies_days": 31})
    told = await asyncio.gather(
        *(retentions.change(org_id, change, "key-1") for change in changes), return_exceptions=True
    )
    assert [isinstance(one, Invalid) for one in told].count(True) == 1
    assert await retentions.of(org_id) in (Retention(30, 30, None), Retention(None, 31, None))
