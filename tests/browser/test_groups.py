"""Users, properties and models: what their calls add up to, as the API says it, and the way to the requests behind."""

import datetime as dt
import json
import re
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.readings import GAP, answer, as_table, asked, numbers, told_n
from helicorder.model.ids import new_id
from product_server import Product

# The first answer of a fresh server loads what computes it.
expect.set_options(timeout=30_000)

USERS = "/v1/user/metrics/query"
SERIES = "/v1/calls/series/query"
BREAKDOWN = "/v1/calls/breakdown/query"
VALUES = 23
"""Of the property of the fixture: more than a page of its table."""


@pytest.fixture(scope="module")
def crowd(filled: Product) -> str:
    """The name of a property with many values, each of a user of its own: value number 7 has 7 calls, none a price."""
    name = f"crowd-{new_id()}"
    start = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    calls = [
        {
            "created_at": (start + dt.timedelta(seconds=value)).isoformat(),
            "model": "gpt-4o",
            "user_id": f"{name}-{value:02}",
            "status": 500 if place == 0 else 200,
            "properties": {name: f"value {value:02}"},
        }
        for value in range(1, VALUES + 1)
        for place in range(value)
    ]
    assert filled.ask("POST", "/v1/calls/batch", {"calls": calls}).json()["data"]["stored"] == len(calls)
    return name


def rows(table: Locator) -> Locator:
    """The rows of a table's body."""
    return table.locator("tbody tr")


def requests_of(page: Page) -> tuple[Any, str]:
    """The filter of the list of requests that stands open, and how many there are."""
    expect(page).to_have_url(re.compile("/requests"))
    page.get_by_role("button", name="Count").click()
    said = page.get_by_text(re.compile(r"^[\d,]+ requests?$"))
    expect(said).to_be_visible()
    return json.loads(parse_qs(urlsplit(page.url).query)["filter"][0])["conditions"], said.inner_text()


def check_segments(table: Locator, found: Any, columns: dict[int, tuple[str, ...]]) -> None:
    """The rows of a table say what a breakdown says: segments, the rest, all; each number with its n and its ends."""
    expected = [*found["segments"], *([found["rest"]] if found["rest"] else []), found["total"]]
    expect(rows(table)).to_have_count(len(expected))
    # The page shows the former answer until the new one is drawn, so its order is waited for.
    for place, segment in enumerate(expected):
        expect(rows(table).nth(place).locator("td").nth(1)).to_contain_text(f"{segment['n']:,}")
    shown = numbers(table)
    for place, segment in enumerate(expected):
        assert shown[place][0] == segment["n"]
        for column, way in columns.items():
            value, low, high, n = reading(segment, *way)
            cell = rows(table).nth(place).locator("td").nth(column)
            assert shown[place][column - 1] == (value if n else None), (place, way)
            assert (told_n(cell) or segment["n"]) == n or (n == 0 and "n 0" in cell.inner_text()), (place, way)
            if n and low is not None and low != high:
                expect(cell).to_contain_text(" to ")
            if n == 0:
                expect(cell).to_contain_text(GAP)


def reading(segment: Any, field: str, *way: str) -> tuple[Any, Any, Any, int]:
    """A number of a segment with its ends and its n."""
    whole = segment[field]
    if field == "errors":
        return whole["rate"], whole["low"], whole["high"], whole["of"]
    if field == "users":
        return whole["distinct"], None, None, segment["n"] - whole["missing"]
    if way[0] in ("p50", "p95"):
        one = whole[way[0]]
        return one["value"], one["low"], one["high"], whole["n"]
    if way[0] == "mean":
        return whole["mean"], whole["low"], whole["high"], whole["n"]
    inner = whole.get(way[0]) if isinstance(whole.get(way[0]), dict) else whole
    return inner["sum"] if "sum" in inner else inner[way[0]], None, None, inner["n"]


