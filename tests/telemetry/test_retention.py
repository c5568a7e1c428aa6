"""What is too old goes, all of it and nothing else, however often it was tried."""

import collections
import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from helicorder.errors import TelemetryUnavailable
from helicorder.model.call import Call
from helicorder.model.ids import new_id
from helicorder.model.retention import Cuts
from helicorder.model.row import Row, Stamped
from helicorder.model.score import PropertyEdit, Score, ScoreKind, Source, Target
from helicorder.telemetry import retention as module
from helicorder.telemetry.client import Params, Telemetry
from helicorder.telemetry.retention import Eraser
from helicorder.telemetry.sql.derivation import derived
from helicorder.telemetry.sql.retention import MASKED, TABLES
from helicorder.telemetry.sql.tenant import read
from telemetry.harness import NOON, Store, call, load

IDS = ("r1", "r2", "r3")
DAY = dt.timedelta(days=1)
MIDNIGHT = NOON.replace(hour=0)
EVER = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
VERSIONS = itertools.count(1_000)
"""Never given twice: what an example loads touches no other."""
HISTORIES = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
Kept = dict[str, list[Any]]

AGES = st.integers(0, 69)  # over three months, so that rows lie in several partitions
LIMITS = st.none() | st.sampled_from([1, 10, 35])


class Failing(Telemetry):
    """A store that stops answering once it was told to do a number of things."""

    def __init__(self, url: str, commands: int) -> None:
        super().__init__(url)
        self.left = commands

    async def command(self, sql: str, params: Params | None = None) -> None:
        """The command, while there are any left."""
        if not self.left:
            raise TelemetryUnavailable
        self.left -= 1
        await super().command(sql, params)


def rows_of(org_id: str) -> st.SearchStrategy[list[Row]]:
    """Calls of few ids, which are used again, with their texts; scores of several versions and targets; edits."""
    ids = st.sampled_from(IDS)
    calls = st.builds(
        lambda request_id, age, text: call(
            request_id, org_id=org_id, created_at=NOON - age * DAY, request_body=text, response_body=text
        ),
        ids, AGES, st.sampled_from(['{"prompt":"alpha"}', None]),
    )  # fmt: skip
    scores = st.builds(
        lambda target, target_id, author, age, deleted: Score(
            org_id, target_id, "q", ScoreKind.NUMERIC, float(age), NOON - age * DAY, Source.HUMAN, author,
            target=target, deleted=deleted,
        ),
        st.sampled_from([Target.REQUEST, Target.REQUEST, Target.SESSION]), ids, st.sampled_from(["ana", "ben"]), AGES,
        st.sampled_from([False, False, True]),
    )  # fmt: skip
    edits = st.builds(lambda request_id, age: PropertyEdit(org_id, request_id, "k", "v", NOON - age * DAY), ids, AGES)
    rows: st.SearchStrategy[list[Row]] = st.lists(st.one_of(calls, scores, edits), min_size=1, max_size=14)
    return rows


@st.composite
def cuts(draw: st.DrawFn) -> Cuts:
    """The cuts of limits of which calls have the longest."""
    calls, bodies, scores = (
        None if days is None else MIDNIGHT - days * DAY for days in draw(st.tuples(LIMITS, LIMITS, LIMITS))
    )
    floor = calls or EVER
    return Cuts(calls, max(bodies, floor) if bodies else calls, max(scores, floor) if scores else calls)


