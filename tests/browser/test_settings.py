"""The settings: keys and members are made, used and taken away, and whoever may not is offered nothing of it."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.accessibility import grave_violations
from browser.conftest import NARROW, WIDE
from helicorder.model.ids import new_id
from product_server import Product

expect.set_options(timeout=30_000)

SHOWN_ONCE = re.compile("It is shown this once")


def sign_in_as(page: Page, **who: str) -> None:
    """Begin another session in the browser of a page."""
    answer = page.context.request.post("/v1/auth/sign-in", data=who)
    assert answer.ok, answer.text()


def test_a_key_is_made_used_revoked_and_then_refused(page: Page, filled: Product) -> None:
    """The secret is shown once, works with its scopes and no others, and stops to work when it is revoked."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    name = f"gateway {new_id()}"
    page.goto("/settings?tab=keys")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="read", exact=True).click()
    page.get_by_role("button", name="Make the key").click()
    dialog = page.get_by_role("dialog", name="Your new key")
    expect(dialog).to_contain_text(SHOWN_ONCE)
    dialog.get_by_role("button", name="Copy the key").click()
    key = page.evaluate("navigator.clipboard.readText()")
    expect(dialog).to_contain_text(key)
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="I have it").click()
    expect(page.get_by_text(key)).to_have_count(0)
    assert filled.ask("GET", "/v1/organization", key=key).status == 200
    assert filled.ask("POST", "/v1/request/some/score", {"scores": {"x": 1}}, key=key).status == 403
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text(key[-4:])
    row.get_by_role("button", name=f"Revoke {name}").click()
    page.get_by_role("button", name="Revoke the key").click()
    expect(row).to_have_count(0)
    assert refused_within_a_second(filled, key)
    page.get_by_role("switch", name="Revoked, too").click()
    expect(row).to_contain_text("revoked")


def refused_within_a_second(product: Product, key: str) -> bool:
    """Whether a key stops to work as soon as it is promised to."""
    end = time.monotonic() + 1
    while time.monotonic() < end:
        if product.ask("GET", "/v1/organization", key=key).status == 401:
            return True
    return False


def test_a_member_is_added_signs_in_changes_the_password_and_is_removed(
    page: Page, browser: Browser, filled: Product
) -> None:
    """The password that was made opens the door, can be changed by whoever it is of, and opens nothing once removed."""
    name = f"ana-{new_id()}"
    page.goto("/settings?tab=members")
    page.get_by_role("button", name="Add a member").click()
    page.get_by_label("Name to sign in with").fill(name)
    page.get_by_role("button", name="Viewer").click()
    page.get_by_role("button", name="Add the member").click()
    dialog = page.get_by_role("dialog", name=f"The password of {name}")
    expect(dialog).to_contain_text(SHOWN_ONCE)
    password = dialog.locator("p").last.inner_text().strip()
    dialog.get_by_role("button", name="I have it").click()
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("Viewer")

    context = browser.new_context(base_url=filled.base)
    theirs = context.new_page()
    theirs.goto("/settings?tab=account")
    theirs.get_by_role("button", name="Name and password").click()
    theirs.get_by_label("Name", exact=True).fill(name)
    theirs.get_by_label("Password", exact=True).fill(password)
    theirs.keyboard.press("Enter")
    theirs.get_by_label("Password as it is").fill(password)
    theirs.get_by_label("New password", exact=True).fill("another long password")
    theirs.get_by_label("New password, once more").fill("another long password")
    theirs.get_by_role("button", name="Change the password").click()
    expect(theirs.get_by_text("Your password is changed")).to_be_visible()
    assert sign_in(filled, name, password) == 401
    assert sign_in(filled, name, "another long password") == 200

    row.get_by_role("button", name=f"Change {name}").click()
    page.get_by_role("menuitem", name="Remove from the organisation").click()
    page.get_by_role("button", name="Remove the member").click()
    expect(row).to_have_count(0)
    assert sign_in(filled, name, "another long password") == 401
    theirs.reload()
    expect(theirs.get_by_role("button", name="Name and password")).to_be_visible()
    context.close()


def sign_in(product: Product, name: str, password: str) -> int:
    """The status of an attempt to sign in."""
    return product.ask("POST", "/v1/auth/sign-in", {"name": name, "password": password}, key=None).status


def test_a_role_counts_at_once_and_a_reset_ends_the_old_password(page: Page, filled: Product) -> None:
    """A role that is chosen is kept; a password that is reset is typed or made, and the old one is over."""
    name, password = f"ben-{new_id()}", "a password of ben"
    body = {"name": name, "role": "viewer", "password": password}
    assert filled.ask("POST", "/v1/organization/members", body).status == 200
    page.goto("/settings?tab=members")
    row = page.get_by_role("row").filter(has_text=name)
    row.get_by_role("combobox", name=f"Role of {name}").click()
    page.get_by_role("option", name=re.compile("Member")).click()
    expect(page.get_by_text(f"{name} is a member now")).to_be_visible()
    assert role_of(filled, name) == "member"
    row.get_by_role("button", name=f"Change {name}").click()
    page.get_by_role("menuitem", name="Reset the password").click()
    page.get_by_role("switch", name="Make a password, shown once").click()
    page.get_by_label("Password", exact=True).fill("too short")
    expect(page.get_by_role("button", name="Reset the password")).to_be_disabled()
    page.get_by_label("Password", exact=True).fill("long enough for anybody")
    page.get_by_role("button", name="Reset the password").click()
    expect(page.get_by_text("The password is changed")).to_be_visible()
    assert sign_in(filled, name, password) == 401
    assert sign_in(filled, name, "long enough for anybody") == 200


