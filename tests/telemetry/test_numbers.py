"""What calls add up to, against a plain reading of the same calls."""

import datetime as dt
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helicorder.errors import Invalid
from helicorder.model.call import Call
from helicorder.model.filter import Both, Everything, Field, FieldIs, Filter, Operator, PropertyIs
from helicorder.model.ids import new_id
from helicorder.model.window import Bucket, Window
from helicorder.scoring.quantiles import quantile_ranks
from helicorder.telemetry import numbers
from helicorder.telemetry.axis import Axis
from helicorder.telemetry.numbers import PERCENTS, First, Question, Ranking, Sums, Wanted
from helicorder.telemetry.sql import numbers as statements
from helicorder.telemetry.sql.conditions import MAX_CONDITIONS
from telemetry.adding import added_up, bucket_of, drawn_calls, is_error
from telemetry.filtering import holds, sixty
from telemetry.harness import NOON, ORG, Store, call, edit

ZONES = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"]
WIDE = Window(NOON - dt.timedelta(days=1), NOON + dt.timedelta(days=6))
QUIET = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CHANGE_OF_CLOCKS = dt.timedelta(days=17)  # to the night of 28 March in Europe


def same(found: Sums, calls: Sequence[Call]) -> bool:
    """Whether sums are those of calls, and every rank that a quantile or its interval needs is told rightly."""
    if not calls:
        return found.n == 0
    expected = added_up(calls)
    for measure, spread in expected.spreads.items():
        told = found.spreads[measure].at
        ranks = [quantile_ranks(spread.n, percent / 100) for percent in PERCENTS if spread.n]
        needed = {rank for one in ranks for rank in (one.at, one.low, one.high) if rank is not None}
        assert needed <= told.keys()
        assert all(told[rank] == spread.at[rank] for rank in needed)
    plain = msgspec.structs.replace(found, spreads={one: _bare(found, one) for one in found.spreads}, distinct=0)
    return plain == msgspec.structs.replace(expected, spreads={one: _bare(expected, one) for one in expected.spreads})


def _bare(sums: Sums, measure: numbers.Measure) -> numbers.Spread:
    return msgspec.structs.replace(sums.spreads[measure], at={})


def owned(calls: list[Call], org_id: str, moved: dt.timedelta = dt.timedelta()) -> list[Call]:
    """The calls in an organisation of their own, so that examples do not meet."""
    return [
        msgspec.structs.replace(one, org_id=org_id, created_at=one.created_at + moved, response_at=one.response_at)
        for one in calls
    ]


def error_of(one: Call) -> str:
    """The dimension `error` of a call."""
    return "cancelled" if one.status == -3 else "yes" if is_error(one) else "no"


def env_of(one: Call) -> str:
    """A property as a filter reads it: under the name as written, else in lower case."""
    return one.properties.get("Env", one.properties.get("env", ""))


CUTS: dict[str | None, Callable[[Call], str]] = {
    "model": lambda one: one.model,
    "error": error_of,
    "property:Env": env_of,
    None: lambda _: "",
}


