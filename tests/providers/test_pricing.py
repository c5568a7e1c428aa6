"""Cost, against Helicone's and against genai-prices itself."""

import datetime as dt
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import genai_prices
import pytest
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo
from hypothesis import given
from hypothesis import strategies as st

from helicorder.model.call import Usage
from helicorder.providers import pricing
from helicorder.providers.pricing import cost

AT = dt.datetime(2026, 7, 30, 12, tzinfo=dt.UTC)
VECTORS = Path(__file__).parent / "vectors"


def vectors(name: str) -> list[dict[str, Any]]:
    """The cases of one vector file."""
    cases: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_text())
    return cases


def usage_of(counted: dict[str, Any]) -> Usage:
    """Helicone's ModelUsage as ours."""
    audio, cache = counted.get("audio", {}), counted.get("cacheDetails", {})
    return Usage(
        prompt=counted["input"] + audio.get("input", 0),
        completion=counted["output"] + audio.get("output", 0),
        cache_read=cache.get("cachedInput"),
        cache_write=cache.get("write5m", 0) + cache.get("write1h", 0),
        prompt_audio=audio.get("input"),
        completion_audio=audio.get("output"),
        cache_write_1h=cache.get("write1h"),
    )


def why_different(provider: str, model: str, counted: dict[str, Any]) -> str | None:  # noqa: PLR0911 -- a table
    """The class of a known difference from Helicone's cost, or None where the two must agree."""
    written = bool({"cacheDetails", "promptCacheWriteTokens"} & counted.keys())
    large = counted.get("input", 0) >= 200_000
    if "web_search" in counted or "image" in counted:
        return "searches and image tokens are not in our usage"
    if provider.lower() == "perplexity":
        return "the fee per request is another in genai-prices (its dearest search size)"
    if (provider, model) in {
        ("anthropic", "claude-sonnet-4-20250514"),
        ("xai", "grok-4"),
        ("openai", "gpt-5.4"),
    } and large:
        return "the two price lists disagree on the tier for long prompts"
    if provider == "bedrock":
        return "genai-prices has Bedrock's regional price, ten per cent above the global one"
    if provider == "vertex" and written:
        return "Helicone prices one-hour cache writes as five-minute ones, or cached tokens by another tier, on Vertex"
    if provider in ("google-ai-studio", "GOOGLE") and written:
        return "Helicone adds Gemini's storage price to cache writes; genai-prices takes them as prompt tokens"
    if provider == "azure" and written:
        return "cached tokens: a tenth of the price in one list, rounded in the other"
    if model in DIFFERENT_PRICES:
        return DIFFERENT_PRICES[model]
    return None


DIFFERENT_PRICES = {
    "gpt-3.5-turbo": "Helicone has the price of 2023",
    "gemini-1.5-flash": "Helicone has the price of before October 2024",
    "mistral-large": "Helicone's price is a thousand times too high",
    "mistral-large-latest": "Helicone's price is a thousand times too high",
    "meta.llama3-8b-instruct-v1%3A0": "Helicone's completion price is a thousand times too high",
    "deepseek-chat": "price of the time in one list, of another time in the other",
    "openai/gpt-oss-120b": "a later price in genai-prices",
    "gpt-4o-mini": "Azure's regional price in Helicone's list, the global one in genai-prices",
    "claude-3-haiku-20240307": "cache reads at 0.03 against 0.025 USD per million",
    "text-embedding-3-small": "an embedding with completion tokens has no price for them",
}


def close(ours: Decimal | None, helicones: float | None) -> bool:
    """Whether both are unknown or the same up to the rounding of doubles."""
    if ours is None or helicones is None:
        return ours is None and helicones is None
    return abs(float(ours) - helicones) <= 1e-12


@pytest.mark.parametrize(
    "case",
    vectors("cost_calculation") + vectors("cost_registry"),
    ids=lambda case: f"{case['provider']} {case['model']}",
)
def test_cost_is_helicones_where_the_price_is(case: dict[str, Any]) -> None:
    """The cost of a usage is what Helicone's registry makes it, except in the classes of difference named here."""
    ours = cost(case["provider"], case["model"], usage_of(case["usage"]), AT)
    assert close(ours, case["usd"]) or why_different(case["provider"], case["model"], case["usage"])


