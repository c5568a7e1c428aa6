"""Calls of our own shape, by the thousand: how a file of calls comes in."""

from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import WRITE
from helicorder.api.batches import read_items
from helicorder.api.call_input import call_of
from helicorder.api.context import FromContext
from helicorder.api.decoding import decode
from helicorder.model.call import Call
from helicorder.wire.calls import CallBatchRequest, CallInput
from helicorder.wire.results import Result
from helicorder.wire.scores import MAX_BATCH_BYTES, BatchResults


@post(
    "/v1/calls/batch",
    status_code=200,
    opt=WRITE,
    operation_id="CreateCalls",
    tags=["Calls"],
    request_max_body_size=MAX_BATCH_BYTES,
)
async def create_calls(data: JSONBody[CallBatchRequest], context: FromContext) -> Result[BatchResults]:
    """Record up to 10,000 finished calls with one fsync. Each is judged by itself, as in a batch of scores."""
    org_id = context.principal.org_id

    def read(raw: msgspec.Raw) -> tuple[str, Call]:
        call = call_of(decode(raw, CallInput), org_id)
        return call.request_id, call

    calls, results = await read_items("calls", data.calls, read)
    return await context.commit_once(calls, Result(results))


HANDLERS: list[Any] = [create_calls]
