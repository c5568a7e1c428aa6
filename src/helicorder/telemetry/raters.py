"""What several judges say of the same things: the counts and sums that agreement and correlation need."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from helicorder.model.window import Window
from helicorder.telemetry.axis import Clock
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.series import COLUMN_OF_CLOCK, Question
from helicorder.telemetry.sql import raters as statements
from helicorder.telemetry.sql.conditions import Statement
from helicorder.telemetry.sql.series import places_of

MOST_CELLS = 2_500
MOST_PATTERNS = 20_000
MOST_ITEMS = 5_000


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


class PairSums(msgspec.Struct, frozen=True):
    """Sums over the things that two raters both judged."""

    n: int
    x: Fraction
    y: Fraction
    xx: Fraction
    yy: Fraction
    xy: Fraction
    apart: Fraction


async def table_of_two(telemetry: Telemetry, panel: Panel, a: Rater, b: Rater) -> dict[tuple[str, str], int]:
    """How often a said one thing where b said another, values as text; of several scores of a rater the newest counts.

    More than MOST_CELLS different pairs are not told: then it has MOST_CELLS, and is not the whole.

    Raises:
        Invalid: the filter says something that cannot be asked.
    """
    statement = panel.asked.statement()
    where, conditions = panel.where(statement), [one.condition(statement) for one in (a, b)]
    sides = statements.side_by_side(statement, conditions, where)
    rows = await telemetry.query(*statements.table_of_two(statement, sides, MOST_CELLS))
    return {(row["a"], row["b"]): row["n"] for row in rows}


async def sums_of_two(telemetry: Telemetry, panel: Panel, a: Rater, b: Rater) -> PairSums:
    """The sums of two raters' numbers.

    Raises:
        Invalid: as `table_of_two`.
    """
    statement = panel.asked.statement()
    where, conditions = panel.where(statement), [one.condition(statement) for one in (a, b)]
    places = places_of(panel.asked.largest)
    sides = statements.side_by_side(statement, conditions, where)
    [row] = await telemetry.query(*statements.moments_of_two(statement, sides, places=places))
    one = Fraction(10) ** places
    linear = {name: (row[name] or 0) / one for name in ("x", "y", "apart")}
    return PairSums(row["n"], **linear, **{name: (row[name] or 0) / one**2 for name in ("xx", "yy", "xy")})


async def ranks_of_two(telemetry: Telemetry, panel: Panel, a: Rater, b: Rater) -> PairSums:
    """The sums of twice the ranks of two raters' numbers; ``apart`` stands for nothing.

    Raises:
        Invalid: as `table_of_two`.
    """
    statement = panel.asked.statement()
    where, conditions = panel.where(statement), [one.condition(statement) for one in (a, b)]
    sides = statements.side_by_side(statement, conditions, where)
    [row] = await telemetry.query(*statements.ranks_of_two(statement, sides))
    sums = {name: Fraction(row[name] or 0) for name in ("x", "y", "xx", "yy", "xy")}
    return PairSums(row["n"], **sums, apart=Fraction())


async def patterns(telemetry: Telemetry, panel: Panel, raters: Sequence[Rater]) -> list[tuple[tuple[str, ...], int]]:
    """(what all raters together said of a thing, of how many things), for things that were judged more than once.

    Raises:
        Invalid: as `table_of_two`.
    """
    statement = panel.asked.statement()
    anybody = " OR ".join(one.condition(statement) for one in raters)
    query = statements.patterns(statement, f"{panel.where(statement)} AND ({anybody})", MOST_PATTERNS)
    return [(tuple(row["pattern"]), row["n"]) for row in await telemetry.query(*query)]


async def ratings(telemetry: Telemetry, panel: Panel, rater: Rater) -> list[tuple[str, str, float]]:
    """(thing, annotator, value) of things that several annotators rated, of at most MOST_ITEMS things.

    Raises:
        Invalid: as `table_of_two`.
    """
    statement = panel.asked.statement()
    where = f"{panel.where(statement)} AND {rater.condition(statement)}"
    rows = await telemetry.query(*statements.ratings(statement, where, MOST_ITEMS))
    return [(row["item"], row["author"], row["value"]) for row in rows]
