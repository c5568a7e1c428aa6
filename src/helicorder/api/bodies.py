"""Signed body URLs: a link to one call's request and response bodies that needs no key and expires.

Helicone hands out presigned object-store URLs as ``signed_body_url``; its scoring client and exporters follow them.
"""

import time
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import FromQuery, QueryParameter

from helicorder.api.access import PUBLIC
from helicorder.api.context import Context, FromContext
from helicorder.api.paths import RequestId, request_id_of
from helicorder.errors import NotFound
from helicorder.providers.text import as_json_text
from helicorder.telemetry import calls


class Bodies(msgspec.Struct, frozen=True):
    """The two bodies: JSON where they are JSON, else text; null where not kept."""

    request: Any
    response: Any


async def as_json(context: Context, org_id: str, text: str | None) -> msgspec.Raw:
    """A stored body as it goes on the wire: itself when it is JSON, else the text as JSON has it."""
    if text is None:
        return msgspec.Raw(b"null")
    return msgspec.Raw(await context.apart(as_json_text, text.encode(), org_id=org_id))


@get("/v1/request/{request_id:str}/body", opt=PUBLIC, security=[], operation_id="GetSignedBody", tags=["Request"])
async def signed_body(
    request_id: RequestId,
    org: FromQuery[str],
    expires: Annotated[int, QueryParameter(ge=0, le=2**53)],
    signature: FromQuery[str],
    context: FromContext,
) -> Bodies:
    """The bodies behind a signed link; 404 for one that was not made here or has expired."""
    asked = request_id_of(request_id)
    if not context.links.opens(org, asked, expires, signature, time.time()):
        raise NotFound("This link is not valid, or it has expired.")
    request, response = await calls.bodies(await context.reading(org), org, asked)
    return Bodies(await as_json(context, org, request), await as_json(context, org, response))


HANDLERS: list[Any] = [signed_body]
