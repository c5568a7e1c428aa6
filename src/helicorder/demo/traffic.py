"""What the demo sends through the gateway: sessions of today, each of which classifies, searches and answers."""

import random
from collections.abc import Iterator
from typing import Any

import msgspec

from helicorder.demo import bodies
from helicorder.demo.phrases import PHRASES, SYSTEM, Phrase

CALLS = 300
VERSION = "v12"
_SEED = 20261123
_STEPS = ("/classify", "/search", "/answer")
_LANGUAGES, _SHARES = ("en", "fr", "de"), (0.45, 0.4, 0.15)
_FAILURES = (429, 429, 500, 503, 401)
_FAILING_CALLS, _ANTHROPIC_SHARE, _STREAMED_SHARE, _PICTURED, _RATED_SHARE = 0.04, 0.35, 0.5, 0.08, 0.4
_USERS = 60


class Exchange(msgspec.Struct, frozen=True):
    """One call to send and the scores to give it: ``scores`` is the body of the score call, ``rating`` of feedback."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    scores: dict[str, float | bool]
    rating: bool | None


def exchanges(calls: int = CALLS, seed: int = _SEED) -> Iterator[Exchange]:
    """The demo's calls, the same ones for the same seed."""
    for number in range(calls):
        session, step = divmod(number, len(_STEPS))
        # What a session is about is drawn for the session, and all else for the call.
        about = random.Random(f"{seed} {session}")  # noqa: S311 -- demo data, not a secret
        language = about.choices(_LANGUAGES, _SHARES)[0]
        phrase, user = about.choice(PHRASES[language]), f"user-{int(_USERS * about.random() ** 2)}"
        headers = _headers(session, _STEPS[step], user, language)
        yield _exchange(random.Random(f"{seed} call {number}"), headers, phrase, language)  # noqa: S311 -- the same


def _headers(session: int, step: str, user: str, language: str) -> dict[str, str]:
    return {
        "Helicone-User-Id": user,
        "Helicone-Session-Id": f"session-{session}",
        "Helicone-Session-Name": "support",
        "Helicone-Session-Path": step,
        "Helicone-Prompt-Id": f"support{step.replace('/', '-')}",
        "Helicone-Prompt-Version": VERSION,
        "Helicone-Property-Prompt-Version": VERSION,
        "Helicone-Property-Language": language,
    }


def _exchange(draw: random.Random, headers: dict[str, str], phrase: Phrase, language: str) -> Exchange:
    failing = draw.random() < _FAILING_CALLS
    question = phrase.question + (f" fail:{draw.choice(_FAILURES)}" if failing else "")
    step = headers["Helicone-Session-Path"]
    path, body = _request(draw, step, question)
    helpful = min(1.0, max(0.0, draw.gauss(0.56 if language == "fr" else 0.82, 0.12)))
    judged = step == "/answer" and not failing
    return Exchange(
        path=path,
        headers=headers,
        body=body,
        scores={"helpfulness": round(helpful, 3)} if judged else {},
        rating=helpful > 0.7 if judged and draw.random() < _RATED_SHARE else None,  # noqa: PLR2004 -- a taste
    )


def _request(draw: random.Random, step: str, question: str) -> tuple[str, dict[str, Any]]:
    if step == "/search":
        return "/v1/gateway/oai/v1/embeddings", {"model": "text-embedding-3-small", "input": question}
    answers = step == "/answer"
    said = bodies.Said(
        model="claude-sonnet-4-5" if answers and draw.random() < _ANTHROPIC_SHARE else "gpt-4o-mini",
        system=SYSTEM.format(version=VERSION),
        question=question,
        picture=answers and draw.random() < _PICTURED,
        streamed=answers and draw.random() < _STREAMED_SHARE,
    )
    asked = bodies.of(said).asked
    if said.model.startswith("claude"):
        return "/v1/gateway/anthropic/v1/messages", asked
    return "/v1/gateway/oai/v1/chat/completions", asked
