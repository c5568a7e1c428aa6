"""Undoing Content-Encoding on a captured copy, within bounds: a small body must not become a large one."""

import sys
import zlib
from collections.abc import Generator, Iterator
from typing import NamedTuple

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CODINGS = ("gzip", "deflate", "zstd")
"""What can be decoded: a gateway that wants readable copies asks upstreams for no other coding."""

MAX_DECODED_BYTES = 32 * 1024 * 1024
MAX_RATIO = 100
RATIO_FREE_BYTES = 1024 * 1024
_STEP = 1024 * 1024
_MAX_MEMBERS = 1000
_ALIASES = {"x-gzip": "gzip"}


class Decoded(NamedTuple):
    """The plain bytes, and in words why they are missing or cut short ("" when they are not)."""

    body: bytes
    note: str = ""


class _TooLarge(Exception):
    """The plain bytes are more than are wanted."""


def decoded(body: bytes, content_encoding: str) -> Decoded:
    """The body with its codings undone, last applied first. Never raises.

    A copy cut short gives what its part decodes to. A coding that is unknown, or an answer that grows past
    MAX_DECODED_BYTES, or past MAX_RATIO to one once it is over RATIO_FREE_BYTES, gives no body but a note.
    """
    try:
        return _decoded(body, content_encoding, MAX_DECODED_BYTES)
    except _TooLarge as error:
        return Decoded(b"", str(error))


def grows_beyond(body: bytes, content_encoding: str, size: int) -> bool:
    """Whether a body has more than ``size`` bytes once a coding is undone. Undoes little more than that."""
    try:
        return len(_decoded(body, content_encoding, size).body) > size
    except _TooLarge:
        return True


def _decoded(body: bytes, content_encoding: str, most_bytes: int) -> Decoded:
    named = (coding.strip().lower() for coding in content_encoding.split(","))
    for coding in reversed([_ALIASES.get(name, name) for name in named if name not in ("", "identity")]):
        if coding not in CODINGS:
            return Decoded(b"", f"content-encoding {coding[:40]!r} cannot be decoded")
        body, note = _inflated(body, coding, most_bytes)
        if note:
            return Decoded(body, note)
    return Decoded(body)


def _inflated(body: bytes, coding: str, most_bytes: int) -> Decoded:
    limit = min(most_bytes, max(RATIO_FREE_BYTES, MAX_RATIO * len(body)))
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in _pieces(body, coding):
            size += len(piece)
            if size > limit:
                raise _TooLarge(f"the {coding} body decodes to more than {limit} bytes")
            pieces.append(piece)
    except (zlib.error, zstd.ZstdError, EOFError):
        return Decoded(b"".join(pieces), f"the {coding} body is damaged")
    return Decoded(b"".join(pieces))


def _pieces(body: bytes, coding: str) -> Iterator[bytes]:
    """Decoded pieces of bounded size, member after member.

    Raises:
        zlib.error, zstd.ZstdError: not that coding. EOFError: more members than any real body has.
    """
    for _ in range(_MAX_MEMBERS):
        if not body:
            return
        body = yield from (_zstd_frame(body) if coding == "zstd" else _zlib_member(body, _window_bits(body, coding)))
    raise EOFError


def _zstd_frame(body: bytes) -> Generator[bytes, None, bytes]:
    frame = zstd.ZstdDecompressor()
    yield frame.decompress(body, _STEP)
    while not frame.eof and not frame.needs_input:
        yield frame.decompress(b"", _STEP)
    return frame.unused_data


def _zlib_member(body: bytes, window_bits: int) -> Generator[bytes, None, bytes]:
    member = zlib.decompressobj(window_bits)
    while body and not member.eof:
        yield member.decompress(body, _STEP)
        body = member.unconsumed_tail
    if member.eof:
        return member.unused_data  # read before any flush, which would add unconsumed_tail to it once more
    yield member.flush()
    return b""


def _window_bits(body: bytes, coding: str) -> int:
    """Servers send both zlib and raw deflate under the name deflate; the header tells them apart."""
    if coding == "gzip":
        return 16 + zlib.MAX_WBITS
    is_zlib = len(body) > 1 and body[0] & 0x0F == zlib.DEFLATED and int.from_bytes(body[:2]) % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS
