"""The gateway as a raw ASGI application: admit, plan, receive, carry."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from yarl import URL

from helicorder.errors import (
    BodyTooLarge,
    Forbidden,
    InternalFailure,
    MethodNotAllowed,
    Problem,
    Unauthenticated,
    Unavailable,
)
from helicorder.gateway.capture import Capture, Records
from helicorder.gateway.exchange import Exchange, Receive, Send
from helicorder.gateway.headers import NO_WEBSOCKETS, Inbound, read_inbound
from helicorder.gateway.plan import read_plan
from helicorder.gateway.problems import answer_to
from helicorder.gateway.routes import route_of
from helicorder.gateway.upstream import Upstream
from helicorder.model.call import Ending
from helicorder.model.principal import Authenticator, Principal, Scope

# How long the calls that a shutdown cuts off may take to tell their callers and to be recorded.
_LAST_WORDS_SECONDS = 2.0

log = structlog.get_logger()


class CallerGone(Exception):
    """The caller left before its request was complete; there is nobody to answer and nothing to record."""


class Gateway:
    """The ASGI application for the paths that `owns` names.

    Every answer that comes from an upstream is recorded as one call; a refusal (4xx with ``helicorder-error``) sends
    nothing upstream and records nothing.

    Args:
        targets: base URLs of the configured upstreams, by `routes`' names: oai, anthropic, google.
        capture_bytes: how much of each body, the request's and the answer's, is kept for the record.
        max_body_bytes: the largest request body that is accepted.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        *,
        authenticator: Authenticator,
        recorder: Records,
        upstream: Upstream,
        targets: Mapping[str, str],
        capture_bytes: int,
        max_body_bytes: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._authenticator = authenticator
        self._recorder = recorder
        self._upstream = upstream
        self._targets = {name: URL(base) for name, base in targets.items()}
        self._capture_bytes = capture_bytes
        self._max_body_bytes = max_body_bytes
        self._clock = clock
        self._exchanges: dict[asyncio.Task[Any], Exchange] = {}
        self._draining = False

    def owns(self, path: str) -> bool:
        """Whether a path is the gateway's and not the REST API's."""
        return route_of(path) is not None

    @property
    def in_flight(self) -> int:
        """How many exchanges are under way."""
        return len(self._exchanges)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request; never raises for what a caller or an upstream does."""
        if scope["type"] == "websocket":
            await _refuse_websocket(send)
            return
        try:
            await self._serve(scope, receive, send)
        except CallerGone:
            return
        except Problem as problem:
            await _send_problem(problem, send)
        except Exception:
            log.exception("gateway failed", path=scope["path"])
            await _send_problem(InternalFailure(), send)

    async def drain(self, seconds: float) -> None:
        """Let calls in flight go on for that long, then end and record each as cut off by the shutdown.

        New calls are answered 503 from now on.
        """
        self._draining = True
        if self._exchanges:
            await asyncio.wait(list(self._exchanges), timeout=seconds)
        for exchange in self._exchanges.values():
            exchange.end(Ending.SHUTDOWN)
        if self._exchanges:
            await asyncio.wait(list(self._exchanges), timeout=_LAST_WORDS_SECONDS)

    async def _serve(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        inbound = read_inbound(scope["headers"])
        principal = await self._admitted(inbound.secret)
        plan = read_plan(scope, inbound, principal, self._targets)
        body = await self._body(inbound, receive)
        if self._draining:
            raise Unavailable("The server is shutting down.")
        capture = Capture(plan, body or b"", recorder=self._recorder, limit=self._capture_bytes, clock=self._clock)
        exchange = Exchange(plan, body, self._upstream, capture)
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("The gateway needs a task for each request.")
        self._exchanges[task] = exchange
        try:
            await exchange.run(receive, send)
        finally:
            del self._exchanges[task]

    async def _admitted(self, secret: str | None) -> Principal:
        if secret is None:
            raise Unauthenticated("No Helicone API key: send it as Helicone-Auth: Bearer sk-helicone-...")
        principal = self._authenticator.cached(secret) or await self._authenticator.principal(secret)
        if principal is None:
            raise Unauthenticated("This Helicone API key is not known, or it was revoked.")
        if not principal.may(Scope.WRITE):
            raise Forbidden("This Helicone API key may not record calls: it lacks the scope write.")
        return principal

    async def _body(self, inbound: Inbound, receive: Receive) -> bytes | None:
        """The request's body, or None if it has none.

        Raises:
            BodyTooLarge: by its declared length, or as soon as it has grown too large.
            CallerGone: it stopped coming.
        """
        if inbound.content_length == 0:
            return None
        if (inbound.content_length or 0) > self._max_body_bytes:
            raise BodyTooLarge(self._too_large)
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise CallerGone
            if part := message.get("body"):
                parts.append(part)
                size += len(part)
            if size > self._max_body_bytes:
                raise BodyTooLarge(self._too_large)
            # The declared length tells the end as well, one message earlier than the server does.
            if size == inbound.content_length or not message.get("more_body"):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    @property
    def _too_large(self) -> str:
        return f"The body may have at most {self._max_body_bytes} bytes."


async def _send_problem(problem: Problem, send: Send) -> None:
    status, headers, body = answer_to(problem)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _refuse_websocket(send: Send) -> None:
    status, headers, body = answer_to(MethodNotAllowed(NO_WEBSOCKETS))
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body, "more_body": False})
