"""Sums of two segments of scores, for `scoring.comparison` to turn into a difference and a verdict."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import msgspec

from helicorder.model.analysis import Covariate
from helicorder.model.filter import Filter
from helicorder.model.window import Window
from helicorder.telemetry.axis import Clock
from helicorder.telemetry.client import Row, Telemetry
from helicorder.telemetry.series import COLUMN_OF_CLOCK, Question
from helicorder.telemetry.sql import comparison as statements
from helicorder.telemetry.sql.comparison import ARMS, METRICS, cost_places_of
from helicorder.telemetry.sql.conditions import Statement, condition
from helicorder.telemetry.sql.dimensions import expression
from helicorder.telemetry.sql.series import WEIGHT_PLACES, places_of


class Segment(msgspec.Struct, frozen=True):
    """Some of the scores: those of the calls that a filter takes, in a window of time."""

    where: Filter
    window: Window


class ArmSums(msgspec.Struct, frozen=True):
    """Sums over the rows of one segment: of a metric x, and with a covariate c.

    ``n`` rows of ``groups`` clusters with ``weight`` in all, which is n where rows do not weigh differently, and so is
    ``weights_squared``; sums are weighted where they do.
    """

    n: int
    groups: int
    weight: Fraction
    weights_squared: Fraction
    total: Fraction
    squares: Fraction
    covariate: Fraction = Fraction()
    covariate_squares: Fraction = Fraction()
    covariate_cross: Fraction = Fraction()


class MetricSums(msgspec.Struct, frozen=True):
    """One metric of both segments.

    Attributes:
        a, b: the sums over rows.
        totals, products: of the components over clusters: (m, x) of a then b, or (m, x, c) with a covariate.
    """

    a: ArmSums
    b: ArmSums
    totals: tuple[Fraction, ...]
    products: tuple[tuple[Fraction, ...], ...]


class TwoSegments(msgspec.Struct, frozen=True):
    """Two segments side by side: by metric (score, cost in US dollars, latency in ms), over the same clusters.

    ``weighted``: scores of a segment were drawn with unequal probabilities, and all sums are weighted.
    """

    groups: int
    overlap: int
    metrics: dict[str, MetricSums]
    weighted: bool = False


class Pairs(msgspec.Struct, frozen=True):
    """Scores of equal inputs: how many pairs, of how many rows; sums of the differences B - A; the two-by-two table."""

    pairs: int
    rows: int
    total: Fraction
    squares: Fraction
    single: int
    table: tuple[int, int, int, int]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared, and how rows belong together.

    Attributes:
        asked: the score; its filter holds for both segments.
        match_property: a property whose value says that two calls had the same input; None: what was asked is the same.
    """

    asked: Question
    a: Segment
    b: Segment
    clock: Clock
    covariate: Covariate | None = None
    match_property: str | None = None

    def put(self, statement: Statement) -> tuple[str, tuple[str, str]]:
        """(the condition on all rows, those of the two segments), printed into a statement."""
        where = self.asked.condition(statement, self.clock)
        return where, (self._arm(statement, self.a), self._arm(statement, self.b))

    def _arm(self, statement: Statement, segment: Segment) -> str:
        column = COLUMN_OF_CLOCK[self.clock]
        start, end = statement.instant(segment.window.start), statement.instant(segment.window.end)
        return f"{column} >= {start} AND {column} < {end} AND {condition(statement, segment.where)}"


async def two_segments(
    telemetry: Telemetry, comparison: Comparison, by: Sequence[str] = ()
) -> dict[tuple[Any, ...], TwoSegments]:
    """The sums of both segments, per value of some dimensions (`sql.dimensions`).

    Raises:
        Invalid: a filter says something that cannot be asked.
    """
    found = await _summed(telemetry, comparison, by, None)
    if not any(row["drawn_a"] or row["drawn_b"] for row in found.values()):
        return {key: _two(row, comparison, None) for key, row in found.items()}
    rarest = min(row["rarest"] for row in found.values() if row["groups"])
    heavy = await _summed(telemetry, comparison, by, rarest)
    uneven = {key for key, row in heavy.items() if any(_is_uneven(row, arm) for arm in ARMS)}
    return {
        key: _two(heavy[key], comparison, rarest) if key in uneven else _two(row, comparison, None)
        for key, row in found.items()
    }


