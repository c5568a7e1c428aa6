"""Helicone's filter tree as it is read, apart from any store."""

import contextlib
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.api.filters import MAX_DEPTH, read_filter
from helicorder.errors import Invalid
from helicorder.model.filter import Both, Either, Everything, Field, FieldIs, IsScored, Operator, PropertyIs, ScoreIs

_WORDS = st.sampled_from(
    ["left", "right", "operator", "request_response_rmt", "properties", "scores", "status", "equals", "gte", "and", "x"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(_WORDS, children, max_size=3),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_a_filter_or_refused(node: Any) -> None:
    """No JSON at all makes the reader fail in another way than by refusing it."""
    with contextlib.suppress(Invalid):
        read_filter(node)


def test_every_condition_of_a_leaf_counts() -> None:
    """Two operators and two columns in one leaf are joined by and; Helicone reads only the first."""
    leaf = {"request_response_rmt": {"status": {"gte": 200, "lt": 300}, "user_id": {"equals": "u"}}}
    assert read_filter(leaf) == Both(
        Both(FieldIs(Field.STATUS, Operator.GTE, 200), FieldIs(Field.STATUS, Operator.LT, 300)),
        FieldIs(Field.USER_ID, Operator.EQUALS, "u"),
    )


def test_branches_join_by_and_and_or() -> None:
    """A branch's operator joins its two sides; "all" and {} match everything."""
    assert read_filter({"left": "all", "operator": "or", "right": {}}) == Either(Everything(), Everything())


def test_a_date_without_a_zone_is_utc() -> None:
    """2026-01-31 is midnight UTC, and a zone is honoured."""
    for text, hour in (("2026-01-31", 0), ("2026-01-31T02:00:00+02:00", 0), ("2026-01-31T05:00:00Z", 5)):
        node = {"request_response_rmt": {"request_created_at": {"gte": text}}}
        assert read_filter(node) == FieldIs(
            Field.CREATED_AT, Operator.GTE, dt.datetime(2026, 1, 31, hour, tzinfo=dt.UTC)
        )


def test_scores_are_compared_as_numbers() -> None:
    """Numbers, numeric text and booleans are taken; the suffix picks the boolean of that name."""
    node = {"request_response_rmt": {"scores": {"a": {"gte": "0.5"}, "b-hcone-bool": {"equals": True}}}}
    assert read_filter(node) == Both(ScoreIs("a", Operator.GTE, 0.5), ScoreIs("b", Operator.EQUALS, 1.0, boolean=True))


def test_a_range_of_a_score_is_put_to_one_score() -> None:
    """Two ends of a range in one leaf are one condition, so that of several judges' scores one has to lie within."""
    node = {"request_response_rmt": {"scores": {"a": {"gte": 0.5, "lt": "0.75"}}}}
    assert read_filter(node) == ScoreIs("a", Operator.GTE, 0.5, also=((Operator.LT, 0.75),))


@pytest.mark.parametrize("column", ["cached", "cache_enabled", "threat", "is_passthrough_billing"])
def test_what_is_so_of_no_call_is_asked_for_in_vain(column: str) -> None:
    """A boolean of Helicone's that is false for every call here takes every call, and asked to be true says why."""
    assert read_filter({"request_response_rmt": {column: {"equals": False}}}) == Everything()
    with pytest.raises(Invalid, match="only false"):
        read_filter({"request_response_rmt": {column: {"equals": True}}})


def test_the_map_of_scores_tells_whether_there_are_any() -> None:
    """Helicone asks for scored calls by comparing their map with the empty one; nothing else can be asked of it."""
    for operator, scored in (("equals", False), ("not-equals", True)):
        assert read_filter({"request_response_rmt": {"scores_column": {operator: "{}"}}}) == IsScored(scored)
    with pytest.raises(Invalid, match="whether there are scores"):
        read_filter({"request_response_rmt": {"scores_column": {"equals": "quality"}}})


def test_the_legacy_tables_mean_the_same_columns() -> None:
    """Leaves on properties, request and response are answered, where Helicone's read dropped tables."""
    assert read_filter({"properties": {"env": {"equals": "p"}}}) == PropertyIs("env", Operator.EQUALS, "p")
    assert read_filter({"response": {"status": {"equals": 200}}}) == FieldIs(Field.STATUS, Operator.EQUALS, 200)


def test_nesting_is_bounded() -> None:
    """A tree deeper than the bound is refused, one at the bound is read."""
    node: Any = "all"
    for _ in range(MAX_DEPTH):
        node = {"left": node, "operator": "and", "right": "all"}
    read_filter(node)
    with pytest.raises(Invalid, match="deeper"):
        read_filter({"left": node, "operator": "and", "right": "all"})