def role_of(product: Product, name: str) -> Any:
    """The role of a member, as the API tells it."""
    members = product.ask("GET", "/v1/organization/members").json()["data"]
    return next(one["role"] for one in members if one["name"] == name)


def test_a_refusal_of_the_server_is_told_where_it_was_asked(page: Page, filled: Product) -> None:
    """A name that is taken is refused in the server's words, and the form stays."""
    name = f"carla-{new_id()}"
    assert filled.ask("POST", "/v1/organization/members", {"name": name}).status == 200
    page.goto("/settings?tab=members")
    page.get_by_role("button", name="Add a member").click()
    page.get_by_label("Name to sign in with").fill(name.upper())
    page.get_by_role("button", name="Add the member").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Name to sign in with")).to_have_value(name.upper())


def test_the_organisation_says_what_it_is_and_takes_another_name(page: Page, filled: Product) -> None:
    """Name, id and counts are the API's; a new name is in the sidebar at once."""
    name = f"org {new_id()}"
    assert filled.command("org", "create", name).returncode == 0
    key = filled.command("keys", "create", "boss", "--org", name, "--scopes", "admin").stdout.strip()
    sign_in_as(page, key=key)
    page.goto("/settings")
    told = filled.ask("GET", "/v1/organization", key=key).json()["data"]
    expect(page.get_by_text(told["id"])).to_be_visible()
    page.get_by_label("Name", exact=True).fill(f"{name} renamed")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("complementary").get_by_text(f"{name} renamed")).to_be_visible()
    assert filled.ask("GET", "/v1/organization", key=key).json()["data"]["name"] == f"{name} renamed"


def test_limits_are_set_after_a_warning_and_taken_away_again(page: Page, filled: Product) -> None:
    """What deletes is asked about first; what cannot be is refused in the API's words; a limit can be taken away."""
    name = f"kept {new_id()}"
    assert filled.command("org", "create", name).returncode == 0
    key = filled.command("keys", "create", "boss", "--org", name, "--scopes", "admin").stdout.strip()
    sign_in_as(page, key=key)
    page.goto("/settings?tab=retention")
    limit = page.get_by_role("switch")
    limit.nth(1).click()
    page.get_by_label("Days to keep bodies").fill("0")
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    page.get_by_label("Days to keep bodies").fill("30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alertdialog").or_(page.get_by_role("dialog"))).to_contain_text("Bodies: 30 days")
    page.get_by_role("button", name="Delete what is older").click()
    expect(page.get_by_text("It counts from the next look on")).to_be_visible()
    assert limits(filled, key) == {"calls_days": None, "bodies_days": 30, "scores_days": None}
    limit.nth(0).click()
    page.get_by_label("Days to keep calls").fill("7")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Delete what is older").click()
    expect(page.get_by_role("alert")).to_contain_text("bodies_days: 30 days are more than the 7 of calls_days")
    limit.nth(0).click()
    limit.nth(1).click()
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        page.get_by_role("button", name="Save").click()
    assert saved.value.ok
    expect(page.get_by_text("kept for ever")).to_have_count(3)
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    assert limits(filled, key) == {"calls_days": None, "bodies_days": None, "scores_days": None}


def limits(product: Product, key: str) -> Any:
    """How long an organisation keeps what it recorded, as the API tells it."""
    return product.ask("GET", "/v1/organization/retention", key=key).json()["data"]


@pytest.mark.parametrize("scopes", ["read", "read,write"])
def test_who_does_not_administer_sees_no_keys_and_no_members(page: Page, filled: Product, scopes: str) -> None:
    """Without the scope admin there are the organisation's facts and one's own account, and nothing to press."""
    key = filled.command("keys", "create", f"plain-{new_id()}", "--scopes", scopes).stdout.strip()
    sign_in_as(page, key=key)
    page.goto("/settings?tab=keys")
    expect(page.get_by_role("heading", name="Organisation")).to_be_visible()
    expect(page.get_by_role("tab")).to_have_text(["Organisation", "Retention", "Your account"])
    expect(page.get_by_role("main").get_by_role("button", name=re.compile("Rename|New key|Add"))).to_have_count(0)
    expect(page.get_by_role("link", name="Operations")).to_have_count(0)
    page.get_by_role("tab", name="Retention").click()
    expect(page.get_by_text("for ever")).to_have_count(3)
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    page.get_by_role("tab", name="Your account").click()
    expect(page.get_by_text("Change your password")).to_have_count(0)


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_settings_can_be_used_by_everybody(page: Page, filled: Product, viewport: Any, scheme: Any) -> None:
    """axe-core finds nothing serious, in light and dark, wide and narrow; and nothing is wider than the screen."""
    assert filled.ask("POST", "/v1/organization/members", {"name": f"dan-{new_id()}"}).status == 200
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(viewport)
    for tab in ("organization", "keys", "members", "retention", "account"):
        page.goto(f"/settings?tab={tab}")
        expect(page.get_by_role("tab", selected=True)).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert grave_violations(page) == [], tab
        assert page.evaluate("document.querySelector('main').scrollWidth <= window.innerWidth"), tab
    page.goto("/settings?tab=keys")
    page.get_by_role("button", name="New key").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert grave_violations(page) == []
