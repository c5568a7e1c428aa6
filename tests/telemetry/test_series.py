"""Scores over time."""

import datetime as dt
import itertools
import statistics
import zoneinfo
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from helicorder.errors import Invalid
from helicorder.model.filter import Field, FieldIs, Filter, IsScored, Operator, ScoreIs
from helicorder.model.score import SMALLEST_INCLUSION, Score, ScoreKind
from helicorder.model.window import Bucket, Window
from helicorder.telemetry import series
from helicorder.telemetry.axis import Axis, Clock
from helicorder.telemetry.series import EVERYTHING, Question, Sums
from helicorder.telemetry.sql.series import LARGEST, MOST_DIGITS, WEIGHT_PLACES, places_of
from telemetry.harness import NOON, ORG, Store, call, load, score

HOURS = Axis(Window(NOON, NOON + dt.timedelta(hours=4)), Bucket.HOUR)
BY_REQUEST = Axis(HOURS.window, HOURS.bucket, HOURS.zone, Clock.REQUESTED)
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


class Point(NamedTuple):
    """One bucket: where it starts and what it sums up to; a bucket without scores is a gap."""

    start: dt.datetime
    n: int = 0
    mean: float | None = None
    squares: float | None = None
    minimum: float | None = None
    maximum: float | None = None


@given(largest=st.floats(0), rarest=st.none() | st.floats(0, 1))
@example(2.2250738585e-313, None)
@example(1e308, SMALLEST_INCLUSION)
@example(1e308, 1e-40)
def test_sums_of_any_values_have_room(largest: float, rarest: float | None) -> None:
    """Whatever the largest value and the least chance are, a value on its grid, weighted or not, has room in sums."""
    on_grid = min(largest, LARGEST) * 10.0 ** places_of(largest, rarest=rarest)
    weight = 1.0 if rarest is None else 10.0**WEIGHT_PLACES / max(rarest, SMALLEST_INCLUSION)
    assert 0 <= on_grid * weight <= 10.0**MOST_DIGITS * (1 + 1e-9)


def point(start: dt.datetime, seen: Sums) -> Point:
    """A bucket's sums as moments."""
    if not seen.n:
        return Point(start)
    mean = seen.total / seen.n
    return Point(start, seen.n, float(mean), float(seen.squares - mean * seen.total), seen.minimum, seen.maximum)


async def points(
    store: Store, axis: Axis, name: str = "q", kind: ScoreKind = ScoreKind.NUMERIC, wanted: Filter = EVERYTHING
) -> list[Point]:
    """One score's points."""
    asked = Question(org_id=ORG, name=name, kind=kind, where=wanted, largest=1e9)
    starts, found = await series.over_time(store.telemetry, asked, axis)
    cells = found.get((), {})
    return [point(start, cells.get(start, Sums())) for start in starts]


async def test_a_bucket_holds_the_moments_of_its_scores(store: Store) -> None:
    """Each bucket has n, mean, sum of squared deviations, minimum and maximum; one without scores is a gap."""
    values = (0.25, -1.0, 7.5)
    await store.load(*(score(f"r{number}", "q", value, 70 + number) for number, value in enumerate(values)))
    first, second, *rest = await points(store, HOURS)
    assert first == Point(NOON)
    assert [point.start for point in rest] == [NOON + dt.timedelta(hours=2), NOON + dt.timedelta(hours=3)]
    assert all(point == Point(point.start) for point in rest)
    assert (second.n, second.minimum, second.maximum) == (3, -1.0, 7.5)
    assert second.mean == pytest.approx(statistics.mean(values))
    assert second.squares == pytest.approx(statistics.pvariance(values) * 3)


async def test_a_window_is_half_open(store: Store) -> None:
    """A score at the start of the window counts, one at its end does not."""
    await store.load(score("start", "q", 1, 0), score("end", "q", 1, 240), score("before", "q", 1, -0.001))
    assert [point.n for point in await points(store, HOURS)] == [1, 0, 0, 0]


async def test_a_corrected_score_counts_once_with_its_newest_value(store: Store) -> None:
    """A score that was given again counts once, when and as it was judged last; a replay changes nothing."""
    first = await store.load(score("r", "q", 1.0, 10))
    await store.load(score("r", "q", 3.0, 70))
    await load(store.telemetry, first)
    assert [(point.n, point.mean) for point in await points(store, HOURS)] == [
        (0, None),
        (1, 3.0),
        (0, None),
        (0, None),
    ]


