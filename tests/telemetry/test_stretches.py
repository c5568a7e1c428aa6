"""Pages of calls by place: every call once, in the order of a plain sort, while calls are added."""

import datetime as dt
import decimal
import itertools
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from helicorder.model.call import Call, Usage
from helicorder.model.filter import Everything, Field, FieldIs, Filter, Operator, Position, ScoreIs, SortKey, Stretch
from helicorder.model.ids import new_id
from helicorder.model.score import Score
from helicorder.telemetry import calls, stretches
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.schema import migrate
from telemetry.filtering import holds, sixty
from telemetry.harness import NOON, ORG, Store, call, database, edit, score

ALL = Everything()
# Not more than one value for most calls, so that there are ties and unknown values in every column.
FIELDS = st.fixed_dictionaries(
    {
        "minutes": st.integers(0, 3),
        "latency_ms": st.sampled_from((None, 0, 7, 2**53 - 1)),
        "time_to_first_token_ms": st.sampled_from((None, 1, 2)),
        "cost_usd": st.sampled_from((None, *map(decimal.Decimal, ("0", "0.1", "1e-12", "999999.999999999999")))),
        "usage": st.builds(Usage, *([st.sampled_from((None, 0, 5))] * 5)),
        "status": st.sampled_from((200, -3, 500)),
        "user_id": st.sampled_from(("", "a", "B", "ä😀", "it's")),
        "model": st.sampled_from(("", "m", "n")),
        "provider": st.sampled_from(("OPENAI", "X")),
    }
)


def sort_value(one: Call, key: SortKey) -> Any:
    """What a call is sorted by; time alone has no value of its own."""
    tokens = {
        SortKey.TOTAL_TOKENS: one.usage.total,
        SortKey.PROMPT_TOKENS: one.usage.prompt,
        SortKey.COMPLETION_TOKENS: one.usage.completion,
        SortKey.CREATED_AT: one.created_at,
    }
    value = tokens[key] if key in tokens else getattr(one, key)
    return value.encode() if isinstance(value, str) else value


def in_order(several: Sequence[Call], key: SortKey, *, ascending: bool) -> list[str]:
    """Their ids by a plain sort: by the key, unknown values last, ties by time and id, all in one direction."""
    by_time = sorted(several, key=lambda one: (one.created_at, one.request_id), reverse=not ascending)
    some = [one for one in by_time if sort_value(one, key) is not None]
    some.sort(key=lambda one: sort_value(one, key), reverse=not ascending)
    return [one.request_id for one in [*some, *(one for one in by_time if sort_value(one, key) is None)]]


async def pages(telemetry: Telemetry, wanted: Filter, stretch: Stretch, org_id: str = ORG) -> AsyncIterator[list[str]]:
    """The ids of one page after the other, to the last one."""
    while True:
        rows, last = await stretches.page(telemetry, org_id, wanted, stretch, previews=False)
        yield [row.request_id for row in rows]
        if last is None:
            return
        stretch = Stretch(sort=stretch.sort, ascending=stretch.ascending, after=last, limit=stretch.limit)


@pytest.fixture(scope="module")
async def filled(url: str) -> AsyncIterator[Telemetry]:
    """A store with sixty calls that share times, of an organisation that no test here adds to."""
    async with database(url) as telemetry:
        await migrate(telemetry)
        await Store(telemetry).load(*sixty()[0])
        yield telemetry


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=st.lists(FIELDS, min_size=1, max_size=14),
    added=st.lists(FIELDS, max_size=6),
    limit=st.integers(1, 6),
    key=st.sampled_from(SortKey),
    ascending=st.booleans(),
)
async def test_pages_hold_every_call_once_while_calls_are_added(
    filled: Telemetry, drawn: list[Any], added: list[Any], limit: int, key: SortKey, *, ascending: bool
) -> None:
    """By any key in either direction, pages hold each call that was there once, in order; later ones at most once."""
    org_id = new_id()
    made = [call(f"r{number}", org_id=org_id, **fields) for number, fields in enumerate([*drawn, *added])]
    there, later = made[: len(drawn)], made[len(drawn) :]
    store = Store(filled)
    await store.load(*there)
    read: list[str] = []
    async for page in pages(filled, ALL, Stretch(sort=key, ascending=ascending, limit=limit), org_id):
        read += page
        if later:
            await store.load(later.pop())
    assert len(read) == len(set(read))
    assert [one for one in read if int(one[1:]) < len(drawn)] == in_order(there, key, ascending=ascending)
    arrived = [one for one in made if one.request_id in read]
    assert read == in_order(arrived, key, ascending=ascending)


