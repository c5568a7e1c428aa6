"""How far a queue has come, from what people have said of its calls; and how far they agree."""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from helicorder.control.queues import Marks, StoredQueue, numbers_of
from helicorder.model.findings import Measure, Scale
from helicorder.model.queue import AskedScore, Item, ItemState, Standing
from helicorder.model.score import ScoreKind
from helicorder.scoring import agreement, agreement_blocks
from helicorder.scoring.agreement_blocks import Blocks, Said
from helicorder.scoring.annotators import Pattern, krippendorff_alpha
from helicorder.telemetry.labels import Label
from helicorder.telemetry.raters import BLOCKS
from helicorder.wire.queues import AnnotatorPair, AnnotatorProgress, QueueProgress, ScoreAgreement

MOST_PAIRED = 5
"""Annotators of whom every two are compared."""
MOST_VALUES = 50


class Given(msgspec.Struct, frozen=True):
    """A queue with its items, what people have said of them, and which calls are there.

    Attributes:
        labels: by item's number and annotator, and by name.
        present: by number the cluster of each call that is there.
    """

    queue: StoredQueue
    items: list[Item]
    marks: Marks
    labels: dict[tuple[int, str], dict[str, Label]]
    present: dict[int, int]

    @classmethod
    def of(
        cls, queue: StoredQueue, items: list[Item], marks: Marks, found: Iterable[Label], clusters: Mapping[str, int]
    ) -> "Given":
        """From what the stores say of request ids, these items' among them."""
        numbers, names = numbers_of(items), {one.name for one in queue.content.scores}
        labels: dict[tuple[int, str], dict[str, Label]] = {}
        for one in found:
            if one.request_id in numbers and one.name in names:
                labels.setdefault((numbers[one.request_id], one.author), {})[one.name] = one
        present = {item.number: clusters[item.request_id] for item in items if item.request_id in clusters}
        return cls(queue, items, marks, labels, present)

    @property
    def done(self) -> dict[int, set[str]]:
        """By number who has judged an item: given every required score, with a probability where it was drawn with one.

        A label that somebody gave elsewhere, by hand, says nothing of how its call was come by. So it is asked for once
        more, and then says it.
        """
        required = {one.name for one in self.queue.content.scores if one.required}
        drawn = {item.number for item in self.items if item.inclusion is not None}
        found: dict[int, set[str]] = {}
        for (number, author), said in self.labels.items():
            counted = {name for name, label in said.items() if label.inclusion > 0 or number not in drawn}
            if author and required <= counted:
                found.setdefault(number, set()).add(author)
        return found

    @property
    def standing(self) -> Standing:
        """Where the items stand."""
        return self.marks.standing(self.done)


def progress_of(given: Given) -> QueueProgress:
    """How far the whole queue, and each annotator, has come."""
    standing = given.standing
    states = Counter(standing.state_of(item, given.present) for item in given.items)
    judged = {item.number: len(standing.done.get(item.number, ())) for item in given.items}
    skipped = sum(
        bool(standing.skipped.get(item.number)) and standing.state_of(item, given.present) is not ItemState.DONE
        for item in given.items
    )
    return QueueProgress(
        items=len(given.items),
        done=states[ItemState.DONE],
        begun=states[ItemState.BEGUN],
        skipped=skipped,
        gone=states[ItemState.GONE],
        left=states[ItemState.OPEN] + states[ItemState.BEGUN],
        judgements=sum(min(judged[item.number], item.wanted) for item in given.items),
        wanted=sum(item.wanted for item in given.items),
        annotators=[annotator_of(given, standing, name) for name in _annotators(standing)],
    )


def annotator_of(given: Given, standing: Standing, annotator: str) -> AnnotatorProgress:
    """How far one annotator has come."""
    return AnnotatorProgress(
        annotator=annotator,
        done=sum(annotator in people for people in standing.done.values()),
        skipped=sum(annotator in people for people in standing.skipped.values()),
        left=sum(item.number in given.present and standing.is_open_to(item, annotator) for item in given.items),
    )


def _annotators(standing: Standing) -> list[str]:
    parts = (standing.done, standing.skipped, standing.held)
    return sorted({name for part in parts for people in part.values() for name in people})


def agreement_of(given: Given) -> list[ScoreAgreement]:
    """How far annotators agree on each score that can be compared."""
    words = (ScoreKind.TEXT, ScoreKind.CORRECTION)
    return [_agreement(given, asked) for asked in given.queue.content.scores if asked.kind not in words]


class _Thing(msgspec.Struct, frozen=True):
    """An item that several judged: what each said, what it stands for, and the block of clusters that it is in.

    All are in block 0 and ``alike`` where they are independent and weigh the same (`telemetry.raters`).
    """

    said: dict[str, str]
    weight: float
    block: int
    alike: bool


def _agreement(given: Given, asked: AskedScore) -> ScoreAgreement:
    scale = Scale.INTERVAL if asked.kind is ScoreKind.NUMERIC else Scale.NOMINAL
    things = _things(given, asked)
    patterns = Counter((thing.block, tuple(sorted(thing.said.values())), thing.weight) for thing in things)
    alpha = krippendorff_alpha(
        [Pattern(said, n, block, n * weight) for (block, said, weight), n in sorted(patterns.items())], scale
    )
    return ScoreAgreement(name=asked.name, kind=asked.kind, scale=scale, alpha=alpha, pairs=_pairs(things))


def _things(given: Given, asked: AskedScore) -> list[_Thing]:
    """The items that two or more gave a score of its kind."""
    said: dict[int, dict[str, str]] = {}
    for (number, author), names in given.labels.items():
        label = names.get(asked.name)
        if label is not None and label.kind is asked.kind:
            said.setdefault(number, {})[author] = label.said
    several = {number: by for number, by in sorted(said.items()) if len(by) > 1}
    chances = {item.number: item.inclusion or 1.0 for item in given.items}
    clusters = {number: given.present.get(number, -number) for number in several}
    alike = len({chances[number] for number in several}) <= 1 and len(set(clusters.values())) == len(several)
    return [
        _Thing(by, 1 / chances[number], 0 if alike else clusters[number] % BLOCKS, alike)
        for number, by in several.items()
    ]


def _pairs(things: Sequence[_Thing]) -> list[AnnotatorPair]:
    counted = Counter(author for thing in things for author in thing.said)
    most = sorted(sorted(counted), key=lambda author: -counted[author])[:MOST_PAIRED]
    found = []
    for a, b in itertools.combinations(sorted(most), 2):
        both = [thing for thing in things if a in thing.said and b in thing.said]
        if both:
            observed, kappa = _of_two(both, a, b)
            found.append(AnnotatorPair(annotators=(a, b), n=len(both), observed=observed, kappa=kappa))
    return found


def _of_two(both: Sequence[_Thing], a: str, b: str) -> tuple[Measure, Measure]:
    if len({thing.said[who] for thing in both for who in (a, b)}) > MOST_VALUES:
        many = Measure(n=len(both), reason=f"more than {MOST_VALUES} different values")
        return many, many
    if both[0].alike:
        counts = Counter((thing.said[a], thing.said[b]) for thing in both)
        return agreement.observed(counts), agreement.kappa(counts)
    blocks = Blocks.of(Said(thing.block, thing.said[a], thing.said[b], 1, thing.weight) for thing in both)
    return agreement_blocks.observed(blocks), agreement_blocks.kappa(blocks)
