"""The gateway on the real server, between a raw-socket caller and an upstream that does what each test scripts."""

import asyncio
import contextlib
import datetime as dt
import pathlib
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any

import msgspec
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server

from helicorder.control.access import Access
from helicorder.control.authenticator import Authenticator
from helicorder.control.database import Database
from helicorder.control.sessions import Sessions
from helicorder.gateway import Gateway, Upstream
from helicorder.gateway.recorder import Recorder
from helicorder.ingest.ingest import Ingest
from helicorder.model.call import Call
from helicorder.model.principal import Scope
from helicorder.model.row import Stamped
from helicorder.workers.pool import Pool
from product_server import free_port

PROVIDER_KEY = "sk-provider"
ANSWER_SECONDS = 5.0
RECORD_SECONDS = 2.0
CHAT = b'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}]}'
CHAT_ANSWER = (
    b'{"id":"c","object":"chat.completion","model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":'
    b'{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,'
    b'"completion_tokens":100,"total_tokens":1100}}'
)


class Answer(msgspec.Struct, kw_only=True):
    """What a raw-socket caller read: ``complete`` says whether the body ended as its framing promised."""

    status: int
    headers: list[tuple[str, str]]
    chunks: list[bytes]
    complete: bool

    @property
    def body(self) -> bytes:
        """The body, chunks joined."""
        return b"".join(self.chunks)

    def header(self, name: str) -> str | None:
        """The value of a header; None unless it stands exactly once."""
        values = [value for key, value in self.headers if key == name]
        return values[0] if len(values) == 1 else None

    def error(self) -> dict[str, Any]:
        """The error object of one of the gateway's own answers."""
        value: dict[str, Any] = msgspec.json.decode(self.body)["error"]
        return value


class Heard(msgspec.Struct, kw_only=True):
    """A request as the upstream received it, and when its connection was seen to close."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def header(self, name: str) -> str | None:
        """The value of a header; None unless it stands exactly once."""
        values = [value for key, value in self.headers if key.lower() == name]
        return values[0] if len(values) == 1 else None

    async def send(self, data: bytes) -> None:
        """Write bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def plain(
        self, body: bytes, *headers: str, status: str = "200 OK", content_type: str = "application/json"
    ) -> None:
        """Send a whole answer with Content-Length."""
        await self.send(_head(status, f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *headers) + body)

    async def begin(self, content_type: str = "text/event-stream", *headers: str) -> None:
        """Send the head of a chunked answer."""
        await self.send(_head("200 OK", f"Content-Type: {content_type}", "Transfer-Encoding: chunked", *headers))

    async def chunk(self, *pieces: bytes) -> None:
        """Send chunks, each with a write of its own."""
        for piece in pieces:
            await self.send(b"%x\r\n%b\r\n" % (len(piece), piece))

    async def finish(self) -> None:
        """Send the last chunk."""
        await self.send(b"0\r\n\r\n")

    async def closed(self) -> float:
        """The time at which the gateway closed this connection."""
        with contextlib.suppress(ConnectionError):
            await self.reader.read(1)
        return time.monotonic()

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.writer.transport.abort()


def _head(status: str, *lines: str) -> bytes:
    return ("\r\n".join([f"HTTP/1.1 {status}", *lines]) + "\r\n\r\n").encode("latin-1")


Script = Callable[[Heard], Awaitable[None]]


async def answer_chat(heard: Heard) -> None:
    """The default script: a chat completion."""
    await heard.plain(CHAT_ANSWER)