@pytest.mark.parametrize(("key", "ascending"), list(itertools.product(SortKey, (True, False))))
async def test_a_filtered_list_is_paged_in_order(filled: Telemetry, key: SortKey, *, ascending: bool) -> None:
    """Under a filter, pages hold exactly the calls that meet it, in the order of a plain sort."""
    wanted = FieldIs(Field.STATUS, Operator.NOT_EQUALS, 500)
    meant = [known.call for known in sixty()[1] if holds(wanted, known)]
    read = [page async for page in pages(filled, wanted, Stretch(sort=key, ascending=ascending, limit=7))]
    assert list(itertools.chain(*read)) == in_order(meant, key, ascending=ascending)
    assert all(len(page) == 7 for page in read[:-1])


async def test_a_page_has_all_that_is_known_of_its_calls(store: Store) -> None:
    """A page shows edits over properties, every judgement of every kind, and previews where they are asked for."""
    await store.load(
        call("r", properties={"env": "own"}, request_body="What?", response_body="That."),
        edit("r", "env", "edited"), score("r", "q", 0.5), score("r", "q", 1.0), score("r", "ok", value=True),
    )  # fmt: skip
    for previews in (True, False):
        [row], last = await stretches.page(store.telemetry, ORG, ALL, Stretch(), previews=previews)
        assert last is None
        assert row.properties == {"env": "edited"}
        assert {(one.name, one.value) for one in row.judgements} == {("q", 1.0), ("ok", 1.0)}
        assert (row.request_preview, row.response_preview) == (("What?", "That.") if previews else ("", ""))


async def test_calls_of_one_id_are_told_apart_by_time(store: Store) -> None:
    """Calls that share an id, or a time, are rows of their own on a page, and are found by id and time."""
    await store.load(call("r", 1, model="old"), call("r", 2, model="new"), call("s", 1), call("s", 2))
    rows, _ = await stretches.page(store.telemetry, ORG, ALL, Stretch(limit=3), previews=False)
    assert [(row.request_id, row.model) for row in rows] == [("s", "gpt-4o"), ("r", "new"), ("s", "gpt-4o")]
    for minutes, model in ((1, "old"), (2, "new")):
        row = await calls.one(store.telemetry, ORG, "r", NOON + dt.timedelta(minutes=minutes))
        assert row is not None
        assert row.model == model
    assert await calls.one(store.telemetry, ORG, "r", NOON) is None


async def test_a_place_in_nowhere_is_a_place(store: Store) -> None:
    """A page goes on after a place whose call is not there (any more)."""
    await store.load(*(call(f"r{number}", number, latency_ms=number) for number in range(4)))
    after = Position(2, NOON - dt.timedelta(days=1), "gone")
    stretch = Stretch(sort=SortKey.LATENCY, ascending=True, after=after)
    rows, _ = await stretches.page(store.telemetry, ORG, ALL, stretch, previews=False)
    assert [row.request_id for row in rows] == ["r2", "r3"]


async def test_a_range_is_met_by_one_of_several_judges(store: Store) -> None:
    """A range of a score takes a call of which one judge's score lies within, not one that two judges straddle."""

    def judged(request_id: str, *values: float) -> list[Score]:
        return [replace(score(request_id, "q", value), author=f"judge {value}", score_id="") for value in values]

    await store.load(call("within"), call("straddled", 1), *judged("within", 0.1, 0.5), *judged("straddled", 0.1, 0.9))
    wanted = ScoreIs("q", Operator.GTE, 0.4, also=((Operator.LT, 0.6),))
    rows, _ = await stretches.page(store.telemetry, ORG, wanted, Stretch(), previews=False)
    assert [(row.request_id, len(row.judgements)) for row in rows] == [("within", 2)]
