"""Sessions and users: pages, filters, sums and histograms, against a plain reading of the same calls."""

import datetime as dt
import decimal
import math
import zoneinfo
from collections import defaultdict
from collections.abc import Callable
from typing import Any, assert_never

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helicorder.model.call import Call
from helicorder.model.filter import Both, Everything, Field, FieldIs, Filter, Operator, PropertyIs
from helicorder.model.group import (
    EVERY_GROUP,
    BothGroups,
    EitherGroup,
    Group,
    GroupField,
    GroupFilter,
    GroupIs,
    GroupOrder,
    HasCall,
)
from helicorder.model.ids import new_id
from helicorder.model.score import Score, ScoreKind, Target
from helicorder.model.window import Window
from helicorder.telemetry import histograms, sessions, users
from helicorder.telemetry.sql.histograms import BINS
from telemetry.adding import added_up, drawn_calls
from telemetry.filtering import Known, holds, text_holds
from telemetry.harness import NOON, Store, call, score

QUIET = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WINDOW = Window(NOON + dt.timedelta(hours=5), NOON + dt.timedelta(hours=70))
ZONE = "America/St_Johns"
DAY = dt.timedelta(days=1)
ORDERED: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.GT: lambda a, b: a > b,
    Operator.GTE: lambda a, b: a >= b,
    Operator.LT: lambda a, b: a < b,
    Operator.LTE: lambda a, b: a <= b,
    Operator.EQUALS: lambda a, b: a == b,
    Operator.NOT_EQUALS: lambda a, b: a != b,
}
TEXTUAL = (Operator.EQUALS, Operator.NOT_EQUALS, Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.ILIKE)
OF_BOTH = (GroupField.CALLS, GroupField.ERRORS, GroupField.COST, GroupField.TOTAL_TOKENS, GroupField.PROMPT_TOKENS)
NUMBERS = {
    Group.SESSIONS: (*OF_BOTH, GroupField.DURATION, GroupField.COMPLETION_TOKENS),
    Group.USERS: (*OF_BOTH, GroupField.DAYS, GroupField.CALLS_PER_DAY, GroupField.TOKENS_PER_CALL),
}
SORTED = (
    *(GroupField.LAST, GroupField.FIRST, GroupField.COST, GroupField.CALLS),
    *(GroupField.ERRORS, GroupField.DURATION, GroupField.TOTAL_TOKENS),
)
OF_CALLS: list[Filter] = [
    FieldIs(Field.MODEL, Operator.EQUALS, "claude"),
    FieldIs(Field.STATUS, Operator.GTE, 400),
    FieldIs(Field.LATENCY, Operator.LT, 30),
    PropertyIs("env", Operator.EQUALS, "prod"),
    Both(FieldIs(Field.MODEL, Operator.EQUALS, "claude"), FieldIs(Field.STATUS, Operator.GTE, 400)),
    Everything(),
]


def filters(group: Group) -> st.SearchStrategy[GroupFilter]:
    """Filters on groups, of every kind and nesting."""
    texts = (GroupField.ID, GroupField.NAME, GroupField.TAG) if group is Group.SESSIONS else (GroupField.ID,)
    words = ["", "s1", "S", "%", "chat", "gold", "null", "u1"]
    numbers = st.sampled_from([0, 1, 2, 0.5, 1000, 7.5, 2**53])
    times = st.sampled_from([NOON + dt.timedelta(hours=hours) for hours in (0, 5, 30, 80)])
    leaves: list[st.SearchStrategy[GroupFilter]] = [
        st.builds(GroupIs, st.sampled_from(texts), st.sampled_from(TEXTUAL), st.sampled_from(words)),
        st.builds(GroupIs, st.sampled_from(NUMBERS[group]), st.sampled_from(list(ORDERED)), numbers),
        st.builds(GroupIs, st.sampled_from([GroupField.FIRST, GroupField.LAST]), st.sampled_from(list(ORDERED)), times),
        st.builds(HasCall, st.sampled_from(OF_CALLS)),
    ]
    return st.recursive(
        st.one_of(leaves), lambda deeper: st.builds(BothGroups, deeper, deeper) | st.builds(EitherGroup, deeper, deeper)
    )


