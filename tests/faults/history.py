"""What clients tried, and what was acknowledged to them: the only witness that no fault can reach."""

import threading
import time
from collections.abc import Sequence

import msgspec

from faults.operations import Cell, Operation, Value


class Attempt(msgspec.Struct):
    """A value that was sent for a cell.

    Attributes:
        acknowledged: when its 2xx arrived, in seconds since 1970; None while it has not.
    """

    value: Value
    acknowledged: float | None = None


class History:
    """Attempts by cell, in the order in which their only writer made them. Threads may share it.

    A value that is sent again under the same key is one attempt.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: dict[str, dict[Cell, list[Attempt]]] = {}
        self._acknowledged: dict[str, None] = {}
        self.attempts = 0
        self.acknowledgements = 0

    def attempt(self, operation: Operation) -> list[Attempt]:
        """Note what is about to be sent; the attempts, to be acknowledged later."""
        made = [Attempt(effect.value) for effect in operation.effects]
        with self._lock:
            for effect, attempt in zip(operation.effects, made, strict=True):
                self._requests.setdefault(effect.cell.request_id, {}).setdefault(effect.cell, []).append(attempt)
            self.attempts += len(made)
        return made

    def acknowledge(self, operation: Operation, attempts: Sequence[Attempt]) -> None:
        """Note that the answer was a 2xx."""
        now = time.time()
        with self._lock:
            for attempt in attempts:
                attempt.acknowledged = now
            self.acknowledgements += len(attempts)
            self._acknowledged |= dict.fromkeys(effect.cell.request_id for effect in operation.effects)

    def cells(self) -> dict[Cell, list[Attempt]]:
        """Every cell that was attempted, as of now."""
        with self._lock:
            return {cell: _copied(made) for cells in self._requests.values() for cell, made in cells.items()}

    def of(self, request_id: str) -> dict[Cell, list[Attempt]]:
        """The cells of one request, as of now."""
        with self._lock:
            return {cell: _copied(made) for cell, made in self._requests.get(request_id, {}).items()}

    def acknowledged_requests(self) -> list[str]:
        """Requests with an acknowledged value, the newest last."""
        with self._lock:
            return list(self._acknowledged)


def _copied(attempts: Sequence[Attempt]) -> list[Attempt]:
    return [Attempt(attempt.value, attempt.acknowledged) for attempt in attempts]
