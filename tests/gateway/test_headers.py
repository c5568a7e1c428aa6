"""What of a request's headers reaches the upstream, and what of an answer's reaches the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helicorder.errors import BadHeader, MethodNotAllowed
from helicorder.gateway.headers import MAX_HEADER_BYTES, answer_headers, read_inbound

if TYPE_CHECKING:
    from gateway.conftest import Heard, Rig

FOR_ONE_HOP = [
    "Connection: keep-alive, X-Only-Here",
    "X-Only-Here: 1",
    "Keep-Alive: timeout=5",
    "TE: trailers",
    "Proxy-Authorization: Basic x",
    "Proxy-Connection: keep-alive",
    "Trailer: X-T",
    "Expect: 100-continue",
]
HELICONES = [
    "Helicone-User-Id: u",
    "Helicone-Property-Team: a",
    "Helicone-Cache-Enabled: true",
    "Helicone-Retry-Enabled: true",
    "Helicone-RateLimit-Policy: 10;w=60",
    "Helicone-Something-New: x",
]
PASSED = ["X-Custom: a, b", "X-Twice: 1", "X-Twice: 2", "User-Agent: me", "Accept: x/y", "X-Utf8: é", "Cookie: a=b"]


async def test_only_the_callers_own_headers_reach_the_upstream(rig: Rig) -> None:
    """Helicone's and hop-by-hop headers are stripped, the rest arrives as sent, and nothing is added but framing."""
    line = await rig.post(headers=[*FOR_ONE_HOP, *HELICONES, *PASSED])
    assert [(await line.head())[0] for _ in range(2)] == [100, 200]
    (heard,) = rig.origin.heard
    host = rig.origin.url.removeprefix("http://")
    expected = {("host", host), ("authorization", f"Bearer {rig.provider_key}"), ("content-length", "67")}
    expected |= {(name.lower(), value.strip()) for name, _, value in (row.partition(":") for row in PASSED)}
    got = {(name.lower(), value.encode("latin-1").decode()) for name, value in heard.headers}
    assert got == expected
    assert len(heard.headers) == len(expected)


