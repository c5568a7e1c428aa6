"""How far raters agree: two or more scores, judges or annotators of the same things."""

import asyncio
import datetime as dt
import itertools
from collections.abc import Sequence
from fractions import Fraction
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
from helicorder.model.findings import Difference, Measure, OfCategory, RaterBias, Scale
from helicorder.model.score import COUNTED_KINDS, ScoreKind
from helicorder.scoring import agreement, agreement_blocks, correlation
from helicorder.scoring.annotators import Pattern, krippendorff_alpha
from helicorder.scoring.leniency import Apart, Deviations, bias_of_two, rater_biases
from helicorder.telemetry import raters
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.raters import MOST_PATTERNS, Panel, Rater
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
    alpha, biases = await asyncio.gather(
        _alpha(telemetry, panel, people, kinds, scale), _biases(telemetry, panel, people, kinds)
    )
    return Agreement(raters=list(question.raters), pairs=pairs, alpha=alpha, scale=scale, biases=biases)


async def _pair(
    telemetry: Telemetry,
    panel: Panel,
    places: tuple[int, int],
    people: tuple[Rater, Rater],
    kinds: tuple[ScoreKind, ScoreKind],
) -> PairAgreement:
    two = raters.Two(panel, *people)
    judged = await raters.about_two(telemetry, two)
    told = judged.cells <= MOST_CATEGORIES**2 and kinds[0] == kinds[1]
    cells, numbers, ranks = await asyncio.gather(
        raters.table_of_two(telemetry, two, judged) if told else _nothing(),
        raters.sums_of_two(telemetry, two, judged),
        raters.ranks_of_two(telemetry, two, judged),
    )
    numeric = set(kinds) <= set(COUNTED_KINDS)
    weight, apart = (sum((getattr(one, name) for one in numbers), Fraction()) for name in ("weight", "apart"))
    table = _table(cells, judged, ordered=kinds[0] is ScoreKind.NUMERIC)
    if not told or len(table.labels) > MOST_CATEGORIES:
        table = _without(_TOO_MANY if kinds[0] == kinds[1] else _NOT_ALIKE)
    return PairAgreement(
        raters=places,
        n=judged.n,
        pearson=_correlation(numbers, judged, "pearson") if numeric else _NOT_NUMBERS,
        spearman=_correlation(ranks, judged, "spearman") if numeric else _NOT_NUMBERS,
        mean_distance=float(apart / weight) if numeric and weight else None,
        bias=_bias(numbers, judged) if numeric else None,
        **msgspec.structs.asdict(table),
    )


class _Table(msgspec.Struct, frozen=True):
    """What a contingency table says; the fields of `PairAgreement` that need one."""

    observed: Measure
    kappa: Measure
    weighted_kappa: Measure
    labels: list[str] = []
    confusion: list[list[int]] = []
    categories: list[OfCategory] = []


async def _nothing() -> list[raters.Cell]:
    return []


def _without(reason: Measure) -> _Table:
    return _Table(observed=reason, kappa=reason, weighted_kappa=reason)


def _table(cells: Sequence[raters.Cell], judged: raters.Judged, *, ordered: bool) -> _Table:
    """By the formulas where things are independent and weigh the same, else by the jackknife over blocks."""
    counts: dict[tuple[str, str], int] = {}
    for cell in cells:
        counts[cell.a, cell.b] = counts.get((cell.a, cell.b), 0) + cell.n
    labels = agreement.categories(counts)
    confusion = agreement.matrix(counts, labels)
    if judged.blocks == 1:
        weighted = agreement.weighted_kappa(counts) if ordered else _NOT_ORDERED
        seen, beyond = agreement.observed(counts), agreement.kappa(counts)
        return _Table(seen, beyond, weighted, labels, confusion, agreement.by_category(counts))
    blocks = agreement_blocks.Blocks.of(
        agreement_blocks.Said(one.block, one.a, one.b, one.n, float(one.weight)) for one in cells
    )
    weighted = agreement_blocks.weighted_kappa(blocks) if ordered else _NOT_ORDERED
    seen, beyond = agreement_blocks.observed(blocks), agreement_blocks.kappa(blocks)
    return _Table(seen, beyond, weighted, labels, confusion, agreement_blocks.by_category(blocks))


def _bias(blocks: Sequence[raters.PairSums], judged: raters.Judged) -> Difference:
    return bias_of_two(
        [Apart(one.n, one.weight, one.x, one.y, one.xx + one.yy - 2 * one.xy) for one in blocks], judged.clusters
    )


def _correlation(blocks: Sequence[raters.PairSums], judged: raters.Judged, which: str) -> Measure:
    sums = [correlation.PairSums(one.n, one.x, one.y, one.xx, one.yy, one.xy, one.weight) for one in blocks]
    if judged.blocks > 1:
        by_blocks = correlation.pearson_of_blocks if which == "pearson" else correlation.spearman_of_blocks
        return by_blocks(sums)
    by_formula = correlation.pearson if which == "pearson" else correlation.spearman
    return by_formula(sums[0] if sums else correlation.PairSums(0, *(Fraction(),) * 5))


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
    if scale is Scale.RATIO and any(float(said) < 0 for one in found for said in one.said):
        return Measure(reason="ratio needs values from 0 on")
    return krippendorff_alpha([Pattern(one.said, one.n, one.block, float(one.weight)) for one in found], scale)


async def _biases(
    telemetry: Telemetry, panel: Panel, people: list[Rater], kinds: tuple[ScoreKind, ...]
) -> list[RaterBias]:
    if len(set(kinds)) > 1 or kinds[0] not in COUNTED_KINDS:
        return []
    found = await raters.deviations(telemetry, panel, people)
    told = [Deviations(one.raters, one.n, tuple(map(float, one.sums)), one.block, float(one.weight)) for one in found]
    return rater_biases(told, len(people))


KIND = Kind("agreement", AgreementQuery, agreed)


@post("/v1/scores/agreement/query", status_code=200, opt=READ, operation_id="GetAgreement", tags=["Scores"])
async def get_agreement(data: JSONBody[AgreementQuery], context: FromContext) -> PinnedResult[Agreement]:
    """How far raters agree and correlate: kappa, alpha, F1, confusion matrix, Pearson, Spearman, with intervals."""
    telemetry, org_id = await context.reading(), context.principal.org_id
    question = await _resolved(data, org_id, telemetry, dt.datetime.now(dt.UTC))
    return await answered(context, KIND, question)


HANDLERS: list[Any] = [get_agreement]
