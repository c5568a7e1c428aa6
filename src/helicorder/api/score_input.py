"""A score as our own API takes it, read into `model.Score`."""

import datetime as dt
import functools

from helicorder.errors import Invalid
from helicorder.model.ids import checked_request_id, has_control_character
from helicorder.model.principal import Principal
from helicorder.model.score import (
    BOOLEAN_SUFFIX,
    SMALLEST_INCLUSION,
    Score,
    ScoreKind,
    Target,
    checked_name,
    finite_double,
)
from helicorder.wire.scores import ScoreInput, Value

MAX_TEXT_LENGTH = 10_000
MAX_LABEL_LENGTH = 255
MAX_METADATA = 64
MAX_REASON_LENGTH = 1_000
_AHEAD = dt.timedelta(minutes=5)


def score_of(given: ScoreInput, principal: Principal, now: dt.datetime) -> Score:
    """The score that is meant.

    Raises:
        Invalid: some part of it cannot be kept, saying which.
    """
    target, target_id = _target(given)
    name, kind, value, label, text = read_value(given.name, given.value, given.kind)
    _check_texts(given.comment, given.author, given.metadata)
    return Score(
        org_id=principal.org_id,
        target_id=target_id,
        name=name,
        kind=kind,
        value=value,
        judged_at=now if given.judged_at is None else _checked_time(given.judged_at, now),
        source=given.source,
        author=given.author,
        score_id="" if given.id is None else _checked_id(given.id),
        target=target,
        label=label,
        text=text,
        comment=given.comment,
        metadata=given.metadata,
        inclusion=0.0 if given.inclusion is None else _checked_probability(given.inclusion),
        key_id=principal.key_id,
    )


def checked_reason(reason: str) -> str:
    """Why a version was written, unchanged.

    Raises:
        Invalid: it is too long.
    """
    if len(reason) > MAX_REASON_LENGTH:
        raise Invalid(f"reason: at most {MAX_REASON_LENGTH} characters.")
    return reason


def _target(given: ScoreInput) -> tuple[Target, str]:
    targets = [
        (target, value)
        for target, value in (
            (Target.REQUEST, given.request_id),
            (Target.SESSION, given.session_id),
            (Target.USER, given.user_id),
            (Target.SPAN, given.span_id),
        )
        if value is not None
    ]
    if len(targets) != 1:
        raise Invalid("A score judges exactly one of request_id, session_id, user_id and span_id.")
    [(target, value)] = targets
    return target, _checked_target(value)


def read_value(name: str, value: Value, kind: ScoreKind | None) -> tuple[str, ScoreKind, float, str, str]:
    """(stored name, kind, number, label, text) of a value under a name; ``NAME-hcone-bool`` is the boolean NAME.

    Raises:
        Invalid: the value is not of its kind, or cannot be kept.
    """
    if name.endswith(BOOLEAN_SUFFIX) and name != BOOLEAN_SUFFIX:
        name, kind = name.removesuffix(BOOLEAN_SUFFIX), ScoreKind.BOOLEAN
    kind = kind or _kind_of(value)
    name = _checked_name(name)
    if kind is ScoreKind.NUMERIC:
        return name, kind, finite_double("value", value), "", ""
    if kind is ScoreKind.BOOLEAN:
        if value not in (True, False):
            raise Invalid("value: a boolean score is true, false, 1 or 0.")
        return name, kind, float(value), "", ""
    if not isinstance(value, str) or not value.strip():
        raise Invalid(f"value: a {kind} score is text that is not empty.")
    if kind is ScoreKind.CATEGORICAL:
        if len(value) > MAX_LABEL_LENGTH or has_control_character(value):
            raise Invalid(
                f"value: a category has at most {MAX_LABEL_LENGTH} characters, none of them control characters."
            )
        return name, kind, 0.0, value, ""
    return name, kind, 0.0, "", _checked_text("value", value)


def _kind_of(value: Value) -> ScoreKind:
    if isinstance(value, bool):
        return ScoreKind.BOOLEAN
    return ScoreKind.CATEGORICAL if isinstance(value, str) else ScoreKind.NUMERIC


# The same few names come with every score of a batch.
_checked_name = functools.lru_cache(4096)(checked_name)


@functools.lru_cache(4096)
def _checked_target(value: str) -> str:
    return checked_request_id(value)


def _checked_id(value: str) -> str:
    try:
        return checked_request_id(value)
    except Invalid:
        raise Invalid("id: 1 to 255 characters, none of them control characters.") from None


def _check_texts(comment: str, author: str, metadata: dict[str, str]) -> None:
    if comment:
        _checked_text("comment", comment)
    if author and (len(author) > MAX_LABEL_LENGTH or has_control_character(author)):
        raise Invalid(f"author: at most {MAX_LABEL_LENGTH} characters, none of them control characters.")
    if len(metadata) > MAX_METADATA:
        raise Invalid(f"metadata: at most {MAX_METADATA} entries.")
    for key, value in metadata.items():
        checked_name(key, "key of metadata")
        _checked_text("metadata", value)


def _checked_text(what: str, value: str) -> str:
    if len(value) > MAX_TEXT_LENGTH:
        raise Invalid(f"{what}: at most {MAX_TEXT_LENGTH} characters.")
    return value


def _checked_time(judged_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    at = judged_at.replace(tzinfo=dt.UTC) if judged_at.tzinfo is None else judged_at.astimezone(dt.UTC)
    if at > now + _AHEAD:
        raise Invalid("judged_at: lies in the future.")
    return at


def _checked_probability(inclusion: float) -> float:
    if not SMALLEST_INCLUSION <= inclusion <= 1:
        raise Invalid(
            f"inclusion: the probability of being drawn, from {SMALLEST_INCLUSION} to 1; leave it out if nobody drew."
        )
    return inclusion
