"""Which things people should label next, so that few labels say most about what a judge gets wrong."""

import math
from collections.abc import Sequence

import msgspec

from helicorder.scoring.statistics import CONFIDENCE, normal_quantile

FLOOR = 0.1
"""This share of the labels is drawn evenly, whatever the judge's errors look like: a wrong guess must not hide any."""
_LARGEST_ERROR = 1.0


class Stratum(msgspec.Struct, frozen=True):
    """Things that the judge scored alike.

    Attributes:
        waiting: how many have no label. mean: the judge's mean of these.
        labels, squares: labels so far, and the sum of (people - judge)**2 over them.
    """

    waiting: int
    mean: float
    labels: int
    squares: float


def expected_errors(strata: Sequence[Stratum], *, bounded: bool) -> list[float]:
    """Per stratum the expected (people - judge)**2, smoothed towards what all strata together say by one label.

    Without any label it is the judge's own doubt f (1 - f) where scores lie in 0 to 1 (``bounded``), else 1 for all.
    """
    labels = sum(stratum.labels for stratum in strata)
    if not labels:
        doubts = [stratum.mean * (1 - stratum.mean) if bounded else _LARGEST_ERROR for stratum in strata]
        return doubts if any(doubts) else [_LARGEST_ERROR] * len(strata)
    usual = sum(stratum.squares for stratum in strata) / labels
    return [(stratum.squares + usual) / (stratum.labels + 1) for stratum in strata]


def probabilities(strata: Sequence[Stratum], errors: Sequence[float], budget: float) -> list[float]:
    """Per stratum the probability with which to label each thing that waits; they add up to the budget.

    In proportion to the root of the expected squared error (Neyman, JRSS 97, 1934), which gives the corrected mean the
    least variance for the number of labels; beside an even share of FLOOR; at most 1. As a draw of each thing by itself
    it is the sampling of Zrnic and Candes, "Active Statistical Inference", ICML 2024.

    Raises:
        ValueError: the budget is not positive, or an error is negative.
    """
    waiting = sum(stratum.waiting for stratum in strata)
    if budget <= 0 or any(error < 0 for error in errors):
        raise ValueError("a budget is above 0, and no squared error below it")
    if budget >= waiting:
        return [1.0] * len(strata)
    even = FLOOR * budget / waiting
    roots = [math.sqrt(error) for error in errors]
    if not any(root * stratum.waiting for root, stratum in zip(roots, strata, strict=True)):
        return [budget / waiting] * len(strata)
    return _filled(strata, roots, even, budget)


def _filled(strata: Sequence[Stratum], roots: Sequence[float], even: float, budget: float) -> list[float]:
    """min(1, even + scale * root), with the scale that spends the budget: what is full hands the rest to the others."""
    full: set[int] = set()
    while True:
        rest = [number for number in range(len(strata)) if number not in full]
        spent = sum(strata[number].waiting for number in full) + even * sum(strata[number].waiting for number in rest)
        weight = sum(roots[number] * strata[number].waiting for number in rest)
        scale = (budget - spent) / weight if weight else 0.0
        found = [1.0 if number in full else even + scale * root for number, root in enumerate(roots)]
        over = {number for number in rest if found[number] > 1 and strata[number].waiting}
        if not over:
            return [min(1.0, probability) for probability in found]
        full |= over


def expected_half_width(
    strata: Sequence[Stratum], errors: Sequence[float], chances: Sequence[float], level: float = CONFIDENCE
) -> float:
    """How far the interval of the corrected mean will reach once these labels are in, if errors are as expected.

    z sqrt(sum over strata of N (1 / p) error) / sum of N: the part of the variance that labels can lower, for a draw of
    each thing by itself. The spread of the judge's mean itself comes on top and is small where many things were judged.
    """
    size = sum(stratum.waiting for stratum in strata)
    if not size:
        return 0.0
    spread = sum(
        stratum.waiting * error / chance
        for stratum, error, chance in zip(strata, errors, chances, strict=True)
        if stratum.waiting
    )
    return normal_quantile(level) * math.sqrt(spread) / size
