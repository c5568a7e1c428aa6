"""The secrets that callers present, a key's, a session's or a device's: their shapes, and the digests kept of them."""

import base64
import hashlib
import secrets

from helicorder.errors import Invalid
from helicorder.model.principal import Credential

PREFIX = "sk-helicone-"
MIN_LENGTH = len(PREFIX) + 8
MAX_LENGTH = 256
SESSION_PREFIX = "helicorder-session-"
DEVICE_PREFIX = "helicorder-device-"
_RANDOM_BYTES = 32
_GROUP = 7
_RANDOM_CHARACTERS = 28  # 5 bits each: 140 bits
_SHOWN_CHARACTERS = 4
_SHOWN_FROM_LENGTH = len(PREFIX) + 20  # a shorter secret shows nothing: four characters would be too much of it


def new_secret() -> str:
    """A fresh secret in Helicone's shape: ``sk-helicone-`` and four groups of seven base32 characters, 140 bits."""
    text = base64.b32encode(secrets.token_bytes(20)).decode().lower()[:_RANDOM_CHARACTERS]
    return PREFIX + "-".join(text[at : at + _GROUP] for at in range(0, _RANDOM_CHARACTERS, _GROUP))


def checked_secret(secret: str) -> str:
    """A secret somebody chose, unchanged.

    Raises:
        Invalid: not ``sk-helicone-`` and 8 to 244 more printable ASCII characters; the message never repeats it.
    """
    if not secret.startswith(PREFIX):
        raise Invalid(f"An API key must start with {PREFIX}.")
    if not MIN_LENGTH <= len(secret) <= MAX_LENGTH:
        raise Invalid(f"An API key must have {MIN_LENGTH} to {MAX_LENGTH} characters; this one has {len(secret)}.")
    if not all("!" <= character <= "~" for character in secret):
        raise Invalid("An API key must be printable ASCII without spaces.")
    return secret


def new_session_secret() -> str:
    """A fresh session secret: 256 random bits behind a prefix that no API key has."""
    return SESSION_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def new_device_secret() -> str:
    """A fresh secret for a browser to be recognised by: 256 random bits behind a prefix of its own."""
    return DEVICE_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def is_device_secret(text: str) -> bool:
    """Whether a text could be a device's secret, so that junk costs nothing."""
    return text.startswith(DEVICE_PREFIX) and len(text) <= MAX_LENGTH and text.isascii()


def digest_of(secret: str, kind: Credential = Credential.KEY) -> bytes | None:
    """The SHA-256 of a presented secret; None for text that could be none of its kind, so that junk costs nothing.

    A plain hash is enough: a secret made here has 140 random bits and more, so there is no dictionary to try.
    """
    prefix = PREFIX if kind is Credential.KEY else SESSION_PREFIX
    if len(secret) > MAX_LENGTH or not secret.startswith(prefix) or not secret.isascii():
        return None
    return hashlib.sha256(secret.encode()).digest()


def hash_of(secret: str) -> str:
    """What is stored of a secret: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hint_of(secret: str) -> str:
    """What is shown of a secret ever after: its prefix and last four characters, to tell keys apart in a list."""
    return f"{PREFIX}…{secret[-_SHOWN_CHARACTERS:] if len(secret) >= _SHOWN_FROM_LENGTH else ''}"
