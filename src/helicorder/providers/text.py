"""Text and JSON as they really come: cut, misencoded, with half emoji, NaN, or nested a thousand deep."""

import json
import math
import re
from typing import Any

import msgspec

_BINARY_TYPES = ("audio/", "image/", "video/", "font/", "multipart/")
_BINARY_SUBTYPES = ("octet-stream", "pdf", "zip", "eventstream", "protobuf")
_SNIFFED_BYTES = 4096
_BOM = b"\xef\xbb\xbf"
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)

MAX_VALUES = 1_000_000
"""JSON with more values than this is never built: each takes a hundred bytes and some microseconds. It stays text."""


def values_in(data: bytes) -> int:
    """How many values a JSON text has at most; exact but for empty lists and objects, which count twice."""
    return 1 + data.count(b",") + data.count(b"[") + data.count(b"{")


def is_too_complex(data: bytes | str, most: int = MAX_VALUES) -> bool:
    """Whether a JSON text holds more than so many values. What stands within its strings does not count."""
    if len(data) <= most:
        return False
    data = data.encode("utf-8", "replace") if isinstance(data, str) else data
    return values_in(data) > most and values_in(_STRING.sub(b"", data)) > most


def sanitize(text: str) -> str:
    """The text with each lone surrogate as U+FFFD; halves of a pair that meet are joined, so emoji stay.

    NUL stays too: a ClickHouse String holds it, so there is no reason to lose it as Helicone does.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def text_of(body: bytes, content_type: str = "") -> str | None:
    """The body as text, bad UTF-8 as U+FFFD; None where it is not text (audio, images, uploads)."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith(_BINARY_TYPES) or kind.endswith(_BINARY_SUBTYPES):
        return None
    if b"\0" in body[:_SNIFFED_BYTES] or (not kind and body.startswith(b"--")):
        return None
    return body.decode(errors="replace")


def loads(data: bytes) -> Any:
    """The JSON value in data, or None when there is none, or when it is too complex to build. Never raises.

    Strict and fast first; what that refuses is tried once more leniently, because providers do send half surrogate
    pairs, NaN and control characters. Numbers that JSON has no word for become None.
    """
    if is_too_complex(data):
        return None
    try:
        return msgspec.json.decode(data)
    except RecursionError:
        return None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _lenient(data)


def as_json_text(text: bytes) -> bytes:
    """A text that is JSON as it is; any other, or one that is too complex to look at, as a JSON string."""
    if not is_too_complex(text):
        try:
            msgspec.json.decode(text)
            return text
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
    return msgspec.json.encode(text.decode(errors="replace"))


def _lenient(data: bytes) -> Any:
    text = data.removeprefix(_BOM).decode(errors="replace")
    try:
        return json.loads(text, strict=False, parse_float=_finite, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def dumps(value: Any) -> str:
    """The value as compact JSON text without lone surrogates.

    Raises:
        RecursionError: nested too deep.
    """
    return sanitize(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
