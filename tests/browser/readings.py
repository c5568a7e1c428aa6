"""What a page asks, what the API answers to the same question, and what the page then shows."""

import math
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, Request, expect

from product_server import Product

GAP = "\N{EN DASH}"


def asked(page: Page, path: str, act: Callable[[], object], having: str = "") -> Any:
    """The body of the question that a page asks of a route while something is done; of several, that with a text."""
    with page.expect_request(lambda one: one.url.endswith(path) and having in (one.post_data or "")) as found:
        act()
    request: Request = found.value
    return request.post_data_json


def answer(product: Product, path: str, body: Any) -> Any:
    """The API's answer to the same question."""
    found = product.ask("POST", path, body)
    assert found.status == 200, found.body
    return found.json()["data"]


def numbers(table: Locator) -> list[list[float | None]]:
    """Every number of a table, whole, row by row; a gap is None, and other text is left out."""
    expect(table).to_be_visible()
    rows: list[list[str]] = table.locator("tbody tr").evaluate_all(
        """rows => rows.map(row => [...row.cells].map(
            cell => cell.querySelector('data')?.value ?? cell.innerText.split("\\n")[0]
        ))"""
    )
    return [[None if text == GAP else float(text) for text in row if text == GAP or _is_number(text)] for row in rows]


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def told_n(cell: Locator) -> int | None:
    """The n that a cell says, if it says one."""
    found = re.search(r"\bn ([\d,]+)", cell.inner_text())
    return int(found[1].replace(",", "")) if found else None


def panel(page: Page, title: str) -> Locator:
    """The panel under a title."""
    return page.locator("section", has=page.get_by_role("heading", name=title, exact=True)).first


def as_table(page: Page, title: str) -> Locator:
    """The numbers behind a panel's figure."""
    section = panel(page, title)
    section.get_by_role("button", name="Show as a table").click()
    return section.get_by_role("table").first


def brush(page: Page, picture: str, start: float, end: float) -> None:
    """Draw over a stretch of a chart, from one share of its width to another."""
    box = page.get_by_role("img", name=picture).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * start, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * end, box["y"] + 70, steps=5)
    page.mouse.up()
