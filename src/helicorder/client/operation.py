"""What a client sends, as values: an operation says what to ask and how its answer is read, and nothing is sent yet."""

from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from functools import cache
from typing import Any, Generic, TypeVar, cast
from urllib.parse import quote, urlencode

import msgspec

from helicorder.errors import RequestFailed
from helicorder.wire.results import PinnedResult, Result

T = TypeVar("T")
JSON = "application/json"


class Answer(msgspec.Struct, frozen=True):
    """An HTTP answer: its status, its headers by lower-cased name, its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Operation(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One request and what its answer means.

    Attributes:
        path: percent-encoded, with the query string.
        read: turns the answer to a request that succeeded into what the caller gets.
        writes: it changes something, so it is sent under an Idempotency-Key.
        key: that key; empty: each sending has one of its own, which stays the same while it is tried again.
    """

    method: str
    path: str
    read: Callable[[Answer], T]
    body: bytes | None = None
    writes: bool = False
    key: str = ""


class Pages(msgspec.Struct, Generic[T], frozen=True):
    """A list that comes page by page: how to get a page, what is on it, and the rest of the list that it leads to."""

    page: Operation[Any]
    items: Callable[[Any], Sequence[T]]
    rest: "Callable[[Any], Pages[T] | None]"


Steps = Generator[Operation[Any], Any, T]
"""Several operations, one after another: each is yielded, its answer is sent in, and what all mean is returned."""


def get(kind: type[T], path: str, query: Mapping[str, Any] | None = None) -> Operation[T]:
    """A question whose answer holds a ``kind`` as its data."""
    return Operation(method="GET", path=path + query_of(query or {}), read=data_of(kind))


def ask(kind: type[T], path: str, question: Any) -> Operation[T]:
    """A question with a body."""
    return Operation(method="POST", path=path, body=encoded(question), read=data_of(kind))


def pinned(kind: type[T], path: str, question: Any) -> Operation[PinnedResult[T]]:
    """A question whose answer comes with a pin."""
    return Operation(method="POST", path=path, body=encoded(question), read=whole_of(kind))


def write(kind: type[T], method: str, path: str, body: Any = None) -> Operation[T]:
    """A change."""
    return Operation(
        method=method, path=path, body=None if body is None else encoded(body), read=data_of(kind), writes=True
    )


def segment(text: str) -> str:
    """Any text as one segment of a path. A dot or two alone would lead elsewhere."""
    return text.replace(".", "%2E") if text in (".", "..") else quote(text, safe="")


def query_of(parameters: Mapping[str, Any]) -> str:
    """A query string of parameters, lists as one of each; what is None is left out."""
    given = {name: value for name, value in parameters.items() if value is not None}
    return f"?{urlencode(given, doseq=True)}" if given else ""


def encoded(value: Any) -> bytes:
    """A value as JSON."""
    return msgspec.json.encode(value)


def data_of(kind: type[T]) -> Callable[[Answer], T]:
    """Reads ``{"data": kind, ...}``."""
    decode = _decoder(Result, cast("Hashable", kind)).decode

    def read(answer: Answer) -> T:
        data: T = _understood(decode, answer).data
        return data

    return read


def whole_of(kind: type[T]) -> Callable[[Answer], PinnedResult[T]]:
    """Reads an answer with its pin."""
    decode = _decoder(PinnedResult, cast("Hashable", kind)).decode

    def read(answer: Answer) -> PinnedResult[T]:
        whole: PinnedResult[T] = _understood(decode, answer)
        return whole

    return read


@cache
def _decoder(envelope: Any, kind: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(envelope[kind])


def _understood(decode: Callable[[bytes], Any], answer: Answer) -> Any:
    try:
        return decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RequestFailed(
            f"The answer is not what this client expects: {error}", status=answer.status, code="unreadable_answer"
        ) from error