def remaining(history: Sequence[Stamped], cut: Cuts) -> Kept:
    """What is there after a history and a deletion, told row by row in Python."""
    rows = [one.row for one in history]
    calls = {(row.created_at, row.request_id): row for row in rows if isinstance(row, Call)}
    newest = {request_id: at for at, request_id in sorted(calls)}
    told: dict[tuple[str, ...], list[Score]] = collections.defaultdict(list)
    for row in rows:
        if isinstance(row, Score):
            told[row.target, row.target_id, row.author].append(row)
    of_call = {key: newest.get(key[1]) if key[0] == "request" else None for key in told}
    left = {
        key: versions
        for key, versions in told.items()
        if max(row.judged_at for row in versions) >= (cut.scores or EVER)
        and (versions[-1].deleted or (of_call[key] or NOON) >= (cut.calls or EVER))
    }
    kept = {key: row for key, row in calls.items() if key[0] >= (cut.calls or EVER)}
    texts = sorted(key for key in kept if key[0] >= (cut.bodies or EVER))
    there = {request_id for _, request_id in kept}
    edits = [row for row in rows if isinstance(row, PropertyEdit)]
    return {
        "calls": sorted(kept),
        "bodies": texts,
        "searched": [key for key in texts if kept[key].request_body],
        "score_versions": sorted((*key, row.judged_at) for key, versions in left.items() for row in versions),
        "score_changes": sorted(key[:2] for key, versions in left.items() for _ in versions),
        "property_edits": sorted(
            (row.request_id, row.edited_at)
            for row in edits
            if row.edited_at >= (cut.calls or EVER) or row.request_id in there
        ),
    }


async def stored(telemetry: Telemetry, org_id: str) -> Kept:
    """What is there, table by table."""

    async def read(columns: str, table: str, where: str = "true") -> list[Any]:
        sql = f"SELECT {columns} FROM {table} FINAL WHERE org_id = {{org:String}} AND {where}"  # noqa: S608 -- below
        return sorted(tuple(row.values()) for row in await telemetry.query(sql, {"org": org_id}))

    call_key, searched = "created_at, request_id", "hasToken(words, 'alpha') AND request_preview != ''"
    return {
        "calls": await read(call_key, "calls"),
        "bodies": await read(call_key, "bodies"),
        "searched": await read(call_key, "calls", searched),
        "score_versions": await read("target, target_id, author, judged_at", "score_versions"),
        "score_changes": await read("target, target_id", "score_changes"),
        "property_edits": await read("request_id, edited_at", "property_edits"),
    }


async def current(telemetry: Telemetry, org_id: str, source: str) -> list[Any]:
    """Current scores and their places, from a source of rows of the table ``scores``."""
    columns = "target, target_id, score_id, created_at, value, attached"
    sql = f"SELECT {columns} FROM {source} WHERE org_id = {{org:String}} AND NOT gone"  # noqa: S608 -- constants
    return sorted(tuple(row.values()) for row in await telemetry.query(sql, {"org": org_id}))


async def erase(telemetry: Telemetry, limits: dict[str, Cuts]) -> collections.Counter[str]:
    """Delete; how many rows of which tables."""
    rows: collections.Counter[str] = collections.Counter()
    await Eraser(telemetry, rows).erase(limits)
    return rows


SCORED = "SELECT org_id, target_id FROM score_versions WHERE org_id = {org:String}"
EVERYTHING = f"({derived(SCORED, read)})"
"""What the table ``scores`` would hold if it were derived anew."""


async def keeps_what_it_should(store: Store, data: st.DataObject) -> None:
    """Load drawn histories of two organisations, delete, be cut short and delete again; compare with what it means."""
    mine, theirs = new_id(), new_id()
    histories = {
        org_id: [Stamped(next(VERSIONS), row) for row in data.draw(rows_of(org_id))] for org_id in (mine, theirs)
    }
    for history in histories.values():
        middle = data.draw(st.integers(0, len(history)))
        for part in (history[middle:], history):
            await load(store.telemetry, part)
    before, cut = await stored(store.telemetry, theirs), data.draw(cuts())
    address = store.telemetry._address
    url = f"clickhouse://{address.user}:{address.password}@{store.telemetry.host}/{address.database}"
    failing = Failing(url, data.draw(st.integers(0, 12)))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "SHARE_ROWS", data.draw(st.sampled_from([1, 50_000])))
            await erase(failing, {mine: cut})
    except TelemetryUnavailable:
        assert not failing.left
    finally:
        await failing.close()
    await erase(store.telemetry, {mine: cut})
    assert await stored(store.telemetry, mine) == remaining(histories[mine], cut)
    assert await stored(store.telemetry, theirs) == before == remaining(histories[theirs], Cuts(None, None, None))
    for org_id in (mine, theirs):
        assert await current(store.telemetry, org_id, "scores FINAL") == await current(
            store.telemetry, org_id, EVERYTHING
        )
    assert not await erase(store.telemetry, {mine: cut})
    assert not await store.telemetry.query(MASKED, {"tables": list(TABLES)})


