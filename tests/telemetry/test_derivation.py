"""Current scores are what follows from all that happened, in whatever cuts and order it was loaded."""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from helicorder.model.call import Call
from helicorder.model.ids import new_id
from helicorder.model.row import Row, Stamped
from helicorder.model.score import PropertyEdit, Score, ScoreKind, Source, Target
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.sql.conditions import Statement
from helicorder.telemetry.sql.current import current
from telemetry.harness import NOON, Store, call, load

IDS = ("r1", "r2", "r3")
NAMES = ("q", "p")
Fact = tuple[Any, ...]


def calls(org_id: str) -> st.SearchStrategy[Call]:
    """A call of one of few ids, which are used again."""
    return st.builds(
        lambda request_id, minutes, model, session, user, lang: call(
            request_id, minutes, org_id=org_id, model=model, session_id=session, user_id=user,
            properties={"lang": lang} if lang else {},
        ),
        st.sampled_from(IDS), st.integers(0, 3), st.sampled_from("ab"), st.sampled_from(["", "s"]),
        st.sampled_from(["", "u"]), st.sampled_from(["", "en", "fr"]),
    )  # fmt: skip


def scores(org_id: str) -> st.SearchStrategy[Score]:
    """A score of one of few things by one of few judges, or its deletion; some under ids of the client's own."""
    return st.builds(
        lambda target, target_id, name, value, author, score_id, deleted: Score(
            org_id, target_id, name, ScoreKind.NUMERIC, float(value), NOON, Source.HUMAN, author, score_id, target,
            deleted=deleted,
        ),
        st.sampled_from([Target.REQUEST, Target.REQUEST, Target.REQUEST, Target.SESSION, Target.USER]),
        st.sampled_from(IDS), st.sampled_from(NAMES), st.integers(0, 9), st.sampled_from(["ana", "ben"]),
        st.sampled_from(["", "own"]), st.sampled_from([False, False, False, True]),
    )  # fmt: skip


def edits(org_id: str) -> st.SearchStrategy[PropertyEdit]:
    """A property put on one of few requests."""
    return st.builds(
        lambda request_id, value: PropertyEdit(org_id, request_id, "lang", value, NOON),
        st.sampled_from(IDS), st.sampled_from(["de", "it"]),
    )  # fmt: skip


def facts(history: Sequence[Stamped]) -> list[Fact]:
    """What is current after a history, told row by row in Python."""
    newest: dict[tuple[str, ...], Stamped] = {}
    placed: dict[str, Stamped] = {}
    laid: dict[str, dict[str, str]] = defaultdict(dict)
    for stamped in sorted(history, key=lambda one: one.version):
        row = stamped.row
        if isinstance(row, Score):
            newest[row.target, row.target_id, row.name, row.score_id] = stamped
        elif isinstance(row, PropertyEdit):
            laid[row.request_id][row.key] = row.value
        elif row.request_id not in placed or row.created_at >= _call(placed[row.request_id]).created_at:
            placed[row.request_id] = stamped
    live = [one for one in newest.values() if not _score(one).deleted]
    found = []
    for one in live:
        row = _score(one)
        others = [_score(other) for other in live]
        shared = sum((x.target, x.target_id, x.name) == (row.target, row.target_id, row.name) for x in others) > 1
        of_request = row.target is Target.REQUEST
        judged = _call(placed[row.target_id]) if of_request and row.target_id in placed else None
        session = row.target_id if row.target is Target.SESSION else judged.session_id if judged else ""
        user = row.target_id if row.target is Target.USER else judged.user_id if judged else ""
        properties = (judged.properties if judged else {}) | (laid[row.target_id] if of_request else {})
        at = judged.created_at if judged else dt.datetime.fromtimestamp(0, dt.UTC)
        told = (judged.model if judged else "", session, user, sorted(properties.items()))
        found.append((row.target, row.target_id, row.name, row.score_id, one.version, row.value, at, shared, *told))
    return sorted(found)


def _score(stamped: Stamped) -> Score:
    assert isinstance(stamped.row, Score)
    return stamped.row


def _call(stamped: Stamped) -> Call:
    assert isinstance(stamped.row, Call)
    return stamped.row


async def stored(telemetry: Telemetry, org_id: str, as_of: int | None = None) -> list[Fact]:
    """What the store says is current, or was at a mark."""
    statement = Statement(org_id, judged=True, as_of=as_of)
    rows = await telemetry.query(
        *statement.query(
            "SELECT target, target_id, name, score_id, revision, value, created_at, shared, model, session_id, "
            f"user_id, properties {current(statement, 'true')}"
        )
    )
    return sorted((*list(row.values())[:-1], sorted(row["properties"].items())) for row in rows)


# Every step is a load into a real store: what fails is told as it was drawn, not after minutes of making it smaller.
HISTORIES = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
VERSIONS = itertools.count(1_000)
"""Never given twice: what an example loads touches no other."""


async def follows(store: Store, data: st.DataObject) -> None:
    """Load a drawn history in a drawn order, then parts of it again; compare with what it means, now and at marks."""
    org_id = new_id()
    rows: list[Row] = data.draw(st.lists(st.one_of(calls(org_id), scores(org_id), edits(org_id)), max_size=10))
    history = [Stamped(next(VERSIONS), row) for row in rows]
    for stamped in data.draw(st.permutations(history)):
        await load(store.telemetry, [stamped])
    assert await stored(store.telemetry, org_id) == facts(history)
    for cut in {0, len(history) // 2, len(history)}:
        await load(store.telemetry, history[cut:])
    assert await stored(store.telemetry, org_id) == facts(history)
    for mark in data.draw(st.lists(st.sampled_from(history), max_size=2)) if history else []:
        until = [one for one in history if one.version <= mark.version]
        assert await stored(store.telemetry, org_id, mark.version) == facts(until)


@pytest.mark.timeout(600)
@settings(HISTORIES, max_examples=8)
@given(data=st.data())
async def test_current_scores_follow_from_what_happened(store: Store, data: st.DataObject) -> None:
    """In any cuts, any order and however often, loading a history leaves what it means; and as of each mark too."""
    await follows(store, data)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(HISTORIES, max_examples=200)
@given(data=st.data())
async def test_current_scores_follow_from_two_hundred_histories(store: Store, data: st.DataObject) -> None:
    """The same for many more."""
    await follows(store, data)
