"""What a live tail sends: server-sent events, whose ids are versions to go on after."""

import datetime as dt

import msgspec

from helicorder.api.score_records import shown_value
from helicorder.model.score import ScoreKind, Source
from helicorder.telemetry.scores import Judgement

RETRY_MS = 2000


class LiveScore(msgspec.Struct, frozen=True, kw_only=True):
    """A score that was given, changed or deleted, of a request; ``value`` as the lists of scores show it."""

    id: str
    request_id: str
    name: str
    kind: ScoreKind
    value: float | bool | str
    source: Source
    author: str | None
    judged_at: dt.datetime
    deleted: bool


class LiveGap(msgspec.Struct, frozen=True):
    """How much was left out here: too much at once, or read too slowly. Of scores as many, or fewer."""

    calls: int
    scores: int


def live_score(judgement: Judgement) -> LiveScore:
    """A version of a score as an event tells it."""
    return LiveScore(
        id=judgement.score_id,
        request_id=judgement.target_id,
        name=judgement.name,
        kind=judgement.kind,
        value=shown_value(judgement.kind, judgement.value, judgement.label, judgement.text),
        source=judgement.source,
        author=judgement.author or None,
        judged_at=judgement.judged_at,
        deleted=judgement.deleted,
    )


def event(name: str, version: int, data: msgspec.Struct) -> bytes:
    """One event; JSON has no line breaks, so its data is one line."""
    return b"event: %b\nid: %d\ndata: %b\n\n" % (name.encode(), version, msgspec.json.encode(data))


def greeting(version: int) -> bytes:
    """The first lines: when to come again after a break, and where to go on then even if nothing was told."""
    return b"retry: %d\nid: %d\n\n" % (RETRY_MS, version)


def heartbeat(version: int) -> bytes:
    """A comment that keeps the connection open, and where to go on."""
    return b": still here\nid: %d\n\n" % version
