"""The OpenAPI document: what Litestar derives from the handlers' types, plus what holds for every operation."""

import asyncio
import functools
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.enums import MediaType
from litestar.openapi import ResponseSpec
from litestar.routes import HTTPRoute

from helicorder.api import filter_schema
from helicorder.api.access import PUBLIC
from helicorder.errors import (
    AnswerDropped,
    BadHeader,
    BodyTooLarge,
    Conflict,
    Forbidden,
    IdempotencyConflict,
    InternalFailure,
    Invalid,
    MalformedBody,
    NotFound,
    Problem,
    TooManyAttempts,
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
_MODULE_IN_NAME = re.compile(r"helicorder\.(?:api|wire)\.\w+\.")
# Litestar names a schema after its module where two have one name. Clients are generated with these names, so a type
# that has moved keeps the one it had.
_NAMES_KEPT = {"wire_answers_Bucket": "api_estimates_Bucket"}
# Litestar documents a shape of its own for 400, which `problems` never answers with.
_FRAMEWORKS_OWN = "400"
_SCORE_VALUE = {"anyOf": [{"type": "number", "format": "double"}, {"type": "boolean"}]}
_EVERYWHERE: tuple[type[Problem], ...] = (BadHeader, NotFound, Invalid, InternalFailure, Unavailable)
_WITH_KEY: tuple[type[Problem], ...] = (Unauthenticated, Forbidden)
_WITH_BODY: tuple[type[Problem], ...] = (
    MalformedBody,
    IdempotencyConflict,
    AnswerDropped,
    BodyTooLarge,
    UnsupportedMediaType,
)

# What single operations answer besides.
_ALSO: dict[str, tuple[type[Problem], ...]] = {
    "SignIn": (Unauthenticated, Forbidden, TooManyAttempts),
    "SignOut": (Forbidden, UnsupportedMediaType),
    "ChangePassword": (TooManyAttempts,),
    "RemoveMember": (Conflict,),
    "NextQueueItem": (Conflict,),
}


def document(app: Litestar) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an assembled API, every operation with the failures it can answer."""
    text = _MODULE_IN_NAME.sub("", json.dumps(app.openapi_schema.to_schema()))
    for name, kept in _NAMES_KEPT.items():
        text = text.replace(name, kept)
    spec: dict[str, Any] = json.loads(text)
    spec["components"]["schemas"]["Failure"] = _FAILURE
    spec["components"]["schemas"]["ScoreRequest"]["properties"]["scores"]["additionalProperties"] = _SCORE_VALUE
    _say_what_filters_are(spec["components"]["schemas"])
    public = _public(app)
    for operations in spec["paths"].values():
        for operation in operations.values():
            if operation["operationId"] in public:
                operation["security"] = []  # which Litestar leaves out for being empty, though that is what it says
            _add_failures(operation)
    return spec


def _say_what_filters_are(schemas: dict[str, Any]) -> None:
    """A filter is read by hand, so its type is Any, which says nothing."""
    for schema in schemas.values():
        for name, of in schema.get("properties", {}).items():
            if name in filter_schema.NAMES and not of.keys() - {"default"}:
                schema["properties"][name] = {"$ref": f"#/components/schemas/{filter_schema.NAMES[name]}"} | of
    schemas |= filter_schema.schemas()


def _public(app: Litestar) -> set[str]:
    """The operations that need no credential, from what `access` goes by."""
    handlers = [handler for route in app.routes if isinstance(route, HTTPRoute) for handler in route.route_handlers]
    return {str(handler.operation_id) for handler in handlers if handler.opt.get("public")}


def _add_failures(operation: dict[str, Any]) -> None:
    problems = [*_EVERYWHERE, *_ALSO.get(operation["operationId"], ())]
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


def text_of(spec: dict[str, Any]) -> str:
    """The document as it is printed, committed and served."""
    return json.dumps(spec, indent=2, sort_keys=True) + "\n"


def handlers(draw: Callable[[], dict[str, Any]]) -> list[Any]:
    """The route that serves the document, which ``draw`` makes when it is first asked for."""

    @functools.cache
    def drawn() -> asyncio.Task[tuple[bytes, str]]:
        # Drawing takes about a second, so it runs on a thread; whoever asks meanwhile waits for the same task.
        return asyncio.create_task(asyncio.to_thread(_with_etag, draw), name="draw the OpenAPI document")

    @get(
        "/openapi.json",
        opt=PUBLIC,
        security=[],
        operation_id="OpenApi",
        tags=["Operations"],
        media_type=MediaType.JSON,
        summary="The OpenAPI document",
        responses={
            200: ResponseSpec(
                dict[str, Any], description="As `helicorder openapi` prints it.", generate_examples=False
            ),
            304: ResponseSpec(None, description="If-None-Match names the ETag of this document."),
        },
    )
    async def openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
        """This document, the same for every installation of a version."""
        body, etag = await asyncio.shield(drawn())
        if etag in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers={"ETag": etag})
        return Response(body, headers={"ETag": etag}, media_type=MediaType.JSON)

    return [openapi]


def _with_etag(draw: Callable[[], dict[str, Any]]) -> tuple[bytes, str]:
    body = text_of(draw()).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'
