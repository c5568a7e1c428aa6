"""Shares of something scarce: so much for one organisation, so much in all, and turns that go round."""

import asyncio
import collections
import contextlib
from collections.abc import Iterator

from helicorder.errors import TooManyAtOnce


class Shares:
    """Hands out shares. Who waits holds up its own organisation and no other: organisations take turns.

    Args:
        what: what is shared, in the plural, for the message of a refusal.
        each: how many one organisation may hold at once.
        in_all: how many all organisations together may hold at once.
        patience: seconds to wait for a share; 0 refuses at once, None waits for ever.

    Attributes:
        held: shares that are held now.
        refused: how often nobody got a share in time.
    """

    def __init__(self, what: str, *, each: int, in_all: int, patience: float | None) -> None:
        self.held = 0
        self.refused = 0
        self._what = what
        self._each = each
        self._in_all = in_all
        self._patience = patience
        self._held_by: collections.Counter[str] = collections.Counter()
        self._waiting: dict[str, collections.deque[asyncio.Future[None]]] = {}

    async def take(self, org_id: str) -> "Share":
        """A share for an organisation, which must be released.

        Raises:
            TooManyAtOnce: there was none in time.
        """
        share = Share(self, org_id)
        if self._is_free(org_id) and org_id not in self._waiting:
            self._hold(org_id)
            return share
        if self._patience == 0:
            raise self._refusal()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(org_id, collections.deque()).append(turn)
        try:
            async with asyncio.timeout(self._patience):
                await turn
        except BaseException as error:
            self._leave(org_id, turn)
            if isinstance(error, TimeoutError):
                raise self._refusal() from None
            raise
        return share

    def release(self, org_id: str) -> None:
        """Give a share back, to whoever is next."""
        self.held -= 1
        self._held_by[org_id] -= 1
        if not self._held_by[org_id]:
            del self._held_by[org_id]
        self._grant()

    def _is_free(self, org_id: str) -> bool:
        return self.held < self._in_all and self._held_by[org_id] < self._each

    def _hold(self, org_id: str) -> None:
        self.held += 1
        self._held_by[org_id] += 1

    def _grant(self) -> None:
        """Give free shares to those who wait. An organisation that got one goes to the end of the round."""
        for org_id in list(self._waiting):
            turns = self._waiting[org_id]
            while turns and turns[0].done():  # whoever waited has left
                turns.popleft()
            if turns and self._is_free(org_id):
                self._hold(org_id)
                turns.popleft().set_result(None)
                self._waiting[org_id] = self._waiting.pop(org_id)
            if not turns:
                del self._waiting[org_id]

    def _leave(self, org_id: str, turn: "asyncio.Future[None]") -> None:
        if turn.done() and not turn.cancelled():  # granted in the moment in which the wait ended
            self.release(org_id)
            return
        turns = self._waiting.get(org_id)
        if turns is not None:
            with contextlib.suppress(ValueError):
                turns.remove(turn)
            if not turns:
                del self._waiting[org_id]

    def _refusal(self) -> TooManyAtOnce:
        self.refused += 1
        return TooManyAtOnce(
            f"Too many {self._what} at once: at most {self._each} for an organisation and {self._in_all} in all; "
            "wait for one to end, and try again."
        )


class Share:
    """One share; releasing it twice changes nothing."""

    def __init__(self, shares: Shares, org_id: str) -> None:
        self._shares: Shares | None = shares
        self._org_id = org_id

    def release(self) -> None:
        """Give it back."""
        shares, self._shares = self._shares, None
        if shares is not None:
            shares.release(self._org_id)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Give it back at the end."""
        try:
            yield
        finally:
            self.release()
