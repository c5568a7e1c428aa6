"""The requests: found, watched as they come, read and scored."""

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from browser import conversations
from browser.conftest import NARROW
from helicorder.model.ids import new_id
from product_server import Product

UNKNOWN = "\N{EN DASH}"
CALLS = 1_234
"""Of the long list: more than a dozen pages."""


@pytest.fixture(scope="session")
def told(filled: Product) -> str:
    """The conversations, recorded just now under ids with this prefix."""
    prefix = f"{new_id()}-"
    record(filled, conversations.calls(dt.datetime.now(dt.UTC), prefix))
    answer = filled.ask("POST", "/v1/scores/batch", {"scores": conversations.scores(prefix)})
    assert answer.json()["data"]["stored"] == 6
    return prefix


@pytest.fixture(scope="session")
def long_list(filled: Product) -> str:
    """The name of a model with many calls, a second apart, the oldest with number 0; no test adds to them."""
    return make_list(filled)


@pytest.fixture
def growing_list(filled: Product) -> str:
    """As long_list, to be added to."""
    return make_list(filled)


def make_list(product: Product) -> str:
    """Record CALLS calls of a new model, and tell its name."""
    model = f"long-{new_id()}"
    newest = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    calls = [
        {
            "request_id": f"{model}-{number}",
            "created_at": (newest - dt.timedelta(seconds=CALLS - number)).isoformat(),
            "model": model,
            "cost_usd": f"{number % 500 / 1000}",
            "user_id": f"user-{number % 7}",
            "request_body": json.dumps({"messages": [{"role": "user", "content": f"question {number}"}]}),
        }
        for number in range(CALLS)
    ]
    record(product, calls)
    return model


def record(product: Product, calls: list[dict[str, Any]]) -> None:
    """Record calls."""
    answer = product.ask("POST", "/v1/calls/batch", {"calls": calls})
    assert answer.json()["data"]["stored"] == len(calls), answer.body


def only(field: str, value: Any, key: str | None = None) -> str:
    """The part of an address that narrows a page to one condition."""
    condition = {"field": field, "operator": "equals", "value": value} | ({"key": key} if key else {})
    return "filter=" + quote(json.dumps({"match": "all", "conditions": [condition]}))


def grid(page: Page) -> Locator:
    """The table."""
    return page.get_by_role("grid", name="Requests")


def rows(page: Page) -> Locator:
    """The rows that have come, without the head and those that stand for what is on its way."""
    return grid(page).locator("[data-index]:not([data-waiting])")


def cell(page: Page, index: int, column: str) -> Locator:
    """One cell."""
    return grid(page).locator(f'[data-index="{index}"]:not([data-waiting]) [data-column="{column}"]')


def sheet(page: Page) -> Locator:
    """The detail beside the table."""
    return page.get_by_role("dialog", name="Request")


def test_the_table_shows_what_the_api_says(page: Page, filled: Product, long_list: str) -> None:
    """The rows are the API's, in its order, and the count is exact."""
    page.goto(f"/requests?{only('model', long_list)}")
    expect(cell(page, 0, "messages")).to_contain_text(f"question {CALLS - 1}")
    expect(cell(page, 3, "messages")).to_contain_text(f"question {CALLS - 4}")
    page.get_by_role("button", name="Count").click()
    expect(page.get_by_text("1,234 requests")).to_be_visible()


def test_scrolling_reaches_the_end_and_holds_little(page: Page, long_list: str) -> None:
    """The last row is the oldest call, however many pages away, and never more than a screenful is drawn."""
    page.goto(f"/requests?{only('model', long_list)}")
    expect(rows(page).first).to_be_visible()
    last = rows(page).filter(has_text=re.compile(r"question 0\b"))
    for _ in range(60):
        grid(page).evaluate("grid => { grid.scrollTop = grid.scrollHeight; }")
        assert rows(page).count() < 80
        if last.count():
            break
        page.wait_for_timeout(100)
    expect(last).to_be_visible()
    # Back at the top stands what stood there, though its neighbours had been forgotten.
    grid(page).evaluate("grid => { grid.scrollTop = 0; }")
    expect(cell(page, 0, "messages")).to_contain_text(f"question {CALLS - 1}")


