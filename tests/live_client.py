"""A listener on the live tail of a running server, as a browser's EventSource is one."""

import contextlib
import http.client
import json
import queue
import socket
import threading
from collections.abc import Iterator
from typing import Any

import msgspec

from product_server import Product

ARRIVES_SECONDS = 10.0


class Event(msgspec.Struct, frozen=True):
    """One event: its name, the id to go on after, its data as JSON."""

    name: str
    id: int
    data: Any


class Live:
    """An open stream; a thread reads it, as nothing else would notice that it ended."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status = answer.status
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        self.greeted: dict[str, str] = {}
        self.comments = 0
        self._answer = answer
        self._events: queue.Queue[Event | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, name="live client", daemon=True)
        self._reader.start()

    def next(self, seconds: float = ARRIVES_SECONDS) -> Event | None:
        """The next event; None at the end of the stream. Raises queue.Empty where none comes."""
        return self._events.get(timeout=seconds)

    def take(self, count: int) -> list[Event]:
        """The next events."""
        taken = [self.next() for _ in range(count)]
        return [event for event in taken if event is not None]

    def ended(self) -> None:
        """Return when nothing more is read."""
        self._reader.join()

    def silent(self) -> bool:
        """Whether nothing has come that was not taken."""
        return self._events.empty()

    def _read(self) -> None:
        fields: dict[str, str] = {}
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            for line in iter(self._answer.readline, b""):
                name, _, value = line.decode().rstrip("\n").partition(":")
                if line == b"\n":
                    self._dispatch(fields)
                    fields = {}
                elif name:
                    fields[name] = value.lstrip()
                else:
                    self.comments += 1
        self._events.put(None)

    def _dispatch(self, fields: dict[str, str]) -> None:
        if "data" in fields:
            self._events.put(Event(fields["event"], int(fields["id"]), json.loads(fields["data"])))
        else:
            self.greeted |= fields


@contextlib.contextmanager
def live(product: Product, query: str = "", *, after: int | None = None, key: str = "") -> Iterator[Live]:
    """A listener, for as long as the context lasts; on return it listens."""
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=30)
    headers = {"Authorization": f"Bearer {key or product.key}"}
    if after is not None:
        headers["Last-Event-ID"] = str(after)
    connection.request("GET", f"/v1/calls/live{query}", headers=headers)
    sock = connection.sock
    listener = Live(connection.getresponse())
    try:
        yield listener
    finally:
        # The answer keeps the socket open as well; the server is to see at once that nobody listens.
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        listener.ended()
        connection.close()
