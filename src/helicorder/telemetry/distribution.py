"""How the values of a score are spread: the sums behind shares of bins and categories, and values at ranks."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from helicorder.model.window import Window
from helicorder.telemetry.axis import Clock
from helicorder.telemetry.client import Row, Telemetry
from helicorder.telemetry.series import COLUMN_OF_CLOCK, Question
from helicorder.telemetry.sql import distribution as statements
from helicorder.telemetry.sql.conditions import Statement
from helicorder.telemetry.sql.series import WEIGHT_PLACES

MOST_CATEGORIES = 1_000


class Part(msgspec.Struct, frozen=True):
    """A part of the values, such as those of a category.

    Attributes:
        n: how many values. weight: what they weigh, 1 each or the inverse of their probabilities.
        squares, cross: sums over clusters of the part's squared weight, and of its product with the cluster's whole.
    """

    n: int
    weight: Fraction
    squares: Fraction
    cross: Fraction


class Values(msgspec.Struct, frozen=True):
    """Which values: those of a question in a window, ``n`` of them.

    ``weighted``: they weigh the inverse of their probabilities, of which ``rarest`` is the least.
    """

    asked: Question
    window: Window
    clock: Clock
    weighted: bool = False
    n: int = 1
    rarest: float = 1.0

    def put(self, statement: Statement) -> str:
        """The condition on rows of ``scores``."""
        column = COLUMN_OF_CLOCK[self.clock]
        start, end = statement.instant(self.window.start), statement.instant(self.window.end)
        return f"{self.asked.condition(statement, self.clock)} AND {column} >= {start} AND {column} < {end}"

    def part(self, row: Row) -> Part:
        """A row as the statements give it."""
        unit = Fraction(10) ** (WEIGHT_PLACES if self.weighted else 0)
        return Part(row["n"], row["own"] / unit, row["squares"] / unit**2, row["cross"] / unit**2)


async def bins(telemetry: Telemetry, values: Values, edges: Sequence[float]) -> dict[int, Part]:
    """The values of each bin between two edges that has any; a bin holds its lower edge, the last one both."""
    statement = values.asked.statement()
    found = await _parts(telemetry, values, statement, statements.bin_of(statement, edges))
    return {int(number): part for number, part in found.items()}


async def truths(telemetry: Telemetry, values: Values) -> dict[str, Part]:
    """The booleans that are ``true`` and those that are ``false``, the commoner first."""
    return await _parts(telemetry, values, values.asked.statement(), statements.TRUTH)


async def labels(telemetry: Telemetry, values: Values) -> dict[str, Part]:
    """The values of each category, the commonest first; at most MOST_CATEGORIES of them."""
    return await _parts(telemetry, values, values.asked.statement(), statements.LABEL)


async def _parts(telemetry: Telemetry, values: Values, statement: Statement, part: str) -> dict[str, Part]:
    query = statements.parts(
        statement, part, values.put(statement),
        clustering=values.asked.clustering, weighted=values.weighted, limit=MOST_CATEGORIES,
    )  # fmt: skip
    return {row["part"]: values.part(row) for row in await telemetry.query(*query)}


async def below(telemetry: Telemetry, values: Values, points: Sequence[float]) -> list[Part]:
    """Per point the values that do not exceed it."""
    if not points:
        return []
    statement = values.asked.statement()
    query = statements.below(
        statement, points, values.put(statement), clustering=values.asked.clustering, weighted=values.weighted
    )
    [row] = await telemetry.query(*query)
    return [values.part({name: numbers[place] for name, numbers in row.items()}) for place in range(len(points))]


async def values_at(telemetry: Telemetry, values: Values, ranks: Sequence[int], n: int) -> dict[int, float]:
    """The values at some ranks, counted from 1, of n values."""
    if not ranks:
        return {}
    statement = values.asked.statement()
    [row] = await telemetry.query(*statements.values_at(statement, values.put(statement), ranks, n))
    return dict(zip(ranks, row["found"], strict=True))


async def values_at_shares(telemetry: Telemetry, values: Values, shares: Sequence[float]) -> dict[float, float]:
    """The smallest values that at least some shares of the weight do not exceed."""
    if not shares:
        return {}
    statement = values.asked.statement()
    query = statements.values_at_shares(statement, values.put(statement), shares, n=values.n, rarest=values.rarest)
    [row] = await telemetry.query(*query)
    return dict(zip(shares, row["found"], strict=True))
