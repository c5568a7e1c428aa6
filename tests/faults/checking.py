"""The checker: compares what clients were promised with what the API shows. Pure, so that it can be tried on lies."""

import collections
from collections.abc import Mapping, Sequence

import msgspec

from faults.history import Attempt
from faults.operations import Cell, Kind, Value

Shown = tuple[str, Value]

SHOW_ONE_VALUE: tuple[Kind, ...] = ("property", "definition")


class Observed(msgspec.Struct):
    """What the API shows.

    Attributes:
        histories: every version of a cell, oldest first. Of some kinds the API shows the current value alone.
        current: the value that counts now.
    """

    histories: dict[Cell, list[Value]] = msgspec.field(default_factory=dict)
    current: dict[Cell, Value] = msgspec.field(default_factory=dict)


class Findings(msgspec.Struct):
    """What is wrong, a line of evidence for each."""

    lost: list[str] = msgspec.field(default_factory=list)
    doubled: list[str] = msgspec.field(default_factory=list)
    phantom: list[str] = msgspec.field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.phantom)


def compare(promised: Mapping[Cell, Sequence[Attempt]], observed: Observed) -> Findings:
    """Every acknowledged value is there once, the last one counts, and nothing is there that nobody sent."""
    findings = Findings()
    for cell, attempts in promised.items():
        history = observed.histories.get(cell, [])
        if cell.kind in SHOW_ONE_VALUE:
            _check_current(cell, attempts, history[-1] if history else None, findings)
            continue
        _check_history(cell, attempts, history, findings)
        if cell.kind == "score" and not missing(attempts, history):
            _check_current(cell, attempts, observed.current.get(cell), findings)
    for cell in {*observed.histories, *observed.current} - {*promised}:
        findings.phantom.append(f"{cell}: nobody wrote it")
    return findings


def missing(attempts: Sequence[Attempt], history: Sequence[Value]) -> list[Attempt]:
    """The acknowledged values that a history does not have."""
    shown = collections.Counter(map(_shown, history))
    absent = []
    for attempt in attempts:
        if attempt.acknowledged is None:
            continue
        if shown[_shown(attempt.value)]:
            shown[_shown(attempt.value)] -= 1
        else:
            absent.append(attempt)
    return absent


def may_be_current(attempts: Sequence[Attempt], value: Value | None) -> bool:
    """Whether a value is the last acknowledged one, or one that was sent after it."""
    acknowledged = [place for place, attempt in enumerate(attempts) if attempt.acknowledged is not None]
    if not acknowledged:
        return value is None or _shown(value) in {_shown(attempt.value) for attempt in attempts}
    return value is not None and _shown(value) in {_shown(attempt.value) for attempt in attempts[acknowledged[-1] :]}


def _shown(value: Value) -> Shown:
    """A value and its kind: true is not 1."""
    return type(value).__name__, value


def _check_history(cell: Cell, attempts: Sequence[Attempt], history: Sequence[Value], findings: Findings) -> None:
    sent = collections.Counter(_shown(attempt.value) for attempt in attempts)
    found = collections.Counter(map(_shown, history))
    for attempt in missing(attempts, history):
        findings.lost.append(f"{cell}: {attempt.value!r}, acknowledged at {attempt.acknowledged}, is not there")
    for value, count in found.items():
        if value not in sent:
            findings.phantom.append(f"{cell}: {value[1]!r} was never sent")
        elif count > sent[value]:
            findings.doubled.append(f"{cell}: {value[1]!r} was sent {sent[value]} times and is there {count} times")


def _check_current(cell: Cell, attempts: Sequence[Attempt], value: Value | None, findings: Findings) -> None:
    if not may_be_current(attempts, value):
        acknowledged = [attempt.value for attempt in attempts if attempt.acknowledged is not None]
        last = acknowledged[-1] if acknowledged else None
        findings.lost.append(f"{cell}: {value!r} is current; the last acknowledged value is {last!r}")