def test_a_filter_is_built_by_keyboard_and_changed_in_place(page: Page, long_list: str) -> None:
    """f, a few letters, Enter, a value that is offered, Enter; pressed, the chip opens again."""
    page.goto("/requests")
    expect(rows(page).first).to_be_visible()
    page.keyboard.press("f")
    page.keyboard.type("mod")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option", name=long_list)).to_be_visible()
    page.keyboard.type(long_list[:12])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text(f"Model is {long_list}")).to_be_visible()
    expect(cell(page, 0, "model")).to_contain_text(long_list)

    page.get_by_role("button", name=f"Model is {long_list}", exact=True).click()
    page.get_by_role("combobox", name="How it compares").click()
    page.get_by_role("option", name="is not", exact=True).click()
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.get_by_text(f"Model is not {long_list}")).to_be_visible()
    expect(cell(page, 0, "model")).not_to_contain_text(long_list)
    page.reload()
    expect(page.get_by_text(f"Model is not {long_list}")).to_be_visible()
    page.get_by_role("button", name=f"Remove: Model is not {long_list}").click()
    expect(page.get_by_text(f"Model is not {long_list}")).to_be_hidden()


def test_scores_are_filtered_as_numbers_and_what_is_unknown_can_be_asked_for(page: Page, told: str) -> None:
    """A score compares as a number, a boolean as yes or no; a cost that is not known is found as such."""
    page.goto(f"/requests?{only('properties', 'hengill', 'region')}")
    expect(rows(page)).to_have_count(len(conversations.CONVERSATIONS))
    page.keyboard.press("f")
    page.keyboard.type("score")
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Name").fill("helpfulness")
    page.keyboard.press("Tab")
    page.get_by_role("combobox", name="How it compares").click()
    page.get_by_role("option", name="less than").click()
    page.get_by_label("Value", exact=True).fill("0.7")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("helpfulness less than 0.7")).to_be_visible()
    expect(rows(page)).to_have_count(1)
    expect(cell(page, 0, "messages")).to_contain_text("Read the trace of station 7.")

    page.get_by_role("button", name="Remove: helpfulness less than 0.7").click()
    page.keyboard.press("f")
    page.keyboard.type("cost")
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="How it compares").click()
    page.get_by_role("option", name="is not known").click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Cost is not known")).to_be_visible()
    expect(rows(page)).to_have_count(1)
    expect(cell(page, 0, "cost_usd")).to_have_text(UNKNOWN)


def test_a_cell_narrows_the_table_to_its_value_or_to_all_others(page: Page, long_list: str) -> None:
    """The menu of a cell adds a condition: only these, or not these."""
    page.goto(f"/requests?{only('model', long_list)}")
    cell(page, 0, "user_id").click(button="right")
    page.get_by_role("menuitem", name="Only where User is user-1", exact=True).click()
    expect(page.get_by_text("User is user-1")).to_be_visible()
    expect(cell(page, 1, "user_id")).to_have_text("user-1")
    page.go_back()
    cell(page, 0, "user_id").click(button="right")
    page.get_by_role("menuitem", name="Only where User is not user-1").click()
    expect(page.get_by_text("User is not user-1")).to_be_visible()
    expect(cell(page, 0, "user_id")).not_to_have_text("user-1")


def test_a_search_finds_words_and_marks_them(page: Page, told: str) -> None:
    """/ leads to the search; what is found is marked, in the table and in the conversation."""
    page.goto(f"/requests?{only('properties', 'hengill', 'region')}")
    expect(rows(page)).to_have_count(len(conversations.CONVERSATIONS))
    page.keyboard.press("/")
    page.keyboard.type('trace "station 7"')
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile("search="))
    expect(cell(page, 0, "messages").locator("mark").first).to_have_text("trace")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(sheet(page).locator("mark").first).to_be_visible()


