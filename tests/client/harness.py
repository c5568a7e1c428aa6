"""Both clients as one, and servers that misbehave on loopback."""

import asyncio
import contextlib
import http.server
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from typing import Any, cast

import msgspec

from helicorder.client import AsyncClient, Client


class _Driven:
    """An asynchronous client each of whose answers is waited for, so that one test speaks to both clients."""

    def __init__(self, runner: asyncio.Runner, client: AsyncClient) -> None:
        self._runner = runner
        self._client = client

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def driven(*args: Any, **kwargs: Any) -> Any:
            found = method(*args, **kwargs)
            whole = _collected(found) if hasattr(found, "__aiter__") else _awaited(found)
            return self._runner.run(whole)

        return driven


async def _awaited(found: Awaitable[Any]) -> Any:
    return await found


async def _collected(found: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in found]


@contextlib.contextmanager
def opened(kind: str, url: str, key: str, **options: Any) -> Iterator[Client]:
    """A client of a kind, ``sync`` or ``async``, to be used as a plain one."""
    if kind == "sync":
        with Client(url, key, **options) as client:
            yield client
        return
    with asyncio.Runner() as runner:
        made = AsyncClient(url, key, **options)
        yield cast("Client", _Driven(runner, made))
        runner.run(made.close())


class Seen(msgspec.Struct):
    """A request that a scripted server got."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@contextlib.contextmanager
def scripted(*answers: tuple[int, dict[str, str], bytes]) -> Iterator[tuple[str, list[Seen]]]:
    """A server that gives these answers in turn, the last one again and again: its URL, and what it was asked."""
    seen: list[Seen] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen.append(Seen(self.command, self.path, headers, body))
            status, extra, answer = answers[min(len(seen), len(answers)) - 1]
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.handle_any)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Cutter:
    """A proxy before a server that hands the request on, and cuts the connection once the answer has come.

    Attributes:
        cuts: how many answers are still to be lost, each after ``passed`` bytes of it.
        lost: how many were.
    """

    def __init__(self, port: int, cuts: int, passed: int = 0) -> None:
        self.cuts, self.lost, self.passed = cuts, 0, passed
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where to reach the server through this."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Take no more connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        with caller, socket.create_connection(("127.0.0.1", self._port)) as server:
            threading.Thread(target=_hand_on, args=(caller, server), daemon=True).start()
            passed = 0
            with contextlib.suppress(OSError):
                while piece := server.recv(65_536):
                    if self.cuts > 0 and passed >= self.passed:
                        self.cuts, self.lost = self.cuts - 1, self.lost + 1
                        caller.shutdown(socket.SHUT_RDWR)
                        return
                    caller.sendall(piece)
                    passed += len(piece)


def _hand_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
