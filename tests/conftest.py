"""Fixtures of the whole product: a real server tree, a fake provider on loopback. Hypothesis without its stopwatch."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

from product_server import Product, fake_provider, free_port

settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def provider_url() -> Iterator[str]:
    """The base URL of a fake OpenAI and Anthropic provider."""
    with fake_provider() as url:
        yield url


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory, provider_url: str) -> Iterator[Product]:
    """A running server that the tests share; each test keeps to request ids of its own."""
    started = Product(
        tmp_path_factory.mktemp("product") / "data",
        provider_openai_url=provider_url,
        provider_anthropic_url=provider_url,
        allow_private_upstreams="true",
    ).start()
    yield started
    assert started.stop() == 0, started.log()


@pytest.fixture
def fresh_product(tmp_path: Path, provider_url: str) -> Iterator[Product]:
    """A server of the test's own, not started, to be killed and started at will."""
    made = Product(tmp_path / "data", provider_openai_url=provider_url, provider_anthropic_url=provider_url)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.kill()


@pytest.fixture
def unused_port() -> int:
    """A loopback port that nobody listens on."""
    return free_port()
