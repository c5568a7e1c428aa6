"""Granian, set up so that no caller can make it hold much.

HTTP/1.1 alone is spoken. HTTP/2 compresses headers: 44 KB sent stand for 2 MB held, on each of many streams, and the
detection of the version waits for a silent caller without end. A proxy that terminates TLS can offer HTTP/2 to callers.

Bounds of the HTTP/1.1 parser (hyper), each answered 4xx or by closing the connection:

    request line and headers   32 KiB are always taken, 64 KiB never; 100 headers
    trailers                   16 KiB, 100 trailers
    chunk extensions           16 KiB for a whole body
    headers that do not come   10 s from the opening of the connection, or from the last answer
"""

import asyncio
import os
import resource
import socket
from typing import Any

import structlog

from helicorder.errors import StartupError

# The allocator inside Granian keeps what was freed until it is used again, unless a thread of its own gives it back.
# It reads this variable once, when Granian is imported.
os.putenv("_RJEM_MALLOC_CONF", "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0")

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

log = structlog.get_logger()

# The parser reads into a buffer of this size, and refuses headers once it is full. The last read may add as much again.
_HEAD_BYTES = 32 * 1024
_HEAD_MILLISECONDS = 10_000
_BACKLOG = 1024
# Files of the stores, of the log and of the libraries, and connections to the stores.
_RESERVED_FILES = 512


def make_server(asgi: Any, host: str, port: int, connections: int) -> Server:
    """The server of an ASGI application, not started; callers beyond that many connections wait to be accepted."""
    return Server(
        asgi,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEAD_MILLISECONDS, max_buffer_size=_HEAD_BYTES),
        websockets=False,
        log_enabled=False,
        backlog=_BACKLOG,
        backpressure=connections,
    )


def affordable_connections(wanted: int) -> int:
    """How many connections the limit on open files allows, up to ``wanted``, after raising it as far as may be.

    A proxied call needs two: the caller's, and that to the upstream.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 2 * wanted + _RESERVED_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    affordable = wanted if soft == resource.RLIM_INFINITY else max(1, (soft - _RESERVED_FILES) // 2)
    if affordable < wanted:
        log.warning("connections_limited", wanted=wanted, affordable=affordable, open_files=soft)
    return min(wanted, affordable)


async def wait_until_listening(serving: asyncio.Task[None], stop: asyncio.Event, host: str, port: int) -> None:
    """Return once the port is open, the server has ended, or a signal has come."""
    # A signal may come before the first look: then nobody listens any more, and nobody will.
    while not (serving.done() or stop.is_set()):
        try:
            _, writer = await asyncio.open_connection(_reachable(host), port)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- what it is compared with, not bound to


def refuse_taken_port(host: str, port: int) -> None:
    """Refuse a port that another server holds: Granian sets SO_REUSEPORT, with which two would share it in silence.

    Raises:
        StartupError: a plain bind fails.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, port), family=family):
            return
    except OSError as error:
        raise StartupError(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
