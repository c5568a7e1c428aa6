"""From what was captured to the Call that is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gateway.conftest import Heard, Rig

CLAUDE = (
    b'{"id":"m","type":"message","role":"assistant","model":"claude-3-5-haiku-20241022","content":[{"type":"text",'
    b'"text":"hi"}],"stop_reason":"end_turn","usage":{"input_tokens":6,"cache_read_input_tokens":100,"output_tokens":5}}'
)
GEMINI = (
    b'{"candidates":[{"content":{"parts":[{"text":"hi"}],"role":"model"},"finishReason":"STOP"}],"modelVersion":'
    b'"gemini-2.0-flash","usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4,"totalTokenCount":13}}'
)


@pytest.mark.parametrize(
    ("path", "answer", "provider", "model", "usage"),
    [
        ("/v1/gateway/anthropic/v1/messages", CLAUDE, "ANTHROPIC", "claude-3-5-haiku-20241022", (6, 100, 5)),
        ("/v1/messages", CLAUDE, "ANTHROPIC", "claude-3-5-haiku-20241022", (6, 100, 5)),
        ("/v1/models/gemini-2.0-flash:generateContent", GEMINI, "GOOGLE", "gemini-2.0-flash", (9, None, 4)),
    ],
)
async def test_each_providers_usage_is_read(
    rig: Rig, path: str, answer: bytes, provider: str, model: str, usage: tuple[int | None, ...]
) -> None:
    """Provider, model, usage and cost are read by the dialect of the path; cached tokens are counted once."""

    async def reply(heard: Heard) -> None:
        await heard.plain(answer)

    rig.origin.script = reply
    await rig.ask(path, body=b"{}")
    (call,) = await rig.recorded()
    assert (call.provider, call.model) == (provider, model)
    assert (call.usage.prompt, call.usage.cache_read or None, call.usage.completion) == usage
    assert float(call.cost_usd or 0) > 0


@pytest.mark.parametrize(
    ("path", "provider"), [("/v1/gateway/oai/v1/chat/completions", "OPENAI"), ("/v1/gateway/v1/x", "CUSTOM")]
)
async def test_a_named_local_upstream_is_what_its_path_says(rig: Rig, path: str, provider: str) -> None:
    """Behind a provider's path a local upstream counts as that provider's; behind the generic path it is unknown."""
    await rig.ask(path, headers=[f"Helicone-Target-Url: {rig.origin.url}/v1"])
    (call,) = await rig.recorded()
    assert call.provider == provider


async def test_bodies_the_caller_omits_are_not_kept(rig: Rig) -> None:
    """With Helicone-Omit-Request and -Response neither body is kept, but usage and model still are."""
    await rig.ask(headers=["Helicone-Omit-Request: true", "Helicone-Omit-Response: true"])
    (call,) = await rig.recorded()
    assert (call.request_body, call.response_body) == (None, None)
    assert (call.usage.prompt, call.request_model) == (1000, "gpt-4o-mini")


async def test_the_user_may_be_named_in_the_body(rig: Rig) -> None:
    """OpenAI's ``user`` field names the user where no header does."""
    await rig.ask(body=b'{"model":"m","user":"from-body"}')
    await rig.ask(body=b'{"model":"m","user":"from-body"}', headers=["Helicone-User-Id: from-header"])
    assert [call.user_id for call in await rig.recorded(2)] == ["from-body", "from-header"]


async def test_a_model_override_names_the_model(rig: Rig) -> None:
    """Helicone-Model-Override is what the call is shown and priced as."""
    await rig.ask(headers=["Helicone-Model-Override: gpt-4o"])
    (call,) = await rig.recorded()
    assert (call.model, call.model_override, call.response_model) == ("gpt-4o", "gpt-4o", "gpt-4o-mini-2024-07-18")


async def test_large_bodies_are_kept_in_part(rig: Rig) -> None:
    """Of each body the record keeps what the limit allows, and still counts all of it; the caller gets everything."""
    await rig.start(capture_bytes=100)
    body = b"x" * 5000

    async def echo(heard: Heard) -> None:
        await heard.plain(body, content_type="text/plain")

    rig.origin.script = echo
    answer = await rig.ask(body=body)
    (call,) = await rig.recorded()
    assert answer.body == body
    assert (len(call.request_body or ""), len(call.response_body or ""), call.size_bytes) == (100, 100, 10_000)


async def test_an_upstream_error_is_recorded_with_its_status(rig: Rig) -> None:
    """A 429 from the upstream is a finished call with that status, no usage and no cost."""

    async def limit(heard: Heard) -> None:
        await heard.plain(b'{"error":{"message":"slow down"}}', status="429 Too Many Requests")

    rig.origin.script = limit
    answer = await rig.ask()
    (call,) = await rig.recorded()
    assert (answer.status, call.status, call.cost_usd, call.usage.prompt) == (429, 429, None, None)
    assert "slow down" in (call.response_body or "")


async def test_organisations_are_kept_apart(rig: Rig) -> None:
    """The tenant of a call comes from the Helicone key alone."""
    await rig.ask()
    await rig.ask(headers=[f"Helicone-Auth: Bearer {rig.keys.other}", "Authorization: Bearer p"], bare=True)
    first, second = await rig.recorded(2)
    assert first.org_id == rig.keys.org_id != second.org_id
