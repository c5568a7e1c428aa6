"""Statements that read scores one by one, tenant first: current ones, versions, changes."""

from collections.abc import Sequence

from helicorder.telemetry.sql.calls import among
from helicorder.telemetry.sql.conditions import Query, Statement
from helicorder.telemetry.sql.tenant import read

VERSION = (
    "target_id, target, name, score_id, version, kind, value, label, text, comment, metadata, source, author, "
    "judged_at, inclusion, deleted, reason, key_id"
)

OF_REQUESTS = "target = 'request'"


def scores_of_requests(org_id: str, request_ids: Sequence[str]) -> Query:
    """The current scores of several requests, deleted ones too, from the table whose key begins with the request."""
    statement = Statement(org_id)
    return statement.query(
        f"SELECT {VERSION} "
        f"{read('score_versions', among(statement, 'target_id', request_ids), OF_REQUESTS)} "
        "ORDER BY version DESC LIMIT 1 BY target_id, name, score_id"
    )


def versions_of_request(org_id: str, request_id: str) -> Query:
    """Every version of every score of a request, oldest first."""
    statement = Statement(org_id)
    wanted = f"target_id = {statement.bind('String', request_id)}"
    return statement.query(
        f"SELECT {VERSION} {read('score_versions FINAL', OF_REQUESTS, wanted)} ORDER BY name, version"
    )


def versions_of_score(org_id: str, score_id: str, as_of: int | None) -> Query:
    """Every version of one score up to a mark, oldest first."""
    statement = Statement(org_id, as_of=as_of)
    wanted = f"score_id = {statement.bind('String', score_id)}"
    return statement.query(
        f"SELECT {VERSION} {read('score_versions FINAL', wanted, statement.no_later)} ORDER BY version"
    )


def changes(org_id: str, after: int, limit: int) -> Query:
    """The versions acknowledged after one, oldest first."""
    statement = Statement(org_id)
    later = f"version > {statement.bind('UInt64', after)}"
    page = (
        f"SELECT target_id, target, name, score_id, version {read('score_changes FINAL', later)} "
        f"ORDER BY version LIMIT {statement.bind('UInt64', limit)}"
    )
    return statement.query(f"SELECT {VERSION} {these_versions(page)} ORDER BY version")


def these_versions(found: str) -> str:
    """``FROM ... WHERE ...`` over the versions that a subquery of ``score_changes`` finds."""
    return read("score_versions FINAL", f"(target_id, target, name, score_id, version) IN ({found})")


def seen_scores(org_id: str, categories: int) -> Query:
    """Per name the newest kind among current scores, the range of values, and the first categories."""
    statement = Statement(org_id)
    return statement.query(
        "SELECT name, argMax(kind, revision) AS newest_kind, min(value) AS minimum, max(value) AS maximum, "
        f"arraySort(groupUniqArray({int(categories)})(label)) AS categories "
        f"{read('scores FINAL')} GROUP BY name ORDER BY name"
    )


def names_of_scores(org_id: str) -> Query:
    """Every score name and kind there has ever been, with the largest value by size."""
    return Statement(org_id).query(
        f"SELECT name, kind, max(largest) AS largest {read('score_names')} GROUP BY name, kind ORDER BY name, kind"
    )
