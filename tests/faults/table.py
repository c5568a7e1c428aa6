"""The one table that says what held."""

from collections.abc import Iterable

import msgspec

from faults.trial import Outcome

HEADINGS = ("row", "what", "rounds", "faults", "acknowledged", "lost", "doubled", "phantom", "stale", "recovery s")


class Line(msgspec.Struct):
    """A row of the table so far.

    Attributes:
        verdict: given where the outcome does not say it: why it was not run, or what tests said.
    """

    goal: str
    name: str
    rounds: int = 0
    outcome: Outcome = msgspec.field(default_factory=Outcome)
    verdict: str = ""

    @property
    def failed(self) -> bool:
        """Whether a promise was broken."""
        return not self.outcome.held or self.verdict == "FAILED"

    def said(self) -> str:
        """The verdict in words."""
        if self.outcome.lost:
            return "LOST"
        if self.failed:
            return "FAILED"
        if self.rounds and not self.verdict and not self.outcome.faults:
            return "not run: no fault took effect"
        return self.verdict or ("held" if self.rounds else "not run")


def table(lines: Iterable[Line]) -> str:
    """The table in Markdown, columns aligned."""
    rows = [(*HEADINGS, "verdict"), *map(_cells, lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    printed = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    printed.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(printed)


def remarks(lines: Iterable[Line], *, figures: bool) -> str:
    """Failures and their evidence by row, and if asked for, what was measured."""
    said: list[str] = []
    for line in lines:
        found = [*line.outcome.failures, *line.outcome.evidence] if line.failed else []
        if found or (figures and line.outcome.figures):
            said += [f"{line.name}:", *(f"  {text}" for text in [*found, *(line.outcome.figures if figures else [])])]
    return "\n".join(said)


def _cells(line: Line) -> tuple[str, ...]:
    outcome = line.outcome
    counts = (line.rounds, outcome.faults, outcome.acknowledged, outcome.lost, outcome.doubled, outcome.phantom)
    recovery = "" if outcome.recovery is None else f"{outcome.recovery:.1f}"
    return (line.goal, line.name, *map("{:,}".format, (*counts, outcome.stale)), recovery, line.said())
