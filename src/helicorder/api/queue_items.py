"""The items of a queue: looked through, handed out one by one, labelled, skipped, taken back."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import delete, get, post
from litestar.params import JSONBody, PathParameter, QueryParameter

from helicorder.api.access import READ, WRITE
from helicorder.api.annotation import Annotation, FromAnnotation
from helicorder.api.queue_progress import Given
from helicorder.api.queue_views import annotator_of, items_of, nothing_for
from helicorder.api.queues import QueueId, given
from helicorder.api.score_input import MAX_REASON_LENGTH, score_of
from helicorder.api.score_records import next_version
from helicorder.control.queues import Skip, StoredQueue
from helicorder.errors import Conflict, Invalid, NotFound, Problem
from helicorder.model.definition import check
from helicorder.model.ids import has_control_character
from helicorder.model.queue import Item, ItemState
from helicorder.model.score import BOOLEAN_SUFFIX, Score, Source
from helicorder.telemetry import scores
from helicorder.wire.queues import ItemLabel, ItemSkip, LabelledItem, NextItem, QueueItem, QueueItems
from helicorder.wire.results import OK, Result
from helicorder.wire.scores import ScoreInput, Value

MAX_PAGE = 500
QUEUE = "queue"
"""Under this key a score's metadata names the queue that it was given in."""

Number = Annotated[int, PathParameter(description="The number of an item in its queue.")]
Cursor = Annotated[str | None, QueryParameter(description="The cursor of the page before.", pattern=r"^\d{1,9}$")]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE, description="How many at most.")]
Besides = Annotated[
    list[int] | None,
    QueryParameter(description="Numbers of items that the one who asks has before them.", max_items=100),
]
State = Annotated[ItemState | None, QueryParameter(name="state", description="Only items that stand so.")]


@get("/v1/queues/{queue_id:str}/items", opt=READ, operation_id="ListQueueItems", tags=["Queues"])
async def list_items(
    queue_id: QueueId,
    annotation: FromAnnotation,
    cursor: Cursor = None,
    limit: Limit = 100,
    only: State = None,
) -> Result[QueueItems]:
    """The items in the order of the queue, with who did, skipped or holds each, and what the one who asks has given."""
    found, author = await _given(annotation, queue_id), await annotation.author()
    standing, after = found.standing, int(cursor or 0)
    wanted = [
        item for item in found.items if item.number > after and only in (None, standing.state_of(item, found.present))
    ]
    page = wanted[:limit]
    more = str(page[-1].number) if len(wanted) > limit else None
    return Result(QueueItems(items_of(found, page, author), more))


@get("/v1/queues/{queue_id:str}/items/{item:int}", opt=READ, operation_id="GetQueueItem", tags=["Queues"])
async def get_item(queue_id: QueueId, item: Number, annotation: FromAnnotation) -> Result[QueueItem]:
    """One item, as a list of them shows it."""
    found = await _given(annotation, queue_id)
    wanted = [one for one in found.items if one.number == item]
    if not wanted:
        raise NotFound("There is no such item.")
    [shown] = items_of(found, wanted, await annotation.author())
    return Result(shown)


@post("/v1/queues/{queue_id:str}/next", status_code=200, opt=WRITE, operation_id="NextQueueItem", tags=["Queues"])
async def next_item(queue_id: QueueId, annotation: FromAnnotation, besides: Besides = None) -> Result[NextItem]:
    """The item to label next, held for the one who asks for 15 minutes; asking again gives the same one.

    Nobody else is given an item that needs no more judgements than are given or under way. A label that comes after
    the 15 minutes counts all the same. ``besides`` the items named, so that one is at hand while another is labelled.
    """
    before = frozenset(besides or ())
    found, author = await _given(annotation, queue_id), await annotation.author()
    _refuse_archived(found.queue)
    there = [item for item in found.items if item.number in found.present and item.number not in before]
    held = await annotation.queues.hold(queue_id, author, there, found.done, dt.datetime.now(dt.UTC))
    if held is None:
        return Result(nothing_for(found, author, before))
    marks = msgspec.structs.replace(found.marks, holds=[*found.marks.holds, (held.item.number, author)])
    found = msgspec.structs.replace(found, marks=marks)
    [shown] = items_of(found, [held.item], author)
    progress = annotator_of(found, found.standing, author)
    return Result(NextItem(item=shown, held_until=held.until, reason=None, progress=progress))


@post(
    "/v1/queues/{queue_id:str}/items/{item:int}/label",
    status_code=200,
    opt=WRITE,
    operation_id="LabelQueueItem",
    tags=["Queues"],
)
async def label_item(
    queue_id: QueueId, item: Number, data: JSONBody[ItemLabel], annotation: FromAnnotation
) -> Result[LabelledItem]:
    """Give an item its scores, as scores of source ``human`` that carry its probability; durable when this answers.

    Labelled again by the same annotator, the newer label counts.
    """
    context = annotation.context
    try:
        rows = await _scores(annotation, queue_id, item, data)
    except Problem:
        return await context.told_again(Result[LabelledItem])
    return await context.commit_once(rows, Result(_labelled(item, rows)))


