"""Paths and headers, read once: where each request goes, and what its record will say."""

from __future__ import annotations

import json
import pathlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from helicorder.errors import BadHeader, Problem
from helicorder.gateway.headers import read_inbound
from helicorder.gateway.plan import Plan, read_plan
from helicorder.gateway.routes import joined, route_of
from helicorder.model.principal import Principal

if TYPE_CHECKING:
    from gateway.conftest import Rig

OAI, ANT, GOOGLE = "https://oai.test", "https://ant.test", "https://google.test"
TARGETS = {"oai": URL(OAI), "anthropic": URL(ANT), "google": URL(GOOGLE)}
RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded.json").read_text())


def plan(path: str, *, query: str = "", **headers: str) -> Plan:
    """The plan of a request with a provider key and these headers, _ standing for -."""
    raw = [(b"authorization", b"Bearer p")]
    raw += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"raw_path": path.encode(), "query_string": query.encode(), "method": "POST"}
    return read_plan(scope, read_inbound(raw), Principal("org", "key", frozenset()), TARGETS)


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/v1/gateway/oai/v1/chat/completions", f"{OAI}/v1/chat/completions"),
        ("/v1/gateway/oai/v1/files/a%2Fb", f"{OAI}/v1/files/a%2Fb"),
        ("/v1/gateway/oai/", f"{OAI}/"),
        ("/v1/gateway/anthropic/v1/messages", f"{ANT}/v1/messages"),
        ("/v1/gateway/google/v1beta/models/g:generateContent", f"{GOOGLE}/v1beta/models/g:generateContent"),
        ("/jawn/v1/gateway/oai/v1/chat/completions", f"{OAI}/v1/chat/completions"),
        ("/jawn/v1/gateway/anthropic/v1/messages", f"{ANT}/v1/messages"),
        ("/v1/chat/completions", f"{OAI}/v1/chat/completions"),
        ("/chat/completions", f"{OAI}/v1/chat/completions"),
        ("/v1/completions", f"{OAI}/v1/completions"),
        ("/v1/responses", f"{OAI}/v1/responses"),
        ("/v1/responses/resp_1/cancel", f"{OAI}/v1/responses/resp_1/cancel"),
        ("/v1/embeddings", f"{OAI}/v1/embeddings"),
        ("/v1/models", f"{OAI}/v1/models"),
        ("/v1/models/gpt-4o", f"{OAI}/v1/models/gpt-4o"),
        ("/v1/models/ft:gpt-4o:org::id", f"{OAI}/v1/models/ft:gpt-4o:org::id"),
        ("/v1/messages", f"{ANT}/v1/messages"),
        ("/v1/messages/count_tokens", f"{ANT}/v1/messages/count_tokens"),
        ("/v1/models/gemini-2.0:generateContent", f"{GOOGLE}/v1/models/gemini-2.0:generateContent"),
        ("/v1/models/gemini-2.0:streamGenerateContent", f"{GOOGLE}/v1/models/gemini-2.0:streamGenerateContent"),
        ("/v1beta/models/gemini-2.0:generateContent", f"{GOOGLE}/v1beta/models/gemini-2.0:generateContent"),
        ("/openai/v1/chat/completions", f"{OAI}/v1/chat/completions"),
    ],
)
def test_where_a_path_leads_by_itself(path: str, url: str) -> None:
    """Without a header that names an upstream, the path alone says which configured one is meant."""
    got = plan(path)
    assert (str(got.url), got.named) == (url, False)


@pytest.mark.parametrize(
    ("path", "headers", "url"),
    [
        ("/v1/gateway/v1/chat/completions", {"target_url": "https://a.test"}, "https://a.test/v1/chat/completions"),
        ("/v1/gateway/chat/completions", {"target_url": "https://a.test/v1"}, "https://a.test/v1/chat/completions"),
        ("/v1/gateway/v1/x", {"target_url": "https://a.test/openai"}, "https://a.test/openai/v1/x"),
        ("/v1/gateway/v1/x", {"target_url": "https://a.test/openai/v1/"}, "https://a.test/openai/v1/x"),
        ("/v1/gateway/", {"target_url": "https://a.test/v1/x"}, "https://a.test/v1/x/"),
        ("/v1/gateway/v1/x", {"target_url": "https://a.test/v1/x?api-version=1"}, "https://a.test/v1/x?api-version=1"),
        ("/v1/gateway/oai/v1/x", {"target_url": "https://a.test"}, "https://a.test/v1/x"),
        ("/v1/gateway/oai/v1/x", {"openai_api_base": "https://a.test/v1"}, "https://a.test/v1/x"),
        ("/v1/x", {"target_url": "https://a.test"}, None),
        ("/v1/responses", {"target_url": "http://t:1", "openai_api_base": "http://b:1/v1"}, "http://b:1/v1/responses"),
        ("/v1/messages", {"target_url": "http://t:1", "openai_api_base": "http://b:1/v1"}, "http://t:1/v1/messages"),
        ("/chat/completions", {"target_url": "https://a.test"}, "https://a.test/chat/completions"),
        ("/chat/completions", {"openai_api_base": "https://a.test/v1"}, "https://a.test/v1/chat/completions"),
        (
            "/openai/deployments/d/chat/completions",
            {"openai_api_base": "https://a.openai.azure.com"},
            "https://a.openai.azure.com/openai/deployments/d/chat/completions",
        ),
        (
            "/v1/models/g:generateContent",
            {"target_url": "https://a.test"},
            "https://a.test/v1/models/g:generateContent",
        ),
    ],
)
def test_where_a_named_upstream_leads(path: str, headers: dict[str, str], url: str | None) -> None:
    """A named upstream's own path is kept, and the version that clients write on both sides stands once."""
    named = {f"helicone_{name}": value for name, value in headers.items()}
    if url is None:
        with pytest.raises(Problem):
            plan(path, **named)
    else:
        got = plan(path, **named)
        assert (str(got.url), got.named) == (url, True)


