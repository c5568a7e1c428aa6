"""Whether a judge changed or what it judges: a frozen set of anchors is judged again and again beside the traffic."""

import math

from helicorder.model.findings import Change, Drift, Drifted
from helicorder.scoring.comparison import Difference
from helicorder.scoring.sequences import FIRST, asymptotic
from helicorder.scoring.statistics import CONFIDENCE, normal_quantile

__all__ = ["FEWEST_ANCHORS", "Drift", "Drifted", "drift"]

FEWEST_ANCHORS = 30


def drift(anchors: Difference, traffic: Difference, *, looks: bool, level: float = CONFIDENCE) -> Drift:
    """Tells a judge that moved from a system that moved.

    The judge moved where the anchors did. The system moved where the traffic's change less the anchors' is surely not
    0; their variances add up, as anchors and traffic share nothing. Traffic that moved while neither shows is not known
    yet: the anchors are too few to say whose change it is.

    After "Who Drifted: the System or the Judge?" (arXiv 2606.15474, 2026), with intervals in place of its thresholds,
    and with the system told by what is left rather than by the traffic: a judge that became harsher over a system that
    became better leaves the traffic still, and both moved.

    With ``looks`` the intervals hold at every look at once (`sequences.asymptotic`), for those who watch day by day.
    Assumes that the anchors' answers are frozen and that the judge errs on traffic as on anchors.

    Args:
        anchors: the same inputs judged before and after, paired.
        traffic: the scores that are seen before and after.
        looks: whether somebody looks again and again.
        level: confidence of each interval.
    """
    judge, seen = _change(anchors, looks, level), _change(traffic, looks, level)
    system = _system(anchors, traffic, judge, seen, level)
    word = _word(judge, seen, system, enough=anchors.n_a >= FEWEST_ANCHORS)
    return Drift(word=word, sentence=_sentence(word, judge, seen, system), judge=judge, traffic=seen, system=system)


def _change(found: Difference, looks: bool, level: float) -> Change:  # noqa: FBT001 -- passed on
    if not looks or found.difference is None or found.standard_error is None:
        return Change(change=found.difference, low=found.low, high=found.high, level=found.level)
    if not found.standard_error:  # every pair moved by as much, or none did
        return Change(change=found.difference, low=found.low, high=found.high, level=found.level)
    n = found.clusters if found.clusters is not None else min(found.n_a, found.n_b)
    reach = asymptotic(found.difference, found.standard_error, n, level)
    low, high = (reach.low, reach.high) if reach else (None, None)
    return Change(change=found.difference, low=low, high=high, level=level)


def _system(anchors: Difference, traffic: Difference, judge: Change, seen: Change, level: float) -> Change:
    """Half widths add up as roots of sums of squares, whether they are of one look or of many."""
    if judge.change is None or seen.change is None:
        return Change(change=None, low=None, high=None, level=level)
    change = seen.change - judge.change
    if judge.high is None or seen.high is None or anchors.standard_error is None or traffic.standard_error is None:
        return Change(change=change, low=None, high=None, level=level)
    reach = math.hypot(judge.high - judge.change, seen.high - seen.change)
    reach = max(reach, normal_quantile(level) * math.hypot(anchors.standard_error, traffic.standard_error))
    return Change(change=change, low=change - reach, high=change + reach, level=level)


def _word(judge: Change, traffic: Change, system: Change, *, enough: bool) -> Drifted:
    if judge.low is None or traffic.low is None or not enough:
        return Drifted.NOT_KNOWN
    if judge.moved:
        return Drifted.BOTH if system.moved else Drifted.JUDGE
    if system.moved:
        return Drifted.SYSTEM
    return Drifted.NOT_KNOWN if traffic.moved else Drifted.NOBODY


def _sentence(word: Drifted, judge: Change, traffic: Change, system: Change) -> str:
    changes = f"(judge {_said(judge)}, traffic {_said(traffic)}, of which the system {_said(system)})."
    if word is Drifted.NOT_KNOWN and judge.low is not None and traffic.moved:
        return f"Not yet known: the traffic moved, and the anchors do not show whether the judge did {changes}"
    if word is Drifted.NOT_KNOWN:
        return (
            f"Not yet known: it takes at least {FEWEST_ANCHORS} anchors judged before and after, and scored traffic; "
            f"{FIRST} independent ones of both for intervals that hold at every look."
        )
    told = {
        Drifted.NOBODY: "No drift seen: neither the anchors nor the traffic moved",
        Drifted.JUDGE: "The judge moved: it scores the same answers otherwise than before",
        Drifted.SYSTEM: "The system moved: the judge scores the same answers as before",
        Drifted.BOTH: "Both moved: the judge, and the system beyond what the judge accounts for",
    }
    return f"{told[word]} {changes}"


def _said(change: Change) -> str:
    if change.change is None:
        return "unknown"
    ends = "" if change.low is None or change.high is None else f" [{change.low:+.3g} to {change.high:+.3g}]"
    return f"{change.change:+.3g}{ends}"
