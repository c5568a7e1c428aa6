"""The live tail: one loop per server that tells every listener what was loaded.

It wakes when the flusher has loaded something, reads what is new of each organisation that has listeners once, with the
listeners' filters as columns of the one statement, and hands each listener what its filter takes. What waits for a
listener is bounded: one that reads too slowly is told how much it was not told.
"""

import asyncio
import collections
import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
import structlog

from helicorder.api.call_records import call_record
from helicorder.api.live_events import LiveGap, event, heartbeat, live_score
from helicorder.errors import Unavailable
from helicorder.model.filter import Both, Either, Everything, Filter
from helicorder.telemetry.client import StatementError, Telemetry
from helicorder.telemetry.news import News, news
from helicorder.telemetry.sql.conditions import MAX_CONDITIONS

MAX_LISTENERS = 50
"""Per organisation; all organisations together have ten times as many."""
MAX_WAITING = 1000
MAX_WAITING_BYTES = 1 << 20
# Of each kind, so that what is read at once, and what is said to be left out of it, fits in a line that is empty.
_AT_ONCE = 400
_RETRY_SECONDS = 0.5
_NONE = LiveGap(0, 0)

log = structlog.get_logger()


class Listener:
    """Somebody who waits for calls that a filter takes; what waits for them is bounded in number and bytes.

    Attributes:
        mark: the version up to which everything was told, or counted as left out.
    """

    def __init__(self, wanted: Filter, mark: int, *, previews: bool) -> None:
        self.wanted = wanted
        self.mark = mark
        self.previews = previews
        self._closed = False
        self._waiting: collections.deque[bytes] = collections.deque()
        self._bytes = 0
        self._missed = _NONE
        self._missed_mark = 0
        self._grown = asyncio.Event()

    def tell(self, version: int, told: bytes, left_out: LiveGap) -> None:
        """Put an event in line; where the line is full, count it as ``left_out`` until all of the line is read."""
        full = len(self._waiting) >= MAX_WAITING or self._bytes + len(told) > MAX_WAITING_BYTES
        if self._missed != _NONE or (full and self._waiting):
            self._missed = LiveGap(self._missed.calls + left_out.calls, self._missed.scores + left_out.scores)
            self._missed_mark = version
        else:
            self._waiting.append(told)
            self._bytes += len(told)
        self._grown.set()

    def close(self) -> None:
        """End at once; who comes again is told what waited."""
        self._closed = True
        self._grown.set()

    async def told(self, patience: float) -> bytes | None:
        """What is to be sent next, after at most ``patience`` seconds a heartbeat; None at the end."""
        try:
            async with asyncio.timeout(patience):
                while not (self._closed or self._waiting or self._missed != _NONE):
                    self._grown.clear()
                    await self._grown.wait()
        except TimeoutError:
            return heartbeat(self.mark)
        if self._closed:
            return None
        if self._waiting:
            told = self._waiting.popleft()
            self._bytes -= len(told)
            return told
        missed, self._missed = self._missed, _NONE
        return event("gap", self._missed_mark, missed)


