"""Parts of a change with their intervals, and the search for the segments that they come from."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from helicorder.model.findings import Part, Segment, Shift
from helicorder.scoring.decomposition import Kind
from helicorder.scoring.jackknife import Sure
from helicorder.scoring.multiplicity import adjusted
from helicorder.scoring.raking import Floats
from helicorder.scoring.tallies import Table

__all__ = ["DEPTH", "DOMINANT", "SWAP", "Part", "Search", "Segment", "ranked"]

DEPTH = 3
SWAP = 0.8
DOMINANT = 0.5


def ranked(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The surest first."""
    return tuple(sorted(parts, key=lambda part: (-part.surely, -abs(part.amount), part.label)))


class _Node(msgspec.Struct, frozen=True):
    """A part that may be parted: its amounts by cell, (C, R), and the cells that it is about, (C,)."""

    kind: Kind
    stem: str
    segment: Segment
    amounts: Floats
    mask: NDArray[np.bool_]
    depth: int


class _Look(msgspec.Struct, frozen=True):
    """A node's amounts by the values of one dimension, (K, R).

    Attributes:
        named: values that have rows enough to be named. p_values: of theirs.
        uneven: how much of the node's amount is not in proportion to traffic. stands_out: whether that is surely so.
    """

    dimension: int
    replicates: Floats
    named: tuple[int, ...]
    p_values: list[float]
    uneven: float
    stands_out: bool


class Search:
    """Names parts of a change and follows those that stand out into segments of the table."""

    def __init__(self, table: Table, level: float, q: float, minimum: int) -> None:
        self._table, self._level, self._q, self._minimum = table, level, q, minimum
        self._shares = table.cells.shares()
        self._weights = self._shares.mean(axis=0)
        self._rows, self._amounts = table.rows, table.cells.n[:, :, 0]

    def parts(self, amounts: Floats) -> tuple[Part, ...]:
        """The change in parts, from `decomposition.Factors.amounts`; one family of looks for all of them."""
        everywhere = np.ones(self._rows.shape[1], dtype=bool)
        within = _Node(Kind.WITHIN, "", (), amounts[-1], everywhere, 1)
        looks = self._looks(within)
        sums = amounts.sum(axis=1)
        own = Sure.of(sums).p_values()
        family = adjusted(own + [p for look in looks for p in look.p_values])
        dimensions = self._table.dimensions
        found = [self._mix(d, amounts[d], family[d : d + 1], len(family)) for d in range(len(dimensions))]
        if len(dimensions) > 1:
            place, label = len(dimensions), "the combination of " + " and ".join(dimensions)
            found.append(
                self._part(Kind.MIX, label, (), sums[place], family[place : place + 1], len(family), dimensions)
            )
        segments, rest = self._segments(within, looks, family[len(own) :], len(family))
        label = "calls outside of these segments" if segments else "calls of the same kind, no segment standing out"
        # The family counts the whole change within; what segments leave of it must show by itself as well.
        p = [max(pair) for pair in zip(family[len(own) - 1 : len(own)], Sure.of(rest[None]).p_values(), strict=True)]
        found += [*segments, self._part(Kind.UNEXPLAINED, label, (), rest, p, len(family))]
        return ranked(found)

    def _looks(self, node: _Node) -> list[_Look]:
        if not self._table.blocks:
            return []
        fixed = {name for name, _ in node.segment}
        free = [d for d, name in enumerate(self._table.dimensions) if name not in fixed]
        return [self._look(node, d, len(free)) for d in free]

    def _look(self, node: _Node, dimension: int, dimensions: int) -> _Look:
        held = node.mask[:, None]
        replicates = self._table.grouped(node.amounts * held, dimension)
        weights = self._table.grouped(self._weights * held, dimension)
        weights = weights / weights.sum(axis=0)
        rows = self._table.grouped(self._rows.sum(axis=0) * node.mask, dimension)
        named = tuple(int(k) for k in np.flatnonzero(rows >= self._minimum))
        excess = Sure.of(replicates - weights * replicates.sum(axis=0))
        p_values, share = excess.p_values(), weights[:, 0]
        errors = np.zeros_like(share) if excess.errors is None else excess.errors
        squares = np.divide(excess.amounts**2 - errors**2, share, out=np.zeros_like(share), where=share > 0)
        surest = min((p_values[k] for k in named), default=1.0) * max(1, len(named)) * dimensions
        theirs = Sure.of(replicates[list(named)]).p_values()
        return _Look(dimension, replicates, named, theirs, float(squares.sum()), surest <= self._q)

    def _segments(
        self, node: _Node, looks: Sequence[_Look], family: Sequence[float], size: int
    ) -> tuple[list[Part], Floats]:
        """The flagged values of the dimension over which the node is most uneven, and the rest of it, (R,)."""
        whole = (node.amounts * node.mask[:, None]).sum(axis=0)
        best = max((look for look in looks if look.stands_out), key=lambda look: look.uneven, default=None)
        if best is None:
            return [], whole
        start = sum(len(look.named) for look in looks[: looks.index(best)])
        flagged = [(k, family[start + i]) for i, k in enumerate(best.named) if family[start + i] <= self._q]
        parts = [self._segment(node, best, k, p, size) for k, p in flagged]
        return parts, whole - best.replicates[[k for k, _ in flagged]].sum(axis=0)

    def _segment(self, node: _Node, look: _Look, value: int, p: float, size: int) -> Part:
        name, label = self._table.dimensions[look.dimension], self._table.names[look.dimension][value]
        segment = (*node.segment, (name, label))
        mask = node.mask & (self._table.cells.levels.codes[look.dimension] == value)
        joined = ", " if node.stem.startswith("within") or " within " in node.stem else " within "
        stem = f"{node.stem}{joined}{name}={label}".strip()
        parts = self._children(_Node(node.kind, stem, segment, node.amounts, mask, node.depth + 1))
        part = self._part(node.kind, stem, segment, look.replicates[value], [p], size)
        return msgspec.structs.replace(part, parts=parts)

    def _children(self, node: _Node) -> tuple[Part, ...]:
        """The parts of a flagged part: a family of looks of its own."""
        if node.depth > DEPTH:
            return ()
        looks = self._looks(node)
        family = adjusted([p for look in looks for p in look.p_values])
        parts, rest = self._segments(node, looks, family, len(family))
        if not parts:
            return ()
        own = Sure.of(rest[None]).p_values()
        return (*ranked(parts), self._part(node.kind, f"elsewhere in {node.stem}", node.segment, rest, own, 1))

    def _mix(self, dimension: int, amounts: Floats, p: Sequence[float], size: int) -> Part:
        name, shifts = self._table.dimensions[dimension], self._shifts(dimension, amounts)
        total = amounts.sum(axis=0)
        kind, shift, label = _named(name, shifts, float(total[0]))
        segment = ((name, shift.value),)
        part = self._part(kind, label, segment, total, p, size)
        everywhere = np.ones(len(amounts), dtype=bool)
        # The effect of the mix is that of all values moving, so it is parted over all cells, not the named value's.
        parts = self._children(_Node(kind, label, segment, amounts, everywhere, 2)) if part.flagged else ()
        return msgspec.structs.replace(part, shifts=shifts, parts=parts)

    def _shifts(self, dimension: int, amounts: Floats) -> tuple[Shift, ...]:
        given = self._table.grouped(amounts[:, :1], dimension)[:, 0]
        rows = self._table.grouped(self._rows.T, dimension)
        amounts = self._table.grouped(self._amounts.T, dimension)
        totals = self._table.grouped(self._table.cells.totals[:, :, 0].T, dimension)
        shares = amounts / amounts.sum(axis=0)
        shifts = [
            Shift(value, int(n[0]), int(n[1]), float(share[0]), float(share[1]), *_means(of, sums), float(part))
            for value, n, of, share, sums, part in zip(
                self._table.names[dimension], rows, amounts, shares, totals, given, strict=True
            )
        ]
        return tuple(sorted(shifts, key=lambda shift: (-abs(shift.amount), shift.value)))

    def _part(
        self,
        kind: Kind,
        label: str,
        segment: Segment,
        replicates: Floats,
        family: Sequence[float],
        size: int,
        dimensions: tuple[str, ...] = (),
    ) -> Part:
        sure = Sure.of(replicates[None])
        low, high = sure.interval(self._level)
        mask = self._table.mask(segment)
        n = self._rows[:, mask].sum(axis=1)
        totals = self._table.cells.totals[:, mask, 0].sum(axis=1)
        mean_before, mean_after = _means(self._amounts[:, mask].sum(axis=1), totals)
        p = family[0] if family else None
        return Part(
            label=label, kind=kind, dimensions=dimensions or tuple(name for name, _ in segment), segment=segment,
            amount=float(replicates[0]), low=low, high=high, p_value=next(iter(sure.p_values()), None), adjusted=p,
            looks=size, flagged=p is not None and p <= self._q, n_before=int(n[0]), n_after=int(n[1]),
            mean_before=mean_before, mean_after=mean_after,
        )  # fmt: skip


