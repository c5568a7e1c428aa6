"""Sessions: found in a list that goes on to its end, and read as a tree whose places add up."""

import datetime as dt
import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.readings import GAP, answer, asked
from helicorder.model.ids import new_id
from product_server import Product

# The first answer of a fresh server loads what computes it.
expect.set_options(timeout=30_000)

LIST = "/v1/sessions/query"


@pytest.fixture(scope="module")
def trip(filled: Product) -> str:
    """The id of a session: a plan with two searches below it, of which one failed, then an answer that was scored."""
    session, start = f"trip-{new_id()}", dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)

    def call(name: str, path: str, at: float, took: int, **more: Any) -> dict[str, Any]:
        began = start + dt.timedelta(seconds=at)
        ended = began + dt.timedelta(milliseconds=took)
        made = {"request_id": f"{session}-{name}", "created_at": began.isoformat(), "response_at": ended.isoformat()}
        of = {"session_id": session, "session_name": "trips", "session_path": path, "model": "gpt-4o"}
        question = {"messages": [{"role": "user", "content": f"the {name}"}]}
        return made | of | {"request_body": json.dumps(question), "latency_ms": took} | more

    calls = [
        call("plan", "/plan", 0, 1000, cost_usd="0.5"),
        call("first", "/plan/search", 1, 400),
        call("second", "/plan/search", 2, 600, status=500),
        call("answer", "/answer", 3, 2000, cost_usd="0.25"),
    ]
    assert filled.ask("POST", "/v1/calls/batch", {"calls": calls}).json()["data"]["stored"] == len(calls)
    scores = [
        {"request_id": f"{session}-{name}", "name": "useful", "value": value, "source": "human", "author": "ana"}
        for name, value in (("plan", 0.25), ("answer", 0.75))
    ]
    assert filled.ask("POST", "/v1/scores/batch", {"scores": scores}).json()["data"]["stored"] == len(scores)
    return session


def table(page: Page) -> Locator:
    """The list."""
    return page.get_by_role("table", name="Sessions")


def listed(page: Page) -> Locator:
    """The rows that are drawn."""
    return table(page).locator("[data-body]")


def tree(page: Page) -> Locator:
    """The tree of a session."""
    return page.get_by_role("treegrid", name="Calls by path")


def texts(page: Page) -> list[list[str]]:
    """The rows of the tree as they are read: name, score, cost, duration."""
    found: list[list[str]] = (
        tree(page)
        .locator("[data-body]")
        .evaluate_all(
            """rows => rows.map(row =>
                [...row.querySelectorAll('[role=gridcell]')].slice(0, -1).map(cell =>
                    cell.innerText.replace(/\\s+/g, ' ').trim()))"""
        )
    )
    return found


def test_the_list_says_what_the_api_says_in_any_order(page: Page, filled: Product) -> None:
    """Rows and count are the API's; a head that is pressed asks for another order, and the list begins anew."""
    body = asked(page, LIST, lambda: page.goto("/sessions?range=14d"))
    for key in (None, "Cost", "Calls"):
        if key is not None:
            body = asked(page, LIST, table(page).get_by_role("button", name=key).click)
        found = answer(filled, LIST, body)
        expect(page.get_by_text(re.compile(rf"^{found['count']:,} sessions?$"))).to_be_visible()
        for place, session in enumerate(found["sessions"][:8]):
            row = listed(page).nth(place)
            expect(row).to_contain_text(session["session_id"])
            cells = row.get_by_role("cell")
            expect(cells.nth(5)).to_have_text(f"{session['n']:,}")
            if session["cost"]["n"] == 0:
                expect(cells.nth(7)).to_have_text(GAP)


def test_scrolling_reaches_the_last_session(page: Page, filled: Product) -> None:
    """The list goes on page by page to its end: every session is in it once, and little of it is drawn at a time."""
    body = asked(page, LIST, lambda: page.goto("/sessions?range=14d&sort=started"))
    ids: list[str] = []
    cursor = None
    while True:
        found = answer(filled, LIST, body | {"cursor": cursor, "limit": 200})
        ids += [session["session_id"] for session in found["sessions"]]
        cursor = found["cursor"]
        if cursor is None:
            break
    assert len(set(ids)) == len(ids) > 200
    expect(listed(page).first).to_contain_text(ids[0])
    last = listed(page).filter(has=page.get_by_text(ids[-1], exact=True))
    for _ in range(60):
        table(page).evaluate("table => { table.scrollTop = table.scrollHeight; }")
        assert listed(page).count() < 80
        if last.count():
            break
        page.wait_for_timeout(100)
    expect(last).to_be_visible()
    expect(last).to_have_attribute("aria-rowindex", str(len(ids) + 1))


