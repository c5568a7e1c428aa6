"""The least a proxy can do on the product's own stack: raw ASGI, aiohttp, bytes back. ``_bare_proxy.py PORT UPSTREAM``.

It checks no key, reads no header but those it passes on, keeps no copy, records nothing.
"""

import sys
from typing import Any

import aiohttp
import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server

_PASSED_ON = (b"content-type", b"authorization")
_PASSED_BACK = (b"content-type", b"content-length")


def proxy(session: aiohttp.ClientSession, upstream: str) -> Any:
    """The ASGI application."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message["body"]
            more = message["more_body"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"] if name in _PASSED_ON}
        async with session.request(scope["method"], upstream + scope["path"], headers=headers, data=body) as answer:
            raw = ((name.lower(), value) for name, value in answer.raw_headers)
            passed = [header for header in raw if header[0] in _PASSED_BACK]
            await send({"type": "http.response.start", "status": answer.status, "headers": passed})
            if answer.content_length is None:
                async for piece in answer.content.iter_any():
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            rest = b"" if answer.content_length is None else await answer.read()
            await send({"type": "http.response.body", "body": rest, "more_body": False})

    return serve


async def _serve(port: int, upstream: str) -> None:
    connector = aiohttp.TCPConnector(limit=0)
    options: Any = {"cookie_jar": aiohttp.DummyCookieJar(), "auto_decompress": False}
    async with aiohttp.ClientSession(connector=connector, **options) as session:
        server = Server(
            proxy(session, upstream),
            address="127.0.0.1",
            port=port,
            interface=Interfaces.ASGINL,
            websockets=False,
            log_enabled=False,
            backlog=1024,
        )
        await server.serve()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), sys.argv[2]))
