"""Did the judge change, or what it judges? A frozen set of anchors tells."""

import asyncio
import datetime as dt
from typing import Any, Self

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.differences import NO_SEGMENTS, of_metric
from helicorder.api.filters import read_filter, read_time
from helicorder.api.pins import Kind, PinnedResult, answered
from helicorder.api.score_compare import MATCH_INPUT, CompareQuery, SegmentQuery
from helicorder.api.selection import Selection
from helicorder.errors import Invalid
from helicorder.model.score import ScoreKind
from helicorder.scoring import comparison as scoring
from helicorder.scoring.comparison import Difference
from helicorder.scoring.drift import Drift, drift
from helicorder.telemetry import comparison
from helicorder.telemetry.client import Telemetry


class DriftQuery(Selection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``at`` parts the time into before and after; ``filter`` takes the traffic, ``anchors`` the anchors, never both.

    Anchors are fixed inputs with frozen answers, logged and judged again on a schedule: ``match`` says when two of them
    are the same (``input`` or ``property:NAME``). With ``looks``, intervals hold for those who look day by day.
    """

    at: str
    anchors: Any
    match: str = MATCH_INPUT
    looks: bool = True

    async def resolved(
        self, org_id: str, telemetry: Telemetry, now: dt.datetime, span: dt.timedelta = dt.timedelta(days=30)
    ) -> Self:
        """As `Selection.resolved`.

        Raises:
            Invalid: as there, or ``at`` does not lie within the time.
        """
        found = await super().resolved(org_id, telemetry, now, span)
        if not found.window.start < read_time("at", self.at) < found.window.end:
            raise Invalid("at: must lie between start and end.")
        return found

    def halves(self, filter_: Any) -> CompareQuery:
        """What is before against what is after, of the calls that a filter takes."""
        shared = {name: getattr(self, name) for name in Selection.__struct_fields__} | {"filter": filter_}
        before, after = SegmentQuery(end=self.at), SegmentQuery(start=self.at)
        return CompareQuery(**shared, a=before, b=after, match=self.match)


class Drifting(msgspec.Struct, frozen=True, kw_only=True):
    """Who moved, with what it rests on: the paired difference of the anchors, and that of the traffic."""

    name: str
    kind: ScoreKind
    verdict: Drift
    anchors: Difference
    traffic: Difference


async def drifting(question: DriftQuery, org_id: str, telemetry: Telemetry, as_of: int | None) -> Drifting:
    """The answer about a drift."""
    anchored = question.halves(question.anchors).comparison(org_id, as_of)
    seen = question.halves(question.filter).comparison(org_id, as_of)
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
    question = await data.resolved(org_id, telemetry, dt.datetime.now(dt.UTC))
    return await answered(context, KIND, question)


HANDLERS: list[Any] = [tell_drift]
