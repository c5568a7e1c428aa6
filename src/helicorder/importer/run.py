"""An import: files read, sent in batches, and told of."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from helicorder.client import Client, Retries
from helicorder.client.batches import batches
from helicorder.errors import Invalid, RequestFailed
from helicorder.importer.ordering import in_order
from helicorder.importer.reading import rows_of
from helicorder.importer.rows import Item, Kind, Refused, Row, item_of
from helicorder.importer.sending import Sender

PATIENT = Retries(attempts=100, seconds=600.0, longest=15.0)
"""A server that restarts, or whose store catches up, is waited for: nobody sits before an import."""
SECONDS = 120.0
_TOLD_ROWS = 1_000


class Progress(msgspec.Struct):
    """How far a file is.

    Attributes:
        read: rows of it so far. brought: those that were stored, ``before`` of them by an earlier run.
        problem: what is wrong with the file as a whole, if anything is.
    """

    kind: Kind | None = None
    read: int = 0
    brought: int = 0
    before: int = 0
    refused: int = 0
    problem: str = ""


class Told(msgspec.Struct, frozen=True):
    """Where to tell of a row that was refused, and of each step."""

    refused: Callable[[Path, Kind, Refused], None]
    progress: Callable[[Path, Progress], None]


def import_files(files: Sequence[Path], url: str, key: str, told: Told, *, again: bool = False) -> list[Progress]:
    """Bring files into a server, one after another; how each went. One that is no file of ours keeps no other back.

    Args:
        files: those that `GET /v1/export/...` writes.
        url: where the server is.
        key: one of its keys, with the write scope.
        told: hears of it.
        again: bring in once more what an earlier run of the last two days has brought in.

    Raises:
        RequestFailed: the server takes no batch, or was not there for ten minutes; running it again goes on.
    """
    with Client(url, key, seconds=SECONDS, retries=PATIENT) as client:
        return [_imported(client, path, told, again=again) for path in files]


def _imported(client: Client, path: Path, told: Told, *, again: bool) -> Progress:
    progress = Progress()
    try:
        with path.open("rb") as file:
            found = rows_of(file)
            if found is not None:
                progress.kind, rows = found
                sender = Sender(client, progress.kind, again=again)
                _bring(_File(path, progress.kind, progress, told), rows, sender)
    except Invalid as problem:
        progress.problem = problem.message
    except RequestFailed as failure:
        failure.add_note(f"{path}: {progress.brought:,} rows had been brought in. Run it again to go on.")
        raise
    told.progress(path, progress)
    return progress


class _File(msgspec.Struct, frozen=True):
    path: Path
    kind: Kind
    progress: Progress
    told: Told

    def refuse(self, row: Refused) -> None:
        """Count and tell of a row."""
        self.progress.refused += 1
        self.told.refused(self.path, self.kind, row)

    def good(self, rows: Iterable[Row]) -> Iterator[Item]:
        """The rows that can be sent. Where the file breaks off they end, and what was read of it counts."""
        try:
            for row in rows:
                self.progress.read += 1
                if self.progress.read % _TOLD_ROWS == 0:
                    self.told.progress(self.path, self.progress)
                item = item_of(self.kind, row)
                if isinstance(item, Refused):
                    self.refuse(item)
                else:
                    yield item
        except Invalid as problem:
            self.progress.problem = problem.message


def _bring(file: _File, rows: Iterable[Row], sender: Sender) -> None:
    items = file.good(rows)
    ordered = in_order(items) if file.kind is Kind.VERSIONS else items
    parts = batches((item.place, item.json) for item in ordered)
    with contextlib.closing(sender.outcomes(parts)) as outcomes:
        for outcome in outcomes:
            file.progress.brought += outcome.stored
            file.progress.before += outcome.before
            for row in outcome.refused:
                file.refuse(row)
            file.told.progress(file.path, file.progress)