class Reading:
    """What is known of a group of calls, read plainly."""

    def __init__(self, id_: str, calls: list[Call], tag: str = "") -> None:
        self.calls = sorted(calls, key=lambda one: (one.created_at, one.request_id))
        self.sums = added_up(calls)
        ends = max(one.response_at for one in calls)
        lasted = max(ends - self.calls[0].created_at, dt.timedelta())
        named = [one.session_name for one in self.calls if one.session_name]
        total = self.sums.tokens["total"]
        days = len({one.created_at.astimezone(zoneinfo.ZoneInfo(ZONE)).date() for one in calls})
        self.fields: dict[GroupField, Any] = {
            GroupField.ID: id_,
            GroupField.NAME: named[-1] if named else "",
            GroupField.TAG: tag,
            GroupField.CALLS: len(calls),
            GroupField.ERRORS: self.sums.errors,
            GroupField.COST: float(self.sums.cost) if self.sums.cost_n else None,
            **{
                field: amount.total if amount.n else None
                for field, amount in (
                    (GroupField.PROMPT_TOKENS, self.sums.tokens["prompt"]),
                    (GroupField.COMPLETION_TOKENS, self.sums.tokens["completion"]),
                    (GroupField.TOTAL_TOKENS, total),
                )
            },
            GroupField.TOKENS_PER_CALL: total.total / total.n if total.n else None,
            GroupField.DURATION: lasted / dt.timedelta(milliseconds=1),
            GroupField.DAYS: days,
            GroupField.CALLS_PER_DAY: len(calls) / days,
            GroupField.FIRST: self.calls[0].created_at,
            GroupField.LAST: self.calls[-1].created_at,
        }

    def meets(self, wanted: GroupFilter) -> bool:
        """Whether the group meets a filter."""
        match wanted:
            case BothGroups():
                return self.meets(wanted.left) and self.meets(wanted.right)
            case EitherGroup():
                return self.meets(wanted.left) or self.meets(wanted.right)
            case HasCall():
                return any(holds(wanted.where, Known(one, one.properties, {})) for one in self.calls)
            case GroupIs():
                value = self.fields[wanted.field]
                if isinstance(wanted.value, str):
                    special = wanted.operator in (Operator.EQUALS, Operator.NOT_EQUALS) and wanted.value == "null"
                    return text_holds(value, wanted.operator, "" if special else wanted.value)
                if isinstance(wanted.value, dt.datetime):
                    return ORDERED[wanted.operator](value, wanted.value)
                return value is not None and ORDERED[wanted.operator](float(value), float(wanted.value))
            case _:
                assert_never(wanted)


def readings(calls: list[Call], column: str, tags: dict[str, str]) -> dict[str, Reading]:
    """The groups of the calls of the window."""
    found: dict[str, list[Call]] = defaultdict(list)
    for one in calls:
        if WINDOW.start <= one.created_at < WINDOW.end:
            found[getattr(one, column)].append(one)
    return {id_: Reading(id_, mine, tags.get(id_, "")) for id_, mine in found.items() if id_}


def owned(calls: list[Call]) -> list[Call]:
    """The calls in an organisation of their own, with answers that took a while."""
    org_id = new_id()
    return [
        msgspec.structs.replace(one, org_id=org_id, response_at=one.created_at + dt.timedelta(seconds=number % 7 - 1))
        for number, one in enumerate(calls)
    ]


@QUIET
@given(calls=drawn_calls(), wanted=filters(Group.SESSIONS), field=st.sampled_from(SORTED), down=st.booleans())
async def test_pages_of_sessions_hold_each_that_meets_the_filter_once(
    store: Store, calls: list[Call], wanted: GroupFilter, field: GroupField, *, down: bool
) -> None:
    """By place, page after page come all sessions that meet a filter, in order, each with its calls' sums."""
    calls = owned(calls)
    org_id = calls[0].org_id if calls else "nobody"
    tags = {"s1": "gold", "/s/3": "Silver"}
    await store.load(
        *calls,
        *(
            Score(
                org_id, id_, sessions.SESSION_TAG, ScoreKind.CATEGORICAL, 0.0, NOON, target=Target.SESSION, label=label
            )
            for id_, label in tags.items()
        ),
    )
    known = {id_: one for id_, one in readings(calls, "session_id", tags).items() if one.meets(wanted)}
    found: list[sessions.SessionRow] = []
    while page := await sessions.page(
        store.telemetry,
        org_id,
        wanted,
        WINDOW,
        GroupOrder(field=field, ascending=not down, after=found[-1].place if found else None, limit=3),
    ):
        found += page
    keys = {id_: one.fields[field] for id_, one in known.items()}
    ordered = sorted((id_ for id_ in keys if keys[id_] is not None), key=lambda id_: id_)
    ordered.sort(key=lambda id_: keys[id_], reverse=down)
    assert [row.id for row in found] == [*ordered, *sorted(id_ for id_ in keys if keys[id_] is None)]
    assert await sessions.count(store.telemetry, org_id, wanted, WINDOW) == len(known)
    for row in found:
        reading = known[row.id]
        assert (row.name, row.first, row.last) == tuple(
            reading.fields[one] for one in (GroupField.NAME, GroupField.FIRST, GroupField.LAST)
        )
        assert row.sums.n == reading.sums.n
        assert (row.sums.errors, row.sums.cost, row.sums.tokens) == (
            reading.sums.errors,
            reading.sums.cost,
            reading.sums.tokens,
        )
        latencies = [one.latency_ms for one in reading.calls if one.latency_ms is not None]
        assert (row.latency_n, row.latency_ms) == (len(latencies), sum(latencies))
        assert row.user_ids == sorted({one.user_id for one in reading.calls} - {""}, key=str.encode)
        assert row.models == sorted({one.model for one in reading.calls}, key=str.encode)


