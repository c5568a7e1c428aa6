"""The promise, as a history of what was asked, answered and found can break it."""

import dataclasses
import random
from collections.abc import Iterable, Sequence

from helicorder.errors import RowsRefused, StoreGap, TelemetryUnavailable
from helicorder.ingest.journal import Claim
from helicorder.model.row import Row, Stamped
from ingest.harness import request_id_of
from ingest.simulated_time import Loop, set_done


class Broken(AssertionError):
    """The promise was broken."""


@dataclasses.dataclass
class Attempt:
    """One call of `commit`, or one offer.

    Attributes:
        names: of its rows, each used once.
        began, acknowledged: when, as numbers of events.
    """

    names: list[str]
    key: str | None = None
    body: str = ""
    began: int = 0
    acknowledged: int | None = None

    @property
    def answer(self) -> bytes:
        """What is stored under its key, if it is the first."""
        return self.names[0].encode()

    @property
    def claim(self) -> Claim | None:
        """Its key, if it has one."""
        return None if self.key is None else Claim("org", self.key, self.body.encode(), self.answer)


def is_poison(name: str) -> bool:
    """Whether the store refuses the row of this name."""
    return name.startswith("poison")


class Store:
    """A telemetry store that goes down, answers late, and takes part of a load; what a power cut may take is `soft`."""

    def __init__(self, loop: Loop, draw: random.Random) -> None:
        self.rows: dict[int, Row] = {}
        self.versions: dict[str, int] = {}
        self.is_down = False
        self.fails = 0.0
        self.history = History(self)
        self.faults: list[str] = []
        self._loop = loop
        self._draw = draw
        self._soft: set[int] = set()

    async def load(self, rows: Sequence[Stamped]) -> None:
        """The callable that ingest is handed."""
        if self.is_down:
            self._fail("store down", TelemetryUnavailable())
        if any(is_poison(request_id_of(row.row)) for row in rows):
            raise RowsRefused("poison")
        if self._draw.random() < self.fails:
            await self._load_badly(rows)
        self._apply(rows)
        self._soft.difference_update(row.version for row in rows)

    async def _load_badly(self, rows: Sequence[Stamped]) -> None:
        match self._draw.randrange(4):
            case 0:
                self._fail("error before the load", ConnectionRefusedError())
            case 1:
                self._apply([row for row in rows if self._draw.random() < 0.5])
                self._fail("part of the load, then an error", StoreGap())
            case 2:
                self._apply(rows)
                self._fail("the load, then an error", ConnectionResetError())
            case _:
                self.faults.append("late load")
                late = self._draw.choice((0.1, 1.0, 4.0))
                self._loop.call_later(late, self._apply, rows)
                await self._loop_sleep(late)

    async def _loop_sleep(self, seconds: float) -> None:
        passed = self._loop.create_future()
        self._loop.call_later(seconds, set_done, passed)
        await passed

    def _fail(self, kind: str, error: Exception) -> None:
        self.faults.append(kind)
        raise error

    def _apply(self, rows: Sequence[Stamped]) -> None:
        for stamped in rows:
            name = request_id_of(stamped.row)
            if stamped.version in self.rows:
                if request_id_of(self.rows[stamped.version]) != name:
                    self.history.breaks(f"version {stamped.version} was given to two rows")
                continue
            if name in self.versions:
                self.history.breaks(f"{name} is in the store twice")
            self.rows[stamped.version] = stamped.row
            self.versions[name] = stamped.version
            self._soft.add(stamped.version)
            self.history.stored(name)

    def lose_power(self) -> None:
        """Forget some of what no finished load covered."""
        for version in sorted(self._soft):
            if self._draw.random() < 0.5:
                name = request_id_of(self.rows.pop(version))
                del self.versions[name], self.history.seen[name]
                if name in self.history.acknowledged:
                    self.history.owed.add(name)
        self._soft.clear()


