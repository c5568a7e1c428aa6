"""What a judge said of calls beside what people said of some of them: sums, and draws of what to label next."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import msgspec

from helicorder.model.window import Window, zone_of
from helicorder.telemetry.axis import Axis, Clock
from helicorder.telemetry.client import Row, Telemetry
from helicorder.telemetry.raters import Panel, Rater
from helicorder.telemetry.series import Question
from helicorder.telemetry.sql import judges as statements
from helicorder.telemetry.sql.conditions import Statement
from helicorder.telemetry.sql.dimensions import expression
from helicorder.telemetry.sql.series import WEIGHT_PLACES, bucket_of, places_of, starts_of_buckets

BINS = 10
"""A judge's numbers are put into this many bins of equal width to see where it errs."""


class JudgedSums(msgspec.Struct, frozen=True):
    """Exact sums over what a judge judged, part of which people labelled.

    Attributes:
        judged, labels: things. drawn: labels with an inclusion probability.
        groups: clusters.
        totals, products: of `sql.judges.PARTS` over clusters.
        differ: labels that say another thing than the judge, as booleans.
        table: by (judge, people) as (yes yes, yes no, no yes, no no), the sums of labels' weights and of their squares.
    """

    judged: int
    labels: int
    drawn: int
    groups: int
    totals: tuple[Fraction, ...]
    products: tuple[tuple[Fraction, ...], ...]
    differ: int
    table: tuple[tuple[Fraction, Fraction], ...]


class Judging(msgspec.Struct, frozen=True):
    """A judge and the people who check it, on some calls of a window; the question's name stands for nothing here."""

    asked: Question
    window: Window
    judge: Rater
    human: Rater

    def rows(self, statement: Statement, named: str = "", start: dt.datetime | None = None) -> str:
        """A subquery with a row per call that the judge judged; ``start`` reaches further back than the window."""
        window = Window(start or self.window.start, self.window.end)
        where = Panel(self.asked, window, Clock.REQUESTED).where(statement)
        judge, human = self.judge.condition(statement), self.human.condition(statement)
        return statements.judged(statement, where, judge, human, self.asked.clustering, named)


async def whole(telemetry: Telemetry, judging: Judging) -> JudgedSums | None:
    """The sums of the whole window; None where the judge judged nothing.

    Raises:
        Invalid: the filter says something that cannot be asked.
    """
    [row], places = await _corrected(telemetry, judging, None)
    return _sums(row, places) if row["judged"] else None


async def over_time(telemetry: Telemetry, judging: Judging, axis: Axis) -> dict[dt.datetime, JudgedSums | None]:
    """The sums of each bucket of the axis; None for one in which the judge judged nothing.

    Raises:
        Invalid: as `whole`, or an axis of too many buckets.
    """
    zone = zone_of(axis.zone)
    starts, (rows, places) = await asyncio.gather(
        telemetry.query(*starts_of_buckets(axis)), _corrected(telemetry, judging, axis)
    )
    found = {row["k0"]: _sums(row, places) for row in rows}
    return {dt.datetime.fromtimestamp(at, zone): found.get(at) for at in (row["start"] for row in starts)}


async def _corrected(telemetry: Telemetry, judging: Judging, axis: Axis | None) -> tuple[list[Row], int]:
    """The sums, of each bucket where there is an axis, and the decimal places of values in them.

    Weights of usual size are expected. Where there are larger ones, values have to make room.
    """
    places = places_of(judging.asked.largest, rarest=1.0)
    while True:
        statement = judging.asked.statement()
        keys = [] if axis is None else [bucket_of(statement, axis, "at")[0]]
        rows = await telemetry.query(*statements.corrected(statement, judging.rows(statement), keys, places=places))
        needed = places_of(
            judging.asked.largest, rarest=min((row["rarest"] for row in rows if row["judged"]), default=1.0)
        )
        if needed == places:
            return rows, places
        places = needed


