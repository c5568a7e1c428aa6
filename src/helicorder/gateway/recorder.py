"""Hands ended exchanges to ingest as calls: small ones as they are, large ones once a worker has read their bodies."""

import asyncio
import collections
from collections.abc import Callable
from typing import Protocol

import structlog

from helicorder.errors import HelicorderError
from helicorder.gateway.record import Captured, call_of, call_read, exchanged
from helicorder.model.call import Call, Digest
from helicorder.providers.encoding import grows_beyond
from helicorder.providers.exchanged import read_texts_alone, read_with_digest
from helicorder.providers.reading import Reading
from helicorder.workers.pool import LARGE_BYTES, Pool

WAITING_BYTES = 128 << 20
"""Of the bodies of one organisation that wait to be read. What comes beyond is recorded without its bodies."""
_SIZE_BESIDE_BODIES = 1024
_CLOSE_SECONDS = 5.0

log = structlog.get_logger()


class Offers(Protocol):
    """Takes calls without waiting and without raising (`ingest.ingest`)."""

    def offer(self, make: Callable[[], Call], size: int) -> None:
        """Queue a call that ``make`` builds later; ``size`` is about how many bytes it holds on to."""


class Recorder:
    """Records exchanges; never waits and never raises.

    Attributes:
        unread: calls of which something is unknown because their bodies are too complex, or too many, to be read.
    """

    def __init__(self, ingest: Offers, pool: Pool) -> None:
        self.unread = 0
        self._ingest = ingest
        self._pool = pool
        self._reading: dict[str, set[asyncio.Task[None]]] = {}
        self._waiting_bytes: collections.Counter[str] = collections.Counter()

    def record(self, captured: Captured) -> None:
        """Keep an exchange as a call, soon."""
        size = len(captured.request_body) + sum(map(len, captured.answer)) + _SIZE_BESIDE_BODIES
        org_id = captured.plan.org_id
        if size <= LARGE_BYTES and not _grows(captured):
            self._ingest.offer(lambda: call_of(captured), size)
        elif self._waiting_bytes[org_id] + size > WAITING_BYTES:
            self._offer(captured, Reading(too_complex=True), Digest())
        else:
            self._waiting_bytes[org_id] += size
            tasks = self._reading.setdefault(org_id, set())
            tasks.add(asyncio.create_task(self._read(captured, size), name="read an exchange"))

    async def settle(self, org_id: str) -> None:
        """Return when all that was recorded of an organisation before has been handed on."""
        if tasks := self._reading.get(org_id):
            await asyncio.wait(list(tasks))

    async def close(self) -> None:
        """Hand on what is left, read or not."""
        tasks = [task for of_org in self._reading.values() for task in of_org]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_CLOSE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.wait(tasks)

    async def _read(self, captured: Captured, size: int) -> None:
        org_id = captured.plan.org_id
        found, digest = Reading(too_complex=True), Digest()
        try:
            found, digest = await self._found(captured)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the call is recorded
            log.warning("bodies_not_read", request_id=captured.plan.request_id, error=type(error).__name__)
        finally:
            self._offer(captured, found, digest)
            self._waiting_bytes[org_id] -= size
            tasks = self._reading[org_id]
            tasks.discard(asyncio.current_task())
            if not tasks:
                del self._reading[org_id], self._waiting_bytes[org_id]

    async def _found(self, captured: Captured) -> tuple[Reading, Digest]:
        org_id, bodies = captured.plan.org_id, exchanged(captured)
        try:
            return await self._pool.run_in_worker(org_id, read_with_digest, bodies)
        except HelicorderError:
            return await self._pool.run_in_worker(org_id, read_texts_alone, bodies)

    def _offer(self, captured: Captured, found: Reading, digest: Digest) -> None:
        self.unread += found.too_complex
        texts = len(found.request_text or "") + len(found.response_text or "")
        self._ingest.offer(lambda: call_read(captured, found, digest), texts + _SIZE_BESIDE_BODIES)


def _grows(captured: Captured) -> bool:
    """Whether a small answer is a large one once its coding is undone; costs a millisecond where it is."""
    coding = captured.content_encoding
    return bool(coding) and grows_beyond(b"".join(captured.answer), coding, LARGE_BYTES)
