"""Statements that read sessions: what the scores of several say, and everything of one."""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

from collections.abc import Sequence

from helicorder.model.group import GroupField
from helicorder.model.window import Window
from helicorder.telemetry.sql.calls import among
from helicorder.telemetry.sql.conditions import Query, Statement
from helicorder.telemetry.sql.groups import FIELDS, Groups
from helicorder.telemetry.sql.numbers import Part, Wanted, sums_of
from helicorder.telemetry.sql.scores import VERSION
from helicorder.telemetry.sql.series import on_grid
from helicorder.telemetry.sql.tenant import read

MOST_NAMED = 100
"""How many users and models of a session are told by name."""
SUMMED = Wanted((Part.ENDINGS, Part.COST, Part.TOKENS, Part.USERS))
COLUMNS = {
    "name": FIELDS[GroupField.NAME],
    "first": FIELDS[GroupField.FIRST],
    "last": FIELDS[GroupField.LAST],
    "ended": "max(response_at)",
    "latency_n": "count(latency_ms)",
    "latency_sum": "sum(toUInt128(latency_ms))",
    "user_ids": f"arraySort(groupUniqArrayIf({MOST_NAMED})(user_id, user_id != ''))",
    "models": f"arraySort(groupUniqArray({MOST_NAMED})(toString(model)))",
    **sums_of(SUMMED),
}
"""What is told of a session: the aggregate of each, by the name of its column."""
OF_ONE = {
    "one_n": "count()",
    "one_cost": FIELDS[GroupField.COST],
    "one_latency_n": "count(latency_ms)",
    "one_latency": "sum(toUInt128(latency_ms))",
}
OF_ALL = {
    "n": "count()",
    "calls": "sum(one_n)",
    "costed": "count(one_cost)",
    "cost_sum": "sum(one_cost)",
    "latency_n": "sum(one_latency_n)",
    "latency_sum": "sum(one_latency)",
}
"""What several sessions add up to, from what is read of each."""
OF_SESSIONS = "target = 'session'"
COUNTED = "target = 'request' AND kind IN ('numeric', 'boolean')"
STEP = (
    "request_id, created_at, response_at, provider, model, status, ending, streamed, latency_ms, "
    "time_to_first_token_ms, prompt_tokens, completion_tokens, prompt_cache_read_tokens, prompt_cache_write_tokens, "
    "reasoning_tokens, cost_usd, user_id, session_path, prompt_id, prompt_version"
)


def names(statement: Statement, groups: Groups, limit: int) -> Query:
    """The sessions of each ``name``, when the ``first`` and the ``last`` of their calls began, and OF_ALL of them."""
    times = {"one_first": FIELDS[GroupField.FIRST], "one_last": FIELDS[GroupField.LAST]}
    one = groups.selected(statement, {"name": FIELDS[GroupField.NAME], **times, **OF_ONE})
    return statement.query(
        "SELECT name, min(one_first) AS first, max(one_last) AS last, "
        f"{', '.join(f'{of} AS {shown}' for shown, of in OF_ALL.items())} "
        f"FROM ({one}) GROUP BY name ORDER BY last DESC, name LIMIT {statement.bind('UInt64', limit)}"
    )


def scores_by_session(org_id: str, session_ids: Sequence[str], window: Window, places: int) -> Query:
    """Per session and score the current scores of its calls: ``n`` and ``total``, times 10**places."""
    statement = Statement(org_id, judged=True)
    statement.params["scale"] = 10.0**places
    wanted = among(statement, "session_id", session_ids)
    return statement.query(
        f"SELECT session_id AS id, name, kind, count() AS n, sum({on_grid('value')}) AS total "
        f"{read('scores FINAL', COUNTED, _called_in(statement, window), wanted)} "
        "GROUP BY id, name, kind ORDER BY id, name, kind"
    )


def scores_of_sessions(org_id: str, session_ids: Sequence[str]) -> Query:
    """The current scores that were given to sessions themselves, deleted ones too, the newest first."""
    statement = Statement(org_id)
    return statement.query(
        f"SELECT {VERSION} "
        f"{read('score_versions', among(statement, 'target_id', session_ids), OF_SESSIONS)} "
        "ORDER BY version DESC LIMIT 1 BY target_id, name, score_id"
    )


def steps(org_id: str, session_id: str, limit: int) -> Query:
    """The first calls of a session, in their order. A bloom filter finds the few granules that may hold them."""
    statement = Statement(org_id)
    return statement.query(
        f"SELECT {STEP} {read('calls FINAL', one_session(statement, session_id))} "
        f"ORDER BY created_at, request_id LIMIT {statement.bind('UInt64', limit)}"
    )


def one_session(statement: Statement, session_id: str) -> str:
    """The condition that a row of ``calls`` or of ``scores`` belongs to a session."""
    return f"session_id = {statement.bind('String', session_id)}"


def scores_of_steps(org_id: str, session_id: str, window: Window) -> Query:
    """The current scores of a session's calls, by the version that said them: each beside the call that carries it."""
    statement = Statement(org_id, judged=True)
    wanted = f"target = 'request' AND {one_session(statement, session_id)}"
    return statement.query(
        "SELECT target_id AS request_id, created_at, name, kind, value, label, text, revision "
        f"{read('scores FINAL', wanted, _called_in(statement, window))} ORDER BY revision"
    )


def _called_in(statement: Statement, window: Window) -> str:
    return f"created_at >= {statement.instant(window.start)} AND created_at < {statement.instant(window.end)}"
