"""Health and metrics: what an operator's tools ask, without a key and without a word of anybody's data."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.openapi import ResponseSpec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from helicorder.api.access import PUBLIC
from helicorder.api.limits import LimitStats
from helicorder.ingest.ingest import IngestStats
from helicorder.model.retention import RetentionStats
from helicorder.telemetry.sql.retention import TABLES


class Facts(msgspec.Struct, frozen=True):
    """The state of the server at one moment, as `app` reads it from the parts.

    Attributes:
        telemetry_prepared: the store has answered and its schema is current, once since start.
        engine_ready: the embedded engine answers; None when the store is a remote one.
    """

    ingest: IngestStats
    retention: RetentionStats
    limits: LimitStats
    telemetry_prepared: bool
    engine_ready: bool | None
    engine_restarts: int
    calls_in_flight: int
    stopping: bool


class Health(msgspec.Struct, frozen=True):
    """``ready`` says whether to send traffic here. A store that is down shows, but does not take the gateway away."""

    ready: bool
    journal: str
    telemetry: str


_BEHIND_SECONDS = 10

ReadFacts = Callable[[], Facts]


@get("/health/live", opt=PUBLIC, security=[], operation_id="HealthLive", tags=["Operations"])
async def live() -> dict[str, str]:
    """The process runs and its event loop turns."""
    return {"status": "alive"}


@get(
    "/health/ready",
    opt=PUBLIC,
    security=[],
    operation_id="HealthReady",
    tags=["Operations"],
    responses={503: ResponseSpec(Health, description="Not now: starting, stopping, or the journal has failed.")},
)
async def ready(facts: NamedDependency[ReadFacts]) -> Response[Health]:
    """Whether calls and writes are taken: 200 or 503."""
    health = health_of(facts())
    return Response(health, status_code=200 if health.ready else 503)


def health_of(now: Facts) -> Health:
    """What the facts mean for whoever asks whether to send traffic."""
    caught_up = now.ingest.oldest_unflushed_seconds < _BEHIND_SECONDS
    answering = now.telemetry_prepared and now.engine_ready is not False and caught_up
    return Health(
        ready=not now.ingest.failed and not now.stopping,
        journal="failed: restart after checking the disk" if now.ingest.failed else "ok",
        telemetry="ok" if answering else "not answering, or behind; acknowledged rows wait in the journal",
    )


@get("/metrics", opt=PUBLIC, security=[], operation_id="Metrics", tags=["Operations"], media_type=MediaType.TEXT)
async def metrics(facts: NamedDependency[ReadFacts]) -> Response[bytes]:
    """Prometheus text format; every metric is listed in docs/operations.md."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Snapshot(facts()))
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")


class _Snapshot(Collector):
    def __init__(self, now: Facts) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        for name, text, value in _gauges(self._now):
            yield GaugeMetricFamily(f"helicorder_{name}", text, value=value)
        for name, text, value in _counters(self._now):
            yield CounterMetricFamily(f"helicorder_{name}", text, value=value)
        yield _deleted(self._now.retention)


def _gauges(now: Facts) -> list[tuple[str, str, float]]:
    return [
        ("journal_queue_depth", "Units waiting for the journal's writer.", now.ingest.queue_depth),
        ("journal_rows", "Rows in the journal that the store has not taken yet.", now.ingest.journal_rows),
        ("journal_bytes", "Bytes in use in the journal's file.", now.ingest.journal_bytes),
        ("flush_lag_seconds", "Age of the oldest such row.", now.ingest.oldest_unflushed_seconds),
        ("journal_failed", "1 after a disk error: writes are refused until a restart.", now.ingest.failed),
        ("room_is_low", "1 while there is so little room that bodies of calls are given up.", now.ingest.is_low),
        ("reserve_bytes", "Disk space kept for a full disk; 0 while it is used.", now.ingest.reserve_bytes),
        ("telemetry_prepared", "1 once the store has answered and its schema is current.", now.telemetry_prepared),
        ("engine_ready", "1 while the embedded engine answers; 1 for a remote store.", now.engine_ready is not False),
        ("calls_in_flight", "Proxied calls under way.", now.calls_in_flight),
        ("large_bodies", "Requests that hold large bodies.", now.limits.large_bodies),
        ("exports", "Exports that are being read.", now.limits.exports),
    ]


def _counters(now: Facts) -> list[tuple[str, str, float]]:
    return [
        ("rows_committed", "Rows acknowledged to API callers.", now.ingest.committed),
        ("calls_offered", "Calls handed over by the gateway.", now.ingest.offered),
        ("calls_dropped", "Calls that could not be recorded.", now.ingest.dropped),
        ("bodies_dropped", "Calls recorded without their bodies for want of room.", now.ingest.bodies_dropped),
        (
            "calls_unread",
            "Calls recorded with something unknown: their bodies are too complex.",
            now.limits.calls_unread,
        ),
        ("workers_killed", "Workers that took too long or too much memory to read a body.", now.limits.workers_killed),
        ("bodies_refused", "Requests refused for too many large bodies at once.", now.limits.bodies_refused),
        ("exports_refused", "Exports refused for too many at once.", now.limits.exports_refused),
        ("readers_broken_off", "Answers broken off: nobody read them.", now.limits.readers_broken_off),
        ("rows_flushed", "Rows loaded into the store.", now.ingest.flushed),
        ("flush_failures", "Loads that failed and were tried again.", now.ingest.flush_failures),
        ("load_gaps", "Times that the journal or the store showed less than was committed.", now.ingest.gaps),
        ("rows_set_aside", "Rows the store refused for good; they stay in the journal.", now.ingest.set_aside),
        ("engine_restarts", "Times the embedded engine was started again.", now.engine_restarts),
        ("retention_runs", "Looks at what is too old to keep.", now.retention.runs),
        ("retention_failures", "Such looks that did not finish and were tried again.", now.retention.failures),
    ]


def _deleted(retention: RetentionStats) -> Metric:
    text = "Rows deleted for their age, by table of the store."
    rows = CounterMetricFamily("helicorder_retention_rows_deleted", text, labels=["table"])
    for table in TABLES:
        rows.add_metric([table], retention.deleted.get(table, 0))
    return rows


HANDLERS: list[Any] = [live, ready, metrics]
