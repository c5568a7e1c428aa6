"""The tour, walked through on the data that the demo makes."""

import asyncio
import pathlib
import re

import aiohttp
import pytest

from helicorder.demo.run import log_history, send
from product_server import Product, fake_provider

TOUR = (pathlib.Path(__file__).parents[2] / "docs" / "tour.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", TOUR, re.MULTILINE | re.DOTALL)


async def _filled(product: Product) -> None:
    async with aiohttp.ClientSession(product.base) as http:
        await log_history(http, product.key)
        await send(http, product.key)


@pytest.mark.timeout(300)
def test_the_tour_finds_what_it_says(tmp_path: pathlib.Path) -> None:
    """Every block of the tour runs as it stands, and its assertions hold."""
    assert len(BLOCKS) >= 4
    with fake_provider() as provider:
        settings = dict.fromkeys(("provider_openai_url", "provider_anthropic_url"), provider)
        product = Product(tmp_path / "data", **settings).start()
        try:
            asyncio.run(_filled(product))
            names: dict[str, object] = {"BASE": product.base, "KEY": product.key}
            for block in BLOCKS:
                exec(compile(block, "docs/tour.md", "exec"), names)  # noqa: S102 -- the project's own page
        finally:
            product.stop()
