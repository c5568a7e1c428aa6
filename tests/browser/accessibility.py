"""What axe-core finds wrong with a page."""

import pathlib
from typing import Any

from playwright.sync_api import Page

_AXE = pathlib.Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE = ("serious", "critical")


def violations(page: Page) -> list[str]:
    """Serious and critical violations on a page as it stands, each with the first elements that it is about."""
    page.evaluate(_AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate("axe.run().then(done => done.violations)")
    return [
        f"{one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}" for one in found if one["impact"] in _GRAVE
    ]
