"""The sums that a bisection needs, in one table: how many rows of each kind, and what they score, before and after.

One SQL statement gives them: rows and the sum of their scores by period, by value in each dimension, and by block.
A block is a hash of the cluster (session, user) into some 40 numbers; leaving out one at a time gives the intervals.
"""

from collections.abc import Sequence
from fractions import Fraction

import msgspec
import numpy as np
from numpy.typing import NDArray

from helicorder.scoring.decomposition import Replicates
from helicorder.scoring.raking import Floats, Levels

DIMENSIONS = 6
MINIMUM = 30
SMALLEST_CELL = 5
TRACE = 0.1
OTHER = "other"

Codes = NDArray[np.intp]


class Tally(msgspec.Struct, frozen=True):
    """Rows that have the same value in every dimension, the same period and the same block.

    Attributes:
        values: one per dimension.
        period: 0 before, 1 after.
        total: the sum of their scores.
        block: any number; all rows of a cluster must have the same.
        weight: what the rows stand for, where they were drawn with unequal probabilities: the sum of 1 / probability;
            ``total`` is then weighted too. None: each stands for itself.
    """

    values: tuple[str, ...]
    period: int
    n: int
    total: Fraction | int | float
    block: int = 0
    weight: Fraction | int | float | None = None


class Table(msgspec.Struct, frozen=True):
    """All rows by cell, where a cell is one value in each dimension that varies.

    Attributes:
        dimensions: those with two values or more. names: their values, in the order of the levels' codes.
        constant: the others.
        cells: R = 1 + blocks, or R = 1 where nothing can be left out; their n is what the rows stand for.
        rows: (2, C), how many rows there are.
        pooled: how many rows had a value replaced by ``other``.
    """

    dimensions: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    constant: tuple[str, ...]
    cells: Replicates
    rows: Floats
    pooled: int

    @property
    def blocks(self) -> int:
        """How many blocks are left out in turn, 0 for none."""
        return int(self.cells.n.shape[2]) - 1

    def grouped(self, amounts: Floats, dimension: int) -> Floats:
        """(C, ...) summed over the cells of each value of a dimension: (K, ...)."""
        sums = np.zeros((len(self.names[dimension]), *amounts.shape[1:]))
        np.add.at(sums, self.cells.levels.codes[dimension], amounts)
        return sums

    def mask(self, segment: Sequence[tuple[str, str]]) -> NDArray[np.bool_]:
        """(C,): the cells that have all these values."""
        held = np.ones(self.cells.n.shape[1], dtype=bool)
        for name, value in segment:
            dimension = self.dimensions.index(name)
            held &= self.cells.levels.codes[dimension] == self.names[dimension].index(value)
        return held


def tabulate(tallies: Sequence[Tally], dimensions: Sequence[str], minimum: int = MINIMUM) -> Table:
    """The table of the tallies, in any order, with what is too small to be told apart pooled as ``other``.

    Pooled are: a value with fewer rows than the minimum in both periods together; in one period, a value with fewer
    rows than that which are also less than a tenth of its share in the other, so that a canary's few rows do not hide
    that a version is new; and cells of fewer than 5 rows, wholly. Every row still counts.

    Raises:
        ValueError: more than 6 dimensions, or two of one name; a tally of another width, of an unknown period or with
            negative n; a period without rows.
    """
    _check(tallies, dimensions)
    present = sorted({tally.values for tally in tallies})
    place = {values: i for i, values in enumerate(present)}
    blocks = {block: i for i, block in enumerate(sorted({tally.block for tally in tallies}))}
    shape = (2, len(present), len(blocks))
    index = np.ravel_multi_index(
        np.array([(t.period, place[t.values], blocks[t.block]) for t in tallies]).T, shape
    )  # fmt: skip
    size = 2 * len(present) * len(blocks)
    amounts = [(t.n, float(t.n if t.weight is None else t.weight), float(t.total)) for t in tallies]
    columns = np.array(amounts, float).T
    sums = np.stack([np.asarray(np.bincount(index, of, size), float) for of in columns]).reshape(3, *shape)
    if not sums[0].sum(axis=(1, 2)).all():
        raise ValueError("a period without rows")
    names = [sorted({values[d] for values in present} | {OTHER}) for d in range(len(dimensions))]
    lookup = [{name: i for i, name in enumerate(levels)} for levels in names]
    codes = np.array([[lookup[d][values[d]] for values in present] for d in range(len(names))], dtype=np.intp)
    return _assembled(dimensions, names, codes.reshape(len(names), len(present)), sums, minimum)


