"""The tee: a bounded copy of one exchange and its times, which become one recorded Call, exactly once."""

import time
from collections.abc import Callable
from typing import Protocol

from helicorder.gateway.plan import Plan
from helicorder.gateway.record import Captured
from helicorder.gateway.upstream import EVENT_ENDS
from helicorder.model.call import Ending
from helicorder.providers import streams


class Records(Protocol):
    """Takes exchanges without waiting and without raising (`gateway.recorder`)."""

    def record(self, captured: Captured) -> None:
        """Keep an exchange as a call, soon."""


class Capture:
    """What one exchange said, as far as it went.

    Args:
        request_body: whole; at most ``limit`` bytes of it and of the answer are kept.
        clock: seconds since 1970. Durations are taken from the monotonic clock.
    """

    __slots__ = (
        "_answer",
        "_answer_bytes",
        "_closing",
        "_content_encoding",
        "_content_type",
        "_first_byte",
        "_kept",
        "_limit",
        "_plan",
        "_recorder",
        "_request_body",
        "_started",
        "_started_at",
        "_status",
        "_tail",
        "recorded",
    )

    def __init__(
        self, plan: Plan, request_body: bytes, *, recorder: Records, limit: int, clock: Callable[[], float]
    ) -> None:
        self.recorded = False
        self._plan = plan
        self._recorder = recorder
        self._request_body = request_body
        self._limit = limit
        self._started_at = clock()
        self._started = time.monotonic()
        self._first_byte: float | None = None
        self._status = 0
        self._content_type = ""
        self._content_encoding = ""
        self._answer: list[bytes] = []
        self._answer_bytes = 0
        self._kept = 0
        self._closing = False
        self._tail = streams.STREAM_START

    @property
    def answer_bytes(self) -> int:
        """How much of the answer's body has passed."""
        return self._answer_bytes

    def head(self, status: int, content_type: str, content_encoding: str) -> None:
        """The answer's head came."""
        self._status = status
        self._content_type = content_type
        self._content_encoding = content_encoding

    def add(self, piece: bytes) -> None:
        """A piece of the answer's body came."""
        if self._first_byte is None:
            self._first_byte = time.monotonic()
        self._answer_bytes += len(piece)
        room = self._limit - self._kept
        if room > 0 and not self.recorded:
            kept = piece if len(piece) <= room else piece[:room]
            self._answer.append(kept)
            self._kept += len(kept)

    def saw_end_of_stream(self, piece: bytes) -> bool:
        """Whether the provider's closing event has come whole; it may lie across several pieces."""
        if not self._content_type.lower().startswith("text/event-stream"):
            return False
        window = self._tail + piece
        self._tail = window[-streams.TAIL_BYTES :]
        self._closing = self._closing or streams.ends_stream(window)
        return self._closing and window.endswith(EVENT_ENDS)

    def record(self, ending: Ending) -> None:
        """Offer the call, the first time; what happens to the connection after that changes nothing."""
        if self.recorded:
            return
        self.recorded = True
        ended = time.monotonic()
        captured = Captured(
            plan=self._plan,
            ending=ending,
            http_status=self._status,
            started_at=self._started_at,
            seconds=ended - self._started,
            first_byte_seconds=None if self._first_byte is None else self._first_byte - self._started,
            request_body=self._request_body,
            answer=self._answer,
            answer_bytes=self._answer_bytes,
            limit=self._limit,
            content_type=self._content_type,
            content_encoding=self._content_encoding,
        )
        self._recorder.record(captured)
