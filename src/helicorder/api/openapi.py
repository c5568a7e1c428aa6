"""The OpenAPI document: what Litestar derives from the handlers' types, plus what holds for every operation."""

import json
import re
from typing import Any

from litestar import Litestar

from helicorder.api import filter_schema
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
    _say_what_filters_are(spec["components"]["schemas"])
    for operations in spec["paths"].values():
        for operation in operations.values():
            _add_failures(operation)
    return spec


def _say_what_filters_are(schemas: dict[str, Any]) -> None:
    """A filter is read by hand, so its type is Any, which says nothing."""
    for schema in schemas.values():
        for name, of in schema.get("properties", {}).items():
            if name in filter_schema.NAMES and not of.keys() - {"default"}:
                schema["properties"][name] = {"$ref": f"#/components/schemas/{filter_schema.NAMES[name]}"} | of
    schemas |= filter_schema.schemas()


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
