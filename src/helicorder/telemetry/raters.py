"""What several judges say of the same things: the counts and sums that agreement and correlation need."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from helicorder.model.window import Window
from helicorder.telemetry.axis import Clock
from helicorder.telemetry.client import Row, Telemetry
from helicorder.telemetry.series import COLUMN_OF_CLOCK, Question
from helicorder.telemetry.sql import raters as statements
from helicorder.telemetry.sql.conditions import Statement
from helicorder.telemetry.sql.series import WEIGHT_PLACES, places_of

MOST_PATTERNS = 20_000
BLOCKS = 50
"""Clusters fall into this many blocks, where things hang together or weigh differently."""


class Rater(msgspec.Struct, frozen=True):
    """Who judges, and under which name: every score of the name, of some sources, of some authors."""

    name: str
    sources: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()

    def condition(self, statement: Statement) -> str:
        """The condition on the rows that are this rater's."""
        parts = [f"name = {statement.text(self.name)}"]
        for column, values in (("source", self.sources), ("author", self.authors)):
            if values:
                parts.append(f"{column} IN ({', '.join(statement.text(value) for value in values)})")
        return f"({' AND '.join(parts)})"


class Panel(msgspec.Struct, frozen=True):
    """Raters of the same things in a window of time; the question's name and kind stand for nothing here."""

    asked: Question
    window: Window
    clock: Clock

    def where(self, statement: Statement) -> str:
        """The condition on the rows of all raters, but for who they are."""
        column = COLUMN_OF_CLOCK[self.clock]
        start, end = statement.instant(self.window.start), statement.instant(self.window.end)
        return f"{self.asked.condition(statement, self.clock)} AND {column} >= {start} AND {column} < {end}"


class Judged(msgspec.Struct, frozen=True):
    """Things that several judged: how many, in how many clusters, how likely they were to be.

    Attributes:
        low, high: the least and the largest probability. cells: how many different pairs of values, for two raters.
    """

    n: int
    clusters: int
    low: float
    high: float
    cells: int = 0

    @property
    def weighted(self) -> bool:
        """Whether things weigh differently."""
        return self.low != self.high

    @property
    def rarest(self) -> float | None:
        """The least probability where things weigh differently."""
        return self.low if self.weighted else None

    @property
    def blocks(self) -> int:
        """1 where things are independent and weigh the same."""
        return 1 if self.clusters == self.n and not self.weighted else BLOCKS


class Cell(msgspec.Struct, frozen=True):
    """Things of one block of which rater 0 said ``a`` and rater 1 ``b``: how many, and what they stand for."""

    block: int
    a: str
    b: str
    n: int
    weight: Fraction


class PairSums(msgspec.Struct, frozen=True):
    """Sums over the things of one block that two raters both judged; weighted where they weigh differently."""

    n: int
    weight: Fraction
    x: Fraction
    y: Fraction
    xx: Fraction
    yy: Fraction
    xy: Fraction
    apart: Fraction


class Pattern(msgspec.Struct, frozen=True):
    """What all annotators said of a thing, of how many things of one block, and what they stand for."""

    said: tuple[str, ...]
    n: int
    block: int
    weight: Fraction


class Deviations(msgspec.Struct, frozen=True):
    """Things of one block that the same raters judged: the sums of each rater's value less the mean of all of them."""

    raters: tuple[int, ...]
    n: int
    sums: tuple[Fraction, ...]
    block: int
    weight: Fraction


class Two(msgspec.Struct, frozen=True):
    """Two raters of the same things. Of several scores of a rater the newest counts; one that is of both does not."""

    panel: Panel
    a: Rater
    b: Rater

    def put(self, statement: Statement) -> str:
        """A subquery of the things that both judged."""
        conditions = [one.condition(statement) for one in (self.a, self.b)]
        clustering = self.panel.asked.clustering
        return statements.of_two(
            statements.side_by_side(statement, conditions, self.panel.where(statement), clustering)
        )


async def about_two(telemetry: Telemetry, two: Two) -> Judged:
    """What there is to say of two raters' things.

    Raises:
        Invalid: the filter says something that cannot be asked.
    """
    statement = two.panel.asked.statement()
    [row] = await telemetry.query(*statements.about_two(statement, two.put(statement)))
    return Judged(row["n"], row["clusters"], row["low"], row["high"], row["cells"])


