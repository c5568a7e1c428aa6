"""Statements about groups of calls, sessions and users: which there are, in any order, and what each adds up to.

A page is found in two steps of one statement: first the ids, reading only what the filter and the order need; then, of
those few, everything else.
"""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

from collections.abc import Mapping
from typing import assert_never

import msgspec

from helicorder.model.filter import Everything
from helicorder.model.group import (
    BothGroups,
    EitherGroup,
    Group,
    GroupField,
    GroupFilter,
    GroupIs,
    GroupOrder,
    HasCall,
    Place,
)
from helicorder.model.score import ScoreKind, Source, Target
from helicorder.telemetry.sql.conditions import ERROR, Query, Statement, compared, condition
from helicorder.telemetry.sql.derivation import NOWHERE
from helicorder.telemetry.sql.numbers import TOTAL_TOKENS
from helicorder.telemetry.sql.tenant import read

SESSION_TAG = "helicone-session-tag"
"""The score whose category is the tag of a session."""

_FIRST, _LAST, _ENDED = "min(created_at)", "max(created_at)", "max(response_at)"
_LASTED = f"greatest(toUnixTimestamp64Micro({_ENDED}) - toUnixTimestamp64Micro({_FIRST}), 0)"
_DAYS = "uniqExact(toDate(created_at, {zone:String}))"
NAME = "argMaxIf(session_name, (created_at, request_id), session_name != '')"
"""The name of a session is that of its newest call that has one."""


def _known_sum(of: str) -> str:
    """A sum that is NULL where nothing is known, and that does not overflow."""
    return f"if(count({of}) = 0, NULL, sum(toInt128({of})))"


FIELDS: dict[GroupField, str] = {
    GroupField.NAME: NAME,
    GroupField.CALLS: "count()",
    GroupField.ERRORS: f"countIf({ERROR})",
    GroupField.COST: "sum(cost_usd)",
    GroupField.PROMPT_TOKENS: _known_sum("prompt_tokens"),
    GroupField.COMPLETION_TOKENS: _known_sum("completion_tokens"),
    GroupField.TOTAL_TOKENS: _known_sum(TOTAL_TOKENS),
    GroupField.TOKENS_PER_CALL: f"{_known_sum(TOTAL_TOKENS)} / count({TOTAL_TOKENS})",
    GroupField.DURATION: f"{_LASTED} / 1000",
    GroupField.DAYS: _DAYS,
    GroupField.CALLS_PER_DAY: f"count() / {_DAYS}",
    GroupField.FIRST: _FIRST,
    GroupField.LAST: _LAST,
}
"""The aggregate of each field but the id, which is the column, and the tag, which is a score."""

# As whole numbers, so that a place in the order can be written down exactly and compared again.
PLACES: dict[GroupField, str] = FIELDS | {
    GroupField.COST: "sum(toInt128(reinterpretAsInt64(cost_usd)))",
    GroupField.DURATION: _LASTED,
    GroupField.FIRST: f"toUnixTimestamp64Micro({_FIRST})",
    GroupField.LAST: f"toUnixTimestamp64Micro({_LAST})",
}


class Groups(msgspec.Struct, frozen=True):
    """Which groups, of which calls.

    Attributes:
        within: a condition on rows of ``calls``: the time.
    """

    of: Group
    wanted: GroupFilter
    within: str

    def selected(self, statement: Statement, columns: Mapping[str, str]) -> str:
        """The statement of the wanted groups, with some aggregates of each beside its ``id``.

        Raises:
            Invalid: the filter says something that cannot be asked.
        """
        having = group_condition(statement, self.of, self.wanted)
        return f"SELECT {_named({'id': str(self.of), **columns})} {self.calls()} GROUP BY id HAVING {having}"

    def calls(self, *conditions: str) -> str:
        """``FROM ... WHERE ...`` over the calls that belong to any group and satisfy all conditions."""
        return read("calls FINAL", f"{self.of} != ''", self.within, *conditions)


