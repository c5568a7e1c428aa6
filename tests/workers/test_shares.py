"""Shares of something scarce."""

import asyncio

import pytest

from helicorder.errors import TooManyAtOnce
from helicorder.workers.shares import Share, Shares


def shares(each: int = 1, in_all: int = 10, patience: float | None = 0.0) -> Shares:
    """Shares of exports."""
    return Shares("exports", each=each, in_all=in_all, patience=patience)


async def test_an_organisation_has_no_more_than_its_share() -> None:
    """Beyond its number an organisation is refused, and counted; another one is not."""
    scarce = shares(each=2)
    kept = [await scarce.take("a") for _ in range(2)]
    with pytest.raises(TooManyAtOnce, match="at most 2 for an organisation"):
        await scarce.take("a")
    await scarce.take("b")
    kept[0].release()
    await scarce.take("a")
    assert (scarce.held, scarce.refused) == (3, 1)


async def test_all_together_have_no_more_than_there_is() -> None:
    """The bound on all holds however many organisations there are."""
    scarce = shares(in_all=3)
    for org in "abc":
        await scarce.take(org)
    with pytest.raises(TooManyAtOnce):
        await scarce.take("d")


async def test_organisations_take_turns() -> None:
    """Who has waited once is served before who has been served, whatever the lengths of their queues."""
    scarce = shares(in_all=1, patience=None)
    first = await scarce.take("a")
    order: list[str] = []

    async def work(org: str) -> None:
        share = await scarce.take(org)
        order.append(org)
        share.release()

    waiting = [asyncio.ensure_future(work(org)) for org in "aaaabbc"]
    await asyncio.sleep(0)
    first.release()
    await asyncio.gather(*waiting)
    assert "".join(order) == "abcabaa"


async def test_patience_ends() -> None:
    """Who waits in vain is refused after a while, and leaves no trace in the queue."""
    scarce = shares(patience=0.05)
    kept = await scarce.take("a")
    with pytest.raises(TooManyAtOnce):
        await scarce.take("a")
    kept.release()
    (await scarce.take("a")).release()
    assert scarce.held == 0


async def test_who_is_cancelled_holds_nothing() -> None:
    """A cancelled wait takes no share, not even one that was granted in the same moment."""
    scarce = shares(patience=None)
    kept = await scarce.take("a")
    gone, stays = (asyncio.ensure_future(scarce.take("a")) for _ in range(2))
    await asyncio.sleep(0)
    kept.release()  # grants it to the first of the two
    gone.cancel()
    share: Share = await asyncio.wait_for(stays, 1)
    assert scarce.held == 1
    share.release()
    share.release()
    assert scarce.held == 0
