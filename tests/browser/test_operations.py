"""The page of whoever operates the installation: it says what the API says, now, and in words what to look at."""

import pathlib
import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.accessibility import grave_violations
from browser.conftest import NARROW, WIDE, sign_in
from product_server import Product

expect.set_options(timeout=30_000)


def told(product: Product) -> Any:
    """The state of the installation, as the API tells it."""
    return product.ask("GET", "/v1/operations").json()["data"]


def fact(page: Page, name: str) -> Any:
    """What stands beside a name."""
    return page.locator("dt", has_text=re.compile(f"^{re.escape(name)}$")).locator("xpath=following-sibling::dd").first


def test_numbers_are_the_apis(page: Page, filled: Product) -> None:
    """Versions, counters, sizes and processes are those that the API tells at the same time."""
    page.goto("/operations")
    expect(page.get_by_text("All is well")).to_be_visible()
    now = told(filled)
    expect(fact(page, "Helicorder")).to_have_text(now["version"])
    expect(fact(page, "Python")).to_have_text(now["python_version"])
    expect(fact(page, "Engine, embedded")).to_have_text(now["telemetry"]["version"])
    expect(fact(page, "Control (sqlite)")).to_have_text(f"schema {now['control']['schema_version']}")
    for name, field in (("Rows acknowledged", "committed"), ("Calls of the gateway", "offered")):
        expect(fact(page, name).locator("data")).to_have_attribute("value", str(now["ingest"][field]))
    rows = page.get_by_role("table", name="Processes").get_by_role("row")
    expect(rows).to_have_count(1 + len(now["processes"]))
    for process in now["processes"]:
        expect(rows.filter(has_text=process["name"])).to_contain_text(str(process["pid"]))


def test_the_page_follows_what_happens(page: Page, filled: Product) -> None:
    """A row that is acknowledged is counted within seconds, without a hand on the page."""
    page.goto("/operations")
    expect(page.get_by_text("All is well")).to_be_visible()
    before = told(filled)["ingest"]["committed"]
    scored = filled.ask("POST", "/v1/request/history-1/score", {"scores": {"operated": 1}})
    assert scored.status == 200
    assert told(filled)["ingest"]["committed"] > before
    now = str(told(filled)["ingest"]["committed"])
    expect(fact(page, "Rows acknowledged").locator("data")).to_have_attribute("value", now)


@pytest.fixture
def own(tmp_path: pathlib.Path) -> Iterator[Product]:
    """An installation that may be ill-treated."""
    product = Product(tmp_path / "data").start()
    yield product
    product.stop()


def test_an_engine_that_was_restarted_is_something_to_look_at(browser: Browser, own: Product) -> None:
    """After the engine has died and come back, the page says so in words, and counts the restart."""
    context = browser.new_context(base_url=own.base)
    sign_in(context, own)
    page = context.new_page()
    page.goto("/operations")
    expect(page.get_by_text("All is well")).to_be_visible()
    own.engine().send_signal(signal.SIGKILL)
    expect(page.get_by_text("Look at one thing")).to_be_visible()
    finding = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Engine"))
    expect(finding).to_contain_text("restarted once since the start")
    expect(finding).to_contain_text("look here")
    expect(fact(page, "Engine restarts")).to_have_text("1")
    context.close()


def test_a_server_that_is_gone_is_told(browser: Browser, own: Product) -> None:
    """When the server does not answer any more, the page says so, and that its numbers are old."""
    context = browser.new_context(base_url=own.base)
    sign_in(context, own)
    page = context.new_page()
    page.goto("/operations")
    expect(page.get_by_text("All is well")).to_be_visible()
    own.stop()
    expect(page.get_by_role("alert")).to_contain_text("did not answer")
    expect(page.get_by_text("not answering")).to_be_visible()
    context.close()


def test_only_an_admin_sees_it(page: Page, filled: Product) -> None:
    """Whoever may only read and write is told that it is not for them, and the API is not asked."""
    key = filled.command("keys", "create", "writer", "--scopes", "read,write").stdout.strip()
    assert page.context.request.post("/v1/auth/sign-in", data={"key": key}).ok
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/operations")
    expect(page.get_by_text("Only an admin sees this")).to_be_visible()
    assert not [url for url in asked if url.endswith("/v1/operations")]


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_operations_can_be_used_by_everybody(page: Page, viewport: Any, scheme: Any) -> None:
    """axe-core finds nothing serious, in light and dark, wide and narrow; and nothing is wider than the screen."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(viewport)
    page.goto("/operations")
    expect(page.get_by_text("All is well")).to_be_visible()
    assert grave_violations(page) == []
    assert page.evaluate("document.querySelector('main').scrollWidth <= window.innerWidth")
