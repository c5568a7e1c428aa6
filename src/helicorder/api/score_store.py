"""Our own scores: written one by one or by the thousand, edited, deleted, read as they were."""

import datetime as dt
from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, patch, post
from litestar.params import JSONBody, PathParameter, QueryParameter

from helicorder.api.access import READ, WRITE
from helicorder.api.batches import read_scores
from helicorder.api.context import Context, FromContext
from helicorder.api.paths import text_of
from helicorder.api.score_input import MAX_REASON_LENGTH, score_of
from helicorder.api.score_records import next_version, record_of, shown_value
from helicorder.api.wire import Result
from helicorder.errors import Conflict, NotFound, Problem
from helicorder.model.definition import check
from helicorder.model.score import Score
from helicorder.telemetry import scores
from helicorder.telemetry.scores import Judgement
from helicorder.wire.scores import (
    MAX_BATCH_BYTES,
    BatchRequest,
    BatchResults,
    ScoreEdit,
    ScoreInput,
    ScoreRecord,
    StoredScore,
)

ScoreId = Annotated[str, PathParameter(description="The id of a score: the client's own, or the one it was given.")]
AsOf = Annotated[
    int | None,
    QueryParameter(name="as_of", ge=0, le=2**63 - 1, description="A version: read what was current then."),
]
Reason = Annotated[str, QueryParameter(description="Why it is deleted.", max_length=MAX_REASON_LENGTH)]


@post("/v1/scores", status_code=200, opt=WRITE, operation_id="CreateScore", tags=["Scores"])
async def create_score(data: JSONBody[ScoreInput], context: FromContext) -> Result[StoredScore]:
    """Add a score, or a new version of one; durable when this answers."""
    score = score_of(data, context.principal, dt.datetime.now(dt.UTC))
    check(await context.definitions(), score)
    return await context.commit_once([score], Result(StoredScore(score.score_id)))


@post(
    "/v1/scores/batch",
    status_code=200,
    opt=WRITE | {"undecoded": BatchRequest([])},
    operation_id="CreateScores",
    tags=["Scores"],
    request_max_body_size=MAX_BATCH_BYTES,
)
async def create_scores(
    request: Request[Any, Any, Any],
    data: JSONBody[BatchRequest],  # noqa: ARG001 -- describes the body, which is read apart
    context: FromContext,
) -> Result[BatchResults]:
    """Add up to 10,000 scores with one fsync. Each is judged by itself: a bad one neither fails nor hides the rest."""
    asked = (context.principal, await context.definitions(), dt.datetime.now(dt.UTC))
    stored, results = await context.apart(read_scores, await request.body(), *asked)
    return await context.commit_once(stored, Result(results))


@get("/v1/scores/{score_id:str}", opt=READ, operation_id="GetScore", tags=["Scores"])
async def get_score(score_id: ScoreId, context: FromContext, as_of: AsOf = None) -> Result[ScoreRecord]:
    """A score as it is, or as it was at a version; 404 where there is or was none."""
    *before, current = await _current(context, score_id, as_of)
    return Result(record_of(current, str(before[-1].version) if before else None))


@get("/v1/scores/{score_id:str}/versions", opt=READ, operation_id="GetVersionsOfScore", tags=["Scores"])
async def get_versions(score_id: ScoreId, context: FromContext) -> Result[list[ScoreRecord]]:
    """Every version of a score, oldest first: who said what, when and why, and what it replaced."""
    found = await _versions(context, score_id, None)
    replaced = [None, *(str(one.version) for one in found)]
    return Result([record_of(one, before) for one, before in zip(found, replaced, strict=False)])


@patch("/v1/scores/{score_id:str}", opt=WRITE, operation_id="EditScore", tags=["Scores"])
async def edit_score(score_id: ScoreId, data: JSONBody[ScoreEdit], context: FromContext) -> Result[StoredScore]:
    """Change a score: a new version, which says who changed what and why; the earlier ones are kept."""
    try:
        version = await _edited(context, score_id, data)
    except Problem:
        return await context.told_again(Result[StoredScore])
    return await context.commit_once([version], Result(StoredScore(version.score_id)))


async def _edited(context: Context, score_id: str, data: ScoreEdit) -> Score:
    *_, current = await _current(context, score_id, None)
    if data.version is not None and data.version != str(current.version):
        raise Conflict(f"The current version is {current.version}, not {data.version}.")
    kept = shown_value(current.kind, current.value, current.label, current.text)
    given = ScoreInput(
        name=current.name,
        value=kept if data.value is msgspec.UNSET else data.value,
        kind=current.kind,
        request_id=current.target_id,
        comment=current.comment if data.comment is msgspec.UNSET else data.comment,
        metadata=current.metadata if data.metadata is msgspec.UNSET else data.metadata,
    )
    edited = score_of(given, context.principal, dt.datetime.now(dt.UTC))
    version = next_version(
        current, context.principal, data.reason,
        value=edited.value, label=edited.label, text=edited.text, comment=edited.comment, metadata=edited.metadata,
    )  # fmt: skip
    check(await context.definitions(), version)
    return version


@delete("/v1/scores/{score_id:str}", status_code=200, opt=WRITE, operation_id="DeleteScore", tags=["Scores"])
async def delete_score(score_id: ScoreId, context: FromContext, reason: Reason = "") -> Result[StoredScore]:
    """Delete a score: a tombstone, after which it counts nowhere; its versions are kept, and what was as of before."""
    try:
        *_, current = await _current(context, score_id, None)
    except NotFound:
        return await context.told_again(Result[StoredScore])
    gone = next_version(current, context.principal, reason, deleted=True)
    return await context.commit_once([gone], Result(StoredScore(gone.score_id)))


async def _current(context: Context, score_id: str, as_of: int | None) -> list[Judgement]:
    """The versions up to the current one, which is last."""
    found = await _versions(context, score_id, as_of)
    if found[-1].deleted:
        raise NotFound("This score was deleted.")
    return found


async def _versions(context: Context, score_id: str, as_of: int | None) -> list[Judgement]:
    """The versions of a score, oldest first. Of several things that carry the same id, the one judged last is meant."""
    telemetry = await context.reading()
    found = await scores.versions(telemetry, context.principal.org_id, text_of(score_id), as_of)
    if not found:
        raise NotFound("There is no such score.")
    newest = found[-1]
    judged = (newest.target, newest.target_id, newest.name)
    return [one for one in found if (one.target, one.target_id, one.name) == judged]


HANDLERS: list[Any] = [create_score, create_scores, get_score, get_versions, edit_score, delete_score]