@pytest.mark.parametrize("case", vectors("cost_legacy"), ids=lambda case: f"{case['provider']} {case['model']}")
def test_cost_is_that_of_helicones_older_list_where_the_price_is(case: dict[str, Any]) -> None:
    """The cost of a proxied call is what Helicone's older list makes it, save where its price is wrong or old."""
    usage = Usage(
        case["promptTokens"],
        case["completionTokens"],
        case.get("promptCacheReadTokens"),
        case.get("promptCacheWriteTokens"),
    )
    ours = cost(case["provider"], case["model"], usage, AT)
    assert close(ours, case["usd"]) or why_different(case["provider"], case["model"], case)


def test_most_of_the_vectors_agree() -> None:
    """The excuses stay exceptions: three quarters of Helicone's registry sample are equal to the last digit."""
    cases = vectors("cost_registry")
    equal = [close(cost(c["provider"], c["model"], usage_of(c["usage"]), AT), c["usd"]) for c in cases]
    assert sum(equal) >= 0.75 * len(cases)


def test_cached_tokens_are_priced_once() -> None:
    """Of 106 prompt tokens with 100 cached, 6 cost the prompt price and 100 the cached price."""
    usage = Usage(prompt=6, completion=11, cache_read=100)
    expected = (6 * Decimal("0.15") + 100 * Decimal("0.075") + 11 * Decimal("0.6")) / 1_000_000
    assert cost("OPENAI", "gpt-4o-mini", usage, AT) == expected


def test_cache_writes_cost_by_how_long_they_are_kept() -> None:
    """A one-hour cache write costs twice the prompt price, a five-minute one a quarter more, each token once."""
    usage = Usage(prompt=0, completion=0, cache_write=1000, cache_write_1h=400)
    assert cost("ANTHROPIC", "claude-sonnet-4-5", usage, AT) == (600 * Decimal("3.75") + 400 * Decimal(6)) / 1_000_000


def test_reasoning_costs_as_completion() -> None:
    """Reasoning tokens, which completion excludes, cost what completion tokens do."""
    apart = cost("OPENAI", "o3", Usage(prompt=10, completion=20, reasoning=30), AT)
    assert apart == cost("OPENAI", "o3", Usage(prompt=10, completion=50), AT) != None  # noqa: E711 -- chained


@pytest.mark.parametrize(
    ("provider", "model", "usage"),
    [
        ("OPENAI", "gpt-4o", Usage()),
        ("OPENAI", "gpt-4o", Usage(prompt=5)),
        ("OPENAI", "gpt-4o", Usage(completion=5)),
        ("OPENAI", "my-own-model", Usage(prompt=5, completion=5)),
        ("OPENAI", "", Usage(prompt=5, completion=5)),
        ("OPENAI", "gpt-4o" * 1000, Usage(prompt=5, completion=5)),
        ("CUSTOM", "deepseek-r1:7b", Usage(prompt=5, completion=5)),
        ("CUSTOM", "gpt-oss-20b", Usage(prompt=5, completion=5)),
        ("CUSTOM", "llama3", Usage(prompt=5, completion=5)),
        ("OPENAI", "text-embedding-3-small", Usage(prompt=5, completion=5)),
        ("OPENAI", "whisper-1", Usage(prompt=5, completion=5)),
    ],
)
def test_an_unknown_cost_is_none(provider: str, model: str, usage: Usage) -> None:
    """Where usage, model or a price that is needed is unknown, the cost is None and not 0."""
    assert cost(provider, model, usage, AT) is None


@pytest.mark.parametrize("model", ["gpt-4o-mini", "claude-sonnet-4-5", "gemini-2.5-flash", "grok-3"])
def test_a_closed_model_has_its_makers_price_behind_any_host(model: str) -> None:
    """A model that only its maker serves is priced behind an unknown host too, such as a company's own gateway."""
    usage = Usage(prompt=1000, completion=100)
    known = {cost(provider, model, usage, AT) for provider in ("OPENAI", "ANTHROPIC", "GOOGLE", "X")} - {None}
    assert {cost("CUSTOM", model, usage, AT)} == known


def test_a_tier_starts_above_its_threshold() -> None:
    """A prompt of exactly the threshold has the lower price, one token more the higher one, for all its tokens."""
    at, above = (cost("GOOGLE", "gemini-2.5-pro", Usage(prompt=size, completion=0), AT) for size in (200_000, 200_001))
    assert at == 200_000 * Decimal("1.25") / 1_000_000
    assert above == 200_001 * Decimal("2.5") / 1_000_000


def test_embeddings_have_a_cost() -> None:
    """An embedding, which completes nothing, costs its prompt."""
    usage = Usage(prompt=1000, completion=0)
    assert cost("OPENAI", "text-embedding-3-small", usage, AT) == Decimal("0.00002")


