"""The headers of a request and of an answer: what is ours, what is for one hop only, what is passed on.

Helicone's headers never reach an upstream, and a Helicone key never does, in whichever header it came. Nor do
the cookies of a browser's session and device with us, which open nothing here; and no upstream sets them.
"""

import functools
from collections.abc import Callable, Iterable

import msgspec
from multidict import CIMultiDict

from helicorder.errors import BadHeader, MethodNotAllowed
from helicorder.model.principal import DEVICE_COOKIE, SESSION_COOKIE
from helicorder.providers.encoding import CODINGS

RawHeaders = list[tuple[bytes, bytes]]

MAX_HEADER_BYTES = 32_768
NO_WEBSOCKETS = "WebSocket connections are not served yet."
# pk- are Helicone's write-only keys: not known here, but not the upstream's business either.
_HELICONE_KEYS = ("sk-helicone-", "pk-helicone-")
_HELICONE_KEY_MARK = b"k-helicone-"
_HELICONE_HEADER = b"helicone-"
_OWN_COOKIES = (f"{SESSION_COOKIE}=", f"{DEVICE_COOKIE}=")
_SETS_OWN_COOKIE = tuple(cookie.encode() for cookie in _OWN_COOKIES)
_READABLE_CODINGS = frozenset({*CODINGS, "identity"})
_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_PLAIN_CONNECTION = frozenset({b"keep-alive", b"close"})


class Inbound(msgspec.Struct):
    """A request's headers, read once.

    Attributes:
        helicone: the Helicone-* ones, lower-case name to text.
        forwarded: what the upstream will see.
        secret: the Helicone key, from Helicone-Auth or else from where a provider key belongs.
        provider_key: whether a credential for the upstream is among the forwarded.
        content_length: as declared; None for a chunked body; 0 for none.
        for_this_hop: the headers that Connection names.
    """

    helicone: dict[str, str]
    forwarded: CIMultiDict[str]
    secret: str | None = None
    provider_key: bool = False
    content_length: int | None = 0
    for_this_hop: frozenset[bytes] = frozenset()


def read_inbound(raw: Iterable[tuple[bytes, bytes]]) -> Inbound:
    """The headers of an ASGI scope, whose names are lower-cased.

    Raises:
        BadHeader: too large together, or a Helicone header given twice.
        MethodNotAllowed: a WebSocket handshake, as a server that does not speak WebSocket hands it on.
    """
    inbound = Inbound(helicone={}, forwarded=CIMultiDict())
    size = 0
    for name, value in raw:
        size += len(name) + len(value)
        if reader := _READERS.get(name):
            reader(inbound, name, value)
        elif name.startswith(_HELICONE_HEADER):
            _take_helicone(inbound, name, value)
        else:
            inbound.forwarded.add(name.decode("latin-1"), _text(value))
    if size > MAX_HEADER_BYTES:
        raise BadHeader(f"The headers may have {MAX_HEADER_BYTES} bytes together; they have {size}.")
    for name in inbound.for_this_hop:
        inbound.forwarded.popall(name.decode("latin-1"), None)
    inbound.secret = _bare(inbound.helicone.pop("helicone-auth", "")) or inbound.secret
    return inbound


def _take_helicone(inbound: Inbound, name: bytes, value: bytes) -> None:
    text = name.decode("latin-1")
    if text in inbound.helicone:
        raise BadHeader(f"{text} is given twice.")
    inbound.helicone[text] = _text(value)


def _take_credential(inbound: Inbound, name: bytes, value: bytes) -> None:
    """Pass a credential on without the Helicone keys in it: ``Bearer PROVIDER, Bearer sk-helicone-...`` is two."""
    text = _text(value)
    if _HELICONE_KEY_MARK in value:
        parts = [part.strip() for part in text.split(",")]
        ours = [_bare(part) for part in parts if _bare(part).startswith(_HELICONE_KEYS)]
        inbound.secret = inbound.secret or next(iter(ours), None)
        text = ", ".join(part for part in parts if not _bare(part).startswith(_HELICONE_KEYS))
    if text:
        inbound.forwarded.add(name.decode("latin-1"), text)
        inbound.provider_key = True


