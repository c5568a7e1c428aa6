"""Calls logged without the gateway, as ``helicone-helpers`` (PyPI) and ``@helicone/helpers`` (npm) send them.

The path's suffix names the provider; HTTP headers override ``meta``.
"""

import datetime as dt
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody

from helicorder.api.access import WRITE
from helicorder.api.context import FromContext
from helicorder.api.log_reading import CUSTOM, LogRequest, ProviderRequest, ProviderResponse, read_log
from helicorder.model.call import Call
from helicorder.providers import pricing

_SUFFIXES = (
    ("oai", "OPENAI", "LogOpenAI"),
    ("anthropic", "ANTHROPIC", "LogAnthropic"),
    ("googleapis", "GOOGLE", "LogGoogle"),
    ("custom", CUSTOM, "LogCustom"),
)
_UNDECODED = LogRequest(ProviderRequest(msgspec.Raw()), ProviderResponse(0))


def _log_handler(path: str, provider: str, operation_id: str, max_body_bytes: int | None) -> HTTPRouteHandler:
    @post(
        path,
        status_code=200,
        opt=WRITE | {"undecoded": _UNDECODED},
        request_max_body_size=max_body_bytes,
        operation_id=operation_id,
        tags=["Log"],
        media_type=MediaType.TEXT,
    )
    async def log_call(
        request: Request[Any, Any, Any],
        data: JSONBody[LogRequest],  # noqa: ARG001 -- describes the body, which is read apart
        context: FromContext,
    ) -> Response[str]:
        """Record a call that did not pass the gateway; on disk when this answers, under the id in ``helicone-id``."""
        org_id, headers, now = context.principal.org_id, dict(request.headers), dt.datetime.now(dt.UTC)
        call = priced(await context.apart(read_log, await request.body(), provider, org_id, headers, now))
        request_id = await context.commit([call], call.request_id.encode())
        return Response("ok", headers={"helicone-id": request_id.decode("latin-1")})

    return log_call


def priced(call: Call) -> Call:
    """The call with its cost, where none was given and its usage has a price."""
    if call.cost_usd is not None:
        return call
    return msgspec.structs.replace(call, cost_usd=pricing.cost(call.provider, call.model, call.usage, call.created_at))


def handlers(max_body_bytes: int | None) -> list[Any]:
    """The log routes: clients append a provider's suffix; Helicone's server takes it at the root or below /v1/trace."""
    routes = [
        (f"{base}/{suffix}/v1/log", provider, f"{operation}{'Trace' if base else ''}")
        for base in ("", "/v1/trace")
        for suffix, provider, operation in _SUFFIXES
    ]
    routes.append(("/v1/trace/custom/log", CUSTOM, "LogCustomShort"))
    return [_log_handler(*route, max_body_bytes) for route in routes]
