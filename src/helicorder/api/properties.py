"""Properties put on a request after, or before, it was recorded."""

import datetime as dt
from typing import Any

from litestar import put
from litestar.params import JSONBody

from helicorder.api.access import WRITE
from helicorder.api.context import FromContext
from helicorder.api.paths import RequestId, request_id_of
from helicorder.api.wire import OK, Result
from helicorder.errors import Invalid
from helicorder.model.score import MAX_PROPERTY_VALUE_LENGTH, PropertyEdit, checked_name
from helicorder.wire.requests import PropertyRequest


@put(
    "/v1/request/{request_id:str}/property",
    status_code=200,
    opt=WRITE,
    operation_id="PutProperty",
    tags=["Request"],
)
async def put_property(request_id: RequestId, data: JSONBody[PropertyRequest], context: FromContext) -> Result[None]:
    """Set one property of a request; the call itself is never rewritten."""
    if len(data.value) > MAX_PROPERTY_VALUE_LENGTH:
        raise Invalid(f"value: at most {MAX_PROPERTY_VALUE_LENGTH} characters; there are {len(data.value)}.")
    edit = PropertyEdit(
        context.principal.org_id,
        request_id_of(request_id),
        checked_name(data.key, "property key"),
        data.value,
        dt.datetime.now(dt.UTC),
        context.principal.key_id,
    )
    await context.commit([edit])
    return OK


HANDLERS: list[Any] = [put_property]