async def test_a_close_spread_around_a_large_mean_keeps_its_digits(store: Store) -> None:
    """The spread of scores that differ little beside their size is not lost to rounding."""
    await store.load(*(score(f"r{number}", "q", 1e9 + number % 2) for number in range(100)))
    [first, *_] = await points(store, HOURS)
    assert first.squares == pytest.approx(25.0, rel=1e-6)


async def test_the_request_clock_places_a_score_with_its_call(store: Store) -> None:
    """By the request clock a score stands where its call stands, and one without a call nowhere."""
    await store.load(call("r", 130), score("r", "q", 2.0, 10), score("orphan", "q", 9.0, 10))
    assert [point.n for point in await points(store, HOURS)] == [2, 0, 0, 0]
    assert [(point.n, point.mean) for point in await points(store, BY_REQUEST)] == [
        (0, None),
        (0, None),
        (1, 2.0),
        (0, None),
    ]


async def test_a_score_of_an_id_used_often_counts_once_with_the_newest_call(store: Store) -> None:
    """However often an id was used or its call loaded, its score counts once, with the newest call, in any window."""
    batch = await store.load(call("r", 10), call("r", 70), call("r", 130), score("r", "q", 2.0))
    await load(store.telemetry, batch)
    assert [point.n for point in await points(store, BY_REQUEST)] == [0, 0, 1, 0]
    early = Axis(Window(NOON, NOON + dt.timedelta(hours=2)), Bucket.HOUR, clock=Clock.REQUESTED)
    assert [point.n for point in await points(store, early)] == [0, 0]


@pytest.mark.parametrize("axis", [HOURS, BY_REQUEST])
async def test_a_filter_takes_the_scores_of_the_calls_that_meet_it(store: Store, axis: Axis) -> None:
    """Under a filter only scores whose newest call meets it count, by either clock."""
    await store.load(
        call("a", 10, model="x"), call("b", 10, model="y"), call("c", 10, model="x"), call("c", 20, model="y"),
        *(score(one, "q", value, 10) for one, value in (("a", 1.0), ("b", 2.0), ("c", 4.0), ("none", 8.0))),
    )  # fmt: skip
    for wanted, mean in (
        (FieldIs(Field.MODEL, Operator.EQUALS, "x"), 1.0),
        (FieldIs(Field.MODEL, Operator.EQUALS, "y"), 3.0),
        (ScoreIs("q", Operator.GT, 1.5), 3.0),
        (IsScored(scored=False), None),
        (FieldIs(Field.LATENCY, Operator.GT, 0), None),
    ):
        [first, *_] = await points(store, axis, wanted=wanted)
        assert first.mean == mean


async def test_all_scores_are_the_series_of_each(store: Store) -> None:
    """Every name and kind with values in the window comes as its own series would, and no other."""
    await store.load(
        score("a", "q", 1.0, 10), score("a", "ok", value=True, minutes=70), score("b", "ok", 0.5, 70),
        score("c", "elsewhere", 1.0, 999),
    )  # fmt: skip
    asked = Question(org_id=ORG, name=None, kind=None, largest=1.0)
    starts, found = await series.over_time(store.telemetry, asked, HOURS, ("name", "kind"))
    assert set(found) == {("q", "numeric"), ("ok", "boolean"), ("ok", "numeric")}
    for (name, kind), cells in found.items():
        one = [point(start, cells.get(start, Sums())) for start in starts]
        assert one == await points(store, HOURS, name, ScoreKind(kind))


