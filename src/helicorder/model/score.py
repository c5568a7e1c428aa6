"""Scores and later-added properties: rows of their own, never a rewrite of the call they speak of."""

import datetime as dt
import enum
import math

import msgspec

from helicorder.errors import Invalid
from helicorder.model.ids import has_control_character

MAX_NAME_LENGTH = 255
MAX_SCORES_PER_CALL = 100
MAX_PROPERTY_VALUE_LENGTH = 10_000
BOOLEAN_SUFFIX = "-hcone-bool"
FEEDBACK_NAME = "helicone-score-feedback"


class ScoreKind(enum.StrEnum):
    """What a score's value means."""

    NUMERIC = "numeric"
    BOOLEAN = "boolean"


class Score(msgspec.Struct, frozen=True, array_like=True, tag="score"):
    """One judgement of one request. The newest version of (org, request, name) is the current value.

    The journal stores this positionally: new fields go last and carry a default.

    Attributes:
        value: finite; a boolean is 1.0 or 0.0 with kind BOOLEAN.
        judged_at: when the server accepted it, UTC.
        source: how it came: ``api``, ``feedback``.
        author: the id of the key that wrote it.
    """

    org_id: str
    request_id: str
    name: str
    kind: ScoreKind
    value: float
    judged_at: dt.datetime
    source: str = "api"
    author: str = ""


class PropertyEdit(msgspec.Struct, frozen=True, array_like=True, tag="property"):
    """One property put on a request after (or before) it was recorded; the newest per (org, request, key) wins."""

    org_id: str
    request_id: str
    key: str
    value: str
    edited_at: dt.datetime
    author: str = ""


def checked_name(name: str, what: str = "score name") -> str:
    """The name, unchanged: 1 to 255 characters, not all blank, no control characters.

    Raises:
        Invalid: otherwise.
    """
    if not name.strip():
        raise Invalid(f"A {what} must not be empty.")
    if len(name) > MAX_NAME_LENGTH:
        raise Invalid(f"A {what} may have at most {MAX_NAME_LENGTH} characters; one has {len(name)}.")
    if has_control_character(name):
        raise Invalid(f"A {what} holds a control character: {name!r}.")
    return name


def checked_value(name: str, value: object) -> tuple[str, ScoreKind, float]:
    """(stored name, kind, value) of one entry of Helicone's ``scores`` map.

    ``NAME-hcone-bool`` is Helicone's spelling of the boolean NAME, so posting back what was read changes nothing.

    Raises:
        Invalid: not a finite number or a boolean, or not exactly representable as a double.
    """
    bare = name.removesuffix(BOOLEAN_SUFFIX)
    bare = bare if bare.strip() else name
    spelled_boolean = bare != name or name == FEEDBACK_NAME
    if isinstance(value, bool) or (spelled_boolean and value in (0, 1)):
        return checked_name(bare), ScoreKind.BOOLEAN, float(bool(value))
    if spelled_boolean:
        raise Invalid(f"scores[{name!r}] is a boolean by its name, so it must be true, false, 1 or 0.")
    return checked_name(name), ScoreKind.NUMERIC, _finite_double(name, value)


def _finite_double(name: str, value: object) -> float:
    if not isinstance(value, int | float):
        raise Invalid(f"scores[{name!r}] must be a number or a boolean.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Invalid(f"scores[{name!r}] must be a finite number.")
    if isinstance(value, int) and int(number) != value:
        raise Invalid(f"scores[{name!r}] is an integer too large to be kept exactly; send it as text in a property.")
    return number
