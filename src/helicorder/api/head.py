"""HEAD, wherever GET is: the same status and headers, and no body (RFC 9110, 9.3.2)."""

from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send


def with_head(app: ASGIApp) -> ASGIApp:
    """The application with HEAD answered as GET is, up to the body."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.WEBSOCKET or scope["method"] != "HEAD":
            await app(scope, receive, send)
            return
        started = False

        async def send_start(message: Any) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                await send(message)
            elif not started:
                started = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        async def receive_until_start() -> Any:
            # A stream ends once its caller has gone, and this one has all that it will get.
            return {"type": "http.disconnect"} if started else await receive()

        await app({**scope, "method": "GET"}, receive_until_start, send_start)

    return answer