def test_users_say_what_the_api_says_in_any_order(page: Page, filled: Product) -> None:
    """Every user has the API's numbers with their n; a head that is pressed sorts all of them, not those in sight."""
    body = asked(page, USERS, lambda: page.goto("/users?range=14d"))
    table = page.get_by_role("table", name="Users")
    for key, field in ((None, "total_requests"), ("Cost", "cost"), ("Errors", "total_errors")):
        if key is not None:
            body = asked(page, USERS, table.get_by_role("button", name=key, exact=True).click)
            assert body["sort"] == {field: "desc"}
            page.wait_for_load_state("networkidle")
        found = answer(filled, USERS, body)
        expect(page.get_by_text(f"{found['count']:,} users", exact=True)).to_be_visible()
        expect(rows(table).first).to_contain_text(found["users"][0]["user_id"])
        shown = numbers(table)
        fields = ("total_requests", "total_errors", "cost", "total_prompt_tokens", "total_completion_tokens")
        counts = ("total_sessions", "active_for")
        assert [row[:7] for row in shown] == [[user[name] for name in fields + counts] for user in found["users"]]
        assert None not in {row[0] for row in shown}
        for place, user in enumerate(found["users"][:5]):
            cells = rows(table).nth(place).locator("td")
            assert (told_n(cells.nth(3)) or user["total_requests"]) == user["cost_n"]
            assert (told_n(cells.nth(4)) or user["total_requests"]) == user["tokens_n"]
            expect(cells.nth(2)).to_contain_text(" to ")


def test_users_are_searched_paged_and_led_from(page: Page, filled: Product, crowd: str) -> None:
    """A part of an id finds users; what nobody knows is no 0; a number leads to the requests that it counts."""
    page.goto("/users?range=24h")
    expect(page.get_by_text(re.compile(r"^\d+ users$"))).to_be_visible()
    page.get_by_role("button", name="Next page").click()
    expect(page).to_have_url(re.compile("page=2"))
    expect(page.get_by_text(re.compile(r"^51 to \d+ of \d+ users$"))).to_be_visible()
    page.get_by_role("textbox", name="Search by id").fill(crowd)
    expect(page.get_by_text(f"{VALUES} users", exact=True)).to_be_visible()
    expect(page).not_to_have_url(re.compile("page="))
    table = page.get_by_role("table", name="Users")
    first = rows(table).first.locator("td")
    expect(first.first).to_have_text(f"{crowd}-{VALUES}")
    assert numbers(table)[0][:4] == [VALUES, 1, None, None]
    expect(first.nth(3)).to_have_text(re.compile(rf"{GAP}\s*n 0"))
    first.nth(1).get_by_role("link").click()
    conditions, said = requests_of(page)
    assert conditions == [{"field": "user_id", "operator": "equals", "value": f"{crowd}-{VALUES}"}]
    assert said == f"{VALUES} requests"


def test_a_user_has_a_dashboard_of_their_own(page: Page, filled: Product, crowd: str) -> None:
    """The page of a user says what the API says of their calls alone, and leads to these."""
    user = f"{crowd}-12"
    page.goto(f"/users?range=24h&search={crowd}")
    body = asked(page, SERIES, page.get_by_role("link", name=user, exact=True).click)
    assert body["filter"] == {"request_response_rmt": {"user_id": {"equals": user}}}
    total = answer(filled, SERIES, body)["current"]["total"]
    assert total["n"] == 12
    expect(page.get_by_role("heading", name=user, level=1)).to_be_visible()
    expect(page.get_by_text(re.compile("12 requests in all"))).to_be_visible()
    tiles = page.get_by_role("region", name="In all")
    expect(tiles).to_contain_text("8.3 %")
    expect(tiles).to_contain_text("n 0 of 12")
    expect(tiles.get_by_text("Users", exact=True)).to_have_count(0)
    errors = [row for row in numbers(as_table(page, "Error rate")) if row[0] is not None]
    assert [row[-1] for row in errors] == [12]
    assert errors[0][0] == pytest.approx(1 / 12)
    page.get_by_role("main").get_by_role("link", name="Requests", exact=True).last.click()
    conditions, said = requests_of(page)
    assert conditions == [{"field": "user_id", "operator": "equals", "value": user}]
    assert said == "12 requests"


