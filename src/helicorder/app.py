"""The composition root: opens, wires and closes every part.

The path of a request, outermost first:

1. Granian       accepts the connection and parses HTTP
2. Connections   what one address may hold, and how long a body may take
3. Front         parts gateway, interface and API, on one port
4. Gateway       raw ASGI: plan, upstream, bytes back, a copy to ingest         (LLM traffic)
5. Web           the interface: built files, and its page for a browser         (the rest is for the API)
6. Edge          marks encoded slashes, sets the security headers               (REST from here on)
7. Litestar      routes
8. admit         credential -> Principal, scope, media type
9. StrictRequest body -> value, strictly
10. handler      one part is called: ingest to write, telemetry to read
"""

import asyncio
import contextlib
import datetime as dt
import gc
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from typing import Any

import structlog
import uvloop
from litestar.types import ASGIApp

from helicorder.api.application import rest
from helicorder.api.limits import Limits
from helicorder.api.links import BodyLinks
from helicorder.api.operations import Facts
from helicorder.api.problems import raw_answer
from helicorder.api.tail import Tail
from helicorder.control.access import Access
from helicorder.control.authenticator import Authenticator
from helicorder.control.database import Database
from helicorder.control.definitions import Definitions
from helicorder.control.doorkeeper import Doorkeeper
from helicorder.control.hidden_properties import HiddenProperties
from helicorder.control.members import Members
from helicorder.control.passwords import Passwords
from helicorder.control.queues import Queues
from helicorder.control.retentions import Retentions
from helicorder.control.sessions import Sessions
from helicorder.engine.supervisor import Engine
from helicorder.errors import Problem
from helicorder.gateway.application import Gateway
from helicorder.gateway.problems import answer_to
from helicorder.gateway.recorder import Recorder
from helicorder.gateway.upstream import Upstream
from helicorder.ingest.ingest import Ingest
from helicorder.jobs.retention import Sweeper
from helicorder.listener.connections import Connections, Refuse
from helicorder.listener.memory import give_back, release_large_blocks
from helicorder.listener.server import affordable_connections, make_server, refuse_taken_port, wait_until_listening
from helicorder.observer import Observer
from helicorder.providers.conversation.digest import digest_of
from helicorder.settings import Settings
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.inspection import Inspector
from helicorder.telemetry.store import Keeper, Store
from helicorder.web.application import Web
from helicorder.workers.pool import Pool

log = structlog.get_logger()

MIB = 1024 * 1024
_LAST_REQUESTS_SECONDS = 2.0
# Below twice the bytes at which writes are refused, and below these at least, what the engine writes is checked.
_LOW_DISK_BYTES = 256 * MIB


class Application:
    """The wired product: one ASGI application and what an operator asks of it."""

    def __init__(self, settings: Settings, database: Database, store: Store, engine: Engine | None) -> None:
        self.access = Access(database)
        self.authenticator = Authenticator(self.access)
        self.definitions = Definitions(database)
        self.passwords = Passwords()
        self.members = Members(database, self.passwords)
        sessions = Sessions(database, dt.timedelta(hours=settings.session_hours))
        self.doorkeeper = Doorkeeper(self.access, self.authenticator, self.members, sessions)
        self.hidden = HiddenProperties(database)
        self.queues = Queues(database)
        self.retentions = Retentions(database)
        self.sweeper = Sweeper(self.retentions, store.ready)
        self.store = store
        self.engine = engine
        self.stopping = False
        self.tail = Tail(store.telemetry, lambda: self.ingest.mark)
        self.ingest = Ingest(
            settings.data_dir,
            store.load,
            audience=self.tail,
            flush_interval=settings.flush_interval_ms / 1000,
            journal_max_bytes=settings.journal_max_mb * MIB,
            min_free_bytes=settings.min_free_disk_mb * MIB,
        )
        self.limits = Limits(Pool(), reader_idle_seconds=settings.reader_idle_seconds)
        self.recorder = Recorder(self.ingest, self.limits.pool)
        self.observer = Observer(settings, self.facts, database, store.telemetry, engine, self.limits.pool)
        self.upstream = Upstream(
            allow_private=settings.allow_private_upstreams,
            connect_seconds=settings.upstream_connect_seconds,
            idle_seconds=settings.upstream_idle_seconds,
        )
        self.gateway = Gateway(
            authenticator=self.authenticator,
            recorder=self.recorder,
            upstream=self.upstream,
            targets=targets_of(settings),
            capture_bytes=settings.capture_mb * MIB,
            max_body_bytes=settings.max_body_mb * MIB,
        )

    async def reading(self, org_id: str) -> Telemetry:
        """The store, once it holds all that was acknowledged to an organisation so far.

        Raises:
            TelemetryUnavailable: it does not answer, or never has.
        """
        telemetry = self.store.ready()
        await self.recorder.settle(org_id)
        await self.ingest.barrier(org_id)
        return telemetry

    def facts(self) -> Facts:
        """The state of the server now."""
        return Facts(
            ingest=self.ingest.stats(),
            retention=self.sweeper.stats(),
            limits=self.limits.stats(self.recorder.unread),
            telemetry_prepared=self.store.prepared,
            engine_ready=self.engine.ready if self.engine else None,
            engine_restarts=self.engine.restarts if self.engine else 0,
            calls_in_flight=self.gateway.in_flight,
            stopping=self.stopping,
        )