def _means(amounts: Floats, totals: Floats) -> tuple[float | None, float | None]:
    before, after = (float(total / of) if of else None for of, total in zip(amounts, totals, strict=True))
    return before, after


def _named(name: str, shifts: Sequence[Shift], total: float) -> tuple[Kind, Shift, str]:
    """The value that a mix is named after: of those that pull its way the largest, but rather one that gained."""
    pulling = [shift for shift in shifts if shift.amount * total > 0] or list(shifts)
    strong = [shift for shift in pulling if abs(shift.amount) >= DOMINANT * abs(pulling[0].amount)]
    shift = min(strong, key=lambda s: (bool(s.n_before), s.share_after <= s.share_before))
    gained = shift.share_after > shift.share_before
    if shift.n_before and shift.n_after:
        return Kind.MIX, shift, f"{'more' if gained else 'less'} {name}={shift.value}"
    moved = abs(shift.share_after - shift.share_before)
    from_to = max(shifts, key=lambda s: (s.share_before - s.share_after) * (1 if gained else -1))
    swapped = abs(from_to.share_after - from_to.share_before) >= SWAP * moved
    kind = Kind.LEFT if shift.n_before else Kind.ENTERED
    values = (shift.value, from_to.value) if shift.n_before else (from_to.value, shift.value)
    return kind, shift, f"{name}: {values[0]} -> {values[1]}" if swapped else f"{name}={shift.value} {kind}"
