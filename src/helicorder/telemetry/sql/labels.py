"""Statements about calls to label: which there are, which chance takes, what people have said of them."""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

import datetime as dt
from collections.abc import Sequence

from helicorder.model.score import Source, Target
from helicorder.model.window import Window
from helicorder.telemetry.instants import microseconds
from helicorder.telemetry.sql.calls import among
from helicorder.telemetry.sql.conditions import Query, Statement
from helicorder.telemetry.sql.current import current
from helicorder.telemetry.sql.tenant import read


def calls(statement: Statement, where: str, window: Window, names: Sequence[str]) -> str:
    """A subquery: ``target``, ``target_id`` and time ``at`` of each id's newest call that a condition takes.

    ``labelled``: people have given it every one of some scores.
    """
    start, end = statement.instant(window.start), statement.instant(window.end)
    among_names = ", ".join(statement.text(name) for name in names)
    human = f"source = '{Source.HUMAN}' AND target = '{Target.REQUEST}' AND name IN ({among_names})"
    labelled = (
        f"SELECT target_id {current(statement, human)} GROUP BY target_id "
        f"HAVING uniqExact(name) = {statement.bind('UInt64', len(set(names)))}"
    )
    return (
        f"SELECT '{Target.REQUEST}' AS target, request_id AS target_id, max(created_at) AS at, "
        f"request_id IN ({labelled}) AS labelled "
        f"{read('calls FINAL', where, f'created_at >= {start} AND created_at < {end}')} GROUP BY request_id"
    )


def size(statement: Statement, rows: str) -> Query:
    """How many rows are ``waiting`` for a label, and how many have one: ``labels``."""
    return statement.query(f"SELECT countIf(NOT labelled) AS waiting, countIf(labelled) AS labels FROM ({rows})")


def evenly(statement: Statement, rows: str, probability: float, seed: int) -> Query:
    """The rows that a draw takes of those that wait, each for itself, with one probability.

    Where a hash of the seed and of what a row is falls below the probability, so the same question draws the same.
    """
    number = f"sipHash64({statement.bind('UInt64', seed)}, target, target_id) / 18446744073709551616."
    return statement.query(
        f"SELECT target_id, at FROM ({rows}) WHERE NOT labelled AND {number} < {statement.bind('Float64', probability)}"
    )


def newest(org_id: str, request_ids: Sequence[str]) -> Query:
    """When the newest call ``at`` of each of some ids was made."""
    statement = Statement(org_id)
    return statement.query(
        "SELECT request_id, max(created_at) AS at "
        f"{read('calls', among(statement, 'request_id', request_ids))} GROUP BY request_id"
    )


def present(org_id: str, calls_at: Sequence[tuple[str, dt.datetime]]) -> Query:
    """Which of some calls, by id and time, are there; ``cluster`` as current scores have it."""
    statement = Statement(org_id)
    statement.params["at"] = [microseconds(at) for _, at in calls_at]
    ids = among(statement, "request_id", [request_id for request_id, _ in calls_at])
    times = "created_at IN (SELECT fromUnixTimestamp64Micro(arrayJoin({at:Array(Int64)}), 'UTC'))"
    return statement.query(
        "SELECT request_id, any(cityHash64(multiIf(session_id != '', concat('s', session_id), user_id != '', "
        "concat('u', user_id), concat('request', request_id)))) AS cluster "
        f"{read('calls FINAL', times, ids)} GROUP BY request_id"
    )


def given(org_id: str, names: Sequence[str], request_ids: Sequence[str]) -> Query:
    """What people say of some requests under some names now."""
    statement = Statement(org_id)
    wanted = f"target = '{Target.REQUEST}' AND name IN ({', '.join(statement.text(name) for name in names)})"
    newest = (
        "SELECT target_id, name, source, author, kind, value, label, text, inclusion, deleted "
        f"{read('score_versions', among(statement, 'target_id', request_ids), wanted)} "
        "ORDER BY version DESC LIMIT 1 BY target_id, name, score_id"
    )
    return statement.query(f"SELECT * FROM ({newest}) WHERE NOT deleted AND source = '{Source.HUMAN}'")