def page(statement: Statement, groups: Groups, order: GroupOrder, columns: Mapping[str, str]) -> Query:
    """The groups of a page in their order: ``id``, ``place`` and some aggregates."""
    place = str(groups.of) if order.field is GroupField.ID else PLACES[order.field]
    direction = "ASC" if order.ascending else "DESC"
    sorted_ = f"ORDER BY place {direction} NULLS LAST, id"
    after = f"WHERE {_after(statement, order, order.after)} " if order.after else ""
    limit, offset = statement.bind("UInt64", order.limit), statement.bind("UInt64", order.offset)
    all_ids = groups.selected(statement, {"place": place})
    ids = f"SELECT id FROM ({all_ids}) {after}{sorted_} LIMIT {limit} OFFSET {offset}"
    return statement.query(
        f"SELECT {groups.of} AS id, {_named({'place': place} | dict(columns))} "
        f"{groups.calls(f'{groups.of} IN ({ids})')} GROUP BY id {sorted_}"
    )


def _after(statement: Statement, order: GroupOrder, after: Place) -> str:
    id_ = statement.bind("String", after.id)
    if after.value is None:
        return f"(place IS NULL AND id > {id_})"
    value = statement.bind("Int128", after.value)
    beyond = f"place > {value}" if order.ascending else f"place < {value}"
    return f"({beyond} OR (place = {value} AND id > {id_}) OR place IS NULL)"


def over_groups(statement: Statement, groups: Groups, columns: Mapping[str, str], shown: Mapping[str, str]) -> Query:
    """Aggregates over the wanted groups, of aggregates of each."""
    return statement.query(f"SELECT {_named(shown)} FROM ({groups.selected(statement, columns)})")


def group_condition(statement: Statement, group: Group, wanted: GroupFilter) -> str:
    """The condition on the aggregates of a group; linear in the filter's size however deep it nests.

    Raises:
        Invalid: the filter says something that cannot be asked.
    """
    printed: list[str] = []
    _print(statement, group, wanted, printed)
    return "".join(printed)


def _print(statement: Statement, group: Group, node: GroupFilter, printed: list[str]) -> None:
    match node:
        case BothGroups() | EitherGroup():
            printed.append("(")
            _print(statement, group, node.left, printed)
            printed.append(" AND " if isinstance(node, BothGroups) else " OR ")
            _print(statement, group, node.right, printed)
            printed.append(")")
        case HasCall(where=Everything()):
            printed.append("true")
        case HasCall():
            printed.append(f"countIf({condition(statement, node.where)}) > 0")
        case GroupIs():
            statement.count_condition()
            printed.append(f"ifNull({_compared(statement, group, node)}, false)")
        case _:
            assert_never(node)


def _compared(statement: Statement, group: Group, node: GroupIs) -> str:
    if node.field is not GroupField.TAG:
        of = str(group) if node.field is GroupField.ID else FIELDS[node.field]
        return compared(statement, of, node.operator, node.value)
    # A session that has no tag compares as the empty text.
    tagged = tags(statement)
    matching = f"SELECT id FROM ({tagged}) WHERE {compared(statement, 'tag', node.operator, node.value)}"
    bare = compared(statement, "''", node.operator, node.value)
    return f"if(session_id IN (SELECT id FROM ({tagged})), session_id IN ({matching}), {bare})"


def tags(statement: Statement) -> str:
    """The tag of each session that has one: ``id``, ``tag``."""
    name, target = statement.bind("String", SESSION_TAG), statement.bind("String", Target.SESSION)
    kind, source = statement.bind("String", ScoreKind.CATEGORICAL), statement.bind("String", Source.API)
    where = (
        f"name = {name} AND created_at = {NOWHERE} AND target = {target} AND kind = {kind} AND source = {source} "
        "AND author = ''"
    )
    return f"SELECT target_id AS id, argMax(label, revision) AS tag {read('scores FINAL', where)} GROUP BY target_id"


def _named(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{of} AS {name}" for name, of in columns.items())
