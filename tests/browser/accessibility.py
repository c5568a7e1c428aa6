"""What axe-core finds wrong with a page, for those who read it by other means than most."""

import pathlib
from typing import Any

from playwright.sync_api import Page

_AXE = pathlib.Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE = ("serious", "critical")


def grave_violations(page: Page) -> list[str]:
    """The serious and critical violations of a page as it stands, each with the elements that it is about."""
    # Through the debugger: the page's own policy lets no foreign script in.
    page.evaluate(_AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{one['id']}: {one['help']}: " + "; ".join(node["html"][:200] for node in one["nodes"][:5])
        for one in found
        if one["impact"] in _GRAVE
    ]