class History:
    """What happened, in order.

    Attributes:
        owed: acknowledged rows that the store does not hold yet; never poison.
        effects: per key the attempt that had the effect, once an answer said so.
        broken: the first thing that should not have been, or "".
    """

    def __init__(self, store: Store) -> None:
        self.events = 0
        self.broken = ""
        self.attempts: list[Attempt] = []
        self.by_name: dict[str, Attempt] = {}
        self.acknowledged: set[str] = set()
        self.owed: set[str] = set()
        self.effects: dict[str, Attempt] = {}
        self.conflicts: set[tuple[str, str]] = set()
        self.seen: dict[str, int] = {}
        self._store = store

    def breaks(self, what: str) -> None:
        """Note that the promise was broken."""
        self.broken = self.broken or what

    def tick(self) -> int:
        """The number of the next event."""
        self.events += 1
        return self.events

    def begins(self, attempt: Attempt) -> None:
        """An attempt is sent."""
        attempt.began = self.tick()
        self.attempts.append(attempt)
        self.by_name.update((name, attempt) for name in attempt.names)

    def stored(self, name: str) -> None:
        """The store holds a row."""
        if name not in self.by_name:
            self.breaks(f"{name} is in the store, and nobody sent it")
        self.seen[name] = self.tick()
        self.owed.discard(name)

    def answered(self, attempt: Attempt, answer: bytes | None) -> None:
        """An attempt is acknowledged."""
        effective = attempt
        if attempt.key is None:
            if answer is not None:
                self.breaks(f"{attempt.names} got an answer that it did not ask for")
        else:
            effective = self.by_name.get((answer or b"").decode(), attempt)
            if effective.key != attempt.key or effective.body != attempt.body or effective.answer != answer:
                self.breaks(f"{attempt.names} got the answer {answer!r} of another claim")
            if self.effects.setdefault(attempt.key, effective) is not effective:
                self.breaks(f"key {attempt.key} had two effects, {self.effects[attempt.key].names} and {answer!r}")
            if (attempt.key, effective.body) in self.conflicts:
                self.breaks(f"key {attempt.key} was refused for body {effective.body}, and then took it")
        effective.acknowledged = effective.acknowledged or self.tick()
        self.acknowledged.update(effective.names)
        self.owed.update(n for n in effective.names if n not in self._store.versions and not is_poison(n))

    def conflicted(self, attempt: Attempt) -> None:
        """An attempt was told that its key is another's."""
        key = attempt.key or ""
        self.conflicts.add((key, attempt.body))
        others = [other for other in self.attempts if other.key == key and other.body != attempt.body]
        if not others or (key in self.effects and self.effects[key].body == attempt.body):
            self.breaks(f"{attempt.names} is no conflict, and was told so")

    def check_all(self, refused: Iterable[str]) -> None:
        """At the end, with everything in the store: nothing lost, nothing in part, one effect a key, in order."""
        refused = set(refused)
        if innocent := sorted(name for name in refused if not is_poison(name)):
            self.breaks(f"{innocent} are set aside, and the store would take them")
        found = self._store.versions.keys() | refused
        if lost := sorted(self.acknowledged - found):
            self.breaks(f"{lost} are acknowledged and lost")
        effects: dict[str, Attempt] = {}
        for attempt in self.attempts:
            there = [name in found for name in attempt.names]
            if any(there) and not all(there):
                self.breaks(f"{attempt.names} is there in part")
            if all(there) and attempt.key and effects.setdefault(attempt.key, attempt) is not attempt:
                self.breaks(f"key {attempt.key} had two effects")
        self._check_order()

    def _check_order(self) -> None:
        """Whatever began after another thing was acknowledged, or seen, has a higher version."""
        latest, who = 0, ""
        for name, version in sorted(self._store.versions.items(), key=lambda item: item[1]):
            attempt = self.by_name[name]
            done = min(attempt.acknowledged or self.events, self.seen[name])
            if done < latest:
                self.breaks(f"{name} was there before {who} was sent, and has a higher version, {version}")
            if attempt.began > latest:
                latest, who = attempt.began, name
            if attempt.names[0] != name and self._store.versions.get(attempt.names[0], version) > version:
                self.breaks(f"{attempt.names} is out of order")
