"""Reads which properties there are."""

from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.sql import properties as statements


async def keys(telemetry: Telemetry, org_id: str) -> list[str]:
    """The names of all properties of an organisation's calls, sorted. Reads the names on every call."""
    return [row["key"] for row in await telemetry.query(*statements.keys(org_id))]
