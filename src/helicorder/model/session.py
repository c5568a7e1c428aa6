"""A session as a tree: calls stand at their paths, and what they add up to is rolled up from leaf to root.

Sums are exact (whole numbers, decimals, fractions), so a node is what its parts add up to, to the last digit.
"""

import datetime as dt
import decimal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

import msgspec

MAX_DEPTH = 32
"""Beyond so many levels what is left of a path stands as one name: a tree should not be a chain of thousands."""

Key = TypeVar("Key")
Sum = TypeVar("Sum", int, Fraction)
TOKEN_PARTS = ("prompt", "completion", "cache_read", "cache_write", "reasoning", "total")


class Totals(msgspec.Struct):
    """What some calls add up to.

    Attributes:
        first, last: when the earliest began and the latest ended; None for no call.
        latency_n, latency_ms: of the calls whose latency is known, how many and its sum.
        cost_n, cost: the same of dollars. tokens: per part of TOKEN_PARTS (calls that know it, sum).
        scores: per name and kind (scores, sum of their values).
    """

    n: int = 0
    errors: int = 0
    cancelled: int = 0
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    latency_n: int = 0
    latency_ms: int = 0
    cost_n: int = 0
    cost: decimal.Decimal = decimal.Decimal()
    tokens: dict[str, tuple[int, int]] = {}
    scores: dict[tuple[str, str], tuple[int, Fraction]] = {}

    def add(self, other: "Totals") -> None:
        """Take in what other calls add up to."""
        self.n += other.n
        self.errors += other.errors
        self.cancelled += other.cancelled
        self.first = min((at for at in (self.first, other.first) if at is not None), default=None)
        self.last = max((at for at in (self.last, other.last) if at is not None), default=None)
        self.latency_n += other.latency_n
        self.latency_ms += other.latency_ms
        self.cost_n += other.cost_n
        self.cost += other.cost
        _add_pairs(self.tokens, other.tokens)
        _add_pairs(self.scores, other.scores)


def _add_pairs(into: dict[Key, tuple[int, Sum]], other: Mapping[Key, tuple[int, Sum]]) -> None:
    for key, (n, total) in other.items():
        before = into.get(key)
        into[key] = (n, total) if before is None else (before[0] + n, before[1] + total)


class Node(msgspec.Struct):
    """One place in the tree.

    Attributes:
        parent: its number among the nodes; None for the root. depth: 0 for the root.
        name: the last part of the path; path: all parts from the root, each after a slash; both empty for the root.
        calls: the numbers of the calls that stand here, in their order.
        totals: of these and of everything below.
    """

    parent: int | None
    depth: int
    name: str
    path: str
    calls: list[int]
    totals: Totals


def parts_of(path: str) -> tuple[str, ...]:
    """The names along a path: ``/a/b`` and ``a/b/`` are (a, b); empty names count for nothing."""
    names = tuple(name for name in path.split("/") if name)
    return names if len(names) <= MAX_DEPTH else (*names[: MAX_DEPTH - 1], "/".join(names[MAX_DEPTH - 1 :]))


def tree(calls: Sequence[tuple[str, Totals]]) -> list[Node]:
    """The nodes of a session, parents before children, siblings by when they begin; the first is the root.

    A call without a path stands at the root. Places along a path at which no call stands are there, too.

    Args:
        calls: the path of each, and what it adds up to alone.
    """
    places: dict[tuple[str, ...], list[int]] = {(): []}
    for number, (path, _) in enumerate(calls):
        names = parts_of(path)
        for depth in range(1, len(names)):
            places.setdefault(names[:depth], [])
        places.setdefault(names, []).append(number)
    totals = {place: Totals(tokens={}, scores={}) for place in places}
    for place in sorted(places, key=len, reverse=True):
        for number in places[place]:
            totals[place].add(calls[number][1])
        if place:
            totals[place[:-1]].add(totals[place])
    return list(_in_order(places, totals))


def _in_order(places: Mapping[tuple[str, ...], list[int]], totals: Mapping[tuple[str, ...], Totals]) -> Iterator[Node]:
    children: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for place in places:
        if place:
            children.setdefault(place[:-1], []).append(place)
    waiting: list[tuple[tuple[str, ...], int | None]] = [((), None)]
    number = 0
    while waiting:
        place, parent = waiting.pop()
        path = "".join(f"/{name}" for name in place)
        yield Node(parent, len(place), place[-1] if place else "", path, places[place], totals[place])
        below = sorted(children.get(place, ()), key=lambda one: (totals[one].first, one[-1]), reverse=True)
        waiting += [(child, number) for child in below]
        number += 1


def fitting(paths: Iterable[str], nodes: int) -> int:
    """How many of some calls, from the first on, make a tree of at most so many nodes."""
    places: set[tuple[str, ...]] = {()}
    count = 0
    for path in paths:
        names = parts_of(path)
        places.update(names[:depth] for depth in range(1, len(names) + 1))
        if len(places) > nodes:
            break
        count += 1
    return count
