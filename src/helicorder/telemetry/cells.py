"""Cells of several dimensions at once: what a change is taken apart from."""

import asyncio
from collections.abc import Sequence
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
from helicorder.telemetry.sql.series import places_of

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
    """The scores with these values of the dimensions, in one period, of one block of clusters."""

    values: tuple[str, ...]
    period: int
    block: int
    n: int
    total: Fraction


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
    statement = change.asked.statement()
    where, second = change.put(statement)
    places = places_of(change.asked.largest)
    axes = [(expression(statement, name), kept[name]) for name in dimensions]
    rows = await telemetry.query(*statements.cells(statement, axes, where, second, blocks=blocks, places=places))
    return await asyncio.to_thread(_cells, rows, len(axes), Fraction(10) ** places)


async def examples(
    telemetry: Telemetry, change: Change, segment: Sequence[tuple[str, str]], limit: int, *, rising: bool
) -> list[str]:
    """Requests after the change with these values of some dimensions, the lowest scores first, or the highest."""
    statement = change.asked.statement()
    where, second = change.put(statement)
    told = [f"{expression(statement, name)} = {statement.text(value)}" for name, value in segment if value != OTHER]
    conditions = " AND ".join([where, second, "target = 'request'", *told])
    rows = await telemetry.query(*statements.examples(statement, conditions, limit, rising=rising))
    return [row["target_id"] for row in rows]


def _cells(rows: Sequence[Row], width: int, one: Fraction) -> list[Cell]:
    return [
        Cell(tuple(row[f"k{k}"] for k in range(width)), row["period"], row["block"], row["n"], row["total"] / one)
        for row in rows
    ]