def test_a_filter_takes_whole_sessions(page: Page, filled: Product, trip: str) -> None:
    """A filter on calls takes the sessions that have one, whole; words find ids and names."""
    condition = quote(json.dumps({"match": "all", "conditions": [FAILED]}))
    body = asked(page, LIST, lambda: page.goto(f"/sessions?range=14d&filter={condition}"))
    found = answer(filled, LIST, body)
    expect(page.get_by_text(re.compile(rf"^{found['count']:,} sessions?$"))).to_be_visible()
    row = listed(page).filter(has_text=trip)
    expect(row.get_by_role("cell").nth(5)).to_have_text("4")
    page.get_by_role("textbox", name="Search by id, name or tag").fill(trip[-12:])
    expect(page.get_by_text(re.compile("^1 session$"))).to_be_visible()
    page.get_by_role("textbox", name="Search by id, name or tag").fill("no-such-session")
    expect(page.get_by_text("No session is like that")).to_be_visible()


FAILED = {"field": "error", "operator": "equals", "value": "yes"}


def test_a_place_adds_up_what_stands_in_it_and_below(page: Page, trip: str) -> None:
    """Calls, failures, cost, duration and scores are rolled up from calls to places to the session."""
    page.goto(f"/sessions/{trip}")
    expect(tree(page)).to_be_visible()
    assert texts(page) == [
        ["Session 4 1", "0.5 n 2", "$0.75", "5 s"],
        ["plan 3 1", "0.25 n 1", "$0.5", "2.6 s"],
        ["plan gpt-4o", "0.25", "$0.5", "1 s"],
        ["search 2 1", "", GAP, "1.6 s"],
        ["search gpt-4o", "", GAP, "400 ms"],
        ["500 search gpt-4o", "", GAP, "600 ms"],
        ["answer gpt-4o", "0.75", "$0.25", "2 s"],
    ]


def test_bars_stand_where_calls_ran(page: Page, trip: str) -> None:
    """On the axis of time each bar begins and ends where its call did."""
    page.goto(f"/sessions/{trip}?idle=true")
    rows = tree(page).locator("[data-body]")
    expect(rows).to_have_count(7)
    ends: list[list[float]] = rows.evaluate_all(
        """rows => rows.map(row => {
            const lane = row.lastElementChild.firstElementChild;
            const [whole, bar] = [lane, lane.firstElementChild].map(part => part.getBoundingClientRect());
            return [bar.left, bar.right].map(end => (end - whole.left) / whole.width);
        })"""
    )
    seconds = [(0, 5), (0, 2.6), (0, 1), (1, 2.6), (1, 1.4), (2, 2.6), (3, 5)]
    assert ends == [[pytest.approx(end / 5, abs=0.01) for end in one] for one in seconds]


def test_a_call_of_the_tree_opens_its_request(page: Page, trip: str) -> None:
    """A call that is pressed shows what was said beside the tree, and leads to its request."""
    page.goto(f"/sessions/{trip}")
    tree(page).locator("[data-body]").filter(has_text="answer").click()
    beside = page.get_by_role("complementary", name="What is selected")
    expect(beside.get_by_role("article").first).to_contain_text("the answer")
    beside.get_by_role("link", name="Open the request as a page").click()
    expect(page).to_have_url(re.compile(f"/requests/{trip}-answer"))
    expect(page.get_by_role("article").first).to_contain_text("the answer")


def test_the_tree_is_walked_by_key(page: Page, trip: str) -> None:
    """Arrows go up and down and fold; what is selected stands in the address and beside."""
    page.goto(f"/sessions/{trip}")
    tree(page).focus()
    rows = tree(page).locator("[data-body]")
    expect(rows).to_have_count(7)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("heading", name="/plan")).to_be_visible()
    expect(page.get_by_role("region", name="Rolled up")).to_contain_text("$0.5, of 2 not known")
    page.keyboard.press("ArrowLeft")
    expect(rows).to_have_count(3)
    page.keyboard.press("ArrowRight")
    expect(rows).to_have_count(7)
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile(f"call={trip}-answer"))
    page.reload()
    expect(tree(page).locator('[aria-selected="true"]')).to_contain_text("answer")


def test_a_session_is_rated_and_tagged(page: Page, filled: Product, trip: str) -> None:
    """Thumbs and a tag are said of the session as a whole, and are there in the list."""
    page.goto(f"/sessions/{trip}")
    page.get_by_role("button", name="Thumbs up").click()
    expect(page.get_by_role("button", name="Thumbs up")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_label("Tag", exact=True).last.fill("worth reading")
    page.keyboard.press("Enter")
    expect(page.get_by_role("banner").or_(page.locator("header")).get_by_text("worth reading").first).to_be_visible()
    found = answer(filled, LIST, {"search": trip})["sessions"]
    assert [(one["feedback"], one["tag"]) for one in found] == [(True, "worth reading")]
    page.goto("/sessions?range=24h&search=worth")
    expect(listed(page)).to_have_count(1)
    expect(listed(page).first.get_by_role("img", name="thumbs up")).to_be_visible()


def test_an_unknown_session_says_so(page: Page) -> None:
    """An id that no call has is no session, and leads back to the list."""
    page.goto(f"/sessions/{new_id()}")
    expect(page.get_by_text("No session has this id")).to_be_visible()
    page.get_by_role("link", name="All sessions").click()
    expect(page).to_have_url(re.compile(r"/sessions(\?|$)"))