@QUIET
@given(
    calls=drawn_calls(),
    bucket=st.sampled_from([Bucket.HOUR, Bucket.DAY, Bucket.WEEK, Bucket.MONTH]),
    zone=st.sampled_from(ZONES),
    by=st.sampled_from([None, "model", "error", "property:Env"]),
)
async def test_every_point_is_what_its_calls_add_up_to(
    store: Store, calls: list[Call], bucket: Bucket, zone: str, by: str | None
) -> None:
    """In any zone, over a change of clocks, every bucket, line, total and window before is its calls' sum."""
    calls = owned(calls, new_id(), CHANGE_OF_CLOCKS)
    await store.load(*calls)
    middle = NOON + CHANGE_OF_CLOCKS + dt.timedelta(hours=40)
    axis = Axis(Window(middle, middle + dt.timedelta(hours=60)), bucket, zone)
    earlier = Window(middle - dt.timedelta(hours=50), middle)
    asked = Question(calls[0].org_id if calls else "nobody")
    found = await numbers.over_time(store.telemetry, asked, axis, before=earlier, by=by, top=2, total=True)
    named = CUTS[by]
    within = [one for one in calls if axis.window.start <= one.created_at < axis.window.end]
    sizes = Counter(named(one) for one in within)
    largest = sorted(sizes, key=lambda value: (-sizes[value], value))[:2]
    for period in found:
        window = period.buckets.window
        inside = [one for one in calls if window.start <= one.created_at < window.end]
        assert same(period.total, inside)
        assert set(period.lines) <= {(), *((value,) for value in largest)}
        for values, line in period.lines.items():
            mine = [one for one in inside if by is None or (named(one) in largest) == bool(values)]
            mine = [one for one in mine if not values or named(one) == values[0]]
            cells: dict[dt.datetime, list[Call]] = defaultdict(list)
            for one in mine:
                cells[bucket_of(one.created_at, bucket, zone)].append(one)
            assert {start.astimezone(dt.UTC) for start in line.cells} == set(cells)
            assert all(same(sums, cells[start.astimezone(dt.UTC)]) for start, sums in line.cells.items())
            assert by is None or same(line.total, mine)


ORDERS: dict[Ranking, Any] = {
    Ranking.N: lambda seen: seen.n,
    Ranking.ERRORS: lambda seen: seen.errors,
    Ranking.ERROR_RATE: lambda seen: seen.errors / (seen.n - seen.cancelled) if seen.n > seen.cancelled else None,
    Ranking.COST: lambda seen: seen.cost if seen.cost_n else None,
    Ranking.TOKENS: lambda seen: seen.tokens["total"].total if seen.tokens["total"].n else None,
    Ranking.USERS: lambda seen: seen.users,
    Ranking.SESSIONS: lambda seen: seen.sessions,
    Ranking.LATENCY_P50: lambda seen: at_percent(seen, numbers.Measure.LATENCY, 50),
    Ranking.LATENCY_P95: lambda seen: at_percent(seen, numbers.Measure.LATENCY, 95),
    Ranking.TIME_TO_FIRST_TOKEN_P95: lambda seen: at_percent(seen, numbers.Measure.TIME_TO_FIRST_TOKEN, 95),
}


