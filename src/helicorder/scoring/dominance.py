"""Quality, cost and latency beside each other: does one segment beat the other on all of them?"""

from collections.abc import Mapping

from helicorder.model.findings import Dominance
from helicorder.scoring.comparison import Difference

__all__ = ["Dominance", "dominance"]


def dominance(differences: Mapping[str, Difference], gains: Mapping[str, int]) -> Dominance:
    """Which segment is better on one objective and not worse on any, where the intervals agree.

    ``gains`` is +1 for an objective of which more is better, -1 for one of which less is. The level of each interval is
    shared out over the objectives (Bonferroni, the first step of Holm, Scandinavian Journal of Statistics 6 (1979)), so
    that a false dominance has at most probability alpha: an objective counts where its interval is off 0 and its
    p-value is at most alpha over the objectives. Intervals that overlap 0 are a tie, and are called one. An objective
    with a gain of 0 is neither better nor worse.
    """
    known = {name: found for name, found in differences.items() if found.p_value is not None}
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
    if found.low is None or found.high is None or found.p_value is None or found.low <= 0 <= found.high:
        return 0
    if found.p_value > (1 - found.level) / objectives:
        return 0
    return gain if found.low > 0 else -gain
