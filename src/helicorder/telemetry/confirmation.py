"""Reads back what a load put into the store: an insert that answered success is a claim, not a proof."""

from collections.abc import Mapping, Sequence
from typing import Any

from helicorder.errors import StoreGap
from helicorder.model.call import Call
from helicorder.model.row import Stamped
from helicorder.model.score import PropertyEdit, Score
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.instants import microseconds
from helicorder.telemetry.sql.confirmation import held

Expected = Mapping[str, set[int]]


async def confirm(telemetry: Telemetry, batch: Sequence[Stamped]) -> None:
    """Returns if the store shows every row of a batch that was just inserted.

    Raises:
        StoreGap: it does not. A merge with rows that a later load brought may cause this once, on a replay; loading the
            batch again is right either way.
        TelemetryUnavailable, StatementError: as `Telemetry.query`.
    """
    expected = _expected(batch)
    calls = [microseconds(stamped.row.created_at) for stamped in batch if isinstance(stamped.row, Call)]
    span: dict[str, Any] = {
        "first": min(stamped.version for stamped in batch),
        "last": max(stamped.version for stamped in batch),
        "earliest": min(calls, default=0),
        "latest": max(calls, default=0),
    }
    for row in await telemetry.query(held(expected), span):
        missing = len(expected[row["source"]].difference(row["versions"]))
        if missing:
            raise StoreGap(f"{row['source']} took {len(expected[row['source']])} rows and misses {missing} of them.")


def _expected(batch: Sequence[Stamped]) -> Expected:
    """The versions that each table must show: of calls with one identity only the newest survives the insert."""
    calls: dict[tuple[str, str, int], int] = {}
    bodies: dict[tuple[str, str, int], int] = {}
    scores = {stamped.version for stamped in batch if isinstance(stamped.row, Score)}
    edits = {stamped.version for stamped in batch if isinstance(stamped.row, PropertyEdit)}
    for stamped in batch:
        call = stamped.row
        if isinstance(call, Call):
            identity = (call.org_id, call.request_id, microseconds(call.created_at))
            calls[identity] = max(calls.get(identity, 0), stamped.version)
            bodies[identity] = max(bodies.get(identity, 0), stamped.texts_version)
    expected = {
        "calls": set(calls.values()),
        "bodies": set(bodies.values()) - {0},
        "score_versions": scores,
        "score_changes": scores,
        "property_edits": edits,
    }
    return {table: versions for table, versions in expected.items() if versions}
