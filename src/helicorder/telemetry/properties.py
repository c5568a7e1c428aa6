"""Reads which properties there are, and what share of calls has them."""

import asyncio

import msgspec

from helicorder.model.window import Window
from helicorder.telemetry import numbers
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.numbers import Question, Wanted
from helicorder.telemetry.sql import properties as statements
from helicorder.telemetry.sql.conditions import Statement


class Coverage(msgspec.Struct, frozen=True):
    """How many calls have a property, and how many different values they give it."""

    key: str
    n: int
    values: int


async def keys(telemetry: Telemetry, org_id: str) -> list[str]:
    """The names of all properties of an organisation's calls, sorted. Reads the names on every call."""
    return [row["key"] for row in await telemetry.query(*statements.keys(org_id))]


async def coverage(telemetry: Telemetry, asked: Question, window: Window) -> tuple[int, list[Coverage]]:
    """How many calls there are, and each property that any of them has, the most used first.

    Raises:
        Invalid: the filter says something that cannot be asked.
    """
    statement = Statement(asked.org_id)
    found, whole = await asyncio.gather(
        telemetry.query(*statements.coverage(statement, asked.put(statement, window))),
        numbers.whole(telemetry, asked, window, Wanted()),
    )
    return whole.n, [Coverage(row["key"], row["n"], row["values"]) for row in found]
