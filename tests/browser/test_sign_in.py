"""The way in and out."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from product_server import Product


@pytest.fixture
def context(browser: Browser, filled: Product) -> BrowserContext:
    """A browser of somebody who is not signed in."""
    return browser.new_context(base_url=filled.base)


def test_a_key_opens_the_page_that_was_asked_for(page: Page, filled: Product) -> None:
    """Whoever is not signed in is asked to, and then sees the page they came for; no script can read the session."""
    page.goto("/requests?range=1h")
    page.get_by_label("API key", exact=True).fill(filled.key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Requests", level=1)).to_be_visible()
    expect(page).to_have_url(f"{filled.base}/requests?range=1h")
    assert page.evaluate("document.cookie") == ""
    page.reload()
    expect(page.get_by_role("heading", name="Requests", level=1)).to_be_visible()


def test_a_wrong_key_is_refused_in_words(page: Page) -> None:
    """A wrong key leaves one where one is, with a sentence."""
    page.goto("/")
    page.get_by_label("API key", exact=True).fill("sk-helicone-wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("API key", exact=True)).to_be_visible()


def test_signing_out_ends_the_session(page: Page, filled: Product) -> None:
    """After signing out, the page asks to sign in again, also after a reload."""
    page.goto("/")
    page.get_by_label("API key", exact=True).fill(filled.key)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="default").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_label("API key", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_label("API key", exact=True)).to_be_visible()


def test_a_name_and_a_password_open_it_too(page: Page, filled: Product) -> None:
    """A member signs in with name and password."""
    made = filled.command("members", "create", "ada", "--role", "admin")
    password = made.stdout.strip().split()[-1]
    page.goto("/")
    page.get_by_role("button", name="Name and password").click()
    page.get_by_label("Name", exact=True).fill("ada")
    page.get_by_label("Password", exact=True).fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Requests")).to_be_visible()
