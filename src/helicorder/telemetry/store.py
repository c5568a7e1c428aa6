"""The store as the server has it: prepared in the background, loaded from the journal, watched while it is embedded."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Callable, Sequence

import structlog

from helicorder.errors import TelemetryUnavailable
from helicorder.model.call import Call, Digest
from helicorder.model.row import Stamped
from helicorder.telemetry.client import StatementError, Telemetry
from helicorder.telemetry.inspection import Inspector
from helicorder.telemetry.load import Loader
from helicorder.telemetry.schema import migrate

log = structlog.get_logger()

_PREPARE_RETRY_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_LOOK_SECONDS = 1.0


class Keeper:
    """What an embedded engine needs beside a remote store: checks on a full disk, and somebody to replace its process.

    Args:
        inspector: checks what the engine wrote with little room.
        doubt: is told ClickHouse's code when the engine refuses a load; trust: when it took one.
    """

    def __init__(self, inspector: Inspector, doubt: Callable[[int], None], trust: Callable[[], None]) -> None:
        self.inspector = inspector
        self.doubt = doubt
        self.trust = trust


class Store:
    """The telemetry store, prepared in the background where it is not there yet: the gateway never waits for it.

    Until it has answered and its schema is current, loading fails as with the store down, and ingest tries again.

    Args:
        url: as of `Telemetry`.
        digest: as of `Loader`.
        keeper: of an embedded engine.
    """

    def __init__(self, url: str, digest: Callable[[Call], Digest], keeper: Keeper | None = None) -> None:
        self.telemetry = Telemetry(url)
        self.prepared = False
        self._loader = Loader(self.telemetry, digest)
        self._keeper = keeper

    async def prepare(self, stack: contextlib.AsyncExitStack) -> None:
        """Bring the schema up to date; a store that does not answer is tried again until ``stack`` closes.

        Raises:
            SchemaTooNew: the store is newer than this code.
            StatementError: the store does not take the schema.
        """
        try:
            await migrate(self.telemetry)
            self.prepared = True
        except TelemetryUnavailable as error:
            log.warning("telemetry store not reached yet", error=error.message)
            trying = asyncio.create_task(self._keep_trying(), name="prepare telemetry")
            stack.push_async_callback(_end, trying)

    async def _keep_trying(self) -> None:
        for wait in itertools.chain(_PREPARE_RETRY_SECONDS, itertools.repeat(_PREPARE_RETRY_SECONDS[-1])):
            await asyncio.sleep(wait)
            try:
                await migrate(self.telemetry)
            except Exception as error:  # noqa: BLE001 -- whatever it is, somebody has to be told, and may mend it
                log.warning("telemetry store not prepared yet", error=str(error))
            else:
                self.prepared = True
                return

    def ready(self) -> Telemetry:
        """The store, once it is prepared.

        Raises:
            TelemetryUnavailable: not yet.
        """
        if not self.prepared:
            raise TelemetryUnavailable
        return self.telemetry

    async def load(self, batch: Sequence[Stamped]) -> None:
        """Load one batch from the journal; on a nearly full disk, check the files that it is now in.

        Raises:
            TelemetryUnavailable: not prepared yet, or not answering.
            RowsRefused, StoreGap: as `Loader.load`.
            StatementError: the store refuses it, and no row is at fault. An embedded engine that goes on is replaced.
        """
        self.ready()
        if self._keeper is None:
            await self._loader.load(batch)
        else:
            await self._load_kept(batch, self._keeper)

    async def _load_kept(self, batch: Sequence[Stamped], keeper: Keeper) -> None:
        began, was_low = time.time(), keeper.inspector.is_low()
        try:
            await self._loader.load(batch)
            if was_low or keeper.inspector.is_low():
                await keeper.inspector.check_since(self.telemetry, began)
        except StatementError as error:
            keeper.doubt(error.code)
            raise
        keeper.trust()

    async def watch(self) -> None:
        """Look after an embedded engine's files, for ever; what goes wrong is logged, and looked at again."""
        while self._keeper is not None:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                if self.prepared:
                    await self._keeper.inspector.look(self.telemetry)
            except Exception as error:  # noqa: BLE001 -- an engine that is being replaced, most often
                log.warning("inspection_failed", error=type(error).__name__)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
