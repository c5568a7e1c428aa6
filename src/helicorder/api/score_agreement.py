"""How far raters agree: two or more scores, judges or annotators of the same things."""

import asyncio
import datetime as dt
import itertools
from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.filters import read_filter
from helicorder.api.pins import Kind, PinnedResult, answered
from helicorder.api.score_judges import rater_of
from helicorder.api.selection import named, resolved, window_of
from helicorder.errors import Invalid
from helicorder.model.score import COUNTED_KINDS, ScoreKind
from helicorder.scoring import correlation
from helicorder.scoring.agreement import (
    Measure,
    by_category,
    categories,
    kappa,
    matrix,
    observed,
    weighted_kappa,
)
from helicorder.scoring.annotators import Scale, krippendorff_alpha
from helicorder.telemetry import raters
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.raters import MOST_CELLS, MOST_PATTERNS, PairSums, Panel, Rater
from helicorder.telemetry.series import Question
from helicorder.wire.answers import Agreement, PairAgreement
from helicorder.wire.questions import AgreementQuery, RaterQuery

MAX_RATERS = 10
MOST_CATEGORIES = 50
_NOT_NUMBERS = Measure(reason="only numbers and booleans correlate")
_NOT_ORDERED = Measure(reason="only numbers have distances")
_NOT_ALIKE = Measure(reason="the two are not of one kind")
_TOO_MANY = Measure(reason=f"more than {MOST_CATEGORIES} different values")


async def _resolved(question: AgreementQuery, org_id: str, telemetry: Telemetry, now: dt.datetime) -> AgreementQuery:
    """As `selection.resolved`, for every rater.

    Raises:
        Invalid: as there; too few or too many raters, two that are the same, or scores of words.
    """
    if not 2 <= len(question.raters) <= MAX_RATERS:  # noqa: PLR2004 -- one alone agrees with nobody
        raise Invalid(f"raters: are 2 to {MAX_RATERS}.")
    if question.sources or question.authors:
        raise Invalid("sources, authors: say them of each rater.")
    names = [rater.name or question.name for rater in question.raters]
    if not all(names):
        raise Invalid("name: each rater needs one, or the question.")
    found = await resolved(msgspec.structs.replace(question, name=names[0]), org_id, telemetry, now)
    known = [await named(name, question.kind, org_id, telemetry) for name in names]
    kinds = tuple(kind for _, kind, _ in known)
    if not (set(kinds) <= set(COUNTED_KINDS) or set(kinds) == {ScoreKind.CATEGORICAL}):
        raise Invalid("raters: all must be numbers or booleans, or all categories.")
    told = tuple(
        RaterQuery(name, rater.sources, rater.authors) for rater, (name, *_) in zip(question.raters, known, strict=True)
    )
    if len(set(told)) < len(told):
        raise Invalid("raters: two of them are the same.")
    largest = question.largest or max(largest for *_, largest in known)
    return msgspec.structs.replace(found, raters=told, kinds=kinds, largest=largest)


def _panel(question: AgreementQuery, org_id: str, as_of: int | None) -> Panel:
    """What to ask the store."""
    asked = Question(
        org_id=org_id,
        name=None,
        kind=ScoreKind.CATEGORICAL if ScoreKind.CATEGORICAL in question.kinds else None,
        largest=question.largest or 0.0,
        where=read_filter(question.filter),
        clustering=question.cluster,
        as_of=as_of,
    )
    return Panel(asked, window_of(question), question.clock)


async def agreed(question: AgreementQuery, org_id: str, telemetry: Telemetry, as_of: int | None) -> Agreement:
    """The answer about an agreement."""
    panel, kinds = _panel(question, org_id, as_of), question.kinds
    people = [rater_of(rater, question.name) for rater in question.raters]
    pairs = [
        await _pair(telemetry, panel, (i, j), (people[i], people[j]), (kinds[i], kinds[j]))
        for i, j in itertools.combinations(range(len(people)), 2)
    ]
    scale = question.scale or (Scale.INTERVAL if set(kinds) == {ScoreKind.NUMERIC} else Scale.NOMINAL)
    alpha = await _alpha(telemetry, panel, people, kinds, scale)
    return Agreement(raters=list(question.raters), pairs=pairs, alpha=alpha, scale=scale)


async def _pair(
    telemetry: Telemetry,
    panel: Panel,
    places: tuple[int, int],
    two: tuple[Rater, Rater],
    kinds: tuple[ScoreKind, ScoreKind],
) -> PairAgreement:
    counted, numbers, ranks = await asyncio.gather(
        raters.table_of_two(telemetry, panel, *two),
        raters.sums_of_two(telemetry, panel, *two),
        raters.ranks_of_two(telemetry, panel, *two),
    )
    labels = categories(counted) if len(counted) < MOST_CELLS else []
    counts = counted if len(labels) <= MOST_CATEGORIES and len(counted) < MOST_CELLS else {}
    alike, numeric = kinds[0] == kinds[1], set(kinds) <= set(COUNTED_KINDS)
    missing = _NOT_ALIKE if not alike else _TOO_MANY if counted and not counts else None
    n = numbers.n
    return PairAgreement(
        raters=places,
        n=n,
        observed=missing or observed(counts),
        kappa=missing or kappa(counts),
        weighted_kappa=missing or (weighted_kappa(counts) if kinds[0] is ScoreKind.NUMERIC else _NOT_ORDERED),
        pearson=correlation.pearson(_sums(numbers)) if numeric else _NOT_NUMBERS,
        spearman=correlation.spearman(_sums(ranks)) if numeric else _NOT_NUMBERS,
        mean_distance=float(numbers.apart / n) if numeric and n else None,
        labels=[] if missing else labels,
        confusion=[] if missing else matrix(counts, labels),
        categories=[] if missing else by_category(counts),
    )


def _sums(found: PairSums) -> correlation.PairSums:
    return correlation.PairSums(found.n, found.x, found.y, found.xx, found.yy, found.xy)


async def _alpha(
    telemetry: Telemetry, panel: Panel, people: list[Rater], kinds: tuple[ScoreKind, ...], scale: Scale
) -> Measure:
    if len(set(kinds)) > 1:
        return Measure(reason="the raters are not of one kind")
    if scale is not Scale.NOMINAL and kinds[0] is not ScoreKind.NUMERIC:
        return Measure(reason=f"{scale} needs numbers")
    found = await raters.patterns(telemetry, panel, people)
    if len(found) >= MOST_PATTERNS:
        return Measure(reason=f"more than {MOST_PATTERNS} different combinations of values")
    return krippendorff_alpha(found, scale)


KIND = Kind("agreement", AgreementQuery, agreed)


@post("/v1/scores/agreement/query", status_code=200, opt=READ, operation_id="GetAgreement", tags=["Scores"])
async def agreement(data: JSONBody[AgreementQuery], context: FromContext) -> PinnedResult[Agreement]:
    """How far raters agree and correlate: kappa, alpha, F1, confusion matrix, Pearson, Spearman, with intervals."""
    telemetry, org_id = await context.reading(), context.principal.org_id
    question = await _resolved(data, org_id, telemetry, dt.datetime.now(dt.UTC))
    return await answered(context, KIND, question)


HANDLERS: list[Any] = [agreement]
