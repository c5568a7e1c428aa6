"""Queues of calls that people label: what is asked of them, what was drawn, and who gets which call next."""

import datetime as dt
import enum
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from helicorder.model.score import ScoreKind


class HowDrawn(enum.StrEnum):
    """How the calls of a queue were chosen: by chance alone, more where a judge is unsure, or by whoever asked."""

    UNIFORM = "uniform"
    UNCERTAIN = "uncertain"
    LISTED = "listed"


class ItemState(enum.StrEnum):
    """Where an item stands: without a judgement, with some, with all that it shall have, or without its call."""

    OPEN = "open"
    BEGUN = "begun"
    DONE = "done"
    GONE = "gone"


class AnnotatorState(enum.StrEnum):
    """Where one annotator stands with an item: did it, skipped it, or is at work on it."""

    DONE = "done"
    SKIPPED = "skipped"
    WORKING = "working"


class NothingLeft(enum.StrEnum):
    """Why there is no item to give: all is done, the annotator skipped what is left, or others are at work on it."""

    DONE = "done"
    SKIPPED = "skipped"
    HELD = "held"


class AskedScore(msgspec.Struct, frozen=True):
    """A score to give. Whoever gave every ``required`` one has done an item; words may be left out beside others."""

    name: str
    kind: ScoreKind
    required: bool


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A call to label.

    Attributes:
        number: its place in the queue, from 1, by chance: whoever stops early has labelled a sample of the sample.
        called_at: when the call was made.
        inclusion: the probability with which it was drawn; None: nobody drew it.
        wanted: how many people shall judge it. why: why it is here, in words.
    """

    number: int
    request_id: str
    called_at: dt.datetime
    inclusion: float | None
    wanted: int
    why: str


Numbers = Mapping[int, Collection[str]]
"""By the number of an item the annotators of whom something is true."""


class Standing(msgspec.Struct, frozen=True):
    """Who has done which items, who skipped which, and which are held for somebody who is at work on them."""

    done: Numbers
    skipped: Numbers
    held: Numbers

    def state_of(self, item: Item, present: Collection[int]) -> ItemState:
        """Where an item stands; ``present`` are the numbers of those whose call is kept."""
        judged = len(self.done.get(item.number, ()))
        if judged >= item.wanted:
            return ItemState.DONE
        if item.number not in present:
            return ItemState.GONE
        return ItemState.BEGUN if judged else ItemState.OPEN

    def is_open_to(self, item: Item, annotator: str) -> bool:
        """Whether it may be given to an annotator: not done or skipped by them, and too few others are on it."""
        number = item.number
        if annotator in self.done.get(number, ()) or annotator in self.skipped.get(number, ()):
            return False
        return len({*self.done.get(number, ()), *self.held.get(number, ())} - {annotator}) < item.wanted


def in_order_for(annotator: str, items: Sequence[Item], standing: Standing, queue_id: str) -> list[Item]:
    """What an annotator may be given, best first.

    First what is held for them already, so that asking twice gives the same. Then what several shall judge, so that
    agreement is known early, and of that what somebody else has begun. Else each annotator has an order of their own,
    so that two who begin together are hardly ever after the same item.
    """

    def rank(item: Item) -> tuple[bool, bool, bool, bytes]:
        others = {*standing.done.get(item.number, ()), *standing.held.get(item.number, ())} - {annotator}
        theirs = annotator in standing.held.get(item.number, ())
        own = hashlib.blake2b(f"{queue_id}\0{annotator}\0{item.number}".encode(), digest_size=8).digest()
        return not theirs, item.wanted == 1, not others, own

    return sorted((item for item in items if standing.is_open_to(item, annotator)), key=rank)


def fresh_seed(seed: int, labelled: int) -> int:
    """The seed of a draw from what is left once some have labels: the given one as long as none has.

    What an earlier draw of the same seed took is labelled by now, so the rest is no chance sample under that seed.
    """
    if not labelled:
        return seed
    return int.from_bytes(hashlib.blake2b(f"{seed} {labelled}".encode(), digest_size=6).digest())


def in_order_of_chance(request_ids: Iterable[str], seed: int) -> list[str]:
    """Ids in an order that a seed gives and that hangs on nothing else, not even on what drew them."""

    def place(request_id: str) -> bytes:
        return hashlib.blake2b(f"{seed}\0{request_id}".encode(), digest_size=16).digest()

    return sorted(request_ids, key=place)


def wanted_of(count: int, per_item: int, overlap: float) -> list[int]:
    """How many people shall judge each of ``count`` items: ``per_item`` for the first share ``overlap``, else one.

    The first ones are as good as any, since items stand in an order of chance. At least two are shared where any
    shall be: one thing alone shows no agreement.
    """
    shared = min(count, max(round(overlap * count), 2)) if per_item > 1 and overlap > 0 else 0
    return [per_item] * shared + [1] * (count - shared)


def is_required(kind: ScoreKind, kinds: Collection[ScoreKind]) -> bool:
    """Whether a score of this kind must be given beside the others: words only where nothing else is asked for."""
    words = {ScoreKind.TEXT, ScoreKind.CORRECTION}
    return kind not in words or set(kinds) <= words
