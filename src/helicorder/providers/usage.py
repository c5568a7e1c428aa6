"""Token counts from whatever a provider calls them, each token counted once.

Where a provider counts cached or reasoning tokens inside its prompt or completion count, they are taken out; where it
counts them apart, they are not. Shapes decide, not provider names: the same shapes come from many hosts.
"""

from collections.abc import Mapping
from typing import Any

from helicorder.model.call import Usage

_MAX_COUNT = 2**31
_REASONING_APART = ("X", "XAI")


def usage_of(answer: Mapping[str, Any], provider: str = "") -> Usage:
    """The usage in an answer: OpenAI, Anthropic, Gemini, Bedrock, Groq and manual-log shapes; else all None.

    ``provider`` settles one thing only: xAI counts reasoning outside completion_tokens, where its own total_tokens
    does not already show it.
    """
    if metadata := _mapping(answer, "usageMetadata"):
        return _google(metadata, str(answer.get("name")).startswith("cachedContents/"))
    usage = _mapping(answer, "usage") or _mapping(_mapping(answer, "x_groq"), "usage")
    if "input_tokens_details" not in usage and ("input_tokens" in usage or "inputTokens" in usage):
        return _anthropic(usage)
    if usage:
        return _openai(usage, provider)
    return Usage(prompt=_count(answer, "prompt_token_count"), completion=_count(answer, "generation_token_count"))


def _openai(usage: Mapping[str, Any], provider: str) -> Usage:
    """Chat, completions, embeddings and Responses; cached and reasoning tokens are inside the two counts."""
    prompt_details = _mapping(usage, "prompt_tokens_details", "input_tokens_details")
    completion_details = _mapping(usage, "completion_tokens_details", "output_tokens_details")
    prompt = _count(usage, "prompt_tokens", "input_tokens")
    completion = _count(usage, "completion_tokens", "output_tokens")
    total = _count(usage, "total_tokens")
    if completion is None and prompt is not None and total is not None:  # embeddings name no completion
        completion = max(total - prompt, 0)
    cache_read = _count(prompt_details, "cached_tokens")
    if cache_read is None:
        cache_read = _count(usage, "prompt_cache_hit_tokens", "cached_tokens", "cache_read_input_tokens")
    cache_write = _count(prompt_details, "cache_write_tokens")
    if cache_write is None:
        cache_write = _count(usage, "cache_creation_input_tokens")
    reasoning = _count(completion_details, "reasoning_tokens")
    apart = (
        provider in _REASONING_APART if total is None else total == (prompt or 0) + (completion or 0) + (reasoning or 0)
    )
    return Usage(
        prompt=_without(prompt, cache_read, cache_write),
        completion=completion if apart else _without(completion, reasoning),
        cache_read=cache_read,
        cache_write=cache_write,
        reasoning=reasoning,
        prompt_audio=_count(prompt_details, "audio_tokens"),
        completion_audio=_count(completion_details, "audio_tokens"),
    )


def _anthropic(usage: Mapping[str, Any]) -> Usage:
    """Messages and Bedrock Converse: cached tokens are counted apart; thinking is not told from other output."""
    written = _mapping(usage, "cache_creation")
    for_5m = _count(written, "ephemeral_5m_input_tokens")
    for_1h = _count(written, "ephemeral_1h_input_tokens")
    cache_write = _count(usage, "cache_creation_input_tokens", "cacheWriteInputTokens")
    if cache_write is None and (for_5m is not None or for_1h is not None):
        cache_write = (for_5m or 0) + (for_1h or 0)
    return Usage(
        prompt=_count(usage, "input_tokens", "inputTokens"),
        completion=_count(usage, "output_tokens", "outputTokens"),
        cache_read=_count(usage, "cache_read_input_tokens", "cacheReadInputTokens"),
        cache_write=cache_write,
        cache_write_1h=for_1h,
    )


def _google(metadata: Mapping[str, Any], creates_cache: bool) -> Usage:  # noqa: FBT001 -- a fact of the answer, not a mode
    """Gemini: cached tokens are inside the prompt count; thoughts and tool results are counted apart."""
    total = _count(metadata, "totalTokenCount")
    if creates_cache:
        return Usage(prompt=0, completion=0, cache_write=total)
    prompt = _count(metadata, "promptTokenCount")
    completion = _count(metadata, "candidatesTokenCount", "responseTokenCount")
    reasoning = _count(metadata, "thoughtsTokenCount")
    tool_results = _count(metadata, "toolUsePromptTokenCount") or 0
    cache_read = _count(metadata, "cachedContentTokenCount")
    by_kind = _modalities(metadata, "candidatesTokensDetails", "responseTokensDetails")
    if completion is not None:
        completion = max(completion, sum(by_kind.values()))  # Vertex may leave audio out of candidatesTokenCount
    elif prompt is not None and total is not None:
        completion = max(total - prompt - tool_results - (reasoning or 0), 0)
    return Usage(
        prompt=None if prompt is None else (_without(prompt, cache_read) or 0) + tool_results,
        completion=completion,
        cache_read=cache_read,
        reasoning=reasoning,
        prompt_audio=_modalities(metadata, "promptTokensDetails").get("AUDIO"),
        completion_audio=by_kind.get("AUDIO"),
    )


def _modalities(metadata: Mapping[str, Any], *keys: str) -> dict[str, int]:
    rows: list[Any] = next((metadata[key] for key in keys if isinstance(metadata.get(key), list)), [])
    named = ((row.get("modality"), _count(row, "tokenCount")) for row in rows if isinstance(row, dict))
    return {kind: tokens for kind, tokens in named if isinstance(kind, str) and tokens is not None}


def _without(whole: int | None, *parts: int | None) -> int | None:
    """The whole less its parts; the whole itself when they exceed it, since then they were counted apart."""
    if whole is None:
        return None
    rest = whole - sum(part or 0 for part in parts)
    return rest if rest >= 0 else whole


def _mapping(holder: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    return next((holder[key] for key in keys if isinstance(holder.get(key), dict)), {})


def _count(holder: Mapping[str, Any], *keys: str) -> int | None:
    """The first of the keys that holds a believable count of tokens."""
    for key in keys:
        value = holder.get(key)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MAX_COUNT:
            return value
    return None