class Origin:
    """An upstream on loopback: reads a request, runs the script, keeps the connection if the script left it open."""

    def __init__(self) -> None:
        self.script: Script = answer_chat
        self.heard: list[Heard] = []
        self.connections = 0
        self._server: asyncio.Server
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=1 << 26)

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Stop listening and drop what is open."""
        self._server.close()
        for heard in self.heard:
            heard.writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while not writer.transport.is_closing() and (heard := await read_request(reader, writer)):
                self.heard.append(heard)
                await self.script(heard)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()


async def read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Heard | None:
    """The next request of a connection; None at its end."""
    try:
        line, headers = head_of(await reader.readuntil(b"\r\n\r\n"))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    return Heard(line=line, headers=headers, body=await reader.readexactly(length), reader=reader, writer=writer)


def head_of(raw: bytes) -> tuple[str, list[tuple[str, str]]]:
    """(first line, headers) of a message's head."""
    first, *rest = raw.decode("latin-1").rstrip("\r\n").split("\r\n")
    pairs = (line.partition(":") for line in rest)
    return first, [(name, value.strip()) for name, _, value in pairs]


class Line:
    """A caller's raw connection to the gateway."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def head(self) -> tuple[int, list[tuple[str, str]]]:
        """The status and headers of the next answer."""
        raw = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), ANSWER_SECONDS)
        line, headers = head_of(raw)
        return int(line.split()[1]), headers

    async def answer(self, method: str = "POST") -> Answer:
        """The next answer, as far as it goes."""
        status, headers = await self.head()
        answer = Answer(status=status, headers=headers, chunks=[], complete=True)
        lengths = [int(value) for name, value in headers if name == "content-length"]
        if method == "HEAD" or status in (204, 304):
            return answer
        try:
            if lengths:
                await self._fixed(answer, lengths[0])
            else:
                await self._chunks(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            answer.complete = False
        return answer

    async def _fixed(self, answer: Answer, length: int) -> None:
        try:
            answer.chunks.append(await asyncio.wait_for(self.reader.readexactly(length), ANSWER_SECONDS))
        except asyncio.IncompleteReadError as error:
            answer.chunks.append(error.partial)
            raise

    async def _chunks(self, answer: Answer) -> None:
        while piece := await self.chunk():
            answer.chunks.append(piece)

    async def chunk(self) -> bytes:
        """The next chunk of a chunked answer; empty for the last."""
        size = int(await asyncio.wait_for(self.reader.readuntil(b"\r\n"), ANSWER_SECONDS), 16)
        data = await asyncio.wait_for(self.reader.readexactly(size + 2), ANSWER_SECONDS)
        return data[:-2]

    def close(self) -> None:
        """Leave."""
        self.writer.transport.abort()


class Edge:
    """Granian's embedded server for the whole run; each test puts its own application behind it."""

    def __init__(self) -> None:
        self.app: Callable[..., Awaitable[None]] | None = None
        self.port = free_port()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Hand the request to the test's application."""
        assert self.app is not None
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
async def edge() -> AsyncIterator[Edge]:
    """A listening server."""
    edge = Edge()
    server = Server(edge, address="127.0.0.1", port=edge.port, interface=Interfaces.ASGINL, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    deadline = time.monotonic() + 10
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", edge.port)
        except OSError:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)
        else:
            writer.close()
            break
    yield edge
    server.stop()  # type: ignore[no-untyped-call]
    await asyncio.wait_for(serving, 10)


class Keys(msgspec.Struct):
    """Real API keys and who checks them."""

    authenticator: Authenticator
    org_id: str
    write: str
    read_only: str
    other: str
    session: str


@pytest.fixture(scope="session")
async def keys(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Keys]:
    """Two organisations' keys in a real control database."""
    database = await Database.open("", tmp_path_factory.mktemp("control"))
    access = Access(database)
    first, second = [await access.create_organization(name) for name in ("first", "second")]
    authenticator = Authenticator(access)
    secret, _ = await access.create_key(first.id, "writer", [Scope.WRITE])
    writer = await authenticator.principal(secret)
    assert writer is not None
    yield Keys(
        authenticator=authenticator,
        org_id=first.id,
        write=secret,
        session=(await Sessions(database, dt.timedelta(hours=1)).begin_for_key(writer)).secret,
        read_only=(await access.create_key(first.id, "reader", [Scope.READ]))[0],
        other=(await access.create_key(second.id, "other", [Scope.WRITE]))[0],
    )
    await authenticator.close()
    await database.close()


