"""Calls of our own shape, by the thousand: how a file of calls comes in."""

from typing import Any

from litestar import Request, post
from litestar.params import JSONBody

from helicorder.api.access import WRITE
from helicorder.api.batches import read_calls
from helicorder.api.context import FromContext
from helicorder.wire.calls import CallBatchRequest
from helicorder.wire.results import Result
from helicorder.wire.scores import MAX_BATCH_BYTES, BatchResults


@post(
    "/v1/calls/batch",
    status_code=200,
    opt=WRITE | {"undecoded": CallBatchRequest([])},
    operation_id="CreateCalls",
    tags=["Calls"],
    request_max_body_size=MAX_BATCH_BYTES,
)
async def create_calls(
    request: Request[Any, Any, Any],
    data: JSONBody[CallBatchRequest],  # noqa: ARG001 -- describes the body, which is read apart
    context: FromContext,
) -> Result[BatchResults]:
    """Record up to 10,000 finished calls with one fsync. Each is judged by itself, as in a batch of scores."""
    calls, results = await context.apart(read_calls, await request.body(), context.principal.org_id)
    return await context.commit_once(calls, Result(results))


HANDLERS: list[Any] = [create_calls]
