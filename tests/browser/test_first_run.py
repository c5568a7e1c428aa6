"""From nothing to a first score: the empty installation, a key, a call that is seen arriving, a judgement of it."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from openai import OpenAI
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.conftest import WIDE, Watched, sign_in
from product_server import Product, fake_provider

QUESTION = "Which instrument records earthquakes?"


@pytest.fixture
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product as it is on its first day."""
    with fake_provider() as provider:
        product = Product(tmp_path_factory.mktemp("empty") / "data", provider_openai_url=provider).start()
        yield product
        product.stop()


@pytest.fixture
def visitor(browser: Browser, empty: Product) -> Iterator[BrowserContext]:
    """A browser of somebody who has not signed in yet."""
    context = browser.new_context(base_url=empty.base, viewport=WIDE, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield context
    context.close()


def ask(base: str, key: str) -> None:
    """Send a call as the snippet says, with the real client."""
    client = OpenAI(
        api_key="sk-fake",
        base_url=f"{base}/v1/gateway/oai/v1",
        default_headers={"Helicone-Auth": f"Bearer {key}"},
    )
    client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": QUESTION}])


def test_the_first_run_leads_to_a_first_score(visitor: BrowserContext, empty: Product) -> None:
    """Sign in, see how to begin, make a key, send a call, see it arrive, score it by keyboard, find it in the table."""
    page = visitor.new_page()
    watched = Watched(page, empty.base)
    page.goto("/")
    page.get_by_label("API key", exact=True).fill(empty.key)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Welcome to Helicorder")).to_be_visible()
    expect(page.get_by_text("Listening for your call")).to_be_visible()
    page.get_by_role("button", name="Make a key").click()
    made = page.get_by_text(re.compile(r"^sk-helicone-[\w-]{20,}")).first.inner_text()
    assert made != empty.key
    snippet = page.get_by_role("tabpanel", name="Python").locator("pre").last.inner_text()
    assert f'base_url="{empty.base}/v1/gateway/oai/v1"' in snippet
    assert f"Bearer {made}" in snippet

    # Playwright's loop runs on this thread; the client goes to another.
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(ask, empty.base, made).result()
    expect(page.get_by_role("heading", name="Your call has arrived")).to_be_visible()
    expect(page.get_by_text(QUESTION, exact=True)).to_be_visible()

    page.get_by_role("link", name="Look at it").click()
    expect(page.get_by_role("dialog", name="Request")).to_be_visible()
    expect(page.get_by_role("dialog", name="Request").get_by_role("heading", name="gpt-4o-mini")).to_be_visible()
    page.keyboard.press("s")
    page.keyboard.type("helpfulness")
    page.keyboard.press("Tab")
    page.get_by_label("Value", exact=True).fill("0.9")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The score is saved.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Request")).to_be_hidden()
    row = page.get_by_role("grid", name="Requests").get_by_role("row").filter(has_text=QUESTION)
    expect(row).to_contain_text("helpfulness0.9")

    (judged,) = empty.query(limit=1)
    assert judged["scores"] == {"helpfulness": 0.9}
    assert watched.faults == []


def test_a_first_score_takes_one_click(visitor: BrowserContext, empty: Product) -> None:
    """On the page that shows a call arriving, a thumb is its first score, and a score from elsewhere shows at once."""
    sign_in(visitor, empty)
    page = visitor.new_page()
    watched = Watched(page, empty.base)
    page.goto("/welcome")
    expect(page.get_by_text("Listening for your call")).to_be_visible()
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(ask, empty.base, empty.key).result()
    page.get_by_role("button", name="Good").click()
    expect(page.get_by_text("Scored, and on disk:")).to_be_visible()
    (call,) = empty.query(limit=1)
    assert call["feedback_rating"] is True
    # The snippet below speaks of this very call.
    expect(page.locator("pre").last).to_contain_text(f"/v1/request/{call['request_id']}/score")
    empty.ask("POST", f"/v1/request/{call['request_id']}/score", {"scores": {"elsewhere": 1}})
    expect(page.get_by_text("elsewhere")).to_be_visible()
    assert watched.faults == []


@pytest.mark.parametrize(
    ("tab", "says"),
    [
        ("Anthropic", "from anthropic import Anthropic"),
        ("Node", "new OpenAI({"),
        ("curl", "curl -i "),
        ("LangChain", "ChatOpenAI("),
        ("Vercel AI SDK", "createOpenAI({"),
    ],
)
def test_every_client_has_a_snippet_to_copy(page: Page, filled: Product, tab: str, says: str) -> None:
    """Each tab has a snippet with this server's address, which the button copies as it stands."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/welcome")
    page.get_by_role("tab", name=tab).click()
    panel = page.get_by_role("tabpanel", name=tab)
    snippet = panel.locator("pre").last.inner_text()
    assert says in snippet
    assert filled.base in snippet
    panel.get_by_role("button", name="Copy").last.click()
    assert page.evaluate("navigator.clipboard.readText()").strip() == snippet.strip()


def test_who_may_not_make_keys_is_not_offered_it(page: Page, filled: Product) -> None:
    """Who signed in with a key that is no admin's sees the placeholder, and no button that would be refused."""
    made = filled.ask("POST", "/v1/api-keys", {"api_key_name": "plain", "key_permissions": "rw"}).json()
    page.context.request.post("/v1/auth/sign-in", data={"key": made["apiKey"]})
    page.goto("/welcome")
    expect(page.get_by_text("Only an admin can make one.")).to_be_visible()
    expect(page.get_by_role("button", name="Make a key")).to_be_hidden()
