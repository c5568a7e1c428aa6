"""Judges made right: a judge model's mean side by side with what it would be had people judged instead."""

import asyncio
import datetime as dt
from typing import Any, TypeVar

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.filters import read_time
from helicorder.api.pins import Kind, PinnedResult, answered
from helicorder.api.selection import DEFAULT_SPAN, asked_of, named, resolved, window_of
from helicorder.errors import Invalid
from helicorder.model.score import COUNTED_KINDS, ScoreKind, Source
from helicorder.model.window import Window, checked_zone
from helicorder.scoring import judges as scoring
from helicorder.scoring.gram import Gram
from helicorder.scoring.judges import Correction, Labelled, Mean
from helicorder.scoring.prevalence import Verdicts, Weight, rogan_gladen
from helicorder.telemetry import judges
from helicorder.telemetry.axis import Axis, Clock
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.raters import Rater
from helicorder.wire.answers import Judged, JudgedMean, JudgedPoint
from helicorder.wire.questions import JudgedSelection, JudgeQuery, RaterQuery

LEARN = dt.timedelta(days=90)
"""How far before the window labels are read to see where the judge errs."""


J = TypeVar("J", bound=JudgedSelection)
_EVERY_MODEL, _EVERYBODY = RaterQuery(sources=(Source.MODEL,)), RaterQuery(sources=(Source.HUMAN,))


def rater_of(query: RaterQuery, name: str) -> Rater:
    """The rater that is meant; ``name`` is that of the question."""
    return Rater(query.name or name, query.sources, query.authors)


async def resolved_judged(
    question: J, org_id: str, telemetry: Telemetry, now: dt.datetime, span: dt.timedelta = DEFAULT_SPAN
) -> J:
    """As `selection.resolved`; the values of both names are bounded.

    Raises:
        Invalid: as there; or both raters are the same, or scores have no numbers.
    """
    if question.sources or question.authors or question.clock is not Clock.REQUESTED:
        raise Invalid("sources, authors, clock: say them of judge and human; the clock is that of the requests.")
    found = await resolved(question, org_id, telemetry, now, span)
    judge, human = _raters(found)
    if judge == human:
        raise Invalid("human: must not be the judge.")
    known = [await named(name, None, org_id, telemetry) for name in {judge.name, human.name}]
    if any(kind not in COUNTED_KINDS for _, kind, _ in known):
        raise Invalid("This needs numeric or boolean scores.")
    return msgspec.structs.replace(found, largest=question.largest or max(largest for *_, largest in known))


def _raters(question: JudgedSelection) -> tuple[Rater, Rater]:
    """The judge and the people."""
    judge, human = question.judge or _EVERY_MODEL, question.human or _EVERYBODY
    return rater_of(judge, question.name), rater_of(human, question.name)


def judging_of(question: JudgedSelection, org_id: str, as_of: int | None) -> judges.Judging:
    """What to ask the store."""
    asked = msgspec.structs.replace(asked_of(question, org_id, as_of), name=None, kind=None)
    return judges.Judging(asked, window_of(question), *_raters(question))


async def judged(question: JudgeQuery, org_id: str, telemetry: Telemetry, as_of: int | None) -> Judged:
    """The answer about a judge."""
    judging, kind = judging_of(question, org_id, as_of), question.kind or ScoreKind.NUMERIC
    is_rate = kind is ScoreKind.BOOLEAN
    if question.method is Correction.ROGAN_GLADEN and not is_rate:
        raise Invalid("method: rogan-gladen is for booleans, pass or fail.")
    seen, points, elsewhere = await asyncio.gather(
        judges.whole(telemetry, judging),
        _points(telemetry, question, judging),
        _elsewhere(telemetry, question, judging),
    )
    return Judged(
        name=question.name,
        kind=kind,
        points=[
            JudgedPoint(start=start, **msgspec.structs.asdict(_means(one, elsewhere, is_rate=is_rate)))
            for start, one in sorted(points.items())
        ],
        **msgspec.structs.asdict(_means(seen, elsewhere, is_rate=is_rate)),
    )


async def _points(
    telemetry: Telemetry, question: JudgeQuery, judging: judges.Judging
) -> dict[dt.datetime, judges.JudgedSums | None]:
    if question.bucket is None:
        return {}
    axis = Axis(window_of(question), question.bucket, checked_zone(question.zone), Clock.REQUESTED)
    return await judges.over_time(telemetry, judging, axis)


async def _elsewhere(telemetry: Telemetry, question: JudgeQuery, judging: judges.Judging) -> Verdicts | None:
    """The labels of other calls; None where labels of these very calls are to be used."""
    if question.method is not Correction.ROGAN_GLADEN:
        return None
    since = judging.window.start - LEARN
    if question.labels_since is not None:
        since = read_time("labels_since", question.labels_since)
    if since >= judging.window.end:
        raise Invalid("labels_since: must be before end.")
    found = await judges.whole(telemetry, msgspec.structs.replace(judging, window=Window(since, judging.window.end)))
    return _verdicts(found) if found else Verdicts.counted(0, 0, 0, 0)


def _labelled(sums: judges.JudgedSums) -> Labelled:
    return Labelled(
        judged=sums.judged,
        labels=sums.labels,
        drawn=sums.drawn,
        gram=Gram(sums.groups, sums.totals, sums.products),
        differ=sums.differ,
    )


def _verdicts(sums: judges.JudgedSums) -> Verdicts:
    a, b, c, d = (Weight(float(total), float(squares)) for total, squares in sums.table)
    return Verdicts((a, b, c, d), sums.labels)


def _means(sums: judges.JudgedSums | None, elsewhere: Verdicts | None, *, is_rate: bool) -> JudgedMean:
    if sums is None:
        nothing = Mean()
        return JudgedMean(
            raw=nothing, corrected=nothing, human=nothing, bias=nothing,
            judged=0, labels=0, sensitivity=None, specificity=None,
        )  # fmt: skip
    seen = _labelled(sums)
    raw, labels = scoring.raw_mean(seen, is_rate=is_rate), elsewhere or _verdicts(sums)
    sensitivity, specificity = labels.sensitivity, labels.specificity
    return JudgedMean(
        raw=raw,
        corrected=scoring.ppi(seen, is_rate=is_rate) if elsewhere is None else _by_table(raw, elsewhere),
        human=scoring.human_mean(seen, is_rate=is_rate),
        bias=scoring.bias(seen),
        judged=seen.judged,
        labels=labels.labels,
        sensitivity=sensitivity.value if is_rate and sensitivity else None,
        specificity=specificity.value if is_rate and specificity else None,
    )


def _by_table(raw: Mean, labels: Verdicts) -> Mean:
    """Rogan and Gladen's, from as many independent verdicts as would give the judge's rate the interval it has."""
    rate, error = raw.mean or 0.0, raw.standard_error
    independent = rate * (1 - rate) / error**2 if error else float(raw.n)
    return msgspec.structs.replace(rogan_gladen(rate, independent, labels), n=raw.n)


KIND = Kind("judge", JudgeQuery, judged)


@post("/v1/scores/judge/query", status_code=200, opt=READ, operation_id="CorrectJudge", tags=["Scores"])
async def correct_judge(data: JSONBody[JudgeQuery], context: FromContext) -> PinnedResult[Judged]:
    """A judge's mean, raw and corrected by people's labels of a sample, with the counts of both."""
    telemetry, org_id = await context.reading(), context.principal.org_id
    question = await resolved_judged(data, org_id, telemetry, dt.datetime.now(dt.UTC))
    return await answered(context, KIND, question)


HANDLERS: list[Any] = [correct_judge]
