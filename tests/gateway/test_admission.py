"""Who gets through, and what is refused before a byte goes upstream."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING, Any

import anthropic
import openai
import pytest

from helicorder.errors import Unavailable

if TYPE_CHECKING:
    from gateway.conftest import Answer, Rig

GATEWAY = "/v1/gateway/oai/v1/chat/completions"
PLAIN = "/v1/chat/completions"


def refused(rig: Rig, answer: Answer, status: int, code: str) -> None:
    """Assert a refusal that left no trace upstream or in the record."""
    assert (answer.status, answer.error()["code"], answer.header("helicorder-error")) == (status, code, code)
    assert rig.origin.heard == []
    assert rig.ingest.stats().offered == 0


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (GATEWAY, [], 401),
        (GATEWAY, ["Authorization: Bearer sk-provider"], 401),
        (GATEWAY, ["Helicone-Auth: Bearer sk-helicone-wrong", "Authorization: Bearer p"], 401),
        (GATEWAY, ["Helicone-Auth: Bearer WRITE extra", "Authorization: Bearer p"], 401),
        (GATEWAY, ["Helicone-Auth: ", "Authorization: Bearer p"], 401),
        (GATEWAY, ["Cookie: helicorder_session=WRITE", "Authorization: Bearer p"], 401),
        (GATEWAY, ["Cookie: helicorder_session=SESSION", "Authorization: Bearer p"], 401),
        (GATEWAY, ["Helicone-Auth: Bearer SESSION", "Authorization: Bearer p"], 401),
        (GATEWAY, ["Authorization: Bearer SESSION"], 401),
        (GATEWAY, ["Helicone-Auth: Bearer READ", "Authorization: Bearer p"], 403),
        (GATEWAY, ["Helicone-Auth: Bearer WRITE", "Authorization: Bearer p"], 200),
        (GATEWAY, ["Helicone-Auth: WRITE", "Authorization: Bearer p"], 200),
        (GATEWAY, ["Authorization: Bearer p, Bearer WRITE"], 200),
        (GATEWAY, ["Authorization: Bearer WRITE"], 200),
        (GATEWAY, ["Authorization: Bearer WRITE", "X-Api-Key: p"], 200),
        (GATEWAY, ["Authorization: Bearer WRITE", "X-Goog-Api-Key: p"], 200),
        (GATEWAY, ["Helicone-Auth: Bearer sk-helicone-wrong", "Authorization: Bearer WRITE"], 401),
        (PLAIN, ["Helicone-Auth: Bearer WRITE", "Authorization: Bearer p"], 200),
        (PLAIN, ["Helicone-Auth: Bearer WRITE", "Api-Key: p"], 200),
        (PLAIN, ["Authorization: Bearer WRITE"], 422),
        (PLAIN, ["Helicone-Auth: Bearer WRITE"], 422),
        (PLAIN, ["Authorization: Bearer p"], 401),
        (PLAIN + "?key=p", ["Helicone-Auth: Bearer WRITE"], 200),
    ],
)
async def test_who_gets_through(rig: Rig, path: str, headers: list[str], status: int) -> None:
    """Only a known Helicone key with the write scope gets through, on the SDKs' own paths with a provider key.

    The session of a browser that signed in is none, wherever it stands.
    """
    named = {"WRITE": rig.keys.write, "READ": rig.keys.read_only, "SESSION": rig.keys.session}
    sent = [functools.reduce(lambda row, name: row.replace(name, named[name]), named, row) for row in headers]
    answer = await rig.ask(path, headers=sent, bare=True)
    codes = {401: "unauthenticated", 403: "forbidden", 422: "invalid"}
    if status == 200:
        (call,) = await rig.recorded()
        assert (answer.status, call.org_id) == (200, rig.keys.org_id)
        assert not any(rig.keys.write in value for _, value in rig.origin.heard[0].headers)
    else:
        refused(rig, answer, status, codes[status])


async def test_an_unknown_key_without_the_control_store_is_a_503(rig: Rig) -> None:
    """When nobody can say whether a key is valid, the caller is asked to come again, and nothing is forwarded."""

    class Away:
        def cached(self, _: str) -> None:
            """Nothing is known."""

        async def principal(self, _: str) -> None:
            """Nor can it be found out."""
            raise Unavailable

    await rig.start(authenticator=Away())
    answer = await rig.ask()
    refused(rig, answer, 503, "unavailable")
    assert answer.header("retry-after") == "1"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Helicone-Request-Id: " + "x" * 256, "bad_header"),
        ("Helicone-Property-Big: " + "x" * 10_001, "bad_header"),
        ("Helicone-User-Id: " + "x" * 10_001, "bad_header"),
        ("X-Big: " + "x" * 33_000, "bad_header"),
        ("Helicone-Auth: Bearer again", "bad_header"),
        ("Helicone-Target-Url: not a url", "bad_header"),
        ("Helicone-Property- : x", "bad_header"),
    ],
)
async def test_a_bad_header_is_a_400(rig: Rig, header: str, code: str) -> None:
    """A Helicone header that cannot be used is an error before any byte goes out."""
    answer = await rig.ask(headers=[header])
    if answer.body:
        refused(rig, answer, 400, code)
    else:  # the server itself refuses what is no HTTP
        assert answer.status == 400
        assert rig.origin.heard == []


async def test_a_generic_path_without_a_target_is_a_400(rig: Rig) -> None:
    """A generic gateway path names no upstream, so the header must."""
    refused(rig, await rig.ask("/v1/gateway/v1/chat/completions"), 400, "bad_header")


async def test_a_path_that_is_not_the_gateways_is_a_404(rig: Rig) -> None:
    """The gateway owns its paths and no other."""
    refused(rig, await rig.ask("/v1/request/x/score"), 404, "not_found")
    assert rig.gateway.owns(GATEWAY)
    assert not rig.gateway.owns("/v1/request/x/score")


async def test_a_declared_body_too_large_is_a_413_at_once(rig: Rig) -> None:
    """A Content-Length over the limit is refused before the body is read."""
    await rig.start(max_body_bytes=1000)
    line = await rig.post(body=b"", headers=["Content-Length: 1001"])
    refused(rig, await line.answer(), 413, "body_too_large")


async def test_a_chunked_body_too_large_is_a_413_while_it_comes(rig: Rig) -> None:
    """A body without a length is counted as it is read, and refused once over the limit."""
    await rig.start(max_body_bytes=1000)
    line = await rig.post(body=b"", headers=["Transfer-Encoding: chunked"])
    line.writer.write(b"1f5\r\n" + b"x" * 501 + b"\r\n" + b"1f5\r\n" + b"x" * 501 + b"\r\n")
    refused(rig, await line.answer(), 413, "body_too_large")


async def test_a_body_of_exactly_the_limit_passes(rig: Rig) -> None:
    """The limit is inclusive."""
    await rig.start(max_body_bytes=1000)
    assert (await rig.ask(body=b"x" * 1000)).status == 200
    assert len(rig.origin.heard[0].body) == 1000


async def test_a_caller_that_leaves_while_sending_leaves_no_trace(rig: Rig) -> None:
    """A request that never became complete goes nowhere and is no call."""
    line = await rig.post(body=b"", headers=["Content-Length: 100"])
    line.writer.write(b"part")
    await line.writer.drain()
    line.close()
    assert (await rig.ask()).status == 200
    assert len(rig.origin.heard) == 1
    await rig.recorded(1)


async def test_websockets_are_refused(rig: Rig) -> None:
    """A WebSocket handshake gets a clear 4xx."""
    upgrade = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAA"]
    answer = await rig.ask("/v1/gateway/oai/v1/realtime", headers=upgrade, body=b"", method="GET")
    refused(rig, answer, 405, "method_not_allowed")


async def test_the_sdks_can_read_a_refusal(rig: Rig) -> None:
    """The official OpenAI and Anthropic clients find status, sentence and code in the gateway's own errors."""
    base = f"http://127.0.0.1:{rig.edge.port}/v1/gateway"
    messages: Any = [{"role": "user", "content": "hi"}]
    async with openai.AsyncOpenAI(api_key="p", base_url=f"{base}/oai/v1", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as refusal:
            await client.chat.completions.create(model="gpt-4o-mini", messages=messages)
    assert refusal.value.code == "unauthenticated"
    assert "Helicone-Auth" in refusal.value.message
    async with anthropic.AsyncAnthropic(api_key="p", base_url=f"{base}/anthropic", max_retries=0) as claude:
        with pytest.raises(anthropic.AuthenticationError) as denial:
            await claude.messages.create(model="claude-haiku-4-5", max_tokens=1, messages=messages)
    assert "Helicone-Auth" in str(denial.value)


async def test_a_crash_inside_is_a_500_that_says_nothing(rig: Rig) -> None:
    """An unforeseen failure before the exchange is a 500 without details."""

    class Broken:
        def cached(self, _: str) -> None:
            """Fails."""
            raise RuntimeError("secret detail")

    await rig.start(authenticator=Broken())
    answer = await rig.ask()
    refused(rig, answer, 500, "internal_failure")
    assert b"secret" not in answer.body


async def test_many_refusals_leave_nothing_behind(rig: Rig) -> None:
    """Refusals neither count as in flight nor keep connections from being used again."""
    await asyncio.gather(*(rig.ask(bare=True) for _ in range(50)))
    assert rig.gateway.in_flight == 0
    assert (await rig.ask()).status == 200
