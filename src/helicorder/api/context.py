"""What a handler is given besides its input: who asks, and the two ways to the data."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.di import NamedDependency

from helicorder.api.access import principal_of
from helicorder.api.idempotency import claim_of, mark_replayed, unpacked
from helicorder.api.limits import Limits
from helicorder.api.links import BodyLinks
from helicorder.api.strict_request import SHARED_BYTES, take_share
from helicorder.api.tail import Tail
from helicorder.control.definitions import Definitions
from helicorder.control.hidden_properties import HiddenProperties
from helicorder.ingest.ingest import Ingest
from helicorder.model.definition import Definition
from helicorder.model.principal import Principal
from helicorder.model.row import Row
from helicorder.telemetry.client import Telemetry
from helicorder.workers.shares import Shares

Answer = TypeVar("Answer")
Value = TypeVar("Value")
Reading = Callable[[str], Awaitable[Telemetry]]


class Context:
    """One request's view of the parts. One object, not several: Litestar starts a task for each beyond the first.

    Attributes:
        principal: who asks; on a public route there is none.
        links: makes and checks signed body links.
        tail: tells what is recorded from now on.
        hidden: which properties are not shown.
        limits: what may be taken of the server at once.
    """

    __slots__ = ("_definitions", "_ingest", "_reading", "_request", "hidden", "limits", "links", "tail")

    def __init__(
        self,
        request: Request[Any, Any, Any],
        ingest: Ingest,
        reading: Reading,
        definitions: Definitions,
        hidden: HiddenProperties,
        links: BodyLinks,
        tail: Tail,
        limits: Limits,
    ) -> None:
        self._request = request
        self._ingest = ingest
        self._definitions = definitions
        self._reading = reading
        self.limits = limits
        self.hidden = hidden
        self.links = links
        self.tail = tail

    @property
    def principal(self) -> Principal:
        """Who asks."""
        return principal_of(self._request.scope)

    async def reading(self, org_id: str | None = None) -> Telemetry:
        """The store, which then holds all that was acknowledged to the principal, or to the organisation named.

        Raises:
            TelemetryUnavailable: it does not answer.
        """
        return await self._reading(self.principal.org_id if org_id is None else org_id)

    async def apart(
        self, function: Callable[..., Value], body: bytes, *arguments: object, org_id: str | None = None
    ) -> Value:
        """What a function makes of a body, off the event loop; of a large one off this process as well.

        Raises:
            TooManyAtOnce: the body is large, and the organisation has too many others in memory.

        and as `Pool.run`.
        """
        whose = self.principal.org_id if org_id is None else org_id
        if len(body) > SHARED_BYTES:
            await self.take_share(self.limits.large_bodies, whose)
        return await self.limits.pool.run(whose, function, body, *arguments)

    async def take_share(self, shares: Shares, org_id: str | None = None) -> None:
        """Take a share until this request is answered. Raises TooManyAtOnce."""
        await take_share(self._request.scope, shares, self.principal.org_id if org_id is None else org_id)

    async def commit(self, rows: Sequence[Row], answer: bytes = b"") -> bytes:
        """Make rows durable, once per Idempotency-Key; the answer, or the one that was given under the key before.

        Raises as `Ingest.commit`.
        """
        claim = await claim_of(self._request, answer)
        kept = await self._ingest.commit(rows, claim)
        if claim is None or kept is None or kept is claim.answer:
            return answer
        mark_replayed(self._request.scope)
        return unpacked(kept)

    async def commit_once(self, rows: Sequence[Row], answer: Answer) -> Answer:
        """As `commit`, for an answer that is not yet JSON; under a key that was used before, the answer given then."""
        encoded = msgspec.json.encode(answer)
        kept = await self.commit(rows, encoded)
        return answer if kept == encoded else msgspec.json.decode(kept, type=type(answer))

    async def told_before(self, kind: type[Answer]) -> Answer | None:
        """What this request was answered when it came before under the same Idempotency-Key; None where it did not.

        Raises as `Ingest.answer_to`.
        """
        claim = await claim_of(self._request, b"")
        kept = None if claim is None else await self._ingest.answer_to(claim)
        if kept is None:
            return None
        mark_replayed(self._request.scope)
        return msgspec.json.decode(unpacked(kept), type=kind)

    async def told_again(self, kind: type[Answer]) -> Answer:
        """`told_before`, where its own effect may be what now stands in a request's way.

        Called where a problem is being handled, which it raises again if there was no such answer.
        """
        told = await self.told_before(kind)
        if told is None:
            raise  # noqa: PLE0704 -- the caller handles it
        return told

    async def definitions(self) -> Mapping[str, Definition]:
        """What the principal's organisation says its scores mean, by name; at most half a second old."""
        return await self._definitions.of(self.principal.org_id)

    async def define(self, definition: Definition) -> None:
        """Keep a definition."""
        await self._definitions.put(self.principal.org_id, definition, self.principal.key_id)

    async def undefine(self, name: str) -> None:
        """Let go of a definition. Raises NotFound where there is none."""
        await self._definitions.delete(self.principal.org_id, name)

    def mark(self) -> int:
        """The highest version that is durable now."""
        return self._ingest.mark

    def body_link(self, request_id: str, now: float) -> str:
        """A signed link to the bodies of a request of this principal."""
        base = self.links.base_for(self._request.headers, self._request.scope["scheme"])
        return self.links.url(base, self.principal.org_id, request_id, now)


FromContext = NamedDependency[Context]
