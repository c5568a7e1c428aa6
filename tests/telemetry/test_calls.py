"""Reading calls: one, pages, counts, bodies."""

import datetime as dt
import decimal
import itertools
import random
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helicorder.model.call import Ending, Usage
from helicorder.model.filter import Everything, Field, FieldIs, Operator, Page, PropertyIs, SortKey
from helicorder.model.row import Stamped
from helicorder.model.score import ScoreKind
from helicorder.telemetry import calls
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.schema import migrate
from helicorder.telemetry.sql import calls as statements
from telemetry.filtering import KEYS, sixty
from telemetry.harness import NOON, ORG, Store, call, database, edit, load, score

ALL = Everything()


async def test_a_call_reads_as_it_was_recorded(store: Store) -> None:
    """Every field of a call comes back as it was, to the microsecond and the twelfth place of a dollar."""
    recorded = call(
        "r/1 ü", response_at=NOON + dt.timedelta(seconds=1, microseconds=1), request_model="asked",
        response_model="given",
        model_override="shown", path="/v1/x", target_url="https://api", ending=Ending.UPSTREAM_RESET, streamed=True,
        latency_ms=1000, time_to_first_token_ms=9, usage=Usage(1, 2, 3, 4, 5, 6, 7, 8),
        cost_usd=decimal.Decimal("0.000000000001"), user_id="u", session_id="s", session_name="n", session_path="/p",
        properties={"it's": "\0'\\", "": ""}, prompt_id="p", prompt_version="v", referrer="r", country_code="DE",
        size_bytes=12, request_body="{}", response_body="äö😀",
    )  # fmt: skip
    await store.load(recorded)
    row = await calls.one(store.telemetry, ORG, "r/1 ü")
    assert row is not None
    for field in set(row.__struct_fields__) & set(recorded.__struct_fields__):
        assert getattr(row, field) == getattr(recorded, field), field
    assert (row.scores, row.judgements, row.response_preview) == ({}, [], "äö😀")
    assert await calls.bodies(store.telemetry, ORG, "r/1 ü") == ("{}", "äö😀")


async def test_what_is_not_known_reads_as_none(store: Store) -> None:
    """A call of which nothing more is known shows None and empty text, never 0 or -1."""
    await store.load(call("bare"))
    [row] = await calls.page(store.telemetry, ORG, ALL, Page())
    assert (row.usage, row.cost_usd, row.latency_ms, row.request_model) == (Usage(), None, None, None)
    assert await calls.bodies(store.telemetry, ORG, "bare") == (None, None)


async def test_there_is_no_call_where_none_was_recorded(store: Store) -> None:
    """An id that was never used has no call and no bodies, even where a score or a property already speaks of it."""
    await store.load(score("early", "quality", 1), edit("early", "env", "prod"))
    assert await calls.one(store.telemetry, ORG, "early") is None
    assert await calls.bodies(store.telemetry, ORG, "early") == (None, None)
    assert await calls.page(store.telemetry, ORG, ALL, Page()) == []


async def test_the_newest_call_of_an_id_is_the_one(store: Store) -> None:
    """Where a client used an id several times, the newest call is shown, with its bodies; a page shows them all."""
    await store.load(call("r", 5, model="new", request_body="new"), call("r", 1, model="old", request_body="old"))
    row = await calls.one(store.telemetry, ORG, "r")
    assert row is not None
    assert row.model == "new"
    assert (await calls.bodies(store.telemetry, ORG, "r"))[0] == "new"
    rows = await calls.page(store.telemetry, ORG, ALL, Page())
    assert [row.model for row in rows] == ["new", "old"]
    assert [request for request, _ in await calls.bodies_of(store.telemetry, ORG, rows[::-1])] == ["old", "new"]


