"""What waits for the journal's writer: commits with somebody waiting, offers with nobody. Bounded in both."""

import asyncio
import collections
import dataclasses
import threading
from collections.abc import Callable

import msgspec
import structlog

from helicorder.errors import JournalUnavailable
from helicorder.ingest.journal_file import Entries
from helicorder.ingest.pace import Pace
from helicorder.model.row import Row

_log = structlog.get_logger()

_GATHERING_SECONDS = 0.01
_GATHERED_OFFERS = 200


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What may wait at once; beyond it commits are refused and offers dropped.

    Attributes:
        commits, commit_bytes: commits that wait for their fsync, and their encoded rows.
        offers, offer_bytes: offered rows not yet made, and what their offerers say they hold.
    """

    commits: int = 20_000
    commit_bytes: int = 128 << 20
    offers: int = 50_000
    offer_bytes: int = 256 << 20


@dataclasses.dataclass(slots=True, eq=False)
class Unit:
    """One write on its way; an offered one has no waiter.

    Attributes:
        size: bytes of its encoded rows.
        has_bodies: it carries bodies of calls.
    """

    entries: Entries
    size: int
    waiter: asyncio.Future[bytes | None] | None = None
    has_bodies: bool = False

    @property
    def org_id(self) -> str:
        """Whose rows it carries."""
        return self.entries.org_id


class Intake:
    """The queue between the event loop and the writer thread.

    Attributes:
        offered, dropped: rows offered so far, and those of them that were not journalled.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.offered = 0
        self.dropped = 0
        self._bounds = bounds
        self._changed = threading.Condition()
        self._commits: collections.deque[Unit] = collections.deque()
        self._commit_bytes = 0
        self._offers: collections.deque[tuple[Callable[[], Row], int]] = collections.deque()
        self._offer_bytes = 0
        self._accepted = 0
        self._finished = 0
        self._fences: collections.deque[tuple[int, asyncio.Future[bytes | None]]] = collections.deque()
        self._closed_because = ""
        self._woken = False
        self._pace = Pace(seconds=5.0)

    @property
    def waiting(self) -> int:
        """Commits and offers not yet finished with."""
        return len(self._commits) + self._accepted - self._finished

    @property
    def commits_wait(self) -> bool:
        """Whether a commit waits for the writer."""
        return bool(self._commits)

    @property
    def offers_pending(self) -> bool:
        """Whether something offered is neither durable nor dropped yet."""
        return self._finished < self._accepted

    def submit(self, unit: Unit) -> None:
        """Queue a commit.

        Raises:
            JournalUnavailable: closed, or too much waits already.
        """
        with self._changed:
            if self._closed_because:
                raise JournalUnavailable(f"{JournalUnavailable.__doc__} The journal is {self._closed_because}.")
            if len(self._commits) >= self._bounds.commits or self._commit_bytes >= self._bounds.commit_bytes:
                raise JournalUnavailable("Too many writes wait for the disk; try again.")
            self._commits.append(unit)
            self._commit_bytes += unit.size
            self._changed.notify()

    def offer(self, make: Callable[[], Row], size: int) -> None:
        """Queue an offer, or count it as dropped."""
        with self._changed:
            self.offered += 1
            full = len(self._offers) >= self._bounds.offers or self._offer_bytes + size > self._bounds.offer_bytes
            refusal = self._closed_because or ("queue full" if full else "")
            if not refusal:
                self._offers.append((make, size))
                self._offer_bytes += size
                self._accepted += 1
                if len(self._offers) == 1:
                    self._changed.notify()
        if refusal:
            self.drop(1, refusal)

    def fence(self, passed: asyncio.Future[bytes | None]) -> bool:
        """Have a future resolved once everything offered until now is finished with; False if it already is."""
        with self._changed:
            if self.offers_pending:
                self._fences.append((self._accepted, passed))
                self._changed.notify()
                return True
            return False

    def close(self, because: str) -> None:
        """Accept nothing more: commits are refused, offers dropped. What waits stays."""
        with self._changed:
            self._closed_because = self._closed_because or because
            self._changed.notify()

    def wake(self) -> None:
        """End the writer's wait, or its next one if it is busy."""
        with self._changed:
            self._woken = True
            self._changed.notify()

    def wait(self, seconds: float) -> bool:
        """Block the writer until something waits, it is woken, or time is up; whether something waits.

        Offers that nobody asks for gather for some milliseconds first: a transaction each would be the gateway's
        largest cost, and an offer acknowledges nothing.
        """
        with self._changed:
            if not (self._commits or self._offers or self._woken):
                self._changed.wait(seconds)
            if self._offers:
                self._changed.wait_for(self._is_urgent, _GATHERING_SECONDS)
            self._woken = False
            return bool(self._commits or self._offers)

    def _is_urgent(self) -> bool:
        somebody_waits = self._commits or self._fences or self._woken or self._closed_because
        return bool(somebody_waits) or len(self._offers) >= _GATHERED_OFFERS

    def take_commits(self, most: int, most_bytes: int) -> list[Unit]:
        """The commits that wait, up to a group's bounds."""
        units: list[Unit] = []
        size = 0
        with self._changed:
            while self._commits and len(units) < most and size < most_bytes:
                unit = self._commits.popleft()
                units.append(unit)
                size += unit.size
            self._commit_bytes -= size
        return units

    def take_offer(self) -> Callable[[], Row] | None:
        """The next offer; it stays pending until `finish` counts it."""
        with self._changed:
            if not self._offers:
                return None
            make, size = self._offers.popleft()
            self._offer_bytes -= size
            return make

    def finish(self, offers: int) -> list[asyncio.Future[bytes | None]]:
        """Count offers as durable or dropped; the fences that this lets pass."""
        passed: list[asyncio.Future[bytes | None]] = []
        with self._changed:
            self._finished += offers
            while self._fences and self._fences[0][0] <= self._finished:
                passed.append(self._fences.popleft()[1])
        return passed

    def drop(self, count: int, reason: str) -> None:
        """Count offers that will not be journalled; never silent, and not a log line each."""
        if not count:
            return
        with self._changed:
            self.dropped += count
            speak = self._pace.allows()
        if speak:
            _log.error("offered_rows_dropped", reason=reason, dropped_since_start=self.dropped)
