"""Helicone's filter tree as JSON Schema, from the same tables that filters are read by, for the OpenAPI document."""

from typing import Any

from helicorder.api.filters import COLUMNS, NUMBER_OPERATORS, ORDER_OPERATORS, TEXT_OPERATORS
from helicorder.api.group_filters import SESSIONS, TABLES, USERS
from helicorder.model.filter import NUMBER_FIELDS, TIME_FIELDS, Field, Operator
from helicorder.model.group import TEXTS, TIMES, GroupField
from helicorder.model.score import FEEDBACK_NAME

Schema = dict[str, Any]

CALLS = "request_response_rmt"
NAMES = {"filter": "FilterNode", "userFilter": "FilterNode"}
"""The properties of bodies that hold a tree."""

_TEXT: Schema = {"type": "string"}
# Helicone's own interface sends numbers as text.
_NUMBER: Schema = {"anyOf": [{"type": "number"}, {"type": "string"}]}
_TIME: Schema = {"type": "string", "description": "ISO 8601."}


def _object(properties: Schema, *, required: bool = False) -> Schema:
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return made | ({"required": sorted(properties)} if required else {"minProperties": 1})


def _conditions(operators: frozenset[Operator], value: Schema) -> Schema:
    return _object({operator.value: value for operator in sorted(operators)})


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _named(conditions: str) -> Schema:
    return {"type": "object", "additionalProperties": _ref(conditions), "minProperties": 1}


def _of_call(field: Field) -> Schema:
    kind = "Time" if field in TIME_FIELDS else "Number" if field in NUMBER_FIELDS else "Text"
    return _ref(f"{kind}Conditions")


def _of_group(field: GroupField) -> Schema:
    kind = "Time" if field in TIMES else "Text" if field in TEXTS else "Number"
    return _ref(f"{kind}Conditions")


def _tables() -> Schema:
    tables = {name: {column: _of_call(field) for column, field in columns.items()} for name, columns in COLUMNS.items()}
    tables[CALLS] |= {
        "properties": _named("TextConditions"),
        "search_properties": _named("TextConditions"),
        "scores": _named("NumberConditions"),
        FEEDBACK_NAME: _object({Operator.EQUALS.value: {"type": "boolean"}}),
        "property_key": _object({Operator.EQUALS.value: _TEXT}),
    }
    groups = {name: {column: _of_group(field) for column, field in TABLES[name].items()} for name in (SESSIONS, USERS)}
    return {name: _object(columns) for name, columns in (tables | groups).items()}


def schemas() -> dict[str, Schema]:
    """The schemas of a filter tree by name; `FilterNode` is the tree."""
    leaf = _object({**_tables(), "properties": _named("TextConditions")})
    branch = {"left": _ref("FilterNode"), "operator": {"enum": ["and", "or"]}, "right": _ref("FilterNode")}
    return {
        "TextConditions": _conditions(TEXT_OPERATORS, _TEXT),
        "NumberConditions": _conditions(NUMBER_OPERATORS, _NUMBER),
        "TimeConditions": _conditions(ORDER_OPERATORS, _TIME),
        "FilterLeaf": leaf | {"description": "Conditions on columns of tables, all of which must hold."},
        "FilterBranch": _object(branch, required=True),
        "FilterNode": {
            "anyOf": [{"enum": ["all"]}, _object({}, required=True), _ref("FilterLeaf"), _ref("FilterBranch")],
            "description": 'Which calls: "all" and {} mean every one. The tables of sessions and users are for those.',
        },
    }
