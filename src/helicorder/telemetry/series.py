"""Sums of scores over time and by segment, for `scoring` to turn into numbers with intervals."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import msgspec

from helicorder.model.analysis import Clustering
from helicorder.model.filter import Everything, Filter
from helicorder.model.score import COUNTED_KINDS, ScoreKind
from helicorder.model.window import Window, zone_of
from helicorder.telemetry.axis import Axis, Clock
from helicorder.telemetry.client import Row, Telemetry
from helicorder.telemetry.edits import edited_among
from helicorder.telemetry.sql import series as statements
from helicorder.telemetry.sql.call_dimensions import read_properties
from helicorder.telemetry.sql.conditions import Statement, condition
from helicorder.telemetry.sql.dimensions import OF_SCORES, PROPERTY, expression

EVERYTHING = Everything()


class Sums(msgspec.Struct, frozen=True):
    """Exact sums over the scores of one cell; all zero and None where there is none: a gap.

    Attributes:
        n: scores. requests: the distinct requests, sessions, users or spans that they judge.
        calls: the calls of the cell, scored or not; None where they were not counted.
        total, squares: sums of the values and of their squares.
        groups: how many independent clusters; members_squared, cross, totals_squared: sums over clusters of the
            squares and the product of their weight and weighted total.
        weight, weighted, weights_squared: sums over scores of weight, weighted value, squared weight; a weight is 1
            where nobody said with which probability a score was drawn.
        drawn: scores with an inclusion probability. rarest: the least of these, 1 where there are none.
    """

    n: int = 0
    requests: int = 0
    calls: int | None = None
    total: Fraction = Fraction()
    squares: Fraction = Fraction()
    minimum: float | None = None
    maximum: float | None = None
    groups: int = 0
    members_squared: Fraction = Fraction()
    cross: Fraction = Fraction()
    totals_squared: Fraction = Fraction()
    weight: Fraction = Fraction()
    weighted: Fraction = Fraction()
    weights_squared: Fraction = Fraction()
    drawn: int = 0
    rarest: float = 1.0


Keys = tuple[Any, ...]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is summed up.

    Attributes:
        name: None for every score; kind: of COUNTED_KINDS, as others have no number.
        where: the calls that a score may judge. By the judged clock and with `Everything`, scores count whether or not
            their call has come.
        largest: a bound on the values by size (`scores.names`), from which the precision of the sums follows.
        as_of: the version up to which it reads; None for now.
    """

    org_id: str
    name: str | None
    kind: ScoreKind | None
    largest: float = 0.0
    where: Filter = EVERYTHING
    without: Filter | None = None
    sources: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    clustering: Clustering = Clustering.AUTO
    as_of: int | None = None

    def statement(self, *, judged: bool = True) -> Statement:
        """A statement of the tenant, about scores or about calls."""
        return Statement(self.org_id, judged=judged, as_of=self.as_of)

    def condition(self, statement: Statement, clock: Clock) -> str:
        """The condition on the rows of ``scores`` that are asked for, but for the time.

        Raises:
            Invalid: the filter says something that cannot be asked.
        """
        parts = [condition(statement, self.where)]
        if self.name is not None:
            parts.insert(0, f"name = {statement.bind('String', self.name)}")
        kinds = COUNTED_KINDS if self.kind is None else (self.kind,)
        parts.append(f"kind IN ({', '.join(statement.bind('String', kind) for kind in kinds)})")
        if self.without is not None:
            parts.append(f"NOT ifNull({condition(statement, self.without)}, false)")
        if clock is Clock.REQUESTED:
            parts.append("attached")
        for column, values in (("source", self.sources), ("author", self.authors)):
            if values:
                parts.append(f"{column} IN ({', '.join(statement.text(value) for value in values)})")
        return " AND ".join(parts)


class Kept(msgspec.Struct, frozen=True):
    """The values of the dimensions that stand for themselves; all others stand as ``other``."""

    values: tuple[Keys, ...]
    other: str


