"""Reads users: pages of them in any order."""

import datetime as dt

import msgspec

from helicorder.model.group import Group, GroupField, GroupFilter, GroupOrder
from helicorder.model.window import Window
from helicorder.telemetry.client import Row, Telemetry
from helicorder.telemetry.numbers import Part, Question, Sums, Wanted, sums_from
from helicorder.telemetry.sql import groups
from helicorder.telemetry.sql.calls import among
from helicorder.telemetry.sql.conditions import Statement
from helicorder.telemetry.sql.groups import FIELDS, Groups
from helicorder.telemetry.sql.numbers import sums_of

_SUMMED = Wanted((Part.ENDINGS, Part.COST, Part.TOKENS, Part.SESSIONS))
_COLUMNS = {
    "days": FIELDS[GroupField.DAYS],
    "first": FIELDS[GroupField.FIRST],
    "last": FIELDS[GroupField.LAST],
    **sums_of(_SUMMED),
}


class UserRow(msgspec.Struct, frozen=True):
    """What the calls of a user add up to; first, last: when the earliest and the latest began; days: with a call."""

    id: str
    first: dt.datetime
    last: dt.datetime
    days: int
    sums: Sums


class Users(msgspec.Struct, frozen=True):
    """Which users: those that a filter takes, by their calls of a window, or of all time; days are those of a zone.

    Attributes:
        ids: only these; None for all.
    """

    org_id: str
    wanted: GroupFilter
    window: Window | None
    zone: str = "UTC"
    ids: tuple[str, ...] | None = None

    def put(self) -> tuple[Statement, Groups]:
        """A statement, and what it is about."""
        statement = Statement(self.org_id)
        statement.params["zone"] = self.zone
        within = Question(self.org_id).put(statement, self.window)
        if self.ids is not None:
            within += f" AND {among(statement, Group.USERS, self.ids)}"
        return statement, Groups(Group.USERS, self.wanted, within)


async def page(telemetry: Telemetry, users: Users, order: GroupOrder) -> list[UserRow]:
    """The users of a page.

    Raises:
        Invalid: the filter says something that cannot be asked.
    """
    statement, asked = users.put()
    return [_user(row) for row in await telemetry.query(*groups.page(statement, asked, order, _COLUMNS))]


async def count(telemetry: Telemetry, users: Users) -> int:
    """How many users there are.

    Raises:
        Invalid: as `page`.
    """
    statement, asked = users.put()
    [row] = await telemetry.query(*groups.over_groups(statement, asked, {}, {"n": "count()"}))
    return int(row["n"])


def _user(row: Row) -> UserRow:
    return UserRow(row["id"], row["first"], row["last"], row["days"], sums_from(row, _SUMMED))