@pytest.mark.parametrize(
    ("day", "hours"), [(dt.date(2026, 3, 29), 23), (dt.date(2026, 10, 25), 25), (dt.date(2026, 7, 1), 24)]
)
async def test_days_and_hours_follow_the_clock_of_the_zone(store: Store, day: dt.date, hours: int) -> None:
    """A day in Berlin has 23 hours when summer time begins and 25 when it ends, in days, in hours, in either clock."""
    midnight = dt.datetime.combine(day, dt.time(), BERLIN).astimezone(dt.UTC)
    after = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), BERLIN).astimezone(dt.UTC)
    last = after - dt.timedelta(microseconds=1)
    moments = (midnight - dt.timedelta(microseconds=1), midnight, last, after)
    await store.load(
        *(Score(ORG, f"r{number}", "q", ScoreKind.NUMERIC, number, at) for number, at in enumerate(moments))
    )
    window = Window(midnight - dt.timedelta(days=1), after + dt.timedelta(days=1))
    days = await points(store, Axis(window, Bucket.DAY, "Europe/Berlin"))
    counted = {point.start.date(): point.n for point in days if point.n}
    assert counted == {day - dt.timedelta(days=1): 1, day: 2, day + dt.timedelta(days=1): 1}
    assert all((point.start.hour, point.start.minute) == (0, 0) for point in days)
    of_the_day = await points(store, Axis(Window(midnight, after), Bucket.HOUR, "Europe/Berlin"))
    assert len(of_the_day) == hours
    assert [point.n for point in of_the_day] == [1, *[0] * (hours - 2), 1]
    apart = {second.start.timestamp() - first.start.timestamp() for first, second in itertools.pairwise(of_the_day)}
    assert apart == {3600.0}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2105, 1, 1)),  # noqa: DTZ001 -- made aware below
    bucket=st.sampled_from(list(Bucket)),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Auckland"]),
    count=st.floats(0.001, 40),
)
async def test_buckets_cover_the_window_and_begin_where_the_calendar_says(
    store: Store, start: dt.datetime, bucket: Bucket, zone: str, count: float
) -> None:
    """The buckets follow one another without a hole from one that holds the start to one that holds the end."""
    length = {
        Bucket.MINUTE: dt.timedelta(minutes=1), Bucket.HOUR: dt.timedelta(hours=1), Bucket.DAY: dt.timedelta(days=1),
        Bucket.WEEK: dt.timedelta(weeks=1), Bucket.MONTH: dt.timedelta(days=31), Bucket.YEAR: dt.timedelta(days=366),
    }[bucket]  # fmt: skip
    begin = start.replace(tzinfo=dt.UTC)
    end = min(begin + length * count, dt.datetime(2105, 12, 31, tzinfo=dt.UTC))
    window = Window(begin, max(end, begin + dt.timedelta(microseconds=1)))
    starts = [point.start for point in await points(store, Axis(window, bucket, zone))]
    assert starts[0] <= window.start
    assert all(window.start < start < window.end for start in starts[1:])
    for one in starts:
        parts = [one.second == 0, one.minute == 0, one.hour == 0, True, one.day == 1, one.month == 1]
        asked = {
            Bucket.MINUTE: 1, Bucket.HOUR: 2, Bucket.DAY: 3, Bucket.WEEK: 4, Bucket.MONTH: 5, Bucket.YEAR: 6
        }[bucket]  # fmt: skip
        assert all(parts[:asked]), (one, bucket)
        assert bucket is not Bucket.WEEK or one.weekday() == 0
    for first, second in zip(starts, [*starts[1:], window.end], strict=True):
        assert dt.timedelta() < second.astimezone(dt.UTC) - first.astimezone(dt.UTC) <= length + dt.timedelta(hours=3)


@pytest.mark.parametrize(
    "window",
    [
        Window(dt.datetime(1970, 12, 31, 23, 59, tzinfo=dt.UTC), dt.datetime(1971, 1, 1, 1, tzinfo=dt.UTC)),
        Window(dt.datetime(2105, 12, 31, tzinfo=dt.UTC), dt.datetime(2106, 1, 1, 0, 1, tzinfo=dt.UTC)),
        Window(dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2001, 1, 1, tzinfo=dt.UTC)),
    ],
)
async def test_a_chart_beyond_the_bounds_is_refused(store: Store, window: Window) -> None:
    """A window outside 1971 to 2105, or with more buckets than a chart can show, is refused in words."""
    with pytest.raises(Invalid):
        await points(store, Axis(window, Bucket.MINUTE))


async def test_a_stray_giant_leaves_the_other_points_alone(store: Store) -> None:
    """A value that no sum can hold counts as the largest that one can, and hides nothing of the rest."""
    await store.load(score("a", "q", 1.7e308, 1), score("b", "q", -1.7e308, 1), score("c", "q", 0.1, 70))
    huge, plain, *_ = await points(store, HOURS)
    assert (huge.n, huge.mean, huge.maximum) == (2, 0.0, 1.7e308)
    assert (plain.n, plain.mean) == (1, 0.1)


async def test_a_giant_that_was_rarely_drawn_leaves_the_sums_right(store: Store) -> None:
    """Values near the largest that is summed, with a chance of 1 in 1,000 each, have their weighted mean."""
    drawn = [
        msgspec.structs.replace(score(f"r{number}", "q", 9e14 + number), inclusion=(0.001, 0.002)[number % 2])
        for number in range(100)
    ]
    await store.load(*drawn)
    asked = Question(org_id=ORG, name="q", kind=ScoreKind.NUMERIC, largest=9e14 + 100)
    found = (await series.by_segment(store.telemetry, asked, HOURS.window, Clock.JUDGED))[()]
    weights = [1 / one.inclusion for one in drawn]
    mean = sum(weight * one.value for weight, one in zip(weights, drawn, strict=True)) / sum(weights)
    assert float(found.weighted / found.weight) == pytest.approx(mean)
