"""How long an organisation keeps what it recorded."""

import datetime as dt
from typing import Annotated, NamedTuple

import msgspec

from helicorder.errors import Invalid

MAX_DAYS = 36_500
_DAY = dt.timedelta(days=1)

Days = Annotated[int, msgspec.Meta(ge=1, le=MAX_DAYS)]
"""A limit in days, which msgspec checks where it is decoded."""


class Cuts(NamedTuple):
    """What is older than these moments goes; None: whatever its age, it stays."""

    calls: dt.datetime | None
    bodies: dt.datetime | None
    scores: dt.datetime | None


class Retention(msgspec.Struct, frozen=True):
    """After how many days calls, their bodies and scores are deleted; null: no limit of its own.

    A call takes its bodies and scores with it. So without limits of their own these go with their calls, and none of
    the two can be kept for longer than calls are.
    """

    calls_days: Days | None
    bodies_days: Days | None
    scores_days: Days | None

    def checked(self) -> "Retention":
        """The same, if it can be.

        Raises:
            Invalid: bodies or scores would outlive their calls.
        """
        for what, days in (("bodies_days", self.bodies_days), ("scores_days", self.scores_days)):
            if self.calls_days is not None and days is not None and days > self.calls_days:
                raise Invalid(
                    f"{what}: {days} days are more than the {self.calls_days} of calls_days, and a call takes its "
                    "bodies and scores with it. To keep scores and delete texts, limit bodies_days and not calls_days."
                )
        return self

    def cuts(self, now: dt.datetime) -> Cuts:
        """What is too old at a moment. A day's rows go together, when the day is over in UTC: never before their time.

        Args:
            now: an aware time.
        """
        today = now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        calls, bodies, scores = (
            None if days is None else today - days * _DAY
            for days in (self.calls_days, self.bodies_days, self.scores_days)
        )
        return Cuts(calls, bodies or calls, scores or calls)


class RetentionRun(msgspec.Struct, frozen=True):
    """One look at what is too old. ``deleted`` counts rows by table, those of an unfinished run too.

    ``error`` says why a run did not finish; the next one goes on.
    """

    started_at: dt.datetime
    ended_at: dt.datetime
    deleted: dict[str, int]
    error: str | None


class RetentionStats(msgspec.Struct, frozen=True):
    """What was deleted since start, by table, in runs of which some failed; ``last_run`` is null before the first."""

    runs: int
    failures: int
    deleted: dict[str, int]
    last_run: RetentionRun | None


FOR_EVER = Retention(None, None, None)
"""The limits of an organisation that never set any."""
