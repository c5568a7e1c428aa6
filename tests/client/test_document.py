"""The page on the client, run as it stands."""

import pathlib
import re

from helicorder import Client
from helicorder.client.methods import Listed, Sent, Stepped, Streamed
from importer.harness import organisation
from product_server import Product

PAGE = (pathlib.Path(__file__).parents[2] / "docs" / "client.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_on_the_client_holds(product: Product, tmp_path: pathlib.Path) -> None:
    """Every block runs, one after another, and its assertions hold."""
    assert len(BLOCKS) >= 7
    names: dict[str, object] = {"BASE": product.base, "KEY": organisation(product), "FOLDER": tmp_path}
    for block in BLOCKS:
        exec(compile(block, "docs/client.md", "exec"), names)  # noqa: S102 -- the project's own page


def test_the_page_names_every_method() -> None:
    """Each method of the client stands in the page."""
    made = [name for name in dir(Client) if isinstance(getattr(Client, name), Sent | Stepped | Listed | Streamed)]
    assert [name for name in made if f"`{name}`" not in PAGE] == []
