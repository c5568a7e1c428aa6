"""Filters on sessions and users, read from the wire."""

import contextlib
import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helicorder.api.filter_schema import schemas
from helicorder.api.filters import read_filter
from helicorder.api.group_filters import SESSIONS, USERS, read_group_filter
from helicorder.errors import Invalid
from helicorder.model.filter import Both, Either, Everything, Field, FieldIs, Operator
from helicorder.model.group import (
    EVERY_GROUP,
    BothGroups,
    EitherGroup,
    GroupField,
    GroupFilter,
    GroupIs,
    HasCall,
)

FAILED = {"request_response_rmt": {"status": {"equals": 500}}}
SLOW = {"request_response_rmt": {"latency": {"gt": 1000}}}
COSTLY = {SESSIONS: {"session_total_cost": {"gte": 1}}}
TAGGED = {SESSIONS: {"session_tag": {"equals": "gold"}}}
IS_FAILED = FieldIs(Field.STATUS, Operator.EQUALS, 500)
IS_SLOW = FieldIs(Field.LATENCY, Operator.GT, 1000)
IS_COSTLY = GroupIs(GroupField.COST, Operator.GTE, 1)
IS_TAGGED = GroupIs(GroupField.TAG, Operator.EQUALS, "gold")


def joined(operator: str, left: Any, right: Any) -> Any:
    """A branch."""
    return {"left": left, "operator": operator, "right": right}


@pytest.mark.parametrize(
    ("node", "meant"),
    [
        ("all", EVERY_GROUP),
        ({}, EVERY_GROUP),
        (FAILED, HasCall(IS_FAILED)),
        (COSTLY, IS_COSTLY),
        (joined("and", FAILED, "all"), HasCall(IS_FAILED)),
        (joined("and", FAILED, SLOW), HasCall(Both(IS_FAILED, IS_SLOW))),
        (joined("or", FAILED, SLOW), HasCall(Either(IS_FAILED, IS_SLOW))),
        (joined("or", FAILED, COSTLY), EitherGroup(HasCall(IS_FAILED), IS_COSTLY)),
        ({**FAILED, **COSTLY}, BothGroups(HasCall(IS_FAILED), IS_COSTLY)),
        ({SESSIONS: COSTLY[SESSIONS] | TAGGED[SESSIONS]}, BothGroups(IS_COSTLY, IS_TAGGED)),
    ],
)
def test_a_node_means_what_it_says(node: Any, meant: GroupFilter) -> None:
    """Conditions on calls are of a call of the group, conditions on the group of the whole."""
    assert read_group_filter(node, SESSIONS) == meant


@given(st.permutations([FAILED, COSTLY, SLOW, TAGGED]), st.integers(0, 4))
def test_what_and_joins_is_met_by_one_call(leaves: list[Any], shape: int) -> None:
    """In whatever order and nesting *and* joins them, conditions on calls are met by one and the same call."""
    first, second, third, fourth = leaves
    node = [
        joined("and", first, joined("and", second, joined("and", third, fourth))),
        joined("and", joined("and", first, second), joined("and", third, fourth)),
        joined("and", joined("and", joined("and", first, second), third), fourth),
        joined("and", first, joined("and", joined("and", second, third), fourth)),
        joined("and", joined("and", first, joined("and", second, third)), fourth),
    ][shape]
    found = read_group_filter(node, SESSIONS)
    parts = list(_conjuncts(found))
    of_calls = [part.where for part in parts if isinstance(part, HasCall)]
    assert [{one.left, one.right} for one in of_calls if isinstance(one, Both)] == [{IS_FAILED, IS_SLOW}]
    assert {part for part in parts if isinstance(part, GroupIs)} == {IS_COSTLY, IS_TAGGED}
    assert len(parts) == 3


def _conjuncts(node: GroupFilter) -> list[GroupFilter]:
    return [*_conjuncts(node.left), *_conjuncts(node.right)] if isinstance(node, BothGroups) else [node]


