"""Text and JSON as they really come."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.providers.text import dumps, loads, sanitize, text_of

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors" / "sanitize_text.json").read_text())

# Helicone strips NUL and, in objects, drops a lone surrogate. ClickHouse holds NUL, and U+FFFD says that something was.
DIFFERENT = {
    "sanitizeObject should remove null characters": "Hello\0World",
    "sanitizeObject should remove lone surrogates": "Hello\ufffdWorld",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["test"])
def test_lone_surrogates_go_and_emoji_stay(case: dict[str, Any]) -> None:
    """Lone surrogates become U+FFFD as Helicone's tests assert; emoji and everything else stay."""
    assert sanitize(case["text"]) == DIFFERENT.get(case["test"], case["result"])


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_well_formed_text_is_untouched(text: str) -> None:
    """Text that UTF-8 can hold is not changed."""
    assert sanitize(text) == text


@given(st.text(alphabet=st.characters(min_codepoint=0xD700, max_codepoint=0xE010)))
def test_what_is_left_can_be_stored(text: str) -> None:
    """Whatever surrogates text holds, the result can be encoded, and sanitizing it again changes nothing."""
    clean = sanitize(text)
    assert clean.encode().decode() == clean == sanitize(clean)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": NaN, "b": [Infinity, 1e999]}', {"a": None, "b": [None, None]}),
        (b'"\\ud83d"', "\ud83d"),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
        (b'{"a": "tab\there"}', {"a": "tab\there"}),
        (b"[" * 100_000, None),
        (b"[" * 100_000 + b"]" * 100_000, None),
        (b'{"a": ' * 50_000 + b"\xff", None),
        (b"9" * 5000, None),
        (b'{"cut": ', None),
        (b"", None),
    ],
)
def test_lenient_json(data: bytes, value: object) -> None:
    """What providers send against the rules of JSON is read where it can be, and is None where it cannot."""
    assert loads(data) == value


def test_halves_of_an_emoji_meet_when_written() -> None:
    """Surrogate halves that two chunks brought make one emoji in what is stored."""
    assert dumps({"text": "\ud83d" + "\ude00"}) == '{"text":"😀"}'


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"caf\xc3\xa9 \xff", "text/plain", "café \ufffd"),
        (b"abc", "audio/mpeg", None),
        (b"abc", "application/octet-stream", None),
        (b"abc", "application/vnd.amazon.eventstream", None),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "", None),
        (b'--boundary\r\nContent-Disposition: form-data; name="file"', "", None),
        (b"--- yaml", "text/plain", "--- yaml"),
        (b"", "", ""),
    ],
)
def test_only_text_is_kept_as_text(body: bytes, content_type: str, text: str | None) -> None:
    """Audio, images, uploads and binary streams are not kept as text; bad UTF-8 inside text is replaced."""
    assert text_of(body, content_type) == text
