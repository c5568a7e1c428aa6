"""The history of a request's scores: who said what, when, and what it replaced."""

from collections.abc import Sequence
from typing import Any

from litestar import get

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.paths import RequestId, request_id_of
from helicorder.api.wire import Result
from helicorder.model.score import ScoreKind
from helicorder.telemetry import scores
from helicorder.wire.requests import ScoreVersion


@get("/v1/request/{request_id:str}/scores", opt=READ, operation_id="GetScoreVersions", tags=["Request"])
async def score_versions(request_id: RequestId, context: FromContext) -> Result[list[ScoreVersion]]:
    """Every version of every score of a request, oldest first by name; empty where there is none."""
    asked = request_id_of(request_id)
    telemetry = await context.reading()
    found = await scores.versions_of_request(telemetry, context.principal.org_id, asked)
    return Result(history(found))


def history(judgements: Sequence[scores.Judgement]) -> list[ScoreVersion]:
    """Versions as they are shown, each with the version of the same score that it replaced."""
    newest: dict[tuple[str, str, str, str], str] = {}
    shown = []
    for judgement in judgements:
        key = (judgement.target, judgement.target_id, judgement.name, judgement.score_id)
        shown.append(_version(judgement, newest.get(key)))
        newest[key] = str(judgement.version)
    return shown


def _version(judgement: scores.Judgement, replaces: str | None) -> ScoreVersion:
    return ScoreVersion(
        name=judgement.name,
        kind=judgement.kind,
        value=bool(judgement.value) if judgement.kind is ScoreKind.BOOLEAN else judgement.value,
        version=str(judgement.version),
        judged_at=judgement.judged_at,
        source=judgement.source,
        author=judgement.author or judgement.key_id,
        replaces=replaces,
    )


HANDLERS: list[Any] = [score_versions]