def targets_of(settings: Settings) -> dict[str, str]:
    """The operator's upstream of each provider path."""
    return {
        "oai": settings.provider_openai_url,
        "anthropic": settings.provider_anthropic_url,
        "google": settings.provider_google_url,
    }


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[tuple[Application, ASGIApp, str | None]]:
    """Everything open and wired: (application, its ASGI face, the API key made at first start to be shown once).

    The caller holds the data directory (`data_directory.hold`).
    Closing goes the other way round: the gateway drains, the journal takes what was offered, the engine stops.
    """
    async with contextlib.AsyncExitStack() as stack:
        database = await Database.open(settings.control_url, settings.data_dir)
        stack.push_async_callback(database.close)
        engine = await _engine(settings, stack)
        store = _store(settings, engine)
        stack.push_async_callback(store.telemetry.close)
        application = Application(settings, database, store, engine)
        stack.push_async_callback(application.upstream.close)
        stack.push_async_callback(application.authenticator.close)
        stack.callback(application.passwords.close)
        bootstrap = await application.access.ensure_bootstrap(settings.bootstrap_api_key)
        await store.prepare(stack)
        await application.ingest.start()
        stack.push_async_callback(application.ingest.close)
        stack.push_async_callback(application.limits.pool.close)
        stack.push_async_callback(application.recorder.close)
        watches = {
            "observe": application.observer.watch(),
            "retention": application.sweeper.watch(),
            "inspect": store.watch(),
            "give back memory": give_back(),
        }
        for name, watch in watches.items():
            stack.push_async_callback(_ended, asyncio.create_task(watch, name=name))
        stack.push_async_callback(application.tail.close)
        face = rest(
            ingest=application.ingest,
            reading=application.reading,
            definitions=application.definitions,
            hidden=application.hidden,
            queues_kept=application.queues,
            authenticator=application.authenticator,
            access=application.access,
            members=application.members,
            doorkeeper=application.doorkeeper,
            retentions=application.retentions,
            facts=application.facts,
            status=application.observer.status,
            links=BodyLinks(await application.access.secret("body-url"), settings.public_url),
            public_url=settings.public_url,
            tail=application.tail,
            limits=application.limits,
            max_body_bytes=settings.max_body_mb * MIB,
        )
        connections = Connections(
            front(application.gateway, Web(), face),
            refusal(application.gateway),
            port=settings.port,
            per_address=settings.connections_per_address,
        )
        stack.push_async_callback(_ended, asyncio.create_task(connections.watch(), name="connections"))
        yield application, connections, bootstrap.secret


async def _engine(settings: Settings, stack: contextlib.AsyncExitStack) -> Engine | None:
    if settings.telemetry_url:
        return None
    directory = settings.data_dir / "engine"
    engine = await Engine.start(directory, memory_mb=settings.engine_memory_mb, threads=settings.engine_threads)
    stack.push_async_callback(engine.stop)
    return engine


def _store(settings: Settings, engine: Engine | None) -> Store:
    if engine is None:
        return Store(settings.telemetry_url, digest_of)
    least = settings.min_free_disk_mb * MIB
    inspector = Inspector(
        lambda: shutil.disk_usage(settings.data_dir / "engine").free,
        low_bytes=max(2 * least, _LOW_DISK_BYTES),
        full_bytes=max(least, _LOW_DISK_BYTES // 4),
        renew=engine.renew,
    )
    return Store(engine.url, digest_of, Keeper(inspector, engine.doubt, engine.trust))


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def front(gateway: Gateway, web: Web, face: ASGIApp) -> ASGIApp:
    """One port: gateway paths go to the raw gateway, the interface's files to it, all others to the REST API."""

    async def dispatch(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and gateway.owns(scope["path"]):
            await gateway(scope, receive, send)
        elif scope["type"] == "http" and web.owns(scope):
            await web(scope, receive, send)
        else:
            await face(scope, receive, send)

    return dispatch


def refusal(gateway: Gateway) -> Refuse:
    """Sends a problem that was found before a request was routed, in the shape of the part that would have had it."""

    async def refuse(scope: Any, problem: Problem, send: Any) -> None:
        status, headers, body = answer_to(problem) if gateway.owns(scope["path"]) else raw_answer(problem)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return refuse


async def serve(settings: Settings, announce: Callable[[str, str | None], None]) -> None:
    """Run until SIGTERM or SIGINT; ``announce(url, key made at first start)`` is called once the port is open.

    The first signal closes the listener and lets calls in flight finish for DRAIN_SECONDS; a second one ends at once,
    which loses nothing that was acknowledged.
    """
    refuse_taken_port(settings.host, settings.port)
    at_once = affordable_connections(settings.connections)
    async with running(settings) as (application, asgi, made_key):
        server = make_server(asgi, settings.host, settings.port, at_once)
        _spare_the_collector()
        release_large_blocks()
        stop = _on_signals(server.stop, application)
        serving = asyncio.create_task(server.serve(), name="serve")
        await wait_until_listening(serving, stop, settings.host, settings.port)
        announce(f"http://{settings.host}:{settings.port}", made_key)
        stopping = asyncio.create_task(stop.wait(), name="wait for a signal")
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        await application.gateway.drain(settings.drain_seconds)
        # Granian waits for every connection, also for one whose request never becomes complete.
        await asyncio.wait([serving], timeout=_LAST_REQUESTS_SECONDS)
    # Everything is closed and on disk; what Granian still waits for must not keep the process.
    if not serving.done():
        os._exit(0)
    serving.result()  # a server that ended by itself says why


def _spare_the_collector() -> None:
    # What is alive now stays alive: no need to look at it again.
    gc.collect()
    gc.freeze()


def _on_signals(stop_accepting: Callable[[], None], application: Application) -> asyncio.Event:
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            os._exit(1)
        application.stopping = True
        application.tail.end()
        stop_accepting()
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    return stop


def run(settings: Settings, announce: Callable[[str, str | None], None]) -> None:
    """`serve` on a fresh event loop."""
    uvloop.run(serve(settings, announce))
