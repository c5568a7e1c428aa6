"""Draws the calls of a new queue, and keeps with each the probability with which it was drawn."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence

import msgspec

from helicorder.api.filters import read_filter, read_time
from helicorder.api.score_judges import judging_of, resolved_judged
from helicorder.api.score_labels import NOTHING_JUDGED, drawn, warning_of
from helicorder.api.selection import DEFAULT_SPAN
from helicorder.control.queues import QueueContent
from helicorder.errors import Invalid
from helicorder.model.definition import Definition
from helicorder.model.ids import checked_request_id
from helicorder.model.queue import AskedScore, HowDrawn, Item, fresh_seed, in_order_of_chance, is_required, wanted_of
from helicorder.model.score import BOOLEAN_SUFFIX, ScoreKind, Source, checked_name
from helicorder.model.window import Window
from helicorder.telemetry import labels, scores
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.labels import Calls, JudgedCalls, Population
from helicorder.wire.questions import LabelsQuery, RaterQuery
from helicorder.wire.queues import DrawRecord, NewQueue

MAX_SIZE = 2_000
MAX_SCORES = 20
MAX_PER_ITEM = 5
MAX_WORDS = 10_000
SEEDS = 2**53
"""Seeds that every JSON reader keeps: whole numbers below this."""
_UNKNOWN = "the calls were listed, so nobody knows with which probability they came: their labels correct no judge"


class _Found(msgspec.Struct, frozen=True):
    """What a draw took: (id, time, probability, why) of each call, in the order of the queue; and how it was drawn."""

    calls: Sequence[tuple[str, dt.datetime, float | None, str]]
    record: DrawRecord


async def content_of(
    given: NewQueue, org_id: str, telemetry: Telemetry, definitions: Mapping[str, Definition], now: dt.datetime
) -> tuple[QueueContent, list[Item]]:
    """What is asked for, drawn.

    Raises:
        Invalid: some part of it means nothing, or nothing was drawn.
    """
    _check(given)
    asked = await _asked_scores(given.scores, org_id, telemetry, definitions)
    found = await _found(given, asked, org_id, telemetry, now)
    if not found.calls:
        raise Invalid(_nothing(found.record))
    wanted = wanted_of(len(found.calls), given.per_item, given.overlap)
    items = [
        Item(number=number, request_id=one, called_at=at, inclusion=chance, wanted=people, why=why)
        for number, ((one, at, chance, why), people) in enumerate(zip(found.calls, wanted, strict=True), 1)
    ]
    return QueueContent(
        name=given.name,
        description=given.description,
        instructions=given.instructions,
        scores=asked,
        draw=found.record,
        per_item=given.per_item,
        overlap=given.overlap,
    ), items


def check_words(**words: str) -> None:
    """Refuse a name that is none, or words that are too many.

    Raises:
        Invalid: saying which.
    """
    for what, text in words.items():
        if what == "name":
            checked_name(text, "queue's name")
        elif len(text) > MAX_WORDS:
            raise Invalid(f"{what}: at most {MAX_WORDS} characters.")


def _check(given: NewQueue) -> None:
    check_words(name=given.name, description=given.description, instructions=given.instructions)
    if not 1 <= given.per_item <= MAX_PER_ITEM:
        raise Invalid(f"per_item: is 1 to {MAX_PER_ITEM}.")
    if not 0 <= given.overlap <= 1:
        raise Invalid("overlap: is a share, from 0 to 1.")
    if given.seed is not None and not 0 <= given.seed < SEEDS:
        raise Invalid("seed: is a whole number from 0 to 2**53 - 1.")
    if given.how is HowDrawn.LISTED:
        _check_list(given)
    elif given.request_ids:
        raise Invalid('request_ids: are for how "listed" alone.')
    elif not 1 <= given.size <= MAX_SIZE:
        raise Invalid(f"size: is 1 to {MAX_SIZE}.")
    if given.by is not None and given.how is not HowDrawn.UNCERTAIN:
        raise Invalid('by: is for how "uncertain" alone.')
    _check_keepable(given)


def _check_list(given: NewQueue) -> None:
    if not 1 <= len(given.request_ids) <= MAX_SIZE:
        raise Invalid(f"request_ids: are 1 to {MAX_SIZE}.")
    for request_id in given.request_ids:
        checked_request_id(request_id)
    told = (given.start, given.end, given.judge)
    if any(one is not None for one in told) or given.filter not in ("all", {}):
        raise Invalid("start, end, filter, judge: a list of calls is not drawn, so there is nothing to draw from.")


def _check_keepable(given: NewQueue) -> None:
    try:
        msgspec.json.encode(given.filter)
    except (OverflowError, RecursionError):
        raise Invalid("filter: holds a number that is too large, or is nested too deeply.") from None


async def _asked_scores(
    names: Sequence[str], org_id: str, telemetry: Telemetry, definitions: Mapping[str, Definition]
) -> list[AskedScore]:
    """The scores to give, each of the kind that it is defined to be, or has been so far."""
    plain = list(dict.fromkeys(checked_name(_plain(name)) for name in names))
    if not 1 <= len(plain) <= MAX_SCORES:
        raise Invalid(f"scores: are 1 to {MAX_SCORES} names.")
    known: dict[str, set[ScoreKind]] = {}
    for one in await scores.names(telemetry, org_id):
        known.setdefault(one.name, set()).add(one.kind)
    kinds = [_kind_of(name, definitions.get(name), known.get(name, set())) for name in plain]
    return [AskedScore(name, kind, is_required(kind, kinds)) for name, kind in zip(plain, kinds, strict=True)]


def _plain(name: str) -> str:
    return name.removesuffix(BOOLEAN_SUFFIX) or name


def _kind_of(name: str, definition: Definition | None, seen: set[ScoreKind]) -> ScoreKind:
    if definition is not None:
        return definition.kind
    if len(seen) != 1:
        why = f"holds {' and '.join(sorted(seen))}" if seen else "is not defined and has no scores yet"
        raise Invalid(f"scores: {name!r} {why}; define it, so that its kind is known.")
    return next(iter(seen))


async def _found(
    given: NewQueue, asked: Sequence[AskedScore], org_id: str, telemetry: Telemetry, now: dt.datetime
) -> _Found:
    if given.how is HowDrawn.LISTED:
        return await _listed(given, org_id, telemetry)
    seed = secrets.randbelow(SEEDS) if given.seed is None else given.seed
    if given.how is HowDrawn.UNCERTAIN or given.judge is not None:
        question = await _judged(given, asked, seed, org_id, telemetry, now)
        if given.how is HowDrawn.UNCERTAIN:
            return await _uncertain(question, org_id, telemetry)
        record = _record(question, HowDrawn.UNIFORM)
        population: Population = JudgedCalls(judging_of(question, org_id, None))
        return await _evenly(population, record, telemetry)
    window = _window(given, now)
    record = DrawRecord(
        how=HowDrawn.UNIFORM,
        filter=given.filter,
        start=window.start.isoformat(),
        end=window.end.isoformat(),
        size=given.size,
        seed=seed,
    )
    required = tuple(one.name for one in asked if one.required)
    return await _evenly(Calls(org_id, read_filter(given.filter), window, required), record, telemetry)


async def _listed(given: NewQueue, org_id: str, telemetry: Telemetry) -> _Found:
    ids = list(dict.fromkeys(given.request_ids))
    known = await labels.newest(telemetry, org_id, ids)
    missing = [one for one in ids if one not in known]
    if missing:
        raise Invalid(f"request_ids: {len(missing)} have no call, {missing[0]!r} among them.")
    record = DrawRecord(how=HowDrawn.LISTED, size=len(ids), population=len(ids), warning=_UNKNOWN)
    return _Found([(one, known[one], None, "listed") for one in ids], record)


async def _evenly(population: Population, record: DrawRecord, telemetry: Telemetry) -> _Found:
    """A draw of every call alike, about as many as are asked for."""
    seen = await labels.size(telemetry, population)
    chance = min(1.0, record.size / seen.waiting) if seen.waiting else 1.0
    seed = fresh_seed(record.seed, seen.labelled)
    taken = dict(await labels.evenly(telemetry, population, chance, seed)) if seen.waiting else {}
    why = f"one of {seen.waiting}, by chance alone"
    warning = None
    if seen.labelled:
        warning = (
            f"{seen.labelled} calls of this time have labels already and were left out: this draw stands for the others"
        )
    record = msgspec.structs.replace(record, population=seen.waiting, left_out=seen.labelled, warning=warning)
    order = in_order_of_chance(taken, record.seed)
    return _Found([(one, taken[one], chance, why) for one in order], record)


async def _uncertain(question: LabelsQuery, org_id: str, telemetry: Telemetry) -> _Found:
    """A draw of more where the judge is expected to be off, as ``/v1/scores/labels/query`` plans it."""
    record = _record(question, HowDrawn.UNCERTAIN)
    in_window = (await labels.size(telemetry, JudgedCalls(judging_of(question, org_id, None)))).labelled
    question = msgspec.structs.replace(question, seed=fresh_seed(question.seed, in_window))
    draw = await drawn(question, org_id, telemetry)
    if draw is None:
        return _Found([], msgspec.structs.replace(record, warning=NOTHING_JUDGED))
    record = msgspec.structs.replace(
        record,
        population=draw.waiting,
        left_out=in_window,
        expected_half_width=draw.half_width,
        warning=warning_of(draw, in_window),
    )
    taken = {one.target_id: one for one in draw.drawn}
    cells = {(cell.stratum, cell.segment): cell for cell in draw.cells}
    calls = []
    for request_id in in_order_of_chance(taken, question.seed):
        one = taken[request_id]
        cell = cells[one.stratum, one.segment]
        segment = f", {question.by} {one.segment!r}" if question.by else ""
        why = f"the judge says {cell.low:.3g} to {cell.high:.3g}{segment}"
        calls.append((request_id, one.at, one.probability, why))
    return _Found(calls, record)


async def _judged(
    given: NewQueue, asked: Sequence[AskedScore], seed: int, org_id: str, telemetry: Telemetry, now: dt.datetime
) -> LabelsQuery:
    """The question about the judge, its defaults filled in.

    Raises:
        Invalid: it is not said which judge, or it gives no numbers.
    """
    judge = given.judge or RaterQuery()
    names = [one.name for one in asked]
    name = _plain(judge.name) or names[0]
    if not judge.name and len(names) > 1:
        raise Invalid("judge: say its name, since there are several scores.")
    if not (judge.sources or judge.authors):
        judge = RaterQuery(judge.name, (Source.MODEL,), ())
    question = LabelsQuery(
        name=name,
        start=given.start,
        end=given.end,
        filter=given.filter,
        judge=RaterQuery(name, judge.sources, judge.authors),
        human=RaterQuery(name if name in names else names[0], (Source.HUMAN,)),
        budget=given.size,
        by=given.by,
        seed=seed,
    )
    return await resolved_judged(question, org_id, telemetry, now)


def _record(question: LabelsQuery, how: HowDrawn) -> DrawRecord:
    return DrawRecord(
        how=how,
        filter=question.filter,
        start=question.start,
        end=question.end,
        size=question.budget,
        seed=question.seed,
        judge=question.judge,
        checked_by=question.human.name if question.human else None,
        by=question.by,
    )


def _window(given: NewQueue, now: dt.datetime) -> Window:
    end = now if given.end is None else read_time("end", given.end)
    try:
        start = end - DEFAULT_SPAN if given.start is None else read_time("start", given.start)
    except OverflowError:
        raise Invalid("end: too early.") from None
    if start >= end:
        raise Invalid("start: must be before end.")
    return Window(start, end)


def _nothing(record: DrawRecord) -> str:
    if record.population:
        return f"Chance took none of {record.population} calls: ask for more, or for another seed."
    why = record.warning or "no call of this time fits"
    return f"There is nothing to label: {why}."
