"""A score as our own API shows it."""

import datetime as dt
from typing import Annotated

import msgspec
from litestar.params import QueryParameter

from helicorder.errors import Invalid
from helicorder.model.score import ScoreKind, Source, Target
from helicorder.telemetry.scores import Judgement

MAX_PAGE = 1_000
_LATEST = 2**63 - 1

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE, description="How many at most.")]


class ScoreRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one score.

    ``value`` is a number, a boolean, a category, or the words of a text or a correction, as ``kind`` says.
    ``inclusion`` is the probability with which the item was drawn to be judged; null where nobody said. ``version`` is
    text because it has more digits than a double keeps; ``replaces`` is the version before it where that is known.
    """

    id: str
    version: str
    target: Target
    target_id: str
    name: str
    kind: ScoreKind
    value: float | bool | str
    comment: str
    metadata: dict[str, str]
    source: Source
    author: str
    judged_at: dt.datetime
    recorded_at: dt.datetime
    inclusion: float | None
    deleted: bool
    reason: str
    key_id: str
    replaces: str | None = None


def record_of(judgement: Judgement, replaces: str | None = None) -> ScoreRecord:
    """A stored version as it is shown."""
    return ScoreRecord(
        id=judgement.score_id,
        version=str(judgement.version),
        target=judgement.target,
        target_id=judgement.target_id,
        name=judgement.name,
        kind=judgement.kind,
        value=shown_value(judgement.kind, judgement.value, judgement.label, judgement.text),
        comment=judgement.comment,
        metadata=judgement.metadata,
        source=judgement.source,
        author=judgement.author,
        judged_at=judgement.judged_at,
        recorded_at=dt.datetime.fromtimestamp(judgement.version / 1e6, dt.UTC),
        inclusion=judgement.inclusion or None,
        deleted=judgement.deleted,
        reason=judgement.reason,
        key_id=judgement.key_id,
        replaces=replaces,
    )


def shown_value(kind: ScoreKind, value: float, label: str, text: str) -> float | bool | str:
    """The value in the type of its kind."""
    match kind:
        case ScoreKind.NUMERIC:
            return value
        case ScoreKind.BOOLEAN:
            return bool(value)
        case ScoreKind.CATEGORICAL:
            return label
        case _:
            return text


def version_of(what: str, text: str | None) -> int | None:
    """A version as it is written on the wire.

    Raises:
        Invalid: it is none.
    """
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or int(text) > _LATEST:
        raise Invalid(f"{what}: is a version, as an answer gave it.")
    return int(text)
