"""A process to be killed: eight writers with idempotency keys, and a diary of what they tried and what came of it.

    python -m ingest.crash_writer JOURNAL OUTSIDE REFUSALS

The journal is in one directory, the diary and the store in another. Ends by itself, with status 3, after so many
refusals.
"""

import asyncio
import itertools
import os
import pathlib
import sys

from helicorder.errors import JournalUnavailable
from helicorder.ingest.ingest import Ingest
from helicorder.ingest.journal import Claim
from ingest.harness import SqliteStore, running, score


class Diary:
    """One line per event, ``attempt ID``, ``ack ID`` or ``refuse ID``, in order; survives the death of the process."""

    def __init__(self, directory: pathlib.Path) -> None:
        self._path = directory / "diary"
        self._file = os.open(self._path, os.O_APPEND | os.O_CREAT | os.O_WRONLY)

    def write(self, event: str, name: str) -> None:
        """Add a line."""
        os.write(self._file, f"{event} {name}\n".encode())

    def events(self) -> list[tuple[str, str]]:
        """All lines so far."""
        lines = self._path.read_text().splitlines()
        return [(event, name) for event, _, name in (line.partition(" ") for line in lines)]

    def names(self, wanted: str) -> set[str]:
        """The names of one kind of event."""
        return {name for event, name in self.events() if event == wanted}

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


async def send(ingest: Ingest, diary: Diary, name: str) -> bool:
    """Commit one row under its own key; whether it was accepted."""
    diary.write("attempt", name)
    try:
        answer = await ingest.commit([score(name)], Claim("org", name, name.encode(), name.encode()))
    except JournalUnavailable:
        diary.write("refuse", name)
        return False
    assert answer == name.encode()
    diary.write("ack", name)
    return True


async def main(journal: pathlib.Path, outside: pathlib.Path, refusals: int) -> None:
    """Send again what was never answered, then new rows until killed or refused too often."""
    diary = Diary(outside)
    open_ends = sorted(diary.names("attempt") - diary.names("ack"))
    first = len(diary.names("attempt"))
    fresh = (f"r{n}" for n in itertools.count(first))
    refused = 0

    async def write() -> None:
        nonlocal refused
        while refused < refusals:
            refused += not await send(ingest, diary, next(fresh))
            await asyncio.sleep(0)

    async with running(journal, SqliteStore(outside / "store.sqlite"), min_free_bytes=0) as ingest:
        for name in open_ends:
            await send(ingest, diary, name)
        await asyncio.gather(*(write() for _ in range(8)))
        assert ingest.stats().failed
        os._exit(3)


if __name__ == "__main__":
    asyncio.run(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])))
