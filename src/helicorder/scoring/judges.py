"""What a judge model's mean would be if people had judged instead, from a few labels of theirs.

A judge is cheap and has its own taste; people are right by definition here, and few. From things that both judged
follows how far the judge is off on average, and that is taken off the judge's mean over everything.
"""

import math
from fractions import Fraction
from typing import Final

import msgspec

from helicorder.model.findings import Correction, Mean
from helicorder.scoring.estimates import FEW
from helicorder.scoring.gram import Gram
from helicorder.scoring.statistics import CONFIDENCE, checked_level, student_quantile

__all__ = [
    "FEWEST_DISAGREEMENTS",
    "Correction",
    "Labelled",
    "Mean",
    "Vector",
    "bias",
    "human_mean",
    "ppi",
    "raw_mean",
]

_U, _UF, _W, _WY, _WF = range(5)
FEWEST_DISAGREEMENTS: Final = 5
"""Fewer labels than this that differ from the judge, and their spread is not known well enough for its interval."""


class Labelled(msgspec.Struct, frozen=True, kw_only=True):
    """Exact sums over what the judge judged, part of which people labelled.

    Attributes:
        judged, labels: how many things.
        gram: over clusters, of (u, u f, w, w y, w f): u is 1 / the probability with which the judge was asked, w the
            same for things with a label, over the label's own probability; f is the judge's value, y people's.
        labelled_clusters: clusters that hold a label.
        drawn: labels that came with the probability with which they were drawn.
        differ: booleans only: how many labels say another thing than the judge.
    """

    judged: int
    labels: int
    gram: Gram
    labelled_clusters: int
    drawn: int = 0
    differ: int = 0


Vector = tuple[Fraction, ...]


class _Function(msgspec.Struct, frozen=True):
    """A smooth function of the totals: its value, and its gradient there."""

    value: Fraction
    gradient: Vector


def raw_mean(seen: Labelled, *, is_rate: bool, level: float = CONFIDENCE) -> Mean:
    """The judge's own mean, as if it were right: weighted, with the interval of its clusters."""
    if not seen.judged:
        return Mean(level=level)
    total = seen.gram.totals
    found = _Function(total[_UF] / total[_U], _slope(total, _U, _UF))
    return _framed(found, seen.gram, n=seen.judged, clusters=seen.gram.groups, level=level, is_rate=is_rate)


def human_mean(seen: Labelled, *, is_rate: bool, level: float = CONFIDENCE) -> Mean:
    """People's mean over what they labelled, each label weighted by the inverse of its probability."""
    if not seen.labels:
        return Mean(level=level)
    total = seen.gram.totals
    found = _Function(total[_WY] / total[_W], _slope(total, _W, _WY))
    return _framed(found, seen.gram, n=seen.labels, clusters=seen.labelled_clusters, level=level, is_rate=is_rate)


def bias(seen: Labelled, *, level: float = CONFIDENCE) -> Mean:
    """How much higher the judge scores than people, on the same things."""
    if not seen.labels:
        return Mean(level=level)
    total = seen.gram.totals
    gradient = _plus(_slope(total, _W, _WF), _slope(total, _W, _WY), Fraction(-1))
    found = _Function((total[_WF] - total[_WY]) / total[_W], gradient)
    return _framed(found, seen.gram, n=seen.labels, clusters=seen.labelled_clusters, level=level)


