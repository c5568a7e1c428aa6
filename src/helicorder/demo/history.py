"""The two weeks before the demo: logged calls of a support assistant, with two faults to be found.

On one day the prompt went from v11 to v12, which answers worse in French, and from then on more of the traffic is
French. A small judge model says of each answer whether it is correct, and passes too many that are not; people have
labelled some answers, drawn with a known probability.
"""

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import msgspec

DAYS = 14
CALLS_A_DAY = 120
NEW_PROMPT_DAYS_AGO = 5
LABELLED = 0.2
"""The probability with which an answer was drawn to be labelled by a person."""

JUDGE = "judge-small"
ANNOTATORS = ("ana", "ben")
_SEED = 20261124
_CALLS_PER_SESSION = 3
_FRENCH_SHARE = {"v11": 0.3, "v12": 0.4}
# How helpful an answer is on average, and how likely it is correct, by prompt version and language.
_HELPFULNESS = {("v11", "en"): 0.82, ("v11", "fr"): 0.80, ("v12", "en"): 0.82, ("v12", "fr"): 0.56}
_CORRECT = {("v11", "en"): 0.88, ("v11", "fr"): 0.86, ("v12", "en"): 0.88, ("v12", "fr"): 0.50}
# The judge passes a correct answer, and a wrong one, with these probabilities. People hardly err.
_JUDGE_PASSES = {True: 0.97, False: 0.60}
_PERSON_ERRS = 0.02
_MODELS = ("gpt-4o-mini", "gpt-4o")
_QUESTIONS = {
    "en": ("Where is my order?", "How do I reset my password?", "Can I return a used item?"),
    "fr": ("Où est ma commande ?", "Comment changer mon mot de passe ?", "Livrez-vous en Norvège ?"),
}


class Logged(msgspec.Struct, frozen=True):
    """One past call: the body of its log call, and its scores as ``POST /v1/scores/batch`` takes them."""

    log: dict[str, Any]
    scores: list[dict[str, Any]]


def logged(now: dt.datetime, seed: int = _SEED) -> Iterator[Logged]:
    """The calls of the DAYS days before now, oldest first; the same ones for the same seed and time."""
    draw = random.Random(seed)  # noqa: S311 -- demo data, not a secret
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(DAYS, 0, -1):
        for number in range(CALLS_A_DAY):
            at = midnight - dt.timedelta(days=day) + dt.timedelta(days=1) * (number / CALLS_A_DAY)
            yield _logged(draw, at, day * CALLS_A_DAY + number, "v12" if day <= NEW_PROMPT_DAYS_AGO else "v11")


def _logged(draw: random.Random, at: dt.datetime, number: int, version: str) -> Logged:
    language = "fr" if draw.random() < _FRENCH_SHARE[version] else "en"
    request_id = f"history-{number}"
    return Logged(_log(draw, at, number, version, language), _scores(draw, at, request_id, version, language))


def _log(draw: random.Random, at: dt.datetime, number: int, version: str, language: str) -> dict[str, Any]:
    question, model = draw.choice(_QUESTIONS[language]), draw.choice(_MODELS)
    answer = f"({version}) {question}"
    system = f"You are a support assistant, prompt {version}."
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    tokens = {"prompt_tokens": draw.randint(180, 260), "completion_tokens": draw.randint(40, 120)}
    choice = {"index": 0, "message": {"role": "assistant", "content": answer}, "finish_reason": "stop"}
    return {
        "providerRequest": {
            "url": "https://api.openai.com/v1/chat/completions",
            "json": {"model": model, "messages": messages},
            "meta": {
                "Helicone-Request-Id": f"history-{number}",
                "Helicone-User-Id": f"user-{draw.randrange(40)}",
                "Helicone-Session-Id": f"session-history-{number // _CALLS_PER_SESSION}",
                "Helicone-Session-Name": "support",
                "Helicone-Property-Prompt-Version": version,
                "Helicone-Property-Language": language,
            },
        },
        "providerResponse": {"json": {"model": model, "choices": [choice], "usage": tokens}, "status": 200},
        "timing": {
            "startTime": at.isoformat(),
            "endTime": (at + dt.timedelta(milliseconds=draw.randint(400, 1800))).isoformat(),
        },
    }


def _scores(draw: random.Random, at: dt.datetime, request_id: str, version: str, language: str) -> list[dict[str, Any]]:
    helpful = min(1.0, max(0.0, draw.gauss(_HELPFULNESS[version, language], 0.12)))
    correct = draw.random() < _CORRECT[version, language]
    judged = {"request_id": request_id, "judged_at": (at + dt.timedelta(seconds=30)).isoformat()}
    passes = draw.random() < _JUDGE_PASSES[correct]
    scores = [
        judged | {"name": "helpfulness", "value": round(helpful, 3), "source": "code", "author": "rubric"},
        judged | {"name": "correct", "value": passes, "source": "model", "author": JUDGE},
    ]
    if draw.random() < LABELLED:
        for author in ANNOTATORS:
            label = correct if draw.random() >= _PERSON_ERRS else not correct
            person = {"name": "correct", "value": label, "source": "human", "author": author, "inclusion": LABELLED}
            scores.append(judged | person)
    return scores
