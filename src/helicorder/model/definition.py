"""What an organisation says a score means: its kind, its values, which way is better."""

import enum
from collections.abc import Mapping

import msgspec

from helicorder.errors import Invalid
from helicorder.model.score import Score, ScoreKind


class Direction(enum.StrEnum):
    """Which way a score is better; NEITHER where that cannot be said."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """The definition of one score name.

    Attributes:
        minimum, maximum: of a numeric score, both included; None: no bound.
        categories: of a categorical score; empty: any.
        strict: scores that do not fit are refused before they are acknowledged; else they are kept as they are.
        inferred: nobody defined it; it says what the scores so far look like.
    """

    name: str
    kind: ScoreKind
    minimum: float | None = None
    maximum: float | None = None
    categories: tuple[str, ...] = ()
    direction: Direction = Direction.HIGHER
    description: str = ""
    strict: bool = False
    inferred: bool = False

    def check(self, score: Score) -> None:
        """Refuse a score that does not fit, where the definition is strict.

        Raises:
            Invalid: saying what was given and what is defined.
        """
        if self.strict and (problem := self.misfit(score)):
            raise Invalid(problem)

    def misfit(self, score: Score) -> str | None:
        """What of a score does not fit, in a sentence; None where all does."""
        if score.kind is not self.kind:
            return f"{self.name!r} is defined as {self.kind}; this score is {score.kind}."
        if self.kind is ScoreKind.NUMERIC:
            low = self.minimum is not None and score.value < self.minimum
            if low or (self.maximum is not None and score.value > self.maximum):
                return f"{self.name!r} is defined from {self.minimum} to {self.maximum}; this score is {score.value}."
        if self.kind is ScoreKind.CATEGORICAL and self.categories and score.label not in self.categories:
            return f"{self.name!r} is defined as one of {', '.join(self.categories)}; this score is {score.label!r}."
        return None


def check(definitions: Mapping[str, Definition], *scores: Score) -> None:
    """Refuse scores that do not fit what an organisation defined, where it is strict.

    Raises:
        Invalid: as `Definition.check`.
    """
    for score in scores:
        if (definition := definitions.get(score.name)) is not None:
            definition.check(score)
