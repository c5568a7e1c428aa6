"""One organisation never sees another's rows."""

# ruff: noqa: S608 -- what is put together here are this file's own words

import collections
import datetime as dt
import functools

import pytest

from helicorder.model.filter import Everything, Page
from helicorder.model.retention import Cuts
from helicorder.model.row import Row
from helicorder.model.score import Score, ScoreKind, Source, Target
from helicorder.telemetry import calls, sessions
from helicorder.telemetry.client import Params
from helicorder.telemetry.retention import Eraser
from helicorder.telemetry.sql.tenant import read
from telemetry.door import ASK, listening
from telemetry.everything import CANARY, each, everything_readable, of_calls, of_scores
from telemetry.harness import NOON, ORG, Store, call, edit, score
from telemetry.places import marked
from telemetry.scopes import EXEMPT, stray_reads, tables

STRANGER = "org-b"
MARK = 1
"""The versions up to this one are there before the others."""
AFTER_ALL = NOON + dt.timedelta(days=1)


def judged(request_id: str, source: Source, org_id: str = ORG, author: str = "") -> Score:
    """What a model or a person says of a request."""
    kind, value = ScoreKind.NUMERIC, 1000.0 if author else 2.0
    return Score(org_id, request_id, "q", kind, value, NOON, source, author, inclusion=0.5, comment=author)


def of_session(session_id: str, org_id: str, tag: str) -> Score:
    """A tag of a session."""
    kind, name = ScoreKind.CATEGORICAL, sessions.SESSION_TAG
    return Score(org_id, session_id, name, kind, 0.0, NOON, target=Target.SESSION, label=tag)


async def load_mine(store: Store) -> None:
    """One row before the mark and others after it."""
    await store.load(score("r", "q", 1.0, 1))
    await store.load(
        call("r", 1, properties={"env": "mine"}, request_body="mine", session_id="s1", user_id="u"),
        call("s", 2, session_id="s1"), call("plain", 3), of_session("s1", ORG, "mine"),
        call("other", 4, properties={"env": "bare"}),
        score("s", "ok", value=True, minutes=1), edit("s", "env", "edited"), score("r", "q", 3.0, 2),
        judged("r", Source.MODEL), judged("r", Source.HUMAN), judged("s", Source.MODEL),
    )  # fmt: skip


async def load_canaries(store: Store) -> None:
    """Another organisation's rows in every table, under the same ids, names and keys, at the same times."""
    for request_id in ("r", "s", "theirs", "plain"):
        for minutes in (1, 2, 3):
            rows: list[Row] = [
                call(
                    request_id, minutes, org_id=STRANGER, model=CANARY, status=500, properties={"env": CANARY},
                    request_body=CANARY, response_body=CANARY, session_id="s1", session_name=CANARY, user_id=CANARY,
                    session_path=f"/{CANARY}",
                ),
                of_session("s1", STRANGER, CANARY), of_session("theirs", STRANGER, CANARY),
                score(request_id, "q", 1000.0, minutes, STRANGER), score(request_id, CANARY, 1.0, minutes, STRANGER),
                judged(request_id, Source.MODEL, STRANGER, CANARY), judged(request_id, Source.HUMAN, STRANGER, CANARY),
                edit(request_id, "env", CANARY, STRANGER), edit(request_id, "only-theirs", CANARY, STRANGER),
            ]  # fmt: skip
            await store.load(*rows)


@pytest.mark.timeout(600)
async def test_another_organisation_changes_no_answer(store: Store) -> None:
    """Whatever another organisation records, under the same ids, or deletes, no answer changes by a bit."""
    await load_mine(store)
    before = await everything_readable(store.telemetry, ORG, MARK)
    await load_canaries(store)
    for table in tables():
        found = await store.telemetry.query(f"SELECT DISTINCT org_id FROM {table}")
        assert {row["org_id"] for row in found} == {ORG, STRANGER}, table
    assert await everything_readable(store.telemetry, ORG, MARK) == before
    assert CANARY not in repr(before)
    assert CANARY in repr(await calls.page(store.telemetry, STRANGER, Everything(), Page()))
    await Eraser(store.telemetry, collections.Counter()).erase({STRANGER: Cuts(AFTER_ALL, AFTER_ALL, AFTER_ALL)})
    assert [await each(part(store.telemetry, ORG, MARK)) for part in (of_calls, of_scores)] == before[:2]
    assert await calls.count(store.telemetry, STRANGER, Everything()) == 0


