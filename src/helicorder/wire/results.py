"""The envelopes of answers."""

from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


class Result(msgspec.Struct, Generic[T], frozen=True):
    """Helicone's ``Result<T, string>``: ``{"data": T, "error": null}``; failures carry null and a sentence."""

    data: T
    error: None = None


OK: Result[None] = Result(None)


class Pin(msgspec.Struct, frozen=True):
    """What makes an answer repeatable: ``link`` replays it; ``as_of`` is the version of the store that it saw."""

    link: str
    as_of: str
    methods: int
    digest: str


class PinnedResult(msgspec.Struct, Generic[T], frozen=True):
    """An answer in Helicone's envelope, beside its pin."""

    data: T
    pin: Pin
    error: None = None


class Replay(msgspec.Struct, frozen=True):
    """A pinned question put again, as of its mark and now.

    ``kind`` is what was asked: ``series``, ``compare`` and so on; ``as_of`` the version of the store that it saw.
    ``identical``: the answer as of the mark is the one that was pinned; false where rows were erased since.
    ``changed``: the answer now is another one.
    """

    kind: str
    as_of: str
    question: Any
    then: Any
    now: Any
    identical: bool
    changed: bool
