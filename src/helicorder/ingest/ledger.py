"""The ledger: how many rows the journal has committed up to which version, independent of what is read from the file.

The flusher compares what it loaded with the ledger before anything is trimmed or any reader is let through.
"""

import bisect
import operator
import threading
from collections.abc import Iterable
from typing import NamedTuple

# Points closer than this many rows are merged, so that a long outage of the store does not fill the memory.
_ROWS_BETWEEN_POINTS = 1_000


class Point(NamedTuple):
    """A promise to check: this many rows were committed up to this version, counted from the opening of the journal."""

    version: int
    rows: int


START = Point(0, 0)


class Ledger:
    """Points in ascending order. The journal's writer thread adds to them, the event loop's thread consumes them."""

    def __init__(self, points: Iterable[Point]) -> None:
        self._lock = threading.Lock()
        self._points = [START, *points]

    @property
    def newest(self) -> Point:
        """What is durable now."""
        return self._points[-1]

    def add(self, version: int, rows: int) -> None:
        """Record that rows were committed, the last of them with this version."""
        with self._lock:
            point = Point(version, self.newest.rows + rows)
            if len(self._points) > 1 and point.rows - self._points[-2].rows <= _ROWS_BETWEEN_POINTS:
                self._points[-1] = point
            else:
                self._points.append(point)

    def after(self, version: int) -> Point:
        """The first point above a version; the newest if there is none."""
        with self._lock:
            place = bisect.bisect_right(self._points, version, key=operator.attrgetter("version"))
            return self._points[min(place, len(self._points) - 1)]

    def forget(self, point: Point) -> None:
        """Let go of the points below one that was checked."""
        with self._lock:
            del self._points[: bisect.bisect_left(self._points, point)]
