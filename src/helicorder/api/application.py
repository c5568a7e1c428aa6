"""The REST API, assembled: routes, admission before them, the answers to failure, the OpenAPI document."""

from collections.abc import Callable
from typing import Any

from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ASGIApp, Receive, Scope, Send

from helicorder import __version__
from helicorder.api import (
    bodies,
    call_store,
    dashboard,
    evals,
    export,
    feedback,
    logs,
    operations,
    pins,
    properties,
    requests,
    score_agreement,
    score_bisect,
    score_breakdown,
    score_changes,
    score_compare,
    score_distribution,
    score_drift,
    score_judges,
    score_labels,
    score_list,
    score_series,
    score_store,
    score_versions,
    scores,
)
from helicorder.api import (
    definitions as definitions_api,
)
from helicorder.api.access import admit
from helicorder.api.context import Context, Reading
from helicorder.api.decoding import StrictRequest
from helicorder.api.idempotency import is_replayed
from helicorder.api.links import BodyLinks
from helicorder.api.openapi import document
from helicorder.api.operations import ReadFacts
from helicorder.api.paths import mark_encoded_slashes
from helicorder.api.problems import on_crash, on_framework_refusal, on_problem, on_statement_error
from helicorder.control.definitions import Definitions
from helicorder.errors import Problem
from helicorder.ingest.ingest import Ingest
from helicorder.model.principal import Authenticator
from helicorder.telemetry.client import StatementError

HANDLERS: list[Any] = [
    *scores.HANDLERS,
    *feedback.HANDLERS,
    *properties.HANDLERS,
    *requests.HANDLERS,
    *bodies.HANDLERS,
    *evals.HANDLERS,
    *dashboard.HANDLERS,
    *score_series.HANDLERS,
    *score_breakdown.HANDLERS,
    *score_distribution.HANDLERS,
    *score_compare.HANDLERS,
    *score_bisect.HANDLERS,
    *score_agreement.HANDLERS,
    *score_judges.HANDLERS,
    *score_labels.HANDLERS,
    *score_drift.HANDLERS,
    *score_list.HANDLERS,
    *score_changes.HANDLERS,
    *score_store.HANDLERS,
    *call_store.HANDLERS,
    *definitions_api.HANDLERS,
    *score_versions.HANDLERS,
    *export.HANDLERS,
    *operations.HANDLERS,
]

PINNED = (
    score_series.KIND,
    score_breakdown.KIND,
    score_distribution.KIND,
    score_compare.KIND,
    score_bisect.KIND,
    score_agreement.KIND,
    score_judges.KIND,
    score_drift.KIND,
)

# A score, a query or a property is small; only a logged call is as large as MAX_BODY_MB allows. Decoding holds up
# everybody on the event loop, so the limit is what keeps that short.
SMALL_BODY_BYTES = 1024 * 1024

_SECURITY_HEADERS = [
    (b"cache-control", b"private, no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]

_REPLAYED = (b"idempotent-replayed", b"true")


def rest(
    *,
    ingest: Ingest,
    reading: Reading,
    definitions: Definitions,
    authenticator: Authenticator,
    facts: ReadFacts,
    links: BodyLinks,
    max_body_bytes: int,
) -> ASGIApp:
    """The API over its parts, as an ASGI application."""

    def context(request: Request[Any, Any, Any]) -> Context:
        return Context(request, ingest, reading, definitions, links)

    state = State({"authenticator": authenticator})
    return edge(_litestar(context, lambda: facts, state=state, max_body_bytes=max_body_bytes))


def _litestar(
    context: Callable[..., Context],
    facts: Callable[[], ReadFacts],
    *,
    state: State,
    max_body_bytes: int | None = None,
    openapi_config: OpenAPIConfig | None = None,
) -> Litestar:
    return Litestar(
        route_handlers=[*HANDLERS, *pins.handlers(PINNED), *logs.handlers(max_body_bytes)],
        before_request=admit,
        dependencies={
            "context": Provide(context, sync_to_thread=False),
            "facts": Provide(facts, sync_to_thread=False),
        },
        exception_handlers={
            Problem: on_problem,
            StatementError: on_statement_error,
            HTTPException: on_framework_refusal,
            Exception: on_crash,
        },
        request_class=StrictRequest,
        request_max_body_size=SMALL_BODY_BYTES,
        openapi_config=openapi_config,
        state=state,
        logging_config=None,
    )


_OPENAPI = OpenAPIConfig(
    title="Helicorder",
    version=__version__,
    description="Helicone's wire, with scores that are durable and numbers that carry their n.",
    components=Components(
        security_schemes={
            "api_key": SecurityScheme(
                type="apiKey",
                name="Authorization",
                security_scheme_in="header",
                description="Bearer sk-helicone-... (the word Bearer is optional); Helicone-Auth is taken too.",
            )
        }
    ),
    security=[{"api_key": []}],
    use_handler_docstrings=True,
    path=None,
    render_plugins=[],
)


def openapi_document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the API, the same for every installation."""

    def no_context() -> Any:
        """There is none: the document is drawn from types alone."""

    def no_facts() -> Any:
        """As above."""

    return document(_litestar(no_context, no_facts, state=State(), openapi_config=_OPENAPI))


def edge(app: ASGIApp) -> ASGIApp:
    """Around every REST answer: ids with slashes routed rightly, nothing cached or sniffed, replays told as such."""

    async def at_edge(scope: Scope, receive: Receive, send: Send) -> None:
        mark_encoded_slashes(scope)

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                replayed = [_REPLAYED] if is_replayed(scope) else []
                message["headers"] = [*message["headers"], *_SECURITY_HEADERS, *replayed]
            await send(message)

        await app(scope, receive, send_with_headers)

    return at_edge
