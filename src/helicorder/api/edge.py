"""Around every REST answer: what holds for all of them, whoever makes them."""

import asyncio
from typing import Any

import structlog
from litestar.types import ASGIApp, Receive, Scope, Send

from helicorder.api.head import with_head
from helicorder.api.idempotency import is_replayed
from helicorder.api.limits import Limits
from helicorder.api.paths import mark_encoded_slashes
from helicorder.api.strict_request import release_shares

PIECE_BYTES = 128 * 1024
"""Of an answer, what a reader must take within its patience: two kilobytes a second, at the default."""

_SECURITY_HEADERS = [
    (b"cache-control", b"private, no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
]

_REPLAYED = (b"idempotent-replayed", b"true")

log = structlog.get_logger()


class ReaderStalled(Exception):
    """A reader took nothing of its answer for too long."""


def edge(app: ASGIApp, limits: Limits) -> ASGIApp:
    """The API with ids with slashes routed rightly, nothing cached or sniffed, replays told as such.

    An answer goes out in pieces. One whose reader takes none of them for too long is broken off: it is never ended as
    if it were whole.
    """
    app = with_head(app)

    async def at_edge(scope: Scope, receive: Receive, send: Send) -> None:
        mark_encoded_slashes(scope)
        stalled = False

        async def send_patiently(message: Any) -> None:
            nonlocal stalled
            try:
                async with asyncio.timeout(limits.reader_idle_seconds):
                    await send(message)
            except TimeoutError:
                stalled = True
                limits.readers_broken_off += 1
                log.warning("reader_broken_off", path=scope["path"], seconds=limits.reader_idle_seconds)
                raise ReaderStalled from None

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                replayed = [_REPLAYED] if is_replayed(scope) else []
                message["headers"] = [*message["headers"], *_SECURITY_HEADERS, *replayed]
                await send(message)
                return
            body, more = message.get("body", b""), message.get("more_body", False)
            for start in range(0, len(body), PIECE_BYTES):
                piece, is_last = body[start : start + PIECE_BYTES], start + PIECE_BYTES >= len(body)
                await send_patiently({"type": message["type"], "body": piece, "more_body": more or not is_last})
            if not body:
                await send_patiently(message)

        try:
            await app(scope, receive, send_with_headers)
        except Exception:
            if not stalled:
                raise
        finally:
            release_shares(scope)

    return at_edge