async def test_a_call_recorded_anew_replaces_itself(store: Store) -> None:
    """The same identity with other contents is one call, the later one, also for filters that met the earlier."""
    await store.load(call("r", model="first", request_body="first"))
    await store.load(call("r", model="second", request_body="second"))
    assert await calls.count(store.telemetry, ORG, ALL) == 1
    for field in (Field.MODEL, Field.REQUEST_BODY):
        assert await calls.page(store.telemetry, ORG, FieldIs(field, Operator.EQUALS, "first"), Page()) == []
        assert len(await calls.page(store.telemetry, ORG, FieldIs(field, Operator.EQUALS, "second"), Page())) == 1


async def test_a_property_edit_wins_before_and_after_its_call(store: Store) -> None:
    """An edit lies over the call's own property whether it came first or later; the newest edit wins; others stay."""
    await store.load(edit("r", "env", "early"), edit("r", "kept", "yes"))
    await store.load(call("r", properties={"env": "own", "team": "a"}))
    row = await calls.one(store.telemetry, ORG, "r")
    assert row is not None
    assert row.properties == {"env": "early", "team": "a", "kept": "yes"}
    await store.load(edit("r", "env", "late"))
    [row] = await calls.page(store.telemetry, ORG, PropertyIs("env", Operator.EQUALS, "late"), Page())
    assert row.properties == {"env": "late", "team": "a", "kept": "yes"}
    for stale in ("own", "early"):
        assert await calls.count(store.telemetry, ORG, PropertyIs("env", Operator.EQUALS, stale)) == 0


async def test_scores_stand_on_their_call(store: Store) -> None:
    """A page shows each call's current scores, and of the newest judgement everything."""
    await store.load(score("r", "quality", 0.25, 1), call("r"), call("other"), score("r", "passed", value=True))
    await store.load(score("r", "quality", 0.75, 2))
    rows = {row.request_id: row.scores for row in await calls.page(store.telemetry, ORG, ALL, Page())}
    assert rows["other"] == {}
    assert {name: (one.kind, one.value) for name, one in rows["r"].items()} == {
        "quality": (ScoreKind.NUMERIC, 0.75),
        "passed": (ScoreKind.BOOLEAN, 1.0),
    }
    assert rows["r"]["quality"].judged_at == NOON + dt.timedelta(minutes=2)


async def test_loading_a_batch_again_changes_no_answer(store: Store) -> None:
    """Replaying a batch, whole, in parts and in any order, changes no page, no count and no body."""
    rows, _ = sixty()
    batch = await store.load(*rows)

    async def answers() -> list[Any]:
        page = await calls.page(store.telemetry, ORG, ALL, Page(limit=1000))
        return [page, await calls.count(store.telemetry, ORG, ALL), await calls.bodies_of(store.telemetry, ORG, page)]

    before = await answers()
    await load(store.telemetry, batch)
    await load(store.telemetry, batch[30:90])
    await load(store.telemetry, random.Random(1).sample(batch, len(batch)))  # noqa: S311 -- any order
    assert await answers() == before


@pytest.fixture(scope="module")
async def ties(url: str) -> AsyncIterator[Telemetry]:
    """A store with the sixty calls, which share their times by threes, loaded twice."""
    async with database(url) as telemetry:
        await migrate(telemetry)
        for _ in range(2):
            await load(telemetry, [Stamped(version, row) for version, row in enumerate(sixty()[0], 1)])
        yield telemetry


def sort_value(known: Any, key: SortKey) -> Any:
    """What a call is sorted by."""
    usage = known.call.usage
    tokens = {
        SortKey.TOTAL_TOKENS: usage.total,
        SortKey.PROMPT_TOKENS: usage.prompt,
        SortKey.COMPLETION_TOKENS: usage.completion,
    }
    return tokens[key] if key in tokens else getattr(known.call, key)


@pytest.mark.parametrize(("key", "ascending"), list(itertools.product(SortKey, (True, False))))
async def test_a_page_is_sorted_by_any_key_and_ties_by_time_and_id(
    ties: Telemetry, key: SortKey, *, ascending: bool
) -> None:
    """Calls come in the order of the key, unknown values last, ties by time and then id in the same direction."""
    known = sixty()[1]
    known.sort(key=lambda one: (one.call.created_at, one.call.request_id), reverse=not ascending)
    some = [one for one in known if sort_value(one, key) is not None]
    some.sort(key=lambda one: sort_value(one, key), reverse=not ascending)
    expected = [one.call.request_id for one in [*some, *(one for one in known if sort_value(one, key) is None)]]
    rows = await calls.page(ties, ORG, ALL, Page(limit=1000, sort=key, ascending=ascending))
    assert [row.request_id for row in rows] == expected


