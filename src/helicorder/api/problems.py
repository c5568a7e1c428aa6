"""Every failure as one JSON shape: ``{"data": null, "error": "what and where"}``, the seed's."""

from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException, ValidationException

from helicorder.errors import (
    BodyTooLarge,
    InternalFailure,
    Invalid,
    MalformedBody,
    MethodNotAllowed,
    NotFound,
    Problem,
)
from helicorder.telemetry.client import StatementError

log = structlog.get_logger()

_STATUS_BODY_TOO_LARGE = 413


def answer(problem: Problem) -> Response[dict[str, str | None]]:
    """The HTTP answer to a problem; ``helicorder-error`` names it for machines."""
    headers = {"helicorder-error": problem.code}
    if problem.retry_after_seconds is not None:
        headers["Retry-After"] = str(problem.retry_after_seconds)
    return Response({"data": None, "error": problem.message}, status_code=problem.status, headers=headers)


def raw_answer(problem: Problem) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """(status, headers, body) of the same answer, for what is refused before Litestar has it."""
    body = msgspec.json.encode({"data": None, "error": problem.message})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"helicorder-error", problem.code.encode()),
    ]
    if problem.retry_after_seconds is not None:
        headers.append((b"retry-after", b"%d" % problem.retry_after_seconds))
    return problem.status, headers, body


def on_problem(_: Request[Any, Any, Any], problem: Problem) -> Response[dict[str, str | None]]:
    """A problem we raised ourselves."""
    return answer(problem)


def on_framework_refusal(request: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, str | None]]:
    """A refusal by the framework: no such route, wrong method, bad parameters, body too large."""
    if isinstance(error, ValidationException):
        return answer(_explained(error))
    if isinstance(error, NotFoundException):
        return answer(NotFound(f"No such path: {request.scope['path']}"))
    if isinstance(error, MethodNotAllowedException):
        refusal = answer(MethodNotAllowed(f"{request.method} is not a method of {request.scope['path']}"))
        refusal.headers.update(error.headers or {})
        return refusal
    if error.status_code == _STATUS_BODY_TOO_LARGE:
        return answer(BodyTooLarge())
    return on_crash(request, error)


def _explained(error: ValidationException) -> Problem:
    entries = error.extra if isinstance(error.extra, list) else []
    # `StrictRequest` has read every body that is there, so what is amiss with "data" is that there was none.
    if any(entry.get("key") == "data" for entry in entries):
        return MalformedBody("The body is empty; JSON was expected.")
    return Invalid("; ".join(f"{entry.get('key', 'request')}: {entry.get('message')}" for entry in entries))


def on_statement_error(request: Request[Any, Any, Any], error: StatementError) -> Response[dict[str, str | None]]:
    """A statement that the store refuses. Its text may repeat what a caller wrote, so only the code is logged."""
    log.error("statement refused", path=request.scope["path"], code=error.code)
    return answer(InternalFailure())


def on_crash(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, str | None]]:
    """Anything unforeseen: the caller gets a sentence, the log gets the traceback."""
    log.error("request failed", path=request.scope["path"], method=request.method, exc_info=error)
    return answer(InternalFailure())