def at_percent(seen: Sums, measure: numbers.Measure, percent: int) -> int | None:
    """A quantile; None of no values."""
    spread = seen.spreads[measure]
    return spread.at[-(-spread.n * percent // 100)] if spread.n else None


@QUIET
@given(calls=drawn_calls(), order=st.sampled_from(list(Ranking)), ascending=st.booleans(), top=st.integers(1, 5))
async def test_pages_of_segments_are_in_order_and_hold_each_once(
    store: Store, calls: list[Call], order: Ranking, top: int, *, ascending: bool
) -> None:
    """Page after page come all segments, each its calls' sum, in the order asked for; the rest is all others."""
    calls = owned(calls, new_id())
    changed = {one.request_id: "edited" for one in calls[::3]}
    await store.load(*calls, *(edit(id_, "env", value, one.org_id) for one in calls for id_, value in changed.items()))
    asked, cut = Question(calls[0].org_id if calls else "nobody"), ["user_id", "property:env"]
    segments: dict[tuple[str, str], list[Call]] = defaultdict(list)
    for one in calls:
        segments[one.user_id, changed.get(one.request_id, one.properties.get("env", ""))].append(one)
    pages: list[tuple[str, ...]] = []
    for offset in range(0, len(segments) + 1, top):
        found = await numbers.by_segment(store.telemetry, asked, WIDE, cut, First(top, offset, order, ascending))
        assert found.count == len(segments)
        assert same(found.total, calls)
        assert all(same(seen, segments[values[0], values[1]]) for values, seen in found.segments.items())
        others = [one for values, mine in segments.items() if values not in found.segments for one in mine]
        assert same(found.rest, others)
        pages += found.segments
    assert sorted(pages) == sorted(segments)
    places = {values: ORDERS[order](added_up(segments[values[0], values[1]])) for values in pages}
    known = [places[values] for values in pages if places[values] is not None]
    assert known == sorted(known, reverse=not ascending)
    assert [places[values] for values in pages] == known + [None] * (len(pages) - len(known))
    ties = [(places[one], one) for one in pages if places[one] is not None]
    assert all(first[1] < second[1] for first, second in itertools.pairwise(ties) if first[0] == second[0])


async def test_a_filter_takes_the_calls_that_it_describes(store: Store) -> None:
    """Under a filter the numbers are of the calls that meet it, properties read with their edits."""
    rows, known = sixty()
    await store.load(*rows)
    for wanted in (
        FieldIs(Field.STATUS, Operator.EQUALS, 500),
        FieldIs(Field.LATENCY, Operator.GT, 1),
        PropertyIs("Env", Operator.EQUALS, "a"),
    ):
        mine = [one.call for one in known if holds(wanted, one)]
        assert mine
        assert same(await numbers.whole(store.telemetry, Question(ORG, wanted), None), mine)


async def test_a_filter_may_be_as_long_as_anywhere(store: Store) -> None:
    """A filter of as many conditions as a filter may have is asked of a chart with lines, too."""
    await store.load(call("a", 1, model="x"), call("b", 2, model="y"))
    wanted: Filter = Everything()
    for _ in range(MAX_CONDITIONS):
        wanted = Both(wanted, FieldIs(Field.STATUS, Operator.EQUALS, 200))
    axis = Axis(WIDE, Bucket.DAY)
    [period] = await numbers.over_time(store.telemetry, Question(ORG, wanted), axis, by="model", top=1)
    assert [line.cells.keys() == {NOON.replace(hour=0)} for line in period.lines.values()] == [True, True]
    found = await numbers.by_segment(store.telemetry, Question(ORG, wanted), WIDE, ["model"], First(1))
    assert (found.count, found.total.n) == (2, 2)


async def test_a_call_that_was_loaded_twice_counts_once(store: Store) -> None:
    """Loading a batch again changes no number."""
    batch = [call("a", 1, latency_ms=5), call("b", 2, latency_ms=7)]
    await store.load(*batch)
    await store.load(*batch)
    assert same(await numbers.whole(store.telemetry, Question(ORG), WIDE), batch)


async def test_only_what_was_asked_for_is_read(store: Store) -> None:
    """Without a part its sums are as of nothing, and how many calls there are is told anyway."""
    await store.load(call("a", 1, latency_ms=5, user_id="u"))
    assert await numbers.whole(store.telemetry, Question(ORG), WIDE, Wanted()) == Sums(n=1)


async def test_the_ranks_of_every_interval_are_told(store: Store) -> None:
    """Whatever the number of values, the engine tells the values at the ranks that the quantiles' intervals end at."""
    sizes = [*range(1, 400), *(int(1.3**power) for power in range(23, 70))]
    [row] = await store.telemetry.query(
        f"SELECT arrayMap(n -> {statements._RANKS}, {{sizes:Array(Int64)}}) AS ranks", {"sizes": sizes}
    )
    for size, told in zip(sizes, row["ranks"], strict=True):
        for percent in PERCENTS:
            ranks = quantile_ranks(size, percent / 100)
            assert {ranks.at, ranks.low or ranks.at, ranks.high or ranks.at} <= set(told), (size, percent)


@pytest.mark.parametrize("by", ["colour", "property:", "", "author"])
async def test_what_is_no_dimension_is_refused(store: Store, by: str) -> None:
    """A dimension that calls do not have is refused by name."""
    axis = Axis(WIDE, Bucket.DAY)
    with pytest.raises(Invalid):
        await numbers.over_time(store.telemetry, Question(ORG), axis, by=by, top=3)
    with pytest.raises(Invalid):
        await numbers.by_segment(store.telemetry, Question(ORG), WIDE, [by], First(3))


async def test_a_chart_of_too_many_points_is_refused(store: Store) -> None:
    """More points than an answer should hold are refused before anything is read."""
    axis = Axis(Window(NOON, NOON + dt.timedelta(days=8)), Bucket.MINUTE)
    with pytest.raises(Invalid, match="points"):
        await numbers.over_time(store.telemetry, Question(ORG), axis)
