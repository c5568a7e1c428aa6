"""Watches the installation for whoever operates it: samples a few gauges, and gathers its state when asked."""

import asyncio
import collections
import datetime as dt
import os
import pathlib
import platform
import shutil
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import msgspec
import psutil
import structlog

from helicorder import __version__
from helicorder.api.installation import (
    ControlStatus,
    Disk,
    JournalStatus,
    ProcessStatus,
    Samples,
    SettingStatus,
    Status,
    TelemetryStatus,
)
from helicorder.api.operations import Facts, health_of
from helicorder.control.database import Database
from helicorder.engine.supervisor import Engine
from helicorder.errors import Unavailable
from helicorder.ingest import journal_file
from helicorder.settings import PREFIX, Settings, shown, without_credentials
from helicorder.telemetry.client import StatementError, Telemetry
from helicorder.telemetry.schema import versions
from helicorder.workers.pool import Pool

log = structlog.get_logger()

EVERY_SECONDS = 5.0
KEPT_SAMPLES = 180  # a quarter of an hour
ANSWER_SECONDS = 1.0  # a store that does not answer must not hold up the page that would say so
SIZES_SECONDS = 10.0  # the engine's directory has thousands of files
_MIB = 1024 * 1024


class _Sample(msgspec.Struct, frozen=True):
    at: dt.datetime
    journal_rows: int
    flush_lag_seconds: float
    calls_in_flight: int
    memory_bytes: int


class Sizes(msgspec.Struct, frozen=True):
    """Bytes on disk."""

    journal: int
    control: int
    engine: int


class Observer:
    """One server's view of itself and what it runs on.

    Args:
        facts: the state of the parts now.
        engine: the embedded engine; None where the store is a remote one.
        pool: the workers.
    """

    def __init__(
        self,
        settings: Settings,
        facts: Callable[[], Facts],
        database: Database,
        telemetry: Telemetry,
        engine: Engine | None,
        pool: Pool,
    ) -> None:
        self._settings = settings
        self._facts = facts
        self._database = database
        self._telemetry = telemetry
        self._engine = engine
        self._pool = pool
        self._started_at, self._started = dt.datetime.now(dt.UTC), time.monotonic()
        self._samples: collections.deque[_Sample] = collections.deque(maxlen=KEPT_SAMPLES)
        self._sizes: tuple[float, Sizes] | None = None

    async def watch(self) -> None:
        """Samples for ever; what goes wrong is logged, and the next sample taken."""
        while True:
            try:
                self.sample()
            except Exception:
                log.exception("sample failed")
            await asyncio.sleep(EVERY_SECONDS)

    def sample(self) -> None:
        """Takes one sample."""
        facts = self._facts()
        memory = sum(process.memory_bytes for process in self._processes())
        ingest = facts.ingest
        self._samples.append(
            _Sample(
                dt.datetime.now(dt.UTC),
                ingest.journal_rows,
                ingest.oldest_unflushed_seconds,
                facts.calls_in_flight,
                memory,
            )
        )

    async def status(self) -> Status:
        """The state of everything now; what does not answer within a second is null."""
        sizes, telemetry, control = await asyncio.gather(
            self._measured(), self._telemetry_versions(), self._control_version()
        )
        facts, processes = self._facts(), list(self._processes())
        return Status(
            now=dt.datetime.now(dt.UTC),
            started_at=self._started_at,
            uptime_seconds=time.monotonic() - self._started,
            version=__version__,
            python_version=platform.python_version(),
            health=health_of(facts),
            stopping=facts.stopping,
            calls_in_flight=facts.calls_in_flight,
            memory_bytes=sum(process.memory_bytes for process in processes),
            processes=processes,
            ingest=facts.ingest,
            retention=facts.retention,
            limits=facts.limits,
            journal=JournalStatus(sizes.journal, journal_file.SCHEMA_VERSION, facts.ingest.refused),
            telemetry=self._telemetry_status(facts, telemetry, sizes),
            control=self._control_status(control, sizes),
            disk=self._disk(),
            samples=self._sampled(),
            settings=[
                SettingStatus(PREFIX + row.name, value, row.default, row.secret, row.help)
                for row, value in shown(self._settings)
            ],
        )

    def _processes(self) -> Iterator[ProcessStatus]:
        engine = [] if self._engine is None or self._engine.pid is None else [self._engine.pid]
        pids = {"server": [os.getpid()], "engine": engine, "worker": self._pool.pids}
        for name, pid in ((name, pid) for name, of_kind in pids.items() for pid in of_kind):
            try:
                process = psutil.Process(pid)
                with process.oneshot():
                    cpu = process.cpu_times()
                    yield ProcessStatus(
                        name, pid, process.memory_info().rss, cpu.user + cpu.system, process.num_threads()
                    )
            except psutil.Error:
                continue  # it has just died, and is replaced

    def _telemetry_status(self, facts: Facts, found: tuple[str, int] | None, sizes: Sizes) -> TelemetryStatus:
        version, schema_version = found or (None, None)
        return TelemetryStatus(
            embedded=self._engine is not None,
            host=self._telemetry.host,
            prepared=facts.telemetry_prepared,
            ready=facts.engine_ready,
            restarts=facts.engine_restarts,
            version=version,
            schema_version=schema_version,
            bytes=None if self._engine is None else sizes.engine,
        )

    def _control_status(self, version: str | None, sizes: Sizes) -> ControlStatus:
        url = self._settings.control_url
        if not url:
            return ControlStatus("sqlite", None, version, sizes.control)
        return ControlStatus("postgresql", urlsplit(without_credentials(url) or "").netloc or None, version, None)

    async def _telemetry_versions(self) -> tuple[str, int] | None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await versions(self._telemetry)
        except (TimeoutError, Unavailable, StatementError):
            return None

    async def _control_version(self) -> str | None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._database.schema_version()
        except (TimeoutError, Unavailable):
            return None

    async def _measured(self) -> Sizes:
        now = time.monotonic()
        if self._sizes is None or now - self._sizes[0] >= SIZES_SECONDS:
            self._sizes = (now, await asyncio.to_thread(sizes_of, self._settings.data_dir))
        return self._sizes[1]

    def _disk(self) -> Disk:
        usage = shutil.disk_usage(self._settings.data_dir)
        return Disk(usage.total, usage.used, usage.free, self._settings.min_free_disk_mb * _MIB)

    def _sampled(self) -> Samples:
        samples = list(self._samples)
        return Samples(
            every_seconds=EVERY_SECONDS,
            at=[sample.at for sample in samples],
            journal_rows=[sample.journal_rows for sample in samples],
            flush_lag_seconds=[sample.flush_lag_seconds for sample in samples],
            calls_in_flight=[sample.calls_in_flight for sample in samples],
            memory_bytes=[sample.memory_bytes for sample in samples],
        )


def sizes_of(data_dir: pathlib.Path) -> Sizes:
    """What the parts take on disk in a data directory; what is not there takes nothing."""
    below = ((pathlib.Path(root), names) for root, _, names in os.walk(data_dir / "engine"))
    return Sizes(
        journal=sum(map(_bytes_of, data_dir.glob("journal.sqlite*"))),
        control=sum(map(_bytes_of, data_dir.glob("control.sqlite*"))),
        engine=sum(_bytes_of(root / name) for root, names in below for name in names),
    )


def _bytes_of(path: pathlib.Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0  # merged away by the engine a moment ago
