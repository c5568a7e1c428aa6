"""Which scores a question is about: the part that series, comparisons and the like have in common."""

import datetime as dt
from typing import TypeVar

import msgspec

from helicorder.api.filters import read_filter, read_time
from helicorder.errors import Invalid
from helicorder.model.score import BOOLEAN_SUFFIX, COUNTED_KINDS, ScoreKind
from helicorder.model.window import Window
from helicorder.telemetry import scores
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.series import Question
from helicorder.wire.questions import Selection

DEFAULT_SPAN = dt.timedelta(days=30)
Q = TypeVar("Q", bound=Selection)


def window_of(question: Selection) -> Window:
    """The time that is asked for, once `resolved` has filled it in."""
    return Window(read_time("start", question.start), read_time("end", question.end))


async def resolved(
    question: Q, org_id: str, telemetry: Telemetry, now: dt.datetime, span: dt.timedelta = DEFAULT_SPAN
) -> Q:
    """The same question with every default filled in, so that it means the same whenever it is put again.

    Raises:
        Invalid: times that are none, or a name of several kinds.
    """
    end = now if question.end is None else read_time("end", question.end)
    try:
        start = end - span if question.start is None else read_time("start", question.start)
    except OverflowError:
        raise Invalid("end: too early.") from None
    if start >= end:
        raise Invalid("start: must be before end.")
    name, kind, largest = await named(question.name, question.kind, org_id, telemetry)
    times = {"start": start.isoformat(), "end": end.isoformat()}
    return msgspec.structs.replace(question, name=name, kind=kind, largest=question.largest or largest, **times)


def asked_of(question: Selection, org_id: str, as_of: int | None, *, categories: bool = False) -> Question:
    """What to ask the store; about numbers, unless it is said that categories will do.

    Raises:
        Invalid: the filter is not understood, or the kind has no numbers.
    """
    if question.kind not in COUNTED_KINDS and not (categories and question.kind is ScoreKind.CATEGORICAL):
        raise Invalid(f"{question.name!r} is {question.kind}: this needs a numeric or a boolean score.")
    return Question(
        org_id=org_id,
        name=question.name,
        kind=question.kind,
        largest=question.largest or 0.0,
        where=read_filter(question.filter),
        sources=tuple(question.sources),
        authors=tuple(question.authors),
        clustering=question.cluster,
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