def test_columns_are_chosen_moved_and_resized_and_stay(page: Page, told: str) -> None:
    """A column for a score and one for a property; order and width by keyboard; in the address, and after a reload."""
    page.goto(f"/requests?{only('properties', 'hengill', 'region')}")
    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Find a column").fill("hel")
    page.get_by_role("checkbox", name="helpfulness").click()
    page.get_by_label("Find a column").fill("region")
    page.get_by_role("checkbox", name="region").click()
    page.keyboard.press("Escape")
    expect(cell(page, 0, "score:helpfulness")).to_have_text("0.92")
    expect(cell(page, 0, "property:region")).to_have_text("hengill")

    page.get_by_role("columnheader", name="Cost").get_by_role("button").focus()
    page.keyboard.press("Alt+ArrowLeft")
    page.get_by_role("separator", name="Width of Model").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    width = page.get_by_role("separator", name="Width of Model")
    expect(width).to_have_attribute("aria-valuenow", "172")
    heads = grid(page).get_by_role("columnheader")
    assert heads.all_inner_texts()[5:7] == ["Cost", "Tokens"]

    # The browser keeps them, and an address that names none then names them.
    page.goto("/requests")
    expect(page).to_have_url(re.compile("columns="))
    expect(width).to_have_attribute("aria-valuenow", "172")
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("button", name="The usual columns").click()
    expect(page).not_to_have_url(re.compile("columns="))


def test_a_column_is_widened_by_dragging_its_edge(page: Page, told: str) -> None:
    """The edge of a title is dragged; a double click gives the column its usual width back."""
    page.goto("/requests")
    edge = page.get_by_role("separator", name="Width of Status")
    box = edge.bounding_box()
    assert box
    page.mouse.move(box["x"] + 4, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 104, box["y"] + 10, steps=4)
    page.mouse.up()
    expect(edge).to_have_attribute("aria-valuenow", "242")
    edge.dblclick()
    expect(edge).to_have_attribute("aria-valuenow", "142")


def test_the_table_is_sorted_by_the_server(page: Page, filled: Product, long_list: str) -> None:
    """Pressed once a title sorts from the largest, pressed again from the smallest; the address says so."""
    page.goto(f"/requests?{only('model', long_list)}")
    title = page.get_by_role("columnheader", name="Cost")
    title.get_by_role("button").click()
    expect(title).to_have_attribute("aria-sort", "descending")
    expect(cell(page, 0, "cost_usd")).to_have_text("$0.5")
    expect(page).to_have_url(re.compile("sort=-cost_usd"))
    title.get_by_role("button").click()
    expect(title).to_have_attribute("aria-sort", "ascending")
    expect(cell(page, 0, "cost_usd")).to_have_text("$0")


def test_new_calls_slide_in_or_wait(page: Page, filled: Product, growing_list: str) -> None:
    """Live, a call shows at the top within a moment; while one reads further down, it waits behind a button."""
    page.goto(f"/requests?{only('model', growing_list)}")
    expect(cell(page, 0, "messages")).to_contain_text(f"question {CALLS - 1}")
    page.keyboard.press("l")
    expect(page.get_by_role("button", name="Live", exact=True)).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(500)
    come(filled, growing_list, "at the top")
    expect(cell(page, 0, "messages")).to_contain_text("at the top")

    grid(page).evaluate("grid => { grid.scrollTop = 900; }")
    page.wait_for_timeout(300)
    come(filled, growing_list, "further down")
    come(filled, growing_list, "further still")
    page.get_by_role("button", name="2 new").click()
    expect(cell(page, 0, "messages")).to_contain_text("further still")
    expect(cell(page, 1, "messages")).to_contain_text("further down")
    expect(cell(page, 2, "messages")).to_contain_text("at the top")
    # A score from elsewhere shows on its row.
    (newest,) = filled.query({"request_response_rmt": {"model": {"equals": growing_list}}}, limit=1)
    filled.ask("POST", f"/v1/request/{quote(newest['request_id'], safe='')}/score", {"scores": {"live": 0.25}})
    expect(cell(page, 0, "scores")).to_contain_text("live0.25")
    page.keyboard.press("l")
    expect(page).not_to_have_url(re.compile("live"))


def come(product: Product, model: str, says: str) -> None:
    """A call that has just ended."""
    body = json.dumps({"messages": [{"role": "user", "content": says}]})
    record(product, [{"created_at": dt.datetime.now(dt.UTC).isoformat(), "model": model, "request_body": body}])


def test_the_chart_is_brushed_to_zoom(page: Page, long_list: str) -> None:
    """Drawn over with the mouse, a stretch of the chart becomes the window of the page."""
    page.goto(f"/requests?range=24h&{only('model', long_list)}")
    chart = page.get_by_role("img", name="Requests over time")
    box = chart.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.98, box["y"] + 30, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile("from=.*to=|to=.*from="))
    page.get_by_role("button", name="Show as a table").click()
    expect(page.get_by_role("table", name="Requests over time")).to_be_visible()