class Tail:
    """The loop and its listeners.

    Args:
        telemetry: where to read.
        mark: the highest version that is durable; what comes later has a higher one.
    """

    def __init__(self, telemetry: Telemetry, mark: Callable[[], int]) -> None:
        self._telemetry = telemetry
        self._mark = mark
        self._loaded = 0
        self._listeners: dict[str, set[Listener]] = {}
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def loaded(self, version: int) -> None:
        """Told by the flusher: everything up to a version is in the store."""
        self._loaded = version
        if self._listeners:
            self._woken.set()

    @property
    def watched(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    def check_room(self, org_id: str) -> None:
        """Whether one more may listen.

        Raises:
            Unavailable: not now.
        """
        if self._closed:
            raise Unavailable("The server is shutting down.")
        here, in_all = len(self._listeners.get(org_id, ())), sum(map(len, self._listeners.values()))
        if here >= MAX_LISTENERS or in_all >= 10 * MAX_LISTENERS:
            raise Unavailable(f"At most {MAX_LISTENERS} live tails at once for an organisation; close one.")

    @contextlib.contextmanager
    def listening(self, org_id: str, wanted: Filter, after: int | None, *, previews: bool) -> Iterator[Listener]:
        """A listener from now on, or from after a version that was told before, until the context ends."""
        mark = self._mark()
        listener = Listener(wanted, mark if after is None else min(after, mark), previews=previews)
        if self._closed:
            listener.close()
        self._listeners.setdefault(org_id, set()).add(listener)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="live tail")
        self._woken.set()
        try:
            yield listener
        finally:
            self._listeners[org_id].discard(listener)
            if not self._listeners[org_id]:
                del self._listeners[org_id]

    def end(self) -> None:
        """End every listener now; nobody may listen any more."""
        self._closed = True
        for of_org in self._listeners.values():
            for listener in of_org:
                listener.close()

    async def close(self) -> None:
        """End everybody, and stop reading."""
        self.end()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                for org_id in list(self._listeners):
                    await self._catch_up(org_id)
            except Exception as error:  # noqa: BLE001 -- whatever a store does, the tail goes on; the marks stay
                log.warning("live_tail_failed", error=type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)
                self._woken.set()

    async def _catch_up(self, org_id: str) -> None:
        """Tell the listeners of an organisation what they have not been told; almost always all from the same mark."""
        until = self._loaded
        behind = [one for one in self._listeners.get(org_id, ()) if one.mark < until]
        for mark in sorted({one.mark for one in behind}):
            for group in grouped([one for one in behind if one.mark == mark]):
                await self._tell(org_id, group, until)

    async def _tell(self, org_id: str, group: Sequence[Listener], until: int) -> None:
        wanted = list(dict.fromkeys(one.wanted for one in group))
        try:
            found = await news(self._telemetry, org_id, wanted, group[0].mark, until, _AT_ONCE)
        except StatementError:
            # A filter that the store refuses is its listener's problem alone.
            if len(group) == 1:
                group[0].close()
            else:
                for listener in group:
                    await self._tell(org_id, [listener], until)
            return
        _hand_out(found, {one: wanted.index(one.wanted) for one in group})
        for listener in group:
            listener.mark = until


def _hand_out(found: News, numbers: Mapping[Listener, int]) -> None:
    """Each listener what its filter takes, calls and scores in the order of versions; each is written down once."""
    told = sorted([*_calls_told(found, numbers), *_scores_told(found)], key=lambda one: one.version)
    first = told[0].version - 1 if told else 0
    for listener, number in numbers.items():
        left_out = LiveGap(found.calls_left_out[number], found.scores_left_out)
        if left_out != _NONE:
            listener.tell(first, event("gap", first, left_out), left_out)
    for one in told:
        for listener, number in numbers.items():
            if one.takes[number]:
                listener.tell(one.version, one.full if listener.previews else one.bare, one.counts)


class _Told(NamedTuple):
    """An event as it is written, with previews and without, and which filters take it."""

    version: int
    takes: list[bool]
    full: bytes
    bare: bytes
    counts: LiveGap


def _calls_told(found: News, listeners: Iterable[Listener]) -> Iterator[_Told]:
    wishes = {listener.previews for listener in listeners}
    for one in found.calls:
        record = call_record(one.row)
        bare = msgspec.structs.replace(record, request_preview=None, response_preview=None)
        full_event = event("call", one.version, record) if True in wishes else b""
        bare_event = event("call", one.version, bare) if False in wishes else b""
        yield _Told(one.version, one.takes, full_event, bare_event, LiveGap(1, 0))


def _scores_told(found: News) -> Iterator[_Told]:
    for one in found.scores:
        written = event("score", one.judgement.version, live_score(one.judgement))
        yield _Told(one.judgement.version, one.takes, written, written, LiveGap(0, 1))


def grouped(listeners: Sequence[Listener]) -> list[list[Listener]]:
    """Listeners whose filters fit together into one statement."""
    groups: list[list[Listener]] = []
    room = 0
    for listener in listeners:
        size = _size(listener.wanted)
        if not groups or size > room:
            groups.append([])
            room = MAX_CONDITIONS
        groups[-1].append(listener)
        room -= size
    return groups


def _size(wanted: Filter) -> int:
    """How many conditions a filter has."""
    if isinstance(wanted, Both | Either):
        return _size(wanted.left) + _size(wanted.right)
    return 0 if isinstance(wanted, Everything) else 1
