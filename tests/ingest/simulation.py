"""Journal, flusher, trim, claims and barrier under simulation: one seed is one run, and the invariant is the promise.

The product runs unchanged on virtual time and a watched disk. Callers, faults and crashes are a list of steps that
follows from the seed; each step draws its own choices, so a run can be repeated with some of the steps left out.

    .venv/bin/python -m ingest.simulation 4711      (in tests/) runs one seed, prints what happened, and shortens it
"""

import asyncio
import contextlib
import functools
import pathlib
import random
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import msgspec

from helicorder.errors import IdempotencyConflict, JournalUnavailable, TelemetryUnavailable
from helicorder.ingest import flusher, ingest, intake, isolation, journal, journal_file, ledger, pace
from helicorder.ingest.ingest import Ingest
from helicorder.model.row import Row
from ingest.harness import request_id_of, score
from ingest.simulated_disk import Files
from ingest.simulated_history import Attempt, Broken, is_poison
from ingest.simulated_plan import Result, Step, plan
from ingest.simulated_server import BARRIER_SECONDS, Server
from ingest.simulated_time import Hang

# Once all faults ended: the longest back-off, a load that is still under way, and a second of housekeeping.
RECOVERY_SECONDS = 15.0
HOUR = 3600 * 1_000_000
PAUSES = (0.0, 0.0, 0.001, 0.01, 0.05, 0.3, 1.5)
MODULES = (flusher, ingest, intake, isolation, journal, journal_file, ledger, pace)


