"""Helicone's filter tree, read into `model.filter`.

    Node   = Leaf | Branch | "all" | {}
    Branch = {"left": Node, "operator": "and" | "or", "right": Node}
    Leaf   = {TABLE: {COLUMN: {OPERATOR: value}}}

Where Helicone reads only the first condition of a leaf, every condition counts here (they are joined by *and*). What is
not understood is refused by name, never silently "all".
"""

import datetime as dt
import functools
import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from helicorder.errors import Invalid
from helicorder.model.filter import (
    NUMBER_FIELDS,
    TIME_FIELDS,
    Both,
    Either,
    Everything,
    Field,
    FieldIs,
    Filter,
    HasProperty,
    IsScored,
    Operator,
    PropertyIs,
    ScoreIs,
)
from helicorder.model.score import BOOLEAN_SUFFIX, FEEDBACK_NAME

MAX_DEPTH = 100
_UNKNOWN = "null"  # Helicone's word for a value that is not there

TEXT_OPERATORS = frozenset(
    {
        Operator.EQUALS,
        Operator.NOT_EQUALS,
        Operator.LIKE,
        Operator.ILIKE,
        Operator.CONTAINS,
        Operator.NOT_CONTAINS,
    }
)
ORDER_OPERATORS = frozenset({Operator.EQUALS, Operator.GT, Operator.GTE, Operator.LT, Operator.LTE})
NUMBER_OPERATORS = ORDER_OPERATORS | {Operator.NOT_EQUALS}

_RMT_COLUMNS = {
    "request_id": Field.REQUEST_ID,
    "model": Field.MODEL,
    "provider": Field.PROVIDER,
    "user_id": Field.USER_ID,
    "status": Field.STATUS,
    # Our own: what charts by `error` show can be asked for.
    "error": Field.ERROR,
    "request_created_at": Field.CREATED_AT,
    "response_created_at": Field.RESPONSE_AT,
    "latency": Field.LATENCY,
    "time_to_first_token": Field.TIME_TO_FIRST_TOKEN,
    "cost": Field.COST,
    "prompt_tokens": Field.PROMPT_TOKENS,
    "completion_tokens": Field.COMPLETION_TOKENS,
    "prompt_cache_read_tokens": Field.CACHE_READ_TOKENS,
    "prompt_cache_write_tokens": Field.CACHE_WRITE_TOKENS,
    "total_tokens": Field.TOTAL_TOKENS,
    "target_url": Field.TARGET_URL,
    "prompt_id": Field.PROMPT_ID,
    "prompt_version": Field.PROMPT_VERSION,
    "request_referrer": Field.REFERRER,
    "country_code": Field.COUNTRY_CODE,
    "request_body": Field.REQUEST_BODY,
    "response_body": Field.RESPONSE_BODY,
}
# Booleans of Helicone's that are the same for every call here, and why.
_NEVER = {
    "cached": "there is no response cache yet",
    "cache_enabled": "there is no response cache yet",
    "threat": "nothing here looks for threats",
    "is_passthrough_billing": "nobody is billed here",
}
_NO_SCORES = "{}"
# The legacy tables answer from the same columns: Helicone's own are dropped and match nothing.
COLUMNS: dict[str, dict[str, Field]] = {
    "request_response_rmt": _RMT_COLUMNS,
    "request": {
        "id": Field.REQUEST_ID,
        "created_at": Field.CREATED_AT,
        "user_id": Field.USER_ID,
        "model": Field.MODEL,
        "prompt": Field.REQUEST_BODY,
        "country_code": Field.COUNTRY_CODE,
        "prompt_id": Field.PROMPT_ID,
    },
    "response": {
        "status": Field.STATUS,
        "model": Field.MODEL,
        "body_model": Field.MODEL,
        "body_completion": Field.RESPONSE_BODY,
    },
}
"""The columns that a filter on calls may name, by table; properties, scores and feedback stand beside them."""


