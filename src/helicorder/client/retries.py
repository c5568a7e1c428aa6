"""When to try again: pure decisions of what came back, how often and for how long it was tried."""

import datetime as dt
import email.utils

import msgspec

from helicorder.client.operation import Answer
from helicorder.errors import RequestFailed

PASSING = frozenset({429, 502, 503, 504})
"""Statuses that say nothing about the request: the same one may pass a moment later. No other 4xx ever will."""
_OK = range(200, 300)


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """How often to try in all, and for how many seconds at most; waits grow from ``first`` to ``longest``.

    A wait is drawn between 0 and its bound ("full jitter"), so that callers who failed together do not come back
    together; one that the server asks for comes first. (Brooker, "Exponential Backoff and Jitter", AWS, 2015.)
    """

    attempts: int = 6
    seconds: float = 60.0
    first: float = 0.25
    longest: float = 8.0

    def wait(self, tried: int, elapsed: float, asked: float, draw: float) -> float | None:
        """Seconds to wait before the next try; None: it was tried often enough, or would take too long.

        Args:
            tried: how often it was tried, from 1 on.
            elapsed: seconds since the first try began.
            asked: seconds that the server asks to wait.
            draw: from 0 to 1.
        """
        if tried >= self.attempts:
            return None
        wait = asked + draw * min(self.longest, self.first * 2.0 ** min(tried - 1, 30))
        return wait if elapsed + wait <= self.seconds else None


def asked_wait(answer: Answer, now: dt.datetime) -> float:
    """The seconds that ``Retry-After`` asks for, written as a number or as a date; 0 where it does not."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (at.replace(tzinfo=at.tzinfo or dt.UTC) - now).total_seconds())


def failure_of(answer: Answer) -> RequestFailed | None:
    """What is wrong with an answer, in the server's own sentence where it has one; None where it succeeded."""
    if answer.status in _OK:
        return None
    code = answer.headers.get("helicorder-error", f"http_{answer.status}")
    try:
        sentence = msgspec.json.decode(answer.body, type=_Failure).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        sentence = f"The server answered with status {answer.status}."
    return RequestFailed(sentence, status=answer.status, code=code)


class _Failure(msgspec.Struct):
    error: str
