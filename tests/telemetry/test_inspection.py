"""Parts that a full disk damages: found, left out by a fresh engine, and loaded again from the journal."""

import asyncio
import contextlib
import os
import pathlib
import random
import shutil
import signal
import threading
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from helicorder.engine import supervisor
from helicorder.engine.supervisor import Engine
from helicorder.errors import StoreGap, TelemetryUnavailable
from helicorder.model.row import Row, Stamped
from helicorder.providers.conversation.digest import digest_of
from helicorder.telemetry.client import StatementError, Telemetry
from helicorder.telemetry.inspection import Inspector
from helicorder.telemetry.load import Loader
from helicorder.telemetry.store import Keeper, Store
from small_disks import fill, small_disk
from telemetry.harness import call, edit, score

MIB = 1 << 20
PLENTY = 1 << 40

pytestmark = pytest.mark.flaky(reruns=0)  # what is lost once in a while is lost


@contextlib.asynccontextmanager
async def opened(directory: pathlib.Path, free: Callable[[], int]) -> AsyncIterator[tuple[Engine, Store]]:
    """An engine of a test's own and a store on it, wired as the server does."""
    engine = await Engine.start(directory, memory_mb=1024, threads=2)
    inspector = Inspector(free, low_bytes=256 * MIB, full_bytes=MIB, renew=engine.renew)
    store = Store(engine.url, digest_of, Keeper(inspector, engine.doubt, engine.trust))
    try:
        async with contextlib.AsyncExitStack() as stack:
            await store.prepare(stack)
            yield engine, store
    finally:
        await store.telemetry.close()
        await engine.stop()


