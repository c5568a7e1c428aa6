"""Idempotency-Key: the same request sent twice has one effect and one answer."""

import asyncio
import hashlib
import zlib
from typing import Any

from litestar import Request

from helicorder.errors import BadHeader
from helicorder.ingest.journal import Claim
from helicorder.model.principal import Principal
from helicorder.workers.pool import LARGE_BYTES

MAX_KEY_LENGTH = 255
# The answer to a batch has a line for each of ten thousand items, and is kept for two days beside what waits for the
# store. Packed it begins with a character that no answer begins with.
_PACKED = b"\x00"
_WORTH_PACKING = 1024
_REPLAYED = "helicorder.replayed"


async def claim_of(request: Request[Any, Any, Any], answer: bytes) -> Claim | None:
    """The claim that this request's Idempotency-Key makes; None without a key.

    Its fingerprint is of all that tells requests apart: method, path, Helicone headers and body.

    Raises:
        BadHeader: an empty or over-long key.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_KEY_LENGTH:
        raise BadHeader(f"Idempotency-Key must have 1 to {MAX_KEY_LENGTH} characters.")
    principal: Principal = request.scope["user"]
    digest = hashlib.sha256(f"{request.method} {request.scope['path']}\n".encode())
    for name, value in sorted(request.headers.items()):
        if name.startswith("helicone-") and name != "helicone-auth":
            digest.update(f"{name}:{value}\n".encode())
    body = await request.body()
    if len(body) > LARGE_BYTES:
        await asyncio.to_thread(digest.update, body)
    else:
        digest.update(body)
    return Claim(org_id=principal.org_id, key=key, fingerprint=digest.digest(), answer=packed(answer))


def mark_replayed(scope: Any) -> None:
    """Note that this request had its effect the first time it came; `is_replayed` tells."""
    scope[_REPLAYED] = True


def is_replayed(scope: Any) -> bool:
    """Whether a request is answered as it was before."""
    return _REPLAYED in scope


def packed(answer: bytes) -> bytes:
    """An answer as it is kept."""
    return _PACKED + zlib.compress(answer, 1) if len(answer) >= _WORTH_PACKING else answer


def unpacked(kept: bytes) -> bytes:
    """An answer as it was given."""
    return zlib.decompress(kept[1:]) if kept.startswith(_PACKED) else kept
