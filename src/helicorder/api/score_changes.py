"""The change feed: every version of every score, in the order in which they were acknowledged."""

from typing import Annotated, Any

from litestar import get
from litestar.params import QueryParameter

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.score_records import Limit, record_of
from helicorder.api.wire import Result
from helicorder.telemetry import scores
from helicorder.wire.scores import Changes

After = Annotated[
    str, QueryParameter(description="The `next` of the answer before; 0 for the beginning.", pattern=r"^\d{1,18}$")
]


@get("/v1/scores/changes", opt=READ, operation_id="ListScoreChanges", tags=["Scores"])
async def score_changes(context: FromContext, after: After = "0", limit: Limit = 100) -> Result[Changes]:
    """What has changed after a cursor.

    Versions are given by the journal's one writer and read after its barrier, so none below ``next`` comes later. That
    holds for one server on a store; several have a writer each.
    """
    telemetry = await context.reading()
    found = await scores.changes(telemetry, context.principal.org_id, int(after), limit)
    return Result(Changes([record_of(one) for one in found], str(found[-1].version) if found else after))


HANDLERS: list[Any] = [score_changes]
