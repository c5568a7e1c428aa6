"""Scores and later-added properties: rows of their own, never a rewrite of the call they speak of."""

import datetime as dt
import enum
import hashlib
import json
import math

import msgspec

from helicorder.errors import Invalid
from helicorder.model.ids import has_control_character

MAX_NAME_LENGTH = 255
MAX_SCORES_PER_CALL = 100
MAX_PROPERTY_VALUE_LENGTH = 10_000
SMALLEST_INCLUSION = 1e-9
"""The least probability with which an item can be drawn: one of a thousand million. It weighs as many as that."""
BOOLEAN_SUFFIX = "-hcone-bool"
FEEDBACK_NAME = "helicone-score-feedback"


class ScoreKind(enum.StrEnum):
    """What a score says: a number, yes or no, one of some categories, words, or what the answer should have been."""

    NUMERIC = "numeric"
    BOOLEAN = "boolean"
    CATEGORICAL = "categorical"
    TEXT = "text"
    CORRECTION = "correction"


COUNTED_KINDS = (ScoreKind.NUMERIC, ScoreKind.BOOLEAN)
"""The kinds whose values have a mean; the others have value 0.0."""


class Source(enum.StrEnum):
    """Who judges. API: nobody said, as on Helicone's endpoint."""

    HUMAN = "human"
    MODEL = "model"
    CODE = "code"
    END_USER = "end_user"
    API = "api"


class Target(enum.StrEnum):
    """What is judged. A request is known by its request id, a session and a user by theirs, a span by its span id."""

    REQUEST = "request"
    SESSION = "session"
    USER = "user"
    SPAN = "span"


class Score(msgspec.Struct, frozen=True, array_like=True, tag="score"):
    """One version of one judgement. Of the versions of one (org, target, target id, name, score id) the newest counts.

    The journal stores this positionally: new fields go last and carry a default.

    Attributes:
        value: finite; a boolean is 1.0 or 0.0; 0.0 where the kind has no number.
        judged_at: when the judge judged, UTC; what the client says, else when the server accepted it.
        author: who of the source judged: an annotator, a judge model; empty where nobody said.
        score_id: the client's own id, or `natural_id`.
        label: the category of CATEGORICAL. text: the words of TEXT and CORRECTION.
        inclusion: the probability with which this item was drawn to be judged; 0.0: nobody said.
        deleted: a tombstone: from this version on the score is gone. Its other fields repeat what it was.
        reason: why this version was written. key_id: the API key that wrote it.
    """

    org_id: str
    target_id: str
    name: str
    kind: ScoreKind
    value: float
    judged_at: dt.datetime
    source: Source = Source.API
    author: str = ""
    score_id: str = ""
    target: Target = Target.REQUEST
    label: str = ""
    text: str = ""
    comment: str = ""
    metadata: dict[str, str] = {}
    inclusion: float = 0.0
    deleted: bool = False
    reason: str = ""
    key_id: str = ""

    def __post_init__(self) -> None:
        """A score that was given no id has the one that its nature gives it."""
        if not self.score_id:
            made = natural_id(self.target, self.target_id, self.name, self.source, self.author)
            msgspec.structs.force_setattr(self, "score_id", made)


def natural_id(target: Target, target_id: str, name: str, source: Source, author: str) -> str:
    """The id of the score that one judge gives one thing under one name: said again, it is said anew, not twice."""
    nature = json.dumps([target, target_id, name, source, author])
    return hashlib.blake2b(nature.encode(), digest_size=16).hexdigest()


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
    return checked_name(name), ScoreKind.NUMERIC, finite_double(f"scores[{name!r}]", value)


def finite_double(what: str, value: object) -> float:
    """The number as a double that keeps it exactly.

    Raises:
        Invalid: not a number, not finite, or an integer that no double equals.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(f"{what} must be a number or a boolean.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Invalid(f"{what} must be a finite number.")
    if isinstance(value, int) and int(number) != value:
        raise Invalid(f"{what} is an integer too large to be kept exactly; send it as text in a property.")
    return number
