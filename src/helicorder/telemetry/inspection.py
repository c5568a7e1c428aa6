"""Checks what the embedded engine wrote while its disk was nearly full.

chDB 4.4 does not notice when the last bytes of a file find no room: an insert or a merge then succeeds, with an empty
file of marks, checksums or columns. Such a part cannot be read, or not after the next start. A merge leaves its sources
on the disk for eight minutes, and a fresh process falls back to them; rows of an insert are still in the journal.
"""

import time
from collections.abc import Callable

import msgspec
import structlog

from helicorder.errors import StoreGap
from helicorder.telemetry.client import StatementError, Telemetry
from helicorder.telemetry.sql.inspection import RECENT_PARTS, START_MERGES, STOP_MERGES, check

log = structlog.get_logger()

# The times of files have whole seconds.
_MARGIN_SECONDS = 2
_GONE = frozenset({60, 232, 233, 218})  # the part, or its table, is not there any more: it was merged meanwhile


class _Verdict(msgspec.Struct):
    part_path: str
    is_passed: int
    message: str = ""


_decode = msgspec.json.Decoder(_Verdict).decode


class Inspector:
    """Looks after the parts of an embedded engine while there is little room on its disk.

    Attributes:
        damaged: damaged parts found since start.

    Args:
        free: how many bytes the engine's disk has free now.
        low_bytes: with fewer free bytes, new parts are checked.
        full_bytes: with fewer free bytes, no parts are merged.
        renew: replaces the engine's process, which then leaves damaged parts out.
    """

    def __init__(self, free: Callable[[], int], *, low_bytes: int, full_bytes: int, renew: Callable[[], None]) -> None:
        self.damaged = 0
        self._free = free
        self._low_bytes = low_bytes
        self._full_bytes = full_bytes
        self._renew = renew
        self._low_since: float | None = None
        self._are_merges_stopped = False

    def is_low(self) -> bool:
        """Whether there is little room now."""
        return self._free() < self._low_bytes

    async def check_since(self, telemetry: Telemetry, began: float) -> None:
        """Check the parts made since a time, in seconds since 1970; if one is damaged, have the engine replaced.

        Raises:
            StoreGap: a part is damaged.
            TelemetryUnavailable, StatementError: as `Telemetry.query`.
        """
        parts = await telemetry.query(RECENT_PARTS, {"since": int(began) - _MARGIN_SECONDS})
        damaged = [part for part in parts if await _is_damaged(telemetry, part["table"], part["name"])]
        if damaged:
            self.damaged += len(damaged)
            log.error("parts_damaged", parts=[f"{part['table']}/{part['name']}" for part in damaged])
            self._renew()
            raise StoreGap(f"{len(damaged)} parts were damaged on a full disk.")

    async def look(self, telemetry: Telemetry) -> None:
        """One look, to be had every second or so: merges end on a full disk, and what was made meanwhile is checked."""
        now, free = time.time(), self._free()
        if free < self._full_bytes:
            await telemetry.command(STOP_MERGES)  # each time, since a new process begins with merges
            self._are_merges_stopped = True
        elif self._are_merges_stopped:
            await telemetry.command(START_MERGES)
            self._are_merges_stopped = False
        if self._low_since is None and free < self._low_bytes:
            self._low_since = now
        if self._low_since is not None:
            try:
                await self.check_since(telemetry, self._low_since)
            except StoreGap:
                return  # the same time again, once the engine is back
            self._low_since = now if free < self._low_bytes else None


async def _is_damaged(telemetry: Telemetry, table: str, part: str) -> bool:
    text = b""
    try:
        async for piece in await telemetry.stream(check(table, part), into="JSONEachRow"):
            text += piece
    except StatementError as error:
        return error.code not in _GONE
    return any(not _decode(line).is_passed for line in text.splitlines())