@QUIET
@given(calls=drawn_calls(), wanted=filters(Group.USERS), field=st.sampled_from(NUMBERS[Group.USERS]))
async def test_pages_of_users_hold_each_that_meets_the_filter_once(
    store: Store, calls: list[Call], wanted: GroupFilter, field: GroupField
) -> None:
    """Users that meet a filter come in order, each with its calls' sums and its days in the zone."""
    calls = owned(calls)
    await store.load(*calls)
    known = {id_: one for id_, one in readings(calls, "user_id", {}).items() if one.meets(wanted)}
    asked = users.Users(calls[0].org_id if calls else "nobody", wanted, WINDOW, ZONE)
    found = [
        row
        for offset in range(4)
        for row in await users.page(store.telemetry, asked, GroupOrder(field=field, offset=offset, limit=1))
    ]
    keys = {id_: one.fields[field] for id_, one in known.items()}
    ordered = sorted((id_ for id_ in keys if keys[id_] is not None), key=str.encode)
    ordered.sort(key=lambda id_: keys[id_], reverse=True)
    unknown = sorted((id_ for id_ in keys if keys[id_] is None), key=str.encode)
    assert [row.id for row in found] == [*ordered, *unknown]
    assert await users.count(store.telemetry, asked) == len(known)
    for row in found:
        reading = known[row.id]
        assert (row.days, row.first, row.last) == tuple(
            reading.fields[one] for one in (GroupField.DAYS, GroupField.FIRST, GroupField.LAST)
        )
        assert (row.sums.n, row.sums.cost, row.sums.tokens, row.sums.sessions) == (
            reading.sums.n,
            reading.sums.cost,
            reading.sums.tokens,
            reading.sums.sessions,
        )


@QUIET
@given(calls=drawn_calls(), upto=st.sampled_from([0.5, 0.75, 0.99]), since=st.sampled_from([0.0, 0.25]))
async def test_a_histogram_counts_the_groups_between_two_quantiles(
    store: Store, calls: list[Call], upto: float, since: float
) -> None:
    """Bins are equal and hold exactly the sessions whose number lies in them, from one quantile to the other."""
    calls = owned(calls)
    await store.load(*calls)
    known = readings(calls, "session_id", {})
    measures = {"calls_of": GroupField.CALLS, "spent": GroupField.COST, "lasted": GroupField.DURATION}
    found = await histograms.of_groups(
        store.telemetry,
        calls[0].org_id if calls else "nobody",
        Group.SESSIONS,
        EVERY_GROUP,
        WINDOW,
        measures,
        since=since,
        upto=upto,
    )
    for name, field in measures.items():
        values = sorted(value for one in known.values() if (value := one.fields[field]) is not None)
        assert found[name].n == len(values)
        if not values:
            assert found[name].counts == []
            continue
        assert found[name].mean == pytest.approx(sum(values) / len(values))
        low, high = (values[max(math.ceil(len(values) * share), 1) - 1] for share in (since, upto))
        kept = [value for value in values if low <= value <= high]
        counts = [0] * BINS
        for value in kept:
            width = (high - low) / BINS
            counts[0 if width == 0 else min(math.floor((value - low) / width), BINS - 1)] += 1
        assert (found[name].low, found[name].high, found[name].counts) == (low, high, counts)


