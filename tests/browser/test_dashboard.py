"""The dashboard: its numbers are the API's, each with its n; what is drawn over, pressed or chosen changes them."""

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.readings import GAP, answer, as_table, asked, brush, numbers, panel
from helicorder.model.ids import new_id
from product_server import Product

# The first answer of a fresh server loads what computes it.
expect.set_options(timeout=30_000)

SERIES = "/v1/calls/series/query"
BREAKDOWN = "/v1/calls/breakdown/query"
MONTH = "range=30d&bucket=day&zone=UTC"
"""Longer than the demo's history, so that there are days without a call."""


def tile(page: Page, label: str) -> Locator:
    """One of the big numbers."""
    return page.get_by_role("region", name="In all").locator("> div").filter(has_text=re.compile(f"^{label}"))


def open_series(page: Page, product: Product, address: str) -> Any:
    """What the API says to the question that the charts of a page ask."""
    return answer(product, SERIES, asked(page, SERIES, lambda: page.goto(address)))


def test_tiles_say_what_the_api_says_with_their_n(page: Page, filled: Product) -> None:
    """Each big number is the API's, with the n that stands behind it and the interval where there is one."""
    total = open_series(page, filled, "/dashboard?range=14d")["current"]["total"]
    n = total["n"]

    def known(part: int) -> str:
        return f"n {part:,}" if part == n else f"n {part:,} of {n:,}"

    expect(tile(page, "Requests")).to_contain_text(f"{n:,}")
    expect(tile(page, "Errors")).to_contain_text(f"n {total['errors']['of']:,}")
    expect(tile(page, "Cost")).to_contain_text(f"${total['cost']['sum']:.2f}")
    expect(tile(page, "Cost")).to_contain_text(known(total["cost"]["n"]))
    expect(tile(page, "Tokens")).to_contain_text(known(total["tokens"]["total"]["n"]))
    for label, field in (("Latency", "latency_ms"), ("First token", "time_to_first_token_ms")):
        p50 = total[field]["p50"]["value"]
        written = f"{p50:,} ms" if p50 < 1000 else f"{p50 / 1000:.3g} s"
        expect(tile(page, label)).to_contain_text(written)
        expect(tile(page, label)).to_contain_text(f"n {total[field]['n']:,}")
    for label, field in (("Users", "users"), ("Sessions", "sessions")):
        expect(tile(page, label)).to_contain_text(f"{total[field]['distinct']:,}")
        expect(tile(page, label)).to_contain_text(known(n - total[field]["missing"]))


def rate(point: Any) -> list[Any]:
    """A rate as a table tells it."""
    errors = point["errors"]
    return [errors["rate"], errors["low"], errors["high"], errors["of"]]


def quantiles(field: str) -> Callable[[Any], list[Any]]:
    """Quantiles as a table tells them."""

    def told(point: Any) -> list[Any]:
        ends = ("value", "low", "high")
        n = point[field]["n"]
        return [number for p in ("p50", "p90", "p99") for number in (*(point[field][p][end] for end in ends), n)]

    return told


CHARTS: dict[str, Callable[[Any], list[Any]]] = {
    "Error rate": rate,
    "Cost": lambda point: [point["cost"]["sum"], point["cost"]["n"]],
    "Latency": quantiles("latency_ms"),
    "Time to first token": quantiles("time_to_first_token_ms"),
    "Users": lambda point: [point["users"]["distinct"], point["n"] - point["users"]["missing"]],
}


def test_charts_say_what_the_api_says_and_gaps_are_gaps(page: Page, filled: Product) -> None:
    """Every number of every chart is the API's; on days without a call costs, rates and times are gaps and no zeros."""
    found = open_series(page, filled, f"/dashboard?{MONTH}")["current"]
    points = found["lines"][0]["points"]
    empty = next(place for place, point in enumerate(points) if point["n"] == 0)
    for title, told in CHARTS.items():
        expect(panel(page, title)).to_contain_text(re.compile(r"n [\d,]+"))
        shown = numbers(as_table(page, title))
        assert shown == [told(point) for point in points], title
        if title != "Users":
            assert shown[empty][0] is None, title
    tokens = [point["tokens"] for point in points]
    shown = numbers(as_table(page, "Tokens"))
    assert [row[0] for row in shown] == [one["prompt"]["sum"] for one in tokens]
    assert shown[empty][0] is None
    requests = numbers(as_table(page, "Requests"))
    assert [sum(filter(None, row)) for row in requests] == [point["n"] for point in points]


def test_a_chart_split_by_a_property_has_a_line_for_each_value(page: Page, filled: Product) -> None:
    """Every chart is split by any property; a value of the legend that is pressed becomes the filter."""
    found = open_series(page, filled, "/dashboard?range=14d&zone=UTC&bucket=day&by=property:language")["current"]
    legend = page.get_by_role("list", name="Split by language")
    for line in found["lines"]:
        expect(legend).to_contain_text(f"{line['value'] or 'without it'}{line['total']['n']:,}")
    shown = numbers(as_table(page, "Cost"))
    points = zip(*(line["points"] for line in found["lines"]), strict=True)
    assert shown == [[one[end] for one in (point["cost"] for point in row) for end in ("sum", "n")] for row in points]
    body = asked(page, SERIES, lambda: legend.get_by_role("button", name="fr").click(), having='"fr"')
    expect(page.get_by_role("group", name="Filter", exact=True)).to_contain_text("language is fr")
    total = answer(filled, SERIES, body)["current"]["total"]
    expect(tile(page, "Requests")).to_contain_text(f"{total['n']:,}")


