"""Rounds of load: every kind once a round, so that drift of the machine touches all alike; ratios round by round."""

import statistics
from collections.abc import Callable

import msgspec

from _load import Job, Outcome, run


class Kind(msgspec.Struct, frozen=True):
    """One thing to load: a port and the request for it.

    Attributes:
        before, after: what to do around each run, outside the measured time.
    """

    port: int
    request: bytes
    before: Callable[[], object] = lambda: None
    after: Callable[[], object] = lambda: None

    def run(self, clients: int, seconds: float) -> Outcome:
        """One run of load."""
        self.before()
        try:
            return run(Job(self.port, self.request, clients, seconds))
        finally:
            self.after()


Outcomes = dict[str, list[Outcome]]


def alternate(kinds: dict[str, Kind], *, rounds: int, clients: int, seconds: float) -> Outcomes:
    """The outcomes of each kind, a round after the other; every second round goes the other way round."""
    outcomes: Outcomes = {name: [] for name in kinds}
    for number in range(rounds):
        names = list(kinds) if number % 2 == 0 else list(reversed(kinds))
        for name in names:
            outcomes[name].append(kinds[name].run(clients, seconds))
    return outcomes


def report(outcomes: Outcomes, clients: int) -> None:
    """The median run of each kind."""
    print(f"{clients} client{'s' if clients > 1 else ''}, median of {len(next(iter(outcomes.values())))}")
    for name, runs in outcomes.items():
        print(f"  {name:10} {sorted(runs, key=lambda outcome: outcome.per_second)[len(runs) // 2]}")


def throughput(ours: list[Outcome], theirs: list[Outcome]) -> str:
    """Our good answers per second over theirs: the median over rounds, and the range."""
    return spread([our.per_second / their.per_second for our, their in zip(ours, theirs, strict=True)])


def latency(ours: list[Outcome], theirs: list[Outcome]) -> str:
    """Our p50 over theirs: the median over rounds, and the range."""
    return spread([our.p50 / their.p50 for our, their in zip(ours, theirs, strict=True)])


def spread(values: list[float]) -> str:
    """The median of some values, and their range."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def answered(outcomes: Outcomes, name: str) -> int:
    """Good answers of a kind in all rounds, warm-ups included."""
    return sum(outcome.good + outcome.warm_up for outcome in outcomes[name])
