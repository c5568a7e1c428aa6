"""Statements that read scores one by one, tenant first: current ones, versions, changes."""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

from collections.abc import Sequence

from helicorder.telemetry.sql.calls import among
from helicorder.telemetry.sql.conditions import Query, Statement

VERSION = (
    "target_id, target, name, score_id, version, kind, value, label, text, comment, metadata, source, author, "
    "judged_at, inclusion, deleted, reason, key_id"
)


def scores_of_requests(org_id: str, request_ids: Sequence[str]) -> Query:
    """The current scores of several requests, deleted ones too, from the table whose key begins with the request."""
    statement = Statement(org_id)
    return statement.query(
        f"SELECT {VERSION} FROM score_versions WHERE org_id = {{org:String}} "
        f"AND {among(statement, 'target_id', request_ids)} AND target = 'request' "
        "ORDER BY version DESC LIMIT 1 BY target_id, name, score_id"
    )


def versions_of_request(org_id: str, request_id: str) -> Query:
    """Every version of every score of a request, oldest first."""
    statement = Statement(org_id)
    return statement.query(
        f"SELECT {VERSION} FROM score_versions FINAL WHERE org_id = {{org:String}} AND target = 'request' "
        f"AND target_id = {statement.bind('String', request_id)} ORDER BY name, version"
    )


def versions_of_score(org_id: str, score_id: str, as_of: int | None) -> Query:
    """Every version of one score up to a mark, oldest first."""
    statement = Statement(org_id)
    until = "" if as_of is None else f" AND version <= {statement.bind('UInt64', as_of)}"
    return statement.query(
        f"SELECT {VERSION} FROM score_versions FINAL WHERE org_id = {{org:String}} "
        f"AND score_id = {statement.bind('String', score_id)}{until} ORDER BY version"
    )


def changes(org_id: str, after: int, limit: int) -> Query:
    """The versions acknowledged after one, oldest first."""
    statement = Statement(org_id)
    page = (
        "SELECT target_id, target, name, score_id, version FROM score_changes FINAL WHERE org_id = {org:String} "
        f"AND version > {statement.bind('UInt64', after)} ORDER BY version LIMIT {statement.bind('UInt64', limit)}"
    )
    return statement.query(
        f"SELECT {VERSION} FROM score_versions FINAL WHERE org_id = {{org:String}} "
        f"AND (target_id, target, name, score_id, version) IN ({page}) ORDER BY version"
    )


def seen_scores(org_id: str, categories: int) -> Query:
    """Per name the newest kind among current scores, the range of values, and the first categories."""
    statement = Statement(org_id)
    return statement.query(
        "SELECT name, argMax(kind, revision) AS newest_kind, min(value) AS minimum, max(value) AS maximum, "
        f"arraySort(groupUniqArray({int(categories)})(label)) AS categories "
        "FROM scores FINAL WHERE org_id = {org:String} GROUP BY name ORDER BY name"
    )


def names_of_scores(org_id: str) -> Query:
    """Every score name and kind there has ever been, with the largest value by size."""
    return Statement(org_id).query(
        "SELECT name, kind, max(largest) AS largest FROM score_names WHERE org_id = {org:String} "
        "GROUP BY name, kind ORDER BY name, kind"
    )
