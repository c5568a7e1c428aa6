"""A filter on groups of calls, sessions or users, as a value: conditions on the whole beside conditions on its calls.

    GroupFilter = GroupIs | HasCall | BothGroups | EitherGroup

`api/group_filters.py` reads Helicone's tree into these; `telemetry/sql/groups.py` is the only printer.
"""

import datetime as dt
import enum

import msgspec

from helicorder.model.filter import Everything, Filter, Operator


class Group(enum.StrEnum):
    """What calls are grouped by: the column. A call whose column is empty is in no group."""

    SESSIONS = "session_id"
    USERS = "user_id"


class GroupField(enum.StrEnum):
    """What is known of a whole group; the closed vocabulary that SQL is printed from. NAME and TAG are of sessions."""

    ID = "id"
    NAME = "name"
    TAG = "tag"
    CALLS = "calls"
    ERRORS = "errors"
    COST = "cost"
    PROMPT_TOKENS = "prompt_tokens"
    COMPLETION_TOKENS = "completion_tokens"
    TOTAL_TOKENS = "total_tokens"
    TOKENS_PER_CALL = "tokens_per_call"
    DURATION = "duration_ms"
    DAYS = "days"
    CALLS_PER_DAY = "calls_per_day"
    FIRST = "first"
    LAST = "last"


TEXTS = frozenset({GroupField.ID, GroupField.NAME, GroupField.TAG})
TIMES = frozenset({GroupField.FIRST, GroupField.LAST})


class GroupIs(msgspec.Struct, frozen=True, tag=True):
    """Something of the whole compared with a value of its own type; a number that is not known satisfies nothing."""

    field: GroupField
    operator: Operator
    value: str | int | float | dt.datetime


class HasCall(msgspec.Struct, frozen=True, tag=True):
    """At least one of its calls, of the time that is asked for, meets a filter."""

    where: Filter


class BothGroups(msgspec.Struct, frozen=True, tag=True):
    """And."""

    left: "GroupFilter"
    right: "GroupFilter"


class EitherGroup(msgspec.Struct, frozen=True, tag=True):
    """Or."""

    left: "GroupFilter"
    right: "GroupFilter"


GroupFilter = GroupIs | HasCall | BothGroups | EitherGroup
EVERY_GROUP = HasCall(Everything())


class Place(msgspec.Struct, frozen=True):
    """A group's place in a sorted answer: what it is sorted by, as the store's whole number, then its id."""

    value: int | None
    id: str


class GroupOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Which groups of the sorted answer; what is not known comes last either way, ties fall to the id.

    Attributes:
        after: the last group of the page before, where pages follow one another by place; offset: where by number.
    """

    field: GroupField = GroupField.LAST
    ascending: bool = False
    after: Place | None = None
    offset: int = 0
    limit: int = 50