def _check(tallies: Sequence[Tally], dimensions: Sequence[str]) -> None:
    if len(dimensions) > DIMENSIONS or len(set(dimensions)) != len(dimensions):
        raise ValueError(f"at most {DIMENSIONS} dimensions, each of its own name")
    if any(len(t.values) != len(dimensions) or t.period not in {0, 1} or t.n < 0 for t in tallies):
        raise ValueError("a tally has a value per dimension, period 0 or 1, and rows from 0 on")
    if any(t.weight is not None and (t.weight > 0) != (t.n > 0) for t in tallies):
        raise ValueError("rows weigh something, and no rows nothing")
    if not tallies:
        raise ValueError("a period without rows")


def _assembled(dimensions: Sequence[str], names: list[list[str]], codes: Codes, sums: Floats, minimum: int) -> Table:
    """Pools values, then cells, and leaves out blocks; sums are (3, 2, C, B): rows, what they stand for, totals."""
    others = np.array([levels.index(OTHER) for levels in names], dtype=np.intp)
    rows = sums[0].sum(axis=2)
    kept = np.stack([codes, codes])
    for d in range(len(names)):
        _pool_values(kept[:, d], rows, others[d], minimum)
    moved = (kept != codes).any(axis=1) if names else np.zeros_like(rows, dtype=bool)
    flat = kept.transpose(1, 0, 2).reshape(len(names), -1)
    cells, inverse = _distinct(flat)
    small = np.bincount(inverse, rows.ravel(), cells.shape[1]) < SMALLEST_CELL
    wholly = small[inverse] & (flat != others[:, None]).any(axis=0) if names else np.zeros(inverse.size, dtype=bool)
    pooled = int(rows.ravel()[moved.ravel() | wholly].sum())
    cells, inverse = _distinct(np.where(small[inverse], others[:, None], flat))
    gathered = [_gathered(sum_, inverse, cells.shape[1]) for sum_ in sums]
    n, totals = (_left_out(sum_) for sum_ in gathered[1:])
    if not _left_out(gathered[0]).sum(axis=1).all():
        # Without one of the blocks a period would be empty.
        n, totals = n[:, :, :1], totals[:, :, :1]
    replicates = Replicates(Levels(cells, ()), n, totals)
    return _varying(dimensions, names, replicates, gathered[0].sum(axis=2), pooled)


def _pool_values(codes: Codes, rows: Floats, other: int, minimum: int) -> None:
    """Replaces rare values by the other one; codes and rows are (2, C)."""
    counts = np.stack([np.bincount(codes[t], rows[t], int(codes.max()) + 1) for t in (0, 1)])
    shares = counts / counts.sum(axis=1, keepdims=True)
    rare = counts.sum(axis=0) < minimum
    trace = (counts < minimum) & (shares < TRACE * shares[::-1])
    for period in (0, 1):
        codes[period] = np.where((rare | trace[period])[codes[period]], other, codes[period])


def _distinct(codes: Codes) -> tuple[Codes, NDArray[np.intp]]:
    if not len(codes):
        return codes[:, :1], np.zeros(codes.shape[1], dtype=np.intp)
    cells, inverse = np.unique(codes, axis=1, return_inverse=True)
    return cells, inverse.ravel()


def _gathered(sums: Floats, inverse: NDArray[np.intp], cells: int) -> Floats:
    """(2, old cells, B) summed into (2, new cells, B), where inverse numbers both periods' old cells."""
    gathered = np.zeros((2, cells, sums.shape[2]))
    for period, place in enumerate(inverse.reshape(2, -1)):
        np.add.at(gathered[period], place, sums[period])
    return gathered


def _left_out(sums: Floats) -> Floats:
    """(2, C, B) by block into the whole and what remains without each block: (2, C, 1 + B), or (2, C, 1) for B = 1."""
    whole = sums.sum(axis=2, keepdims=True)
    return whole if sums.shape[2] == 1 else np.concatenate([whole, whole - sums], axis=2)


def _varying(dimensions: Sequence[str], names: list[list[str]], cells: Replicates, rows: Floats, pooled: int) -> Table:
    """Keeps the dimensions with two values or more, and the values that occur in a cell with rows."""
    filled = rows.sum(axis=0) > 0
    kept, found, renamed = [], [], []
    for d, levels in enumerate(names):
        used, inverse = np.unique(cells.levels.codes[d, filled], return_inverse=True)
        if len(used) > 1:
            kept.append(d)
            found.append(inverse)
            renamed.append(tuple(levels[i] for i in used))
    width = int(filled.sum())
    levels_kept = Levels(np.array(found, dtype=np.intp).reshape(len(kept), width), tuple(len(n) for n in renamed))
    n, totals, rows = cells.n[:, filled], cells.totals[:, filled], rows[:, filled]
    if not kept:
        n, totals, rows = (of.sum(axis=1, keepdims=True) for of in (n, totals, rows))
        levels_kept = Levels(np.zeros((0, 1), dtype=np.intp), ())
    return Table(
        tuple(dimensions[d] for d in kept), tuple(renamed),
        tuple(name for d, name in enumerate(dimensions) if d not in kept), Replicates(levels_kept, n, totals), rows,
        pooled,
    )  # fmt: skip