@delete(
    "/v1/queues/{queue_id:str}/items/{item:int}/label",
    status_code=200,
    opt=WRITE,
    operation_id="UnlabelQueueItem",
    tags=["Queues"],
)
async def unlabel_item(queue_id: QueueId, item: Number, annotation: FromAnnotation) -> Result[LabelledItem]:
    """Take one's own label of an item back: the scores that it brought are deleted, their versions kept."""
    context = annotation.context
    try:
        rows = await _taken_back(annotation, queue_id, item)
    except Problem:
        return await context.told_again(Result[LabelledItem])
    return await context.commit_once(rows, Result(_labelled(item, rows)))


@post(
    "/v1/queues/{queue_id:str}/items/{item:int}/skip",
    status_code=200,
    opt=WRITE,
    operation_id="SkipQueueItem",
    tags=["Queues"],
)
async def skip_item(
    queue_id: QueueId, item: Number, data: JSONBody[ItemSkip], annotation: FromAnnotation
) -> Result[None]:
    """Be given an item no more; others still are."""
    if len(data.reason) > MAX_REASON_LENGTH or has_control_character(data.reason):
        raise Invalid(f"reason: at most {MAX_REASON_LENGTH} characters, none of them control characters.")
    _refuse_archived(await annotation.queues.one(annotation.org_id, queue_id))
    await annotation.queues.skip(annotation.org_id, queue_id, Skip(item, await annotation.author(), data.reason))
    return OK


@delete(
    "/v1/queues/{queue_id:str}/items/{item:int}/skip",
    status_code=200,
    opt=WRITE,
    operation_id="UnskipQueueItem",
    tags=["Queues"],
)
async def unskip_item(queue_id: QueueId, item: Number, annotation: FromAnnotation) -> Result[None]:
    """Take one's own skip back; without one nothing changes."""
    await annotation.queues.unskip(annotation.org_id, queue_id, item, await annotation.author())
    return OK


async def _given(annotation: Annotation, queue_id: str) -> Given:
    [found] = await given(annotation, [await annotation.queues.one(annotation.org_id, queue_id)])
    return found


def _refuse_archived(queue: StoredQueue) -> None:
    if queue.archived_at is not None:
        raise Conflict("This queue is archived: take it back to go on with it.")


async def _scores(annotation: Annotation, queue_id: str, number: int, data: ItemLabel) -> list[Score]:
    """The scores that a label is made of.

    Raises:
        NotFound: no such queue or item.
        Conflict: the queue is archived.
        Invalid: a score is missing, unknown, or has a value that cannot be kept or that its definition refuses.
    """
    context = annotation.context
    queue = await annotation.queues.one(annotation.org_id, queue_id)
    _refuse_archived(queue)
    item = await annotation.queues.item(annotation.org_id, queue_id, number)
    values = {name.removesuffix(BOOLEAN_SUFFIX): value for name, value in data.scores.items()}
    _check_names(queue, values)
    author, now = await annotation.author(), dt.datetime.now(dt.UTC)
    rows = []
    for asked in queue.content.scores:
        if asked.name in values:
            told = _input(queue_id, item, asked.name, values[asked.name])
            told = msgspec.structs.replace(told, kind=asked.kind, author=author, comment=data.comment)
            try:
                rows.append(score_of(told, context.principal, now))
            except Invalid as problem:
                raise Invalid(f"scores[{asked.name!r}]: {problem.message}") from None
    check(await context.definitions(), *rows)
    return rows


def _input(queue_id: str, item: Item, name: str, value: Value) -> ScoreInput:
    return ScoreInput(
        name=name,
        value=value,
        request_id=item.request_id,
        source=Source.HUMAN,
        inclusion=item.inclusion,
        metadata={QUEUE: queue_id},
    )


def _check_names(queue: StoredQueue, values: Mapping[str, object]) -> None:
    asked = {one.name: one for one in queue.content.scores}
    unknown = [name for name in values if name not in asked]
    if unknown:
        raise Invalid(f"scores: {unknown[0]!r} is none of this queue's, which are {', '.join(asked)}.")
    missing = [name for name, one in asked.items() if one.required and name not in values]
    if missing:
        raise Invalid(f"scores: {', '.join(map(repr, missing))} must be given, too; skip what cannot be judged.")


async def _taken_back(annotation: Annotation, queue_id: str, number: int) -> list[Score]:
    """Tombstones of the scores that the one who asks gave an item in this queue.

    Raises:
        NotFound: no such queue or item, or nothing to take back.
    """
    context, org_id = annotation.context, annotation.org_id
    item = await annotation.queues.item(org_id, queue_id, number)
    author, telemetry = await annotation.author(), await context.reading()
    found = (await scores.of_requests(telemetry, org_id, [item.request_id])).get(item.request_id, [])
    own = [
        one
        for one in found
        if one.source is Source.HUMAN and one.author == author and one.metadata.get(QUEUE) == queue_id
    ]
    if not own:
        raise NotFound("This queue has no label of yours on this item.")
    return [next_version(one, context.principal, "taken back in its queue", deleted=True) for one in own]


def _labelled(number: int, rows: list[Score]) -> LabelledItem:
    return LabelledItem(number, {row.name: row.score_id for row in rows})


HANDLERS: list[Any] = [list_items, get_item, next_item, label_item, unlabel_item, skip_item, unskip_item]
