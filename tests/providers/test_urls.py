"""Providers by URL."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.providers.urls import provider_of

VECTORS = Path(__file__).parent / "vectors"
SAMPLES: list[dict[str, Any]] = json.loads((VECTORS / "provider_by_url.json").read_text())
PATTERNS: list[dict[str, Any]] = json.loads((VECTORS / "provider_patterns.json").read_text())

# BEDROCK has AWS's pattern and comes after it, so Helicone never says it. 192.168.50 is the fork's own network.
DIFFERENT = {"BEDROCK": "AWS"}


@pytest.mark.parametrize("case", SAMPLES, ids=lambda case: case["url"])
def test_helicones_samples(case: dict[str, Any]) -> None:
    """Helicone's sample URLs get Helicone's provider, or CUSTOM where it has none."""
    assert provider_of(case["url"]) == (case["provider"] or "CUSTOM")


@pytest.mark.parametrize("case", PATTERNS, ids=lambda case: case["url"])
def test_every_pattern_of_helicone(case: dict[str, Any]) -> None:
    """A URL of each of Helicone's 38 patterns gets its provider."""
    assert re.search(case["pattern"].strip("/").replace("\\/", "/"), case["url"])
    expected = "CUSTOM" if "192.168.50" in case["url"] else DIFFERENT.get(case["provider"], case["provider"])
    assert provider_of(case["url"]) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com.evil.example/v1",
        "https://api.openai.com@evil.example/v1",
        "https://evil.example/x.googleapis.com",
        "https://evilgoogleapis.com/v1",
        "http://api.openai.com/v1",
        "https://[::1",
        "https://",
        "",
        "\ud83d",
    ],
)
def test_only_the_host_counts(url: str) -> None:
    """A provider's name elsewhere than in the host of an https URL is nobody's."""
    assert provider_of(url) == "CUSTOM"


def test_spelling_of_a_host_does_not_matter() -> None:
    """Case, a port and a final dot do not hide a provider."""
    assert {
        provider_of(f"https://{host}/v1") for host in ("API.OpenAI.com", "api.openai.com:443", "api.openai.com.")
    } == {"OPENAI"}


@given(st.text())
def test_any_text_is_answered(url: str) -> None:
    """No text makes it raise."""
    assert provider_of(url)
