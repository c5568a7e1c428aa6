"""Sessions of the demo's support assistant: trees of calls, with times, tokens, tools, pictures, thoughts and failures.

A turn classifies the question, searches the help pages or looks an order up, and answers; a session has one to three
turns and three to eight calls. Some answers fail at first and are tried again.
"""

import datetime as dt
import random
from collections.abc import Iterator

import msgspec

from helicorder.demo import bodies
from helicorder.demo.phrases import PHRASES, SYSTEM, THOUGHT, Phrase

SMALL = "gpt-4o-mini"
# By model: how often it answers, milliseconds to its first token, and milliseconds a token after that.
MODELS = {
    "gpt-4.1": (0.35, 520, 14),
    "gpt-4o-mini": (0.2, 380, 8),
    "claude-sonnet-4-5": (0.25, 900, 17),
    "gemini-2.5-flash": (0.2, 340, 6),
}
FAILURES = (
    (429, "rate_limit_error", "Rate limit reached for requests"),
    (500, "server_error", "The server had an error while processing your request"),
    (503, "overloaded_error", "The engine is currently overloaded"),
    (400, "invalid_request_error", "This model's maximum context length was exceeded"),
    (-2, "", ""),
)
_FAILING, _STREAMED, _PICTURED, _THOUGHTFUL, _MOST_CALLS = 0.04, 0.55, 0.05, 0.5, 8


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a session.

    Attributes:
        path: its place in the session's tree. first_token: milliseconds, of a stream.
        phrase: what was asked, where this is an answer to it that can be judged.
    """

    path: str
    wire: bodies.Wire
    at: dt.datetime
    milliseconds: int
    first_token: int | None = None
    status: int = 200
    phrase: Phrase | None = None
    model: str = ""


class Turn(msgspec.Struct, frozen=True):
    """What a turn is about, and whether its answer is a good one."""

    phrase: Phrase
    well: bool


class Session:
    """Makes the calls of one session, one after the other."""

    def __init__(self, draw: random.Random, start: dt.datetime, language: str, version: str) -> None:
        self._draw, self._clock, self._language = draw, start, language
        self._system = SYSTEM.format(version=version)
        self._before: list[tuple[str, str]] = []
        self._calls = 0

    def nodes(self, turns: list[Turn]) -> Iterator[Node]:
        """The calls of the turns, in order."""
        for number, turn in enumerate(turns):
            root, later = f"/turn-{number + 1}", 2 * (len(turns) - number - 1)
            yield self._small(f"{root}/classify", turn.phrase, f'{{"topic": "{turn.phrase.topic}"}}')
            found = None
            if turn.phrase.topic == "orders" and number == 0:
                arguments = {"order": f"A-{self._draw.randrange(1000, 9999)}"}
                found = (arguments, "shipped yesterday, due on Thursday")
                yield self._planned(root, turn.phrase, arguments)
                yield self._event(f"{root}/plan/lookup_order", bodies.tool_event(*found), 90)
            elif self._has_room(later):
                yield self._event(f"{root}/search", bodies.search_event(turn.phrase.question, 3), 60)
            yield from self._answer(root, turn, found, later)
            self._clock += dt.timedelta(seconds=self._draw.uniform(8, 90))

    def _has_room(self, later: int) -> bool:
        """Whether one call more leaves room for the answer and for what later turns need."""
        return self._calls + 2 + later <= _MOST_CALLS

    def _small(self, path: str, phrase: Phrase, answer: str) -> Node:
        said = bodies.Said(
            model=SMALL, system="Name the topic of the question, as JSON.", question=phrase.question, answer=answer,
            tokens=(self._draw.randint(60, 90), 0, 8, 0),
        )  # fmt: skip
        return self._after(path, bodies.of(said), self._draw.randint(220, 480), model=SMALL)

    def _planned(self, root: str, phrase: Phrase, arguments: dict[str, str]) -> Node:
        said = bodies.Said(
            model=SMALL, system=self._system, question=phrase.question, tool=arguments,
            tokens=(self._draw.randint(180, 260), 0, 18, 0),
        )  # fmt: skip
        return self._after(f"{root}/plan", bodies.of(said), self._draw.randint(300, 700), model=SMALL)

    def _event(self, path: str, wire: bodies.Wire, usual: int) -> Node:
        return self._after(path, wire, round(usual * self._draw.uniform(0.6, 2.5)))

    def _answer(self, root: str, turn: Turn, found: tuple[dict[str, str], str] | None, later: int) -> Iterator[Node]:
        model = self._draw.choices(list(MODELS), [share for share, *_ in MODELS.values()])[0]
        said = self._said(model, turn, found if model.startswith("gpt") else None)
        path = f"{root}/answer"
        if self._draw.random() < _FAILING and self._has_room(later):
            status, kind, message = self._draw.choice(FAILURES)
            wire = bodies.failed(said, status, kind, message)
            waited = 30_000 if status < 0 else self._draw.randint(80, 900)
            yield self._after(path, wire, waited, status=status, model=model)
        _, first, each = MODELS[model]
        first = round(first * self._draw.lognormvariate(0, 0.3))
        whole = first + round(said.tokens[2] * each * self._draw.uniform(0.8, 1.3)) + 4 * said.tokens[3]
        yield self._after(
            path, bodies.of(said), whole, first_token=first if said.streamed else None, phrase=turn.phrase, model=model
        )
        self._before.append((said.question, said.answer))

    def _said(self, model: str, turn: Turn, found: tuple[dict[str, str], str] | None) -> bodies.Said:
        draw, phrase = self._draw, turn.phrase
        thoughtful = model.startswith("claude") and draw.random() < _THOUGHTFUL
        reasoning = draw.randint(40, 200) if model.startswith("gemini") else 0
        prompt = draw.randint(180, 260) + 60 * len(self._before)
        cached = 128 if self._before else 0
        return bodies.Said(
            model=model,
            system=self._system,
            question=phrase.question,
            before=tuple(self._before),
            picture=draw.random() < _PICTURED,
            found=found,
            answer=phrase.good if turn.well else phrase.poor,
            thought=THOUGHT.format(language=self._language, topic=phrase.topic) if thoughtful else "",
            streamed=not model.startswith("gemini") and draw.random() < _STREAMED,
            tokens=(prompt, cached, draw.randint(40, 120), reasoning),
        )

    def _after(
        self,
        path: str,
        wire: bodies.Wire,
        milliseconds: int,
        *,
        status: int = 200,
        first_token: int | None = None,
        phrase: Phrase | None = None,
        model: str = "",
    ) -> Node:
        self._calls += 1
        node = Node(
            path=path, wire=wire, at=self._clock, milliseconds=milliseconds, first_token=first_token, status=status,
            phrase=phrase, model=model,
        )  # fmt: skip
        self._clock += dt.timedelta(milliseconds=milliseconds + 5)
        return node


def phrases(draw: random.Random, language: str, turns: int) -> list[Phrase]:
    """What a session asks about, one thing after another."""
    return draw.sample(PHRASES[language], min(turns, len(PHRASES[language])))
