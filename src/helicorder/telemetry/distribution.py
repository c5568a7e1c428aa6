"""How the values of a score are spread: bins, values at ranks, categories."""

from collections.abc import Sequence

import msgspec

from helicorder.model.window import Window
from helicorder.telemetry.axis import Clock
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.series import COLUMN_OF_CLOCK, Question
from helicorder.telemetry.sql import distribution as statements
from helicorder.telemetry.sql.conditions import Statement

MOST_CATEGORIES = 1_000


class Extent(msgspec.Struct, frozen=True):
    """How many values there are, and between which they lie; for n = 0 both are 0."""

    n: int
    minimum: float
    maximum: float


class Values(msgspec.Struct, frozen=True):
    """Which values: those of a question in a window."""

    asked: Question
    window: Window
    clock: Clock

    def put(self, statement: Statement) -> str:
        """The condition on rows of ``scores``."""
        column = COLUMN_OF_CLOCK[self.clock]
        start, end = statement.instant(self.window.start), statement.instant(self.window.end)
        return f"{self.asked.condition(statement, self.clock)} AND {column} >= {start} AND {column} < {end}"


async def extent(telemetry: Telemetry, values: Values) -> Extent:
    """How many values there are, the least and the greatest.

    Raises:
        Invalid: the filter says something that cannot be asked.
    """
    statement = values.asked.statement()
    [row] = await telemetry.query(*statements.extent(statement, values.put(statement)))
    return Extent(row["n"], row["minimum"], row["maximum"])


async def bins(telemetry: Telemetry, values: Values, edges: Sequence[float]) -> list[int]:
    """How many values are in each bin between two edges; a bin holds its lower edge, the last one both."""
    statement = values.asked.statement()
    rows = await telemetry.query(*statements.bins(statement, values.put(statement), edges))
    counts = dict.fromkeys(edges, 0) | {row["low"]: row["n"] for row in rows}
    *inner, last = (counts[edge] for edge in edges)
    inner[-1] += last
    return inner


async def values_at(telemetry: Telemetry, values: Values, ranks: Sequence[int], n: int) -> dict[int, float]:
    """The values at some ranks, counted from 1, of n values."""
    if not ranks:
        return {}
    statement = values.asked.statement()
    [row] = await telemetry.query(*statements.values_at(statement, values.put(statement), ranks, n))
    return dict(zip(ranks, row["found"], strict=True))


async def labels(telemetry: Telemetry, values: Values) -> dict[str, int]:
    """How often each category was given, the commonest first; at most MOST_CATEGORIES of them."""
    statement = values.asked.statement()
    rows = await telemetry.query(*statements.labels(statement, values.put(statement), MOST_CATEGORIES))
    return {row["label"]: row["n"] for row in rows}