def test_queries_are_kept_as_sent() -> None:
    """The query reaches the upstream byte for byte, after the named upstream's own, and stays out of the record."""
    got = plan("/v1/gateway/x", query="key=s%2Fecret&y=+", helicone_target_url="https://a.test?v=1")
    assert str(got.url) == "https://a.test/x?v=1&key=s%2Fecret&y=+"
    assert (got.target_url, got.path) == ("https://a.test/x", "/x")


segments = st.text(st.sampled_from("abv1"), min_size=1, max_size=3)
paths = st.lists(segments, max_size=4).map(lambda parts: "".join(f"/{part}" for part in parts))


@given(base=paths, path=paths)
def test_joining_keeps_both_parts(base: str, path: str) -> None:
    """A joined path starts with the base, ends with the path, and is no longer than both together."""
    path = path or "/"
    got = joined(base, path)
    assert got.startswith(base)
    assert got.endswith(path)
    assert len(got) <= len(base) + len(path)


@given(rest=paths)
def test_joining_a_versioned_base_never_doubles_the_version(rest: str) -> None:
    """``/v1`` before a path that starts with ``/v1`` adds nothing."""
    assert joined("/v1", f"/v1{rest}") == f"/v1{rest}"


def test_what_the_caller_says_is_in_the_plan() -> None:
    """Ids, user, session, properties, override and switches are read from the Helicone headers."""
    got = plan(
        "/v1/responses",
        helicone_request_id="mine/1 é",
        helicone_user_id="u",
        helicone_session_id="s",
        helicone_session_name="n",
        helicone_session_path="/a/b",
        helicone_property_team="Blue",
        helicone_model_override="m",
        helicone_prompt_id="p",
        helicone_prompt_version="2",
        helicone_omit_request="true",
        referer="https://from.test",
    )
    says = got.annotations
    assert (got.org_id, got.request_id, got.annotations.prompt_version, got.referrer) == (
        "org",
        "mine/1 é",
        "2",
        "https://from.test",
    )
    assert (says.user_id, says.session_id, says.session_name, says.session_path) == ("u", "s", "n", "/a/b")
    assert says.properties == {
        "team": "Blue",
        "Helicone-Session-Id": "s",
        "Helicone-Session-Name": "n",
        "Helicone-Session-Path": "/a/b",
    }
    assert (says.model_override, says.prompt_id, says.omit_request, says.omit_response) == ("m", "p", True, False)


def test_an_id_is_made_where_none_is_given() -> None:
    """A call without an id of its own gets a new one each time."""
    assert plan("/v1/responses").request_id != plan("/v1/responses").request_id


def test_a_bad_request_id_is_refused() -> None:
    """An id that cannot be kept is an error, not silently another id."""
    with pytest.raises(BadHeader, match="Helicone-Request-Id"):
        plan("/v1/responses", helicone_request_id="x" * 256)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/health/live",
        "/v1/request/x/score",
        "/v1/request/query",
        "/v1/feedback",
        "/oai/v1/log",
        "/v1/trace/log",
        "/v1/modelsx",
        "/v1/gateway",
        "/v1/gatewayx/oai",
        "/jawn/v1/chat/completions",
        "/v1/chat/completionsx",
    ],
)
def test_other_paths_are_not_the_gateways(path: str) -> None:
    """The REST API's paths, and what only looks like the gateway's, are left alone."""
    assert route_of(path) is None


@pytest.mark.parametrize("sample", RECORDED, ids=lambda sample: f"{sample['client']} {sample['path']}")
async def test_recorded_clients_get_through_unchanged(rig: Rig, sample: dict[str, Any]) -> None:
    """What published clients really send reaches the upstream they name, is answered and recorded as they say."""
    replaced = {
        "sk-helicone-test-key": rig.keys.write,
        "http://127.0.0.1:9913": rig.origin.url,
    }
    headers = []
    for name, value in sample["headers"].items():
        for old, new in replaced.items():
            value = value.replace(old, new)  # noqa: PLW2901 -- the value as it is sent here
        if name.lower() not in ("host", "content-length"):
            headers.append(f"{name}: {value}")
    body = json.dumps(sample["body"]).encode()
    answer = await rig.ask(sample["path"], headers=headers, body=body, bare=True)
    (call,) = await rig.recorded()
    (heard,) = rig.origin.heard
    assert (answer.status, heard.line, heard.body) == (200, f"POST {sample['path']} HTTP/1.1", body)
    assert not [name for name, _ in heard.headers if name.startswith("helicone")]
    assert call.request_model == sample["body"]["model"]
    said = {name.lower(): value for name, value in sample["headers"].items()}
    assert answer.header("helicone-id") == call.request_id == said["helicone-request-id"]
    assert {name: getattr(call, name) for name in sample["expected"]} == sample["expected"]
