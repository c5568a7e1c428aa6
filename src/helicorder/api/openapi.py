"""The OpenAPI document: what Litestar derives from the handlers' types, plus what holds for every operation."""

import json
import re
from typing import Any

from litestar import Litestar

from helicorder.errors import (
    BadHeader,
    BodyTooLarge,
    Forbidden,
    IdempotencyConflict,
    InternalFailure,
    Invalid,
    MalformedBody,
    NotFound,
    Problem,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)

_FAILURE = {
    "type": "object",
    "properties": {"data": {"type": "null"}, "error": {"type": "string"}},
    "required": ["data", "error"],
    "additionalProperties": False,
}
_MODULE_IN_NAME = re.compile(r"helicorder\.api\.\w+\.")
# Litestar documents a shape of its own for 400, which `problems` never answers with.
_FRAMEWORKS_OWN = "400"
_SCORE_VALUE = {"anyOf": [{"type": "number", "format": "double"}, {"type": "boolean"}]}
_FILTER = {"$ref": "#/components/schemas/FilterNode"}
_FILTERS = ("filter", "userFilter")
# Read by `filters.read_filter`, which says by name what it does not understand; here is the shape alone.
_FILTER_NODES: dict[str, Any] = {
    "FilterNode": {
        "description": 'Helicone\'s filter tree. "all" and {} take every call.',
        "anyOf": [
            {"const": "all", "type": "string"},
            {"$ref": "#/components/schemas/FilterBranch"},
            {"$ref": "#/components/schemas/FilterLeaf"},
        ],
    },
    "FilterBranch": {
        "type": "object",
        "properties": {"left": _FILTER, "operator": {"enum": ["and", "or"], "type": "string"}, "right": _FILTER},
        "required": ["left", "operator", "right"],
        "additionalProperties": False,
    },
    "FilterLeaf": {
        "description": "{table: {column: {operator: value}}}; for properties and scores {table: {column: {name: …}}}.",
        "type": "object",
        "additionalProperties": {"type": "object", "additionalProperties": {"type": "object"}},
    },
}
_EVERYWHERE: tuple[type[Problem], ...] = (BadHeader, NotFound, Invalid, InternalFailure, Unavailable)
_WITH_KEY: tuple[type[Problem], ...] = (Unauthenticated, Forbidden)
_WITH_BODY: tuple[type[Problem], ...] = (
    MalformedBody,
    IdempotencyConflict,
    BodyTooLarge,
    UnsupportedMediaType,
)


def document(app: Litestar) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an assembled API, every operation with the failures it can answer."""
    spec: dict[str, Any] = json.loads(_MODULE_IN_NAME.sub("", json.dumps(app.openapi_schema.to_schema())))
    spec["components"]["schemas"]["Failure"] = _FAILURE
    spec["components"]["schemas"]["ScoreRequest"]["properties"]["scores"]["additionalProperties"] = _SCORE_VALUE
    spec["components"]["schemas"] |= _FILTER_NODES
    for schema in spec["components"]["schemas"].values():
        for name in _FILTERS:
            # A filter is JSON of any shape to the framework, which leaves its type open.
            if (field := schema.get("properties", {}).get(name)) is not None and "type" not in field:
                field |= _FILTER
    for operations in spec["paths"].values():
        for operation in operations.values():
            _add_failures(operation)
    return spec


def _add_failures(operation: dict[str, Any]) -> None:
    problems = [*_EVERYWHERE]
    if operation.get("security") != []:
        problems += _WITH_KEY
    if "requestBody" in operation:
        problems += _WITH_BODY
    by_status: dict[str, list[str]] = {}
    for problem in problems:
        by_status.setdefault(str(problem.status), []).append(problem().message)
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}}
    for status, sentences in sorted(by_status.items()):
        if status == _FRAMEWORKS_OWN or status not in operation["responses"]:
            operation["responses"][status] = {"description": " / ".join(sentences), "content": content}
