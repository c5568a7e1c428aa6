"""Cells of several dimensions at once: what a change is taken apart from."""

import asyncio
from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec

from helicorder.model.window import Window
from helicorder.telemetry.axis import Clock
from helicorder.telemetry.client import Row, Telemetry
from helicorder.telemetry.series import COLUMN_OF_CLOCK, Question
from helicorder.telemetry.sql import cells as statements
from helicorder.telemetry.sql.cells import OTHER
from helicorder.telemetry.sql.conditions import Statement
from helicorder.telemetry.sql.dimensions import expression
from helicorder.telemetry.sql.series import WEIGHT_PLACES, places_of

__all__ = ["OTHER", "Cell", "Change", "cells", "common_properties", "examples"]

MOST_VALUES = 50
"""A property with more values than this is an identifier rather than a dimension."""


class Change(msgspec.Struct, frozen=True):
    """Two windows of one score, of which the first is before and the second after."""

    asked: Question
    before: Window
    after: Window
    clock: Clock

    def put(self, statement: Statement) -> tuple[str, str]:
        """(the condition on all rows, the condition that a row is of the second window)."""
        column = COLUMN_OF_CLOCK[self.clock]
        first, second = (
            f"({column} >= {statement.instant(window.start)} AND {column} < {statement.instant(window.end)})"
            for window in (self.before, self.after)
        )
        return f"{self.asked.condition(statement, self.clock)} AND ({first} OR {second})", second


class Cell(msgspec.Struct, frozen=True):
    """The scores with these values of the dimensions, in one period, of one block of clusters.

    ``weight`` is what they stand for where any was drawn with a probability, and ``total`` is weighted then; else None.
    """

    values: tuple[str, ...]
    period: int
    block: int
    n: int
    total: Fraction
    weight: Fraction | None = None


async def common_properties(telemetry: Telemetry, change: Change, limit: int) -> list[str]:
    """The properties that most scored calls have and that have few values, the commonest first."""
    statement = change.asked.statement()
    where, _ = change.put(statement)
    rows = await telemetry.query(*statements.common_properties(statement, where, limit, MOST_VALUES))
    return [row["key"] for row in rows]


async def cells(
    telemetry: Telemetry, change: Change, dimensions: Sequence[str], *, values: int, blocks: int
) -> list[Cell]:
    """The cells of some dimensions (`sql.dimensions`); values beyond the commonest of each become OTHER."""
    statement = change.asked.statement()
    where, _ = change.put(statement)
    kept: dict[str, list[str]] = {name: [] for name in dimensions}
    named = {name: expression(statement, name) for name in dimensions}
    for row in await telemetry.query(*statements.common_values(statement, named, where, values)):
        kept[row["dimension"]].append(row["value"])
    rows, rarest = await _summed(telemetry, change, kept, blocks, None), None
    if any(row["drawn"] for row in rows):
        rarest = min(row["rarest"] for row in rows)
        rows = await _summed(telemetry, change, kept, blocks, rarest)
    one = Fraction(10) ** places_of(change.asked.largest, rarest=rarest)
    return await asyncio.to_thread(_cells, rows, len(kept), one, weighted=rarest is not None)


async def _summed(
    telemetry: Telemetry, change: Change, kept: Mapping[str, Sequence[str]], blocks: int, rarest: float | None
) -> list[Row]:
    statement = change.asked.statement()
    where, second = change.put(statement)
    axes = [(expression(statement, name), values) for name, values in kept.items()]
    query = statements.cells(
        statement, axes, where, second,
        blocks=blocks, places=places_of(change.asked.largest, rarest=rarest), weighted=rarest is not None,
    )  # fmt: skip
    return await telemetry.query(*query)


async def examples(
    telemetry: Telemetry,
    change: Change,
    segment: Sequence[tuple[str, str]],
    limit: int,
    *,
    rising: bool,
    after: bool = True,
) -> list[str]:
    """Requests after the change, or before, with these values of some dimensions: the lowest first, or the highest.

    None of OTHER, which stands for values that are not told.
    """
    if any(value == OTHER for _, value in segment):
        return []
    statement = change.asked.statement()
    where, second = change.put(statement)
    told = [f"{expression(statement, name)} = {statement.text(value)}" for name, value in segment]
    conditions = " AND ".join([where, second if after else f"NOT {second}", "target = 'request'", *told])
    rows = await telemetry.query(*statements.examples(statement, conditions, limit, rising=rising))
    return [row["target_id"] for row in rows]


def _cells(rows: Sequence[Row], width: int, one: Fraction, *, weighted: bool) -> list[Cell]:
    unit = Fraction(10) ** (WEIGHT_PLACES if weighted else 0)
    return [
        Cell(
            tuple(row[f"k{k}"] for k in range(width)),
            row["period"],
            row["block"],
            row["n"],
            row["total"] / (one * unit),
            row["weight"] / unit if weighted else None,
        )
        for row in rows
    ]
