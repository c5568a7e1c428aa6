"""The package's clients against the real server."""

from collections.abc import Iterator

import pytest

from client.harness import opened
from helicorder.client import Client
from product_server import Product


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which client."""
    which: str = request.param
    return which


@pytest.fixture
def client(product: Product, kind: str) -> Iterator[Client]:
    """A client of the running server, of either kind, used as a plain one."""
    with opened(kind, product.base, product.key) as made:
        yield made