COLUMN_OF_CLOCK = {Clock.JUDGED: "judged_at", Clock.REQUESTED: "created_at"}


async def over_time(
    telemetry: Telemetry,
    asked: Question,
    axis: Axis,
    keys: Sequence[str] = (),
    by: Sequence[str] = (),
    kept: Kept | None = None,
) -> tuple[list[dt.datetime], dict[Keys, dict[dt.datetime, Sums]]]:
    """(the start of every bucket of the axis, per value of the keys the sums of the buckets that hold scores).

    Keys are columns of scores, and behind them the dimensions that it is cut by, as in `by_segment`.

    Raises:
        Invalid: the axis or the filter says something that cannot be asked, or no such dimension.
    """
    zone = zone_of(axis.zone)

    def cut(statement: Statement) -> tuple[list[str], str]:
        bucket, within = statements.bucket_of(statement, axis, COLUMN_OF_CLOCK[axis.clock])
        values = _kept(statement, [expression(statement, name) for name in by], kept)
        return [bucket, *keys, *values], f"{asked.condition(statement, axis.clock)} AND {within}"

    starts, cells = await asyncio.gather(
        telemetry.query(*statements.starts_of_buckets(axis)), _cells(telemetry, asked, cut)
    )
    found: dict[Keys, dict[dt.datetime, Sums]] = {}
    for (start, *key), sums in cells.items():
        found.setdefault(tuple(key), {})[dt.datetime.fromtimestamp(start, zone)] = sums
    return [dt.datetime.fromtimestamp(row["start"], zone) for row in starts], found


async def by_segment(
    telemetry: Telemetry,
    asked: Question,
    window: Window,
    clock: Clock,
    by: Sequence[str] = (),
    kept: Kept | None = None,
) -> dict[Keys, Sums]:
    """Per value of some dimensions (`sql.dimensions`) the sums over a window; without any, of the empty key.

    Raises:
        Invalid: as `over_time`, or no such dimension.
    """

    def cut(statement: Statement) -> tuple[list[str], str]:
        column = COLUMN_OF_CLOCK[clock]
        start, end = statement.instant(window.start), statement.instant(window.end)
        keys = _kept(statement, [expression(statement, name) for name in by], kept)
        return keys, f"{asked.condition(statement, clock)} AND {column} >= {start} AND {column} < {end}"

    return await _cells(telemetry, asked, cut)


async def calls_over_time(
    telemetry: Telemetry, asked: Question, axis: Axis, by: Sequence[str] = (), kept: Kept | None = None
) -> dict[Keys, dict[dt.datetime, int]] | None:
    """As `calls_by_segment`, for each bucket that has any: of the empty key where it is cut by no dimension.

    Raises:
        Invalid: as `over_time`.
    """
    if set(by) & OF_SCORES:
        return None
    statement = asked.statement(judged=False)
    joined, keys = await _of_calls(telemetry, asked, statement, by, kept)
    bucket, within = statements.bucket_of(statement, axis, "created_at")
    where = f"{condition(statement, asked.where)} AND {within}"
    rows = await telemetry.query(*statements.calls(statement, [bucket, *keys], where, joined))
    zone, found = zone_of(axis.zone), dict[Keys, dict[dt.datetime, int]]()
    for row in rows:
        start, *key = _key(row, 1 + len(by))
        found.setdefault(tuple(key), {})[dt.datetime.fromtimestamp(start, zone)] = row["calls"]
    return found


async def calls_by_segment(
    telemetry: Telemetry, asked: Question, window: Window, by: Sequence[str], kept: Kept | None = None
) -> dict[Keys, int] | None:
    """Per value of some dimensions how many calls the filter takes: those that might have been scored.

    None where a dimension is not one of calls.

    Raises:
        Invalid: as `over_time`.
    """
    if set(by) & OF_SCORES:
        return None
    statement = asked.statement(judged=False)
    joined, keys = await _of_calls(telemetry, asked, statement, by, kept)
    start, end = statement.instant(window.start), statement.instant(window.end)
    where = f"{condition(statement, asked.where)} AND created_at >= {start} AND created_at < {end}"
    rows = await telemetry.query(*statements.calls(statement, keys, where, joined))
    return {_key(row, len(by)): row["calls"] for row in rows}


