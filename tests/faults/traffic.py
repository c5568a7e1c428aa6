"""Writers and readers at work while something goes wrong."""

import collections
import contextlib
import http.client
import itertools
import random
import threading
import time
from collections.abc import Iterator
from urllib.parse import quote

from faults.checking import may_be_current, missing
from faults.history import Attempt, History
from faults.observing import PROBE, scores_of
from faults.operations import Author, Operation
from product_server import Answer, Product

NETWORK = (OSError, http.client.HTTPException, ValueError)
PAUSE_SECONDS = 0.02
EVIDENCE_LINES = 20


class Traffic:
    """Writers that repeat each write under its key until it is acknowledged, and readers that trust nobody.

    Attributes:
        history: what was tried and acknowledged.
        refused, broken: answers of 503, and requests without an answer.
        stale: reads answered 200 that lacked what was acknowledged before they began.
        wrong: answers that nothing excuses, by what they said.
    """

    def __init__(self, product: Product, seed: str, *, writers: int = 6, readers: int = 2) -> None:
        self.history = History()
        self.refused = self.broken = self.reads = self.stale = 0
        self.stale_evidence: list[str] = []
        self.wrong: collections.Counter[str] = collections.Counter()
        self._product = product
        self._over = threading.Event()
        self._probes = itertools.count()
        self._threads = [
            threading.Thread(target=self._write, args=(Author(f"w{n}", f"{seed}/w{n}"),), name=f"writer {n}")
            for n in range(writers)
        ]
        self._threads += [
            threading.Thread(target=self._read, args=(random.Random(f"{seed}/r{n}"),), name=f"reader {n}")
            for n in range(readers)
        ]

    @contextlib.contextmanager
    def flowing(self) -> Iterator["Traffic"]:
        """Writers and readers work inside the block."""
        for thread in self._threads:
            thread.daemon = True
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join(60)

    def wait_for(self, more: int, seconds: float = 60.0) -> bool:
        """Wait until some more values were acknowledged; whether they were."""
        target = self.history.acknowledgements + more
        deadline = time.monotonic() + seconds
        while self.history.acknowledgements < target:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def recovery_seconds(self, longest: float) -> float | None:
        """Seconds until a write is acknowledged and a read that started after it shows it; None if that is too long."""
        began = time.monotonic()
        while time.monotonic() - began < longest:
            if self._probed():
                return time.monotonic() - began
            time.sleep(0.05)
        return None

    def _probed(self) -> bool:
        request_id = f"{PROBE}{next(self._probes)}"
        with contextlib.suppress(*NETWORK):
            if self._product.ask("POST", f"/v1/request/{request_id}/score", {"scores": {"p": 1.5}}).status != 200:
                return False
            answer = self._product.ask("GET", f"/v1/request/{request_id}/scores")
            if answer.status == 200 and len(answer.json()["data"]) != 1:
                self._blame(f"{request_id}: acknowledged, and a later read answered 200 without it")
            return answer.status == 200
        return False

    def _write(self, author: Author) -> None:
        for operation in author.operations():
            if self._over.is_set():
                break
            attempts = self.history.attempt(operation)
            while not self._over.is_set():
                if self._acknowledged(operation):
                    self.history.acknowledge(operation, attempts)
                    break
                self._over.wait(PAUSE_SECONDS)

    def _acknowledged(self, operation: Operation) -> bool:
        try:
            headers = {"Idempotency-Key": operation.key}
            answer = self._product.ask(operation.method, operation.path, operation.body, headers)
        except NETWORK:
            self.broken += 1
            return False
        if answer.status == 200 and _all_stored(operation, answer):
            return True
        if answer.status == 503:
            self.refused += 1
        else:
            self.wrong[
                f"{operation.method} {operation.path.rpartition('/')[2]}: {answer.status} {answer.body[:80]!r}"
            ] += 1
        return False

    def _read(self, draw: random.Random) -> None:
        while not self._over.is_set():
            known = self.history.acknowledged_requests()
            if not known:
                self._over.wait(PAUSE_SECONDS)
                continue
            recent = draw.random() < 0.7
            request_id = draw.choice(known[-12:] if recent else known)
            try:
                self._read_scores(request_id) if draw.random() < 0.7 else self._read_call(request_id)
            except NETWORK:
                self.broken += 1
                self._over.wait(PAUSE_SECONDS)

    def _read_scores(self, request_id: str) -> None:
        before = self.history.of(request_id)
        answer = self._asked(f"/v1/request/{quote(request_id, safe='')}/scores")
        if answer.status != 200:
            return
        histories = scores_of(request_id, answer)
        for cell, attempts in before.items():
            if cell.kind == "score":
                for attempt in missing(attempts, histories.get(cell, [])):
                    self._blame(f"{cell}: {attempt.value!r}, acknowledged at {attempt.acknowledged}, was not shown")

    def _read_call(self, request_id: str) -> None:
        before = self.history.of(request_id)
        answer = self._asked(f"/v1/calls/{quote(request_id, safe='')}")
        if answer.status not in (200, 404):
            return
        call = answer.json()["data"] if answer.status == 200 else None
        for cell, attempts in before.items():
            if cell.kind == "call" and call is None and attempts[0].acknowledged is not None:
                self._blame(f"{cell}: acknowledged at {attempts[0].acknowledged}, was 404")
            if cell.kind == "property" and call is not None:
                value = call["properties"].get(cell.name)
                sent_since = self.history.of(request_id)[cell][len(attempts) :]
                newer = [Attempt(attempt.value) for attempt in sent_since]
                if not may_be_current([*attempts, *newer], value):
                    self._blame(f"{cell}: {value!r} was shown, older than what was acknowledged")

    def _asked(self, path: str) -> Answer:
        answer = self._product.ask("GET", path)
        self.reads += 1
        if answer.status == 503:
            self.refused += 1
            self._over.wait(PAUSE_SECONDS)
        elif answer.status not in (200, 404):
            self._excuse_nothing("GET", path, answer)
        return answer

    def _excuse_nothing(self, method: str, path: str, answer: Answer) -> None:
        self.wrong[f"{method} {path.rpartition('/')[2]}: {answer.status} {answer.body[:80]!r}"] += 1

    def _blame(self, line: str) -> None:
        self.stale += 1
        if len(self.stale_evidence) < EVIDENCE_LINES:
            self.stale_evidence.append(f"{time.time():.3f} {line}")


def _all_stored(operation: Operation, answer: Answer) -> bool:
    if not operation.path.endswith("/batch"):
        return True
    results = answer.json()["data"]["results"]
    return len(results) == len(operation.effects) and all(result["status"] == "stored" for result in results)
