"""The one outbound HTTP client: pooled, follows no redirect, keeps no cookie, changes no byte."""

import asyncio
import io
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver
from multidict import CIMultiDict
from yarl import URL

from helicorder.gateway.addresses import PublicResolver, refuse_private_literal

_KEEP_ALIVE_SECONDS = 30.0
_AT_ONCE_BYTES = 1 << 20
_DNS_CACHE_SECONDS = 10
# An answer's head may be larger than a request's: providers send long rate-limit and cookie headers.
_MAX_HEADER_LINE = 65_536
# What aiohttp would otherwise add by itself; the upstream sees what the caller sent.
_AUTOMATIC_HEADERS = frozenset({"Accept", "Accept-Encoding", "Content-Type", "User-Agent"})
# An event larger than this is passed on in parts rather than held back.
_LONGEST_HELD = 65_536
EVENT_ENDS = (b"\n\n", b"\r\n\r\n", b"\r\r")


class Upstream:
    """Two connection pools that never share a connection: one for configured upstreams, one for those callers name.

    Construct inside a running event loop.

    Args:
        connect_seconds: for resolving, connecting and TLS together.
        idle_seconds: how long an upstream may stay silent, before its head or inside its body. No limit in total.
        allow_private: let callers name upstreams on private addresses.
        resolver: how names become addresses; the system's resolver unless given.
    """

    def __init__(
        self,
        *,
        connect_seconds: float,
        idle_seconds: float,
        allow_private: bool,
        resolver: AbstractResolver | None = None,
    ) -> None:
        resolver = resolver or aiohttp.ThreadedResolver()
        timeout = aiohttp.ClientTimeout(
            total=None, connect=connect_seconds, sock_connect=connect_seconds, sock_read=idle_seconds
        )
        self._allow_private = allow_private
        self._configured = _session(resolver, timeout)
        self._named = _session(resolver if allow_private else PublicResolver(resolver), timeout)

    async def open(
        self, method: str, url: URL, headers: CIMultiDict[str], body: bytes | None, *, named: bool
    ) -> aiohttp.ClientResponse:
        """Send a request and wait for the head of its answer. The caller closes the response.

        ``named`` says that a caller chose the URL, not the operator.

        Raises:
            UpstreamRefused: named, and not on a public address.
            aiohttp.ClientError, OSError: unreachable, or not speaking HTTP.
            TimeoutError: no connection, or no head, in time.
        """
        if named and not self._allow_private:
            refuse_private_literal(url)
        session = self._named if named else self._configured
        # From a file in memory a large body goes out in pieces, between which others have their turn.
        data = io.BytesIO(body) if body is not None and len(body) > _AT_ONCE_BYTES else body
        try:
            return await session.request(method, url, headers=headers, data=data, allow_redirects=False)
        except UnicodeError as error:  # a host that IDNA cannot encode
            raise aiohttp.InvalidURL(url) from error

    async def close(self) -> None:
        """Close every connection."""
        await self._configured.close()
        await self._named.close()


def _session(resolver: AbstractResolver, timeout: aiohttp.ClientTimeout) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=0, resolver=resolver, ttl_dns_cache=_DNS_CACHE_SECONDS, keepalive_timeout=_KEEP_ALIVE_SECONDS
    )
    return aiohttp.ClientSession(
        connector=connector,
        timeout=timeout,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=_AUTOMATIC_HEADERS,
        auto_decompress=False,
        trust_env=False,
        max_line_size=_MAX_HEADER_LINE,
        max_field_size=_MAX_HEADER_LINE,
    )


def _retrieve(closed: asyncio.Future[None]) -> None:
    closed.exception()


class Pieces:
    """An answer's body in the pieces the upstream cut it into, undecoded.

    A chunk of the chunked coding is one piece, however the network split it: some clients keep no buffer between reads
    and lose an event that reaches them in two parts. Only events are held back for that, and only up to 64 KiB.

    Read inside ``with``: aiohttp closes the connection of an upstream that breaks the chunked coding but leaves the
    reader of the body waiting for ever, so the end of the connection is watched here.
    """

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._content = response.content
        connection = response.connection
        protocol = None if connection is None else connection.protocol
        self._closed = None if protocol is None else protocol.closed
        self._hold = response.headers.get("Content-Type", "").lower().startswith("text/event-stream") and (
            "Transfer-Encoding" in response.headers
        )

    def __enter__(self) -> Self:
        if self._closed is None:
            self._connection_ended()
        else:
            # The future outlives this answer where the connection is used again, and wants its error looked at.
            self._closed.remove_done_callback(_retrieve)
            self._closed.add_done_callback(_retrieve)
            self._closed.add_done_callback(self._connection_ended)
        return self

    def __exit__(self, *_: object) -> None:
        if self._closed is not None:
            self._closed.remove_done_callback(self._connection_ended)

    def _connection_ended(self, _: object = None) -> None:
        if not self._content.is_eof() and self._content.exception() is None:
            self._content.set_exception(aiohttp.ClientPayloadError("The body broke the rules of its framing."))

    async def next(self) -> bytes:
        """The next piece; empty at the end.

        Raises:
            aiohttp.ClientError, OSError, TimeoutError: the upstream broke off or fell silent; all that came before
                has been given out.
        """
        held = b""
        while True:
            try:
                data, chunk_ended = await self._content.readchunk()
            except (aiohttp.ClientError, OSError, TimeoutError):
                if held or (held := self._left()):
                    return held
                raise
            piece = held + data if held else data
            at_end = not data and not chunk_ended
            if at_end or (piece and (chunk_ended or self._may_go(piece))):
                return piece
            held = piece

    def _may_go(self, piece: bytes) -> bool:
        return not self._hold or len(piece) >= _LONGEST_HELD or piece.endswith(EVENT_ENDS)

    def _left(self) -> bytes:
        """What had arrived before the failure; aiohttp reports the failure first."""
        failure = self._content.exception()
        if failure is None:
            return b""
        self._content.set_exception(None)  # type: ignore[arg-type]  # None takes it back
        try:
            return self._content.read_nowait()
        finally:
            self._content.set_exception(failure)
