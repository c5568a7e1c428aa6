"""The pictures in docs/pictures, made of the demo's data, and what the pages said when they were made."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from browser.conftest import NARROW, WIDE, settled, sign_in
from product_server import Product

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SAID = PICTURES / "said.json"
WRITE = os.environ.get("HELICORDER_TEST_PICTURES") == "write"
"""`make pictures` makes them anew; else pages are compared with what they said when the pictures were made."""
QUIET_TIMES = 6
OUTLINE = "h1, h2, h3, th, [role=columnheader], [role=tab], nav a"
"""What a page is made of, in words: none of it hangs on a number or a moment."""


def _first_row(page: Page) -> None:
    page.get_by_role("row").nth(1).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _first_session(page: Page) -> None:
    page.get_by_role("row").nth(1).get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/sessions/."))


class Shot(NamedTuple):
    """One picture: of which page, of what size and colours, after doing what there."""

    name: str
    path: str
    act: Callable[[Page], None] = lambda _: None
    size: ViewportSize = WIDE
    colours: Literal["light", "dark"] = "light"


SHOTS = [
    Shot("dashboard", "/dashboard"),
    Shot("dashboard-dark", "/dashboard", colours="dark"),
    Shot("requests", "/requests"),
    Shot("requests-narrow", "/requests", size=NARROW),
    Shot("request", "/requests", _first_row),
    Shot("sessions", "/sessions"),
    Shot("session", "/sessions", _first_session),
    Shot("scores", "/scores"),
    Shot("score", "/scores/helpfulness"),
    Shot("score-dark", "/scores/helpfulness", colours="dark"),
    Shot("compare", "/compare"),
    Shot("bisect", "/bisect"),
    Shot("judges", "/judges"),
    Shot("agreement", "/agreement"),
    Shot("operations", "/operations"),
    Shot("settings", "/settings"),
    Shot("welcome", "/welcome"),
]


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_a_picture_shows_what_its_page_says(browser: Browser, untouched: Product, shot: Shot) -> None:
    """Titles, columns and tabs of a page are those of its picture; `make pictures` makes both anew."""
    context = browser.new_context(
        base_url=untouched.base,
        viewport=shot.size,
        color_scheme=shot.colours,
        timezone_id="Europe/Berlin",
        locale="en-GB",
        reduced_motion="reduce",
    )
    sign_in(context, untouched)
    page = context.new_page()
    page.goto(shot.path)
    settled(page)
    shot.act(page)
    settled(page)
    if WRITE:
        keep(shot.name, last_word(page, []), page.screenshot(animations="disabled"))
    expected = json.loads(SAID.read_text())[shot.name]
    assert last_word(page, expected) == expected, "the page has changed: make pictures"
    assert size_of(PICTURES / f"{shot.name}.png") == shot.size
    context.close()


def last_word(page: Page, expected: list[str]) -> list[str]:
    """What a page says once it says what is expected, or nothing new for a while: parts of it come one by one."""
    said, quiet = outline(page.locator(OUTLINE)), 0
    while quiet < QUIET_TIMES and said != expected:
        page.wait_for_timeout(500)
        before, said = said, outline(page.locator(OUTLINE))
        quiet = quiet + 1 if said == before else 0
    return said


def outline(parts: Locator) -> list[str]:
    """What is visible of some parts of a page, once each, in order."""
    texts = (part.inner_text().strip().split("\n")[0] for part in parts.all() if part.is_visible())
    return list(dict.fromkeys(text for text in texts if text and not re.search(r"\d", text)))


def keep(name: str, said: list[str], picture: bytes) -> None:
    """Write a picture, and beside it what the page says."""
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / f"{name}.png").write_bytes(picture)
    known = json.loads(SAID.read_text()) if SAID.exists() else {}
    SAID.write_text(json.dumps({**known, name: said}, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def size_of(picture: Path) -> ViewportSize:
    """Width and height as a PNG's head has them."""
    head = picture.read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    return {"width": int.from_bytes(head[16:20]), "height": int.from_bytes(head[20:24])}
