"""The REST API, assembled: routes, admission before them, the answers to failure, the OpenAPI document."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ASGIApp

from helicorder import __version__
from helicorder.api import (
    api_keys,
    auth,
    bodies,
    call_breakdown,
    call_series,
    call_store,
    calls,
    conversation,
    dashboard,
    evals,
    export,
    feedback,
    helicone_charts,
    helicone_metrics,
    helicone_properties,
    helicone_sessions,
    helicone_users,
    installation,
    live,
    logs,
    openapi,
    operations,
    organization,
    pins,
    properties,
    property_coverage,
    queue_items,
    queues,
    requests,
    retention,
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
    sessions,
)
from helicorder.api import (
    definitions as definitions_api,
)
from helicorder.api.access import admit
from helicorder.api.administration import Administration
from helicorder.api.annotation import Annotation
from helicorder.api.context import Context, Reading
from helicorder.api.edge import edge
from helicorder.api.installation import ReadStatus
from helicorder.api.limits import Limits
from helicorder.api.links import BodyLinks
from helicorder.api.operations import ReadFacts
from helicorder.api.problems import on_crash, on_framework_refusal, on_problem, on_statement_error
from helicorder.api.strict_request import StrictRequest
from helicorder.api.tail import Tail
from helicorder.control.access import Access
from helicorder.control.definitions import Definitions
from helicorder.control.doorkeeper import Doorkeeper
from helicorder.control.hidden_properties import HiddenProperties
from helicorder.control.members import Members
from helicorder.control.queues import Queues
from helicorder.control.retentions import Retentions
from helicorder.errors import Problem
from helicorder.ingest.ingest import Ingest
from helicorder.model.principal import SESSION_COOKIE, Authenticator
from helicorder.telemetry.client import StatementError

HANDLERS: list[Any] = [
    *scores.HANDLERS,
    *feedback.HANDLERS,
    *properties.HANDLERS,
    *property_coverage.HANDLERS,
    *requests.HANDLERS,
    *bodies.HANDLERS,
    *calls.HANDLERS,
    *conversation.HANDLERS,
    *live.HANDLERS,
    *evals.HANDLERS,
    *dashboard.HANDLERS,
    *call_series.HANDLERS,
    *call_breakdown.HANDLERS,
    *sessions.HANDLERS,
    *helicone_sessions.HANDLERS,
    *helicone_users.HANDLERS,
    *helicone_properties.HANDLERS,
    *helicone_metrics.HANDLERS,
    *helicone_charts.HANDLERS,
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
    *queues.HANDLERS,
    *queue_items.HANDLERS,
    *export.HANDLERS,
    *operations.HANDLERS,
    *auth.HANDLERS,
    *api_keys.HANDLERS,
    *organization.HANDLERS,
    *retention.HANDLERS,
    *installation.HANDLERS,
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

# A score, a query or a property is small; only a logged call is as large as MAX_BODY_MB allows, and is read apart.
SMALL_BODY_BYTES = 1024 * 1024


def rest(
    *,
    ingest: Ingest,
    reading: Reading,
    definitions: Definitions,
    hidden: HiddenProperties,
    queues_kept: Queues,
    authenticator: Authenticator,
    access: Access,
    members: Members,
    doorkeeper: Doorkeeper,
    retentions: Retentions,
    facts: ReadFacts,
    status: ReadStatus,
    links: BodyLinks,
    public_url: str,
    tail: Tail,
    limits: Limits,
    max_body_bytes: int,
) -> ASGIApp:
    """The API over its parts, as an ASGI application."""

    def context(request: Request[Any, Any, Any]) -> Context:
        return Context(request, ingest, reading, definitions, hidden, links, tail, limits)

    def administration(request: Request[Any, Any, Any]) -> Administration:
        return Administration(request, access, members, doorkeeper, retentions, public_url)

    def annotation(request: Request[Any, Any, Any]) -> Annotation:
        return Annotation(context(request), queues_kept, doorkeeper)

    provided: dict[str, Callable[..., Any]] = {
        "context": context,
        "annotation": annotation,
        "administration": administration,
        "facts": lambda: facts,
        "status": lambda: status,
    }
    state = State({"authenticator": authenticator, "public_url": public_url, "large_bodies": limits.large_bodies})
    return edge(_litestar(provided, state=state, max_body_bytes=max_body_bytes), limits)


def _litestar(
    provided: Mapping[str, Callable[..., Any]],
    *,
    state: State,
    max_body_bytes: int | None = None,
    openapi_config: OpenAPIConfig | None = None,
) -> Litestar:
    return Litestar(
        route_handlers=[
            *HANDLERS,
            *pins.handlers(PINNED),
            *logs.handlers(max_body_bytes),
            *openapi.handlers(openapi_document),
        ],
        before_request=admit,
        dependencies={name: Provide(make, sync_to_thread=False) for name, make in provided.items()},
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
            ),
            "session": SecurityScheme(
                type="apiKey",
                name=SESSION_COOKIE,
                security_scheme_in="cookie",
                description="The session of a browser that signed in; writes must come from a page of this server.",
            ),
        }
    ),
    security=[{"api_key": []}, {"session": []}],
    use_handler_docstrings=True,
    path=None,
    render_plugins=[],
)


def openapi_document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the API, the same for every installation."""
    # The document is drawn from types alone: nothing is provided, by a provider of its own for each.
    provided = ("context", "annotation", "administration", "facts", "status")
    nothing: dict[str, Callable[..., Any]] = {name: lambda: None for name in provided}
    return openapi.document(_litestar(nothing, state=State(), openapi_config=_OPENAPI))
