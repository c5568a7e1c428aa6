"""Retention: how long a deletion takes, and what readers and loads beside it notice.

Method: an embedded engine with two threads is loaded with ``--calls`` calls over 60 days, each with two bodies of about
a kilobyte, every second one with a score. Then limits are put to it one after the other, while one client counts calls
and loads a call, again and again. Told are the seconds of each deletion, the slowest read and load, and what went.
"""

import argparse
import asyncio
import collections
import contextlib
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from helicorder.engine.supervisor import Engine
from helicorder.model.retention import Retention
from helicorder.model.row import Row
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.retention import Eraser
from helicorder.telemetry.schema import migrate
from telemetry.harness import NOON, ORG, Store, call, score

DAYS = 60
BATCH = 2_000
WORDS = [f"word{number}" for number in range(1_000)]
LIMITS = {
    "nothing is too old": Retention(100, None, None),
    "bodies, the older half": Retention(None, 30, None),
    "bodies, one day more": Retention(None, 29, None),
    "calls, the older half": Retention(30, None, None),
    "calls, one day more": Retention(29, None, None),
}


def rows(calls: int, first: int) -> list[Row]:
    """One batch of calls from a number on, with their scores."""
    made: list[Row] = []
    for number in range(first, min(calls, first + BATCH)):
        age = DAYS * 24 * 60 * (1 - number / calls)
        text = f'{{"messages":[{{"role":"user","content":"{" ".join(random.choices(WORDS, k=150))}"}}]}}'
        made.append(call(f"r{number}", -age, request_body=text, response_body=text))
        if number % 2:
            made.append(score(f"r{number}", "quality", number % 7, -age))
    return made


class Beside:
    """A client that reads and loads, and remembers the slowest of each in milliseconds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.read = self.load = 0.0

    async def go_on(self) -> None:
        """Read and load for ever."""
        counted = "SELECT count() FROM calls WHERE org_id = {org:String}"
        while True:
            began = time.monotonic()
            await self._store.telemetry.query(counted, {"org": ORG})
            between = time.monotonic()
            await self._store.load(call("beside"))
            self.read = max(self.read, 1000 * (between - began))
            self.load = max(self.load, 1000 * (time.monotonic() - between))
            await asyncio.sleep(0.05)


async def measured(store: Store, what: str, retention: Retention) -> None:
    """Delete under a limit, and tell."""
    gone: collections.Counter[str] = collections.Counter()
    beside = Beside(store)
    task = asyncio.create_task(beside.go_on())
    began = time.monotonic()
    await Eraser(store.telemetry, gone).erase({ORG: retention.cuts(NOON)})
    seconds = time.monotonic() - began
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    print(f"{what:24} {seconds:6.2f} s  slowest read {beside.read:4.0f} ms, load {beside.load:4.0f} ms  {dict(gone)}")


async def main(calls: int) -> None:
    """Fill a store, then delete from it."""
    with tempfile.TemporaryDirectory() as directory:
        engine = await Engine.start(Path(directory), memory_mb=2048, threads=2)
        telemetry = Telemetry(engine.url)
        await migrate(telemetry)
        store = Store(telemetry)
        for first in range(0, calls, BATCH):
            await store.load(*rows(calls, first))
        print(f"{calls:,} calls and {calls // 2:,} scores over {DAYS} days")
        for what, retention in LIMITS.items():
            await measured(store, what, retention)
        await telemetry.close()
        await engine.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=100_000)
    asyncio.run(main(parser.parse_args().calls))