def _take_cookie(inbound: Inbound, name: bytes, value: bytes) -> None:
    text = _text(value)
    if any(cookie in text for cookie in _OWN_COOKIES):
        text = ";".join(pair for pair in text.split(";") if not pair.strip().startswith(_OWN_COOKIES)).strip()
    if text:
        inbound.forwarded.add(name.decode("latin-1"), text)


def _take_accepted_codings(inbound: Inbound, name: bytes, value: bytes) -> None:
    inbound.forwarded.add(name.decode("latin-1"), _readable(value))


@functools.lru_cache(maxsize=256)
def _readable(accepted: bytes) -> str:
    """Accept-Encoding as the caller says, but for the codings that the record could not be read from (brotli)."""
    codings = (coding.strip() for coding in _text(accepted).split(","))
    kept = [coding for coding in codings if coding.partition(";")[0].strip().lower() in _READABLE_CODINGS]
    return ", ".join(kept) or "identity"


def _take_length(inbound: Inbound, _: bytes, value: bytes) -> None:
    if not value.isdigit():
        raise BadHeader("Content-Length is not a number.")
    inbound.content_length = int(value)


def _take_transfer_coding(inbound: Inbound, _: bytes, __: bytes) -> None:
    inbound.content_length = None


def _take_connection(inbound: Inbound, _: bytes, value: bytes) -> None:
    inbound.for_this_hop |= _named_by_connection(value)


def _refuse_websocket(_: Inbound, __: bytes, value: bytes) -> None:
    if value.strip().lower() == b"websocket":
        raise MethodNotAllowed(NO_WEBSOCKETS)


def _drop(_: Inbound, __: bytes, ___: bytes) -> None:
    """For this hop only, or written anew for the next."""


_READERS: dict[bytes, Callable[[Inbound, bytes, bytes], None]] = {
    **dict.fromkeys(_HOP_BY_HOP, _drop),
    b"upgrade": _refuse_websocket,
    b"host": _drop,
    b"expect": _drop,
    b"connection": _take_connection,
    b"transfer-encoding": _take_transfer_coding,
    b"content-length": _take_length,
    b"accept-encoding": _take_accepted_codings,
    b"cookie": _take_cookie,
    b"authorization": _take_credential,
    b"x-api-key": _take_credential,
    b"api-key": _take_credential,
    b"x-goog-api-key": _take_credential,
}


def _bare(credential: str) -> str:
    credential = credential.strip()
    return credential[7:].strip() if credential[:7].lower() == "bearer " else credential


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _named_by_connection(value: bytes) -> frozenset[bytes]:
    """The headers that Connection declares to be for this hop only."""
    if value in _PLAIN_CONNECTION:
        return frozenset()
    return frozenset(token.strip().lower() for token in value.split(b",")) - _PLAIN_CONNECTION


def answer_headers(raw: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
    """An upstream's headers as the caller gets them."""
    passed: RawHeaders = []
    for_this_hop: frozenset[bytes] = frozenset()
    for name, value in raw:
        lower = name.lower()
        if lower == b"connection":
            for_this_hop |= _named_by_connection(value.lower())
        elif lower not in _HOP_BY_HOP and not lower.startswith(_HELICONE_HEADER) and not _is_own_cookie(lower, value):
            passed.append((lower, value))
    return [header for header in passed if header[0] not in for_this_hop] if for_this_hop else passed


def _is_own_cookie(name: bytes, value: bytes) -> bool:
    """Whether an upstream sets a cookie of ours: whoever holds its session would be signed in as it likes."""
    return name == b"set-cookie" and value.lstrip().startswith(_SETS_OWN_COOKIE)
