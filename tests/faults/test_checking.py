"""The checker is the judge of the whole matrix, so it is tried on every kind of lie."""

import pytest

from faults.checking import Findings, Observed, compare, may_be_current, missing
from faults.history import Attempt, History
from faults.operations import Author, Cell, Kind, Value

WHEN = 1_790_000_000.0


def score(name: str = "s", kind: Kind = "score") -> Cell:
    """A cell."""
    return Cell(kind, "r", name)


def compared(
    values: list[Value], shown: list[Value], current: Value | None = None, *, pending: Value | None = None
) -> Findings:
    """What the checker says of acknowledged values, perhaps one more that was only sent, and what the API shows."""
    attempts = [Attempt(value, WHEN) for value in values] + ([Attempt(pending)] if pending is not None else [])
    observed = Observed({score(): shown}, {} if current is None else {score(): current})
    return compare({score(): attempts}, observed)


@pytest.mark.parametrize(("pending", "shown"), [(None, [1.0, 2.0]), (3.0, [1.0, 2.0]), (3.0, [1.0, 2.0, 3.0])])
def test_what_was_promised_and_what_may_be_there_is_in_order(pending: float | None, shown: list[Value]) -> None:
    """All that was acknowledged is there, and what was sent without an answer may be there or not."""
    assert not compared([1.0, 2.0], shown, shown[-1], pending=pending)


def test_a_lost_value_is_seen() -> None:
    """An acknowledged value that the history lacks is lost, and counted once."""
    findings = compared([1.0, 2.0, 3.0], [1.0, 3.0], 3.0)
    assert [len(findings.lost), len(findings.doubled), len(findings.phantom)] == [1, 0, 0]
    assert len(compared([1.0, 2.0], [1.0], 1.0).lost) == 1


def test_a_cell_that_is_gone_is_seen() -> None:
    """A cell that the API does not show at all has lost all that was acknowledged."""
    assert len(compare({score(): [Attempt(1.0, WHEN), Attempt(2.0, WHEN)]}, Observed()).lost) == 2


def test_a_doubled_value_is_seen() -> None:
    """A value that is there more often than it was sent is doubled; one that was sent twice is not."""
    assert len(compared([1.0, 2.0], [1.0, 2.0, 2.0], 2.0).doubled) == 1
    assert not compared([True, False, True], [True, False, True], current=True)


def test_a_value_that_nobody_sent_is_seen() -> None:
    """A value in a known cell, and a cell, that nobody wrote are phantoms."""
    assert len(compared([1.0], [1.0, 9.0], 1.0).phantom) == 1
    assert len(compare({}, Observed({score("other"): [1.0]})).phantom) == 1


def test_an_old_value_that_counts_is_seen() -> None:
    """When all values are there and an older one than the last acknowledged counts, the last one is lost."""
    assert len(compared([1.0, 2.0], [1.0, 2.0], 1.0).lost) == 1
    assert len(compared([1.0, 2.0], [1.0, 2.0]).lost) == 1


def test_true_is_not_one() -> None:
    """A boolean that comes back as a number is both lost and a phantom."""
    findings = compared([True], [1.0], 1.0)
    assert (len(findings.lost), len(findings.phantom)) == (1, 1)


def test_a_property_shows_its_last_value() -> None:
    """A property, of which only the current value is shown, has the last acknowledged value or a later one."""
    cell = score("stage", "property")
    attempts = [Attempt("a", WHEN), Attempt("b", WHEN), Attempt("c")]
    for value, lost in (("a", 1), ("b", 0), ("c", 0)):
        assert len(compare({cell: attempts}, Observed({cell: [value]})).lost) == lost


def test_a_read_need_not_show_what_was_not_acknowledged() -> None:
    """Only acknowledged values can be missing from a read."""
    assert missing([Attempt(1.0, WHEN), Attempt(2.0)], [1.0]) == []
    assert may_be_current([Attempt(1.0), Attempt(2.0)], None)


def test_an_author_writes_the_same_again() -> None:
    """The same seed draws the same operations, with keys of their own, and some of them overwrite."""
    pair = [Author("w", "seed").operations() for _ in range(2)]
    drawn = [[next(operations) for _ in range(400)] for operations in pair]
    assert drawn[0] == drawn[1]
    assert len({operation.key for operation in drawn[0]}) == 400
    history = History()
    for operation in drawn[0]:
        history.acknowledge(operation, history.attempt(operation))
    overwritten = [cell for cell, attempts in history.cells().items() if cell.kind == "score" and len(attempts) > 1]
    assert len(overwritten) > 20
    assert {cell.kind for cell in history.cells()} == {"score", "call", "property", "definition"}