async def test_only_the_upstreams_own_headers_reach_the_caller(rig: Rig) -> None:
    """Hop-by-hop and foreign Helicone headers are stripped; the rest, repeated ones too, arrives beside ours."""

    async def answer_richly(heard: Heard) -> None:
        await heard.plain(
            b"{}",
            "Connection: keep-alive, X-Only-Here",
            "X-Only-Here: 1",
            "Keep-Alive: timeout=5",
            "Helicone-Id: forged",
            "Helicone-Cache: HIT",
            "X-RateLimit-Remaining: 7",
            "Set-Cookie: a=1",
            "Set-Cookie: b=2",
            "Server: upstream",
            "Date: Mon, 01 Jan 2024 00:00:00 GMT",
        )

    rig.origin.script = answer_richly
    answer = await rig.ask(headers=["Helicone-Request-Id: my-own-id"])
    assert sorted(answer.headers) == [
        ("content-length", "2"),
        ("content-type", "application/json"),
        ("date", "Mon, 01 Jan 2024 00:00:00 GMT"),
        ("helicone-id", "my-own-id"),
        ("helicone-status", "success"),
        ("server", "upstream"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("x-ratelimit-remaining", "7"),
    ]


@pytest.mark.parametrize(
    ("headers", "secret", "forwarded"),
    [
        ({"helicone-auth": "Bearer sk-helicone-a", "authorization": "Bearer p"}, "sk-helicone-a", "Bearer p"),
        ({"helicone-auth": "sk-helicone-a", "authorization": "Bearer p"}, "sk-helicone-a", "Bearer p"),
        ({"helicone-auth": "bearer  sk-helicone-a "}, "sk-helicone-a", None),
        ({"authorization": "Bearer p, Bearer sk-helicone-a"}, "sk-helicone-a", "Bearer p"),
        ({"authorization": "Bearer sk-helicone-a, Bearer p"}, "sk-helicone-a", "Bearer p"),
        ({"authorization": "Bearer p,sk-helicone-a"}, "sk-helicone-a", "Bearer p"),
        ({"authorization": "Bearer sk-helicone-a"}, "sk-helicone-a", None),
        ({"authorization": "Bearer pk-helicone-a, Bearer p"}, "pk-helicone-a", "Bearer p"),
        ({"helicone-auth": "Bearer sk-helicone-a", "authorization": "Bearer sk-helicone-b"}, "sk-helicone-a", None),
        ({"authorization": "Bearer p"}, None, "Bearer p"),
        ({"authorization": "Basic dXNlcjpwYXNz"}, None, "Basic dXNlcjpwYXNz"),
        ({}, None, None),
    ],
)
def test_a_helicone_key_is_found_and_never_forwarded(
    headers: dict[str, str], secret: str | None, forwarded: str | None
) -> None:
    """The Helicone key is taken from Helicone-Auth first, from beside or instead of a provider key otherwise."""
    inbound = read_inbound([(name.encode(), value.encode()) for name, value in headers.items()])
    assert (inbound.secret, inbound.forwarded.get("authorization")) == (secret, forwarded)
    assert inbound.provider_key is (forwarded is not None)
    assert inbound.helicone == {}


@pytest.mark.parametrize("name", ["x-api-key", "api-key", "x-goog-api-key"])
def test_a_helicone_key_in_any_providers_header_stays_here(name: str) -> None:
    """A Helicone key where another provider's key belongs authenticates, and is not sent on."""
    inbound = read_inbound([(name.encode(), b"sk-helicone-a")])
    assert (inbound.secret, dict(inbound.forwarded)) == ("sk-helicone-a", {})


@pytest.mark.parametrize(
    ("sent", "forwarded"),
    [
        ("gzip, deflate, br", "gzip, deflate"),
        ("gzip;q=1.0, br;q=0.9, *;q=0.1", "gzip;q=1.0"),
        ("br", "identity"),
        ("", "identity"),
        ("identity", "identity"),
    ],
)
def test_unreadable_codings_are_not_asked_for(sent: str, forwarded: str) -> None:
    """Codings that the record could not be read from are left out of Accept-Encoding."""
    assert read_inbound([(b"accept-encoding", sent.encode())]).forwarded["accept-encoding"] == forwarded


@pytest.mark.parametrize(
    ("sent", "forwarded"),
    [
        ("a=b", "a=b"),
        ("a=b; c=d", "a=b; c=d"),
        ("helicorder_session=secret", None),
        ("a=b; helicorder_session=secret", "a=b"),
        ("helicorder_session=secret; a=b", "a=b"),
        ("a=b;helicorder_session=secret;  c=d", "a=b;  c=d"),
        ("x=helicorder_session=secret", "x=helicorder_session=secret"),
        ("helicorder_device=secret", None),
        ("helicorder_device=secret; a=b; helicorder_session=secret", "a=b"),
    ],
)
def test_our_cookies_stay_here(sent: str, forwarded: str | None) -> None:
    """The cookies of a browser that signed in here are taken off, others pass as they were sent; they are no key."""
    inbound = read_inbound([(b"cookie", sent.encode())])
    assert inbound.forwarded.get("cookie") == forwarded
    assert inbound.secret is None


@pytest.mark.parametrize("name", [b"Set-Cookie", b"set-cookie", b"SET-COOKIE"])
def test_no_upstream_signs_a_browser_in(name: bytes) -> None:
    """An upstream's cookies of the names of ours are taken off, whatever they hold; its others pass."""
    answered = [
        (name, b"helicorder_device=forged; Path=/"),
        (name, b"helicorder_session=forged; Path=/"),
        (name, b" helicorder_session=; Max-Age=0"),
        (name, b"a=1"),
    ]
    assert answer_headers(answered) == [(b"set-cookie", b"a=1")]


def test_text_is_utf8_or_else_latin1() -> None:
    """Header bytes are read as UTF-8 where they are, as Latin-1 where not."""
    raw = [(b"helicone-user-id", "é".encode()), (b"helicone-property-a", b"\xe9")]
    assert read_inbound(raw).helicone == {"helicone-user-id": "é", "helicone-property-a": "é"}


@pytest.mark.parametrize(
    "raw",
    [
        [(b"helicone-user-id", b"a"), (b"helicone-user-id", b"b")],
        [(b"helicone-auth", b"a"), (b"helicone-auth", b"b")],
        [(b"x", b"a" * MAX_HEADER_BYTES)],
        [(b"content-length", b"-1")],
        [(b"content-length", b"1e3")],
    ],
)
def test_ambiguous_or_oversized_headers_are_refused(raw: list[tuple[bytes, bytes]]) -> None:
    """A Helicone header given twice, headers too large together, and a length that is no number are bad headers."""
    with pytest.raises(BadHeader):
        read_inbound(raw)


def test_a_websocket_handshake_is_refused_as_plain_http_too() -> None:
    """A server that does not speak WebSocket hands the handshake on as a GET, which must not reach an upstream."""
    with pytest.raises(MethodNotAllowed):
        read_inbound([(b"upgrade", b"WebSocket")])
    assert read_inbound([(b"upgrade", b"h2c")]).forwarded == {}


def test_names_of_an_answer_come_out_lower_case() -> None:
    """ASGI wants lower-case names; values are the upstream's bytes."""
    assert answer_headers([(b"X-A", b"\xff"), (b"Connection", b"X-b"), (b"X-B", b"1")]) == [(b"x-a", b"\xff")]