words = st.sampled_from(
    [
        "left",
        "right",
        "operator",
        SESSIONS,
        USERS,
        "request_response_rmt",
        "session_tag",
        "equals",
        "gte",
        "status",
        "x",
    ]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["all", "and", "or", ""]) | st.text(),
    lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(words, deeper, max_size=3),
    max_leaves=12,
)


@settings(max_examples=300)
@given(anything, st.sampled_from([SESSIONS, USERS]))
def test_any_json_is_a_filter_or_refused(node: Any, table: str) -> None:
    """No JSON at all makes the reader fail in another way than by refusing it."""
    with contextlib.suppress(Invalid):
        assert isinstance(read_group_filter(node, table), GroupIs | HasCall | BothGroups | EitherGroup)


@pytest.mark.parametrize(
    "node",
    [
        {SESSIONS: {}},
        {SESSIONS: {"session_colour": {"equals": "x"}}},
        {SESSIONS: {"session_tag": {}}},
        {SESSIONS: {"session_tag": {"gt": "x"}}},
        {SESSIONS: {"session_tag": {"equals": 1}}},
        {SESSIONS: {"session_total_cost": {"equals": "much"}}},
        {SESSIONS: {"session_created_at": {"gt": "yesterday"}}},
        {USERS: {"user_cost": {"gt": 1}}},
        {"request_response_rmt": {"colour": {"equals": "x"}}},
        {**FAILED, **COSTLY, "colour": {}},
        joined("xor", FAILED, COSTLY),
        {"left": FAILED, "operator": "and"},
        [],
        None,
    ],
)
def test_what_is_not_understood_is_refused(node: Any) -> None:
    """A table, a column, an operator or a value that is not understood is refused, never dropped."""
    with pytest.raises(Invalid):
        read_group_filter(node, SESSIONS)


def test_a_filter_that_nests_too_deep_is_refused() -> None:
    """More than a hundred levels are refused, and what stands in them is not widened."""
    node: Any = COSTLY
    for _ in range(101):
        node = joined("and", node, FAILED)
    with pytest.raises(Invalid, match="deeper"):
        read_group_filter(node, SESSIONS)


VALUES = {"TextConditions": "x", "NumberConditions": 1, "TimeConditions": "2026-01-01T00:00:00Z"}


def _columns() -> list[tuple[str, str, dict[str, Any]]]:
    tables = schemas()["FilterLeaf"]["properties"]
    return [
        (table, column, of)
        for table, columns in tables.items()
        if table != "properties"
        for column, of in columns["properties"].items()
    ]


@pytest.mark.parametrize(("table", "column", "of"), _columns())
def test_the_document_offers_what_is_understood(table: str, column: str, of: dict[str, Any]) -> None:
    """Every column of the OpenAPI document, with every operator that it is said to take, is a filter."""
    named = schemas()
    inner = of.get("additionalProperties") or of
    conditions = named[inner["$ref"].rsplit("/", 1)[1]] if isinstance(inner, dict) and "$ref" in inner else of
    kind = next((name for name, schema in named.items() if schema == conditions), "")
    for operator, value in conditions["properties"].items():
        given = VALUES.get(kind, value.get("type") == "boolean" or "x")
        test = {operator: given}
        node = {table: {column: {"name": test} if of.get("additionalProperties") else test}}
        if table in (SESSIONS, USERS):
            assert not isinstance(read_group_filter(node, table), HasCall)
        else:
            assert not isinstance(read_filter(node), Everything)


def test_times_are_instants() -> None:
    """A time in a filter on a session is an instant."""
    node = {SESSIONS: {"session_created_at": {"gte": "2026-01-01T01:00:00+01:00"}}}
    assert read_group_filter(node, SESSIONS) == GroupIs(
        GroupField.FIRST, Operator.GTE, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )
