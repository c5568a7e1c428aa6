"""The two weeks before the demo: logged sessions of a support assistant, with three faults to be found.

On one day the prompt went from v11 to v12, which answers worse in French, and from then on more of the traffic is
French. A judge model passes too many answers that are wrong. And on another day its provider made it harsher.
"""

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import msgspec

from helicorder.demo import anchors
from helicorder.demo.judging import Judging, is_correct
from helicorder.demo.sessions import Node, Session, Turn, phrases

DAYS = 14
SESSIONS_A_DAY = 40
NEW_PROMPT_DAYS_AGO, HARSHER_DAYS_AGO = 5, 8

_SEED = 20261124
_LANGUAGES = ("en", "fr", "de")
_SHARES = {"v11": (0.55, 0.30, 0.15), "v12": (0.45, 0.40, 0.15)}
_TURNS = (1, 2, 2, 3)
_USERS = 60


class Logged(msgspec.Struct, frozen=True):
    """One past call: where it is logged, the body of that call, its scores as ``POST /v1/scores/batch`` takes them."""

    path: str
    log: dict[str, Any]
    scores: list[dict[str, Any]]


def logged(now: dt.datetime, seed: int = _SEED) -> Iterator[Logged]:
    """The calls of the DAYS days before now, oldest first; the same ones for the same seed and time."""
    draw, number = random.Random(seed), 0  # noqa: S311 -- demo data, not a secret
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(DAYS, 0, -1):
        for place in range(SESSIONS_A_DAY):
            start = (
                midnight - dt.timedelta(days=day) + dt.timedelta(days=1) * ((place + draw.random()) / SESSIONS_A_DAY)
            )
            for one in _session(draw, now, start, day, f"session-history-{day}-{place}"):
                yield _numbered(one, number)
                number += 1
    yield from (_anchored(one) for one in anchors.judged(draw, midnight, HARSHER_DAYS_AGO))


class _Call(msgspec.Struct, frozen=True):
    """A call of a session, before it has an id."""

    node: Node
    headers: dict[str, str]
    scores: list[dict[str, Any]]


def _session(draw: random.Random, now: dt.datetime, start: dt.datetime, day: int, session_id: str) -> Iterator[_Call]:
    version = "v12" if day <= NEW_PROMPT_DAYS_AGO else "v11"
    language = draw.choices(_LANGUAGES, _SHARES[version])[0]
    asked = phrases(draw, language, draw.choice(_TURNS))
    turns = [Turn(phrase, is_correct(draw, version, language)) for phrase in asked]
    judging = Judging(draw, now, version, language, harsher=day <= HARSHER_DAYS_AGO)
    headers = {
        "Helicone-User-Id": f"user-{int(_USERS * draw.random() ** 2)}",
        "Helicone-Session-Id": session_id,
        "Helicone-Session-Name": "support",
        "Helicone-Property-Prompt-Version": version,
        "Helicone-Property-Language": language,
        "Helicone-Property-Plan": draw.choices(("free", "pro"), (0.7, 0.3))[0],
    }
    answers = iter(turns)
    for node in Session(draw, start, language, version).nodes(turns):
        scores = []
        if node.phrase is not None:
            ended = node.at + dt.timedelta(milliseconds=node.milliseconds)
            scores = judging.of_answer("", ended, node.phrase, correct=next(answers).well)
            if node.phrase is asked[-1]:
                scores += judging.of_session(session_id, ended, len(turns))
        yield _Call(node, headers, scores)


def _numbered(call: _Call, number: int) -> Logged:
    """With its id, which its scores name."""
    request_id, node = f"history-{number}", call.node
    scores = [score | {"request_id": request_id} if "request_id" in score else score for score in call.scores]
    prompt = {"Helicone-Prompt-Id": f"support{node.path.removeprefix(node.path[:7]).replace('/', '-')}"}
    if node.model:
        prompt["Helicone-Prompt-Version"] = call.headers["Helicone-Property-Prompt-Version"]
    meta = {"Helicone-Request-Id": request_id, "Helicone-Session-Path": node.path, **call.headers, **prompt}
    return Logged(node.wire.path, _log(node, meta), scores)


def _anchored(one: anchors.Anchored) -> Logged:
    meta = {
        "Helicone-Request-Id": one.request_id,
        "Helicone-Session-Name": "anchors",
        f"Helicone-Property-{anchors.PROPERTY}": "yes",
    }
    node = Node(path="/anchor", wire=one.wire, at=one.at, milliseconds=600)
    return Logged(one.wire.path, _log(node, meta), [one.score])


def _log(node: Node, meta: dict[str, str]) -> dict[str, Any]:
    wire = node.wire
    answered: dict[str, Any] = {"json": wire.answered or {}, "status": node.status, "headers": {}}
    if wire.text is not None:
        answered["textBody"] = wire.text
    timing: dict[str, Any] = {
        "startTime": node.at.isoformat(),
        "endTime": (node.at + dt.timedelta(milliseconds=node.milliseconds)).isoformat(),
    }
    if node.first_token is not None:
        timing["timeToFirstToken"] = node.first_token
    asked = {"url": wire.url, "json": wire.asked, "meta": meta}
    return {"providerRequest": asked, "providerResponse": answered, "timing": timing}
