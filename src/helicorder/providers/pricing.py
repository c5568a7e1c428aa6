"""What a call cost, by genai-prices: its bundled data, no network, the price that held when the call was made."""

import bisect
import datetime as dt
import functools
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import unquote

import genai_prices
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

from helicorder.model.call import Usage

_CACHED_MODELS = 4096
_MAX_MODEL_LENGTH = 255

# Helicone's names, and the slugs of its AI gateway and SDKs upper-cased, as genai-prices calls them.
_LIBRARY_NAMES = {
    "ANTHROPIC": "anthropic",
    "AVIAN": "avian",
    "AWS": "aws",
    "AZURE": "azure",
    "BASETEN": "baseten",
    "BEDROCK": "aws",
    "CEREBRAS": "cerebras",
    "COHERE": "cohere",
    "DEEPSEEK": "deepseek",
    "FIREWORKS": "fireworks",
    "GOOGLE": "google",
    "GOOGLE-AI-STUDIO": "google",
    "GROQ": "groq",
    "MISTRAL": "mistral",
    "NOVITA": "novita",
    "OPENAI": "openai",
    "OPENROUTER": "openrouter",
    "PERPLEXITY": "perplexity",
    "TOGETHER": "together",
    "VERTEX": "google",
    "X": "x-ai",
    "XAI": "x-ai",
}
# Behind an unknown host, a model is priced by its name only if nobody but its maker serves it: an open model on
# somebody's own machine costs them no tokens.
_CLOSED_MAKERS = ("openai", "anthropic", "google", "x-ai")
_OPEN_MODEL = "gpt-oss"

_snapshot = get_snapshot()
_providers = {provider.id: provider for provider in _snapshot.providers}


def cost(provider: str, model: str, usage: Usage, at: dt.datetime) -> Decimal | None:
    """The cost of a call in USD, each token priced once; None where usage or a price that it needs is unknown.

    Cached and audio tokens without a price of their own cost what other prompt or completion tokens do. Searches and
    images are not in usage, so they are not in the cost.

    Args:
        provider: Helicone's name, either case; an unknown one gets the maker's price of a model that only its maker
            serves.
        model: as the provider calls it.
        usage: as the provider counted.
        at: when the call was made; prices change.
    """
    if usage.prompt_total is None or usage.completion is None:
        return None
    priced = _priced_model(provider, model) if len(model) <= _MAX_MODEL_LENGTH else None
    if priced is None:
        return None
    fee, rates = _tariff(priced.get_prices(at)).at(usage.prompt_total)
    total = fee
    for tokens, rate in zip(_parts(usage), rates, strict=True):
        if tokens:
            if rate is None:
                return None
            total += tokens * rate
    return total


@functools.lru_cache(maxsize=_CACHED_MODELS)
def _priced_model(provider: str, model: str) -> ModelInfo | None:
    """The library's entry. Its own lookup by name is passed by, since that remembers every name for ever."""
    name = unquote(model).removeprefix("models/")
    if library_name := _LIBRARY_NAMES.get(provider.upper()):
        return _providers[library_name].find_model(name, all_providers=_snapshot.providers)
    if _OPEN_MODEL in name:
        return None
    for maker in map(_providers.__getitem__, _CLOSED_MAKERS):
        if maker.model_match is not None and maker.model_match.is_match(name):
            return maker.find_model(name)
    return None


class _Parts(NamedTuple):
    """Usage as disjoint parts; those of the prompt first."""

    prompt_text: int = 0
    prompt_audio: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    completion_text: int = 0
    completion_audio: int = 0
    reasoning: int = 0


_PROMPT_PARTS = _Parts._fields[:5]


def _parts(usage: Usage) -> _Parts:
    prompt, completion, written = usage.prompt or 0, usage.completion or 0, usage.cache_write or 0
    prompt_audio = min(usage.prompt_audio or 0, prompt)
    completion_audio = min(usage.completion_audio or 0, completion)
    for_1h = min(usage.cache_write_1h or 0, written)
    return _Parts(
        prompt_text=prompt - prompt_audio,
        prompt_audio=prompt_audio,
        cache_read=usage.cache_read or 0,
        cache_write_5m=written - for_1h,
        cache_write_1h=for_1h,
        completion_text=completion - completion_audio,
        completion_audio=completion_audio,
        reasoning=usage.reasoning or 0,
    )


class _Tariff:
    """One price list as USD per token of each part, per band of prompt size; found by asking the library.

    The library prices any usage by a general method that takes a quarter of a millisecond. Within a band its price is
    linear in every part, so what one more token costs is all there is to know.
    """

    def __init__(self, prices: ModelPrice) -> None:
        tiered = (price for price in vars(prices).values() if isinstance(price, TieredPrices))
        self._starts = sorted({tier.start for price in tiered for tier in price.tiers})
        self._bands = [_band(prices, start) for start in (-1, *self._starts)]

    def at(self, prompt_total: int) -> tuple[Decimal, list[Decimal | None]]:
        """(USD per request, USD per token of each part or None) for a prompt of that many tokens, cached included."""
        return self._bands[bisect.bisect_left(self._starts, prompt_total)]


def _band(prices: ModelPrice, start: int) -> tuple[Decimal, list[Decimal | None]]:
    def price(parts: _Parts) -> Decimal:
        return prices.calc_price(_library_usage(parts))["total_price"]

    base = _Parts(prompt_text=start + 1)
    rates: list[Decimal | None] = []
    for name in _Parts._fields:
        listed = prices.input_mtok if name in _PROMPT_PARTS else prices.output_mtok
        one_more = base._replace(**{name: getattr(base, name) + 1})
        rates.append(None if listed is None else price(one_more) - price(base))
    return price(_Parts()), rates


def _library_usage(parts: _Parts) -> genai_prices.Usage:
    """The library's terms, where wholes include their parts and overlaps must be spelled out."""
    return genai_prices.Usage(
        input_tokens=sum(parts[: len(_PROMPT_PARTS)]),
        input_audio_tokens=parts.prompt_audio,
        cache_read_tokens=parts.cache_read,
        cache_audio_read_tokens=0,
        cache_write_tokens=parts.cache_write_5m + parts.cache_write_1h,
        cache_write_1h_tokens=parts.cache_write_1h,
        output_tokens=sum(parts[len(_PROMPT_PARTS) :]),
        output_audio_tokens=parts.completion_audio,
        output_reasoning_tokens=parts.reasoning,
    )


_tariffs: dict[int, _Tariff] = {}


def _tariff(prices: ModelPrice) -> _Tariff:
    """The price list's tariff, made once. Price lists live as long as the process, so their ids are theirs alone."""
    if (tariff := _tariffs.get(id(prices))) is None:
        tariff = _tariffs[id(prices)] = _Tariff(prices)
    return tariff
