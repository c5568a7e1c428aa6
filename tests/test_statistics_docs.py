"""The worked examples of docs/statistics, run."""

import pathlib
import re

import pytest

PAGES = sorted((pathlib.Path(__file__).parent.parent / "docs" / "statistics").glob("*.md"))
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_worked_example_gives_what_the_page_says(page: pathlib.Path) -> None:
    """Every page of the statistics has an example that asserts something, and it holds."""
    blocks = BLOCK.findall(page.read_text("utf-8"))
    assert any("assert" in block for block in blocks), "a page without a checked example"
    names: dict[str, object] = {"__name__": page.stem}
    for block in blocks:
        exec(compile(block, str(page), "exec"), names)  # noqa: S102 -- the project's own pages


def test_every_method_has_a_page() -> None:
    """There are pages at all."""
    assert PAGES