def test_a_user_whom_nobody_named_has_nothing(page: Page) -> None:
    """Of a user without requests the page says that, and draws nothing."""
    page.goto(f"/users/{new_id()}")
    expect(page.get_by_text("no request names this user")).to_be_visible()
    expect(page.get_by_text("No requests in this time").first).to_be_visible()
    expect(page.get_by_role("region", name="In all")).to_have_count(0)


def test_properties_say_what_the_api_says(page: Page, filled: Product, crowd: str) -> None:
    """Every property stands with the number of its calls and of its values, and leads to both."""
    body = asked(page, "/v1/properties/query", lambda: page.goto("/properties?range=14d"))
    found = answer(filled, "/v1/properties/query", body)
    table = page.get_by_role("table", name="Properties")
    listed = [one for one in found["properties"] if not one["hidden"]]
    expect(rows(table)).to_have_count(len(listed))
    assert [row[:2] for row in numbers(table)] == [[one["n"], one["values"]] for one in listed]
    expect(page.get_by_text(f"Of {found['of']:,} requests")).to_be_visible()
    row = rows(table).filter(has_text=crowd)
    row.get_by_title("See these requests").click()
    conditions, said = requests_of(page)
    assert conditions == [{"field": "property_key", "operator": "equals", "value": crowd}]
    assert said == f"{sum(range(VALUES + 1)):,} requests"


def test_a_property_is_hidden_and_listed_again(page: Page, crowd: str) -> None:
    """Hidden, a property is gone from the list until hidden ones are shown, where it can be brought back."""
    page.goto("/properties?range=24h")
    row = rows(page.get_by_role("table", name="Properties")).filter(has_text=crowd)
    row.get_by_role("button", name=f"Hide: {crowd}").click()
    expect(row).to_have_count(0)
    page.get_by_role("switch").click()
    expect(row).to_contain_text("hidden")
    row.get_by_role("button", name=f"List again: {crowd}").click()
    expect(row).not_to_contain_text("hidden")
    expect(row).to_have_count(1)


PROPERTY_COLUMNS = {
    2: ("errors",),
    3: ("cost", "sum"),
    4: ("cost", "mean"),
    5: ("tokens", "total"),
    6: ("latency_ms", "p50"),
    7: ("latency_ms", "p95"),
    8: ("users",),
}


def test_a_property_is_broken_down_by_its_values(page: Page, filled: Product) -> None:
    """The values of a property have the API's numbers, those without it among them, and all below."""
    body = asked(page, BREAKDOWN, lambda: page.goto("/properties/language?range=14d"), having="property:language")
    found = answer(filled, BREAKDOWN, body)
    table = page.get_by_role("table", name="Values of language")
    check_segments(table, found, PROPERTY_COLUMNS)
    body = asked(page, BREAKDOWN, table.get_by_role("button", name="Latency p95").click)
    assert body["order"] == "latency_p95"
    expect(table.get_by_role("columnheader", name="Latency p95")).to_have_attribute("aria-sort", "descending")
    page.wait_for_load_state("networkidle")
    check_segments(table, answer(filled, BREAKDOWN, body), PROPERTY_COLUMNS)


def test_a_property_of_many_values_has_pages_and_the_rest_as_one(page: Page, filled: Product, crowd: str) -> None:
    """The largest come first, the others stand as one below; the next page has these, and a value its requests."""
    only = {"match": "all", "conditions": [{"field": "property_key", "operator": "equals", "value": crowd}]}
    address = f"/properties/{crowd}?range=24h&filter={quote(json.dumps(only))}"
    body = asked(page, BREAKDOWN, lambda: page.goto(address), having=crowd)
    table = page.get_by_role("table", name=f"Values of {crowd}")
    found = answer(filled, BREAKDOWN, body)
    check_segments(table, found, PROPERTY_COLUMNS)
    expect(rows(table).nth(20)).to_contain_text(f"{VALUES - 20} others")
    body = asked(page, BREAKDOWN, page.get_by_role("button", name="Next page").click)
    expect(page.get_by_text(f"21 to {VALUES} of {VALUES} values")).to_be_visible()
    expect(rows(table).first).to_contain_text("value 03")
    check_segments(table, answer(filled, BREAKDOWN, body), PROPERTY_COLUMNS)
    rows(table).first.get_by_role("link").click()
    conditions, said = requests_of(page)
    condition = {"field": "properties", "key": crowd, "operator": "equals", "value": "value 03"}
    assert condition in conditions
    assert said == "3 requests"