async def test_an_organisation_without_rows_sees_nothing(store: Store) -> None:
    """For an organisation that recorded nothing every answer is empty, whatever others recorded."""
    nothing = await everything_readable(store.telemetry, "org-nobody", MARK)
    await load_mine(store)
    assert await everything_readable(store.telemetry, "ORG-A", MARK) == nothing
    assert await each(of_calls(store.telemetry, "", MARK)) == nothing[0]


async def test_no_place_loses_its_condition_unnoticed(store: Store) -> None:
    """Wherever the product prints the condition on the tenant, a statement that loses it there is found out.

    What is sent is all that can be read and all that retention deletes: each builder of statements is called, each
    place that prints the condition is in one of the statements, and each statement keeps to its tenant.
    """
    sent: dict[str, Params] = {}
    cuts = (Cuts(None, AFTER_ALL, None), Cuts(AFTER_ALL, None, AFTER_ALL))
    with marked("telemetry.everything", "helicorder.telemetry.retention") as (found, (everything, retention)):
        await load_mine(store)
        with listening(sent.setdefault):
            await everything.everything_readable(store.telemetry, ORG, MARK)
            for cut in cuts:
                await retention.Eraser(store.telemetry, collections.Counter()).erase({ORG: cut})
    assert sorted(found.builders - found.called) == []
    assert [sql for sql in sent if found.unmarked(sql)] == []
    for number, place in enumerate(found.places):
        sql = min((sql for sql in sent if number in found.of(sql)), key=len, default="")
        assert sql, f"No statement shows what {place} prints."
        assert await strays(store, sql, sent[sql]) == []
        assert await strays(store, found.without(number, sql), sent[sql]), f"Nothing holds the condition of {place}."


async def strays(store: Store, sql: str, params: Params | None = None) -> list[str]:
    """What of a statement does not keep to the tenant."""
    return await stray_reads(functools.partial(ASK, store.telemetry), sql, params or {})


