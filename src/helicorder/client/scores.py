"""Operations on scores and on what they mean."""

from collections.abc import Mapping

import msgspec

from helicorder.client.operation import Operation, Pages, ask, get, query_of, segment, write
from helicorder.model.definition import Definition
from helicorder.wire.requests import FeedbackRequest, ScoreRequest, ScoreVersion
from helicorder.wire.scores import (
    MAX_PAGE,
    Changes,
    DefinitionInput,
    Orphan,
    Orphans,
    ScoreEdit,
    ScoreInput,
    ScorePage,
    ScoreRecord,
    ScoresQuery,
    StoredScore,
)

_SCORES = "/v1/scores"
_DEFINITIONS = "/v1/scores/definitions"
EVERY_SCORE = ScoresQuery(limit=MAX_PAGE)


def create_score(score: ScoreInput) -> Operation[StoredScore]:
    """Add a score, or a new version of one; it is durable and readable when this returns."""
    return write(StoredScore, "POST", _SCORES, score)


def edit_score(score_id: str, edit: ScoreEdit) -> Operation[StoredScore]:
    """Change a score: a new version, which says who changed what and why."""
    return write(StoredScore, "PATCH", f"{_SCORES}/{segment(score_id)}", edit)


def delete_score(score_id: str, reason: str = "") -> Operation[StoredScore]:
    """Delete a score: a tombstone; its versions are kept."""
    return write(StoredScore, "DELETE", f"{_SCORES}/{segment(score_id)}{query_of({'reason': reason or None})}")


def get_score(score_id: str, as_of: int | None = None) -> Operation[ScoreRecord]:
    """A score as it is, or as it was at a version."""
    return get(ScoreRecord, f"{_SCORES}/{segment(score_id)}", {"as_of": as_of})


def get_versions(score_id: str) -> Operation[list[ScoreRecord]]:
    """Every version of a score, oldest first."""
    return get(list[ScoreRecord], f"{_SCORES}/{segment(score_id)}/versions")


def query_scores(query: ScoresQuery) -> Operation[ScorePage]:
    """One page of current scores, the newest first."""
    return ask(ScorePage, f"{_SCORES}/query", query)


def list_scores(query: ScoresQuery = EVERY_SCORE) -> Pages[ScoreRecord]:
    """Current scores, the newest first, page after page of the query's limit."""

    def rest(page: ScorePage) -> Pages[ScoreRecord] | None:
        return None if page.cursor is None else list_scores(msgspec.structs.replace(query, cursor=page.cursor))

    return Pages(query_scores(query), lambda page: page.scores, rest)


def list_orphans(older_than_seconds: int = 0) -> Pages[Orphan]:
    """Scores whose request has not come, the oldest first, with their age."""
    return _orphans(older_than_seconds, None)


def _orphans(older_than_seconds: int, cursor: str | None) -> Pages[Orphan]:
    def rest(found: Orphans) -> Pages[Orphan] | None:
        return None if found.cursor is None else _orphans(older_than_seconds, found.cursor)

    asked = {"older_than_seconds": older_than_seconds, "limit": MAX_PAGE, "cursor": cursor}
    return Pages(get(Orphans, f"{_SCORES}/orphans", asked), lambda found: found.orphans, rest)


def get_changes(after: str = "0", limit: int = MAX_PAGE) -> Operation[Changes]:
    """What has changed after a cursor; go on with the ``next`` of the answer."""
    return get(Changes, f"{_SCORES}/changes", {"after": after, "limit": limit})


def score_request(request_id: str, scores: Mapping[str, float | bool]) -> Operation[None]:
    """Add scores to a request as Helicone has it: numbers and booleans by name."""
    return write(type(None), "POST", f"/v1/request/{segment(request_id)}/score", ScoreRequest(dict(scores)))


def rate_request(request_id: str, rating: bool) -> Operation[None]:  # noqa: FBT001 -- a thumb is up or down
    """Thumbs up or down: the boolean score ``helicone-score-feedback``."""
    return write(type(None), "POST", f"/v1/request/{segment(request_id)}/feedback", FeedbackRequest(rating))


def get_request_scores(request_id: str) -> Operation[list[ScoreVersion]]:
    """Every version of every score of a request, oldest first by name."""
    return get(list[ScoreVersion], f"/v1/request/{segment(request_id)}/scores")


def get_score_names() -> Operation[list[str]]:
    """Every name of a score, as keys of a request's ``scores``."""
    return get(list[str], "/v1/evals/scores")


def list_definitions() -> Operation[list[Definition]]:
    """What is defined, and what the other scores look like so far."""
    return get(list[Definition], _DEFINITIONS)


def get_definition(name: str) -> Operation[Definition]:
    """What a score is defined to mean."""
    return get(Definition, f"{_DEFINITIONS}/{segment(name)}")


def put_definition(name: str, definition: DefinitionInput) -> Operation[Definition]:
    """Define a score."""
    return write(Definition, "PUT", f"{_DEFINITIONS}/{segment(name)}", definition)


def delete_definition(name: str) -> Operation[None]:
    """Define a score no longer; its scores stay. Where an answer was lost on the way, a repetition is not found."""
    return write(type(None), "DELETE", f"{_DEFINITIONS}/{segment(name)}")