def test_the_price_is_that_of_the_time() -> None:
    """A call costs what the model cost when it was made."""
    usage = Usage(prompt=1_000_000, completion=0)
    before = cost("OPENAI", "o3", usage, dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
    assert before != cost("OPENAI", "o3", usage, AT)


MODELS = sorted(
    {(p.id, m.id): (p.id, m) for p in get_snapshot().providers for m in p.models}.items(), key=lambda e: e[0]
)
tokens = st.integers(min_value=0, max_value=500_000)
usages = st.builds(Usage, *[tokens] * 8)


@given(st.sampled_from(MODELS), usages)
def test_cost_is_the_librarys(entry: tuple[Any, tuple[str, ModelInfo]], usage: Usage) -> None:
    """For any model and usage the cost is to the digit what genai-prices makes of it, across tiers and audio."""
    prices = entry[1][1].get_prices(AT)
    parts = pricing._parts(usage)
    fee, rates = pricing._tariff(prices).at(usage.prompt_total or 0)
    if any(rate is None for rate in rates):
        return
    ours = fee + sum((count * (rate or 0) for count, rate in zip(parts, rates, strict=True)), Decimal(0))
    library_usage = genai_prices.Usage(
        input_tokens=usage.prompt_total,
        output_tokens=(usage.completion or 0) + (usage.reasoning or 0),
        cache_read_tokens=usage.cache_read,
        cache_write_tokens=usage.cache_write,
        cache_write_1h_tokens=parts.cache_write_1h,
        input_audio_tokens=parts.prompt_audio,
        cache_audio_read_tokens=0,
        output_audio_tokens=parts.completion_audio,
        output_reasoning_tokens=usage.reasoning,
    )
    assert ours == prices.calc_price(library_usage)["total_price"]


@given(usages)
def test_cost_is_additive_over_parts(usage: Usage) -> None:
    """The cost of a usage is the sum of the costs of its parts alone, where a model has neither tiers nor a fee."""
    parts = pricing._parts(usage)
    _, rates = pricing._tariff(pricing._priced_model("OPENAI", "gpt-4o").get_prices(AT)).at(0)  # type: ignore[union-attr]
    alone = [
        cost("OPENAI", "gpt-4o", Usage(prompt=parts.prompt_text, completion=0), AT),
        cost("OPENAI", "gpt-4o", Usage(prompt=parts.prompt_audio, completion=0, prompt_audio=parts.prompt_audio), AT),
        cost("OPENAI", "gpt-4o", Usage(prompt=0, completion=0, cache_read=parts.cache_read), AT),
        cost("OPENAI", "gpt-4o", Usage(prompt=0, completion=0, cache_write=usage.cache_write), AT),
        cost("OPENAI", "gpt-4o", Usage(prompt=0, completion=usage.completion), AT),
        cost("OPENAI", "gpt-4o", Usage(prompt=0, completion=0, reasoning=parts.reasoning), AT),
    ]
    assert None not in alone
    assert None not in rates
    assert cost("OPENAI", "gpt-4o", usage, AT) == sum(part for part in alone if part is not None)


def test_names_do_not_pile_up() -> None:
    """Ten thousand made-up model names leave no more behind than the bounded cache holds."""
    snapshot = get_snapshot()
    remembered = len(snapshot._lookup_cache) + len(snapshot._provider_cache) + len(snapshot._provider_misses)
    for number in range(5000):
        cost("OPENAI", f"gpt-4o-{number}", Usage(prompt=1, completion=1), AT)
        cost(f"P{number}", "gpt-4o", Usage(prompt=1, completion=1), AT)
    assert pricing._priced_model.cache_info().currsize <= 4096
    assert len(snapshot._lookup_cache) + len(snapshot._provider_cache) + len(snapshot._provider_misses) == remembered


def test_nothing_phones_home() -> None:
    """Importing and pricing open no socket and start no thread."""
    program = """
import socket, sys, threading
def refuse(*args, **kwargs): raise SystemExit("a socket was opened")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
import datetime as dt
from helicorder.model.call import Usage
from helicorder.providers.pricing import cost
print(cost("OPENAI", "gpt-4o", Usage(prompt=1, completion=1), dt.datetime.now(dt.UTC)))
assert threading.active_count() == 1, threading.enumerate()
"""
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert finished.stderr == ""
    assert Decimal(finished.stdout.strip()) > 0
