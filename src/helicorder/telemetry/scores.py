"""Reads scores. Their current value is the newest version; every version is kept."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from helicorder.model.score import ScoreKind
from helicorder.telemetry import statements
from helicorder.telemetry.client import Row, Telemetry


class Judgement(msgspec.Struct, frozen=True):
    """One version of one score of one request.

    Attributes:
        value: finite; 1.0 or 0.0 when kind is BOOLEAN.
        version: greater is newer; what it replaced is the version of the same name before it.
        source, author: how it came, and the id of the key that wrote it.
    """

    kind: ScoreKind
    value: float
    judged_at: dt.datetime
    version: int
    source: str
    author: str


async def names(telemetry: Telemetry, org_id: str) -> list[tuple[str, ScoreKind]]:
    """Every score name of an organisation with its kind, sorted; a name that has both kinds is there twice."""
    rows = await telemetry.query(*statements.names_of_scores(org_id))
    return [(row["name"], ScoreKind(row["kind"])) for row in rows]


async def of_requests(telemetry: Telemetry, org_id: str, request_ids: Sequence[str]) -> dict[str, dict[str, Judgement]]:
    """The current scores of each request by name. A request without scores is not in the answer."""
    if not request_ids:
        return {}
    found: dict[str, dict[str, Judgement]] = {}
    for row in await telemetry.query(*statements.scores_of_requests(org_id, request_ids)):
        found.setdefault(row["request_id"], {})[row["name"]] = _judgement(row)
    return found


async def versions(
    telemetry: Telemetry, org_id: str, request_id: str, name: str | None = None
) -> dict[str, list[Judgement]]:
    """Every version of the scores of a request, or of the one named, oldest first, by name."""
    found: dict[str, list[Judgement]] = {}
    for row in await telemetry.query(*statements.versions_of_scores(org_id, request_id, name)):
        found.setdefault(row["name"], []).append(_judgement(row))
    return found


def _judgement(row: Row) -> Judgement:
    return Judgement(
        ScoreKind(row["kind"]), row["value"], row["judged_at"], row["version"], row["source"], row["author"]
    )
