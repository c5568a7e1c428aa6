"""Batches on their way to a server, each under a key made of what it holds.

So an import that was killed can be run again: what had been brought in is answered as the first time, and nothing is
doubled. A key is remembered for two days. After that a call is still the same call by its id and time, and a score the
same score by its id; only their versions would be told twice.
"""

import concurrent.futures
import hashlib
from collections.abc import Generator, Iterable

import msgspec

from helicorder.client import Client
from helicorder.client.batches import Batch, call_batch, score_batch
from helicorder.client.operation import Answer, Operation
from helicorder.errors import RequestFailed
from helicorder.importer.rows import Kind, Refused
from helicorder.wire.scores import BatchResults

_TOO_LARGE = 413
_UNREADABLE = (400, 422)
_AT_ONCE = 2
"""Batches under way or waiting: the next one is read while one is sent. They are sent one by one, in order."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a batch: rows stored, ``before`` of them by an earlier run, and rows refused."""

    stored: int
    before: int
    refused: list[Refused]


class Sender:
    """Sends the batches of one file. ``again``: what an earlier run has brought in is brought in once more."""

    def __init__(self, client: Client, kind: Kind, *, again: bool) -> None:
        self._client = client
        self._kind = kind
        self._again = again

    def outcomes(self, parts: Iterable[Batch]) -> Generator[Outcome, None, None]:
        """What becomes of each batch, sent in order while the next one is read.

        Raises:
            RequestFailed: the server takes no batch.
        """
        with concurrent.futures.ThreadPoolExecutor(1, "import") as sender:
            waiting: list[concurrent.futures.Future[Outcome]] = []
            try:
                for part in parts:
                    waiting.append(sender.submit(self._sent, part))
                    if len(waiting) >= _AT_ONCE:
                        yield waiting.pop(0).result()
                while waiting:
                    yield waiting.pop(0).result()
            finally:
                sender.shutdown(cancel_futures=True)

    def _sent(self, part: Batch) -> Outcome:
        """One that is refused as a whole is halved until what is at fault stands alone."""
        try:
            answer, replayed = self._client.send(self._operation(part, fresh=self._again))
        except RequestFailed as failure:
            if failure.status not in (_TOO_LARGE, *_UNREADABLE):
                raise
            if len(part.items) == 1:
                return Outcome(0, 0, [Refused(part.places[0], str(failure))])
            middle = len(part.items) // 2
            a, b = (
                self._sent(Batch(part.places[half], part.items[half]))
                for half in (slice(None, middle), slice(middle, None))
            )
            return Outcome(a.stored + b.stored, a.before + b.before, a.refused + b.refused)
        before = answer.stored if replayed else 0
        refused = [result.index for result in answer.results if result.error is not None]
        if not refused:
            return Outcome(answer.stored, before, [])
        rest = Batch([part.places[index] for index in refused], [part.items[index] for index in refused])
        return self._once_more(rest, answer.stored, before)

    def _once_more(self, rest: Batch, stored: int, before: int) -> Outcome:
        """Items that were refused, by themselves under a key of their own.

        Under its key a batch is answered as it was the first time. What was refused then may pass now: a definition
        was mended, and the import run again.
        """
        answer, _ = self._client.send(self._operation(rest, fresh=True))
        refused = [
            Refused(rest.places[result.index], result.error.message)
            for result in answer.results
            if result.error is not None
        ]
        return Outcome(stored + answer.stored, before, refused)

    def _operation(self, part: Batch, *, fresh: bool) -> Operation[tuple[BatchResults, bool]]:
        """Sends a batch; (its results, whether they are those of an earlier run)."""
        made = call_batch(part) if self._kind is Kind.CALLS else score_batch(part)
        digest = hashlib.sha256(made.path.encode() + b"\n" + (made.body or b"")).hexdigest()

        def read(answer: Answer) -> tuple[BatchResults, bool]:
            return made.read(answer), answer.headers.get("idempotent-replayed") == "true"

        key = "" if fresh else f"import-{digest}"
        return Operation(method=made.method, path=made.path, body=made.body, read=read, writes=True, key=key)