async def table_of_two(telemetry: Telemetry, two: Two, judged: Judged) -> list[Cell]:
    """How often a said one thing where b said another, values as text."""
    statement = two.panel.asked.statement()
    query = statements.table_of_two(statement, two.put(statement), blocks=judged.blocks, weighted=judged.weighted)
    unit = _unit(judged)
    return [
        Cell(row["block"], row["a"], row["b"], row["n"], row["weight"] / unit) for row in await telemetry.query(*query)
    ]


async def sums_of_two(telemetry: Telemetry, two: Two, judged: Judged) -> list[PairSums]:
    """The sums of two raters' numbers, by block."""
    statement, places = two.panel.asked.statement(), places_of(two.panel.asked.largest, rarest=judged.rarest)
    query = statements.moments_of_two(
        statement, two.put(statement), places=places, blocks=judged.blocks, weighted=judged.weighted
    )
    return [_pair_sums(row, Fraction(10) ** places, _unit(judged)) for row in await telemetry.query(*query)]


async def ranks_of_two(telemetry: Telemetry, two: Two, judged: Judged) -> list[PairSums]:
    """The sums of twice the ranks of two raters' numbers, by block; ``apart`` stands for nothing."""
    statement = two.panel.asked.statement()
    query = statements.ranks_of_two(statement, two.put(statement), blocks=judged.blocks, weighted=judged.weighted)
    unit = _unit(judged)  # a rank is a weight
    return [_pair_sums(row, unit, unit) for row in await telemetry.query(*query)]


def _pair_sums(row: Row, one: Fraction, unit: Fraction) -> PairSums:
    linear = {name: row.get(name, 0) / (one * unit) for name in ("x", "y", "apart")}
    squares = {name: row[name] / (one**2 * unit) for name in ("xx", "yy", "xy")}
    return PairSums(row["n"], row["weight"] / unit, **linear, **squares)


def _unit(judged: Judged) -> Fraction:
    return Fraction(10) ** (WEIGHT_PLACES if judged.weighted else 0)


async def patterns(telemetry: Telemetry, panel: Panel, raters: Sequence[Rater]) -> list[Pattern]:
    """What all raters together said, of things that were judged more than once; at most MOST_PATTERNS of them.

    Raises:
        Invalid: as `about_two`.
    """

    def where(statement: Statement) -> str:
        anybody = " OR ".join(one.condition(statement) for one in raters)
        return f"{panel.where(statement)} AND ({anybody})"

    statement, clustering = panel.asked.statement(), panel.asked.clustering
    [about] = await telemetry.query(*statements.about_all(statement, where(statement), clustering))
    judged = Judged(about["n"], about["clusters"], about["low"], about["high"])
    statement, unit = panel.asked.statement(), Fraction(10) ** WEIGHT_PLACES
    query = statements.patterns(statement, where(statement), MOST_PATTERNS, clustering=clustering, blocks=judged.blocks)
    return [
        Pattern(tuple(row["pattern"]), row["n"], row["block"], row["weight"] / unit)
        for row in await telemetry.query(*query)
    ]


async def deviations(telemetry: Telemetry, panel: Panel, raters: Sequence[Rater]) -> list[Deviations]:
    """How far raters' numbers are from the means of those who judged the same things, by block.

    Raises:
        Invalid: as `about_two`.
    """
    statement, places = panel.asked.statement(), places_of(panel.asked.largest, rarest=1.0)
    conditions = [one.condition(statement) for one in raters]
    sides = statements.side_by_side(statement, conditions, panel.where(statement), panel.asked.clustering)
    query = statements.deviations(statement, sides, len(raters), places=places, blocks=BLOCKS)
    one, unit = Fraction(10) ** places, Fraction(10) ** WEIGHT_PLACES
    found = []
    for row in await telemetry.query(*query):
        who = tuple(number for number in range(len(raters)) if row["who"] >> number & 1)
        sums = tuple(row["sums"][number] / (one * unit) for number in who)
        found.append(Deviations(who, row["n"], sums, row["block"], row["weight"] / unit))
    return found
