"""What an operations page shows: the state of the whole installation at one moment, and of the last minutes."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import get
from litestar.di import NamedDependency

from helicorder.api.access import ADMIN
from helicorder.api.limits import LimitStats
from helicorder.api.operations import Health
from helicorder.api.wire import Result
from helicorder.ingest.ingest import IngestStats
from helicorder.model.retention import RetentionStats


class ProcessStatus(msgspec.Struct, frozen=True):
    """One process of ours: ``server``, ``engine``, or a ``worker`` that reads large bodies.

    Memory is what is resident, CPU what it has used so far.
    """

    name: str
    pid: int
    memory_bytes: int
    cpu_seconds: float
    threads: int


class TelemetryStatus(msgspec.Struct, frozen=True):
    """The store of calls and scores. ``version`` and ``schema_version`` are null while it does not answer.

    ``ready`` and ``bytes`` are the embedded engine's, null for a remote store; ``host`` is of the URL, no user in it.
    """

    embedded: bool
    host: str
    prepared: bool
    ready: bool | None
    restarts: int
    version: str | None
    schema_version: int | None
    bytes: int | None


class ControlStatus(msgspec.Struct, frozen=True):
    """The store of organisations, people and keys: ``sqlite`` with its ``bytes``, or ``postgresql`` on a ``host``."""

    kind: str
    host: str | None
    schema_version: str | None
    bytes: int | None


class JournalStatus(msgspec.Struct, frozen=True):
    """The journal's files; ``refused_rows`` were set aside because the store would not take them."""

    bytes: int
    schema_version: int
    refused_rows: int


class Disk(msgspec.Struct, frozen=True):
    """The disk of the data directory; below ``min_free_bytes`` writes are refused."""

    total_bytes: int
    used_bytes: int
    free_bytes: int
    min_free_bytes: int


class Samples(msgspec.Struct, frozen=True):
    """A few gauges over the last minutes, oldest first: at ``at[i]`` each was its ``[i]``."""

    every_seconds: float
    at: list[dt.datetime]
    journal_rows: list[int]
    flush_lag_seconds: list[float]
    calls_in_flight: list[int]
    memory_bytes: list[int]


class SettingStatus(msgspec.Struct, frozen=True):
    """A setting; the ``value`` of a ``secret`` is null, and that of a URL has no user, password or query."""

    name: str
    value: str | float | bool | None
    default: str | float | bool
    secret: bool
    help: str


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The installation. ``memory_bytes`` is of all ``processes``.

    Counts of ``ingest``, ``retention`` and ``limits`` are since ``started_at``.
    """

    now: dt.datetime
    started_at: dt.datetime
    uptime_seconds: float
    version: str
    python_version: str
    health: Health
    stopping: bool
    calls_in_flight: int
    memory_bytes: int
    processes: list[ProcessStatus]
    ingest: IngestStats
    retention: RetentionStats
    limits: LimitStats
    journal: JournalStatus
    telemetry: TelemetryStatus
    control: ControlStatus
    disk: Disk
    samples: Samples
    settings: list[SettingStatus]


ReadStatus = Callable[[], Awaitable[Status]]


@get("/v1/operations", opt=ADMIN, operation_id="GetOperations", tags=["Operations"])
async def operations(status: NamedDependency[ReadStatus]) -> Result[Status]:
    """The state of the installation, whichever organisation asks: processes, stores, disk, settings, last minutes."""
    return Result(await status())


HANDLERS: list[Any] = [operations]
