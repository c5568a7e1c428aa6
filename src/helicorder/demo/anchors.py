"""Anchors: frozen answers that the judge model judges again and again, to see whether it is the judge that moved."""

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import msgspec

from helicorder.demo import bodies
from helicorder.demo.judging import JUDGE, faithfulness
from helicorder.demo.phrases import PHRASES, SYSTEM

ANCHORS = 60
DAYS_AGO = (13, 10, 6, 3, 1)
PROPERTY = "anchor"


class Anchored(msgspec.Struct, frozen=True):
    """One anchor as it was judged once: the exchange that stands still, and the score."""

    request_id: str
    number: int
    wire: bodies.Wire
    at: dt.datetime
    score: dict[str, Any]


def judged(draw: random.Random, midnight: dt.datetime, harsher_days_ago: int) -> Iterator[Anchored]:
    """Every anchor of every run, oldest run first; the judge is harsher from some day on."""
    for days_ago in DAYS_AGO:
        for number in range(ANCHORS):
            at = midnight - dt.timedelta(days=days_ago) + dt.timedelta(hours=3, seconds=number)
            value = faithfulness(draw, harsher=days_ago <= harsher_days_ago)
            request_id = f"anchor-{number}-{days_ago}"
            score = {
                "request_id": request_id, "name": "faithfulness", "value": value, "source": "model", "author": JUDGE,
                "judged_at": (at + dt.timedelta(seconds=5)).isoformat(),
            }  # fmt: skip
            yield Anchored(request_id, number, _frozen(number), at, score)


def _frozen(number: int) -> bodies.Wire:
    """The same question and answer in every run."""
    phrase = PHRASES["en"][number % len(PHRASES["en"])]
    said = bodies.Said(
        model="gpt-4o-mini", system=SYSTEM.format(version="v9"), question=f"{phrase.question} (order {1000 + number})",
        answer=phrase.good, tokens=(190, 0, 60, 0),
    )  # fmt: skip
    return bodies.of(said)