def read_filter(node: Any, depth: int = 0) -> Filter:
    """The filter that a wire node means.

    Raises:
        Invalid: any part that is not understood, named by table, column and operator; or nesting over 100.
    """
    if depth > MAX_DEPTH:
        raise Invalid(f"filter: nested deeper than {MAX_DEPTH}.")
    if node in ("all", {}):
        return Everything()
    if not isinstance(node, dict):
        raise Invalid('filter: a node is "all", a leaf or a branch.')
    if node.keys() & {"left", "right", "operator"}:
        return _branch(node, depth)
    leaves = list(itertools.islice(_all_leaves(node), MAX_DEPTH + 1))
    if len(leaves) > MAX_DEPTH:
        raise Invalid(f"filter: more than {MAX_DEPTH} conditions in one leaf.")
    return functools.reduce(Both, leaves)


def filter_of_text(text: str | None) -> Filter:
    """The filter in a query string, JSON there; everything where none is given.

    Raises:
        Invalid: it is not JSON, or not understood.
    """
    try:
        return read_filter("all" if text is None else msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        raise Invalid("filter: is not JSON.") from None


def _all_leaves(node: dict[str, Any]) -> Iterator[Filter]:
    for table, columns in node.items():
        yield from _leaves(table, columns)


def _branch(node: dict[str, Any], depth: int) -> Filter:
    joins: dict[Any, Callable[[Filter, Filter], Filter]] = {"and": Both, "or": Either}
    if node.keys() != {"left", "right", "operator"} or node["operator"] not in ("and", "or"):
        raise Invalid('filter: a branch has exactly left, right and operator ("and" or "or").')
    return joins[node["operator"]](read_filter(node["left"], depth + 1), read_filter(node["right"], depth + 1))


def _leaves(table: str, columns: Any) -> Iterator[Filter]:
    if not isinstance(columns, dict) or not columns:
        raise Invalid(f"filter.{table}: expected at least one column.")
    if table == "properties":
        yield from _maps("properties", columns, _property)
        return
    if table not in COLUMNS:
        raise Invalid(f"filter.{table}: this table cannot be filtered on (yet).")
    for column, conditions in columns.items():
        yield from _column(table, column, conditions)


def _column(table: str, column: str, conditions: Any) -> Iterator[Filter]:
    where = f"{table}.{column}"
    if table == "request_response_rmt" and column in ("properties", "search_properties"):
        yield from _maps(where, conditions, _property)
    elif table == "request_response_rmt" and column == "scores":
        yield from _scores(where, conditions)
    elif table == "request_response_rmt" and column == FEEDBACK_NAME:
        yield from (_feedback(where, operator, value) for operator, value in operations(where, conditions))
    elif table == "request_response_rmt" and column in _NEVER:
        yield from (_never(where, column, operator, value) for operator, value in operations(where, conditions))
    elif table == "request_response_rmt" and column == "scores_column":
        yield from (_scored(where, operator, value) for operator, value in operations(where, conditions))
    elif table == "request_response_rmt" and column == "property_key":
        yield from (_has_property(where, operator, value) for operator, value in operations(where, conditions))
    elif field := COLUMNS[table].get(column):
        yield from (_field(where, field, operator, value) for operator, value in operations(where, conditions))
    else:
        raise Invalid(f"filter.{where}: this column cannot be filtered on (yet).")


def _maps(where: str, keys: Any, leaf: Callable[[str, str, Operator, Any], Filter]) -> Iterator[Filter]:
    if not isinstance(keys, dict) or not keys:
        raise Invalid(f"filter.{where}: expected at least one name.")
    for key, conditions in keys.items():
        for operator, value in operations(f"{where}.{key}", conditions):
            yield leaf(f"{where}.{key}", key, operator, value)


def operations(where: str, conditions: Any) -> Iterator[tuple[Operator, Any]]:
    """The operators of one column, each with its value. Raises Invalid: there are none, or one is not known."""
    if not isinstance(conditions, dict) or not conditions:
        raise Invalid(f"filter.{where}: expected an operator and a value.")
    for word, value in conditions.items():
        try:
            yield Operator(word), value
        except ValueError:
            raise Invalid(f"filter.{where}.{word}: not an operator.") from None


def allow(where: str, operator: Operator, allowed: frozenset[Operator]) -> None:
    """Nothing. Raises Invalid: the column does not take the operator."""
    if operator not in allowed:
        raise Invalid(f"filter.{where}.{operator}: this column takes {', '.join(sorted(allowed))}.")


def _field(where: str, field: Field, operator: Operator, value: Any) -> Filter:
    if field in TIME_FIELDS:
        allow(where, operator, ORDER_OPERATORS)
        return FieldIs(field, operator, read_time(f"filter.{where}", value))
    if field in NUMBER_FIELDS:
        allow(where, operator, NUMBER_OPERATORS)
        if value == _UNKNOWN and operator in (Operator.EQUALS, Operator.NOT_EQUALS):
            return FieldIs(field, operator, _UNKNOWN)
        return FieldIs(field, operator, number_of(where, value))
    allow(where, operator, TEXT_OPERATORS)
    return FieldIs(field, operator, text_of(where, value))


def _property(where: str, key: str, operator: Operator, value: Any) -> Filter:
    allow(where, operator, TEXT_OPERATORS)
    return PropertyIs(key, operator, text_of(where, value))


def _has_property(where: str, operator: Operator, value: Any) -> Filter:
    allow(where, operator, frozenset({Operator.EQUALS}))
    return HasProperty(text_of(where, value))


def _scores(where: str, names: Any) -> Iterator[Filter]:
    """One condition for each name: the comparisons of a name are all put to the same score."""
    if not isinstance(names, dict) or not names:
        raise Invalid(f"filter.{where}: expected at least one name.")
    for key, conditions in names.items():
        compared = tuple(_comparison(f"{where}.{key}", *one) for one in operations(f"{where}.{key}", conditions))
        name, boolean = (key.removesuffix(BOOLEAN_SUFFIX), True) if key.endswith(BOOLEAN_SUFFIX) else (key, None)
        yield ScoreIs(name, *compared[0], boolean, compared[1:])


def _comparison(where: str, operator: Operator, value: Any) -> tuple[Operator, float]:
    allow(where, operator, NUMBER_OPERATORS)
    return operator, float(value) if isinstance(value, bool) else float(number_of(where, value))


def _feedback(where: str, operator: Operator, value: Any) -> Filter:
    allow(where, operator, frozenset({Operator.EQUALS}))
    if not isinstance(value, bool):
        raise Invalid(f"filter.{where}: feedback is true or false.")
    return ScoreIs(FEEDBACK_NAME, operator, float(value))


def _never(where: str, column: str, operator: Operator, value: Any) -> Filter:
    allow(where, operator, frozenset({Operator.EQUALS}))
    if value is not False:
        raise Invalid(f"filter.{where}: only false can be asked for: {_NEVER[column]}.")
    return Everything()


def _scored(where: str, operator: Operator, value: Any) -> Filter:
    """Helicone compares the whole map of scores as text, and asks by that whether there are any."""
    allow(where, operator, frozenset({Operator.EQUALS, Operator.NOT_EQUALS}))
    if value != _NO_SCORES:
        raise Invalid(f'filter.{where}: is compared with "{_NO_SCORES}" alone: whether there are scores.')
    return IsScored(operator is Operator.NOT_EQUALS)


def text_of(where: str, value: Any) -> str:
    """The value as text. Raises Invalid: it is none."""
    if not isinstance(value, str):
        raise Invalid(f"filter.{where}: expected text.")
    return value


def number_of(where: str, value: Any) -> int | float:
    """The value as a finite number. Raises Invalid: it is none."""
    # Helicone's own interface sends numbers as text ("status": {"equals": "200"}), so text that is a number is taken.
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise Invalid(f"filter.{where}: expected a finite number.")
    return number if isinstance(value, str) else value


def read_time(where: str, value: Any) -> dt.datetime:
    """An ISO 8601 date or time; one without a zone is UTC, as on Helicone's server.

    Raises:
        Invalid: anything else.
    """
    try:
        moment = dt.datetime.fromisoformat(value)
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    except (TypeError, ValueError, OverflowError):
        raise Invalid(f"{where}: expected an ISO 8601 time such as 2026-01-31T12:00:00Z.") from None
