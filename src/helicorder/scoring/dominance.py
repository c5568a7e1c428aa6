"""Quality, cost and latency beside each other: does one segment beat the other on all of them?"""

from collections.abc import Mapping

import msgspec

from helicorder.model.findings import Difference, Dominance

__all__ = ["Dominance", "Objective", "dominance"]


class Objective(msgspec.Struct, frozen=True):
    """One thing that matters.

    Attributes:
        difference: b - a.
        gain: +1 where more is better, -1 where less is, 0 where neither: then it decides nothing.
        margin: by how much a segment may be worse and still count as good as the other.
    """

    difference: Difference
    gain: int
    margin: float = 0.0


def dominance(objectives: Mapping[str, Objective]) -> Dominance:
    """Which segment is surely better on one objective and surely not worse, beyond its margin, on every other.

    Better: the interval is off 0 and the p-value is at most alpha over the number of objectives (Bonferroni, the first
    step of Holm, Scandinavian Journal of Statistics 6 (1979)), so that among equals a false dominance has at most
    probability alpha. Not worse: the interval does not reach beyond the margin (non-inferiority; that it must hold for
    all needs no correction: Berger, "Multiparameter Hypothesis Testing and Acceptance Sampling", Technometrics 24
    (1982)). So a difference that few scores leave open is no dominance. Objectives without an interval are left out,
    and named.
    """
    known = {name: one for name, one in objectives.items() if one.gain and one.difference.p_value is not None}
    missing = sorted(name for name, one in objectives.items() if one.gain and name not in known)
    better = {name: _better(one, len(known)) for name, one in known.items()}
    for_b = sorted(name for name, sign in better.items() if sign > 0)
    for_a = sorted(name for name, sign in better.items() if sign < 0)
    open_for_b = sorted(name for name, one in known.items() if not _holds(one, one.gain))
    open_for_a = sorted(name for name, one in known.items() if not _holds(one, -one.gain))
    if for_a and for_b:
        return Dominance(None, f"A trade: b is better on {_and(for_b)}, a on {_and(for_a)}.")
    if not for_a and not for_b:
        return Dominance(None, "A tie: no objective shows a difference.")
    segment, on, unsure = ("b", for_b, open_for_b) if for_b else ("a", for_a, open_for_a)
    if unsure:
        return Dominance(None, f"{segment} is better on {_and(on)}, and may be worse on {_and(unsure)}: no dominance.")
    rest = "surely no worse on anything else" if len(known) > 1 else "nothing else is known"
    unknown = f"; {_and(missing)} not known" if missing and len(known) > 1 else ""
    return Dominance(segment, f"{segment} is better on {_and(on)}, {rest}{unknown}.")


def _better(one: Objective, objectives: int) -> int:
    """+1 where b is surely better, -1 where a is, else 0."""
    found = one.difference
    if found.low is None or found.high is None or found.p_value is None or found.low <= 0 <= found.high:
        return 0
    if found.p_value > (1 - found.level) / objectives:
        return 0
    return one.gain if found.low > 0 else -one.gain


def _holds(one: Objective, gain: int) -> bool:
    """Whether a segment whose gain this is is surely not worse than the other by more than the margin."""
    low, high = one.difference.low, one.difference.high
    if low is None or high is None:
        return False
    return (low if gain > 0 else -high) >= -one.margin


def _and(names: list[str]) -> str:
    return " and ".join(names)
