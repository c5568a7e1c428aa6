"""The frame around every page."""

import re

from playwright.sync_api import Page, expect


def test_the_palette_leads_anywhere_by_keyboard(page: Page) -> None:
    """Ctrl K, a few letters and Enter lead to a page."""
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Command").fill("request")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/requests"))


def test_the_theme_that_is_chosen_stays(page: Page) -> None:
    """A theme chosen in the palette holds after a reload."""
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Command").fill("dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_an_address_that_leads_nowhere_says_so(page: Page) -> None:
    """An unknown address shows a page that says so and leads on."""
    page.goto("/nowhere")
    expect(page.get_by_text("There is no page here")).to_be_visible()
