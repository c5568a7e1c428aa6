"""Lists of scores: filtered on every field, page by page; and the scores that wait for their call."""

import datetime as dt
from typing import Annotated, Any

from litestar import get, post
from litestar.params import JSONBody, QueryParameter

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.filters import read_filter, read_time
from helicorder.api.score_records import Limit, record_of, version_of
from helicorder.api.wire import Result
from helicorder.errors import Invalid
from helicorder.telemetry import listing
from helicorder.wire.scores import MAX_PAGE, Orphan, Orphans, ScorePage, ScoresQuery

Cursor = Annotated[str | None, QueryParameter(description="The cursor of the page before.", pattern=r"^\d{1,18}$")]
Age = Annotated[int, QueryParameter(ge=0, le=10**9, description="Only those recorded at least so many seconds ago.")]


def _wanted(query: ScoresQuery) -> listing.Wanted:
    """What to list.

    Raises:
        Invalid: a time or the filter is not understood.
    """
    times = {
        name: None if given is None else read_time(name, given)
        for name in ("judged_from", "judged_to", "recorded_from", "recorded_to")
        for given in (getattr(query, name),)
    }
    return listing.Wanted(
        one_of={
            "name": query.names,
            "kind": query.kinds,
            "source": query.sources,
            "author": query.authors,
            "target": query.targets,
            "target_id": query.target_ids,
            "score_id": query.ids,
            "label": query.categories,
        },
        value_from=query.value_from,
        value_to=query.value_to,
        text=query.text,
        comment=query.comment,
        metadata=query.metadata,
        attached=query.attached,
        drawn=query.drawn,
        where=read_filter(query.filter),
        **times,
    )


@post("/v1/scores/query", status_code=200, opt=READ, operation_id="QueryScores", tags=["Scores"])
async def query_scores(data: JSONBody[ScoresQuery], context: FromContext) -> Result[ScorePage]:
    """Current scores by any of their fields, the newest first. Pages stay apart while scores are added."""
    if not 1 <= data.limit <= MAX_PAGE:
        raise Invalid(f"limit: 1 to {MAX_PAGE}.")
    wanted, before, as_of = _wanted(data), version_of("cursor", data.cursor), version_of("as_of", data.as_of)
    telemetry, org_id = await context.reading(), context.principal.org_id
    found = await listing.page(telemetry, org_id, wanted, before=before, limit=data.limit, as_of=as_of)
    counted = await listing.count(telemetry, org_id, wanted, as_of) if data.count else None
    more = str(found[-1].score.version) if len(found) == data.limit else None
    return Result(ScorePage([record_of(one.score) for one in found], more, counted))


@get("/v1/scores/orphans", opt=READ, operation_id="ListOrphans", tags=["Scores"])
async def list_orphans(
    context: FromContext, older_than_seconds: Age = 0, limit: Limit = 100, cursor: Cursor = None
) -> Result[Orphans]:
    """Scores whose request has not come, the oldest first, with their age."""
    now = dt.datetime.now(dt.UTC)
    until = now - dt.timedelta(seconds=older_than_seconds)
    n, found = await listing.orphans(
        await context.reading(), context.principal.org_id, until=until, after=int(cursor or 0), limit=limit
    )
    shown = [Orphan(record_of(one.score), now.timestamp() - one.score.version / 1e6) for one in found]
    return Result(Orphans(n, shown, str(found[-1].score.version) if len(found) == limit else None))


HANDLERS: list[Any] = [query_scores, list_orphans]