def test_the_time_before_stands_beside(page: Page, filled: Product) -> None:
    """Against the window before: a line of its own in every chart, which says what the API says of it."""
    found = open_series(page, filled, "/dashboard?range=7d&zone=UTC&bucket=day")
    page.get_by_role("button", name="Compare with before").click()
    expect(page).to_have_url(re.compile("compare=true"))
    shown = numbers(as_table(page, "Cost"))
    before = {point["at"]: point for point in found["previous"]["lines"][0]["points"]}
    assert any(point["cost"]["n"] for point in before.values())
    expected = []
    for point in found["current"]["lines"][0]["points"]:
        earlier = before[point["start"]]["cost"] if point["start"] in before else {"sum": None, "n": None}
        expected.append([point["cost"]["sum"], point["cost"]["n"], earlier["sum"], earlier["n"]])
    assert shown == expected


def test_drawing_over_a_chart_zooms_in(page: Page) -> None:
    """A stretch of any chart that is drawn over becomes the window of all."""
    page.goto("/dashboard?range=14d")
    expect(page.get_by_role("img", name="Latency over time")).to_be_visible()
    brush(page, "Latency over time", 0.5, 0.8)
    page.wait_for_url(re.compile("from="))
    words = parse_qs(urlsplit(page.url).query)
    start, end = (dt.datetime.fromisoformat(words[end][0].strip('"')) for end in ("from", "to"))
    assert dt.timedelta(days=2) < end - start < dt.timedelta(days=8)


def test_days_begin_where_the_zone_says(page: Page, filled: Product) -> None:
    """In another zone the days are other days."""
    starts = {}
    for zone in ("UTC", "Asia/Tokyo"):
        found = open_series(page, filled, f"/dashboard?range=7d&bucket=day&zone={quote(zone, safe='')}")
        starts[zone] = found["current"]["lines"][0]["points"][1]["start"]
        table = as_table(page, "Cost")
        expect(table.get_by_role("row").nth(2)).to_contain_text("00:00:00")
    assert starts["UTC"] != starts["Asia/Tokyo"]


def test_a_bucket_leads_to_its_requests(page: Page, filled: Product) -> None:
    """A bucket of a chart that is pressed opens the requests of that time: as many as it says."""
    found = open_series(page, filled, "/dashboard?range=7d&bucket=day&zone=UTC")
    point = found["current"]["lines"][0]["points"][3]
    row = as_table(page, "Error rate").get_by_role("row").nth(4)
    row.get_by_role("button", name=re.compile("00:00:00")).click()
    expect(page).to_have_url(re.compile("/requests"))
    page.get_by_role("button", name="Count").click()
    expect(page.get_by_text(f"{point['n']:,} requests")).to_be_visible()


@pytest.mark.parametrize(
    ("table", "dimension"),
    [("Top models", "model"), ("Top users", "user_id"), ("Top values of language", "property:language")],
)
def test_the_largest_say_what_the_api_says(page: Page, filled: Product, table: str, dimension: str) -> None:
    """The tables of the largest are the API's, in its order, and sorted anew by a head that is pressed."""
    shown = page.get_by_role("table", name=table)
    body = asked(page, BREAKDOWN, lambda: page.goto("/dashboard?range=14d&property=language"), having=dimension)
    check_largest(shown, answer(filled, BREAKDOWN, body)["segments"])
    body = asked(page, BREAKDOWN, shown.get_by_role("button", name="Cost").click, having=dimension)
    assert body["order"] == "cost"
    check_largest(shown, answer(filled, BREAKDOWN, body)["segments"])


def check_largest(table: Locator, segments: list[Any]) -> None:
    """The rows of a table are these segments, in this order; a cost that nobody knows is no 0."""
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(len(segments))
    for place, segment in enumerate(segments):
        cells = rows.nth(place).locator("td")
        expect(cells.first).to_have_text(segment["values"][0] or re.compile("not known|without it"))
        expect(cells.nth(1)).to_contain_text(str(segment["n"]))
        if segment["cost"]["n"] == 0:
            expect(cells.nth(3)).to_have_text(GAP)


def test_it_goes_on_by_itself_while_it_is_live(page: Page, filled: Product) -> None:
    """Live, a call that has just come is counted without anybody asking again."""
    user = new_id()
    condition = {"field": "user_id", "operator": "equals", "value": user}
    search = "filter=" + quote(json.dumps({"match": "all", "conditions": [condition]}))
    page.goto(f"/dashboard?range=1h&live=true&{search}")
    expect(page.get_by_text("No request meets the filter in this time")).to_be_visible()
    call = {"created_at": dt.datetime.now(dt.UTC).isoformat(), "model": "gpt-4o", "user_id": user}
    assert filled.ask("POST", "/v1/calls/batch", {"calls": [call]}).json()["data"]["stored"] == 1
    expect(tile(page, "Requests")).to_contain_text("1")


def test_a_time_without_requests_says_so(page: Page) -> None:
    """Where there is nothing, nothing is drawn: no tile, no chart, no 0."""
    page.goto("/dashboard?from=2020-01-01T00:00:00Z&to=2020-01-08T00:00:00Z")
    expect(page.get_by_text("No requests in this time").first).to_be_visible()
    expect(page.get_by_role("region", name="In all")).to_have_count(0)
    expect(page.get_by_role("img", name=re.compile("over time"))).to_have_count(0)
    expect(page.get_by_text("01 Jan 2020")).to_be_visible()
