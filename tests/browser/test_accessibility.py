"""Every page can be read by everybody: in light and dark, on a desk and on a phone."""

import itertools
import re

import pytest
from playwright.sync_api import Page, expect

from browser.accessibility import grave_violations
from browser.conftest import NARROW, WIDE, settled

# The first answer of a fresh server loads what computes it.
expect.set_options(timeout=30_000)

ADDRESSES = {
    "dashboard": "/dashboard?range=14d&compare=true",
    "split": "/dashboard?range=14d&by=property:language",
    "sessions": "/sessions?range=14d",
    "session": "/sessions/session-history-1-17",
    "users": "/users?range=14d",
    "user": "/users/user-1?range=14d",
    "properties": "/properties?range=14d",
    "property": "/properties/language?range=14d",
    "models": "/models?range=14d&score=helpfulness",
    "requests": "/requests?range=14d",
    "welcome": "/welcome",
    "scores": "/scores?range=14d",
    "score": "/scores/helpfulness?range=14d",
    "compare": "/compare?range=14d",
    "bisect": "/bisect?range=14d",
    "judges": "/judges?range=14d",
    "agreement": "/agreement?range=14d",
    "definitions": "/definitions",
    "queues": "/queues",
    "settings": "/settings",
    "operations": "/operations",
    "nothing": "/dashboard?from=2020-01-01T00:00:00Z&to=2020-01-08T00:00:00Z",
}


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES.keys())
def test_a_page_can_be_read_by_everybody(page: Page, address: str) -> None:
    """Axe finds nothing serious, whatever the theme and the width, and nothing reaches beyond the edge of a phone."""
    for size, scheme in itertools.product((WIDE, NARROW), ("light", "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        page.goto(address)
        settled(page)
        expect(page.get_by_text("Loading", exact=True)).to_have_count(0)
        assert grave_violations(page) == [], (size, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def test_the_check_finds_what_is_wrong(page: Page) -> None:
    """A button without a name and grey on grey are found: the check is no formality."""
    page.goto("/users?range=14d")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.evaluate(
        """() => {
            const button = document.createElement("button");
            document.querySelector("main").prepend(button);
            const text = document.createElement("p");
            text.textContent = "hardly to be read";
            text.style.color = "#aaa";
            text.style.background = "#bbb";
            document.querySelector("main").prepend(text);
        }"""
    )
    found = " ".join(grave_violations(page))
    assert re.search("button-name.*color-contrast|color-contrast.*button-name", found)