def _sums(row: Row, places: int) -> JudgedSums:
    one, unit = Fraction(10) ** places, Fraction(10) ** WEIGHT_PLACES
    scale = [unit * one if part.endswith(("y", "f")) else unit for part in statements.PARTS]
    width = range(len(scale))
    products = tuple(tuple(row[f"p_{min(i, j)}_{max(i, j)}"] / (scale[i] * scale[j]) for j in width) for i in width)
    totals = tuple(row[part] / scale[i] for i, part in enumerate(statements.PARTS))
    return JudgedSums(
        judged=row["judged"],
        labels=row["labels"],
        drawn=row["drawn"],
        groups=row["groups"],
        totals=totals,
        products=products,
        differ=row["differ"],
        table=tuple((row[name] / unit, row[f"{name}_2"] / unit**2) for name in statements.VERDICTS),
    )


class Cell(msgspec.Struct, frozen=True):
    """Things that the judge scored alike in one segment: bin ``stratum`` from ``low`` to ``high``.

    ``waiting`` of them in the window have no label, and the judge's mean of these is ``mean``; ``labels`` with
    ``squares``, the sum of (people - judge)**2.
    """

    stratum: int
    segment: str
    low: float
    high: float
    waiting: int
    mean: float
    labels: int
    squares: float


class Drawn(msgspec.Struct, frozen=True):
    """A thing to label, its time, what the judge said of it, its cell, and with which probability it was drawn."""

    target: str
    target_id: str
    at: dt.datetime
    value: float
    stratum: int
    segment: str
    probability: float


class Sampling(msgspec.Struct, frozen=True):
    """Where labels are drawn: the window's things, in bins of ``low`` to ``high``, and in segments of a dimension."""

    judging: Judging
    low: float
    high: float
    by: str | None

    def rows(self, statement: Statement, start: dt.datetime | None = None) -> str:
        """A subquery with ``stratum`` and ``segment`` beside what `Judging.rows` has."""
        named = "" if self.by is None else f"any({expression(statement, self.by)}) AS segment, "
        rows = self.judging.rows(statement, named, start)
        low, high = statement.bind("Float64", self.low), statement.bind("Float64", self.high)
        return statements.in_bins(rows, low, high, BINS, segmented=self.by is not None)

    def ends(self, stratum: int) -> tuple[float, float]:
        """The lowest and the highest value of a bin."""
        width = (self.high - self.low) / BINS
        return self.low + stratum * width, self.low + (stratum + 1) * width


async def sampling(telemetry: Telemetry, judging: Judging, by: str | None) -> Sampling | None:
    """Where labels would be drawn; None where the judge judged nothing.

    Raises:
        Invalid: the filter says something that cannot be asked, or no such dimension.
    """
    statement = judging.asked.statement()
    [row] = await telemetry.query(*statements.range_of(statement, judging.rows(statement)))
    return Sampling(judging, row["low"], row["high"], by) if row["judged"] else None


async def strata(telemetry: Telemetry, sampled: Sampling, learn: dt.datetime) -> list[Cell]:
    """The cells of the window, with the labels since ``learn``.

    Raises:
        Invalid: as `sampling`.
    """
    statement = sampled.judging.asked.statement()
    rows = sampled.rows(statement, learn)
    since = statement.instant(sampled.judging.window.start)
    return [
        Cell(
            row["stratum"],
            row["segment"],
            *sampled.ends(row["stratum"]),
            row["open"],
            row["mean"] if row["open"] else 0.0,
            row["labels"],
            row["squares"],
        )
        for row in await telemetry.query(*statements.strata(statement, rows, since))
    ]


async def draw(
    telemetry: Telemetry, sampled: Sampling, chances: Sequence[tuple[Cell, float]], seed: int
) -> list[Drawn]:
    """The things that a draw with these probabilities takes; the same for the same seed.

    Raises:
        Invalid: as `sampling`.
    """
    statement = sampled.judging.asked.statement()
    cells: list[tuple[int, str, float]] = [(cell.stratum, cell.segment, chance) for cell, chance in chances]
    rows: list[dict[str, Any]] = await telemetry.query(
        *statements.draw(statement, sampled.rows(statement), cells, seed)
    )
    return [
        Drawn(row["target"], row["target_id"], row["at"], row["f"], row["stratum"], row["segment"], row["probability"])
        for row in rows
    ]
