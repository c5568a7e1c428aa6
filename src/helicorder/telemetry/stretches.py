"""Pages of calls by place, and what may be asked of them besides a filter."""

import asyncio
import decimal
from collections.abc import Sequence

from helicorder.model.filter import Filter, Position, Stretch
from helicorder.telemetry import calls
from helicorder.telemetry.calls import CallRow
from helicorder.telemetry.client import Row, Telemetry
from helicorder.telemetry.sql import stretches as statements


async def page(
    telemetry: Telemetry, org_id: str, wanted: Filter, stretch: Stretch, *, previews: bool
) -> tuple[list[CallRow], Position | None]:
    """The calls of a page in their order, and the place to ask for the next page with; None where there is none.

    A call that was there when the first page was read, and whose place does not change, is on exactly one page,
    whatever is added meanwhile.

    Raises:
        Invalid: the filter says something that cannot be asked.
    """
    found = [_position(row) for row in await telemetry.query(*statements.places(org_id, wanted, stretch))]
    rows = await _calls_at(telemetry, org_id, found, previews=previews)
    return rows, found[-1] if len(found) == stretch.limit else None


async def _calls_at(
    telemetry: Telemetry, org_id: str, positions: Sequence[Position], *, previews: bool
) -> list[CallRow]:
    if not positions:
        return []
    rows, said = await asyncio.gather(
        telemetry.query(*statements.calls_at(org_id, positions, previews=previews)),
        calls.what_was_said(telemetry, org_id, [one.request_id for one in positions]),
    )
    known = {(row["created_at"], row["request_id"]): row for row in rows}
    # A call may have been recorded anew between the two statements, but never vanishes.
    in_order = [known[one.created_at, one.request_id] for one in positions if (one.created_at, one.request_id) in known]
    return [calls.call_row(row, said) for row in in_order]


def _position(row: Row) -> Position:
    place = row["place"]
    return Position(str(place) if isinstance(place, decimal.Decimal) else place, row["created_at"], row["request_id"])
