"""An answer that is a file in the making."""

import asyncio
from collections.abc import AsyncGenerator, Mapping

import structlog
from litestar.types import Receive, Scope, Send

from helicorder.api.edge import ReaderStalled
from helicorder.errors import Problem
from helicorder.telemetry.client import StatementError

log = structlog.get_logger()


class Download:
    """Sends pieces as they come, no faster than the caller reads; an ASGI application.

    The pieces are closed when it ends, however it ends: Litestar's own stream leaves that to the garbage collector, and
    a caller that has gone away would leave its statement running until then. Without a last message the server breaks
    the connection, which is how a caller learns that the file is not whole.
    """

    def __init__(self, pieces: AsyncGenerator[bytes], headers: Mapping[str, str]) -> None:
        self._pieces = pieces
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file."""
        tasks = {asyncio.ensure_future(self._sent(scope, send)), asyncio.ensure_future(_gone(receive))}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await self._pieces.aclose()

    async def _sent(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        try:
            async for piece in self._pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except ReaderStalled:
            return  # which has been counted
        except (Problem, StatementError) as problem:
            log.warning("file broken off", path=scope["path"], problem=type(problem).__name__)
        except Exception:
            log.exception("file broken off", path=scope["path"])
        else:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