@pytest.mark.parametrize("key", [*KEYS, "none"])
async def test_a_page_is_sorted_by_a_property_as_filters_see_it(ties: Telemetry, key: str) -> None:
    """Sorting by a property reads it through its edits, and calls without it as the empty text."""
    known = sixty()[1]
    known.sort(
        key=lambda one: (
            one.properties.get(key, one.properties.get(key.lower(), "")), one.call.created_at, one.call.request_id
        )
    )  # fmt: skip
    rows = await calls.page(ties, ORG, ALL, Page(limit=1000, sort_property=key, ascending=True))
    assert [row.request_id for row in rows] == [one.call.request_id for one in known]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(1, 40), key=st.sampled_from(SortKey), ascending=st.booleans())
async def test_pages_are_exact(ties: Telemetry, limit: int, key: SortKey, *, ascending: bool) -> None:
    """Pages of any size, one after the other, hold every call once, and only the last one is short."""
    pages = []
    for offset in range(0, 60 + limit, limit):
        page = Page(limit=limit, offset=offset, sort=key, ascending=ascending)
        pages.append([(row.created_at, row.request_id) for row in await calls.page(ties, ORG, ALL, page)])
    together = [row for page in pages for row in page]
    assert len(together) == len(set(together)) == 60
    assert all(len(page) == limit for page in pages[: 60 // limit])
    assert await calls.page(ties, ORG, ALL, Page(limit=0)) == []


async def test_a_page_of_the_longest_ids_has_its_scores_edits_and_bodies(store: Store) -> None:
    """Ids of the greatest length in the widest characters are looked up a thousand at a time."""
    ids = [f"{number:04}" + "😀" * 251 for number in range(1000)]
    await store.load(*(call(one, request_body=one[:4]) for one in ids))
    await store.load(*(score(one, "quality", int(one[:4])) for one in ids), *(edit(one, "k", one[:4]) for one in ids))
    rows = await calls.page(store.telemetry, ORG, ALL, Page(limit=1000))
    assert len(rows) == 1000
    for row, (request, _) in zip(rows, await calls.bodies_of(store.telemetry, ORG, rows), strict=True):
        assert row.scores["quality"].value == int(row.request_id[:4])
        assert row.properties["k"] == request == row.request_id[:4]


async def test_the_newest_page_and_one_call_are_found_by_key_and_index(store: Store) -> None:
    """The newest page is read from the end of the key, and one call by the granules that its id may be in."""
    await store.telemetry.command(
        "INSERT INTO calls (org_id, created_at, request_id, version, response_at, provider, model, ending) "
        "SELECT 'org-a', fromUnixTimestamp64Micro(1700000000000000 + toInt64(number) * 1000000, 'UTC'), "
        "toString(sipHash64(number)), number + 1, now64(6), 'OPENAI', 'm', 'done' FROM numbers(200000)"
    )
    [some] = await calls.page(store.telemetry, ORG, ALL, Page(limit=1, offset=150_000))
    statement, params = statements.page_of_calls(ORG, ALL, Page(limit=10))
    plan = await explained(store.telemetry, statement, params)
    assert re.search("InReverseOrder", plan)
    statement, params = statements.one_call(ORG, some.request_id)
    plan = await explained(store.telemetry, statement, params)
    assert [int(granules) <= 2 for granules in re.findall(r"by_request_id(?s:.*?)Granules: (\d+)/", plan)] == [True]


async def explained(telemetry: Telemetry, statement: str, params: dict[str, object]) -> str:
    """The plan of a statement."""
    return "\n".join(row["explain"] for row in await telemetry.query("EXPLAIN indexes = 1 " + statement, params))
