"""The true pass rate behind that of a judge who errs, from how often it errs on passes and on fails."""

import math

import msgspec

from helicorder.scoring.estimates import FEW
from helicorder.scoring.judges import Correction, Mean
from helicorder.scoring.statistics import CONFIDENCE, normal_quantile


class Weight(msgspec.Struct, frozen=True):
    """Labels of one kind: the sum of their weights, 1 / the probability of each to be drawn, and of their squares."""

    total: float = 0.0
    squares: float = 0.0


Table = tuple[Weight, Weight, Weight, Weight]


class Share(msgspec.Struct, frozen=True):
    """A share, and how many independent labels, drawn alike, would tell it as well."""

    value: float
    n: float


class Verdicts(msgspec.Struct, frozen=True):
    """Labels by what judge and people said. Where people disagree about a thing, its weight is parted by their shares.

    Attributes:
        table: what both pass, the judge alone, people alone, and nobody.
        labels: how many there are.
    """

    table: Table
    labels: int

    @classmethod
    def counted(cls, hits: int, false_alarms: int, misses: int, rejections: int) -> "Verdicts":
        """Labels that were all drawn alike, by their numbers."""
        a, b, c, d = (Weight(n, n) for n in (hits, false_alarms, misses, rejections))
        return cls((a, b, c, d), hits + false_alarms + misses + rejections)

    @property
    def sensitivity(self) -> Share | None:
        """The share of what people pass that the judge passes; None where they pass nothing."""
        return _share(self.table[0], self.table[2])

    @property
    def specificity(self) -> Share | None:
        """The share of what people fail that the judge fails; None where they fail nothing."""
        return _share(self.table[3], self.table[1])


def _share(right: Weight, wrong: Weight) -> Share | None:
    """The Hajek share with the size that its linearised variance amounts to; Kish's size where that is 0."""
    whole = right.total + wrong.total
    if not whole:
        return None
    value = right.total / whole
    variance = (right.squares * (1 - value) ** 2 + wrong.squares * value**2) / whole**2
    kish = whole**2 / (right.squares + wrong.squares)
    return Share(value, value * (1 - value) / variance if variance else kish)


def rogan_gladen(passed: float, judged: float, labels: Verdicts, level: float = CONFIDENCE) -> Mean:
    """The true pass rate behind a judge's, where its mistakes are known from labels of other traffic.

    (q + sp - 1) / (se + sp - 1), cut to 0 to 1: Rogan and Gladen, "Estimating Prevalence from the Results of a
    Screening Test", American Journal of Epidemiology 107 (1978); the interval is that of Lang and Reiczigel,
    "Confidence Limits for Prevalence of Disease Adjusted for Estimated Sensitivity and Specificity", Preventive
    Veterinary Medicine 113 (2014). Assumes that the judge errs as often there as here, on passes and on fails each.

    Labels that were drawn by what the judge said, as plans of labels draw them, are weighed by the inverse of their
    probabilities. Unweighed they would tell of the draw: Begg and Greenes, "Assessment of Diagnostic Tests when Disease
    Verification is Subject to Selection Bias", Biometrics 39 (1983). Takes the labels as independent of one another.

    Args:
        passed: the judge's pass rate, 0 to 1.
        judged: of how many, an effective number where they are not independent.
        labels: what judge and people said of the same things.
        level: confidence.

    The answer has no mean where the judge may be no better than chance: there the interval of se + sp - 1 holds 0.
    """
    z, n = normal_quantile(level), int(judged)
    sensitivity, specificity = labels.sensitivity, labels.specificity
    if sensitivity is None or specificity is None or not n:
        return Mean(n=n, level=level, warning="labels of passes and of fails are both needed: uncorrected")
    youden = sensitivity.value + specificity.value - 1
    reach = z * math.sqrt(sum(one.value * (1 - one.value) / one.n for one in (sensitivity, specificity)))
    if youden - reach <= 0:
        return Mean(n=n, level=level, warning="the judge may be no better than chance: uncorrected")
    low, high, error = _lang_reiczigel(passed, judged, sensitivity, specificity, z)
    return Mean(
        mean=_clipped((passed + specificity.value - 1) / youden), low=_clipped(low), high=_clipped(high),
        standard_error=error, n=n, method=Correction.ROGAN_GLADEN, level=level,
        warning=f"fewer than {FEW} labels" if labels.labels < FEW else None,
    )  # fmt: skip


def _lang_reiczigel(
    passed: float, judged: float, sensitive: Share, specific: Share, z: float
) -> tuple[float, float, float]:
    """(low, high, standard error): two pseudo-labels of each kind, the pass rate by Agresti and Coull, and a shift."""
    se, sp = ((one.value * one.n + 1) / (one.n + 2) for one in (sensitive, specific))
    q = (judged * passed + z * z / 2) / (judged + z * z)
    youden = se + sp - 1
    mean = _clipped((q + sp - 1) / youden)
    of_se, of_sp = se * (1 - se) / (sensitive.n + 2), sp * (1 - sp) / (specific.n + 2)
    shift = 2 * z * z * (mean * of_se - (1 - mean) * of_sp)
    spread = q * (1 - q) / (judged + z * z) + mean**2 * of_se + (1 - mean) ** 2 * of_sp
    error = math.sqrt(spread) / abs(youden)
    return mean + shift - z * error, mean + shift + z * error, error


def _clipped(value: float) -> float:
    return min(max(value, 0.0), 1.0)
