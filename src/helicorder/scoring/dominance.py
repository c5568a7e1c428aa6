"""Quality, cost and latency beside each other: does one segment beat the other on all of them?"""

from collections.abc import Mapping

import msgspec

from helicorder.scoring.comparison import Difference
from helicorder.scoring.statistics import normal_quantile


class Dominance(msgspec.Struct, frozen=True):
    """Which segment dominates: ``a``, ``b``, or None for a tie; and a sentence."""

    segment: str | None
    sentence: str


def dominance(differences: Mapping[str, Difference], gains: Mapping[str, int]) -> Dominance:
    """Which segment is better on one objective and not worse on any, where the intervals agree.

    ``gains`` is +1 for an objective of which more is better, -1 for one of which less is. The level of each interval is
    shared out over the objectives (Bonferroni, the first step of Holm, Scandinavian Journal of Statistics 6 (1979)), so
    that a false dominance has at most probability alpha. Intervals that overlap 0 are a tie, and are called one.
    """
    known = {name: found for name, found in differences.items() if found.standard_error is not None}
    signs = {name: _sign(found, gains[name], len(known)) for name, found in known.items()}
    better = sorted(name for name, sign in signs.items() if sign > 0)
    worse = sorted(name for name, sign in signs.items() if sign < 0)
    if better and not worse:
        return Dominance("b", f"b is better on {' and '.join(better)}, and not seen to be worse on anything.")
    if worse and not better:
        return Dominance("a", f"a is better on {' and '.join(worse)}, and not seen to be worse on anything.")
    if better and worse:
        return Dominance(None, f"A trade: b is better on {' and '.join(better)}, a on {' and '.join(worse)}.")
    return Dominance(None, "A tie: no objective shows a difference.")


def _sign(found: Difference, gain: int, objectives: int) -> int:
    if found.difference is None or not found.standard_error:
        return 0
    quantile = normal_quantile(1 - (1 - found.level) / objectives)
    if abs(found.difference) <= quantile * found.standard_error:
        return 0
    return gain if found.difference > 0 else -gain
