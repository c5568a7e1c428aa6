"""Text searches as filters: ``refund "late delivery" invoic*``.

Every part must occur in what was asked or answered, in any order, whatever its case: a word as a whole word, words in
double quotes as they stand, one after the other, and a word with a star as a part of any text.
"""

import functools
import re

from helicorder.errors import Invalid
from helicorder.model.filter import Both, Everything, Filter, Says
from helicorder.model.words import searchable

MAX_LENGTH = 1000
MAX_PARTS = 20
_PART = re.compile(r'"([^"]*)"?|([^\s"]+)')


def read_search(text: str) -> Filter:
    """The filter that a search means; everything where nothing is searched for.

    Raises:
        Invalid: longer than MAX_LENGTH, or more than MAX_PARTS parts.
    """
    if len(text) > MAX_LENGTH:
        raise Invalid(f"search: at most {MAX_LENGTH} characters.")
    parts = [part for found in _PART.finditer(text) if (part := _part(found)) is not None]
    if len(parts) > MAX_PARTS:
        raise Invalid(f"search: at most {MAX_PARTS} words.")
    return functools.reduce(Both, parts) if parts else Everything()


def _part(found: re.Match[str]) -> Filter | None:
    quoted, word = found.groups()
    if quoted is not None:
        return Says(quoted, whole=True) if searchable(quoted).strip() else None
    bare = word.strip("*")
    return Says(bare, whole=bare == word) if searchable(bare).strip() else None
