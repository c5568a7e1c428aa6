"""Scores over time: the moments of each bucket, for `scoring.statistics` to turn into means and intervals."""

import datetime as dt

import msgspec

from helicorder.model.filter import Everything, Filter
from helicorder.model.score import ScoreKind
from helicorder.model.window import zone_of
from helicorder.telemetry import statements
from helicorder.telemetry.axis import Axis
from helicorder.telemetry.client import Telemetry


class Point(msgspec.Struct, frozen=True):
    """One bucket of a series. A bucket without scores has n = 0 and None everywhere else: a gap, not a zero.

    Attributes:
        start: when the bucket begins, in the zone of the axis; before the window where the window cuts the bucket.
        squares: the sum of squared deviations from the mean.
    """

    start: dt.datetime
    n: int = 0
    mean: float | None = None
    squares: float | None = None
    minimum: float | None = None
    maximum: float | None = None


EVERYTHING = Everything()
Series = list[Point]
Named = tuple[str, ScoreKind]


async def one_score(
    telemetry: Telemetry, org_id: str, axis: Axis, name: str, kind: ScoreKind, wanted: Filter = EVERYTHING
) -> Series:
    """The current values of one score over time: every bucket of the axis, in order.

    By the request clock, and under a filter, a score stands with the newest call of its request id, once, and is left
    out where no such call is wanted. By the judged clock and without a filter, scores count whether or not their call
    has come.

    Raises:
        Invalid: the axis or the filter says something that cannot be asked.
    """
    buckets, found = await _series(telemetry, org_id, axis, wanted, (name, kind))
    return found.get((name, kind), buckets)


async def all_scores(telemetry: Telemetry, org_id: str, axis: Axis, wanted: Filter = EVERYTHING) -> dict[Named, Series]:
    """Every score that has values on the axis, by name and kind, each as `one_score` gives it.

    Raises:
        Invalid: as `one_score`.
    """
    _, found = await _series(telemetry, org_id, axis, wanted, None)
    return found


async def _series(
    telemetry: Telemetry, org_id: str, axis: Axis, wanted: Filter, score: Named | None
) -> tuple[Series, dict[Named, Series]]:
    zone = zone_of(axis.zone)
    gaps: dict[int, Point] = {}
    found: dict[Named, dict[int, Point]] = {}
    for row in await telemetry.query(*statements.series_of_scores(org_id, axis, wanted, score)):
        start = row["start"]
        point = Point(
            dt.datetime.fromtimestamp(start, zone),
            *(row[moment] for moment in ("n", "mean", "squares", "minimum", "maximum")),
        )
        if row["name"]:
            found.setdefault((row["name"], ScoreKind(row["kind"])), {})[start] = point
        else:
            gaps[start] = point
    return list(gaps.values()), {named: list((gaps | points).values()) for named, points in found.items()}
