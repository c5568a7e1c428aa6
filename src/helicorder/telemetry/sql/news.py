"""Statements that read what was loaded between two versions, each row with which of several filters take it.

The bounds are journal versions: an index leads to the calls of the last loads, and the change feed to the scores. Calls
are read without FINAL, since what is new is a version of its own, also where it replaces an older one. Whoever was away
for long has a long stretch, so the few columns that say which are the newest are read first, as for a page.
"""

from collections.abc import Sequence

from helicorder.model.filter import Filter
from helicorder.telemetry.sql.calls import among
from helicorder.telemetry.sql.conditions import Query, Statement, condition
from helicorder.telemetry.sql.scores import OF_REQUESTS, VERSION, these_versions
from helicorder.telemetry.sql.tenant import read


def new_calls(org_id: str, wanted: Sequence[Filter], since: int, until: int, limit: int) -> Query:
    """The places of the newest calls that any filter takes, the newest first, with ``version`` and ``takes``."""
    statement, conditions, stretch = _stretch(org_id, wanted, since, until)
    return statement.query(
        f"SELECT version, created_at, request_id, [{', '.join(conditions)}] AS takes "
        f"{read('calls', stretch, 'arrayExists(taken -> taken, takes)')} "
        f"ORDER BY version DESC LIMIT {statement.bind('UInt64', limit)}"
    )


def count_of_new_calls(org_id: str, wanted: Sequence[Filter], since: int, until: int) -> Query:
    """How many calls of a stretch each of the filters takes, as ``n``."""
    statement, conditions, stretch = _stretch(org_id, wanted, since, until)
    counts = ", ".join(f"uniqExactIf((created_at, request_id), {one})" for one in conditions)
    return statement.query(f"SELECT [{counts}] AS n {read('calls', stretch)}")


def new_scores(org_id: str, since: int, until: int, limit: int) -> Query:
    """The newest versions of requests' scores in a stretch, the newest first."""
    statement = Statement(org_id)
    newest = (
        "SELECT target_id, target, name, score_id, version "
        f"{read('score_changes FINAL', _between(statement, since, until), OF_REQUESTS)} "
        f"ORDER BY version DESC LIMIT {statement.bind('UInt64', limit)}"
    )
    return statement.query(f"SELECT {VERSION} {these_versions(newest)} ORDER BY version DESC")


def count_of_new_scores(org_id: str, since: int, until: int) -> Query:
    """How many versions of requests' scores there are in a stretch, as ``n``."""
    statement = Statement(org_id)
    return statement.query(
        f"SELECT count() AS n {read('score_changes FINAL', _between(statement, since, until), OF_REQUESTS)}"
    )


def taken_ids(org_id: str, wanted: Sequence[Filter], request_ids: Sequence[str]) -> Query:
    """The ids among some whose calls any of the filters takes, with ``takes``."""
    statement = Statement(org_id)
    conditions = [_settled(statement, one) for one in wanted]
    return statement.query(
        f"SELECT request_id, [{', '.join(f'max({one})' for one in conditions)}] AS takes "
        f"{read('calls FINAL', among(statement, 'request_id', request_ids))} GROUP BY request_id"
    )


def _stretch(org_id: str, wanted: Sequence[Filter], since: int, until: int) -> tuple[Statement, list[str], str]:
    statement = Statement(org_id)
    conditions = [_settled(statement, one) for one in wanted]
    return statement, conditions, _between(statement, since, until)


def _settled(statement: Statement, wanted: Filter) -> str:
    """The condition as yes or no."""
    return f"ifNull({condition(statement, wanted)}, false)"


def _between(statement: Statement, since: int, until: int) -> str:
    return f"version > {statement.bind('UInt64', since)} AND version <= {statement.bind('UInt64', until)}"
