"""Lists current scores: page by page, and those whose call has not come."""

import asyncio
import datetime as dt

import msgspec

from helicorder.telemetry.client import Row, Telemetry
from helicorder.telemetry.scores import Judgement, judgement_of
from helicorder.telemetry.sql import listing as statements
from helicorder.telemetry.sql.listing import Wanted

__all__ = ["Listed", "Wanted", "count", "orphans", "page"]


class Listed(msgspec.Struct, frozen=True):
    """A current score, and whether the call that it judges is there."""

    score: Judgement
    attached: bool


async def page(
    telemetry: Telemetry, org_id: str, wanted: Wanted, *, before: int | None, limit: int, as_of: int | None
) -> list[Listed]:
    """Current scores, or those that were current at a mark, the newest first, below a version.

    Raises:
        Invalid: the filter on calls says something that cannot be asked.
    """
    rows = await telemetry.query(*statements.page(org_id, wanted, before, limit, as_of))
    return [_listed(row) for row in rows]


async def count(telemetry: Telemetry, org_id: str, wanted: Wanted, as_of: int | None) -> int:
    """How many scores a listing has in all.

    Raises:
        Invalid: as `page`.
    """
    [row] = await telemetry.query(*statements.count(org_id, wanted, as_of))
    return int(row["n"])


async def orphans(
    telemetry: Telemetry, org_id: str, *, until: dt.datetime, after: int, limit: int
) -> tuple[int, list[Listed]]:
    """(how many scores wait for their call in all, a page of them, the oldest first, above a version)."""
    [[counted], rows] = await asyncio.gather(
        telemetry.query(*statements.count_of_orphans(org_id, until)),
        telemetry.query(*statements.orphans(org_id, until, after, limit)),
    )
    return counted["n"], [_listed(row) for row in rows]


def _listed(row: Row) -> Listed:
    attached = row.pop("attached")
    # The reason, the key and the tombstone are told by a score's versions; a current score is not deleted.
    return Listed(judgement_of(row | {"deleted": False, "reason": "", "key_id": ""}), attached)