class Simulation:
    """One run."""

    def __init__(self, seed: int, directory: pathlib.Path, files: Files) -> None:
        self.result = Result(seed)
        self.draw = random.Random(seed)  # noqa: S311 -- reproducible, not secret
        self.server = Server(self.draw, directory, files, self._note)
        self.loop, self.store = self.server.loop, self.server.store
        self.history = self.store.history
        self.offered: set[str] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.keys = [f"k{n}" for n in range(self.draw.choice((3, 30)))]
        self.named = 0
        self.poison = self.draw.choice((5, 29))
        self._files = files

    def run(self, steps: Sequence[Step]) -> Result:
        """Carry out steps; what was broken is in the result."""
        with self.server.simulated(), asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            try:
                runner.run(self._run(steps))
            except (Broken, Hang) as error:
                self.result.broken = str(error)
            finally:
                runner.run(self._end())
        self.result.faults.update(self.server.disk.faults)
        self.result.faults.update(self.store.faults)
        self.result.acknowledged = len(self.history.acknowledged)
        return self.result

    async def _run(self, steps: Sequence[Step]) -> None:
        await self._start()
        for step in steps:
            self.result.steps += 1
            self.draw.seed(step.seed)
            self._note(step.action)
            action: Callable[[], Coroutine[Any, Any, None] | None] = getattr(self, step.action)
            if (coroutine := action()) is not None:
                await coroutine
            await asyncio.sleep(self.draw.choice(PAUSES))
            self._check()
            if self.server.ingest.stats().failed and self.draw.random() < 0.2:
                await self._restart_somehow()
        await self._recover()

    # What callers do.

    def commit(self) -> None:
        """Some callers send rows at once, some of them under keys."""
        for _ in range(self.draw.choice((1, 1, 1, 2, 5))):
            attempt = Attempt(self._new_names(self.draw.choice((1, 1, 2, 5))))
            if self.draw.random() < 0.4:
                attempt.key = self.draw.choice(self.keys)
                attempt.body = self.draw.choice("aaab")
            self._spawn(self._send(attempt, self.draw.choice((0.02, None, None, None))))

    def offer(self) -> None:
        """A call is logged, or several are."""
        for _ in range(self.draw.choice((1, 1, 4))):
            attempt = Attempt(self._new_names(1))
            self.history.begins(attempt)
            self.offered.add(attempt.names[0])
            make = functools.partial(self._made, attempt.names[0], bad=self.draw.random() < 0.1)
            self.server.ingest.offer(make)

    def read(self) -> None:
        """Somebody reads."""
        self._spawn(self._read())

    def ask(self) -> None:
        """Somebody asks for the answer under a key."""
        attempt = Attempt(self._new_names(1), self.draw.choice(self.keys), "a")
        self._spawn(self._ask(attempt))

    def leave(self) -> None:
        """Some callers go away."""
        for task in sorted(self.tasks, key=asyncio.Task.get_name):
            if self.draw.random() < 0.3:
                task.cancel()

    async def wait(self) -> None:
        """Nobody comes for some seconds."""
        await asyncio.sleep(self.draw.choice((1.0, 6.0)))

    # What goes wrong, and right again.

    def pin_reader(self) -> None:
        """The reading connection sees an old state of the file until it is replaced."""
        reader = self.server.ingest._journal._file._reader
        with contextlib.suppress(sqlite3.Error):
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM entries").fetchone()
            self.result.faults["stale reader"] += 1

    def store_goes_down(self) -> None:
        """The store takes nothing from now on."""
        self.store.is_down = True

    def store_fails(self) -> None:
        """Some loads fail from now on."""
        self.store.fails = self.draw.choice((0.1, 0.3))

    def store_recovers(self) -> None:
        """The store works."""
        self.store.is_down, self.store.fails = False, 0.0

    def fill_disk(self) -> None:
        """There are so many bytes left."""
        self.server.disk.free = self.draw.choice((0, 100, 5_000, 30_000))

    def fill_disk_soon(self) -> None:
        """So many writes work still."""
        self.server.disk.full_after = self.draw.randint(0, 20)

    def free_disk(self) -> None:
        """There is space."""
        self.server.disk.make_room()

    def io_error(self) -> None:
        """A write or an fsync fails soon."""
        self.server.disk.fails_after = self.draw.randint(0, 12)

    def jump(self) -> None:
        """The wall clock is set, within half a day: a claim lives for two."""
        self.result.faults["clock jump"] += 1
        self.server.clock_offset = self.draw.choice(
            (0, self.server.clock_offset - HOUR, self.draw.randint(-6 * HOUR, 6 * HOUR))
        )

    async def restart(self) -> None:
        """The server is stopped in order, and started."""
        self.result.faults["restart"] += 1
        await self.server.close(list(self.tasks))
        await self._start()

    async def kill(self) -> None:
        """The process ends; what it wrote stays, though some may not be on the disk yet."""
        self.result.faults["kill"] += 1
        await self.server.end(list(self.tasks), self.server.disk.kill)
        await self._start()

    async def power_cut(self) -> None:
        """The power goes; of what was not synced anything may be left."""
        self.result.faults["power cut"] += 1
        self.store.lose_power()
        await self.server.end(list(self.tasks), self.server.disk.power_cut)
        await self._start()

    # How that is done.

    async def _send(self, attempt: Attempt, patience: float | None) -> None:
        rows = [self._row(name) for name in attempt.names]
        self.history.begins(attempt)
        outcome = "acknowledged"
        try:
            async with asyncio.timeout(patience):
                answer = await self.server.ingest.commit(rows, attempt.claim)
        except JournalUnavailable:
            outcome = "refused"
        except IdempotencyConflict:
            outcome = "conflict"
            self.history.conflicted(attempt)
        except TimeoutError:
            outcome = "gone"
        else:
            self.history.answered(attempt, answer)
        self._note(f"  {outcome}: {attempt.names} {attempt.key or ''}{attempt.body}")
        self.result.answers[outcome] += 1

    async def _read(self) -> None:
        owed = set(self.history.owed)
        ingest, began = self.server.ingest, self.loop.now
        offers = set(self.offered)
        try:
            await ingest.barrier()
        except TelemetryUnavailable:
            self.result.answers["read refused"] += 1
            if self.loop.now > began + BARRIER_SECONDS + 1:
                raise Broken(f"a read was refused after {self.loop.now - began} seconds") from None
            return
        self.result.answers["read"] += 1
        if missed := owed & self.history.owed:
            raise Broken(f"a read did not see {sorted(missed)}")
        if ingest is self.server.ingest and offers == self.offered:
            self._check_offers(ingest)

    def _check_offers(self, ingest: Ingest) -> None:
        stats = ingest.stats()
        if stats.offered != len(self.offered):
            raise Broken(f"{len(self.offered)} rows were offered, and {stats.offered} counted")
        kept = stats.offered - stats.dropped
        stored = sum(name in self.store.versions for name in self.offered)
        poison = sum(is_poison(name) for name in self.offered)
        # What an I/O error left is counted as dropped, and may be found all the same.
        if not (stored <= kept or stats.failed) or kept > stored + poison:
            raise Broken(f"of {stats.offered} offers {stored} are stored and {stats.dropped} dropped")

    async def _ask(self, attempt: Attempt) -> None:
        assert attempt.claim is not None
        self.history.begins(attempt)
        try:
            answer = await self.server.ingest.answer_to(attempt.claim)
        except IdempotencyConflict:
            self.history.conflicted(attempt)
        except (sqlite3.Error, RuntimeError):
            return
        else:
            if answer is not None:
                self.history.answered(attempt, answer)

    def _made(self, name: str, *, bad: bool) -> Row:
        if bad:
            raise ValueError("a maker failed")
        return self._row(name)

    def _row(self, name: str) -> Row:
        number = int(name.split("-")[1])
        row = score(name, ("quality", "speed")[number % 2], float(number))
        return msgspec.structs.replace(row, comment="c" * (20_000 if number % 17 == 0 else 10))

    def _new_names(self, count: int) -> list[str]:
        """Names of rows; some the store will refuse."""
        first, self.named = self.named, self.named + count
        return [f"{'poison' if n % self.poison == 0 else 'row'}-{n}" for n in range(first, self.named)]

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine, name=f"caller-{self.history.tick():06}")
        self.tasks.add(task)
        task.add_done_callback(self._reap)

    def _reap(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.history.breaks(f"{type(error).__name__}: {error}")

    async def _start(self) -> None:
        self.offered.clear()
        await self.server.start()

    async def _end(self) -> None:
        await self.server.end(list(self.tasks), self.server.disk.kill)

    async def _restart_somehow(self) -> None:
        action = self.draw.choice((self.restart, self.kill, self.power_cut))
        self._note(action.__name__)
        await action()

    async def _recover(self) -> None:
        """All faults end: everything becomes readable without a restart, and a restart changes nothing more."""
        self._note("all faults end")
        self.store_recovers()
        self.server.disk.heal()
        self.server.hurry()
        # An error that was given already may still be on its way to whoever hears of it.
        await asyncio.sleep(1.0)
        if self.server.ingest.stats().failed:
            await self._restart_somehow()
        for holds in (
            self._is_readable, self._takes_writes, self._is_readable, self._is_trimmed, self._is_answered,
        ):  # fmt: skip
            await self._soon(holds)
        self.history.check_all(self._refused())
        self._check()
        await self._restart_somehow()
        await self._soon(self._is_readable)
        self.history.check_all(self._refused())
        await self._check_claims()
        self._check()

    async def _soon(self, holds: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        deadline = self.loop.now + RECOVERY_SECONDS
        while not await holds():
            self._check()
            if self.loop.now > deadline:
                raise Broken(f"{RECOVERY_SECONDS} seconds after the last fault not: {holds.__doc__}")
            await asyncio.sleep(0.1)

    async def _is_readable(self) -> bool:
        """Everything can be read."""
        before = self.result.answers["read"]
        await self._read()
        return self.result.answers["read"] > before

    async def _takes_writes(self) -> bool:
        """Writes are taken."""
        before = self.result.answers["acknowledged"]
        await self._send(Attempt(self._new_names(1)), None)
        return self.result.answers["acknowledged"] > before

    async def _is_trimmed(self) -> bool:
        """The journal is trimmed."""
        return not self._table("entries")

    async def _is_answered(self) -> bool:
        """Every caller is answered."""
        return not self.tasks

    async def _check_claims(self) -> None:
        """Every key keeps its answer, and refuses another body."""
        for key, effect in self.history.effects.items():
            assert effect.claim is not None
            if await self.server.ingest.answer_to(effect.claim) != effect.answer:
                raise Broken(f"key {key} lost its answer")
            await self._send(Attempt(self._new_names(1), key, effect.body), None)
            await self._send(Attempt(self._new_names(1), key, "another"), None)

    def _check(self) -> None:
        for error in (*self.loop.died, *self._files.errors):
            self.history.breaks(f"a thread died: {error!r}")
        if self.history.broken:
            raise Broken(self.history.broken)

    def _table(self, name: str) -> list[bytes]:
        with contextlib.closing(sqlite3.connect(self.server.disk.directory / journal_file.FILE_NAME)) as db:
            return [payload for (payload,) in db.execute(f"SELECT payload FROM {name}")]  # noqa: S608

    def _refused(self) -> list[str]:
        return [request_id_of(journal._decode(payload)) for payload in self._table("refused")]

    def _note(self, what: str) -> None:
        self.result.trace.append(f"{self.loop.now - 1_000:10.4f} {what}")


FILES = Files()


def simulate(seed: int, count: int = 120, steps: Sequence[Step] | None = None) -> Result:
    """Run a seed, or some of its steps."""
    memory = pathlib.Path("/dev/shm")  # noqa: S108 -- only where it is faster
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as directory:
        return Simulation(seed, pathlib.Path(directory), FILES).run(plan(seed, count) if steps is None else steps)


def shorten(seed: int, count: int = 120) -> list[Step]:
    """Steps of a broken run that still break it, with as many as possible left out."""
    steps = plan(seed, count)
    size = len(steps) // 2
    while size:
        for start in range(len(steps) - size, -1, -size):
            fewer = steps[:start] + steps[start + size :]
            if simulate(seed, steps=fewer).broken:
                steps = fewer
        size //= 2
    return steps


if __name__ == "__main__":
    found = simulate(int(sys.argv[1]))
    if found.broken:
        found = simulate(found.seed, steps=shorten(found.seed))
    sys.stdout.write("\n".join([*found.trace, found.broken or "the promise holds", ""]))
