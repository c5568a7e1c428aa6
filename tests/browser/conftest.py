"""Pages in a real Chromium, against the real server with the demo's data.

What a page does behind one's back fails its test: an error on the console, a violation of the page's policy, a request
to another host, a failed request.
"""

import asyncio
import contextlib
import os
import pathlib
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import aiohttp
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)
from playwright.sync_api import TimeoutError as StillBusy

from helicorder.demo.run import log_history, send
from product_server import Product, fake_provider

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
PATIENCE_MS = 10_000
QUIET_MS = 3_000
WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    here = pathlib.Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the machine has it."""
    if not CHROMIUM:
        pytest.fail("There is no Chromium on the PATH: on Debian, apt-get install chromium.")
    with sync_playwright() as playwright:
        # A root user, as in a container, has no sandbox of its own to give.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with all that the demo logs, sends and scores. Tests add to it; none takes away."""
    with with_demo_data(tmp_path_factory.mktemp("filled")) as product:
        yield product


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The same for those who count on the demo's calls and scores being all there are: nobody adds to them."""
    with with_demo_data(tmp_path_factory.mktemp("untouched")) as product:
        yield product


@contextlib.contextmanager
def with_demo_data(directory: pathlib.Path) -> Iterator[Product]:
    """A server of its own with the demo's data, before its fake provider."""
    with fake_provider() as provider:
        settings = dict.fromkeys(("provider_openai_url", "provider_anthropic_url"), provider)
        product = Product(directory / "data", **settings).start()
        try:
            # Playwright keeps a loop of its own running on this thread.
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(lambda: asyncio.run(_fill(product))).result()
            yield product
        finally:
            product.stop()


async def _fill(product: Product) -> None:
    async with aiohttp.ClientSession(product.base) as http:
        await log_history(http, product.key)
        await send(http, product.key)


class Watched:
    """What a page did that it must not do."""

    def __init__(self, page: Page, base: str) -> None:
        self.faults: list[str] = []
        self._base = urlsplit(base).netloc
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))
        page.on("request", self._on_request)
        page.on("dialog", self._on_dialog)

    def _on_console(self, message: ConsoleMessage) -> None:
        # A refusal that a test provokes is logged by the browser itself; what the page makes of it is what counts.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self._base:
            self.faults.append(f"asked another host: {request.url}")


@pytest.fixture
def context(browser: Browser, filled: Product) -> Iterator[BrowserContext]:
    """A browser of somebody who is signed in, in Berlin."""
    made = browser.new_context(
        base_url=filled.base, viewport=WIDE, timezone_id="Europe/Berlin", locale="en-GB", reduced_motion="reduce"
    )
    made.set_default_timeout(PATIENCE_MS)
    sign_in(made, filled)
    yield made
    made.close()


def sign_in(context: BrowserContext, product: Product) -> None:
    """Sign in with the product's key: the context holds the session's cookie from then on."""
    answer = context.request.post("/v1/auth/sign-in", data={"key": product.key})
    assert answer.ok, answer.text()


@pytest.fixture
def page(context: BrowserContext, filled: Product) -> Iterator[Page]:
    """A page that is watched: at the end it must have done nothing that it must not do."""
    opened = context.new_page()
    watched = Watched(opened, filled.base)
    yield opened
    assert watched.faults == []


def settled(page: Page) -> None:
    """Wait until the page has its title and asks for nothing more; a page that listens never stops asking."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    with contextlib.suppress(StillBusy):
        page.wait_for_load_state("networkidle", timeout=QUIET_MS)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
