"""An import: files read, sent in batches, and told of.

Each batch goes under an Idempotency-Key made of what it holds, so an import that was killed can be run again: what had
been brought in is answered as the first time, and nothing is doubled. A key is remembered for two days. After that a
call is still the same call by its id and time, and a score the same score by its id; only their versions would be told
twice.
"""

import concurrent.futures
import contextlib
import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from helicorder.client import Client, Retries
from helicorder.client.batches import Batch, batches, call_batch, score_batch
from helicorder.client.operation import Operation
from helicorder.errors import Invalid, RequestFailed
from helicorder.importer.ordering import in_order
from helicorder.importer.reading import rows_of
from helicorder.importer.rows import Item, Kind, Refused, item_of
from helicorder.wire.scores import BatchResults

PATIENT = Retries(attempts=100, seconds=600.0, longest=15.0)
"""A server that restarts, or whose store catches up, is waited for: nobody sits before an import."""
SECONDS = 120.0
_TOO_LARGE = 413
_UNREADABLE = (400, 422)
_AT_ONCE = 2
"""Batches under way or waiting: the next one is read while one is sent. They are sent one by one, in order."""


class Progress(msgspec.Struct):
    """How far a file is: rows brought in, and rows refused; what is wrong with the file as a whole, if anything is."""

    kind: Kind | None = None
    brought: int = 0
    refused: int = 0
    problem: str = ""


class Told(msgspec.Struct, frozen=True):
    """Where to tell of a row that was refused, and of each step."""

    refused: Callable[[Path, Kind, Refused], None]
    progress: Callable[[Path, Progress], None]


def import_files(files: Sequence[Path], url: str, key: str, told: Told) -> list[Progress]:
    """Bring files into a server, one after another; how each went. One that is no file of ours keeps no other back.

    Raises:
        RequestFailed: the server takes no batch, or was not there for ten minutes; running it again goes on.
    """
    with Client(url, key, seconds=SECONDS, retries=PATIENT) as client:
        return [_imported(client, path, told) for path in files]


def _imported(client: Client, path: Path, told: Told) -> Progress:
    progress = Progress()
    try:
        with path.open("rb") as file:
            found = rows_of(file)
            if found is not None:
                progress.kind, rows = found
                _bring(client, path, (item_of(progress.kind, row) for row in rows), progress, told)
    except Invalid as problem:
        progress.problem = problem.message
    except RequestFailed as failure:
        failure.add_note(f"{path}: {progress.brought} rows had been brought in; run it again to go on.")
        raise
    told.progress(path, progress)
    return progress


def _bring(client: Client, path: Path, items: Iterable[Item | Refused], progress: Progress, told: Told) -> None:
    kind = progress.kind or Kind.SCORES

    def refuse(row: Refused) -> None:
        progress.refused += 1
        told.refused(path, kind, row)

    def good() -> Iterator[Item]:
        try:
            for item in items:
                if isinstance(item, Refused):
                    refuse(item)
                else:
                    yield item
        except Invalid as problem:
            # The file breaks off here. What was read of it is brought in all the same.
            progress.problem = problem.message

    ordered = in_order(good()) if kind is Kind.VERSIONS else good()
    parts = batches((item.place, item.json) for item in ordered)
    with contextlib.closing(_results(client, kind, parts)) as results:
        for stored, refused in results:
            progress.brought += stored
            for row in refused:
                refuse(row)
            told.progress(path, progress)


def _results(client: Client, kind: Kind, parts: Iterable[Batch]) -> Generator[tuple[int, list[Refused]], None, None]:
    """(rows stored, rows refused) of each batch, sent in order while the next one is read."""
    with concurrent.futures.ThreadPoolExecutor(1, "import") as sender:
        waiting: list[concurrent.futures.Future[tuple[int, list[Refused]]]] = []
        try:
            for part in parts:
                waiting.append(sender.submit(_sent, client, kind, part))
                if len(waiting) >= _AT_ONCE:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            sender.shutdown(cancel_futures=True)


def _sent(client: Client, kind: Kind, part: Batch) -> tuple[int, list[Refused]]:
    """What became of a batch. One that is refused as a whole is halved until what is at fault stands alone."""
    try:
        answer = client.send(_keyed(_operation(kind, part)))
    except RequestFailed as failure:
        if failure.status not in (_TOO_LARGE, *_UNREADABLE):
            raise
        if len(part.items) == 1:
            return 0, [Refused(part.places[0], str(failure))]
        middle = len(part.items) // 2
        halves = (Batch(part.places[:middle], part.items[:middle]), Batch(part.places[middle:], part.items[middle:]))
        (stored, refused), (more, others) = (_sent(client, kind, half) for half in halves)
        return stored + more, refused + others
    return _again(client, kind, part, answer)


def _again(client: Client, kind: Kind, part: Batch, answer: BatchResults) -> tuple[int, list[Refused]]:
    """What became of a batch whose refused items are sent once more, by themselves.

    Under its key a batch is answered as it was the first time. What was refused then may pass now: a definition was
    mended, and the import run again.
    """
    refused = [result.index for result in answer.results if result.error is not None]
    if not refused:
        return answer.stored, []
    rest = Batch([part.places[index] for index in refused], [part.items[index] for index in refused])
    second = client.send(_operation(kind, rest))
    still = [
        Refused(rest.places[result.index], result.error.message)
        for result in second.results
        if result.error is not None
    ]
    return answer.stored + second.stored, still


def _operation(kind: Kind, part: Batch) -> Operation[BatchResults]:
    return call_batch(part) if kind is Kind.CALLS else score_batch(part)


def _keyed(operation: Operation[BatchResults]) -> Operation[BatchResults]:
    """The operation under a key that follows from what it holds."""
    digest = hashlib.sha256(operation.path.encode() + b"\n" + (operation.body or b"")).hexdigest()
    return msgspec.structs.replace(operation, key=f"import-{digest}")
