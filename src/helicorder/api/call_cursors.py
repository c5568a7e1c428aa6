"""Cursors: where a page ended, and of which question. Opaque to callers, and of no use with another question."""

import base64
import binascii
import datetime as dt
import hashlib
import json
from typing import Any

import msgspec

from helicorder.errors import Invalid
from helicorder.model.filter import Position, SortKey
from helicorder.telemetry.instants import FIRST, LAST, microseconds

_WORDS = frozenset({SortKey.USER_ID, SortKey.MODEL, SortKey.PROVIDER, SortKey.COST})
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MAX_COST_DIGITS = 32


class _Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    question: str
    value: int | str | None
    created_at: int
    request_id: str


def question_of(*parts: Any) -> str:
    """What a cursor is bound to: a fingerprint of all JSON that decides which calls there are and their order."""
    # Python's own writer: a filter may hold integers of any length.
    return hashlib.blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=9).hexdigest()


def cursor_of(question: str, position: Position | None) -> str | None:
    """The cursor of a place; None where there is no next page."""
    if position is None:
        return None
    written = _Cursor(question, position.value, microseconds(position.created_at), position.request_id)
    return base64.urlsafe_b64encode(msgspec.json.encode(written)).decode().rstrip("=")


def position_of(question: str, sort: SortKey, cursor: str | None) -> Position | None:
    """The place that a cursor stands for.

    Raises:
        Invalid: it is none, or one of another question.
    """
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        read = msgspec.json.decode(base64.b64decode(padded, b"-_", validate=True), type=_Cursor)
    except (msgspec.MsgspecError, UnicodeError, binascii.Error, ValueError, RecursionError):
        raise Invalid("cursor: is not one that was given here.") from None
    if read.question != question:
        raise Invalid("cursor: belongs to another question; filter, times, search and sort must be those it came with.")
    if not FIRST <= read.created_at <= LAST or not _fits(sort, read.value):
        raise Invalid("cursor: is not one that was given here.")
    return Position(read.value, _EPOCH + dt.timedelta(microseconds=read.created_at), read.request_id)


def _fits(sort: SortKey, value: int | str | None) -> bool:
    """Whether a value can be one of the column: a cursor may have been written by anybody."""
    if sort is SortKey.CREATED_AT or value is None:
        return value is None and sort not in (SortKey.USER_ID, SortKey.MODEL, SortKey.PROVIDER, SortKey.STATUS)
    if sort is SortKey.COST:
        return isinstance(value, str) and len(value) <= _MAX_COST_DIGITS and _is_decimal(value)
    if sort in _WORDS:
        return isinstance(value, str)
    least = -(2**31) if sort is SortKey.STATUS else 0
    return isinstance(value, int) and least <= value < 2**63


def _is_decimal(text: str) -> bool:
    whole, point, fraction = text.removeprefix("-").partition(".")
    digits = text.isascii() and whole.isdigit() and (fraction.isdigit() if point else not fraction)
    return digits and len(whole) <= 6 and len(fraction) <= 12  # noqa: PLR2004 -- Decimal(18, 12)
