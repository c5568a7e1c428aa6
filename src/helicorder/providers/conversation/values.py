"""Bodies as values: read leniently, mended where they were cut, and made so that they can always be written again."""

import re
from typing import Any

import msgspec

from helicorder.providers.text import MAX_VALUES, dumps, is_too_complex, loads, sanitize

MAX_DEPTH = 60
"""Deeper JSON is shown as text. Readers and writers of JSON give up somewhere beyond; nobody reads so deep."""
_WHOLE = 2**63
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|(?P<open>\\?\Z))|[{}\[\],:]|[^\s"{}\[\],:]++', re.DOTALL)
_CUT_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?\Z")
_CLOSING = {"{": "}", "[": "]"}


class Body(msgspec.Struct, frozen=True):
    """A body as it was read: its JSON value, or its text where it is no JSON; cut: its end is missing."""

    value: Any = None
    text: str | None = None
    cut: bool = False


def body_of(text: str | None, patience: int = 1 << 30, most_values: int = MAX_VALUES) -> Body:
    """What a stored body holds; of one that is too complex its text. Never raises.

    Args:
        text: the body.
        patience: of one that is no JSON as it stands, so many characters are looked at again.
        most_values: one that holds more is too complex.
    """
    if not text or text.strip() in ("", "null"):
        return Body()
    if is_too_complex(text, most_values):
        return Body(text=sanitize(text[:patience]))
    value = _strictly(text)
    if value is not None:
        return Body(_shallow(value, MAX_DEPTH))
    text = sanitize(text[:patience])
    value = _leniently(text)
    if value is not None:
        return Body(_shallow(value, MAX_DEPTH))
    mended = _mended(text) if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")) else None
    value = None if mended is None else _leniently(mended)
    return Body(text=text) if value is None else Body(_shallow(value, MAX_DEPTH), cut=True)


def json_or_text(text: str) -> Any:
    """The object or list that a text spells, as arguments of tools are sent; else the text."""
    if not text.lstrip().startswith(("{", "[")) or is_too_complex(text):
        return text
    value = _strictly(text)
    return text if value is None else _shallow(value, MAX_DEPTH)


def _strictly(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        return None


def _leniently(text: str) -> Any:
    value = loads(text.encode())
    try:
        # Written and read once more: what the lenient reader lets through may hold halves of characters.
        return None if value is None else msgspec.json.decode(dumps(value))
    except (RecursionError, ValueError, msgspec.MsgspecError):
        return None


def _shallow(value: Any, depth: int) -> Any:
    """The value with what is nested too deep as text, and integers that JSON's writers refuse as floats."""
    if isinstance(value, dict):
        if depth == 0:
            return _written(value)
        return {key: _shallow(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        if depth == 0:
            return _written(value)
        return [_shallow(item, depth - 1) for item in value]
    if isinstance(value, int) and not -_WHOLE <= value < _WHOLE:
        return str(value) if abs(value) > 10**300 else float(value)
    return value


def _written(value: Any) -> str:
    try:
        return dumps(value)
    except (RecursionError, ValueError):
        return "…"


def _mended(text: str) -> str | None:
    """A JSON text that was cut somewhere, closed where it was cut; None where that is not what is wrong with it."""
    open_brackets: list[str] = []
    safe, last = 0, ""
    for token in _TOKEN.finditer(text):
        word = token[0]
        if token["open"] is not None:
            if last in (":", "[") or (last == "," and open_brackets[-1:] == ["["]):
                return _CUT_ESCAPE.sub("", text[: token.end()]) + '"' + _closing(open_brackets)
            break
        if word in "{[":
            open_brackets.append(word)
            safe = token.end()
        elif word in "}]":
            if not open_brackets or _CLOSING[open_brackets.pop()] != word:
                return None
            safe = token.end()
        elif word == ",":
            safe = token.start()
        last = word
    return text[:safe] + _closing(open_brackets) if open_brackets else None


def _closing(open_brackets: list[str]) -> str:
    return "".join(_CLOSING[bracket] for bracket in reversed(open_brackets))
