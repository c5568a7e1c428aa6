"""Queues and their items as they are shown."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from helicorder.api.queue_progress import Given, agreement_of, annotator_of, progress_of
from helicorder.api.score_records import shown_value
from helicorder.control.queues import StoredQueue
from helicorder.model.definition import Definition
from helicorder.model.queue import AnnotatorState, Item, ItemState, NothingLeft, Standing
from helicorder.model.score import Source
from helicorder.wire.questions import JudgeQuery, RaterQuery
from helicorder.wire.queues import ItemAnnotator, NextItem, Queue, QueueDetail, QueueItem, QueueScore

__all__ = ["annotator_of", "detail_of", "items_of", "queue_of"]


def queue_of(given: Given, definitions: Mapping[str, Definition]) -> Queue:
    """A queue and how far it has come."""
    return Queue(**_fields(given, definitions))


def detail_of(given: Given, definitions: Mapping[str, Definition]) -> QueueDetail:
    """A queue, how far it has come and how far its annotators agree."""
    return QueueDetail(
        **_fields(given, definitions), agreement=agreement_of(given), correction=correction_of(given.queue)
    )


def _fields(given: Given, definitions: Mapping[str, Definition]) -> dict[str, Any]:
    queue, content = given.queue, given.queue.content
    return {
        "id": queue.id,
        "name": content.name,
        "description": content.description,
        "instructions": content.instructions,
        "scores": [
            QueueScore(name=one.name, kind=one.kind, required=one.required, definition=definitions.get(one.name))
            for one in content.scores
        ],
        "draw": content.draw,
        "per_item": content.per_item,
        "overlap": content.overlap,
        "created_at": queue.created_at,
        "created_by": queue.created_by,
        "archived_at": queue.archived_at,
        "progress": progress_of(given),
    }


def correction_of(queue: StoredQueue) -> JudgeQuery | None:
    """The question that corrects the queue's judge by its labels; None where there is no judge."""
    draw = queue.content.draw
    if draw.judge is None or draw.checked_by is None:
        return None
    return JudgeQuery(
        name=draw.judge.name,
        start=draw.start,
        end=draw.end,
        filter=draw.filter,
        judge=draw.judge,
        human=RaterQuery(draw.checked_by, (Source.HUMAN,)),
    )


def items_of(given: Given, wanted: Iterable[Item], annotator: str) -> list[QueueItem]:
    """Items as one annotator is shown them."""
    standing = given.standing
    return [_item(given, standing, item, annotator) for item in wanted]


def _item(given: Given, standing: Standing, item: Item, annotator: str) -> QueueItem:
    own = given.labels.get((item.number, annotator), {})
    return QueueItem(
        item=item.number,
        request_id=item.request_id,
        called_at=item.called_at,
        inclusion=item.inclusion,
        wanted=item.wanted,
        why=item.why,
        state=standing.state_of(item, given.present),
        annotators=_annotators(given, standing, item),
        mine={name: shown_value(one.kind, one.value, one.label, one.text) for name, one in sorted(own.items())},
    )


def _annotators(given: Given, standing: Standing, item: Item) -> list[ItemAnnotator]:
    reasons = {skip.annotator: skip.reason for skip in given.marks.skips if skip.number == item.number}
    states = dict.fromkeys(standing.held.get(item.number, ()), AnnotatorState.WORKING)
    states |= dict.fromkeys(reasons, AnnotatorState.SKIPPED)
    states |= dict.fromkeys(standing.done.get(item.number, ()), AnnotatorState.DONE)
    return [
        ItemAnnotator(annotator=name, state=state, reason=reasons.get(name, ""))
        for name, state in sorted(states.items())
    ]


def _why_nothing(given: Given, annotator: str, besides: Collection[int]) -> NothingLeft:
    standing = given.standing
    waiting = (ItemState.OPEN, ItemState.BEGUN)
    offered = [item for item in given.items if item.number not in besides]
    left = [item for item in offered if standing.state_of(item, given.present) in waiting]
    if any(annotator in standing.skipped.get(item.number, ()) for item in left):
        return NothingLeft.SKIPPED
    others = [item for item in left if annotator not in standing.done.get(item.number, ())]
    return NothingLeft.HELD if others else NothingLeft.DONE


def nothing_for(given: Given, annotator: str, besides: Collection[int]) -> NextItem:
    """What an annotator is told for whom there is no item besides those that they have already."""
    return NextItem(
        item=None,
        held_until=None,
        reason=_why_nothing(given, annotator, besides),
        progress=annotator_of(given, given.standing, annotator),
    )
