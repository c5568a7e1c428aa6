"""One operation on its way: what is sent beside it, and what follows from each thing that comes back."""

import datetime as dt
import random
import time
from typing import Any

from helicorder import __version__
from helicorder.client.operation import Answer, Operation
from helicorder.client.retries import PASSING, Retries, asked_wait, failure_of
from helicorder.errors import HelicorderError, RequestFailed
from helicorder.model.ids import new_id

_JSON = "application/json"


class Sending:
    """An operation that is sent, and sent again where that may help, until it is answered.

    Attributes:
        headers: those of every try: an Idempotency-Key of a write is the same in all of them.
    """

    def __init__(self, operation: Operation[Any], retries: Retries) -> None:
        self.headers: dict[str, str] = {}
        if operation.body is not None:
            self.headers["Content-Type"] = _JSON
        if operation.writes:
            self.headers["Idempotency-Key"] = operation.key or new_id()
        self._retries = retries
        self._began = time.monotonic()
        self._tried = 0

    def after(self, outcome: Answer | RequestFailed) -> float | None:
        """Seconds to wait before the next try; None where the outcome is the answer.

        Raises:
            RequestFailed: the outcome is a failure that another try would not mend, or tries have been used up.
        """
        self._tried += 1
        failure = failure_of(outcome) if isinstance(outcome, Answer) else outcome
        if failure is None:
            return None
        asked = asked_wait(outcome, dt.datetime.now(dt.UTC)) if isinstance(outcome, Answer) else 0.0
        if failure.status in PASSING or failure.code == NO_ANSWER:
            draw = random.random()  # noqa: S311 -- spreads callers out; nothing to guess
            wait = self._retries.wait(self._tried, time.monotonic() - self._began, asked, draw)
            if wait is not None:
                return wait
            failure.add_note(f"It was tried {self._tried} times.")
        raise failure


NO_ANSWER = "no_answer"
NOT_SENT = "not_sent"
BROKEN_OFF = "broken_off"


def lost(error: Exception) -> RequestFailed:
    """What httpx could not do: no answer came, which another try may mend; or it could not even be sent."""
    import httpx  # noqa: PLC0415 -- see `senders`

    passing = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, httpx.ProxyError)
    code = NO_ANSWER if isinstance(error, passing) else NOT_SENT
    failure = RequestFailed(f"No answer: {_words(error)}", status=None, code=code)
    failure.__cause__ = error
    return failure


def broken_off(error: Exception) -> RequestFailed:
    """A file that came in part."""
    failure = RequestFailed(f"The file broke off: {_words(error)}", status=None, code=BROKEN_OFF)
    failure.__cause__ = error
    return failure


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


def settings_of(url: str, key: str, seconds: float) -> dict[str, Any]:
    """What an httpx client is made with.

    Raises:
        HelicorderError: the address or the key cannot be one.
    """
    import httpx  # noqa: PLC0415 -- see `senders`

    try:
        base = httpx.URL(url)
        headers = httpx.Headers(
            {"Authorization": f"Bearer {key}", "User-Agent": f"helicorder-python/{__version__}"}, encoding="ascii"
        )
    except (httpx.InvalidURL, UnicodeEncodeError) as error:
        raise HelicorderError(f"The address or the key is none: {error}") from error
    return {"base_url": base, "headers": headers, "timeout": httpx.Timeout(seconds, connect=min(seconds, 10.0))}
