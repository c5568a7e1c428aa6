"""How the values of a score are spread: a histogram, quantiles with their intervals, shares of categories."""

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.pins import Kind, PinnedResult, answered
from helicorder.api.selection import asked_of, resolved, window_of
from helicorder.errors import Invalid
from helicorder.model.score import ScoreKind
from helicorder.scoring.estimates import share_estimates
from helicorder.scoring.quantiles import Ranks, bin_edges, quantile_ranks
from helicorder.telemetry import distribution
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.distribution import Values
from helicorder.wire.answers import Bin, Distribution, Quantile, Share
from helicorder.wire.questions import DistributionQuery

MAX_BINS = 100
MAX_QUANTILES = 20


async def spread(question: DistributionQuery, org_id: str, telemetry: Telemetry, as_of: int | None) -> Distribution:
    """The answer to a distribution."""
    if not 1 <= question.bins <= MAX_BINS:
        raise Invalid(f"bins: 1 to {MAX_BINS}.")
    if len(question.quantiles) > MAX_QUANTILES or not all(0 < q < 1 for q in question.quantiles):
        raise Invalid(f"quantiles: at most {MAX_QUANTILES}, each between 0 and 1.")
    kind = question.kind or ScoreKind.NUMERIC
    categorical = kind is ScoreKind.CATEGORICAL
    values = Values(asked_of(question, org_id, as_of, categories=categorical), window_of(question), question.clock)
    if categorical:
        shares = _shares(await distribution.labels(telemetry, values))
        return Distribution(question.name, kind, sum(share.n for share in shares), [], [], shares)
    extent = await distribution.extent(telemetry, values)
    if not extent.n:
        return Distribution(question.name, kind, 0, [], [], [])
    if kind is ScoreKind.BOOLEAN:
        false, true = await distribution.bins(telemetry, values, [0.0, 0.5, 1.0])
        return Distribution(question.name, kind, extent.n, [], [], _shares({"true": true, "false": false}))
    edges = bin_edges(extent.minimum, extent.maximum, question.bins)
    counts = await distribution.bins(telemetry, values, edges)
    found = [Bin(low, high, n) for (low, high), n in zip(itertools.pairwise(edges), counts, strict=True)]
    quantiles = await _quantiles(telemetry, values, extent.n, question.quantiles)
    return Distribution(question.name, kind, extent.n, found, quantiles, [])


async def _quantiles(telemetry: Telemetry, values: Values, n: int, asked: Sequence[float]) -> list[Quantile]:
    ranks = {q: quantile_ranks(n, q) for q in asked}
    wanted = sorted({rank for one in ranks.values() for rank in (one.at, one.low, one.high) if rank is not None})
    at = await distribution.values_at(telemetry, values, wanted, n)
    return [_quantile(q, one, at) for q, one in ranks.items()]


def _quantile(q: float, ranks: Ranks, at: dict[int, float]) -> Quantile:
    low, high = (None if rank is None else at[rank] for rank in (ranks.low, ranks.high))
    return Quantile(q, at[ranks.at], low, high)


def _shares(counts: dict[str, int]) -> list[Share]:
    found = share_estimates(counts)
    return [Share(label, n, found[label].mean, found[label].low, found[label].high) for label, n in counts.items()]


KIND = Kind("distribution", DistributionQuery, spread)


@post("/v1/scores/distribution/query", status_code=200, opt=READ, operation_id="GetScoreDistribution", tags=["Scores"])
async def score_distribution(data: JSONBody[DistributionQuery], context: FromContext) -> PinnedResult[Distribution]:
    """A histogram and quantiles of numbers, shares of categories, each with its interval."""
    telemetry, org_id = await context.reading(), context.principal.org_id
    question = await resolved(data, org_id, telemetry, dt.datetime.now(dt.UTC))
    return await answered(context, KIND, question)


HANDLERS: list[Any] = [score_distribution]
