"""What a browser sends and is sent: the cookies of its session and device, and the proof that a page of ours is asking.

A browser adds the cookie to whatever asks, so the cookie alone proves nothing: another site's page may be asking. The
browser itself says where the asking page came from, in headers that no page can set.
"""

import datetime as dt
import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import Cookie

from helicorder.errors import Forbidden
from helicorder.model.principal import DEVICE_COOKIE, SESSION_COOKIE

_IPV6_NEIGHBOURS = 64  # bits: a household or a rented machine has all addresses behind them
_FOREIGN = (
    "This was not asked by a page of this server: Sec-Fetch-Site or Origin names another one, or neither is there."
)


def session_secret(headers: Mapping[str, str]) -> str | None:
    """The session's secret; None without one, and where two are sent: then somebody else has set one of them."""
    return _cookie_in(headers, SESSION_COOKIE)


def device_secret(headers: Mapping[str, str]) -> str:
    """What a browser that was signed in with before is recognised by; empty without it, and where two are sent."""
    return _cookie_in(headers, DEVICE_COOKIE) or ""


def _cookie_in(headers: Mapping[str, str], name: str) -> str | None:
    start = f"{name}="
    pairs = (pair.strip() for pair in headers.get("cookie", "").split(";"))
    found = [pair.removeprefix(start) for pair in pairs if pair.startswith(start)]
    return found[0] if len(found) == 1 and found[0] else None


def require_own_page(headers: Mapping[str, str], public_url: str) -> None:
    """Let through what a page of this server asks.

    Raises:
        Forbidden: a page of another site asks, or nothing says who does.
    """
    site = headers.get("sec-fetch-site")
    own = site == "same-origin" if site is not None else _is_own(headers.get("origin"), headers, public_url)
    if not own:
        raise Forbidden(_FOREIGN)


def refuse_other_pages(headers: Mapping[str, str], public_url: str) -> None:
    """Let through what a page of this server asks, and what no page asks: a script says nothing of where it is from.

    Raises:
        Forbidden: a page of another site asks.
    """
    if "sec-fetch-site" in headers or "origin" in headers:
        require_own_page(headers, public_url)


def _is_own(origin: str | None, headers: Mapping[str, str], public_url: str) -> bool:
    """Whether an Origin is ours: PUBLIC_URL's, or the host that this request was sent to.

    The scheme is not compared with our own: TLS ends before us.
    """
    if not origin or origin == "null":
        return False
    if public_url and origin == "{0.scheme}://{0.netloc}".format(urlsplit(public_url)):
        return True
    return urlsplit(origin).netloc == headers.get("host")


def cookie_of(secret: str, expires_at: dt.datetime, *, secure: bool, name: str = SESSION_COOKIE) -> Cookie:
    """The cookie that keeps a secret in a browser until its end: for this host alone, and for no script."""
    seconds = max(0, int((expires_at - dt.datetime.now(dt.UTC)).total_seconds()))
    return _cookie(name, secret, seconds, secure=secure)


def no_cookie(*, secure: bool) -> Cookie:
    """What makes a browser forget the session."""
    return _cookie(SESSION_COOKIE, "", 0, secure=secure)


def _cookie(name: str, value: str, seconds: int, *, secure: bool) -> Cookie:
    return Cookie(name, path="/", value=value, max_age=seconds, secure=secure or None, httponly=True, samesite="strict")


def came_over_tls(request: Request[Any, Any, Any], public_url: str) -> bool:
    """Whether the browser speaks TLS, to us or to a proxy before us."""
    forwarded = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    return "https" in (request.scope["scheme"], forwarded, urlsplit(public_url).scheme.lower())


def address_of(request: Request[Any, Any, Any]) -> str:
    """Whom failed attempts are counted against: the caller's address, or the one that a proxy beside us names.

    A caller from a public address is no proxy of ours, so what it says of itself is not believed. IPv6 counts by /64.
    """
    peer = _ip(request.client.host if request.client else "")
    if peer is not None and not peer.is_global:
        peer = _ip(request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()) or peer
    if isinstance(peer, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((peer, _IPV6_NEIGHBOURS), strict=False))
    return str(peer)


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
