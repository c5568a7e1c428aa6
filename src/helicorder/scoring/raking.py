"""Raking: a table of shares made to have given margins, with as little else changed as can be.

Raking keeps the odds ratios of the table it starts from, so it answers "the same traffic, but with the languages of
last week". Tables are sparse: a list of the cells that occur, each with a level in every dimension.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve

TOLERANCE = 1e-12
SWEEPS = 1000
COMPROMISES = 300
FLOOR = 1e-12
STEPS = 3
STRIDE = 2.0  # a step multiplies a cell by no more than e**2, so that none can run away

Floats = NDArray[np.float64]
Incidence = sparse.csr_array


class Levels(msgspec.Struct, frozen=True):
    """Which level each of C cells has in each of D dimensions; levels are numbered through all dimensions, K in all.

    Attributes:
        codes: (D, C), the level of a cell within the dimension, from 0.
        sizes: how many levels each dimension has.
    """

    codes: NDArray[np.intp]
    sizes: tuple[int, ...]

    def incidence(self) -> Incidence:
        """(K, C), 1 where the cell has the level; times a table of shares it gives all margins."""
        dimensions, cells = self.codes.shape
        starts = np.cumsum([0, *self.sizes])[:dimensions]
        rows = (self.codes + starts[:, None]).ravel()
        columns = np.tile(np.arange(cells), dimensions)
        return sparse.csr_array((np.ones(rows.size), (rows, columns)), shape=(sum(self.sizes), cells))

    def parts(self, margins: Floats) -> list[Floats]:
        """Margins of K numbers cut into one piece per dimension."""
        return np.split(margins, np.cumsum(self.sizes)[:-1])


class Raked(msgspec.Struct, frozen=True):
    """A raked table.

    Attributes:
        table: (C,) shares that sum to 1.
        met: whether it has the margins; where cells are empty no table may have them all.
        sweeps: passes over all dimensions that it took.
    """

    table: Floats
    met: bool
    sweeps: int


def rake(seed: Floats, levels: Levels, margins: Floats) -> Raked:
    """The table with the odds ratios of the seed and these margins: iterative proportional fitting.

    Deming and Stephan, Annals of Mathematical Statistics 11 (1940); where margins can be met the limit is unique and of
    all tables with them nearest to the seed in relative entropy (Csiszar, Annals of Probability 3, 1975). Empty cells
    stay empty. Where empty cells leave no table with all margins, the answer is the compromise whose margins are
    nearest to the wanted ones in summed relative entropy, by simultaneous scaling (Darroch and Ratcliff, AMS 43, 1972;
    its limit for inconsistent margins: Byrne, IEEE Trans. Image Processing 2, 1993). Neither depends on the order of
    dimensions, up to the tolerance of 1e-12.

    Args:
        seed: (C,) from 0 on, with a positive sum.
        levels: what the cells are.
        margins: (K,), each dimension's shares summing to 1.

    Raises:
        ValueError: an empty seed, or a length that does not fit.
    """
    if seed.shape != levels.codes.shape[1:] or margins.shape != (sum(levels.sizes),):
        raise ValueError("seed and margins do not fit the levels")
    if not seed.sum() > 0 or seed.min() < 0:
        raise ValueError("a seed is a table of shares from 0 on, not all of them 0")
    wanted = levels.parts(margins) if levels.sizes else []
    table = seed / seed.sum()
    for sweep in range(SWEEPS):
        gap = 0.0
        for codes, target in zip(levels.codes, wanted, strict=True):
            present = np.bincount(codes, table, target.size)
            gap = max(gap, float(np.abs(present - target).max()))
            table = table * np.divide(target, present, out=np.zeros_like(target), where=present > 0)[codes]
        if gap <= TOLERANCE:
            return Raked(table, met=True, sweeps=sweep + 1)
        if not table.any() or (sweep % 10 == 9 and _stuck(table, levels, wanted)):  # noqa: PLR2004 -- now and then
            break
    return _compromise(seed / seed.sum(), levels, wanted)


def _stuck(table: Floats, levels: Levels, wanted: list[Floats]) -> bool:
    """Whether a level that should have a share has lost all its cells."""
    return any(
        bool(np.any((np.bincount(codes, table, target.size) <= FLOOR * target) & (target > 0)))
        for codes, target in zip(levels.codes, wanted, strict=True)
    )


def _compromise(table: Floats, levels: Levels, wanted: list[Floats]) -> Raked:
    for sweep in range(COMPROMISES):
        scale = np.zeros_like(table)
        for codes, target in zip(levels.codes, wanted, strict=True):
            present = np.bincount(codes, table, target.size)
            # A share of 0 is approached, not set: a cell may be unwanted in one dimension and needed in another.
            ratio = np.maximum(target, FLOOR) / np.maximum(present, FLOOR * FLOOR)
            scale += np.log(ratio)[codes]
        moved = table * np.exp(scale / len(wanted))
        moved /= moved.sum()
        if np.abs(moved - table).max() <= TOLERANCE:
            return Raked(moved, met=False, sweeps=SWEEPS + sweep + 1)
        table = moved
    return Raked(table, met=False, sweeps=SWEEPS + COMPROMISES)


def follow(raked: Raked, seed: Floats, incidence: Incidence, seeds: Floats, margins: Floats) -> Floats:
    """Many tables raked at once that are all near one that has been: (C, R), each column summing to 1.

    From the factors that solved the one, Newton's steps with its matrix take the others' margins to theirs. As the
    others are near, three steps leave errors far below the differences between them. Meant for a jackknife.

    Args:
        raked: `rake` of the seed with the first column of the margins.
        seed: (C,), where it started.
        incidence: `Levels.incidence`.
        seeds: (C, R), where the others start; 0 wherever the seed is.
        margins: (K, 1 + R), of the one and of the others.
    """
    if not incidence.shape[0]:
        return np.asarray(seeds / seeds.sum(axis=0))
    table = raked.table
    factors = np.divide(table, seed, out=np.zeros_like(table), where=seed > 0)
    tables = seeds * factors[:, None]
    # What margins lack at the solution, where they cannot be met, the others may lack as well.
    wanted = margins[:, 1:] - (margins[:, 0] - incidence @ table)[:, None]
    matrix = (incidence.multiply(table) @ incidence.T).toarray()
    # Each dimension's shares sum to 1, so all but the first have a level too many: a ridge picks one of the solutions.
    factor = cho_factor(matrix + 1e-10 * np.eye(len(matrix)))
    for _ in range(STEPS):
        tables = tables * np.exp(np.clip(incidence.T @ cho_solve(factor, wanted - incidence @ tables), -STRIDE, STRIDE))
    sums = tables.sum(axis=0)
    # A table that the steps drove to nothing has nowhere to go: it stays where it started.
    return np.asarray(np.where(sums > 0, np.divide(tables, sums, out=np.zeros_like(tables), where=sums > 0), seeds))
