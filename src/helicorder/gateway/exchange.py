"""One exchange: a request on its way to the upstream, its answer on the way back, and the five ways that can end.

    done               the answer ended as its framing or its provider's closing event says
    caller_gone        the caller closed its connection first; the upstream's is closed at once
    upstream_reset     the upstream could not be reached, or broke off
    upstream_timeout   the upstream did not connect, or fell silent, for too long
    shutdown           this server stopped, and the time to drain was over

The call is offered before the last bytes go to the caller, so whoever has seen the end of an answer finds it recorded.
An answer that breaks off is never ended cleanly towards the caller: returning without the last message makes the server
close the connection, which no client takes for the end of a body.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import structlog

from helicorder.errors import InternalFailure, Problem, Unavailable, UpstreamTimeout, UpstreamUnreachable
from helicorder.gateway.capture import Capture
from helicorder.gateway.headers import RawHeaders, answer_headers
from helicorder.gateway.plan import Plan
from helicorder.gateway.problems import answer_to
from helicorder.gateway.upstream import Pieces, Upstream
from helicorder.model.call import Ending

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# Most short answers are over by then, and never need the task that watches for the caller to leave.
_WATCH_AFTER_SECONDS = 0.05
_FIRST_FINAL_STATUS = 200
_FIRST_ERROR_STATUS = 400

log = structlog.get_logger()


class Exchange:
    """Carries one planned request to its end. Must run in a task of its own, which `end` cancels."""

    def __init__(self, plan: Plan, body: bytes | None, upstream: Upstream, capture: Capture) -> None:
        self._plan = plan
        self._body = body
        self._upstream = upstream
        self._capture = capture
        self._ending: Ending | None = None
        self._task: asyncio.Task[Any] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._head_sent = False

    def end(self, ending: Ending) -> None:
        """Stop now, and record it as ended this way unless the call is recorded already."""
        if self._ending is None and self._task is not None:
            self._ending = ending
            self._task.cancel()

    async def run(self, receive: Receive, send: Send) -> None:
        """Carry the exchange to its end, whichever it is. The request's body has been received.

        Raises:
            Problem: refused before anything was sent to the upstream; nothing is recorded.
        """
        self._task = asyncio.current_task()
        timer = asyncio.get_running_loop().call_later(_WATCH_AFTER_SECONDS, self._start_watching, receive)
        try:
            await self._forward(send)
        except asyncio.CancelledError:
            if self._ending is None:
                self._capture.record(Ending.SHUTDOWN)
                raise
            await self._break_off(self._ending, Unavailable("The server is shutting down."), send)
        except TimeoutError:
            await self._break_off(Ending.UPSTREAM_TIMEOUT, UpstreamTimeout(), send)
        except (aiohttp.ClientError, OSError) as error:
            problem = UpstreamUnreachable(f"The upstream could not be reached: {_reason(error)}.")
            await self._break_off(Ending.UPSTREAM_RESET, problem, send)
        except Problem:
            raise
        except Exception:
            log.exception("exchange failed", request_id=self._plan.request_id)
            await self._break_off(Ending.UPSTREAM_RESET, InternalFailure(), send)
        finally:
            timer.cancel()
            if self._watcher is not None:
                self._watcher.cancel()

    async def _forward(self, send: Send) -> None:
        plan = self._plan
        response = await self._upstream.open(plan.method, plan.url, plan.headers, self._body, named=plan.named)
        try:
            await self._answer(response, send)
        finally:
            # Gives a connection back if its answer was read to the end, and closes it otherwise.
            response.close()

    async def _answer(self, response: aiohttp.ClientResponse, send: Send) -> None:
        if response.status < _FIRST_FINAL_STATUS:
            raise aiohttp.ClientPayloadError("It switched protocols.")
        headers = response.headers
        self._capture.head(response.status, headers.get("Content-Type", ""), headers.get("Content-Encoding", ""))
        start = {"type": "http.response.start", "status": response.status, "headers": self._head(response)}
        length = _length(response)
        if length is not None and response.content.is_eof():
            body = response.content.read_nowait() if length else b""
            await self._whole(start, body, send)
        else:
            self._head_sent = True
            await send(start)
            await send(_body(b"", more=True))  # commits the server to this head, however the body goes on
            await self._stream(response, length, send)

    async def _whole(self, start: Message, body: bytes, send: Send) -> None:
        if body:
            self._capture.add(body)
        self._capture.record(Ending.DONE)
        self._head_sent = True
        await send(start)
        await send(_body(body, more=False))

    async def _stream(self, response: aiohttp.ClientResponse, length: int | None, send: Send) -> None:
        capture = self._capture
        with Pieces(response) as pieces:
            while piece := await pieces.next():
                capture.add(piece)
                more = capture.answer_bytes != length
                if not more or capture.saw_end_of_stream(piece):
                    capture.record(Ending.DONE)
                await send(_body(piece, more=more))
                if not more:
                    return
        capture.record(Ending.DONE)
        await send(_body(b"", more=False))

    def _head(self, response: aiohttp.ClientResponse) -> RawHeaders:
        headers = answer_headers(response.raw_headers)
        failed = response.status >= _FIRST_ERROR_STATUS
        headers.append((b"helicone-id", self._plan.request_id.encode()))
        headers.append((b"helicone-status", b"failed" if failed else b"success"))
        return headers

    async def _break_off(self, ending: Ending, problem: Problem, send: Send) -> None:
        """Record how it ended; the caller reads why, or sees its answer broken off where one had begun."""
        if self._head_sent or ending is Ending.CALLER_GONE:
            self._capture.record(ending)
            return
        status, headers, body = answer_to(problem)
        self._capture.head(status, "application/json", "")
        self._capture.add(body)
        self._capture.record(ending)
        headers += [(b"helicone-id", self._plan.request_id.encode()), (b"helicone-status", b"failed")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send(_body(body, more=False))

    def _start_watching(self, receive: Receive) -> None:
        self._watcher = asyncio.get_running_loop().create_task(self._watch(receive))

    async def _watch(self, receive: Receive) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            while (await receive())["type"] != "http.disconnect":
                pass
            self.end(Ending.CALLER_GONE)


def _body(piece: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": piece, "more_body": more}


def _length(response: aiohttp.ClientResponse) -> int | None:
    """How long the answer's body will be; None where only its end tells."""
    if response.method == "HEAD" or response.status in (204, 304):
        return 0
    return response.content_length


def _reason(error: Exception) -> str:
    """Why, without the addresses that the resolver gave."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its name does not resolve"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return "the TLS handshake failed"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "the connection was refused"
    return "it broke off before it answered"
