"""Which properties were ever edited: laying edits over calls costs a join, and is left out where there are none."""

from collections.abc import Sequence

from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.sql.call_dimensions import edited_keys


async def edited_among(telemetry: Telemetry, org_id: str, properties: Sequence[str]) -> set[str]:
    """The keys, in any spelling, that somebody edited among some properties."""
    if not properties:
        return set()
    return {row["key"] for row in await telemetry.query(*edited_keys(org_id, properties))}
