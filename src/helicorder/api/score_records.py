"""A score as our own API shows it."""

import datetime as dt
from typing import Annotated, Any

from litestar.params import QueryParameter

from helicorder.api.score_input import checked_reason
from helicorder.errors import Invalid
from helicorder.model.principal import Principal
from helicorder.model.score import Score, ScoreKind
from helicorder.telemetry.scores import Judgement
from helicorder.wire.scores import MAX_PAGE, ScoreRecord

_LATEST = 2**63 - 1

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE, description="How many at most.")]


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


def next_version(current: Judgement, principal: Principal, reason: str, **changes: Any) -> Score:
    """A score as it was at a version, said anew by a principal, with some fields changed.

    Raises:
        Invalid: the reason is too long.
    """
    kept = {name: getattr(current, name) for name in Score.__struct_fields__ if hasattr(current, name)}
    written = {"org_id": principal.org_id, "key_id": principal.key_id, "reason": checked_reason(reason)}
    return Score(**(kept | changes | written))


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
