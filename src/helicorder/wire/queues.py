"""Queues of calls to label: how one is drawn, what annotators are given and give back, how far they have come."""

import datetime as dt
from typing import Any

import msgspec

from helicorder.model.definition import Definition
from helicorder.model.findings import Measure, Scale
from helicorder.model.queue import AnnotatorState, HowDrawn, ItemState, NothingLeft
from helicorder.model.score import ScoreKind
from helicorder.wire.questions import JudgeQuery, RaterQuery
from helicorder.wire.scores import Value


class NewQueue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A queue to be: about ``size`` calls of a time, drawn with probabilities that are kept, to label with ``scores``.

    ``scores`` are names that are defined, or have scores of one kind. ``how`` draws: ``uniform``, every call alike;
    ``uncertain``, in proportion to how far off ``judge`` is expected to be, ``by`` a dimension where it errs otherwise;
    ``listed`` takes ``request_ids`` as they are, whose probabilities nobody knows. With a ``judge``, whose sources are
    ``model`` where neither sources nor authors are given, only what it judged is drawn; it is checked by the score of
    its own name, else by the first. Calls that people have labelled already are left out.

    ``per_item`` people, 1 to 5, shall judge each of the share ``overlap`` of the items, so that it is seen how far they
    agree, and one person the others. The same ``seed`` draws the same calls as long as the same are labelled, and
    others of the rest once more are; one is made where none is given.
    """

    name: str
    scores: list[str]
    how: HowDrawn = HowDrawn.UNIFORM
    filter: Any = "all"
    start: str | None = None
    end: str | None = None
    size: int = 50
    request_ids: list[str] = []
    judge: RaterQuery | None = None
    by: str | None = None
    per_item: int = 1
    overlap: float = 1.0
    seed: int | None = None
    description: str = ""
    instructions: str = ""


class QueueChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change; what is not given stays. An ``archived`` queue hands nothing out and takes nothing."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType = msgspec.UNSET
    instructions: str | msgspec.UnsetType = msgspec.UNSET
    archived: bool | msgspec.UnsetType = msgspec.UNSET


class DrawRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How a queue was drawn: all that it takes to draw it again, and what it stands for.

    ``start``, ``end`` and ``filter`` say of which calls; null and "all" for listed ones. ``population`` calls could
    have been drawn; ``left_out`` more were not, because people have labelled them already. ``judge`` is checked by the
    score ``checked_by``. ``warning`` says what the labels will not bear.
    """

    how: HowDrawn
    filter: Any = "all"
    start: str | None = None
    end: str | None = None
    size: int = 0
    seed: int = 0
    judge: RaterQuery | None = None
    checked_by: str | None = None
    by: str | None = None
    population: int = 0
    left_out: int = 0
    expected_half_width: float | None = None
    warning: str | None = None


class QueueScore(msgspec.Struct, frozen=True, kw_only=True):
    """A score to give, with what the organisation says it means; words are not ``required`` beside other scores."""

    name: str
    kind: ScoreKind
    required: bool
    definition: Definition | None


class AnnotatorProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far one annotator has come: items they did and skipped, and how many they could still be given."""

    annotator: str
    done: int
    skipped: int
    left: int


class QueueProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a queue has come.

    Of its ``items`` are ``done``: judged by as many as shall; ``begun``: by some; ``gone``: not done, and the call is
    no longer kept; ``left`` the rest and those begun. ``skipped`` somebody skipped, and they are not done.
    ``judgements`` count towards the ``wanted`` ones.
    """

    items: int
    done: int
    begun: int
    skipped: int
    gone: int
    left: int
    judgements: int
    wanted: int
    annotators: list[AnnotatorProgress]


class AnnotatorPair(msgspec.Struct, frozen=True, kw_only=True):
    """How far two annotators agree on the ``n`` items that both judged."""

    annotators: tuple[str, str]
    n: int
    observed: Measure
    kappa: Measure


class ScoreAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """How far annotators agree on one score, over the items that two or more judged.

    ``alpha`` is Krippendorff's, of all of them, on ``scale``; its ``n`` items are weighed by the inverse of their
    probabilities. ``pairs`` are of those who judged most.
    """

    name: str
    kind: ScoreKind
    scale: Scale
    alpha: Measure
    pairs: list[AnnotatorPair]


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """A queue and how far it has come. ``created_by`` is the author name of who made it."""

    id: str
    name: str
    description: str
    instructions: str
    scores: list[QueueScore]
    draw: DrawRecord
    per_item: int
    overlap: float
    created_at: dt.datetime
    created_by: str
    archived_at: dt.datetime | None
    progress: QueueProgress


class QueueDetail(Queue, frozen=True, kw_only=True):
    """A queue with how far its annotators agree so far, score by score.

    ``correction`` is the body to send to ``/v1/scores/judge/query`` for the judge's mean, raw and corrected by these
    labels; null where no judge was named.
    """

    agreement: list[ScoreAgreement]
    correction: JudgeQuery | None


class ItemAnnotator(msgspec.Struct, frozen=True, kw_only=True):
    """Where one annotator stands with an item: ``done``, ``skipped`` with a ``reason``, or ``working`` on it."""

    annotator: str
    state: AnnotatorState
    reason: str = ""


class QueueItem(msgspec.Struct, frozen=True, kw_only=True):
    """A call to label; ``item`` is its number in the queue, and its place in paths.

    ``inclusion`` is the probability with which it was drawn, null where nobody drew it. ``wanted`` people shall judge
    it. ``mine`` is what the one who asks has given so far; what others gave is not told, so that it does not sway.
    """

    item: int
    request_id: str
    called_at: dt.datetime
    inclusion: float | None
    wanted: int
    why: str
    state: ItemState
    annotators: list[ItemAnnotator]
    mine: dict[str, float | bool | str]


class QueueItems(msgspec.Struct, frozen=True):
    """Items in the order of the queue; ``cursor`` asks for the next page and is null on the last one."""

    items: list[QueueItem]
    cursor: str | None


class NextItem(msgspec.Struct, frozen=True, kw_only=True):
    """What to label next, held for the one who asks until ``held_until``; asking again gives the same, held anew.

    Where ``item`` is null, ``reason`` says why: all is ``done``; they ``skipped`` what is left; or others ``held`` it.
    """

    item: QueueItem | None
    held_until: dt.datetime | None
    reason: NothingLeft | None
    progress: AnnotatorProgress


class ItemLabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A judgement of an item: a value for each score of the queue, and a ``comment`` that is kept with each of them."""

    scores: dict[str, Value]
    comment: str = ""


class LabelledItem(msgspec.Struct, frozen=True):
    """What was stored: the id of each score, by its name."""

    item: int
    scores: dict[str, str]


class ItemSkip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an item is skipped."""

    reason: str = ""