def test_the_detail_is_read_by_keyboard(page: Page, long_list: str) -> None:
    """The keys j and k move, Enter opens, they go on while it is open, Escape closes; the address follows."""
    page.goto(f"/requests?{only('model', long_list)}")
    expect(rows(page).first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(sheet(page)).to_contain_text(f"question {CALLS - 2}")
    page.keyboard.press("j")
    expect(sheet(page)).to_contain_text(f"question {CALLS - 3}")
    expect(page).to_have_url(re.compile(f"open={long_list}-{CALLS - 3}"))
    page.keyboard.press("k")
    page.keyboard.press("k")
    expect(sheet(page)).to_contain_text(f"question {CALLS - 1}")
    expect(page.get_by_role("button", name="Previous request (k)")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(sheet(page)).to_be_hidden()
    expect(page).not_to_have_url(re.compile("open="))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


@pytest.mark.parametrize("odd", ["a/b c?d#e%20", "日本語/ünï", "..%2F..", "123", '"quoted"', "x" * 255])
def test_any_id_has_a_page(page: Page, filled: Product, odd: str) -> None:
    """Ids with slashes, percent signs, digits alone and any script open beside the table and on a page of their own."""
    body = json.dumps({"messages": [{"role": "user", "content": f"I am {odd}"}]})
    record(filled, [{"request_id": odd, "created_at": dt.datetime.now(dt.UTC).isoformat(), "request_body": body}])
    page.goto(f"/requests?open={quote(json.dumps(odd), safe='')}")
    expect(sheet(page)).to_contain_text(f"I am {odd}")
    page.get_by_role("link", name="Open as a page").click()
    expect(page).to_have_url(re.compile(re.escape(f"/requests/{quote(odd, safe='')}"), re.IGNORECASE))
    expect(page.get_by_role("article").first).to_contain_text(f"I am {odd}")
    page.reload()
    expect(page.get_by_role("article").first).to_contain_text(f"I am {odd}")


def test_of_calls_under_one_id_the_one_that_was_pressed_is_read(page: Page, filled: Product) -> None:
    """A client may use an id again: each call has its own conversation, bodies and address."""
    name, now = new_id(), dt.datetime.now(dt.UTC)
    calls = [
        {
            "request_id": name,
            "created_at": (now - dt.timedelta(minutes=minutes)).isoformat(),
            "request_body": json.dumps({"messages": [{"role": "user", "content": f"{minutes} minutes ago"}]}),
        }
        for minutes in (5, 10)
    ]
    record(filled, calls)
    page.goto(f"/requests?{only('request_id', name)}")
    cell(page, 1, "messages").click()
    expect(sheet(page).get_by_role("article").first).to_contain_text("10 minutes ago")
    page.get_by_role("tab", name="Raw").click()
    page.get_by_role("button", name="Text").click()
    expect(sheet(page)).to_contain_text("10 minutes ago")
    page.reload()
    expect(sheet(page)).to_contain_text("10 minutes ago")


def _tools(detail: Locator) -> None:
    expect(detail.get_by_text("latest_quakes").first).to_be_visible()
    expect(detail.get_by_text('region: "Hengill"')).to_be_visible()
    expect(detail.locator("pre")).to_contain_text('stream = read("station-7.mseed")')
    expect(detail.get_by_text("412 ms to the first token")).to_be_visible()
    expect(detail.get_by_text("1.9 s streaming")).to_be_visible()
    detail.get_by_text("1 tool offered").click()
    expect(detail.get_by_text("The earthquakes that a region had lately.")).to_be_visible()


def _pictures(detail: Locator) -> None:
    expect(detail.get_by_role("img", name="Picture in the message")).to_have_js_property("naturalWidth", 160)
    expect(detail.get_by_role("link", name="Open", exact=True)).to_have_attribute(
        "href", "https://station.example/trace-7.png"
    )


def _thinking(detail: Locator) -> None:
    expect(detail.get_by_text("failed", exact=True)).to_be_visible()
    expect(detail.get_by_text("The tool failed. I should say so")).to_be_hidden()
    detail.get_by_text("Reasoning", exact=False).first.click()
    expect(detail.get_by_text("The tool failed. I should say so")).to_be_visible()
    expect(detail.get_by_text("1,200 for an hour")).to_be_visible()


def _refused(detail: Locator) -> None:
    expect(detail.get_by_text("Refused", exact=True)).to_be_visible()
    expect(detail.get_by_text("The caller went away before the end")).to_be_visible()


def _choices(detail: Locator) -> None:
    for name, place in (("Richter", 1), ("Mercalli", 2), ("Wood", 3)):
        article = detail.get_by_role("article").filter(has_text=f"choice {place} of 3")
        expect(article).to_contain_text(name)


def _json(detail: Locator) -> None:
    detail.get_by_role("button", name="place").click()
    expect(detail.get_by_text("lat: 64.08")).to_be_hidden()


def _failed(detail: Locator) -> None:
    expect(detail.get_by_text("rate_limit_exceeded")).to_be_visible()
    expect(detail.get_by_text("Rate limited")).to_be_visible()


def _long(detail: Locator) -> None:
    expect(detail.get_by_text("Turn 3: the drum writes on.")).to_be_hidden()
    detail.get_by_role("button", name="messages between").click()
    expect(detail.get_by_text("Turn 3: the drum writes on.")).to_be_visible()


def _scripts(detail: Locator) -> None:
    expect(detail.get_by_text("マグニチュード5.1でした。", exact=False)).to_be_visible()


SHOWN: dict[str, Callable[[Locator], None]] = {
    "tools": _tools,
    "pictures": _pictures,
    "thinking": _thinking,
    "refused": _refused,
    "choices": _choices,
    "json": _json,
    "failed": _failed,
    "long": _long,
    "scripts": _scripts,
}


@pytest.mark.parametrize("name", conversations.CONVERSATIONS)
def test_a_conversation_is_drawn_as_what_it_is(page: Page, told: str, name: str) -> None:
    """Tools, pictures, reasoning, refusals, choices, errors: each looks like itself, and nothing is fetched for it."""
    page.goto(f"/requests/{told}{name}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("article").first).to_be_visible()
    SHOWN[name](page.get_by_role("main"))


def test_the_bodies_are_unfolded_and_copied(page: Page, told: str) -> None:
    """Raw has both bodies, as a tree and as text, and copies them as they are."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/requests?open={told}tools&tab=raw")
    request = sheet(page).get_by_role("region", name="Request")
    expect(request.get_by_text('model: "gpt-4o"')).to_be_visible()
    request.get_by_role("button", name="messages").click()
    expect(request.get_by_role("button", name="role, content")).to_have_count(0)
    request.get_by_role("button", name="Copy the request").click()
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert copied == json.loads(conversations.CONVERSATIONS["tools"]()[0])
    page.get_by_role("button", name="Copy as curl").click()
    expect(page.get_by_text("The command is copied")).to_be_visible()
    command = page.evaluate("navigator.clipboard.readText()")
    assert "/v1/gateway/oai/v1/chat/completions" in command
    assert "Helicone-User-Id: ada" in command


@pytest.fixture
def fresh_call(filled: Product) -> str:
    """The id of a call that nobody has scored."""
    name = new_id()
    record(filled, [{"request_id": name, "created_at": dt.datetime.now(dt.UTC).isoformat(), "request_body": "{}"}])
    return name


def test_a_call_is_scored_by_keyboard_and_the_score_keeps_its_versions(
    page: Page, filled: Product, fresh_call: str
) -> None:
    """s, a name, a value, Enter; then changed with a reason, with both versions to be seen; then deleted."""
    filled.ask("PUT", "/v1/scores/definitions/grade", {"kind": "numeric", "minimum": 0, "maximum": 10, "strict": True})
    page.goto(f"/requests?{only('request_id', fresh_call)}&open={fresh_call}")
    expect(sheet(page).get_by_role("tab", name="Scores")).to_be_visible()
    page.keyboard.press("s")
    page.keyboard.type("grade")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Value, 0 to 10")).to_be_visible()
    page.get_by_label("Value, 0 to 10").fill("11")
    expect(page.get_by_text("From 0 to 10.")).to_be_visible()
    page.get_by_label("Value, 0 to 10").fill("7")
    page.get_by_label("Comment").fill("Quick and right.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Quick and right.")).to_be_visible()
    expect(cell(page, 0, "scores")).to_contain_text("grade7")
    (score,) = scores_of(filled, fresh_call)
    assert (score["value"], score["source"], score["author"]) == (7, "human", "bootstrap")

    page.get_by_role("button", name="Change grade, 7").click()
    page.get_by_label("Value, 0 to 10").fill("8.5")
    page.get_by_label("Why it is changed").fill("Read it again.")
    page.keyboard.press("Enter")
    expect(cell(page, 0, "scores")).to_contain_text("grade8.5")
    page.get_by_role("button", name="Show the versions of grade, 8.5").click()
    versions = page.get_by_role("list", name="Versions").get_by_role("listitem")
    expect(versions).to_have_count(2)
    expect(versions.first).to_contain_text("replaced 7")
    expect(versions.first).to_contain_text("Read it again.")

    page.get_by_role("button", name="Delete grade, 8.5").click()
    page.get_by_label("Why it is deleted").fill("Meant another.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not scored yet")).to_be_visible()
    expect(cell(page, 0, "scores")).to_have_text(UNKNOWN)
    assert scores_of(filled, fresh_call) == []


@pytest.mark.parametrize(
    ("definition", "fill", "value"),
    [
        ({"kind": "boolean"}, lambda form: form.get_by_role("button", name="Yes").click(), True),
        (
            {"kind": "categorical", "categories": ["good", "bad"]},
            lambda form: form.get_by_role("button", name="bad").click(),
            "bad",
        ),
        ({"kind": "text"}, lambda form: form.get_by_label("Text").fill("So it is."), "So it is."),
        (
            {"kind": "correction"},
            lambda form: form.get_by_label("What the answer should have been").fill("5.2"),
            "5.2",
        ),
    ],
)
def test_the_form_asks_for_what_the_definition_says(
    page: Page, filled: Product, fresh_call: str, definition: Any, fill: Callable[[Locator], None], value: Any
) -> None:
    """Yes or no, buttons for categories, a field for words: as the score is defined."""
    name = f"{definition['kind']}-{new_id()}"
    filled.ask("PUT", f"/v1/scores/definitions/{name}", definition)
    page.goto(f"/requests/{fresh_call}?tab=scores")
    page.get_by_role("button", name="Score s").click()
    form = page.get_by_role("form", name="Score this request")
    form.get_by_role("combobox", name="Score").fill(name)
    page.keyboard.press("Tab")
    fill(form)
    form.get_by_role("button", name="Save the score").click()
    expect(page.get_by_role("region", name=name)).to_be_visible()
    (score,) = scores_of(filled, fresh_call)
    assert (score["kind"], score["value"]) == (definition["kind"], value)


def test_thumbs_take_one_key_and_can_be_taken_back(page: Page, filled: Product, fresh_call: str) -> None:
    """+ is a thumb up in one's own name; pressed again it is taken back."""
    page.goto(f"/requests?{only('request_id', fresh_call)}&open={fresh_call}&tab=scores")
    expect(page.get_by_text("Not scored yet")).to_be_visible()
    page.keyboard.press("+")
    thumb = sheet(page).get_by_role("button", name="Thumbs up")
    expect(thumb).to_have_attribute("aria-pressed", "true")
    expect(cell(page, 0, "scores").get_by_role("img", name="thumbs up")).to_be_visible()
    thumb.click()
    expect(thumb).to_have_attribute("aria-pressed", "false")
    assert scores_of(filled, fresh_call) == []


def scores_of(product: Product, request_id: str) -> list[Any]:
    """The current scores of a request."""
    answer = product.ask("POST", "/v1/scores/query", {"target_ids": [request_id]})
    found: list[Any] = answer.json()["data"]["scores"]
    return found


def test_a_property_is_added_and_changed(page: Page, filled: Product, fresh_call: str) -> None:
    """What the caller forgot to say is said later; the call's own record stays what it was."""
    page.goto(f"/requests/{fresh_call}")
    facts = page.get_by_role("region", name="Properties")
    facts.get_by_role("button", name="Add a property").click()
    facts.get_by_role("combobox", name="Name of the property").fill("reviewed")
    facts.get_by_label("Value").fill("no")
    facts.get_by_role("button", name="Add", exact=True).click()
    expect(facts).to_contain_text("reviewedno")
    facts.get_by_role("button", name="Change reviewed").click()
    facts.get_by_label("Value of reviewed").fill("yes")
    page.keyboard.press("Enter")
    expect(facts).to_contain_text("reviewedyes")
    assert filled.read(fresh_call)["properties"]["reviewed"] == "yes"


def test_scores_wait_for_a_call_that_has_not_come(page: Page, filled: Product) -> None:
    """An id without a request says so, and shows the scores that were given to it."""
    name = new_id()
    filled.ask("POST", f"/v1/request/{name}/score", {"scores": {"early": 1}})
    page.goto(f"/requests/{name}")
    expect(page.get_by_text("No request has this id")).to_be_visible()
    expect(page.get_by_role("region", name="early")).to_be_visible()


@pytest.mark.parametrize("file", ["JSON lines", "CSV", "Parquet", "Arrow"])
def test_what_is_shown_is_exported(page: Page, long_list: str, file: str) -> None:
    """A file has the requests of the filter, the search and the time that are shown."""
    # As the page itself writes it: a text that could be read as JSON stands as JSON.
    words = quote(json.dumps("question 7*"))
    page.goto(f"/requests?{only('model', long_list)}&search={words}")
    expect(rows(page).first).to_be_visible()
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=file).click()
    path = download.value.path()
    if file == "JSON lines":
        found = [json.loads(line) for line in path.read_text().splitlines()]
        expected = [number for number in range(CALLS) if "7" in str(number)]
        assert sorted(int(row["request_id"].rpartition("-")[2]) for row in found) == expected
    assert path.stat().st_size > 0


def test_a_link_shows_what_its_sender_saw(page: Page, context: BrowserContext, told: str) -> None:
    """Filter, search, order, columns, time and the open request are all in the address."""
    columns = quote(json.dumps(["messages", ["latency_ms", 200], "property:region"]))
    page.goto(
        f"/requests?{only('properties', 'hengill', 'region')}&sort=latency_ms&search=station&range=24h"
        f"&columns={columns}&open={told}thinking&tab=scores"
    )
    expect(sheet(page).get_by_role("region", name="helpfulness")).to_be_visible()
    address = page.url
    other = context.new_page()
    other.goto(address)
    expect(sheet(other).get_by_role("region", name="helpfulness")).to_be_visible()
    expect(grid(other).get_by_role("columnheader")).to_have_count(3)
    expect(other.get_by_role("columnheader", name="Latency")).to_have_attribute("aria-sort", "ascending")
    assert other.url == address
    other.close()


def test_an_empty_answer_says_why(page: Page, filled: Product) -> None:
    """Nothing that meets a filter, and nothing in a time, are told apart, and each leads on."""
    page.goto(f"/requests?{only('model', 'no-such-model')}")
    expect(page.get_by_text("No request meets this")).to_be_visible()
    page.get_by_role("button", name="Clear filter and search").click()
    expect(rows(page).first).to_be_visible()
    page.goto("/requests?from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z")
    expect(page.get_by_text("No requests in this time")).to_be_visible()
    page.get_by_role("button", name="Show the newest there are").click()
    expect(rows(page).first).to_be_visible()


def test_what_the_server_refuses_is_told_in_its_words(page: Page) -> None:
    """A filter that means nothing, from a link that was cut, leaves the page standing."""
    page.goto(f"/requests?{only('weather', 'rain')}")
    expect(page.get_by_role("alert").first).to_contain_text("weather")
    expect(page.get_by_role("heading", name="Requests", level=1)).to_be_visible()


def test_a_narrow_screen_has_cards(page: Page, told: str) -> None:
    """On a phone a request is a card, opens over the whole screen, and nothing reaches beyond the edge."""
    page.set_viewport_size(NARROW)
    page.goto(f"/requests?{only('properties', 'hengill', 'region')}")
    rows(page).first.click()
    expect(sheet(page)).to_contain_text("How strong was the strongest quake")
    box = sheet(page).bounding_box()
    assert box
    assert box["width"] == NARROW["width"]
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    page.get_by_role("button", name="Close").click()
    expect(sheet(page)).to_be_hidden()