async def _summed(
    telemetry: Telemetry, comparison: Comparison, by: Sequence[str], rarest: float | None
) -> dict[tuple[Any, ...], Row]:
    statement = comparison.asked.statement()
    where, arms = comparison.put(statement)
    keys = [expression(statement, name) for name in by]
    query = statements.two_segments(
        statement, keys, where, arms, places=places_of(comparison.asked.largest, rarest=rarest),
        clustering=comparison.asked.clustering, covariate=comparison.covariate, rarest=rarest,
    )  # fmt: skip
    return {tuple(row[f"k{number}"] for number in range(len(by))): row for row in await telemetry.query(*query)}


def _is_uneven(row: Row, arm: str) -> bool:
    """Whether weights differ: only then is n * sum(w**2) more than (sum w)**2."""
    return bool(row[f"score_n_{arm}"] * row[f"score_ww_{arm}"] != row[f"score_m_{arm}"] ** 2)


async def pairs(telemetry: Telemetry, comparison: Comparison) -> Pairs:
    """What scores of equal inputs say.

    Raises:
        Invalid: as `two_segments`.
    """
    statement = comparison.asked.statement()
    where, arms = comparison.put(statement)
    places = places_of(comparison.asked.largest)
    [row] = await telemetry.query(*statements.pairs(statement, where, arms, comparison.match_property, places=places))
    one = Fraction(10) ** places
    return Pairs(
        row["pairs"],
        row["rows"] or 0,
        (row["total"] or 0) / one,
        (row["squares"] or 0) / one**2,
        row["single"],
        (row["both"], row["only_a"], row["only_b"], row["neither"]),
    )


def _two(row: Row, comparison: Comparison, rarest: float | None) -> TwoSegments:
    weighted, one = rarest is not None, Fraction(10)
    places, cost_places = places_of(comparison.asked.largest, rarest=rarest), cost_places_of(rarest)
    units = {"score": one**places, "cost": one**cost_places, "latency": Fraction(1)}
    weight = one**WEIGHT_PLACES if weighted else Fraction(1)
    metrics = {metric: _metric(row, metric, (weight, units[metric]), comparison.covariate) for metric in METRICS}
    return TwoSegments(row["groups"], row["overlap"], metrics, weighted)


def _metric(row: Row, metric: str, units: tuple[Fraction, Fraction], covariate: Covariate | None) -> MetricSums:
    parts = statements.components(metric, covariate)
    weight, unit = units
    scale = [weight * unit if f"{metric}_x" in part else weight for part in parts]
    products = tuple(
        tuple(row[f"{metric}_{min(i, j)}_{max(i, j)}"] / (scale[i] * scale[j]) for j in range(len(parts)))
        for i in range(len(parts))
    )
    totals = tuple(row[part] / scale[i] for i, part in enumerate(parts))
    a, b = (_arm(row, metric, arm, weight, unit) for arm in ARMS)
    return MetricSums(a, b, totals, products)


def _arm(row: Mapping[str, Any], metric: str, arm: str, weight: Fraction, unit: Fraction) -> ArmSums:
    return ArmSums(
        row[f"{metric}_n_{arm}"],
        row[f"{metric}_groups_{arm}"],
        row[f"{metric}_m_{arm}"] / weight,
        row[f"{metric}_ww_{arm}"] / weight**2,
        row[f"{metric}_x_{arm}"] / (weight * unit),
        row[f"{metric}_xx_{arm}"] / (weight * unit**2),
        row.get(f"{metric}_c_{arm}", 0) / weight,
        row.get(f"{metric}_cc_{arm}", 0) / weight,
        row.get(f"{metric}_xc_{arm}", 0) / (weight * unit),
    )
