"""Deletes, every hour, what each organisation keeps no longer."""

import asyncio
import collections
import datetime as dt
from collections.abc import Callable

import structlog

from helicorder.control.retentions import Retentions
from helicorder.errors import Problem
from helicorder.model.retention import RetentionRun, RetentionStats
from helicorder.telemetry.client import StatementError, Telemetry
from helicorder.telemetry.retention import Eraser

log = structlog.get_logger()

FIRST_SECONDS = 5.0
EVERY_SECONDS = 3600.0
AGAIN_SECONDS = 300.0


class Sweeper:
    """The runs of one server, and what became of them.

    Args:
        store: the telemetry store; raises `TelemetryUnavailable` while it is not prepared.
    """

    def __init__(self, retentions: Retentions, store: Callable[[], Telemetry]) -> None:
        self._retentions = retentions
        self._store = store
        self._runs = self._failures = 0
        self._deleted: collections.Counter[str] = collections.Counter()
        self._last: RetentionRun | None = None

    async def watch(self) -> None:
        """Runs for ever: soon after the start, then each hour, sooner where a run failed."""
        await asyncio.sleep(FIRST_SECONDS)
        while True:
            run = await self.run(dt.datetime.now(dt.UTC))
            await asyncio.sleep(AGAIN_SECONDS if run.error else EVERY_SECONDS)

    async def run(self, now: dt.datetime) -> RetentionRun:
        """Delete what is too old at a moment. What goes wrong is logged and counted, and raises nothing."""
        started_at, deleted = dt.datetime.now(dt.UTC), collections.Counter[str]()
        error = None
        try:
            await self._erase(now, deleted)
        except (Problem, StatementError) as problem:
            error = str(problem)
            log.warning("retention_failed", error=error, deleted=dict(deleted))
        except Exception:
            error = "An unexpected failure; the log says more."
            log.exception("retention_failed", deleted=dict(deleted))
        return self._note(RetentionRun(started_at, dt.datetime.now(dt.UTC), dict(deleted), error))

    def stats(self) -> RetentionStats:
        """What the runs came to so far."""
        return RetentionStats(self._runs, self._failures, dict(self._deleted), self._last)

    async def _erase(self, now: dt.datetime, deleted: collections.Counter[str]) -> None:
        limits = await self._retentions.all()
        if limits:
            cuts = {org_id: retention.cuts(now) for org_id, retention in limits.items()}
            await Eraser(self._store(), deleted).erase(cuts)

    def _note(self, run: RetentionRun) -> RetentionRun:
        self._runs += 1
        self._failures += run.error is not None
        self._deleted.update(run.deleted)
        self._last = run
        if run.deleted:
            seconds = (run.ended_at - run.started_at).total_seconds()
            log.info("retention_deleted", seconds=round(seconds, 1), **run.deleted)
        return run
