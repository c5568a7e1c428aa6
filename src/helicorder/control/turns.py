"""Turns at work that only one may do at a time, in an order in which nobody can crowd out somebody else.

Those who wait stand in lines, and lines take turns: one line with a thousand in it gets as many turns as a line with
one. There are two halls of lines, for known callers and for strangers, and halls take turns as well, so that a flood
of strangers from many networks leaves every second turn to known callers.
"""

import asyncio
import collections
import contextlib
from collections.abc import AsyncIterator, Callable

import msgspec

from helicorder.errors import Unavailable

MAX_WAITING = 256
"""In each hall."""
PATIENCE_SECONDS = 45.0
RETRY_SECONDS = 5

_Ticket = asyncio.Future[None]


class Place(msgspec.Struct, frozen=True):
    """Where somebody waits.

    Attributes:
        line: the line; those who are to share a turn with one another name the same.
        known: whether it is in the hall of known callers.
        at_turn: called when the turn has come; what it raises ends the turn.
    """

    line: str = ""
    known: bool = False
    at_turn: Callable[[], None] = lambda: None


ANYWHERE = Place()


class Turns:
    """Gives turns, one at a time. Belongs to the event loop it is first used on.

    Args:
        patience: how many seconds somebody waits for a turn at most.
    """

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._halls = {True: _Hall(), False: _Hall()}
        self._next_hall = True
        self._busy = False

    @contextlib.asynccontextmanager
    async def turn(self, place: Place) -> AsyncIterator[None]:
        """Wait for a turn, and have it for as long as the block runs.

        Raises:
            Unavailable: too many wait, or the wait was too long.
            Exception: whatever `place.at_turn` raises.
        """
        if self._busy:
            await self._wait(place)
        self._busy = True
        try:
            place.at_turn()
            yield
        finally:
            self._pass_on()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(hall.size for hall in self._halls.values())

    async def _wait(self, place: Place) -> None:
        hall, ticket = self._halls[place.known], asyncio.get_running_loop().create_future()
        hall.join(place.line, ticket)
        try:
            async with asyncio.timeout(self._patience):
                await ticket
        except (TimeoutError, asyncio.CancelledError) as error:
            hall.leave(place.line, ticket)
            if ticket.done() and not ticket.cancelled() and ticket.exception() is None:
                self._pass_on()  # the turn came at the same moment: it is the next one's
            if isinstance(error, TimeoutError):
                raise _crowded() from None
            raise

    def _pass_on(self) -> None:
        self._busy = False
        for known in (self._next_hall, not self._next_hall):
            ticket = self._halls[known].next()
            if ticket is not None:
                self._busy, self._next_hall = True, not known
                ticket.set_result(None)
                return


class _Hall:
    """Lines, and which of them is next."""

    def __init__(self) -> None:
        self._lines: collections.OrderedDict[str, collections.deque[_Ticket]] = collections.OrderedDict()
        self.size = 0

    def join(self, line: str, ticket: _Ticket) -> None:
        """Go to the end of a line. In a full hall the last one of a longer line has to go, or else the newcomer."""
        if self.size >= MAX_WAITING:
            longest = max(self._lines, key=lambda name: len(self._lines[name]))
            if len(self._lines[longest]) <= len(self._lines.get(line, ())) + 1:
                raise _crowded()
            last = self._lines[longest][-1]
            self.leave(longest, last)
            if not last.done():  # else its caller has just given up
                last.set_exception(_crowded())
        self._lines.setdefault(line, collections.deque()).append(ticket)
        self.size += 1

    def leave(self, line: str, ticket: _Ticket) -> None:
        """Go out of a line, if it is still in it."""
        waiting = self._lines.get(line, collections.deque())
        if ticket in waiting:
            waiting.remove(ticket)
            self.size -= 1
            if not waiting:
                del self._lines[line]

    def next(self) -> _Ticket | None:
        """The first of the line whose turn it is; the line goes behind the others. Who has just given up is passed."""
        while self._lines:
            line = next(iter(self._lines))
            ticket = self._lines[line][0]
            self.leave(line, ticket)
            if line in self._lines:
                self._lines.move_to_end(line)
            if not ticket.done():
                return ticket
        return None


def _crowded() -> Unavailable:
    problem = Unavailable(f"Too many passwords wait to be checked; try again in {RETRY_SECONDS} seconds.")
    problem.retry_after_seconds = RETRY_SECONDS
    return problem