@pytest.mark.parametrize("ascending", [True, False])
async def test_what_is_not_known_comes_last_on_every_page(store: Store, *, ascending: bool) -> None:
    """Sessions whose cost is not known come after all others, either way, and pages go on through them by id."""
    costs = {"a": None, "b": "2", "c": None, "d": "1", "e": "2", "f": None}
    await store.load(
        *(
            call(f"r{id_}", 1, session_id=id_, user_id=id_, cost_usd=None if cost is None else decimal.Decimal(cost))
            for id_, cost in costs.items()
        )
    )
    known = ["d", "b", "e"] if ascending else ["b", "e", "d"]
    window, found = Window(NOON, NOON + DAY), list[sessions.SessionRow]()
    while page := await sessions.page(
        store.telemetry,
        "org-a",
        EVERY_GROUP,
        window,
        GroupOrder(
            field=GroupField.COST,
            ascending=ascending,
            after=found[-1].place if found else None,
            limit=1 + len(found) % 2,
        ),
    ):
        found += page
    assert [row.id for row in found] == [*known, "a", "c", "f"]
    order = GroupOrder(field=GroupField.COST, ascending=ascending)
    rows = await users.page(store.telemetry, users.Users("org-a", EVERY_GROUP, window), order)
    assert [row.id for row in rows] == [*known, "a", "c", "f"]


async def test_sessions_of_a_name_stand_together(store: Store) -> None:
    """Each name has its sessions, their calls, cost and latency; a session is of the newest name that it was given."""
    await store.load(
        call("a", 1, session_id="s1", session_name="old", latency_ms=10),
        call("b", 2, session_id="s1", session_name="new", latency_ms=20),
        call("c", 3, session_id="s1", latency_ms=60),
        call("d", 4, session_id="s2", session_name="new"),
        call("e", 5, session_id="s3"),
        call("f", 6),
    )
    found = await sessions.names(store.telemetry, "org-a", EVERY_GROUP, None, 10)
    assert [(row.name, row.sums.n, row.sums.calls) for row in found] == [("", 1, 1), ("new", 2, 4)]
    assert (found[1].sums.latency_n, found[1].sums.latency_ms, found[1].sums.costed) == (3, 90, 0)
    assert found[1].first == NOON + dt.timedelta(minutes=1)
    whole = await sessions.summed(store.telemetry, "org-a", EVERY_GROUP, None)
    assert (whole.n, whole.calls, whole.latency_ms) == (3, 5, 90)


async def test_a_session_is_read_with_the_scores_that_its_calls_carry(store: Store) -> None:
    """Calls come in their order; a score stands at the newest call of its id, the session's own apart from them."""
    own = Score("org-a", "s", "quality", ScoreKind.NUMERIC, 9.0, NOON, target=Target.SESSION)
    await store.load(
        call("r", 1, session_id="s"), call("r", 3, session_id="s"), call("q", 2, session_id="s"),
        call("elsewhere", 2, session_id="t"), score("r", "ok", value=True), score("q", "ok", 0.25),
        score("elsewhere", "ok", 1.0), own,
    )  # fmt: skip
    steps = await sessions.steps(store.telemetry, "org-a", "s", 10)
    assert [(step.request_id, [one.value for one in step.scores]) for step in steps] == [
        ("r", []), ("q", [0.25]), ("r", [1.0])
    ]  # fmt: skip
    assert len(await sessions.steps(store.telemetry, "org-a", "s", 2)) == 2
    row = await sessions.one(store.telemetry, "org-a", "s")
    assert row is not None
    assert row.sums.n == 3
    rows = await sessions.page(store.telemetry, "org-a", EVERY_GROUP, Window(NOON, NOON + DAY), GroupOrder())
    said = await sessions.scores_by_session(store.telemetry, "org-a", rows)
    assert {id_: [(one.kind, one.n, float(one.total)) for one in sums] for id_, sums in said.items()} == {
        "s": [(ScoreKind.BOOLEAN, 1, 1.0), (ScoreKind.NUMERIC, 1, 0.25)], "t": [(ScoreKind.NUMERIC, 1, 1.0)]
    }  # fmt: skip
    assert [one.value for one in (await sessions.own_scores(store.telemetry, "org-a", ["s"]))["s"]] == [9.0]
    assert await sessions.one(store.telemetry, "org-a", "nobody's") is None
    assert await sessions.steps(store.telemetry, "org-a", "nobody's", 1) == []