def test_a_chart_of_values_shows_what_is_chosen(page: Page, filled: Product) -> None:
    """Over time the values of a property are lines of one chart, of whatever is chosen."""
    address = "/properties/language?range=30d&zone=UTC"
    found = answer(filled, SERIES, asked(page, SERIES, lambda: page.goto(address)))["current"]
    page.get_by_role("combobox", name="What the chart shows").click()
    page.get_by_role("option", name="error rate").click()
    expect(page).to_have_url(re.compile("show=errors"))
    shown = numbers(as_table(page, "Error rate"))
    points = zip(*(line["points"] for line in found["lines"]), strict=True)
    ends = ("rate", "low", "high", "of")
    expected = [[point["errors"][end] for point in row for end in ends] for row in points]
    assert [None, None, None, 0] in [row[:4] for row in expected]
    assert shown == expected


MODEL_COLUMNS = {
    2: ("errors",),
    3: ("latency_ms", "p50"),
    4: ("latency_ms", "p95"),
    5: ("time_to_first_token_ms", "p95"),
    6: ("speed", "tokens_per_second"),
    7: ("cost", "sum"),
    8: ("price", "usd_per_1k_tokens"),
    9: ("tokens", "total"),
}


def test_models_say_what_the_api_says(page: Page, filled: Product) -> None:
    """Every model has the API's numbers with interval and n; sorted by cost the dearest comes first."""
    body = asked(page, BREAKDOWN, lambda: page.goto("/models?range=14d"))
    assert body["by"] == ["model", "provider"]
    table = page.get_by_role("table", name="Models")
    found = answer(filled, BREAKDOWN, body)
    assert any(one["cost"]["n"] == 0 for one in found["segments"])
    check_segments(table, found, MODEL_COLUMNS)
    body = asked(page, BREAKDOWN, table.get_by_role("button", name="Cost").click)
    page.wait_for_load_state("networkidle")
    check_segments(table, answer(filled, BREAKDOWN, body), MODEL_COLUMNS)
    first = answer(filled, BREAKDOWN, body)["segments"][0]
    rows(table).first.get_by_role("link").click()
    conditions, said = requests_of(page)
    assert [one["value"] for one in conditions] == first["values"]
    assert said == f"{first['n']:,} requests"


def test_a_score_stands_beside_what_models_cost(page: Page, filled: Product) -> None:
    """A score that is chosen has a column: its mean of each model with interval and n, a gap where nobody scored."""
    page.goto("/models?range=14d")
    page.get_by_role("combobox", name="Score beside the numbers").click()
    path = "/v1/scores/breakdown/query"
    body = asked(page, path, page.get_by_role("option", name="helpfulness", exact=True).click)
    means = {tuple(one["values"]): one for one in answer(filled, path, body)["segments"]}
    table = page.get_by_role("table", name="Models")
    expect(table.get_by_role("columnheader", name="helpfulness")).to_be_visible()
    page.wait_for_load_state("networkidle")
    shown = numbers(table)
    scored = 0
    for place, row in enumerate(rows(table).all()[:-1]):
        cells = row.locator("td")
        model, provider = cells.first.inner_text().split("\n")
        mean = means.get((model, provider))
        assert shown[place][-1] == (mean["mean"] if mean else None)
        assert told_n(cells.last) == (mean["n"] if mean else 0)
        scored += mean is not None
    assert 0 < scored < rows(table).count() - 1


@pytest.mark.parametrize("path", ["/users", "/properties", "/properties/language", "/models"])
def test_a_time_without_requests_says_so(page: Page, path: str) -> None:
    """Where there is nothing the page says so, and shows no table and no 0."""
    page.goto(f"{path}?from=2020-01-01T00:00:00Z&to=2020-01-08T00:00:00Z")
    expect(page.get_by_text(re.compile("No requests in this time|No user is like that"))).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)
