"""Queues of calls to label: drawn with probabilities that are kept, listed with their progress, changed, deleted."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, post
from litestar.params import JSONBody, PathParameter, QueryParameter

from helicorder.api.access import READ, WRITE
from helicorder.api.annotation import Annotation, FromAnnotation
from helicorder.api.queue_draws import check_words, content_of
from helicorder.api.queue_progress import Given
from helicorder.api.queue_views import detail_of, queue_of
from helicorder.control.queues import StoredQueue
from helicorder.errors import Invalid
from helicorder.telemetry import labels
from helicorder.wire.queues import NewQueue, Queue, QueueChange, QueueDetail
from helicorder.wire.results import OK, Result

QueueId = Annotated[str, PathParameter(description="The id of a queue.")]
Archived = Annotated[bool, QueryParameter(description="With those that are archived.")]


async def given(annotation: Annotation, queues: Sequence[StoredQueue]) -> list[Given]:
    """Queues with their items and what people have said of them, read for all of them at once."""
    telemetry, org_id = await annotation.context.reading(), annotation.org_id
    kept = annotation.queues
    items = [await kept.items(org_id, queue.id) for queue in queues]
    names = {score.name for queue in queues for score in queue.content.scores}
    calls_at = {(item.request_id, item.called_at) for some in items for item in some}
    found, clusters = await labels.standing(telemetry, org_id, names, sorted(calls_at))
    return [
        Given.of(queue, some, await kept.marks(org_id, queue.id), found, clusters)
        for queue, some in zip(queues, items, strict=True)
    ]


@post("/v1/queues", status_code=200, opt=WRITE, operation_id="CreateQueue", tags=["Queues"])
async def create_queue(data: JSONBody[NewQueue], annotation: FromAnnotation) -> Result[QueueDetail]:
    """Draw calls to label. Each keeps the probability with which it was drawn, and hands it on to its labels."""
    context = annotation.context
    told = await context.told_before(Result[QueueDetail])
    if told is not None:
        return told
    telemetry, definitions = await context.reading(), await context.definitions()
    content, items = await content_of(data, annotation.org_id, telemetry, definitions, dt.datetime.now(dt.UTC))
    queue = await annotation.queues.create(annotation.org_id, content, items, await annotation.author())
    return await context.commit_once([], Result(await _detail(annotation, queue)))


@get("/v1/queues", opt=READ, operation_id="ListQueues", tags=["Queues"])
async def list_queues(annotation: FromAnnotation, archived: Archived = False) -> Result[list[Queue]]:  # noqa: FBT002 -- a query parameter
    """The queues and how far each has come, the newest first."""
    found = await given(annotation, await annotation.queues.of(annotation.org_id, archived=archived))
    definitions = await annotation.context.definitions()
    return Result([queue_of(one, definitions) for one in found])


@get("/v1/queues/{queue_id:str}", opt=READ, operation_id="GetQueue", tags=["Queues"])
async def get_queue(queue_id: QueueId, annotation: FromAnnotation) -> Result[QueueDetail]:
    """A queue: how it was drawn, how far each annotator has come, how far they agree, and how to correct its judge."""
    return Result(await _detail(annotation, await annotation.queues.one(annotation.org_id, queue_id)))


@patch("/v1/queues/{queue_id:str}", opt=WRITE, operation_id="ChangeQueue", tags=["Queues"])
async def change_queue(
    queue_id: QueueId, data: JSONBody[QueueChange], annotation: FromAnnotation
) -> Result[QueueDetail]:
    """Give a queue another name, description or instructions; archive it, or take it back."""
    words = {
        name: text
        for name in ("name", "description", "instructions")
        for text in (getattr(data, name),)
        if text is not msgspec.UNSET
    }
    archived = None if data.archived is msgspec.UNSET else data.archived
    if not words and archived is None:
        raise Invalid("Say name, description, instructions or archived.")
    check_words(**words)
    queue = await annotation.queues.change(annotation.org_id, queue_id, words, archived=archived)
    return Result(await _detail(annotation, queue))


@delete("/v1/queues/{queue_id:str}", status_code=200, opt=WRITE, operation_id="DeleteQueue", tags=["Queues"])
async def delete_queue(queue_id: QueueId, annotation: FromAnnotation) -> Result[None]:
    """Delete a queue: its items and skips go with it, the scores that it brought stay."""
    await annotation.queues.delete(annotation.org_id, queue_id)
    return OK


async def _detail(annotation: Annotation, queue: StoredQueue) -> QueueDetail:
    [found] = await given(annotation, [queue])
    return detail_of(found, await annotation.context.definitions())


HANDLERS: list[Any] = [create_queue, list_queues, get_queue, change_queue, delete_queue]
