"""From the secret a caller presents to the Principal it stands for, fast, and while the control database is away.

A secret is an API key's or a browser session's; the same holds for both, and "keys" below are either. One task asks
the database, one query at a time, for all that wait. Between queries answers come from memory, where a secret is known
by its digest alone. Three times rule:

- an answer is trusted for TRUST_SECONDS after its question, so a revocation made anywhere takes effect within a second;
- keys in use are asked about again every REFRESH_SECONDS, so that they never have to wait for an answer;
- while the database does not answer, keys it knew in the last STALE_SECONDS keep working.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Callable
from typing import TypeVar

import msgspec
import structlog

from helicorder.control.access import Access
from helicorder.control.keys import digest_of
from helicorder.errors import Unavailable
from helicorder.model.principal import Credential, Principal

TRUST_SECONDS = 0.5
REFRESH_SECONDS = 0.2
STALE_SECONDS = 900.0
PATIENCE_SECONDS = 0.25  # a known key waits no longer than this for a slow database
LOOKUP_SECONDS = 5.0  # nor an unknown one longer than this
MAX_KNOWN = 16_384
MAX_REFUSED = 4_096
MAX_WAITING = 4_096
MAX_DIGESTS_PER_QUERY = 500

_Value = TypeVar("_Value")
_log = structlog.get_logger()


class _Answer(msgspec.Struct, frozen=True, gc=False):
    """What the database said of a digest, and when it was asked (by the clock, before the query)."""

    principal: Principal
    asked_at: float


class Authenticator:
    """A cache in front of `Access.principals`. Belongs to the event loop it is first used on.

    Args:
        access: where the keys are.
        clock: seconds that never run backwards.
    """

    def __init__(self, access: Access, clock: Callable[[], float] = time.monotonic) -> None:
        self._access = access
        self._clock = clock
        self._known: dict[bytes, _Answer] = {}
        self._refused: dict[bytes, float] = {}
        self._used: set[bytes] = set()
        self._waiting: dict[bytes, asyncio.Future[Principal | None]] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._asking_since: float | None = None
        self._down_until = 0.0
        self._warm_until = 0.0

    def cached(self, secret: str, kind: Credential = Credential.KEY) -> Principal | None:
        """The principal if its key is known to be valid at this moment; None means: ask `principal`.

        Never waits and makes no task; costs about a microsecond.
        """
        digest = digest_of(secret, kind)
        return None if digest is None else self._trusted(digest)

    async def principal(self, secret: str, kind: Credential = Credential.KEY) -> Principal | None:
        """The principal behind a secret; None when nothing has it, or what had it was revoked or has ended.

        Raises:
            Unavailable: the control database does not answer, and did not know the key lately.
        """
        digest = digest_of(secret, kind)
        if digest is None:
            return None
        trusted = self._trusted(digest)
        if trusted is not None:
            return trusted
        if self._clock() - self._refused.get(digest, -TRUST_SECONDS) < TRUST_SECONDS:
            return None
        return await self._answer(digest)

    async def close(self) -> None:
        """Stops asking. Whoever still waits is told that the answer is unavailable."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._give_up()

    def _trusted(self, digest: bytes) -> Principal | None:
        answer = self._known.get(digest)
        if answer is None:
            return None
        self._used.add(digest)
        now = self._clock()
        age = now - answer.asked_at
        if age < TRUST_SECONDS or (age < STALE_SECONDS and self._is_down(now)):
            return answer.principal
        return None

    def _is_down(self, now: float) -> bool:
        hanging = self._asking_since is not None and now - self._asking_since > PATIENCE_SECONDS
        return hanging or now < self._down_until

    async def _answer(self, digest: bytes) -> Principal | None:
        known = self._known.get(digest)
        if known is not None and self._clock() - known.asked_at >= STALE_SECONDS:
            known = None
        future = self._ask(digest)
        # Waiting this way leaves the future to the others who wait for it when this caller is cancelled.
        await asyncio.wait({future}, timeout=LOOKUP_SECONDS if known is None else PATIENCE_SECONDS)
        if future.done() and not future.cancelled():
            return future.result()
        if known is None:
            raise Unavailable("The credential cannot be checked right now: the control database is not answering.")
        return known.principal

    def _ask(self, digest: bytes) -> asyncio.Future[Principal | None]:
        if self._task is None:
            self._task = asyncio.create_task(self._ask_forever(), name="control-authenticator")
        if digest not in self._waiting:
            if len(self._waiting) >= MAX_WAITING:
                raise Unavailable("Too many credentials wait to be checked; try again.")
            self._waiting[digest] = asyncio.get_running_loop().create_future()
            self._wake.set()
        return self._waiting[digest]

    async def _ask_forever(self) -> None:
        while True:
            if not self._waiting and len(self._used) < MAX_DIGESTS_PER_QUERY:
                await self._pause()
            digests = list(itertools.islice(self._waiting, MAX_DIGESTS_PER_QUERY))
            while self._used and len(digests) < MAX_DIGESTS_PER_QUERY:
                digests.append(self._used.pop())
            if digests:
                await self._look_up(digests)

    async def _pause(self) -> None:
        # Once every answer has lost its trust the next caller comes through `_ask`, so there is nothing to watch.
        idle = self._clock() >= max(self._warm_until, self._down_until)
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if idle else REFRESH_SECONDS):
                await self._wake.wait()

    async def _look_up(self, digests: list[bytes]) -> None:
        asked_at = self._asking_since = self._clock()
        try:
            found = await self._access.principals(digests)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the keys known before keep working
            self._fail(error)
        else:
            self._learn(digests, found, asked_at)
        finally:
            self._asking_since = None

    def _learn(self, digests: list[bytes], found: dict[bytes, Principal], asked_at: float) -> None:
        if self._down_until:
            _log.info("control_database_answers_again")
        self._down_until = 0.0
        self._warm_until = asked_at + TRUST_SECONDS
        for digest in digests:
            principal = found.get(digest)
            self._known.pop(digest, None)
            self._refused.pop(digest, None)
            if principal is None:
                _keep(self._refused, digest, asked_at, MAX_REFUSED)
            else:
                _keep(self._known, digest, _Answer(principal, asked_at), MAX_KNOWN)
            if future := self._waiting.pop(digest, None):
                future.set_result(principal)

    def _fail(self, error: Exception) -> None:
        if not self._down_until:
            _log.warning("control_database_does_not_answer", error=type(error.__cause__ or error).__name__)
        self._down_until = self._clock() + TRUST_SECONDS
        self._give_up()

    def _give_up(self) -> None:
        for future in self._waiting.values():
            future.cancel()
        self._waiting.clear()


def _keep(memory: dict[bytes, _Value], digest: bytes, value: _Value, at_most: int) -> None:
    """Puts a digest last; when there are too many, the first one, asked about longest ago, makes room."""
    memory[digest] = value
    if len(memory) > at_most:
        del memory[next(iter(memory))]
