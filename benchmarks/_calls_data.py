"""Calls with bodies as they come: chats of one to two kilobytes, words as unevenly spread as in any language."""

import datetime as dt
import decimal
import json
import random
from collections.abc import Iterator, Sequence

import numpy as np

from helicorder.model.call import Call, Usage
from helicorder.model.row import Row, Stamped
from helicorder.model.score import Score, ScoreKind, Source

DAYS = 30
BATCH = 10_000
VOCABULARY = 50_000
MODELS = (
    ("OPENAI", "gpt-4o"),
    ("OPENAI", "gpt-4o-mini"),
    ("ANTHROPIC", "claude-sonnet-4"),
    ("GOOGLE", "gemini-2.5-flash"),
    ("OPENAI", "o4-mini"),
)
USERS = 10_000
FEATURES = 200
PROMPTS = 20
_FAILURE = {"error": {"message": "Overloaded", "type": "server_error"}}
_CONSONANTS, _VOWELS = "bcdfghjklmnprstvwz", "aeiou"


def vocabulary() -> list[str]:
    """Different words, the shortest first, the same each time."""
    chance = random.Random(1)
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        syllables = 1 + (len(words) > 50) + (len(words) > 3000) + chance.randint(0, 1)
        word = "".join(chance.choice(_CONSONANTS) + chance.choice(_VOWELS) for _ in range(syllables))
        words[word + chance.choice(("", "n", "s", "r", "l"))] = None
    return list(words)


class Traffic:
    """Calls number 0 to ``total`` over the last DAYS days, and scores for two of three of them."""

    def __init__(self, org_id: str, total: int, now: dt.datetime) -> None:
        self.words = vocabulary()
        self._org_id = org_id
        self._start = now - dt.timedelta(days=DAYS)
        self._step = dt.timedelta(days=DAYS) / total
        self._total = total
        self._chance = np.random.default_rng(7)
        self._prompts = [" ".join(self._some(60)) for _ in range(PROMPTS)]
        self._version = int(self._start.timestamp() * 1e6)

    def batches(self) -> Iterator[list[Stamped]]:
        """What a flusher would load, in the order of time."""
        for first in range(0, self._total, BATCH):
            yield [self._stamped(row) for row in self._rows(first, min(BATCH, self._total - first))]

    def _stamped(self, row: Row) -> Stamped:
        self._version += 1
        return Stamped(self._version, row)

    def _some(self, count: int) -> list[str]:
        """Words by Zipf's law: the most common in a tenth of all places, most of them hardly ever."""
        ranks = np.exp(self._chance.random(count) * np.log(VOCABULARY)).astype(int) - 1
        return [self.words[rank] for rank in ranks]

    def _rows(self, first: int, count: int) -> Iterator[Row]:
        lengths = self._chance.integers(30, 130, (count, 2))
        latencies = self._chance.lognormal(7, 0.8, count).astype(int)
        drawn = self._chance.integers(0, 2**31, (count, 6))
        words = iter(self._some(int(lengths.sum())))
        for place in range(count):
            asked, answered = (" ".join(next(words) for _ in range(length)) for length in lengths[place])
            call = self._call(first + place, [int(one) for one in drawn[place]], int(latencies[place]), asked, answered)
            yield call
            if place % 3:
                yield self._score(call, place % 3 == 1, int(drawn[place][5]))

    def _call(self, number: int, drawn: Sequence[int], latency: int, asked: str, answered: str) -> Call:
        provider, model = MODELS[drawn[0] % len(MODELS)]
        at = self._start + number * self._step
        failed = drawn[1] % 50 == 0
        usage = Usage(100 + drawn[2] % 2000, None if failed else 50 + drawn[3] % 500, drawn[2] % 100)
        messages = [
            {"role": "system", "content": self._prompts[drawn[4] % PROMPTS]},
            {"role": "user", "content": asked},
        ]
        said = (
            {"error": {"message": "Overloaded", "type": "server_error"}} if failed else _answer(number, model, answered)
        )
        request_body = json.dumps({"model": model, "messages": messages, "temperature": 0.2})
        response_body = json.dumps(said)
        return Call(
            org_id=self._org_id,
            request_id=f"{drawn[5]:08x}-{number:08x}",
            created_at=at,
            response_at=at + dt.timedelta(milliseconds=latency),
            provider=provider,
            model=model,
            status=500 if failed else 200,
            request_model=model,
            response_model=None if failed else model,
            path="/v1/chat/completions",
            target_url="https://api.example.com/v1/chat/completions",
            streamed=number % 2 == 0,
            latency_ms=latency,
            time_to_first_token_ms=latency // 3 if number % 2 == 0 else None,
            usage=usage,
            cost_usd=None if failed else decimal.Decimal(drawn[3] % 100_000) / 10_000_000,
            user_id=f"user-{drawn[1] % USERS}",
            session_id=f"session-{number // 5}",
            session_name="chat",
            properties={
                "env": "prod" if drawn[2] % 10 else "staging",
                "feature": f"f-{drawn[3] % FEATURES}",
                "Helicone-Session-Id": f"session-{number // 5}",
            },
            country_code="US",
            size_bytes=len(request_body) + len(response_body),
            request_body=request_body,
            response_body=response_body,
        )

    def _score(self, call: Call, numeric: bool, drawn: int) -> Score:  # noqa: FBT001 -- which of two kinds
        kind, name = (ScoreKind.NUMERIC, "quality") if numeric else (ScoreKind.BOOLEAN, "helpful")
        value = drawn % 1001 / 1000 if numeric else float(drawn % 10 < 7)
        at = call.response_at + dt.timedelta(seconds=5)
        return Score(self._org_id, call.request_id, name, kind, value, at, Source.MODEL, "judge-1")


def _answer(number: int, model: str, text: str) -> dict[str, object]:
    message = {"role": "assistant", "content": text}
    return {
        "id": f"chatcmpl-{number:x}",
        "object": "chat.completion",
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150},
    }
