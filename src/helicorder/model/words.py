"""Text as it is searched: without case, and parted as words are, the same for what is kept and for what is asked."""

import functools
import re
import unicodedata

# The store parts words at everything in ASCII that is neither letter nor digit, and takes all else for letters.
_OUTSIDE = re.compile(r"[^\w\x00-\x7f]")


def searchable(text: str) -> str:
    """The text without case. Punctuation beyond ASCII becomes a blank, and a symbol, such as an emoji, a word."""
    folded = text.casefold()
    return folded if folded.isascii() else _OUTSIDE.sub(_parted, folded)


def is_unparted(text: str) -> bool:
    """Whether a text holds letters of a script without cases: most of these part no words, as Chinese and Thai."""
    return not text.isascii() and any(unicodedata.category(character) == "Lo" for character in text)


def _parted(found: re.Match[str]) -> str:
    return _instead(found[0])


@functools.lru_cache(maxsize=4096)
def _instead(character: str) -> str:
    kind = unicodedata.category(character)[0]
    return " " if kind in "PZ" else f" {character} " if kind == "S" else character