async def load_until_taken(store: Store, batch: list[Stamped]) -> None:
    """Load a batch as the flusher does: again after every failure, for a minute at most."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await store.load(batch)
            except (TelemetryUnavailable, StoreGap, StatementError):
                await asyncio.sleep(0.05)


async def versions(telemetry: Telemetry, table: str) -> list[int]:
    """The versions that a table has."""
    rows = await telemetry.query(f"SELECT DISTINCT version FROM {table} WHERE NOT ignore(*) ORDER BY version")  # noqa: S608
    return [row["version"] for row in rows]


async def damage(telemetry: Telemetry, name: str) -> None:
    """Empty a file of the part that holds the scores, as the engine does on a full disk."""
    find = "SELECT path FROM system.parts WHERE active AND table = 'score_versions'"
    [part] = await telemetry.query(find)
    (pathlib.Path(part["path"]) / name).write_bytes(b"")


class Cut(Loader):
    """A loader whose first load succeeds and leaves a file of what it wrote empty."""

    is_cut = False

    async def load(self, batch: Sequence[Stamped]) -> None:
        """Load, then damage what was loaded."""
        await super().load(batch)
        if not self.is_cut:
            self.is_cut = True
            await damage(self._telemetry, "columns.txt")


@pytest.mark.parametrize("low", [True, False])
async def test_a_load_with_little_room_does_not_pass_with_a_damaged_part(tmp_path: pathlib.Path, *, low: bool) -> None:
    """With little room a load fails while a part of it is damaged; with plenty of room parts are not checked."""
    batch = [Stamped(number, score(f"r{number}", "q", number)) for number in range(1, 30)]
    async with opened(tmp_path, lambda: 128 * MIB if low else PLENTY) as (_, store):
        store._loader = Cut(store.telemetry, digest_of)
        if not low:
            await store.load(batch)
            return
        with pytest.raises(StoreGap):
            await store.load(batch)
        await load_until_taken(store, batch)
        assert await versions(store.telemetry, "score_versions") == [stamped.version for stamped in batch]


@pytest.mark.parametrize("name", ["columns.txt", "checksums.txt", "data.cmrk4"])
async def test_a_damaged_part_is_found_and_loaded_again(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """An empty file of a new part fails the check; a fresh engine leaves the part out, its rows are loaded again."""
    monkeypatch.setattr(supervisor, "LEAST_SECONDS_BETWEEN_RENEWALS", 0.0)
    batch = [Stamped(number, score(f"r{number}", "q", number)) for number in range(1, 30)]
    async with opened(tmp_path, lambda: PLENTY) as (engine, store):
        await store.load(batch)
        inspector = Inspector(lambda: 0, low_bytes=1, full_bytes=0, renew=engine.renew)
        await inspector.check_since(store.telemetry, 0)
        await damage(store.telemetry, name)
        first = engine.pid
        with pytest.raises(StoreGap):
            await inspector.check_since(store.telemetry, 0)
        assert inspector.damaged == 1
        await load_until_taken(store, batch)
        assert engine.pid != first
        assert await versions(store.telemetry, "score_versions") == [stamped.version for stamped in batch]
        await inspector.check_since(store.telemetry, 0)


async def test_merges_end_on_a_full_disk(tmp_path: pathlib.Path) -> None:
    """With the disk full no parts are merged, and with room again they are."""
    room = [0]
    async with opened(tmp_path, lambda: room[0]) as (_, store):
        keeper = store._keeper
        assert keeper is not None
        for number in (1, 2):
            await store.load([Stamped(number, score(f"r{number}", "q", number))])
        await keeper.inspector.look(store.telemetry)
        with pytest.raises(TelemetryUnavailable):
            await store.telemetry.command("OPTIMIZE TABLE score_versions FINAL")
        room[0] = PLENTY
        await keeper.inspector.look(store.telemetry)
        await store.telemetry.command("OPTIMIZE TABLE score_versions FINAL")


async def fill_rounds(directory: pathlib.Path, rounds: int) -> None:
    """Fill the disk at a random moment of each load, give room back, and kill the engine at the end."""
    draw = random.Random(11)  # noqa: S311 -- when to fill, not a secret
    loaded: list[int] = []
    with small_disk(directory / "disk", 96) as disk:
        async with opened(disk / "engine", lambda: shutil.disk_usage(disk).free) as (engine, store):
            for number in range(rounds):
                rows: list[Row] = [
                    score(f"r{number}", "q", number),
                    call(f"r{number}", number, request_body="{}" * 5000),
                ]
                rows += [edit(f"r{number}", "k", "v"), *(score(f"r{n}", "s", n) for n in range(200))]
                batch = [Stamped(number * 1000 + place + 1, row) for place, row in enumerate(rows)]
                filling = threading.Timer(draw.uniform(0, 0.05), fill, (disk, draw.randrange(8) * 4096))
                freeing = threading.Timer(draw.uniform(0.2, 0.6), (disk / "ballast").unlink, (True,))
                filling.start()
                freeing.start()
                await load_until_taken(store, batch)
                filling.join()
                freeing.join()
                loaded += [stamped.version for stamped in batch if stamped.row in rows[:1] + rows[3:]]
            (disk / "ballast").unlink(missing_ok=True)
            assert engine.pid is not None
            os.kill(engine.pid, signal.SIGKILL)
            await asyncio.sleep(0.5)
            assert await versions(store.telemetry, "score_versions") == loaded
            assert len(await versions(store.telemetry, "calls")) == rounds
            assert len(await versions(store.telemetry, "bodies")) == rounds
            assert len(await versions(store.telemetry, "property_edits")) == rounds


@pytest.mark.timeout(300)
async def test_what_was_loaded_while_the_disk_filled_outlives_the_engine(tmp_path: pathlib.Path) -> None:
    """What a load took while the disk filled up is there after a kill -9 of the engine: no file of it was cut short."""
    await fill_rounds(tmp_path, 12)


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_what_was_loaded_outlives_the_engine_a_hundred_times(tmp_path: pathlib.Path) -> None:
    """The same with a hundred loads."""
    await fill_rounds(tmp_path, 100)
