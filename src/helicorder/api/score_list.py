"""Lists of scores: filtered on every field, page by page; and the scores that wait for their call."""

import datetime as dt
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import JSONBody, QueryParameter

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.filters import read_filter, read_time
from helicorder.api.score_records import MAX_PAGE, Limit, ScoreRecord, record_of, version_of
from helicorder.api.wire import Result
from helicorder.errors import Invalid
from helicorder.model.score import ScoreKind, Source, Target
from helicorder.telemetry import listing

Cursor = Annotated[str | None, QueryParameter(description="The cursor of the page before.", pattern=r"^\d{1,18}$")]
Age = Annotated[int, QueryParameter(ge=0, le=10**9, description="Only those recorded at least so many seconds ago.")]


class ScoresQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which scores; every part narrows. Lists: any of the values. Times are ISO 8601, the later end not included.

    ``filter`` is a filter on the judged calls. ``as_of`` is a version: what was current then. ``count`` asks for the
    number in all, which costs a second reading.
    """

    names: list[str] = []
    kinds: list[ScoreKind] = []
    sources: list[Source] = []
    authors: list[str] = []
    targets: list[Target] = []
    target_ids: list[str] = []
    ids: list[str] = []
    categories: list[str] = []
    value_from: float | None = None
    value_to: float | None = None
    judged_from: str | None = None
    judged_to: str | None = None
    recorded_from: str | None = None
    recorded_to: str | None = None
    text: str = ""
    comment: str = ""
    metadata: dict[str, str] = {}
    attached: bool | None = None
    drawn: bool | None = None
    filter: Any = "all"
    as_of: str | None = None
    cursor: str | None = None
    limit: int = 100
    count: bool = False

    def wanted(self) -> listing.Wanted:
        """What to list.

        Raises:
            Invalid: a time or the filter is not understood.
        """
        times = {
            name: None if given is None else read_time(name, given)
            for name in ("judged_from", "judged_to", "recorded_from", "recorded_to")
            for given in (getattr(self, name),)
        }
        return listing.Wanted(
            one_of={
                "name": self.names,
                "kind": self.kinds,
                "source": self.sources,
                "author": self.authors,
                "target": self.targets,
                "target_id": self.target_ids,
                "score_id": self.ids,
                "label": self.categories,
            },
            value_from=self.value_from,
            value_to=self.value_to,
            text=self.text,
            comment=self.comment,
            metadata=self.metadata,
            attached=self.attached,
            drawn=self.drawn,
            where=read_filter(self.filter),
            **times,
        )


class ScorePage(msgspec.Struct, frozen=True):
    """Scores, the newest first; ``cursor`` asks for the next page and is null on the last one."""

    scores: list[ScoreRecord]
    cursor: str | None
    count: int | None


class Orphan(msgspec.Struct, frozen=True):
    """A score whose call has not come, and how long it has waited."""

    score: ScoreRecord
    age_seconds: float


class Orphans(msgspec.Struct, frozen=True):
    """``n`` scores wait for their call; these are the oldest. A slip in an id looks like a call that is late."""

    n: int
    orphans: list[Orphan]
    cursor: str | None


@post("/v1/scores/query", status_code=200, opt=READ, operation_id="QueryScores", tags=["Scores"])
async def query_scores(data: JSONBody[ScoresQuery], context: FromContext) -> Result[ScorePage]:
    """Current scores by any of their fields, the newest first. Pages stay apart while scores are added."""
    if not 1 <= data.limit <= MAX_PAGE:
        raise Invalid(f"limit: 1 to {MAX_PAGE}.")
    wanted, before, as_of = data.wanted(), version_of("cursor", data.cursor), version_of("as_of", data.as_of)
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
