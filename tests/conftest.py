"""Fixtures of the whole product: a real server tree, a fake provider on loopback. Hypothesis without its stopwatch."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

from product_server import Product, fake_provider, free_port
from telemetry.door import guarded

# A busy machine is no failure. Whether a change passes does not hang on a draw: CI draws the same examples each time.
settings.register_profile("unhurried", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("unhurried")
gc.set_threshold(50_000, 20, 50)  # as the product has it: looking for cycles among a million objects takes minutes


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A promise about time is tested up to three times: the machine that tests is not the product's alone."""
    for item in items:
        if item.get_closest_marker("timed"):
            item.add_marker(pytest.mark.flaky(reruns=2))


def pytest_collection_finish() -> None:
    """What was imported stays: the collector need not look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def every_statement_keeps_to_its_tenant() -> Iterator[None]:
    """A statement that the product sends from a test's own process, and that reads another tenant's rows, fails it."""
    with guarded():
        yield


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
