"""Did the judge change, or what it judges? A frozen set of anchors tells."""

import asyncio
import datetime as dt
from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.differences import NO_SEGMENTS, of_metric
from helicorder.api.filters import read_filter, read_time
from helicorder.api.pins import Kind, PinnedResult, answered
from helicorder.api.score_compare import comparison_of
from helicorder.api.selection import resolved, window_of
from helicorder.errors import Invalid
from helicorder.model.score import ScoreKind
from helicorder.scoring import comparison as scoring
from helicorder.scoring.drift import drift
from helicorder.telemetry import comparison
from helicorder.telemetry.client import Telemetry
from helicorder.wire.answers import Drifting
from helicorder.wire.questions import CompareQuery, DriftQuery, SegmentQuery, Selection


async def _resolved(question: DriftQuery, org_id: str, telemetry: Telemetry, now: dt.datetime) -> DriftQuery:
    """As `selection.resolved`.

    Raises:
        Invalid: as there, or ``at`` does not lie within the time.
    """
    found = await resolved(question, org_id, telemetry, now)
    window = window_of(found)
    if not window.start < read_time("at", found.at) < window.end:
        raise Invalid("at: must lie between start and end.")
    return found


def _halves(question: DriftQuery, filter_: Any) -> CompareQuery:
    """What is before against what is after, of the calls that a filter takes."""
    shared = {name: getattr(question, name) for name in Selection.__struct_fields__} | {"filter": filter_}
    before, after = SegmentQuery(end=question.at), SegmentQuery(start=question.at)
    return CompareQuery(**shared, a=before, b=after, match=question.match)


async def drifting(question: DriftQuery, org_id: str, telemetry: Telemetry, as_of: int | None) -> Drifting:
    """The answer about a drift."""
    anchored = comparison_of(_halves(question, question.anchors), org_id, as_of)
    seen = comparison_of(_halves(question, question.filter), org_id, as_of)
    traffic_alone = msgspec.structs.replace(seen.asked, without=read_filter(question.anchors))
    seen = msgspec.structs.replace(seen, asked=traffic_alone)
    pairs, two = await asyncio.gather(comparison.pairs(telemetry, anchored), comparison.two_segments(telemetry, seen))
    anchors = scoring.paired(pairs.pairs, pairs.total, pairs.squares)
    traffic = of_metric(two.get((), NO_SEGMENTS), "score")
    kind = question.kind or ScoreKind.NUMERIC
    return Drifting(
        name=question.name,
        kind=kind,
        verdict=drift(anchors, traffic, looks=question.looks),
        anchors=anchors,
        traffic=traffic,
    )


KIND = Kind("drift", DriftQuery, drifting)


@post("/v1/scores/drift/query", status_code=200, opt=READ, operation_id="TellDrift", tags=["Scores"])
async def tell_drift(data: JSONBody[DriftQuery], context: FromContext) -> PinnedResult[Drifting]:
    """Whether the judge moved, the system, both or nobody, from anchors that are judged again beside the traffic."""
    telemetry, org_id = await context.reading(), context.principal.org_id
    question = await _resolved(data, org_id, telemetry, dt.datetime.now(dt.UTC))
    return await answered(context, KIND, question)


HANDLERS: list[Any] = [tell_drift]
