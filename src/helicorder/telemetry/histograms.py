"""How numbers of groups are spread: the cost of sessions, the requests of users."""

from collections.abc import Mapping

import msgspec

from helicorder.model.group import Group, GroupField, GroupFilter
from helicorder.model.window import Window
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.numbers import Question
from helicorder.telemetry.sql import histograms as statements
from helicorder.telemetry.sql.conditions import Statement
from helicorder.telemetry.sql.groups import FIELDS, Groups
from helicorder.telemetry.sql.histograms import BINS


class Histogram(msgspec.Struct, frozen=True):
    """How many groups have a number, its mean over them, and how many of those between two quantiles are in each bin.

    Attributes:
        n, mean: of all groups that have the number. low, high: the ends of the bins; counts: BINS of them, or none.
    """

    n: int
    mean: float | None
    low: float
    high: float
    counts: list[int]

    def edges(self) -> list[float]:
        """Where the bins begin, and at last where the last one ends."""
        width = (self.high - self.low) / BINS
        return [*(self.low + width * number for number in range(BINS)), self.high]


async def of_groups(
    telemetry: Telemetry,
    org_id: str,
    group: Group,
    wanted: GroupFilter,
    window: Window | None,
    fields: Mapping[str, GroupField],
    *,
    since: float,
    upto: float,
) -> dict[str, Histogram]:
    """The histogram of each of some numbers, by name, between two of its quantiles.

    Raises:
        Invalid: the filter says something that cannot be asked.
    """
    statement = Statement(org_id)
    asked = Groups(group, wanted, Question(org_id).put(statement, window))
    measures = {name: FIELDS[field] for name, field in fields.items()}
    [row] = await telemetry.query(*statements.histograms(statement, asked, measures, since=since, upto=upto))
    return {
        name: Histogram(
            row[f"{name}_n"],
            row[f"{name}_mean"],
            row[f"{name}_low"],
            row[f"{name}_high"],
            row[f"{name}_bins"] if row[f"{name}_n"] else [],
        )
        for name in fields
    }
