"""Deletes what organisations keep no longer, in steps that may be cut short at any point and done again."""

import asyncio
import collections
import datetime as dt
import math
import time
from collections.abc import Mapping

from helicorder.errors import TelemetryUnavailable
from helicorder.model.retention import Cuts
from helicorder.telemetry.client import Params, Telemetry
from helicorder.telemetry.instants import microseconds
from helicorder.telemetry.sql import retention as statements
from helicorder.telemetry.sql.retention import Pass, Rule

SHARE_ROWS = 50_000
"""About how many keys a condition holds in memory at a time."""
PATIENCE_SECONDS = 600.0
"""How long one step may take; what takes longer goes on in the store, and the next run waits for it again."""
_LOOK_SECONDS = (0.01, 1.0)


class Eraser:
    """Deletes from one store.

    Inserts and readers are not held up: the store writes changed parts beside the old ones, in its background, and puts
    each in its place when it is whole. One step is under way at a time, here and among all servers of the store.

    Args:
        rows: told how many were deleted from each table; rows that two servers delete at once are told by both.
    """

    def __init__(self, telemetry: Telemetry, rows: collections.Counter[str]) -> None:
        self._telemetry = telemetry
        self._rows = rows

    async def erase(self, cuts: Mapping[str, Cuts]) -> None:
        """Delete, for each organisation, what is older than its cuts.

        Raises:
            TelemetryUnavailable, StatementError: as any command; what was not reached is found by the next run.
        """
        for org_id, cut in cuts.items():
            if cut.scores is not None:
                await self._pass(statements.OLD_SCORES, org_id, cut.scores)
            if cut.calls is not None:
                await self._pass(statements.SCORES_OF_OLD_CALLS, org_id, cut.calls)
                await self._pass(statements.OLD_CALLS, org_id, cut.calls)
                await self._pass(statements.OLD_EDITS, org_id, cut.calls)
        bodies = {org_id: cut.bodies for org_id, cut in cuts.items() if cut.bodies and cut.bodies != cut.calls}
        await self._texts(bodies)
        await self._sweep()

    async def _pass(self, rules: Pass, org_id: str, cut: dt.datetime) -> None:
        whole = {"org": org_id, "cut": microseconds(cut), "shares": 1, "share": 0}
        found = await self._count(statements.amount(rules.found), whole) if rules.found else 0
        shares = max(1, math.ceil(found / SHARE_ROWS))
        for share in range(shares):
            for rule in (*(rules.first if found else ()), *rules.then):
                await self._hide(rule, whole | {"shares": shares, "share": share})

    async def _hide(self, rule: Rule, params: Params) -> None:
        for row in await self._telemetry.query(statements.by_part(rule), params):
            await self._settled(rule.table)
            await self._telemetry.command(statements.hide(rule, row["part"]), params)
            await self._settled(rule.table)
            self._rows[rule.table] += row["n"]

    async def _texts(self, cuts: Mapping[str, dt.datetime]) -> None:
        """What is copied of a body first, then the body. The store takes what waits for a part in one go."""
        await self._settled("calls")
        for org_id, cut in cuts.items():
            params = {"org": org_id, "cut": microseconds(cut)}
            for row in await self._telemetry.query(statements.by_part(Rule("bodies", statements.EARLIER)), params):
                await self._telemetry.command(statements.blank(row["part"]), params)
        await self._settled("calls")
        for org_id, cut in cuts.items():
            await self._pass(statements.OLD_TEXTS, org_id, cut)

    async def _sweep(self) -> None:
        for row in await self._telemetry.query(statements.MASKED, {"tables": list(statements.TABLES)}):
            await self._settled(row["table"])
            await self._telemetry.command(statements.sweep(row["table"], row["part"]))
            await self._settled(row["table"])

    async def _count(self, sql: str, params: Params) -> int:
        [row] = await self._telemetry.query(sql, params)
        return int(row["n"])

    async def _settled(self, table: str) -> None:
        """Wait until no change to a table's parts is under way, whoever began it.

        Raises:
            TelemetryUnavailable: one fails, and was taken back; or it takes too long.
        """
        wait, longest = _LOOK_SECONDS
        deadline = time.monotonic() + PATIENCE_SECONDS
        while unfinished := await self._telemetry.query(statements.UNFINISHED, {"table": table}):
            if any(row["failure"] for row in unfinished):
                await self._telemetry.command(statements.TAKE_BACK, {"table": table})
                raise TelemetryUnavailable(f"The telemetry store failed at removing rows of {table}.")
            if time.monotonic() > deadline:
                raise TelemetryUnavailable(f"The telemetry store is still removing rows of {table}.")
            await asyncio.sleep(wait)
            wait = min(2 * wait, longest)
