"""Which scores a question is about: the part of a body that series, comparisons and the like have in common."""

import datetime as dt
from typing import Any, Self

import msgspec

from helicorder.api.filters import read_filter, read_time
from helicorder.errors import Invalid
from helicorder.model.score import BOOLEAN_SUFFIX, COUNTED_KINDS, ScoreKind, Source
from helicorder.model.window import Window
from helicorder.telemetry import scores
from helicorder.telemetry.axis import Clock
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.series import Question
from helicorder.telemetry.sql.series import Clustering

DEFAULT_SPAN = dt.timedelta(days=30)


class Selection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which scores, of which time.

    ``start`` and ``end`` are ISO 8601; ``clock`` places a score when its request was made or when it was judged;
    ``filter`` is a filter on the judged calls; ``sources`` and ``authors`` say whose judgements count (empty: all);
    ``cluster`` says which scores are not independent of one another. ``kind`` is needed only where a name has several.
    ``largest``, a bound on the values by size, is filled in by the server; a pin keeps it.
    """

    name: str
    kind: ScoreKind | None = None
    start: str | None = None
    end: str | None = None
    clock: Clock = Clock.REQUESTED
    filter: Any = "all"
    sources: list[Source] = []
    authors: list[str] = []
    cluster: Clustering = Clustering.AUTO
    largest: float | None = None

    @property
    def window(self) -> Window:
        """The time that is asked for; `resolved` has filled it in."""
        return Window(read_time("start", self.start), read_time("end", self.end))

    async def resolved(
        self, org_id: str, telemetry: Telemetry, now: dt.datetime, span: dt.timedelta = DEFAULT_SPAN
    ) -> Self:
        """The same question with every default filled in, so that it means the same whenever it is put again.

        Raises:
            Invalid: times that are none, or a name of several kinds.
        """
        end = now if self.end is None else read_time("end", self.end)
        try:
            start = end - span if self.start is None else read_time("start", self.start)
        except OverflowError:
            raise Invalid("end: too early.") from None
        if start >= end:
            raise Invalid("start: must be before end.")
        name, kind, largest = await named(self.name, self.kind, org_id, telemetry)
        times = {"start": start.isoformat(), "end": end.isoformat()}
        return msgspec.structs.replace(self, name=name, kind=kind, largest=self.largest or largest, **times)

    def question(self, org_id: str, as_of: int | None, *, categories: bool = False) -> Question:
        """What to ask the store; about numbers, unless it is said that categories will do.

        Raises:
            Invalid: the filter is not understood, or the kind has no numbers.
        """
        if self.kind not in COUNTED_KINDS and not (categories and self.kind is ScoreKind.CATEGORICAL):
            raise Invalid(f"{self.name!r} is {self.kind}: this needs a numeric or a boolean score.")
        return Question(
            org_id=org_id,
            name=self.name,
            kind=self.kind,
            largest=self.largest or 0.0,
            where=read_filter(self.filter),
            sources=tuple(self.sources),
            authors=tuple(self.authors),
            clustering=self.cluster,
            as_of=as_of,
        )


async def named(name: str, kind: ScoreKind | None, org_id: str, telemetry: Telemetry) -> tuple[str, ScoreKind, float]:
    """(name, kind, bound on the values by size) of the score that a caller means; an unknown name is numeric.

    Raises:
        Invalid: the name has had several kinds, and nobody says which.
    """
    boolean = name.endswith(BOOLEAN_SUFFIX)
    name = name.removesuffix(BOOLEAN_SUFFIX) if boolean else name
    kind = kind or (ScoreKind.BOOLEAN if boolean else None)
    known = [one for one in await scores.names(telemetry, org_id) if one.name == name and kind in (None, one.kind)]
    if len(known) > 1:
        raise Invalid(f"kind: {name!r} holds {' and '.join(one.kind for one in known)}; say which.")
    return (name, known[0].kind, known[0].largest) if known else (name, kind or ScoreKind.NUMERIC, 0.0)
