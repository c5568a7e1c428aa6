"""The ledger: how many rows the journal has committed up to which version, independent of what is read from the file.

The flusher compares what it loaded with the ledger before anything is trimmed or any reader is let through.
"""

import bisect
import operator
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

# Points closer than this many rows are merged, so that a long outage of the store does not fill the memory.
_ROWS_BETWEEN_POINTS = 1_000
# Organisations whose newest version is remembered, though all that they wrote has been loaded.
_REMEMBERED = 10_000


class Point(NamedTuple):
    """A promise to check: this many rows were committed up to this version, counted from the opening of the journal."""

    version: int
    rows: int


START = Point(0, 0)


class Ledger:
    """Points in ascending order. The journal's writer thread adds to them, the event loop's thread consumes them.

    Args:
        points: what was found at opening; to whom it belongs is not known.
    """

    def __init__(self, points: Iterable[Point]) -> None:
        self._lock = threading.Lock()
        self._points = [START, *points]
        self._found = self._points[-1].version
        self._shares: list[Counter[str]] = [Counter() for _ in self._points]
        self._waiting: Counter[str] = Counter()
        self._newest_of: dict[str, int] = {}

    @property
    def newest(self) -> Point:
        """What is durable now."""
        return self._points[-1]

    def newest_of(self, org_id: str) -> int:
        """No row of an organisation has a higher version than this one."""
        return self._newest_of.get(org_id, self._found)

    def waiting(self, org_id: str) -> int:
        """Bytes of an organisation's rows that were committed since the opening and are not loaded."""
        return self._waiting[org_id]

    def add(self, version: int, rows: int, sizes: Mapping[str, int]) -> None:
        """Record that rows were committed: the version of the last one, their number, their bytes by organisation."""
        with self._lock:
            point = Point(version, self.newest.rows + rows)
            if len(self._points) > 1 and point.rows - self._points[-2].rows <= _ROWS_BETWEEN_POINTS:
                self._points[-1] = point
                self._shares[-1].update(sizes)
            else:
                self._points.append(point)
                self._shares.append(Counter(sizes))
            self._waiting.update(sizes)
            self._newest_of.update(dict.fromkeys(sizes, version))

    def after(self, version: int) -> Point:
        """The first point above a version; the newest if there is none."""
        with self._lock:
            place = bisect.bisect_right(self._points, version, key=operator.attrgetter("version"))
            return self._points[min(place, len(self._points) - 1)]

    def forget(self, point: Point) -> None:
        """Let go of what is below a point that was checked."""
        with self._lock:
            passed = bisect.bisect_left(self._points, point)
            if self._points[passed] == point:
                self._release(self._shares[passed])
                self._shares[passed] = Counter()
            for share in self._shares[:passed]:
                self._release(share)
            del self._points[:passed], self._shares[:passed]
            if len(self._newest_of) > _REMEMBERED:
                self._found = max(self._found, point.version)
                self._newest_of = {org: newest for org, newest in self._newest_of.items() if newest > self._found}

    def _release(self, share: Mapping[str, int]) -> None:
        for org_id, size in share.items():
            self._waiting[org_id] -= size
            if self._waiting[org_id] <= 0:
                del self._waiting[org_id]
