"""Scores of our own: as they are sent, as they are shown, and what they mean."""

import datetime as dt
from typing import Any

import msgspec

from helicorder.model.definition import Direction
from helicorder.model.score import ScoreKind, Source, Target

Value = bool | int | float | str

MAX_BATCH = 10_000
MAX_BATCH_BYTES = 32 * 1024 * 1024
MAX_PAGE = 1_000


class ScoreInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One judgement of one request, session, user or span.

    ``value`` is a number, a boolean, or text; ``kind`` says what text is: ``categorical`` (the default), ``text``, or
    ``correction`` (what the answer should have been). ``inclusion`` is the probability with which the item was drawn to
    be judged, from 1e-9 to 1. ``id`` is the client's own; without one, the same judge's score of the same thing under
    the same name replaces the one before. ``judged_at`` is now where it is not given.
    """

    name: str
    value: Value
    kind: ScoreKind | None = None
    request_id: str | None = None
    session_id: str | None = None
    user_id: str | None = None
    span_id: str | None = None
    id: str | None = None
    comment: str = ""
    metadata: dict[str, str] = {}
    source: Source = Source.API
    author: str = ""
    judged_at: dt.datetime | None = None
    inclusion: float | None = None


class BatchItem(ScoreInput, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A score as a batch takes it: what files of all versions hold, it can say too.

    ``reason`` is why this version was written. ``deleted`` makes it a tombstone: its other parts repeat what it was.
    """

    reason: str = ""
    deleted: bool = False


class ScoreEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change, and why. ``version``, where given, must be the current one: else somebody was faster (409)."""

    value: Value | msgspec.UnsetType = msgspec.UNSET
    comment: str | msgspec.UnsetType = msgspec.UNSET
    metadata: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    reason: str = ""
    version: str | None = None


class StoredScore(msgspec.Struct, frozen=True):
    """A score that is durable now."""

    id: str


class BatchRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """1 to 10,000 scores, each as ``POST /v1/scores`` takes it, or a version as files of all versions have it."""

    scores: list[msgspec.Raw]


class Refusal(msgspec.Struct, frozen=True):
    """Why an item was not stored."""

    code: str
    message: str


class ItemResult(msgspec.Struct, frozen=True):
    """What became of the item at ``index``: ``stored`` under ``id``, or ``refused`` for a reason."""

    index: int
    status: str
    id: str | None = None
    error: Refusal | None = None


class BatchResults(msgspec.Struct, frozen=True):
    """One result per item, in the order of the items; how many of them were stored."""

    stored: int
    results: list[ItemResult]


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


class ScoresQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which scores; every part narrows. Lists: any of the values. Times are ISO 8601, the later end not included.

    ``filter`` is a filter on the judged calls. ``as_of`` is a version: what was current then. ``count`` asks for the
    number in all, which costs a second reading.
    """

    names: list[str] = []
    kinds: list[ScoreKind] = []
    sources: list[Source] = []
    authors: list[str] = []
    targets: list[Target] = []
    target_ids: list[str] = []
    ids: list[str] = []
    categories: list[str] = []
    value_from: float | None = None
    value_to: float | None = None
    judged_from: str | None = None
    judged_to: str | None = None
    recorded_from: str | None = None
    recorded_to: str | None = None
    text: str = ""
    comment: str = ""
    metadata: dict[str, str] = {}
    attached: bool | None = None
    drawn: bool | None = None
    filter: Any = "all"
    as_of: str | None = None
    cursor: str | None = None
    limit: int = 100
    count: bool = False


class ScorePage(msgspec.Struct, frozen=True):
    """Scores, the newest first; ``cursor`` asks for the next page and is null on the last one."""

    scores: list[ScoreRecord]
    cursor: str | None
    count: int | None


class Orphan(msgspec.Struct, frozen=True):
    """A score whose call has not come, and how long it has waited."""

    score: ScoreRecord
    age_seconds: float


class Orphans(msgspec.Struct, frozen=True):
    """``n`` scores wait for their call; these are the oldest. A slip in an id looks like a call that is late."""

    n: int
    orphans: list[Orphan]
    cursor: str | None


class Changes(msgspec.Struct, frozen=True):
    """Versions in order, deletions included; ``next`` is where to go on, also where there is nothing new.

    Each version is an event of its own, and its ``version`` is the event's id: a consumer that keeps ``next`` after it
    has worked, and goes on there after a crash, misses none, and knows by the id what it sees again.
    """

    changes: list[ScoreRecord]
    next: str


class DefinitionInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a score means. ``strict`` refuses scores that do not fit with a 422, before anything is acknowledged."""

    kind: ScoreKind
    minimum: float | None = None
    maximum: float | None = None
    categories: list[str] = []
    direction: Direction = Direction.HIGHER
    description: str = ""
    strict: bool = False
