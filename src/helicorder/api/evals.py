"""Helicone's evals group: which scores there are, what they say over time, how they are spread; and one more score."""

import datetime as dt
import itertools
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from helicorder.api.access import READ, WRITE
from helicorder.api.context import FromContext
from helicorder.api.filters import read_filter
from helicorder.api.helicone_shapes import IsoTimes, checked_page, zone_west
from helicorder.api.paths import RequestId, request_id_of
from helicorder.api.wire import OK, Result, score_key
from helicorder.model.definition import check
from helicorder.model.score import COUNTED_KINDS, Score, ScoreKind, checked_value
from helicorder.model.window import Bucket
from helicorder.scoring.quantiles import bin_edges
from helicorder.telemetry import distribution, scores, series
from helicorder.telemetry.axis import Axis, Clock
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.distribution import Values
from helicorder.telemetry.scores import Named
from helicorder.telemetry.series import Question, Sums

MAX_NAMES = 1000
BINS = 10
_Cells = Mapping[tuple[str, str], Mapping[dt.datetime, Sums]]


class EvalQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The scores of which calls of which time; ``offset`` and ``limit`` take a part of the names, which are sorted.

    ``timeZoneDifference`` is JavaScript's getTimezoneOffset, by which hours begin: minutes, west +.
    """

    filter: Any
    timeFilter: IsoTimes  # noqa: N815 -- the wire's name
    offset: int = 0
    limit: int = MAX_NAMES
    timeZoneDifference: float = 0  # noqa: N815 -- the wire's name

    def axis(self, bucket: Bucket) -> Axis:
        """The time axis, by the time of the call. Raises Invalid: something is not understood."""
        checked_page(self.offset, self.limit)
        return Axis(self.timeFilter.window(), bucket, zone_west(self.timeZoneDifference), Clock.REQUESTED)


class HourCount(msgspec.Struct, frozen=True):
    """How many scores one hour has."""

    date: dt.datetime
    count: int


class HourMean(msgspec.Struct, frozen=True):
    """The mean of one hour."""

    date: dt.datetime
    value: float


class Eval(msgspec.Struct, frozen=True, kw_only=True):
    """One score: its mean, least and greatest value over ``count`` scores; null where there are none.

    An hour without scores is in neither series.
    """

    name: str
    averageScore: float | None  # noqa: N815 -- the wire's name
    minScore: float | None  # noqa: N815 -- the wire's name
    maxScore: float | None  # noqa: N815 -- the wire's name
    count: int
    overTime: list[HourCount]  # noqa: N815 -- the wire's name
    averageOverTime: list[HourMean]  # noqa: N815 -- the wire's name


class DistributionBin(msgspec.Struct, frozen=True):
    """How many values lie from ``lower`` to below ``upper``; the last bin holds its upper edge too."""

    lower: float
    upper: float
    value: int


class ScoreDistribution(msgspec.Struct, frozen=True):
    """How the values of one score are spread, in at most ten bins with round edges; none where there are no values."""

    name: str
    distribution: list[DistributionBin]


class EvalRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``{"name": "...", "score": 0.5}``; a name that ends in ``-hcone-bool`` is a boolean, 1 or 0."""

    name: str
    score: int | float


@get("/v1/evals/scores", opt=READ, operation_id="GetEvalScores", tags=["Evals"])
async def score_names(context: FromContext) -> Result[list[str]]:
    """Every score name of the organisation, over all time, as keys of the ``scores`` map."""
    telemetry = await context.reading()
    found = await scores.names(telemetry, context.principal.org_id)
    return Result([score_key(one.name, one.kind) for one in found if one.kind in COUNTED_KINDS])


@post("/v1/evals/query", status_code=200, opt=READ, operation_id="QueryEvals", tags=["Evals"])
async def query_evals(data: JSONBody[EvalQuery], context: FromContext) -> Result[list[Eval]]:
    """Every score's mean, extremes and count over the calls that a filter takes, and the same by the hour."""
    telemetry, org_id = await context.reading(), context.principal.org_id
    names, cells = await _cells(data, Bucket.HOUR, org_id, telemetry)
    return Result([_eval(one, cells.get((one.name, one.kind), {})) for one in names])


