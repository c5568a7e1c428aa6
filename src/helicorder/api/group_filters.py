"""Helicone's filter tree on sessions and users, read into `model.group`.

The grammar is that of `filters`; besides the tables of calls there is one of the groups. What a leaf says of calls is
asked of each call of a group: the group is taken if one of its calls meets it. Leaves on calls that *and* joins are met
by one and the same call, in whatever order and nesting they stand.
"""

import functools
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from helicorder.api.filters import (
    MAX_DEPTH,
    NUMBER_OPERATORS,
    ORDER_OPERATORS,
    TEXT_OPERATORS,
    allow,
    number_of,
    operations,
    read_filter,
    read_time,
    text_of,
)
from helicorder.errors import Invalid
from helicorder.model.filter import Both, Either, Everything, Operator
from helicorder.model.group import TEXTS, TIMES, BothGroups, EitherGroup, GroupField, GroupFilter, GroupIs, HasCall

Columns = Mapping[str, GroupField]

SESSIONS = "sessions_request_response_rmt"
USERS = "users_view"
TABLES: Mapping[str, Columns] = {
    SESSIONS: {
        "session_session_id": GroupField.ID,
        "session_session_name": GroupField.NAME,
        "session_tag": GroupField.TAG,
        "session_total_cost": GroupField.COST,
        "session_total_tokens": GroupField.TOTAL_TOKENS,
        "session_prompt_tokens": GroupField.PROMPT_TOKENS,
        "session_completion_tokens": GroupField.COMPLETION_TOKENS,
        "session_total_requests": GroupField.CALLS,
        "session_created_at": GroupField.FIRST,
        "session_latest_request_created_at": GroupField.LAST,
        # Our own.
        "session_total_errors": GroupField.ERRORS,
        "session_duration_ms": GroupField.DURATION,
    },
    USERS: {
        "user_user_id": GroupField.ID,
        "user_active_for": GroupField.DAYS,
        "user_first_active": GroupField.FIRST,
        "user_last_active": GroupField.LAST,
        "user_total_requests": GroupField.CALLS,
        "user_average_requests_per_day_active": GroupField.CALLS_PER_DAY,
        "user_average_tokens_per_request": GroupField.TOKENS_PER_CALL,
        "user_total_completion_tokens": GroupField.COMPLETION_TOKENS,
        "user_total_prompt_tokens": GroupField.PROMPT_TOKENS,
        "user_cost": GroupField.COST,
        # Our own.
        "user_total_errors": GroupField.ERRORS,
    },
}


def read_group_filter(node: Any, table: str, depth: int = 0) -> GroupFilter:
    """The filter on groups that a wire node means.

    Args:
        node: a part of the tree.
        table: the table of these groups, SESSIONS or USERS.
        depth: how deep the node stands.

    Raises:
        Invalid: any part that is not understood, named by table, column and operator; or nesting over 100.
    """
    if depth > MAX_DEPTH:
        raise Invalid(f"filter: nested deeper than {MAX_DEPTH}.")
    if isinstance(node, dict) and node.keys() == {"left", "right", "operator"} and node["operator"] in ("and", "or"):
        left, right = (read_group_filter(node[side], table, depth + 1) for side in ("left", "right"))
        return _both(left, right) if node["operator"] == "and" else _either(left, right)
    if not isinstance(node, dict) or not isinstance(node.get(table), dict):
        return HasCall(read_filter(node, depth))
    of_calls = {name: columns for name, columns in node.items() if name != table}
    leaves = list(itertools.islice(_leaves(table, node[table]), MAX_DEPTH + 1))
    if len(leaves) > MAX_DEPTH:
        raise Invalid(f"filter: more than {MAX_DEPTH} conditions in one leaf.")
    conditions: list[GroupFilter] = [HasCall(read_filter(of_calls, depth)), *leaves]
    return functools.reduce(_both, conditions)


def _both(left: GroupFilter, right: GroupFilter) -> GroupFilter:
    parts = [*_joined(left), *_joined(right)]
    calls = [part.where for part in parts if isinstance(part, HasCall) and not isinstance(part.where, Everything)]
    wholes = [part for part in parts if not isinstance(part, HasCall)]
    one_call = [HasCall(functools.reduce(Both, calls))] if calls else []
    return functools.reduce(BothGroups, [*one_call, *wholes]) if one_call or wholes else HasCall(Everything())


def _joined(node: GroupFilter) -> Iterator[GroupFilter]:
    """The conditions that *and* joins to a node."""
    waiting = [node]
    while waiting:
        last = waiting.pop()
        if isinstance(last, BothGroups):
            waiting += [last.right, last.left]
        else:
            yield last


def _either(left: GroupFilter, right: GroupFilter) -> GroupFilter:
    if isinstance(left, HasCall) and isinstance(right, HasCall):
        return HasCall(Either(left.where, right.where))
    return EitherGroup(left, right)


def _leaves(table: str, columns: dict[str, Any]) -> Iterator[GroupFilter]:
    if not columns:
        raise Invalid(f"filter.{table}: expected at least one column.")
    for column, conditions in columns.items():
        where = f"{table}.{column}"
        field = TABLES[table].get(column)
        if field is None:
            raise Invalid(f"filter.{where}: this column cannot be filtered on: use {', '.join(TABLES[table])}.")
        yield from (_leaf(where, field, operator, value) for operator, value in operations(where, conditions))


def _leaf(where: str, field: GroupField, operator: Operator, value: Any) -> GroupFilter:
    if field in TIMES:
        allow(where, operator, ORDER_OPERATORS)
        return GroupIs(field, operator, read_time(f"filter.{where}", value))
    if field in TEXTS:
        allow(where, operator, TEXT_OPERATORS)
        return GroupIs(field, operator, text_of(where, value))
    allow(where, operator, NUMBER_OPERATORS)
    return GroupIs(field, operator, number_of(where, value))
