"""How far two raters agree where things hang together, or were drawn to be rated with unequal probabilities.

The measures are those of `agreement`, of shares in which each thing weighs the inverse of its probability. Their errors
come from leaving out one block of things at a time (`jackknife`), where the formulas of `agreement` take things as
independent and as likely to be rated.
"""

import math
from collections.abc import Callable, Iterable

import msgspec
import numpy as np

from helicorder.model.findings import NONE_DIFFERED, Interval, Measure, OfCategory
from helicorder.scoring.agreement import categories
from helicorder.scoring.jackknife import Floats, Sure, without_each
from helicorder.scoring.statistics import CONFIDENCE, student_quantile, wilson


class Said(msgspec.Struct, frozen=True):
    """Things of one block of which one rater said ``a`` and the other ``b``: how many, and what they stand for."""

    block: int
    a: str
    b: str
    n: int
    weight: float


class Blocks(msgspec.Struct, frozen=True):
    """What two raters said: (1 + B, K, K) weights, of all blocks and of all but each in turn.

    Attributes:
        labels: the K values that either gave, numbers by size and others by name. n: how many things both judged.
    """

    labels: tuple[str, ...]
    tables: Floats
    n: int

    @classmethod
    def of(cls, said: Iterable[Said]) -> "Blocks":
        """The tables of what was said, in any order."""
        rows = list(said)
        labels = tuple(categories({(row.a, row.b): row.n for row in rows}))
        place = {label: number for number, label in enumerate(labels)}
        blocks = {block: number for number, block in enumerate(sorted({row.block for row in rows}))}
        tables = np.zeros((len(blocks), len(labels), len(labels)))
        for row in rows:
            tables[blocks[row.block], place[row.a], place[row.b]] += row.weight
        return cls(labels, without_each(tables), sum(row.n for row in rows))


def observed(blocks: Blocks, level: float = CONFIDENCE) -> Measure:
    """The share of things on which both said the same."""
    return _share(blocks, _trace(blocks.tables), blocks.tables.sum(axis=(1, 2)), level)


def kappa(blocks: Blocks, level: float = CONFIDENCE) -> Measure:
    """Cohen's kappa, as `agreement.kappa`."""
    return _kappa(blocks, np.eye(len(blocks.labels)), level)


def weighted_kappa(blocks: Blocks, level: float = CONFIDENCE) -> Measure:
    """Kappa of numbers with squared distances, as `agreement.weighted_kappa`.

    Raises:
        ValueError: a value is no number.
    """
    values = np.array([float(label) for label in blocks.labels])
    apart = (values[:, None] - values[None, :]) ** 2
    widest = apart.max(initial=0.0)
    return _kappa(blocks, 1 - apart / widest if widest else np.eye(len(values)), level)


def by_category(blocks: Blocks, level: float = CONFIDENCE) -> list[OfCategory]:
    """Precision, recall and F1 of every category, as `agreement.by_category`."""
    first, second = blocks.tables.sum(axis=2), blocks.tables.sum(axis=1)
    found = []
    for k, label in enumerate(blocks.labels):
        hits, either = blocks.tables[:, k, k], first[:, k] + second[:, k]
        jaccard = _share(blocks, hits, either - hits, level)
        f1 = msgspec.structs.replace(jaccard, **{end: _f1(getattr(jaccard, end)) for end in ("value", "low", "high")})
        precision, recall = (_share(blocks, hits, of[:, k], level) for of in (second, first))
        found.append(OfCategory(category=label, precision=precision, recall=recall, f1=f1))
    return found


def _f1(jaccard: float | None) -> float | None:
    return None if jaccard is None else 2 * jaccard / (1 + jaccard)


def _trace(tables: Floats) -> Floats:
    return np.asarray(np.trace(tables, axis1=1, axis2=2))


def _kappa(blocks: Blocks, weights: Floats, level: float) -> Measure:
    """Student's interval, cut to -1 to 1."""
    shares = blocks.tables / np.maximum(blocks.tables.sum(axis=(1, 2)), np.finfo(float).tiny)[:, None, None]
    seen = (weights * shares).sum(axis=(1, 2))
    chance = np.einsum("ri,ij,rj->r", shares.sum(axis=2), weights, shares.sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(np.isclose(chance, 1.0), np.nan, (seen - chance) / (1 - chance))
    if np.isnan(values[0]):
        return Measure(n=blocks.n, level=level, reason="both said one and the same of everything")
    if math.isclose(seen[0], 1.0):
        return Measure(value=float(values[0]), n=blocks.n, level=level, reason=NONE_DIFFERED)

    def ends(value: float, error: float, quantile: float) -> tuple[float, float]:
        return max(value - quantile * error, -1.0), min(value + quantile * error, 1.0)

    return _told(blocks, values, level, ends)


def _share(blocks: Blocks, hits: Floats, whole: Floats, level: float) -> Measure:
    """Wilson's interval with the size that the jackknife's variance amounts to, and Student's quantile.

    Where nothing varies, as many things as there are blocks.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        values = hits / whole
    if not whole[0]:
        return Measure(level=level, reason="nothing to count")

    def ends(value: float, error: float, quantile: float) -> tuple[float, float]:
        size = value * (1 - value) / error**2 if error else float(len(values) - 1)
        return wilson(value, size, quantile)

    return _told(blocks, values, level, ends)


def _told(
    blocks: Blocks, values: Floats, level: float, ends: Callable[[float, float, float], tuple[float, float]]
) -> Measure:
    value = float(values[0])
    if len(values) <= 2 or not np.isfinite(values).all():  # noqa: PLR2004 -- two blocks can differ
        return Measure(value=value, n=blocks.n, level=level, reason="too few things for an interval")
    sure = Sure.of(values[None])
    error = 0.0 if sure.errors is None else float(sure.errors[0])
    low, high = ends(value, error, student_quantile(sure.freedom, level))
    return Measure(value=value, low=low, high=high, n=blocks.n, level=level, method=Interval.JACKKNIFE)
