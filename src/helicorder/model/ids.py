"""Identifiers: made here, checked here."""

import unicodedata

import uuid_utils

from helicorder.errors import Invalid

MAX_REQUEST_ID_LENGTH = 255


def new_id() -> str:
    """A time-ordered UUIDv7 as text."""
    return str(uuid_utils.uuid7())


def has_control_character(text: str) -> bool:
    """Whether text holds a character that no name may hold: controls (Cc) and lone surrogates (Cs)."""
    return any(unicodedata.category(character) in ("Cc", "Cs") for character in text)


def checked_request_id(text: str) -> str:
    """The client's request id, unchanged; any opaque text of 1 to 255 characters without control characters.

    Helicone silently drops ids that are not UUIDv1-v5; here every id the client chose is kept.

    Raises:
        Invalid: empty, too long, or holding a control character.
    """
    if not 1 <= len(text) <= MAX_REQUEST_ID_LENGTH:
        raise Invalid(f"The request id must have 1 to {MAX_REQUEST_ID_LENGTH} characters; it has {len(text)}.")
    if has_control_character(text):
        raise Invalid("The request id holds a control character.")
    return text
