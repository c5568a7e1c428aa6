"""Scores and feedback on one request: the seed of it all.

``POST /v1/request/{requestId}/score`` as Helicone documents it, and right where its server is not: floats are kept,
nothing is looked up, and the 200 means that the scores are on disk and in every later read.
"""

import datetime as dt
from typing import Any

from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import WRITE
from helicorder.api.context import FromContext
from helicorder.api.paths import RequestId, request_id_of
from helicorder.errors import Invalid
from helicorder.model.definition import check
from helicorder.model.score import FEEDBACK_NAME, MAX_SCORES_PER_CALL, Score, ScoreKind, Source, checked_value
from helicorder.wire.requests import FeedbackRequest, ScoreRequest
from helicorder.wire.results import OK, Result


@post(
    "/v1/request/{request_id:str}/score",
    status_code=200,
    opt=WRITE,
    operation_id="AddScores",
    tags=["Request"],
)
async def add_scores(request_id: RequestId, data: JSONBody[ScoreRequest], context: FromContext) -> Result[None]:
    """Add scores to a request; per name the newest wins, earlier versions are kept."""
    if len(data.scores) > MAX_SCORES_PER_CALL:
        raise Invalid(f"scores: at most {MAX_SCORES_PER_CALL} names in one call; there are {len(data.scores)}.")
    judged = {name: (kind, value) for name, kind, value in (checked_value(*entry) for entry in data.scores.items())}
    if len(judged) != len(data.scores):
        raise Invalid("scores: a name stands there twice, once with the suffix -hcone-bool.")
    now, principal = dt.datetime.now(dt.UTC), context.principal
    rows = [
        Score(principal.org_id, request_id_of(request_id), name, kind, value, now, key_id=principal.key_id)
        for name, (kind, value) in judged.items()
    ]
    check(await context.definitions(), *rows)
    await context.commit(rows)
    return OK


@post(
    "/v1/request/{request_id:str}/feedback",
    status_code=200,
    opt=WRITE,
    operation_id="FeedbackRequest",
    tags=["Request"],
)
async def add_feedback(request_id: RequestId, data: JSONBody[FeedbackRequest], context: FromContext) -> Result[None]:
    """Thumbs up or down: the boolean score ``helicone-score-feedback``."""
    score = Score(
        context.principal.org_id,
        request_id_of(request_id),
        FEEDBACK_NAME,
        ScoreKind.BOOLEAN,
        float(data.rating),
        dt.datetime.now(dt.UTC),
        Source.END_USER,
        key_id=context.principal.key_id,
    )
    check(await context.definitions(), score)
    await context.commit([score])
    return OK


HANDLERS: list[Any] = [add_scores, add_feedback]
