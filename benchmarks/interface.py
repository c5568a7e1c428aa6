"""The pages with a million calls behind them: how soon something stands there, and how soon it answers a hand.

Method: a store is filled as by `scores.py`. The product is started on it and Chromium, without a screen, opens pages in
contexts of their own, so nothing is cached. *Paint* is the browser's first contentful paint and *shown* the moment the
page's own content stood there (the first row, the first number), both since the navigation began. *Filter* is from the
press of Add until the first row is one that the condition takes. *Keys* are the browser's own event timings of moving
through rows, which it rounds to 8 ms. *Scrolling* is the time between frames while the table is moved by 120 pixels a
frame. *First page* is what crossed the wire for scripts and styles, compressed. All in milliseconds.
"""

import argparse
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from _server import scratch
from _store import prepared
from browser.conftest import CHROMIUM, WIDE, sign_in
from product_server import Product
from scores import filled, p95

PAGES: dict[str, tuple[Literal["row", "img"], int]] = {
    "/requests?range=30d": ("row", 1),
    "/sessions?range=30d": ("row", 1),
    "/dashboard?range=30d": ("img", 0),
    "/scores/quality?range=30d": ("img", 0),
}
"""Which row or chart of a page says that its own content is there."""
REQUESTS = next(iter(PAGES))
MODEL = "claude-sonnet-4"
_PAINT = """() => new Promise(done => {
    const look = () => {
        const paint = performance.getEntriesByName('first-contentful-paint')[0];
        if (paint) done(paint.startTime); else requestAnimationFrame(look);
    };
    look();
})"""
_WEIGHT = """performance.getEntriesByType('resource').filter(one => /\\.(js|css)$/.test(one.name))
    .reduce((sum, one) => sum + one.encodedBodySize, 0)"""
_FILTER = """([model]) => new Promise(done => {
    const began = performance.now();
    const look = () => {
        const rows = [...document.querySelectorAll('[role=grid] [role=row]')].slice(1, 4);
        if (rows.length && rows.every(row => row.textContent.includes(model))) done(performance.now() - began);
        else requestAnimationFrame(look);
    };
    [...document.querySelectorAll('button')].find(one => one.textContent.trim() === 'Add').click();
    look();
})"""
_SCROLL = """() => new Promise(done => {
    const grid = document.querySelector('[role=grid]'), frames = [];
    let last = performance.now();
    const step = now => {
        frames.push(now - last);
        last = now;
        grid.scrollTop += 120;
        if (frames.length < 240) requestAnimationFrame(step); else done(frames.slice(1));
    };
    requestAnimationFrame(step);
})"""
_WATCH_KEYS = """() => {
    window.took = [];
    new PerformanceObserver(list => list.getEntries().forEach(one => one.name === 'keydown' && took.push(one.duration)))
        .observe({type: 'event', durationThreshold: 16});
}"""


def main() -> None:
    """Fill, open, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000, help="calls in the store")
    parser.add_argument("--times", type=int, default=10, help="how often each page is opened")
    parser.add_argument("--keep", type=Path, help="a directory to keep the store in, and to find it again")
    given, _ = parser.parse_known_args()
    if not CHROMIUM:
        print("skipped: there is no Chromium on the PATH")
        return
    with scratch() as (directory, stack):
        server = prepared((given.keep or directory) / f"{given.calls}", partial(filled, calls=given.calls))
        stack.callback(server.stop)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for path in PAGES:
                opened(browser, server, path, given.times)
            handled(browser, server, given.times)
            browser.close()


@contextmanager
def visitor(browser: Browser, server: Product) -> Iterator[BrowserContext]:
    """Somebody who is signed in and has nothing cached."""
    context = browser.new_context(base_url=server.base, viewport=WIDE, reduced_motion="reduce")
    sign_in(context, server)
    yield context
    context.close()


def content(page: Page, path: str) -> Locator:
    """What says that a page's own content is there."""
    role, number = PAGES[path]
    return page.get_by_role(role).nth(number)


def opened(browser: Browser, server: Product, path: str, times: int) -> None:
    """Paint and content of a page, and what its scripts weigh."""
    paint, shown, weight = [], [], 0
    for _ in range(times):
        with visitor(browser, server) as context:
            page = context.new_page()
            page.goto(path, wait_until="commit")
            content(page, path).wait_for()
            shown.append(float(page.evaluate("performance.now()")))
            paint.append(float(page.evaluate(_PAINT)))
            weight = int(page.evaluate(_WEIGHT))
    print(f"{path:28} paint {told(paint)}, shown {told(shown)}; scripts and styles {weight / 1024:.0f} KiB")


def handled(browser: Browser, server: Product, times: int) -> None:
    """Filter, keys and scrolling in the table of requests."""
    found: dict[str, list[float]] = {"filter": [], "keys": [], "frames": []}
    for _ in range(times):
        with visitor(browser, server) as context:
            page = context.new_page()
            page.goto(REQUESTS)
            content(page, REQUESTS).wait_for()
            found["frames"] += scrolled(page)
            found["keys"] += keyed(page)
            found["filter"].append(filtered(page))
    for name, values in found.items():
        print(f"{name:28} {told(values)}, longest {max(values):.0f}, of {len(values)}")


def scrolled(page: Page) -> list[float]:
    """Between frames, while the table moves."""
    frames: list[float] = page.evaluate(_SCROLL)
    return frames


def keyed(page: Page) -> list[float]:
    """Of twenty presses those that took 16 ms and more, others as 8."""
    page.evaluate(_WATCH_KEYS)
    for _ in range(20):
        page.keyboard.press("j")
        page.wait_for_timeout(50)
    took: list[Any] = page.evaluate("took")
    return [*map(float, took), *[8.0] * (20 - len(took))]


def filtered(page: Page) -> float:
    """From the press of Add until the table has what the condition takes."""
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.keyboard.type("mod")
    page.keyboard.press("Enter")
    page.get_by_role("option", name=MODEL).first.click()
    page.get_by_role("button", name="Add", exact=True).wait_for()
    took: float = page.evaluate(_FILTER, [MODEL])
    return took


def told(values: list[float]) -> str:
    """Median and 95th percentile."""
    return f"p50 {statistics.median(values):.0f}, p95 {p95(values):.0f}"


if __name__ == "__main__":
    main()
