"""A change of a mean taken apart: how much because the mix of segments changed, how much within segments.

It is accounting, not causation. Each dimension's shares are a factor, and so are the means of the cells; Shapley's
value averages over every order in which the factors could have changed. With one dimension that is Kitagawa's
decomposition.
"""

import math

import msgspec
import numpy as np

from helicorder.model.findings import Kind
from helicorder.scoring.raking import Floats, Incidence, Levels, follow, rake

__all__ = ["Factors", "Kind", "Replicates", "factors", "shapley_matrix"]


def shapley_matrix(factors: int) -> Floats:
    """The matrix that takes the 2**F values of all coalitions to the F Shapley values: (F, 2**F).

    Coalition S stands in column sum of 2**j over j in S. Row j holds (|S| - 1)! (F - |S|)! / F! where S has j and
    -|S|! (F - |S| - 1)! / F! where it has not: Shapley, "A Value for n-Person Games" (1953). The values sum to that of
    all factors minus that of none; as an account of inequality: Shorrocks, Journal of Economic Inequality 11 (2013).
    """
    coalitions = np.arange(1 << factors)
    sizes = np.array([int(s).bit_count() for s in coalitions])
    weights = np.array([1 / (factors * math.comb(factors - 1, s)) for s in range(factors)])
    has = (coalitions >> np.arange(factors)[:, None]) & 1 == 1
    return np.asarray(np.where(has, weights[np.maximum(sizes - 1, 0)], -weights[np.minimum(sizes, factors - 1)]))


class Replicates(msgspec.Struct, frozen=True):
    """Two periods' cells, for the whole sample and again without each of B blocks: R = 1 + B columns, the whole first.

    Attributes:
        levels: what the C cells are.
        n, totals: (2, C, R), rows and sums of scores before and after. No column may lack a period.
    """

    levels: Levels
    n: Floats
    totals: Floats

    def shares(self) -> Floats:
        """(2, C, R), summing to 1 over cells."""
        return np.asarray(self.n / self.n.sum(axis=1, keepdims=True))

    def overall(self) -> Floats:
        """(2, R), the mean of each period."""
        return np.asarray(self.totals.sum(axis=1) / self.n.sum(axis=1))

    def means(self) -> Floats:
        """(2, C, R); a cell of one period only has that period's mean in both, so that it does not change within."""
        own = np.divide(self.totals, self.n, out=np.zeros_like(self.n), where=self.n > 0)
        return np.where(self.n > 0, own, own[::-1])


class Factors(msgspec.Struct, frozen=True):
    """What each factor gives to the change, cell by cell.

    Attributes:
        amounts: (F, C, R): a row for each dimension, then the joint shares if there are two dimensions or more, then
            the means. Summed over cells they are the Shapley values, and over factors as well the change.
        unmet: how many of the raked tables could not be given all margins.
    """

    amounts: Floats
    unmet: int


def factors(cells: Replicates) -> Factors:
    """The Shapley values of a change over each dimension's shares, the joint shares beyond them, and the cells' means.

    The value of a coalition S is the mean of scores where shares are the cell table of the period after if "joint" is
    in S, else of the one before, raked to the margins after for the dimensions in S and before for the others, and
    means are those after if "within" is in S, else before. All factors give the mean after, none that before. With one
    dimension this is Kitagawa's decomposition. Where a level occurs in one period only, the other's table lacks its
    cells: they are taken from the period that has them, and its margin decides how much they weigh.

    Amounts are centred on the average of the two overall means, which changes no sum over cells of a level other than
    the factor's own. For D dimensions 2**(D + 1) tables are raked, so D is to be small: 6 at most.
    """
    count = len(cells.levels.sizes)
    tables = count + (count > 1)
    matrix = shapley_matrix(tables + 1)
    shares, incidence = cells.shares(), cells.levels.incidence()
    margins = np.stack([incidence @ period for period in shares])
    seeds = _seeds(shares, margins[:, :, 0], cells.levels)
    means = cells.means() - cells.overall().mean(axis=0)
    low = np.zeros((tables + 1, *shares.shape[1:]))
    high, unmet, everything = np.zeros_like(low), 0, (1 << tables) - 1
    for coalition in range(everything + 1):
        if coalition in {0, everything}:
            table = shares[int(coalition > 0)]
        else:
            table, met = _table(cells.levels, incidence, seeds, margins, coalition)
            unmet += not met
        for row in range(tables + 1):
            low[row] += matrix[row, coalition] * table
            high[row] += matrix[row, coalition + everything + 1] * table
    return Factors(low * means[0] + high * means[1], unmet)


def _seeds(shares: Floats, margins: Floats, levels: Levels) -> Floats:
    seeds = shares.copy()
    for period in (0, 1):
        parts = levels.parts(margins[period]) if levels.sizes else []
        absent = np.zeros(shares.shape[1], dtype=bool)
        for codes, margin in zip(levels.codes, parts, strict=True):
            absent |= margin[codes] <= 0
        seeds[period, absent] = shares[1 - period, absent]
    return seeds


def _table(levels: Levels, incidence: Incidence, seeds: Floats, margins: Floats, coalition: int) -> tuple[Floats, bool]:
    count = len(levels.sizes)
    seed = seeds[coalition >> count & 1]
    after = np.repeat([coalition >> j & 1 for j in range(count)], levels.sizes)
    wanted = np.where(after[:, None], margins[1], margins[0])
    raked = rake(seed[:, 0], levels, wanted[:, 0])
    others = follow(raked, seed[:, 0], incidence, seed[:, 1:], wanted)
    return np.column_stack([raked.table, others]), raked.met
