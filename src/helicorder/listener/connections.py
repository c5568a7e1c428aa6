"""What one address may hold: connections, requests under way, and time for a body to come.

Granian accepts connections by itself and shows an application its requests alone, so this does two things. It wraps
the application, and so knows which connections carry a request. And it looks at the open files of the process, and so
knows how many connections each address has; it closes those that carry no request where an address has too many.
"""

import asyncio
import collections
import contextlib
import functools
import ipaddress
import os
import pathlib
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import structlog

from helicorder.errors import BodyTooSlow, MalformedBody, TooManyRequests

log = structlog.get_logger()

App = Callable[[Any, Any, Any], Awaitable[None]]
Client = tuple[str, int]
"""The address and the port of the other end."""
Refuse = Callable[[Any, TooManyRequests, Any], Awaitable[None]]

_LOOK_SECONDS = 1.0
_OPEN_FILES = pathlib.Path("/dev/fd")
_IP = (socket.AF_INET, socket.AF_INET6)
_IPV6_NETWORK_BITS = 64  # what one customer of a network gets

# A body has ten seconds, and a second more for each KiB that has come, to be waited for; never longer than a minute
# without a byte.
_GRACE_SECONDS = 10.0
_BYTES_PER_SECOND = 1024
_LONGEST_WAIT_SECONDS = 60.0


class Connections:
    """An ASGI application in front of another one.

    Args:
        app: the application that answers.
        refuse: sends the answer to a request that is one too many.
        port: the port whose connections are counted.
        per_address: how many connections, and so how many requests at a time, an address may have; 0 is no bound.
    """

    def __init__(self, app: App, refuse: Refuse, *, port: int, per_address: int) -> None:
        self._app = app
        self._refuse = refuse
        self._port = port
        self._per_address = per_address
        self._under_way: dict[str, set[Client]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        address, port = scope["client"]
        client = (address, int(port))  # which Granian gives as text
        holder = holder_of(address)
        under_way = self._under_way.setdefault(holder, set())
        if 0 < self._per_address <= len(under_way):
            await self._refuse(scope, TooManyRequests(), send)
            return
        under_way.add(client)
        try:
            await self._app(scope, Body(receive, _length_of(scope["headers"])), send)
        finally:
            under_way.discard(client)
            if not under_way:
                self._under_way.pop(holder, None)

    async def watch(self) -> None:
        """Close what is too many, once a second, for ever."""
        while self._per_address:
            await asyncio.sleep(_LOOK_SECONDS)
            # With fewer files open than one address may hold connections, nobody has too many.
            if len(_open_files()) > self._per_address:
                await asyncio.to_thread(self.close_excess)

    def close_excess(self) -> None:
        """Close connections that carry no request, of each address that has more than it may, down to its bound."""
        open_now: dict[str, list[tuple[Client, int]]] = collections.defaultdict(list)
        for client, number in _connections_to(self._port):
            open_now[holder_of(client[0])].append((client, number))
        for holder, held in open_now.items():
            excess = len(held) - self._per_address
            if excess > 0:
                closed = self._close_idle(holder, held, excess)
                log.warning("connections_closed", address=holder, open=len(held), closed=closed)

    def _close_idle(self, holder: str, held: list[tuple[Client, int]], most: int) -> int:
        """Close up to ``most`` of an address's connections, the newest first; how many were closed."""
        closed = 0
        for client, number in reversed(held):
            if closed == most:
                break
            # Asked at the last moment: a request may have begun since the connections were counted.
            if client not in self._under_way.get(holder, ()):
                _shut_down(client, number)
                closed += 1
        return closed


class Body:
    """The ``receive`` of a request, with a bound on how long a body that is not complete is waited for.

    Only the waiting counts: a server that is slow to ask takes nothing from its caller's time.

    Args:
        length: bytes of the body; None where its end will say so.
        grace: seconds to wait for a body of which nothing has come.
        longest: seconds to wait for the next byte, however much has come.
    """

    def __init__(
        self,
        receive: Callable[[], Awaitable[Any]],
        length: int | None,
        *,
        grace: float = _GRACE_SECONDS,
        longest: float = _LONGEST_WAIT_SECONDS,
    ) -> None:
        self._receive = receive
        self._left = length
        self._seconds = grace
        self._longest = longest

    async def __call__(self) -> Any:
        """The next message.

        Raises:
            BodyTooSlow: it did not come in time.
            MalformedBody: none will come: the caller has gone, or what it sent breaks HTTP's rules.
        """
        if self._left == 0:
            return await self._receive()
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(min(self._seconds, self._longest)):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow from None
        if message["type"] == "http.disconnect":
            raise MalformedBody("The body ended before it was complete.")
        size = len(message.get("body", b""))
        self._seconds += size / _BYTES_PER_SECOND - (loop.time() - began)
        if not message.get("more_body"):
            self._left = 0
        elif self._left is not None:
            self._left = max(0, self._left - size)
        return message


@functools.lru_cache(maxsize=4096)
def holder_of(address: str) -> str:
    """Who an address counts as: itself, or for IPv6 its network of 64 bits."""
    if ":" not in address:
        return address
    parsed = ipaddress.IPv6Address(address.partition("%")[0])
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((parsed, _IPV6_NETWORK_BITS), strict=False))


def _length_of(headers: list[tuple[bytes, bytes]]) -> int | None:
    # The parser has refused lengths that are no number, and two that differ.
    return next((int(value) for name, value in headers if name == b"content-length"), None)


def _connections_to(port: int) -> Iterator[tuple[Client, int]]:
    """((address, port) of the caller, number of the file) of every open connection to a port of ours."""
    for number in _open_files():
        with contextlib.suppress(OSError), _duplicate(number) as connection:
            if connection.family in _IP and connection.getsockname()[1] == port:
                yield connection.getpeername()[:2], number


def _open_files() -> list[int]:
    return sorted(int(path.name) for path in _OPEN_FILES.iterdir())


def _duplicate(number: int) -> socket.socket:
    # A second handle on the same connection, so that the file cannot be closed and become another one meanwhile.
    copy = os.dup(number)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise


def _shut_down(client: Client, number: int) -> None:
    with contextlib.suppress(OSError), _duplicate(number) as connection:
        if connection.getpeername()[:2] == client:
            connection.shutdown(socket.SHUT_RDWR)
