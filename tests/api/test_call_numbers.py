"""Calls over time and by segment through the real server, against numbers made by hand."""

import datetime as dt
import statistics
from collections import defaultdict
from typing import Any

import pytest

from api.recorded_calls import MODELS, NOON, Data
from helicorder.model.ids import new_id
from helicorder.scoring.quantiles import quantile_estimate
from helicorder.scoring.statistics import wilson
from product_server import Product

WINDOW = {"start": "2026-11-03T12:00:00Z", "end": "2026-11-03T15:00:00Z"}


@pytest.fixture(scope="module")
def data(product: Product) -> Data:
    """The data, once."""
    return Data(product)


def ask(product: Product, what: str, data: Data, **options: Any) -> Any:
    """The answer to a question about the data."""
    run = {"properties": {"Run": {"equals": data.run}}}
    answer = product.ask("POST", f"/v1/calls/{what}/query", {"filter": run, **WINDOW, **options})
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def check(numbers: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Hold the numbers of a cell against its rows."""
    assert numbers["n"] == len(rows)
    cancelled = sum(row["status"] == -3 for row in rows)
    errors = sum(row["status"] >= 400 or row["status"] == -2 for row in rows)
    finished = len(rows) - cancelled
    assert (numbers["cancelled"]["count"], numbers["cancelled"]["of"]) == (cancelled, len(rows))
    assert (numbers["errors"]["count"], numbers["errors"]["of"]) == (errors, finished)
    if finished:
        assert numbers["errors"]["rate"] == pytest.approx(errors / finished)
        interval = wilson(errors / finished, finished, 1.959963984540054)
        assert (numbers["errors"]["low"], numbers["errors"]["high"]) == pytest.approx(interval)
    users = {row["user"] for row in rows} - {""}
    assert numbers["users"] == {"distinct": len(users), "missing": sum(not row["user"] for row in rows)}
    known = [row["completion"] for row in rows if row["completion"] is not None]
    expected = {"n": len(known), "missing": len(rows) - len(known), "sum": sum(known) if known else None}
    assert numbers["tokens"]["completion"] == expected | {"mean": statistics.fmean(known) if known else None}
    latency = numbers["latency_ms"]
    assert latency["n"] == len(rows)
    for percent in (50, 75, 90, 95, 99):
        counts: dict[float, int] = defaultdict(int)
        for row in rows:
            counts[row["ms"]] += 1
        of = quantile_estimate(counts, percent / 100)
        assert latency[f"p{percent}"] == {"value": of.value, "low": of.low, "high": of.high}
    seconds = sum(row["ms"] for row in rows if row["completion"] is not None) / 1000
    assert numbers["speed"]["n"] == len(known)
    assert numbers["speed"]["tokens_per_second"] == (pytest.approx(sum(known) / seconds) if known else None)


def test_every_hour_and_the_hours_before_are_their_calls_numbers(product: Product, data: Data) -> None:
    """Each bucket of both windows has its calls' numbers, an empty one nulls, and the totals are of the rows."""
    found = ask(product, "series", data, bucket="hour", previous=True, total=True)
    assert (found["bucket"], found["zone"], found["by"]) == ("hour", "UTC", None)
    for name, start in (("current", NOON), ("previous", NOON - dt.timedelta(hours=3))):
        period = found[name]
        [line] = period["lines"]
        assert (line["value"], line["rest"], len(line["points"])) == (None, False, 3)
        assert dt.datetime.fromisoformat(period["start"]) == start
        for hour, point in enumerate(line["points"]):
            begun = start + dt.timedelta(hours=hour)
            assert dt.datetime.fromisoformat(point["start"]) == begun
            assert dt.datetime.fromisoformat(point["at"]) == NOON + dt.timedelta(hours=hour)
            assert not point["partial"]
            check(point, data.within(1, begun))
        check(period["total"], data.within(3, start))
    empty = found["current"]["lines"][0]["points"][2]
    assert empty["n"] == 0
    assert empty["cost"] == {"n": 0, "missing": 0, "sum": None, "mean": None, "low": None, "high": None}
    assert empty["errors"] == {"count": 0, "of": 0, "rate": None, "low": None, "high": None}
    assert empty["latency_ms"]["p95"] == {"value": None, "low": None, "high": None}


def test_the_largest_segments_have_lines_and_all_others_one(product: Product, data: Data) -> None:
    """By a dimension the largest values come first, the rest last, the same lines in both windows."""
    found = ask(product, "series", data, bucket="hour", by="model", top=2, previous=True, total=True)
    sizes = {model: sum(row["model"] == model for row in data.within(3)) for model in MODELS}
    largest = sorted(MODELS, key=lambda model: (-sizes[model], model))
    for name, start in (("current", NOON), ("previous", NOON - dt.timedelta(hours=3))):
        lines = found[name]["lines"]
        assert [(line["value"], line["rest"]) for line in lines] == [
            (largest[0], False),
            (largest[1], False),
            (None, True),
        ]
        for line, model in zip(lines, largest, strict=True):
            mine = [row for row in data.within(3, start) if row["model"] == model]
            check(line["total"], mine)
            assert sum(point["n"] for point in line["points"]) == len(mine)


def test_segments_are_their_calls_numbers_and_pages_follow_one_another(product: Product, data: Data) -> None:
    """Each segment has its calls' numbers, the rest and the total too, and the next page begins where this one ends."""
    segments: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in data.within(3):
        failed = "cancelled" if row["status"] == -3 else "yes" if row["status"] >= 400 or row["status"] < 0 else "no"
        segments[row["model"], failed].append(row)
    seen: list[Any] = []
    offset: Any = 0
    while offset is not None:
        found = ask(product, "breakdown", data, by=["model", "error"], top=4, offset=offset, order="latency_p50")
        assert found["count"] == len(segments)
        check(found["total"], data.within(3))
        for one in found["segments"]:
            check(one, segments[one["values"][0], one["values"][1]])
        here = [tuple(one["values"]) for one in found["segments"]]
        check(found["rest"], [row for values, rows in segments.items() if values not in here for row in rows])
        seen += found["segments"]
        offset = found["next_offset"]
    assert sorted(tuple(one["values"]) for one in seen) == sorted(segments)
    medians = [one["latency_ms"]["p50"]["value"] for one in seen]
    assert medians == sorted(medians, reverse=True)


def test_a_window_that_cuts_a_bucket_says_so(product: Product, data: Data) -> None:
    """Buckets begin by the calendar; the first and the last, cut by the window, are marked."""
    times = {"start": "2026-11-03T12:20:00Z", "end": "2026-11-03T14:10:00Z"}
    found = ask(product, "series", data, bucket="hour", **times)
    assert found["previous"] is None
    assert found["current"]["total"] is None
    points = found["current"]["lines"][0]["points"]
    assert [point["partial"] for point in points] == [True, False, True]
    assert points[0]["n"] == len(data.within(1, NOON)) - sum(
        row["at"] < NOON + dt.timedelta(minutes=20) for row in data.within(1, NOON)
    )


def test_days_follow_the_calendar_of_the_zone(product: Product, data: Data) -> None:
    """Days begin at the zone's midnight, and the week before a change of clocks stands below it day by day."""
    times = {"start": "2026-10-25T22:00:00Z", "end": "2026-11-01T05:00:00Z", "zone": "America/New_York"}
    start, end = "2026-10-26T00:00:00-04:00", "2026-11-02T00:00:00-05:00"
    found = ask(product, "series", data, **times | {"start": start, "end": end}, bucket="day", previous=True)
    points = found["current"]["lines"][0]["points"]
    assert [point["start"][:10] for point in points] == [f"2026-{day}" for day in (
        "10-26", "10-27", "10-28", "10-29", "10-30", "10-31", "11-01")]  # fmt: skip
    before = found["previous"]["lines"][0]["points"]
    assert found["previous"]["start"] == "2026-10-19T04:00:00Z"
    assert [point["at"] for point in before] == [point["start"] for point in points]


def test_what_a_chart_by_error_shows_can_be_filtered_for(product: Product, data: Data) -> None:
    """The segments of the dimension error are the calls that the filter error takes."""
    found = ask(product, "breakdown", data, by=["error"])
    assert {one["values"][0] for one in found["segments"]} == {"yes", "no", "cancelled"}
    for one in found["segments"]:
        [word] = one["values"]
        narrow = {"properties": {"Run": {"equals": data.run}}, "request_response_rmt": {"error": {"equals": word}}}
        assert ask(product, "breakdown", data, by=["error"], filter=narrow)["total"]["n"] == one["n"]


def test_a_thousand_tokens_cost_what_calls_with_both_known_cost(product: Product) -> None:
    """The price is of calls whose cost and tokens are both known, and null where there is none."""
    model = f"m-{new_id()}"
    tokens = {"prompt_tokens": 300, "completion_tokens": 200}
    calls: list[dict[str, Any]] = [
        {"cost_usd": "0.01", **tokens},
        {"cost_usd": "0.03", **tokens},
        {"cost_usd": "5"},
        tokens,
    ]
    body = {"calls": [{"created_at": "2026-11-03T12:30:00Z", "model": model, **call} for call in calls]}
    assert product.ask("POST", "/v1/calls/batch", body).status == 200
    asked = {"filter": {"request_response_rmt": {"model": {"equals": model}}}, **WINDOW}
    [line] = product.ask("POST", "/v1/calls/series/query", asked | {"total": True}).json()["data"]["current"]["lines"]
    assert line["total"]["price"] == {"n": 2, "usd_per_1k_tokens": 0.04}
    unknown = asked | {"filter": {"request_response_rmt": {"model": {"equals": f"{model}-not"}}}, "total": True}
    [line] = product.ask("POST", "/v1/calls/series/query", unknown).json()["data"]["current"]["lines"]
    assert line["total"]["price"] == {"n": 0, "usd_per_1k_tokens": None}


def test_a_search_narrows_what_is_counted(product: Product) -> None:
    """Series and breakdowns count the calls that say the words which are searched for, beside the filter."""
    word, model = f"w{new_id().replace('-', '')}", f"m-{new_id()}"
    calls = [
        {"created_at": "2026-11-03T12:30:00Z", "model": model, "status": status, "request_body": f"say {words}"}
        for words, status in ((f"{word} twice", 200), (f"{word} once", 500), (f"no{word}", 200))
    ]
    assert product.ask("POST", "/v1/calls/batch", {"calls": calls}).json()["data"]["stored"] == 3
    asked = {**WINDOW, "filter": {"request_response_rmt": {"model": {"equals": model}}}}
    for search, count, errors in (("", 3, 1), (word, 2, 1), (f'"{word} twice"', 1, 0), (f"{word}*", 3, 1)):
        series = product.ask("POST", "/v1/calls/series/query", {**asked, "search": search, "total": True}).json()
        total = series["data"]["current"]["total"]
        assert (total["n"], total["errors"]["count"]) == (count, errors)
        broken = product.ask("POST", "/v1/calls/breakdown/query", {**asked, "search": search, "by": ["error"]}).json()
        assert sum(segment["n"] for segment in broken["data"]["segments"]) == count


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ("breakdown", {"by": []}),
        ("breakdown", {"by": ["model", "model"]}),
        ("breakdown", {"by": ["model", "provider", "status"]}),
        ("breakdown", {"by": ["colour"]}),
        ("breakdown", {"by": ["model"], "top": 0}),
        ("breakdown", {"by": ["model"], "offset": -1}),
        ("breakdown", {"by": ["model"], "order": "beauty"}),
        ("breakdown", {}),
        ("series", {"zone": "Mars/Base"}),
        ("series", {"by": "colour"}),
        ("series", {"by": "model", "top": 51}),
        ("series", {"bucket": "min", "start": "2026-01-01", "end": "2026-02-01"}),
        ("series", {"start": "2026-02-01", "end": "2026-01-01"}),
        ("series", {"start": "1500-02-01", "end": "2026-01-01", "bucket": "year", "previous": True}),
        ("series", {"end": "0001-01-01"}),
        ("series", {"filter": {"colour": {}}}),
        ("series", {"search": "x" * 1001}),
    ],
)
def test_a_question_that_means_nothing_is_refused(product: Product, what: str, wrong: dict[str, Any]) -> None:
    """What is not understood is a 422."""
    assert product.ask("POST", f"/v1/calls/{what}/query", wrong).status == 422