async def _cells(data: EvalQuery, bucket: Bucket, org_id: str, telemetry: Telemetry) -> tuple[list[Named], _Cells]:
    """(the names that are asked for, per name and kind the sums of the buckets that hold scores)."""
    axis, wanted = data.axis(bucket), read_filter(data.filter)
    counted = (one for one in await scores.names(telemetry, org_id) if one.kind in COUNTED_KINDS)
    named = sorted(counted, key=lambda one: score_key(one.name, one.kind))
    largest = max((one.largest for one in named), default=0.0)
    asked = Question(org_id=org_id, name=None, kind=None, largest=largest, where=wanted)
    _, cells = await series.over_time(telemetry, asked, axis, ("name", "kind"))
    return named[data.offset : data.offset + data.limit], cells


def _eval(named: Named, cells: Mapping[dt.datetime, Sums]) -> Eval:
    hours = sorted(cells)
    n, total = sum(cells[hour].n for hour in hours), sum(cells[hour].total for hour in hours)
    lows = [low for hour in hours if (low := cells[hour].minimum) is not None]
    highs = [high for hour in hours if (high := cells[hour].maximum) is not None]
    return Eval(
        name=score_key(named.name, named.kind),
        averageScore=float(total / n) if n else None,
        minScore=min(lows, default=None),
        maxScore=max(highs, default=None),
        count=n,
        overTime=[HourCount(hour, cells[hour].n) for hour in hours],
        averageOverTime=[HourMean(hour, float(cells[hour].total / cells[hour].n)) for hour in hours],
    )


@post(
    "/v1/evals/score-distributions/query",
    status_code=200,
    opt=READ,
    operation_id="QueryScoreDistributions",
    tags=["Evals"],
)
async def query_distributions(data: JSONBody[EvalQuery], context: FromContext) -> Result[list[ScoreDistribution]]:
    """How every score is spread over the calls that a filter takes, in exact counts."""
    telemetry, org_id = await context.reading(), context.principal.org_id
    names, cells = await _cells(data, Bucket.YEAR, org_id, telemetry)
    axis, wanted = data.axis(Bucket.YEAR), read_filter(data.filter)
    found = []
    for one in names:
        asked = Question(org_id=org_id, name=one.name, kind=one.kind, largest=one.largest, where=wanted)
        years = cells.get((one.name, one.kind), {})
        bins = await _bins(telemetry, Values(asked, axis.window, axis.clock), years, one.kind)
        found.append(ScoreDistribution(score_key(one.name, one.kind), bins))
    return Result(found)


async def _bins(
    telemetry: Telemetry, values: Values, years: Mapping[dt.datetime, Sums], kind: ScoreKind
) -> list[DistributionBin]:
    ends = [end for seen in years.values() for end in (seen.minimum, seen.maximum) if end is not None]
    if not ends:
        return []
    edges = [0.0, 0.5, 1.0] if kind is ScoreKind.BOOLEAN else bin_edges(min(ends), max(ends), BINS)
    parts = await distribution.bins(telemetry, values, edges)
    return [
        DistributionBin(*ends, parts[number].n if number in parts else 0)
        for number, ends in enumerate(itertools.pairwise(edges))
    ]


@post("/v1/evals/{request_id:str}", status_code=200, opt=WRITE, operation_id="AddEval", tags=["Evals"])
async def add_eval(request_id: RequestId, data: JSONBody[EvalRequest], context: FromContext) -> Result[None]:
    """Add one score to a request: the same score that ``/v1/request/{request_id}/score`` keeps."""
    name, kind, value = checked_value(data.name, data.score)
    principal = context.principal
    score = Score(
        principal.org_id, request_id_of(request_id), name, kind, value, dt.datetime.now(dt.UTC), key_id=principal.key_id
    )
    check(await context.definitions(), score)
    await context.commit([score])
    return OK


HANDLERS: list[Any] = [score_names, query_evals, query_distributions, add_eval]
