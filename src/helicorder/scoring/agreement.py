"""How far two raters agree: kappa, weighted kappa, the share they agree on, and each category by itself."""

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from helicorder.model.findings import NONE_DIFFERED, Interval, Measure, OfCategory
from helicorder.scoring.statistics import CONFIDENCE, normal_quantile, wilson

__all__ = [
    "Counts",
    "Floats",
    "Measure",
    "OfCategory",
    "by_category",
    "categories",
    "kappa",
    "matrix",
    "observed",
    "weighted_kappa",
]

Counts = Mapping[tuple[str, str], int]
Floats = npt.NDArray[np.float64]


def categories(counts: Counts) -> list[str]:
    """The values that either rater gave, numbers by size and others by name."""
    found = {value for pair in counts for value in pair}
    return sorted(found, key=lambda value: (_number(value) is None, _number(value) or 0.0, value))


def matrix(counts: Counts, labels: Sequence[str]) -> list[list[int]]:
    """The confusion matrix: a row for each value of the first rater, a column for each of the second."""
    return [[counts.get((row, column), 0) for column in labels] for row in labels]


def observed(counts: Counts, level: float = CONFIDENCE) -> Measure:
    """The share of things on which both said the same, with Wilson's interval."""
    return _share(sum(n for (a, b), n in counts.items() if a == b), sum(counts.values()), level)


def kappa(counts: Counts, level: float = CONFIDENCE) -> Measure:
    """Cohen's kappa: agreement beyond what chance gives, 1 for full agreement and 0 for chance.

    Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and Psychological Measurement 20 (1960), with
    the large-sample standard error of Fleiss, Cohen and Everitt, Psychological Bulletin 72 (1969). Takes the things as
    independent. Low where one category is nearly all there is, by design: look at the shares too.
    """
    table = np.array(matrix(counts, categories(counts)), float)
    return _kappa(table, np.eye(len(table)), level)


def weighted_kappa(counts: Counts, level: float = CONFIDENCE) -> Measure:
    """Kappa of numbers, with squared distances as disagreement: 3 against 4 is nearly agreement, 1 against 5 is not.

    Cohen, "Weighted Kappa", Psychological Bulletin 70 (1968); standard error as in `kappa`. Weights are
    1 - (x - y)**2 / range**2 of the values themselves, the usual ones for a full scale of evenly spaced grades.

    Raises:
        ValueError: a value is no number.
    """
    labels = categories(counts)
    values = np.array([float(label) for label in labels])
    apart = (values[:, None] - values[None, :]) ** 2
    widest = apart.max(initial=0.0)
    return _kappa(np.array(matrix(counts, labels), float), 1 - apart / widest if widest else np.eye(len(labels)), level)


def by_category(counts: Counts, level: float = CONFIDENCE) -> list[OfCategory]:
    """Precision, recall and F1 of every category, the first rater being taken as right.

    Precision and recall have Wilson's intervals. F1 = 2 J / (1 + J) with J = hits / (hits + misses + false alarms), a
    share, so its interval is Wilson's of J put through the same function.
    """
    return [_of_category(counts, label, level) for label in categories(counts)]


def _of_category(counts: Counts, label: str, level: float) -> OfCategory:
    hits = counts.get((label, label), 0)
    first = sum(n for (a, _), n in counts.items() if a == label)
    second = sum(n for (_, b), n in counts.items() if b == label)
    jaccard = _share(hits, first + second - hits, level)
    f1 = msgspec.structs.replace(jaccard, **{end: _f1(getattr(jaccard, end)) for end in ("value", "low", "high")})
    return OfCategory(category=label, precision=_share(hits, second, level), recall=_share(hits, first, level), f1=f1)


def _f1(jaccard: float | None) -> float | None:
    return None if jaccard is None else 2 * jaccard / (1 + jaccard)


def _share(hits: int, n: int, level: float) -> Measure:
    if not n:
        return Measure(level=level, reason="nothing to count")
    low, high = wilson(hits / n, n, normal_quantile(level))
    return Measure(value=hits / n, low=low, high=high, n=n, level=level, method=Interval.WILSON)


def _kappa(table: Floats, weights: Floats, level: float) -> Measure:
    n = int(table.sum())
    if n < 2:  # noqa: PLR2004 -- one thing shows no variety
        return Measure(n=n, level=level, reason="fewer than two things that both judged")
    shares = table / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    seen, chance = (weights * shares).sum(), rows @ weights @ columns
    if math.isclose(chance, 1.0):
        return Measure(n=n, level=level, reason="both said one and the same of everything")
    value = (seen - chance) / (1 - chance)
    if math.isclose(seen, 1.0):
        return Measure(value=float(value), n=n, level=level, reason=NONE_DIFFERED)
    by_row, by_column = weights @ columns, rows @ weights
    terms = weights - (by_row[:, None] + by_column[None, :]) * (1 - value)
    variance = ((shares * terms**2).sum() - (value - chance * (1 - value)) ** 2) / (n * (1 - chance) ** 2)
    reach = normal_quantile(level) * math.sqrt(max(variance, 0.0))
    low, high = max(value - reach, -1.0), min(value + reach, 1.0)
    return Measure(value=float(value), low=float(low), high=float(high), n=n, level=level, method=Interval.DELTA)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
