"""Two segments of a score set against each other: is one better, and could this data have told?

A segment is a filter on calls in a window of time: a model against another, a prompt version against the one before it,
this week against the last. The answer has the difference with its interval and a verdict in words, what an observer who
looks again every day may say, cost and latency beside it, and, by slice, the same with the number of looks stated.
"""

import asyncio
import datetime as dt
from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.differences import (
    NO_PAIRS,
    NO_SEGMENTS,
    at_any_time,
    of_metric,
    of_scores,
    paired_share,
    sides,
    with_covariate,
)
from helicorder.api.filters import read_filter, read_time
from helicorder.api.pins import Kind, PinnedResult, answered
from helicorder.api.selection import asked_of, resolved, window_of
from helicorder.errors import Invalid
from helicorder.model.definition import Direction
from helicorder.model.score import ScoreKind
from helicorder.model.window import Window
from helicorder.scoring.dominance import Objective, dominance
from helicorder.scoring.multiplicity import adjusted, levels_of_looks
from helicorder.scoring.statistics import CONFIDENCE
from helicorder.scoring.verdict import verdict
from helicorder.telemetry import comparison
from helicorder.telemetry.client import Telemetry
from helicorder.wire.answers import Compared, Slice
from helicorder.wire.questions import MATCH_INPUT, MATCH_NOTHING, CompareQuery, SegmentQuery

_MATCH_PROPERTY = "property:"
MAX_SLICES = 100
FLAG_AT = 0.1
"""The share of false flags among flags that a table of slices may have, on average."""
SURE_AT = 0.05
"""The same share among verdicts of slices, and of intervals that miss among theirs."""
NO_WORSE = 0.05
"""A segment may cost, or take, this share of a's mean more than the other and still count as no worse."""

GAIN = {Direction.HIGHER: 1, Direction.LOWER: -1, Direction.NEITHER: 0}


def _segment(asked: SegmentQuery, whole: Window) -> comparison.Segment:
    start = whole.start if asked.start is None else read_time("start", asked.start)
    end = whole.end if asked.end is None else read_time("end", asked.end)
    if start >= end:
        raise Invalid("A segment must start before it ends.")
    return comparison.Segment(read_filter(asked.filter), Window(start, end))


def comparison_of(question: CompareQuery, org_id: str, as_of: int | None) -> comparison.Comparison:
    """What to ask the store.

    Raises:
        Invalid: some part is not understood.
    """
    if question.match not in (MATCH_INPUT, MATCH_NOTHING) and not question.match.startswith(_MATCH_PROPERTY):
        raise Invalid("match: is input, none or property:NAME.")
    if question.margin < 0:
        raise Invalid("margin: is a number from 0 on.")
    prop = question.match.removeprefix(_MATCH_PROPERTY) if question.match.startswith(_MATCH_PROPERTY) else None
    return comparison.Comparison(
        asked=asked_of(question, org_id, as_of),
        a=_segment(question.a, window_of(question)),
        b=_segment(question.b, window_of(question)),
        clock=question.clock,
        covariate=question.covariate,
        match_property=prop,
    )


async def compared(question: CompareQuery, org_id: str, telemetry: Telemetry, as_of: int | None) -> Compared:
    """The answer to a comparison."""
    asked = comparison_of(question, org_id, as_of)
    whole, pairs, slices = await asyncio.gather(
        comparison.two_segments(telemetry, asked),
        _pairs(telemetry, question, asked),
        _slices(telemetry, question, asked),
    )
    two, kind = whole.get((), NO_SEGMENTS), question.kind or ScoreKind.NUMERIC
    difference = of_scores(kind, two, pairs)
    sharper, ratio = with_covariate(two)
    cost, latency = of_metric(two, "cost"), of_metric(two, "latency")
    direction = question.direction or Direction.HIGHER
    return Compared(
        name=question.name,
        kind=kind,
        direction=direction,
        sides=sides(two, "score", kind),
        difference=difference,
        verdict=verdict(difference, direction, question.margin),
        adjusted=sharper,
        variance_ratio=ratio,
        anytime=at_any_time(kind, two),
        pairs=pairs.pairs,
        paired_share=float(paired_share(two, pairs)),
        overlap=two.overlap,
        cost_sides=sides(two, "cost"),
        cost=cost,
        latency_sides=sides(two, "latency"),
        latency=latency,
        dominance=dominance(
            {
                "quality": Objective(difference, GAIN[direction], question.margin),
                "cost": Objective(cost, -1, NO_WORSE * (cost.mean_a or 0.0)),
                "latency": Objective(latency, -1, NO_WORSE * (latency.mean_a or 0.0)),
            }
        ),
        slices=_judged(question, slices),
        looks=len(slices),
    )


async def _pairs(telemetry: Telemetry, question: CompareQuery, asked: comparison.Comparison) -> comparison.Pairs:
    return NO_PAIRS if question.match == MATCH_NOTHING else await comparison.pairs(telemetry, asked)


async def _slices(
    telemetry: Telemetry, question: CompareQuery, asked: comparison.Comparison
) -> dict[tuple[Any, ...], comparison.TwoSegments]:
    if question.by is None:
        return {}
    found = await comparison.two_segments(telemetry, asked, [question.by])
    if len(found) > MAX_SLICES:
        raise Invalid(f"by: {question.by} has {len(found)} values; at most {MAX_SLICES} can be compared at once.")
    return found


def _judged(question: CompareQuery, slices: dict[tuple[Any, ...], comparison.TwoSegments]) -> list[Slice]:
    kind, direction = question.kind or ScoreKind.NUMERIC, question.direction or Direction.HIGHER
    cut = {str(key[0]): two for key, two in sorted(slices.items())}
    p_values = {value: of_scores(kind, two, NO_PAIRS).p_value for value, two in cut.items()}
    tested = {value: p for value, p in p_values.items() if p is not None}
    corrected = dict(zip(tested, adjusted(list(tested.values())), strict=True))
    levels = dict(zip(tested, levels_of_looks(list(corrected.values()), SURE_AT), strict=True))
    found = {value: of_scores(kind, two, NO_PAIRS, levels.get(value, CONFIDENCE)) for value, two in cut.items()}
    return [
        Slice(
            value=value,
            sides=sides(cut[value], "score", kind),
            difference=one,
            verdict=verdict(one, direction, question.margin),
            adjusted_p=corrected.get(value),
            flagged=corrected.get(value, 1.0) <= FLAG_AT,
        )
        for value, one in found.items()
    ]


KIND = Kind("compare", CompareQuery, compared)


@post(
    "/v1/scores/compare/query",
    status_code=200,
    opt=READ,
    operation_id="CompareScores",
    tags=["Scores"],
)
async def compare(data: JSONBody[CompareQuery], context: FromContext) -> PinnedResult[Compared]:
    """Is segment b better than a? The difference with its interval, a verdict in words, cost and latency beside it."""
    telemetry, org_id = await context.reading(), context.principal.org_id
    question = await resolved(data, org_id, telemetry, dt.datetime.now(dt.UTC))
    if question.direction is None:
        defined = (await context.definitions()).get(question.name)
        question = msgspec.structs.replace(question, direction=defined.direction if defined else Direction.HIGHER)
    return await answered(context, KIND, question)


HANDLERS: list[Any] = [compare]