@pytest.mark.timeout(600)
@settings(HISTORIES, max_examples=5)
@given(data=st.data())
async def test_what_is_too_old_goes_and_all_else_stays(store: Store, data: st.DataObject) -> None:
    """Whatever happened, a deletion that was cut short and done again leaves what the limits say."""
    await keeps_what_it_should(store, data)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(HISTORIES, max_examples=150)
@given(data=st.data())
async def test_what_is_too_old_goes_and_all_else_stays_at_length(store: Store, data: st.DataObject) -> None:
    """The same, on many more histories."""
    await keeps_what_it_should(store, data)


async def test_a_deletion_that_fails_in_the_store_is_taken_back(store: Store) -> None:
    """A change to parts that the store cannot make is told, and holds up neither the next run nor merges."""
    await store.load(call("old", created_at=NOON - 9 * DAY, request_body="x"), call("new", request_body="y"))
    await store.telemetry.command(
        "ALTER TABLE bodies DELETE WHERE throwIf(version > 0) = 1 SETTINGS mutations_sync = 0"
    )
    limits = {"org-a": Cuts(NOON - DAY, NOON - DAY, NOON - DAY)}
    with pytest.raises(TelemetryUnavailable, match="removing rows of bodies"):
        await erase(store.telemetry, limits)
    assert (await stored(store.telemetry, "org-a"))["bodies"] == [(NOON - 9 * DAY, "old"), (NOON, "new")]
    assert await erase(store.telemetry, limits) == {"bodies": 1, "calls": 1}
    assert (await stored(store.telemetry, "org-a"))["bodies"] == [(NOON, "new")]


async def test_a_late_call_is_deleted_by_the_next_run(store: Store) -> None:
    """A call that comes back after its deletion, as by a replay, is deleted again with its scores."""
    late = [Stamped(next(VERSIONS), call("old", created_at=NOON - 9 * DAY, request_body="x"))]
    limits = {"org-a": Cuts(NOON - DAY, NOON - DAY, NOON - DAY)}
    for _ in range(2):
        await load(store.telemetry, late)
        assert await erase(store.telemetry, limits) == {"bodies": 1, "calls": 1}
        assert not any((await stored(store.telemetry, "org-a")).values())


async def test_a_history_goes_whole_and_scores_go_with_the_newest_call(store: Store) -> None:
    """A score that was judged again keeps its history; one of an id that was used again goes with the newest call."""

    def judged(request_id: str, age: int, target: Target = Target.REQUEST) -> Score:
        return Score("org-a", request_id, "q", ScoreKind.NUMERIC, float(age), NOON - age * DAY, target=target)

    def called(request_id: str, age: int) -> Call:
        return call(request_id, created_at=NOON - age * DAY)

    def edited(request_id: str, age: int) -> PropertyEdit:
        return PropertyEdit("org-a", request_id, "k", "v", NOON - age * DAY)

    rows: list[Row] = [
        judged("again", 50), judged("again", 2), judged("orphan", 50), judged("waiting", 2), judged("back", 2),
        judged("back", 50), judged("s", 50, Target.SESSION), judged("s2", 2, Target.SESSION),
        judged("reused", 2), called("reused", 50), called("reused", 3), judged("gone", 2), called("gone", 45),
        called("gone", 50), judged("early", 50), called("early", 3), edited("reused", 50), edited("gone", 50),
        edited("gone", 0),
    ]  # fmt: skip
    history = await store.load(*rows)
    cut = Cuts(*[MIDNIGHT - 30 * DAY] * 3)
    await erase(store.telemetry, {"org-a": cut})
    kept = await stored(store.telemetry, "org-a")
    assert kept == remaining(history, cut)
    assert {row[1] for row in kept["score_versions"]} == {"again", "waiting", "back", "s2", "reused"}
    assert len(kept["score_versions"]) == 7
    assert [row[0] for row in kept["property_edits"]] == ["gone", "reused"]
    assert await current(store.telemetry, "org-a", "scores FINAL") == await current(
        store.telemetry, "org-a", EVERYTHING
    )
