"""How the values of a score are spread: a histogram, quantiles with their intervals, shares of categories."""

import asyncio
import datetime as dt
import itertools
from fractions import Fraction
from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.pins import Kind, PinnedResult, answered
from helicorder.api.selection import asked_of, resolved, window_of
from helicorder.errors import Invalid
from helicorder.model.analysis import Clock
from helicorder.model.findings import QuantileMethod
from helicorder.model.score import ScoreKind
from helicorder.scoring.estimates import Cell, estimate
from helicorder.scoring.gram import Gram
from helicorder.scoring.quantiles import bin_edges, quantile_levels, quantile_ranks
from helicorder.scoring.statistics import Estimate
from helicorder.telemetry import distribution, series
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.distribution import Part, Values
from helicorder.wire.answers import Bin, Distribution, Quantile, Share
from helicorder.wire.questions import DistributionQuery

MAX_BINS = 100
MAX_QUANTILES = 20


_NOTHING = Part(0, Fraction(), Fraction(), Fraction())


class _Spread(msgspec.Struct, frozen=True):
    """What is asked, and the sums over all of it."""

    question: DistributionQuery
    telemetry: Telemetry
    values: Values
    whole: series.Sums

    def share(self, part: Part) -> Estimate:
        """The share of a part of the values, by the method that their clusters and weights call for."""
        whole = self.whole
        products = ((whole.members_squared, part.cross), (part.cross, part.squares))
        n = Fraction(part.n)
        cell = Cell(
            n=whole.n, total=n, squares=n, requests=whole.requests,
            gram=Gram(whole.groups, (whole.weight, part.weight), products),
            weights_squared=whole.weights_squared if self.values.weighted else None,
        )  # fmt: skip
        return estimate(cell, is_rate=True)

    @property
    def is_plain(self) -> bool:
        """Whether scores are independent and weigh the same."""
        whole = self.whole
        return whole.groups == whole.n and whole.n * whole.weights_squared == whole.weight**2


async def spread(question: DistributionQuery, org_id: str, telemetry: Telemetry, as_of: int | None) -> Distribution:
    """The answer to a distribution."""
    if not 1 <= question.bins <= MAX_BINS:
        raise Invalid(f"bins: 1 to {MAX_BINS}.")
    if len(question.quantiles) > MAX_QUANTILES or not all(0 < q < 1 for q in question.quantiles):
        raise Invalid(f"quantiles: at most {MAX_QUANTILES}, each between 0 and 1.")
    asked = asked_of(question, org_id, as_of, categories=question.kind is ScoreKind.CATEGORICAL)
    found, calls = await asyncio.gather(
        series.by_segment(telemetry, asked, window_of(question), question.clock), _calls(telemetry, question, asked)
    )
    whole = found.get((), series.Sums())
    values = Values(
        asked, window_of(question), question.clock,
        weighted=bool(whole.drawn), n=max(whole.n, 1), rarest=whole.rarest,
    )  # fmt: skip
    told = _Spread(question, telemetry, values, whole)
    bins, quantiles, shares = await _parts(told) if whole.n else ([], [], [])
    of_all = told.share(Part(whole.n, whole.weight, whole.members_squared, whole.members_squared))
    return Distribution(
        name=question.name,
        kind=question.kind or ScoreKind.NUMERIC,
        n=whole.n,
        requests=whole.requests,
        missing=None if calls is None else max(0, calls - whole.requests),
        clusters=whole.groups,
        method=of_all.method,
        quantile_method=QuantileMethod.RANKS if told.is_plain else QuantileMethod.EFFECTIVE_RANKS,
        warning=of_all.warning,
        bins=bins,
        quantiles=quantiles,
        shares=shares,
    )


async def _calls(telemetry: Telemetry, question: DistributionQuery, asked: series.Question) -> int | None:
    if question.clock is not Clock.REQUESTED:
        return None
    counted = await series.calls_by_segment(telemetry, asked, window_of(question), ())
    return None if counted is None else counted.get((), 0)


async def _parts(told: _Spread) -> tuple[list[Bin], list[Quantile], list[Share]]:
    if told.question.kind is ScoreKind.CATEGORICAL:
        return [], [], _shares(told, await distribution.labels(told.telemetry, told.values))
    if told.question.kind is ScoreKind.BOOLEAN:
        truths = await distribution.truths(told.telemetry, told.values)
        return [], [], _shares(told, {label: truths.get(label, _NOTHING) for label in ("true", "false")})
    bins, quantiles = await asyncio.gather(_bins(told), _quantiles(told))
    return bins, quantiles, []


def _shares(told: _Spread, parts: dict[str, Part]) -> list[Share]:
    found = {label: told.share(part) for label, part in parts.items()}
    return [
        Share(category=label, n=parts[label].n, share=one.mean, low=one.low, high=one.high)
        for label, one in found.items()
    ]


async def _bins(told: _Spread) -> list[Bin]:
    edges = bin_edges(told.whole.minimum or 0.0, told.whole.maximum or 0.0, told.question.bins)
    parts = await distribution.bins(told.telemetry, told.values, edges)
    made = []
    for number, (low, high) in enumerate(itertools.pairwise(edges)):
        part = parts.get(number, _NOTHING)
        one = told.share(part)
        made.append(Bin(low=low, high=high, n=part.n, share=one.mean, share_low=one.low, share_high=one.high))
    return made


async def _quantiles(told: _Spread) -> list[Quantile]:
    return await (_by_ranks(told) if told.is_plain else _by_effective_ranks(told))


async def _by_ranks(told: _Spread) -> list[Quantile]:
    n = told.whole.n
    ranks = {q: quantile_ranks(n, q) for q in told.question.quantiles}
    wanted = sorted({rank for one in ranks.values() for rank in (one.at, one.low, one.high) if rank is not None})
    at = await distribution.values_at(told.telemetry, told.values, wanted, n)
    return [
        Quantile(
            q=q, value=at[one.at], low=None if one.low is None else at[one.low],
            high=None if one.high is None else at[one.high],
        )
        for q, one in ranks.items()
    ]  # fmt: skip


async def _by_effective_ranks(told: _Spread) -> list[Quantile]:
    """The values first, then the share below each of them, which says where the ends of its interval are."""
    asked = told.question.quantiles
    at = await distribution.values_at_shares(told.telemetry, told.values, asked)
    parts = await distribution.below(told.telemetry, told.values, [at[q] for q in asked])
    levels = {q: quantile_levels(told.share(part), q) for q, part in zip(asked, parts, strict=True)}
    shares = sorted({share for pair in levels.values() for share in pair if share is not None})
    ends = await distribution.values_at_shares(told.telemetry, told.values, shares)
    return [
        Quantile(
            q=q, value=at[q], low=None if low is None else ends[low], high=None if high is None else ends[high]
        )
        for q, (low, high) in levels.items()
    ]  # fmt: skip


KIND = Kind("distribution", DistributionQuery, spread)


@post("/v1/scores/distribution/query", status_code=200, opt=READ, operation_id="GetScoreDistribution", tags=["Scores"])
async def score_distribution(data: JSONBody[DistributionQuery], context: FromContext) -> PinnedResult[Distribution]:
    """A histogram and quantiles of numbers, shares of categories, each with its interval."""
    telemetry, org_id = await context.reading(), context.principal.org_id
    question = await resolved(data, org_id, telemetry, dt.datetime.now(dt.UTC))
    return await answered(context, KIND, question)


HANDLERS: list[Any] = [score_distribution]
