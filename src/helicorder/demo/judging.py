"""What is said of the demo's answers: by a rubric, a judge model, people, and the customers.

The judge passes too many answers that are wrong. People read some of them, drawn with probabilities that are known:
more of what the judge fails. Two of them read all that was drawn, a third a part of it, and she is lenient.
"""

import datetime as dt
import random
from typing import Any

from helicorder.demo.phrases import TOPICS, Phrase

JUDGE, ROUTER, RUBRIC = "judge-small", "router", "rubric"
ANNOTATORS = ("ana", "ben")
LENIENT = "carla"
LABELLED = {True: 0.15, False: 0.5}
"""The probability with which an answer was drawn to be read by people, by what the judge said of it."""

# How helpful an answer is on average, and how likely it is correct: v12 is worse in French, and nowhere else.
_HELPFULNESS = {("v12", "fr"): 0.56}
_CORRECT = {("v12", "fr"): 0.45}
_USUAL_HELPFULNESS, _USUAL_CORRECT = 0.82, 0.88
# The judge passes a correct answer, and a wrong one, with these probabilities. People hardly err.
_JUDGE_PASSES = {True: 0.97, False: 0.60}
_PERSON_ERRS, _READ_BY_LENIENT, _LENIENCY = 0.02, 0.7, 0.8
_COMMENTED, _CORRECTED, _NOTED, _RATED = 0.5, 0.3, 0.06, 0.12
_FAITHFUL, _HARSHER = 0.84, 0.09
"""The judge model was changed by its provider on some day, and has been harsher since, on whatever it judges."""

DEFINITIONS: dict[str, dict[str, Any]] = {
    "helpfulness": {"kind": "numeric", "minimum": 0, "maximum": 1, "description": "By a rubric, of every answer."},
    "correct": {"kind": "boolean", "description": "Whether the answer is right: a judge model's and people's word."},
    "faithfulness": {"kind": "numeric", "minimum": 0, "maximum": 1, "description": "A judge model's, of every answer."},
    "tone": {"kind": "numeric", "minimum": 1, "maximum": 5, "description": "1 rude to 5 kind, by people."},
    "topic": {"kind": "categorical", "categories": list(TOPICS), "direction": "neither"},
    "effort": {"kind": "numeric", "direction": "lower", "description": "Turns that a customer needed."},
}

Scored = dict[str, Any]


def is_correct(draw: random.Random, version: str, language: str) -> bool:
    """Whether an answer is right."""
    return draw.random() < _CORRECT.get((version, language), _USUAL_CORRECT)


def faithfulness(draw: random.Random, *, harsher: bool) -> float:
    """What the judge model says of how far an answer keeps to the help pages."""
    return round(min(1.0, max(0.0, draw.gauss(_FAITHFUL - _HARSHER * harsher, 0.08))), 3)


class Judging:
    """Judges the answers of one session, each as of a moment that has not yet come."""

    def __init__(self, draw: random.Random, now: dt.datetime, version: str, language: str, *, harsher: bool) -> None:
        self._draw, self._now, self._version, self._language, self._harsher = draw, now, version, language, harsher

    def of_answer(self, request_id: str, at: dt.datetime, phrase: Phrase, *, correct: bool) -> list[Scored]:
        """What all say of one answer."""
        draw = self._draw
        helpful = min(
            1.0, max(0.0, draw.gauss(_HELPFULNESS.get((self._version, self._language), _USUAL_HELPFULNESS), 0.12))
        )
        passes = draw.random() < _JUDGE_PASSES[correct]
        said: Scored = {"request_id": request_id, "judged_at": self._later(at, dt.timedelta(seconds=30))}
        by_judge = said | {"source": "model", "author": JUDGE}
        scores = [
            said | {"name": "helpfulness", "value": round(helpful, 3), "source": "code", "author": RUBRIC},
            by_judge | {"name": "correct", "value": passes},
            by_judge | {"name": "faithfulness", "value": faithfulness(draw, harsher=self._harsher)},
            said | {"name": "topic", "value": phrase.topic, "source": "model", "author": ROUTER},
        ]
        if draw.random() < LABELLED[passes]:
            scores += self._people(request_id, at, phrase, correct=correct, inclusion=LABELLED[passes])
        if draw.random() < _RATED:
            rating = {"name": "helicone-score-feedback", "value": helpful > 0.7, "source": "end_user"}  # noqa: PLR2004 -- a taste
            scores.append(said | rating)
        return scores

    def of_session(self, session_id: str, at: dt.datetime, turns: int) -> list[Scored]:
        """What is said of the session as a whole."""
        said: Scored = {
            "session_id": session_id,
            "judged_at": self._later(at, dt.timedelta(minutes=5)),
            "source": "code",
        }
        return [said | {"name": "effort", "value": turns, "author": RUBRIC}]

    def _people(
        self, request_id: str, at: dt.datetime, phrase: Phrase, *, correct: bool, inclusion: float
    ) -> list[Scored]:
        draw, kind = self._draw, self._draw.gauss(3.8 if correct else 3.0, 0.8)
        hours = dt.timedelta(hours=draw.uniform(1, 20))
        said: Scored = {"request_id": request_id, "judged_at": self._later(at, hours), "source": "human"}
        drawn: Scored = said | {"inclusion": inclusion}
        scores = []
        for author in ANNOTATORS:
            label = correct if draw.random() >= _PERSON_ERRS else not correct
            comment = "" if label or draw.random() > _COMMENTED else "Does not answer the question."
            scores.append(drawn | {"name": "correct", "value": label, "author": author, "comment": comment})
            scores.append(drawn | {"name": "tone", "value": graded(draw, kind), "author": author})
        if draw.random() < _READ_BY_LENIENT:
            hers = {"name": "tone", "value": graded(draw, kind + _LENIENCY), "author": LENIENT}
            scores.append(said | hers | {"inclusion": round(inclusion * _READ_BY_LENIENT, 6)})
        if not correct and draw.random() < _CORRECTED:
            correction = {"name": "should-be", "kind": "correction", "value": phrase.good, "author": ANNOTATORS[0]}
            scores.append(said | correction)
        if draw.random() < _NOTED:
            note = {"name": "note", "kind": "text", "value": "Ask again which order is meant.", "author": ANNOTATORS[1]}
            scores.append(said | note)
        return scores

    def _later(self, at: dt.datetime, delay: dt.timedelta) -> str:
        return min(at + delay, self._now).isoformat()


def graded(draw: random.Random, kind: float) -> int:
    """Somebody's grade, 1 to 5, of an answer that is so kind."""
    return min(5, max(1, round(kind + draw.gauss(0, 0.5))))
