"""Reads scores one by one: current ones, every version, what changed."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from helicorder.model.score import ScoreKind, Source, Target
from helicorder.telemetry.client import Row, Telemetry
from helicorder.telemetry.sql import scores as statements

MOST_CATEGORIES = 100


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one score; the fields of `model.Score`.

    Attributes:
        value: finite; 1.0 or 0.0 when kind is BOOLEAN; 0.0 for kinds without a number.
        version: greater is newer; what it replaced is the version of the same score before it.
    """

    target: Target
    target_id: str
    name: str
    score_id: str
    version: int
    kind: ScoreKind
    value: float
    label: str
    text: str
    comment: str
    metadata: dict[str, str]
    source: Source
    author: str
    judged_at: dt.datetime
    inclusion: float
    deleted: bool
    reason: str
    key_id: str


class Named(msgspec.Struct, frozen=True):
    """A score name with a kind it has had; largest: a bound on its values by size, a power of ten or 0."""

    name: str
    kind: ScoreKind
    largest: float


class Seen(msgspec.Struct, frozen=True):
    """What the current scores of a name look like; ``categories`` holds at most MOST_CATEGORIES."""

    name: str
    kind: ScoreKind
    minimum: float
    maximum: float
    categories: list[str]


async def seen(telemetry: Telemetry, org_id: str) -> list[Seen]:
    """What the current scores of every name look like, sorted by name. Reads every score of the organisation."""
    rows = await telemetry.query(*statements.seen_scores(org_id, MOST_CATEGORIES))
    return [
        Seen(row["name"], ScoreKind(row["newest_kind"]), row["minimum"], row["maximum"], row["categories"])
        for row in rows
    ]


async def names(telemetry: Telemetry, org_id: str) -> list[Named]:
    """Every score name an organisation has had, sorted; a name that has had several kinds is there several times."""
    rows = await telemetry.query(*statements.names_of_scores(org_id))
    return [Named(row["name"], ScoreKind(row["kind"]), row["largest"]) for row in rows]


async def of_requests(telemetry: Telemetry, org_id: str, request_ids: Sequence[str]) -> dict[str, list[Judgement]]:
    """The current scores of each request, newest first. A request without scores is not in the answer."""
    if not request_ids:
        return {}
    found: dict[str, list[Judgement]] = {}
    for row in await telemetry.query(*statements.scores_of_requests(org_id, request_ids)):
        if not row["deleted"]:
            found.setdefault(row["target_id"], []).append(judgement_of(row))
    return found


async def versions_of_request(telemetry: Telemetry, org_id: str, request_id: str) -> list[Judgement]:
    """Every version of the scores of a request, by name, then oldest first."""
    return [judgement_of(row) for row in await telemetry.query(*statements.versions_of_request(org_id, request_id))]


async def versions(telemetry: Telemetry, org_id: str, score_id: str, as_of: int | None = None) -> list[Judgement]:
    """Every version of one score up to a mark, oldest first; empty where there is none."""
    return [judgement_of(row) for row in await telemetry.query(*statements.versions_of_score(org_id, score_id, as_of))]


async def changes(telemetry: Telemetry, org_id: str, after: int, limit: int) -> list[Judgement]:
    """The versions acknowledged after one, in that order: what a consumer of the feed has not seen."""
    return [judgement_of(row) for row in await telemetry.query(*statements.changes(org_id, after, limit))]


def judgement_of(row: Row) -> Judgement:
    """A version as it was read."""
    row |= {"kind": ScoreKind(row["kind"]), "source": Source(row["source"]), "target": Target(row["target"])}
    return Judgement(**row)