def ppi(seen: Labelled, *, is_rate: bool, level: float = CONFIDENCE, tuning: Fraction | None = None) -> Mean:
    """The judge's mean with its bias taken off, where labels were drawn from this very traffic.

    tuning * mean(f) + mean over labels of (y - tuning * f): Angelopoulos, Duchi and Zrnic, "PPI++: Efficient
    Prediction-Powered Inference", arXiv 2311.01453 (2023), with labels of unequal known probability as in the survey
    difference estimator (Sarndal, Swensson and Wretman, Model Assisted Survey Sampling, 1992, section 6.3) and
    active inference (Zrnic and Candes, ICML 2024). Labelled things are part of what the judge judged, so the two means
    hang together; the variance over clusters by the delta method (`Gram.variance`) knows that. ``tuning`` is by default
    the one with the least variance, cut to 0 to 1. Student's quantile with one less than the clusters that hold labels.

    Labels that were picked by hand, or that nobody drew, void it. Below 30 labels it warns, and with fewer than 5
    labels that differ from the judge as well.
    """
    checked_level(level)
    if not seen.labels:
        return Mean(level=level, warning="no labels: uncorrected")
    total = seen.gram.totals
    people, judge = _slope(total, _W, _WY), _plus(_slope(total, _U, _UF), _slope(total, _W, _WF), Fraction(-1))
    if tuning is None:
        tuning = _best_tuning(seen.gram, people, judge)
    difference = total[_UF] / total[_U] - total[_WF] / total[_W]
    found = _Function(total[_WY] / total[_W] + tuning * difference, _plus(people, judge, tuning))
    mean = _framed(found, seen.gram, n=seen.judged, clusters=seen.labelled_clusters, level=level, is_rate=is_rate)
    warning = mean.warning or _warning(seen, is_rate=is_rate)
    return msgspec.structs.replace(mean, method=Correction.PPI, tuning=float(tuning), warning=warning)


def _best_tuning(gram: Gram, people: Vector, judge: Vector) -> Fraction:
    """-Cov(people, judge) / Var(judge), cut to 0 to 1; people alone where the judge adds nothing."""
    if gram.groups < 2:  # noqa: PLR2004 -- two is the least that can differ
        return Fraction()
    of_judge = gram.exact_variance(judge)
    if not of_judge:
        return Fraction()
    both = gram.exact_variance(_plus(people, judge, Fraction(1)))
    covariance = (both - gram.exact_variance(people) - of_judge) / 2
    best = min(max(-covariance / of_judge, Fraction()), Fraction(1))
    return Fraction(round(best * 10**6), 10**6)


def _slope(totals: Vector, size: int, total: int) -> Vector:
    """The gradient of the mean totals[total] / totals[size]."""
    gradient = [Fraction()] * len(totals)
    gradient[total] = 1 / totals[size]
    gradient[size] = -totals[total] / totals[size] ** 2
    return tuple(gradient)


def _plus(one: Vector, other: Vector, times: Fraction) -> Vector:
    return tuple(a + times * b for a, b in zip(one, other, strict=True))


def _framed(found: _Function, gram: Gram, *, n: int, clusters: int, level: float, is_rate: bool = False) -> Mean:
    """Student's interval with one less than ``clusters``; that of a rate is cut to 0 to 1."""
    ends = (0.0, 1.0) if is_rate else (-math.inf, math.inf)
    value = float(found.value)
    mean = Mean(mean=min(max(value, ends[0]), ends[1]), n=n, level=level)
    if clusters < 2:  # noqa: PLR2004 -- two is the least that can differ
        return msgspec.structs.replace(mean, warning="no interval: nothing to compare with")
    error = math.sqrt(gram.variance(found.gradient))
    reach = student_quantile(clusters - 1, level) * error
    low, high = max(value - reach, ends[0]), min(value + reach, ends[1])
    return msgspec.structs.replace(mean, low=low, high=high, standard_error=error)


def _warning(seen: Labelled, *, is_rate: bool) -> str | None:
    if seen.labels < FEW:
        return f"fewer than {FEW} labels"
    if seen.drawn < seen.labels:
        return f"{seen.labels - seen.drawn} labels without an inclusion probability: taken as drawn evenly"
    if is_rate and seen.differ < FEWEST_DISAGREEMENTS:
        return f"fewer than {FEWEST_DISAGREEMENTS} labels differ from the judge: the interval may be too narrow"
    return None