async def _of_calls(
    telemetry: Telemetry, asked: Question, statement: Statement, by: Sequence[str], kept: Kept | None
) -> tuple[str, list[str]]:
    """(a join, the values of some dimensions on rows of calls). What nobody edited is read without a join."""
    properties = [name.removeprefix(PROPERTY) for name in by if name.startswith(PROPERTY)]
    edited = await edited_among(telemetry, asked.org_id, properties)
    joined, read = read_properties(statement, properties, edited)
    keys = [read[name.removeprefix(PROPERTY)] if name.startswith(PROPERTY) else f"toString({name})" for name in by]
    return joined, _kept(statement, keys, kept)


def _kept(statement: Statement, keys: list[str], kept: Kept | None) -> list[str]:
    return keys if kept is None else statements.kept_or_other(statement, keys, kept.values, kept.other)


async def delays(
    telemetry: Telemetry, asked: Question, window: Window, edges: Sequence[float], now: dt.datetime
) -> dict[tuple[int, int], int]:
    """How many scores of the window's requests came in which bin of delay, by the bin of their request's age."""
    statement = asked.statement()
    start, end = statement.instant(window.start), statement.instant(window.end)
    where = f"{asked.condition(statement, Clock.REQUESTED)} AND created_at >= {start} AND created_at < {end}"
    rows = await telemetry.query(*statements.delays(statement, where, edges, now))
    bins = {edge: number for number, edge in enumerate((statements.EARLIER, *edges))}
    return {(bins[row["delay"]], bins[row["age"]]): row["n"] for row in rows}


async def _cells(telemetry: Telemetry, asked: Question, cut: Any) -> dict[Keys, Sums]:
    places = statements.places_of(asked.largest)
    rows, width = await _summed(telemetry, asked, cut, places, weighted=False)
    weighted = any(row["drawn"] for row in rows)
    if weighted:
        places = statements.places_of(asked.largest, rarest=min(row["rarest"] for row in rows if row["n"]))
        rows, width = await _summed(telemetry, asked, cut, places, weighted=True)
    distinct: dict[Keys, int] = {}
    if any(row["shared"] for row in rows):
        statement = asked.statement()
        keys, where = cut(statement)
        for row in await telemetry.query(*statements.requests(statement, keys, where)):
            distinct[_key(row, width)] = int(row["requests"])
    cells = {_key(row, width): row for row in rows if row["n"]}
    return {key: _sums(row, places, distinct.get(key), weighted=weighted) for key, row in cells.items()}


async def _summed(
    telemetry: Telemetry, asked: Question, cut: Any, places: int, *, weighted: bool
) -> tuple[list[Row], int]:
    statement = asked.statement()
    keys, where = cut(statement)
    query = statements.sums(statement, keys, where, places=places, clustering=asked.clustering, weighted=weighted)
    return await telemetry.query(*query), len(keys)


def _key(row: Row, width: int) -> Keys:
    return tuple(row[f"k{number}"] for number in range(width))


def _sums(row: Row, places: int, requests: int | None, *, weighted: bool) -> Sums:
    one, unit = Fraction(10) ** places, Fraction(10) ** (statements.WEIGHT_PLACES if weighted else 0)
    return Sums(
        n=row["n"],
        requests=row["n"] if requests is None else requests,
        total=row["total"] / one,
        squares=row["squares"] / one**2,
        minimum=row["minimum"],
        maximum=row["maximum"],
        groups=row["groups"],
        members_squared=row["mm"] / unit**2,
        cross=row["mx"] / (unit**2 * one),
        totals_squared=row["xx"] / (unit * one) ** 2,
        weight=row["weights"] / unit,
        weighted=row["weighted"] / (unit * one),
        weights_squared=row["weights_squared"] / unit**2,
        drawn=row["drawn"],
        rarest=row["rarest"],
    )
