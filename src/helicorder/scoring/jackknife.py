"""How sure a number is, from the same number without each of some blocks in turn.

A block is a hash of the cluster (session, user) into some 40 numbers, so what hangs together goes together. It serves
any smooth function of sums, where the delta method would have to be worked out for each.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from helicorder.scoring.statistics import student_quantile

NOISE = 1e-12
Floats = NDArray[np.float64]


class Sure(msgspec.Struct, frozen=True):
    """K amounts with their standard errors; no errors where there are no blocks."""

    amounts: Floats
    errors: Floats | None
    freedom: int

    @classmethod
    def of(cls, replicates: Floats) -> "Sure":
        """From (K, 1 + B) values, for the whole and without each block: the delete-a-group jackknife.

        V = (B - 1) / B * sum over blocks of (value without it - their average)**2; Shao and Tu, The Jackknife and
        Bootstrap (1995), section 2.3; Kott, "The Delete-a-Group Jackknife", Journal of Official Statistics 17 (2001).
        """
        whole, others = replicates[:, 0], replicates[:, 1:]
        blocks = others.shape[1]
        if not blocks:
            return cls(whole, None, 0)
        apart = others - others.mean(axis=1, keepdims=True)
        return cls(whole, np.sqrt((apart**2).sum(axis=1) * (blocks - 1) / blocks), blocks - 1)

    def p_values(self) -> list[float]:
        """Two-sided, of amounts of 0, by Student's t; 1 for amounts that are only rounding, empty without blocks."""
        if self.errors is None:
            return []
        sizes = np.abs(self.amounts)
        scaled = np.divide(sizes, self.errors, out=np.full_like(sizes, np.inf), where=self.errors > NOISE)
        return [float(p) for p in np.where(sizes > NOISE, 2 * stdtr(self.freedom, -scaled), 1.0)]

    def interval(self, level: float) -> tuple[float | None, float | None]:
        """Of the first amount, by Student's t."""
        if self.errors is None:
            return None, None
        reach = student_quantile(self.freedom, level) * float(self.errors[0])
        return float(self.amounts[0]) - reach, float(self.amounts[0]) + reach


def without_each(blocks: Floats) -> Floats:
    """Sums by block, (B, ...), into those of all blocks and of all but each in turn: (1 + B, ...)."""
    whole = blocks.sum(axis=0, keepdims=True)
    return np.concatenate([whole, whole - blocks])
