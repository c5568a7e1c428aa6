"""Helicone's evals group: which scores there are."""

from typing import Any

from litestar import get

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.wire import Result, score_key
from helicorder.model.score import COUNTED_KINDS
from helicorder.telemetry import scores


@get("/v1/evals/scores", opt=READ, operation_id="GetEvalScores", tags=["Evals"])
async def score_names(context: FromContext) -> Result[list[str]]:
    """Every score name of the organisation, over all time, as keys of the ``scores`` map."""
    telemetry = await context.reading()
    found = await scores.names(telemetry, context.principal.org_id)
    return Result([score_key(one.name, one.kind) for one in found if one.kind in COUNTED_KINDS])


HANDLERS: list[Any] = [score_names]
