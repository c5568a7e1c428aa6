"""How much of a bucket has come in: scores may arrive days after the request that they judge.

The delay of a score can be seen only up to the age of its request, so recent requests show their quick scores and hide
their slow ones. The estimator of the delays' distribution for such right-truncated data runs backwards in time.
"""

import bisect
from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

COMPLETE: Final = 0.99
"""From this share on a bucket counts as filled."""

EDGES: Final = tuple(2.0 ** (k / 4) for k in range(93))
"""Upper edges of the bins of delay and of age, in seconds: from 1 s, each 1.19 times the one before, to 97 days.

Bin 0 is below 1 s, bin k from EDGES[k - 1] to below EDGES[k], and bin 93 what is EDGES[-1] or more.
"""


class Delays(msgspec.Struct, frozen=True):
    """The estimated distribution of the delays of scores.

    Attributes:
        n: how many scores it rests on.
        shares: F(EDGES[k]), the share of scores that come within EDGES[k] of their request; None if nothing is known.
    """

    n: int
    shares: tuple[float, ...] | None

    def within(self, age: float) -> float | None:
        """F(age): the share of the scores of requests that old that are in; linear between edges, None if not known.

        Args:
            age: seconds; nothing is in before 0.
        """
        if self.shares is None:
            return None
        return float(np.interp(age, (0.0, *EDGES), (0.0, *self.shares)))

    def of_bucket(self, youngest: float, oldest: float) -> float | None:
        """The mean of F over the ages of a bucket's requests, taken as even over it; None if not known.

        Args:
            youngest: the age of the bucket's end in seconds; 0 for one that still runs.
            oldest: the age of its beginning.

        Raises:
            ValueError: youngest is more than oldest.
        """
        if youngest > oldest:
            raise ValueError("a bucket begins before it ends")
        if self.shares is None or youngest == oldest:
            return self.within(youngest)
        knots = np.array([youngest, *(edge for edge in (0.0, *EDGES) if youngest < edge < oldest), oldest])
        area = np.trapezoid(np.interp(knots, (0.0, *EDGES), (0.0, *self.shares)), knots)
        return float(area / (oldest - youngest))


def still_filling(share: float | None) -> bool:
    """Whether a bucket of that completeness has more to come. Where nothing is known, nothing is promised."""
    return share is None or share < COMPLETE


def delay_bin(seconds: float) -> int:
    """The bin of a delay or an age; a score that came before its request has no delay: bin 0."""
    return bisect.bisect_right(EDGES, max(seconds, 0.0))


def estimate_delays(counts: Mapping[tuple[int, int], int]) -> Delays:
    """The distribution of delays by the product-limit estimator in reverse time, from binned counts.

    F(d) = product over u > d of (1 - D_u / N_u), where D_u counts delays in bin u and N_u delays up to bin u, both
    among requests old enough to show all of bin u (their age lies in a later bin). Lawless, "Adjustments for Reporting
    Delays and the Prediction of Occurred but Not Reported Events", Canadian Journal of Statistics 22 (1994).

    Assumes that delays do not change over time and do not depend on the rate of requests; says nothing of scores slower
    than the oldest request that was counted, and nothing of requests that are never scored. A bin of few scores far out
    moves all of F, so count requests over several times the usual delay.

    Args:
        counts: (bin of the delay, bin of its request's age now) to how many scores, bins by `delay_bin`.

    Raises:
        ValueError: a bin or a count is out of range.
    """
    width = len(EDGES) + 1
    table = np.zeros((width, width), dtype=np.int64)
    for (delay, age), count in counts.items():
        if not (0 <= delay < width and 0 <= age < width and count >= 0):
            raise ValueError(f"no such count: delay {delay}, age {age}, {count} scores")
        table[delay, age] += count
    shares, upto_later_bins = [], 1.0
    known = False
    for u in range(len(EDGES) - 1, -1, -1):
        old_enough = table[:, u + 1 :].sum(axis=1)
        late, seen = int(old_enough[u]), int(old_enough[: u + 1].sum())
        known = known or seen > 0
        shares.append(upto_later_bins)
        upto_later_bins *= 1 - late / seen if seen else 1.0
    return Delays(int(np.triu(table, 1).sum()), tuple(reversed(shares)) if known else None)