MINE = "org_id = {org:String}"
BODIES = "SELECT request_id FROM bodies WHERE"
SOUND = [
    f"SELECT 1 FROM calls FINAL WHERE {MINE} AND (status = 1 OR status = 2)",
    f"SELECT 1 FROM calls PREWHERE (status = 1 AND {MINE}) WHERE status = 2",
    f"SELECT 1 FROM calls AS a JOIN calls AS b USING (request_id) WHERE a.{MINE} AND b.{MINE}",
    f"WITH mine AS (SELECT * FROM calls WHERE {MINE}) SELECT 1 FROM mine WHERE request_id IN ({BODIES} {MINE})",
    f"DELETE FROM calls IN PARTITION ID '202603' WHERE {MINE} AND status = 1 SETTINGS mutations_sync = 0",
    f"ALTER TABLE calls UPDATE words = '' IN PARTITION ID '202603' WHERE {MINE} SETTINGS mutations_sync = 0",
    f"INSERT INTO scores (org_id, name) SELECT org_id, request_id FROM calls WHERE {MINE}",
    f"SELECT 1 {read('calls', 'status = 1 OR status = 2')}",
    "SELECT number FROM numbers(10)",
    "SELECT name FROM system.parts",
]
"""Statements in which each read has the condition in its own SELECT, among those that all must hold."""
STRAY = [
    "SELECT 1 FROM calls",
    f"SELECT 1 FROM calls WHERE (1 OR {MINE})",
    f"SELECT 1 FROM calls WHERE {MINE} OR status = 1",
    f"SELECT 1 FROM calls WHERE status = 1 AND NOT ({MINE})",
    f"SELECT 1 FROM calls WHERE if(status = 1, {MINE}, 1)",
    "SELECT 1 FROM calls WHERE org_id != {org:String}",
    "SELECT 1 FROM calls WHERE org_id = {other:String}",
    "SELECT 1 FROM calls WHERE org_id = 'org-a'",
    "SELECT 1 FROM calls WHERE request_id = {org:String}",
    f"SELECT count() FROM calls GROUP BY org_id HAVING {MINE}",
    f"SELECT 1 FROM (SELECT * FROM calls) WHERE {MINE}",
    f"SELECT 1 FROM calls AS a JOIN calls AS b USING (request_id) WHERE a.{MINE}",
    f"SELECT 1 FROM calls AS a JOIN calls AS b ON a.request_id = b.request_id AND b.{MINE} WHERE a.{MINE}",
    f"SELECT 1 FROM calls WHERE {MINE} UNION ALL SELECT 1 FROM calls",
    f"SELECT 1 FROM calls WHERE {MINE} AND request_id IN ({BODIES} true)",
    f"SELECT 1 FROM calls WHERE {MINE} AND 0 AND request_id IN ({BODIES} true)",
    f"SELECT 1 FROM calls WHERE {MINE} AND status = (SELECT max(status) FROM calls)",
    f"SELECT 1 FROM calls WHERE {MINE} AND (org_id, request_id) IN (SELECT org_id, request_id FROM bodies)",
    f"SELECT (SELECT count() FROM bodies) FROM calls WHERE {MINE}",
    f"WITH every AS (SELECT * FROM calls) SELECT count() FROM every WHERE {MINE}",
    "SELECT 1 FROM merge(currentDatabase(), 'calls') WHERE org_id = {org:String}",
    "DELETE FROM calls IN PARTITION ID '202603' WHERE status = 1 SETTINGS mutations_sync = 0",
    f"DELETE FROM calls WHERE {MINE} AND request_id IN ({BODIES} true)",
    "ALTER TABLE calls UPDATE words = '' WHERE status = 1",
    "INSERT INTO scores (org_id, name) SELECT org_id, request_id FROM calls",
    "TRUNCATE TABLE calls",
    "SELECT 1 FROM no_such_table",
]
"""Statements whose condition stands beside or around a read, under an OR, on another table, or nowhere."""


async def test_a_condition_counts_only_where_it_holds_the_read(store: Store) -> None:
    """What keeps to its tenant passes, as does what reads no tenant's table; everything else is found out."""
    params = {"other": ORG}
    assert [sql for sql in SOUND if await strays(store, sql, params)] == []
    assert [sql for sql in STRAY if not await strays(store, sql, params)] == []


async def test_the_door_lets_no_such_statement_through(store: Store) -> None:
    """A statement that the product sends and that reads other tenants' rows fails the test; tests may look behind."""
    every = "SELECT count() AS n FROM calls"
    with pytest.raises(AssertionError, match="calls is read for all tenants"):
        await Eraser(store.telemetry, collections.Counter())._count(every, {})
    assert await store.telemetry.query(every) == [{"n": 0}]


async def test_each_exemption_is_needed(store: Store) -> None:
    """What is exempt has a reason, and would be found out without."""
    params: Params = {"first": 1, "last": 2, "table": "calls"}
    for name, exemption in EXEMPT.items():
        assert exemption.reason.endswith("."), name
        assert exemption.covers(exemption.example), name
        assert await strays(store, exemption.example, params) != [], name


async def test_the_tables_that_have_tenants_are_known(store: Store) -> None:
    """The guard knows every table of the store that has a column for the tenant."""
    having = "SELECT table FROM system.columns WHERE database = currentDatabase() AND name = 'org_id'"
    assert {row["table"] for row in await store.telemetry.query(having)} == tables() != set()
