"""One round of a row of the matrix: its seed, its scratch directory, its servers, and what came of it."""

import contextlib
import pathlib
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from faults.checking import Findings, compare
from faults.history import Attempt
from faults.observing import Unreadable, observed
from faults.operations import Cell
from faults.server import Server
from faults.traffic import Traffic

RECOVERY_SECONDS = 10.0
LONGEST_RECOVERY_SECONDS = 60.0
EVIDENCE_LINES = 15


class Outcome(msgspec.Struct):
    """What came of some rounds.

    Attributes:
        faults: how often something was broken on purpose.
        recovery: the longest time from the end of a fault to a write that a read shows, in seconds.
        figures: what was measured besides, for people.
        failures: sentences on what was not as promised, besides losses.
        evidence: lines that help to find a cause.
    """

    faults: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    phantom: int = 0
    stale: int = 0
    recovery: float | None = None
    figures: list[str] = msgspec.field(default_factory=list)
    failures: list[str] = msgspec.field(default_factory=list)
    evidence: list[str] = msgspec.field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.doubled or self.phantom or self.stale or self.failures)

    def add(self, other: "Outcome") -> None:
        """Take in what came of another round."""
        for name in ("faults", "acknowledged", "lost", "doubled", "phantom", "stale"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.recovered(other.recovery)
        self.figures += other.figures
        self.failures += other.failures
        self.evidence += other.evidence

    def recovered(self, seconds: float | None) -> None:
        """Take in how long a recovery took."""
        if seconds is not None:
            self.recovery = max(seconds, self.recovery or 0.0)

    def find(self, findings: Findings) -> None:
        """Take in what the checker found."""
        self.lost += len(findings.lost)
        self.doubled += len(findings.doubled)
        self.phantom += len(findings.phantom)
        for lines in (findings.lost, findings.doubled, findings.phantom):
            self.evidence += lines[:EVIDENCE_LINES]


class Trial:
    """One round: everything that is drawn comes from its seed, and everything that is made lies in its scratch.

    Attributes:
        stack: what must be undone when the round ends.
        servers: those that were made.
        patience: how many times longer than promised a recovery may take; more than 1 where the machine is shared.
    """

    def __init__(self, seed: str, scratch: pathlib.Path, stack: contextlib.ExitStack, patience: float = 1.0) -> None:
        self.seed = seed
        self.patience = patience
        self.draw = random.Random(seed)
        self.scratch = scratch
        self.stack = stack
        self.servers: list[Server] = []
        self.outcome = Outcome()

    def server(self, data_dir: pathlib.Path | None = None, log: pathlib.Path | None = None, **options: Any) -> Server:
        """A server of this round, not started; it ends with the round."""
        log = log or self.scratch / "server.log"
        server = Server(data_dir or self.scratch / "data", log, **options)
        self.stack.callback(server.end)
        self.servers.append(server)
        return server

    @contextlib.contextmanager
    def traffic(self, server: Server, **options: int) -> Iterator[Traffic]:
        """Writers and readers inside the block; afterwards, what they met is part of the outcome."""
        traffic = Traffic(server, self.seed, **options)
        with traffic.flowing():
            yield traffic
        self.outcome.acknowledged += traffic.history.acknowledgements
        self.outcome.stale += traffic.stale
        self.outcome.evidence += traffic.stale_evidence
        self.outcome.failures += [f"{count} x {answer}" for answer, count in traffic.wrong.most_common(5)]
        if not traffic.history.acknowledgements:
            self.outcome.failures.append("no write was acknowledged, so nothing was tested")

    def sleep(self, least: float, most: float) -> None:
        """Sleep for a time that is drawn."""
        time.sleep(self.draw.uniform(least, most))

    def expect_recovery(self, traffic: Traffic, seconds: float = RECOVERY_SECONDS) -> None:
        """Measure how long it takes until a write is acknowledged and read; a failure if that takes too long."""
        took = traffic.recovery_seconds(max(seconds * self.patience, LONGEST_RECOVERY_SECONDS))
        self.outcome.recovered(took)
        if took is None or took > seconds * self.patience:
            said = "not at all" if took is None else f"after {took:.1f} s"
            self.outcome.failures.append(f"recovered {said}, and not within {seconds * self.patience:.0f} s")

    def check(self, server: Server, promised: Mapping[Cell, Sequence[Attempt]]) -> None:
        """Compare what was promised with what the server shows. What it does not show is looked for after a restart."""
        found = self._compared(server, promised)
        if found is None:
            return
        self.outcome.find(found)
        if found:
            self.outcome.evidence.append(_state(server))
            server.kill()
            server.start()
            again = self._compared(server, promised)
            left = "unreadable" if again is None else f"{len(again.lost)} of them gone for good"
            self.outcome.evidence.append(f"{len(found.lost)} lost before a restart; after it {left}")
            self.outcome.evidence += again.lost[:EVIDENCE_LINES] if again else []

    def _compared(self, server: Server, promised: Mapping[Cell, Sequence[Attempt]]) -> Findings | None:
        try:
            return compare(promised, observed(server, promised))
        except Unreadable as unreadable:
            self.outcome.failures.append(str(unreadable))
            return None


class Row(msgspec.Struct, frozen=True):
    """A row of the matrix.

    Attributes:
        goal: the number of the goal that it measures.
        name: how ``--only`` and the documents name it.
        promise: what must hold, in a sentence.
        run: one round.
        needs: what the machine must allow; each says why it does not.
        seconds: after how long a round that does not end has failed.
    """

    goal: str
    name: str
    promise: str
    run: Callable[[Trial], None]
    needs: tuple[Callable[[], str], ...] = ()
    seconds: int = 240


def as_promised(
    before: Mapping[Cell, Sequence[Attempt]], after: Mapping[Cell, Sequence[Attempt]]
) -> dict[Cell, list[Attempt]]:
    """What was acknowledged before a moment, among all that was tried until later."""
    promised = {}
    for cell, attempts in after.items():
        known = before.get(cell, [])
        promised[cell] = [*known, *(Attempt(attempt.value) for attempt in attempts[len(known) :])]
    return promised


def _state(server: Server) -> str:
    names = ("flush_lag_seconds", "journal_rows", "rows_committed_total", "rows_flushed_total", "flush_failures_total")
    try:
        return ", ".join(f"{name} {server.metric(f'helicorder_{name}'):g}" for name in names)
    except (OSError, StopIteration) as error:
        return f"no metrics: {error!r}"