class Rig:
    """A gateway behind the edge, in front of an origin, recording through a real journal into a list."""

    chat = CHAT
    chat_answer = CHAT_ANSWER
    provider_key = PROVIDER_KEY

    def __init__(self, edge: Edge, keys: Keys, origin: Origin, directory: pathlib.Path) -> None:
        self.edge = edge
        self.keys = keys
        self.origin = origin
        self.loaded: list[Call] = []
        self.ingest = Ingest(
            directory, self._load, flush_interval=0.02, journal_max_bytes=1 << 30, min_free_bytes=1 << 20
        )
        self.pool = Pool()
        self.recorder = Recorder(self.ingest, self.pool)
        self.gateway: Gateway
        self._upstreams: list[Upstream] = []
        self._lines: list[Line] = []

    async def start(self, **options: Any) -> None:
        """Put a gateway with these options behind the edge."""
        capture_bytes = options.pop("capture_bytes", 1 << 20)
        max_body_bytes = options.pop("max_body_bytes", 1 << 22)
        authenticator = options.pop("authenticator", self.keys.authenticator)
        defaults = {"connect_seconds": 2.0, "idle_seconds": 5.0, "allow_private": True}
        upstream = Upstream(**{**defaults, **options})
        self._upstreams.append(upstream)
        self.gateway = Gateway(
            authenticator=authenticator,
            recorder=self.recorder,
            upstream=upstream,
            targets=dict.fromkeys(("oai", "anthropic", "google"), self.origin.url),
            capture_bytes=capture_bytes,
            max_body_bytes=max_body_bytes,
        )
        self.edge.app = self.gateway

    async def stop(self) -> None:
        """Close what was opened."""
        for line in self._lines:
            line.close()
        await self.origin.stop()
        for upstream in self._upstreams:
            await upstream.close()
        await self.recorder.close()
        await self.pool.close()
        await self.ingest.close()

    async def _load(self, rows: Sequence[Stamped]) -> None:
        self.loaded.extend(row.row for row in rows if isinstance(row.row, Call))

    async def line(self) -> Line:
        """A new connection to the gateway."""
        line = Line(*await asyncio.open_connection("127.0.0.1", self.edge.port))
        self._lines.append(line)
        return line

    async def post(
        self,
        path: str = "/v1/gateway/oai/v1/chat/completions",
        headers: Iterable[str] = (),
        body: bytes = CHAT,
        method: str = "POST",
        *,
        bare: bool = False,
    ) -> Line:
        """Send a request, with a Helicone and a provider key unless bare; the line to read its answer from."""
        own = [] if bare else [f"Helicone-Auth: Bearer {self.keys.write}", f"Authorization: Bearer {PROVIDER_KEY}"]
        length = [f"Content-Length: {len(body)}"] if body else []
        lines = [f"{method} {path} HTTP/1.1", "Host: edge", *own, *length, *headers]
        line = await self.line()
        line.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        await line.writer.drain()
        return line

    async def ask(self, *args: Any, **options: Any) -> Answer:
        """Send a request and read its answer."""
        line = await self.post(*args, **options)
        return await line.answer(options.get("method", "POST"))

    async def recorded(self, count: int = 1) -> list[Call]:
        """The calls recorded so far, once there are that many; fails if there are not within two seconds, or more."""
        deadline = time.monotonic() + RECORD_SECONDS
        while True:
            await self.recorder.settle(self.keys.org_id)
            await self.ingest.barrier()
            if len(self.loaded) >= count or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.01)
        assert len(self.loaded) == count, f"{len(self.loaded)} calls recorded"
        assert self.ingest.stats().dropped == 0
        return self.loaded


@pytest.fixture
async def rig(edge: Edge, keys: Keys, tmp_path: pathlib.Path) -> AsyncIterator[Rig]:
    """A running gateway with its upstream."""
    origin = Origin()
    await origin.start()
    rig = Rig(edge, keys, origin, tmp_path)
    await rig.ingest.start()
    await rig.start()
    yield rig
    await rig.stop()
