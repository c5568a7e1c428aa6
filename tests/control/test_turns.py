"""Turns: who is next, who has to go, and what becomes of a turn whose owner has left."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.control import turns as module
from helicorder.control.turns import Place, Turns
from helicorder.errors import Unavailable


class Counter:
    """Work that lasts until it is released; who had a turn, in order, and how many at the same time at most."""

    def __init__(self, patience: float = 60.0) -> None:
        self.turns = Turns(patience)
        self.served: list[str] = []
        self.at_once = self.most_at_once = 0
        self.release = asyncio.Event()

    async def come(self, line: str, *, known: bool = False) -> None:
        """Wait in a line and work."""
        async with self.turns.turn(Place(line, known)):
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.served.append(line)
            try:
                await self.release.wait()
                await asyncio.sleep(0)
            finally:
                self.at_once -= 1

    async def queued(self, *lines: str, known: bool = False) -> list[asyncio.Task[None]]:
        """Callers who came in this order, and stand."""
        tasks = [asyncio.create_task(self.come(line, known=known)) for line in lines]
        await settled()
        return tasks

    async def serve(self, *tasks: asyncio.Task[None]) -> list[str]:
        """Let everybody through; whom, in which order, after the first."""
        self.release.set()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
        return self.served[1:]


async def settled() -> None:
    """Return once everybody has come as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    """A counter at which somebody works already, so that whoever comes has to wait."""
    made = Counter()
    first = await made.queued("first")
    yield made
    await made.serve(*first)
    assert made.most_at_once == 1
    assert (made.turns.waiting, made.turns._busy) == (0, False)


async def test_lines_take_turns(counter: Counter) -> None:
    """However many stand in one line, whoever comes in another is served after one of them; in a line, in order."""
    tasks = await counter.queued(*["flood"] * 200, "honest", "other", "honest")
    served = await counter.serve(*tasks)
    assert served[:6] == ["flood", "honest", "other", "flood", "honest", "flood"]
    assert len(served) == 203


async def test_every_second_turn_is_for_known_callers(counter: Counter) -> None:
    """From however many networks strangers come, a known caller waits for one of them at most."""
    strangers = await counter.queued(*[f"network {number}" for number in range(100)])
    known = await counter.queued("ada", "ada", "bob", known=True)
    served = await counter.serve(*strangers, *known)
    assert [name for name in served[:6] if not name.startswith("network")] == ["ada", "bob", "ada"]
    assert len([name for name in served[:6] if name.startswith("network")]) == 3


async def test_a_flood_of_known_callers_leaves_every_second_turn_to_strangers(counter: Counter) -> None:
    """A member who floods the hall of known callers does not keep strangers out."""
    known = await counter.queued(*["mallory"] * 100, known=True)
    strangers = await counter.queued("a", "b")
    served = await counter.serve(*known, *strangers)
    assert {"a", "b"} <= set(served[:4])


async def test_a_full_hall_makes_room_at_the_expense_of_the_longest_line(counter: Counter) -> None:
    """One line fills the hall: a newcomer takes the place of its last, who is told when to come again."""
    flood = await counter.queued(*["flood"] * module.MAX_WAITING)
    refused = await counter.queued("flood")
    newcomer = await counter.queued("honest")
    assert refused[0].done()
    assert flood[-1].done()
    assert not flood[-2].done()
    for task in (refused[0], flood[-1]):
        problem = task.exception()
        assert isinstance(problem, Unavailable)
        assert problem.retry_after_seconds == module.RETRY_SECONDS
    assert counter.turns.waiting == module.MAX_WAITING
    served = await counter.serve(*flood, *newcomer)
    assert served[1] == "honest"


async def test_a_full_hall_of_short_lines_turns_newcomers_away(counter: Counter) -> None:
    """With as many lines as may wait, a newcomer is refused, nobody who waits is, and known callers still come in."""
    waiting = await counter.queued(*map(str, range(module.MAX_WAITING)))
    newcomer = await counter.queued("newcomer")
    assert isinstance(newcomer[0].exception(), Unavailable)
    assert not any(task.done() for task in waiting)
    known = await counter.queued("ada", known=True)
    assert "ada" in (await counter.serve(*waiting, *known))[:2]


async def test_nobody_waits_for_longer_than_stated() -> None:
    """Whose turn does not come in time is told to come again, and the hall is empty then."""
    counter = Counter(patience=0.05)
    [first] = await counter.queued("first")
    waiting = await counter.queued("a", "b")
    outcomes = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5)
    assert all(isinstance(outcome, Unavailable) for outcome in outcomes)
    assert counter.turns.waiting == 0
    assert await counter.serve(first) == []
    later = await counter.queued("later")
    assert await counter.serve(*later) == ["later"]


async def test_what_refuses_at_the_turn_passes_it_on(counter: Counter) -> None:
    """A turn that `at_turn` refuses does no work and goes to the next."""

    def refuse() -> None:
        raise LookupError

    async def refused() -> None:
        async with counter.turns.turn(Place("a", at_turn=refuse)):
            counter.served.append("must not happen")

    task = asyncio.create_task(refused())
    await settled()
    after = await counter.queued("b")
    assert await counter.serve(task, *after) == ["b"]
    assert isinstance(task.exception(), LookupError)


@given(st.data())
async def test_no_order_of_events_loses_or_doubles_a_turn(data: st.DataObject) -> None:
    """However callers come, leave and are refused, one works at a time, and all who stay are served."""
    counter = Counter()
    counter.release.set()
    tasks: list[asyncio.Task[None]] = []
    left: set[asyncio.Task[None]] = set()
    for _ in range(data.draw(st.integers(1, 30))):
        step = data.draw(st.sampled_from(["come", "leave", "pause"]))
        if step == "come":
            line, known = data.draw(st.sampled_from("abc")), data.draw(st.booleans())
            tasks.append(asyncio.create_task(counter.come(line, known=known)))
        elif step == "leave" and tasks:
            leaving = data.draw(st.sampled_from(tasks))
            if leaving.cancel():
                left.add(leaving)
        else:
            await asyncio.sleep(0)
    await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
    assert all(task.exception() is None for task in tasks if task not in left)
    assert counter.most_at_once <= 1
    assert (counter.turns.waiting, counter.turns._busy) == (0, False)
