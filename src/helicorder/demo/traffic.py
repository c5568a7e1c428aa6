"""What the demo sends: conversations of a support assistant in two prompt versions, the newer one worse in French."""

import random
from collections.abc import Iterator
from typing import Any

import msgspec

CALLS = 300
_SEED = 20261123
_QUESTIONS = {
    "en": ["Where is my order?", "How do I reset my password?", "Can I return a used item?", "Do you ship to Norway?"],
    "fr": ["Où est ma commande ?", "Comment changer mon mot de passe ?", "Livrez-vous en Norvège ?"],
}
_STEPS = ("/classify", "/retrieve", "/answer")
_FAILING_CALLS = 0.04
_ANTHROPIC_SHARE = 0.25
_STREAMED_SHARE = 0.4
_FRENCH_SHARE = 0.35
_LABELLED_SHARE = 0.3
# Mean helpfulness by prompt version and language: v12 loses where the question is in French.
_HELPFULNESS = {("v11", "en"): 0.82, ("v11", "fr"): 0.80, ("v12", "en"): 0.83, ("v12", "fr"): 0.58}


class Exchange(msgspec.Struct, frozen=True):
    """One call to send and the scores to give it: ``scores`` is the body of the score call, ``rating`` of feedback."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    scores: dict[str, float | bool]
    rating: bool | None


def exchanges(calls: int = CALLS, seed: int = _SEED) -> Iterator[Exchange]:
    """The demo's calls, the same ones for the same seed."""
    draw = random.Random(seed)  # noqa: S311 -- demo data, not a secret
    for number in range(calls):
        yield _exchange(draw, number)


def _exchange(draw: random.Random, number: int) -> Exchange:
    language = "fr" if draw.random() < _FRENCH_SHARE else "en"
    version = "v12" if number % 2 else "v11"
    failing = draw.random() < _FAILING_CALLS
    question = draw.choice(_QUESTIONS[language]) + (" fail:429" if failing else "")
    path, body = _request(draw, f"You are a support assistant, prompt {version}.", question)
    helpful = min(1.0, max(0.0, draw.gauss(_HELPFULNESS[version, language], 0.12)))
    scores: dict[str, float | bool] = {"helpfulness": round(helpful, 3), "correct": draw.random() < helpful}
    return Exchange(
        path=path,
        headers=_headers(draw, number, version, language),
        body=body,
        scores={} if failing else scores,
        rating=helpful > 0.7 if draw.random() < _LABELLED_SHARE and not failing else None,  # noqa: PLR2004 -- a taste
    )


def _request(draw: random.Random, system: str, question: str) -> tuple[str, dict[str, Any]]:
    stream = draw.random() < _STREAMED_SHARE
    if draw.random() < _ANTHROPIC_SHARE:
        messages = [{"role": "user", "content": question}]
        body = {"model": "claude-haiku-4-5", "max_tokens": 64, "system": system, "messages": messages}
        return "/v1/gateway/anthropic/v1/messages", body | ({"stream": True} if stream else {})
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    body = {"model": draw.choice(["gpt-4o-mini", "gpt-4o"]), "messages": messages}
    options = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    return "/v1/gateway/oai/v1/chat/completions", body | options


def _headers(draw: random.Random, number: int, version: str, language: str) -> dict[str, str]:
    return {
        "Helicone-User-Id": f"user-{draw.randrange(20)}",
        "Helicone-Session-Id": f"session-{number // len(_STEPS)}",
        "Helicone-Session-Name": "support",
        "Helicone-Session-Path": _STEPS[number % len(_STEPS)],
        "Helicone-Property-Prompt-Version": version,
        "Helicone-Property-Language": language,
    }
