"""Streams: telling their end as they pass, and reading a captured one back into the answer it spelled out."""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from helicorder.providers import anthropic, google, openai
from helicorder.providers.text import is_too_complex, loads

TAIL_BYTES = 64
"""How much of what came before `ends_stream` needs in front of a chunk to see a marker cut in two."""
STREAM_START = b"\n"
"""What comes before the first chunk of a stream: its first line starts a line too."""

_TERMINAL_DATA = re.compile(
    rb'data: ?(?:\[DONE\]|\{\s*"type"\s*:\s*"(?:message_stop|response\.(?:completed|failed|incomplete))")'
)
_TERMINAL_EVENTS = tuple(
    b"event:" + space + name
    for name in (b"message_stop", b"response.completed", b"response.failed", b"response.incomplete")
    for space in (b" ", b"")
)
_MAX_UNREADABLE = 100
"""A stream that has gone wrong so often is none of JSON; reading on would only take time."""
_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")


def ends_stream(window: bytes) -> bool:
    """Whether the last event to start in window ends its stream, as OpenAI and Anthropic say it. Gemini has no word.

    ``window`` is the last TAIL_BYTES before a chunk (STREAM_START before the first) and the chunk. Only a field at the
    start of a line counts, so a model that talks about ``data: [DONE]`` ends nothing. Nothing follows a terminal event,
    so looking at the last one is enough, and that is what makes this cheap.
    """
    line_break = window.rfind(b"\ndata:")
    if line_break < 0:
        return b"\rdata:" in window and ends_stream(window.replace(b"\r", b"\n"))
    if _TERMINAL_DATA.match(window, line_break + 1):
        return True
    return window.startswith(_TERMINAL_EVENTS, window.rfind(b"\n", 0, line_break) + 1)


class Stream(msgspec.Struct, frozen=True):
    """The JSON objects a stream carried, in order, and whether it said ``[DONE]``."""

    chunks: list[dict[str, Any]]
    done: bool = False


class Merged(msgspec.Struct, frozen=True):
    """A stream as the plain answer it amounts to.

    ``known`` is False where the dialect is unknown: ``answer`` is then the last chunk that says something of usage, and
    what to store is the raw text.
    """

    answer: dict[str, Any]
    complete: bool
    known: bool = True


def looks_like_sse(body: bytes) -> bool:
    """Whether body starts as server-sent events do."""
    return body.startswith(_FIELDS)


def stream_of(body: bytes) -> Stream:
    """The chunks in server-sent events (any line ending, a cut last event) or in lines of JSON. Never raises.

    A stream that is too complex has none.
    """
    if is_too_complex(body):
        return Stream([])
    chunks: list[dict[str, Any]] = []
    done = False
    unreadable = 0
    for data in _payloads(body):
        if data == b"[DONE]":
            done = True
        elif isinstance(chunk := loads(data), dict):
            chunks.append(chunk)
        elif (unreadable := unreadable + 1) > _MAX_UNREADABLE:
            break
    return Stream(chunks, done)


def array_stream_of(body: bytes) -> Stream:
    """The chunks in Gemini's other kind of stream, one JSON array sent piece by piece; a cut last one is left out.

    A stream that is too complex has none.
    """
    if is_too_complex(body):
        return Stream([])
    text = body.decode(errors="replace")
    decoder = json.JSONDecoder(strict=False, parse_constant=lambda _: None)
    chunks: list[dict[str, Any]] = []
    position = text.find("{")
    while position >= 0:
        try:
            chunk, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            break
        chunks.append(chunk)
        position = text.find("{", position)
    return Stream(chunks)


def _payloads(body: bytes) -> Iterator[bytes]:
    """What each event carries: its data lines joined, or one by one where they are objects of their own."""
    pending: list[bytes] = []
    for line in body.splitlines():
        if line.startswith(b"data:"):
            data = line[5:].strip()
            if pending and data.startswith(b"{") and pending[-1].endswith(b"}"):  # the blank line between is missing
                yield b"\n".join(pending)
                pending.clear()
            if data:
                pending.append(data)
        elif line.startswith(b"{"):
            yield line
        elif not line and pending:
            yield b"\n".join(pending)
            pending.clear()
    if pending:
        yield b"\n".join(pending)


def merged(stream: Stream) -> Merged:
    """The answer that the chunks amount to, by the dialect that they show themselves to be in.

    Raises:
        RecursionError: nested too deep.
    """
    for chunk in stream.chunks:
        kind = chunk.get("type")
        if isinstance(kind, str) and kind.startswith("response."):
            return Merged(*openai.merged_responses(stream.chunks))
        if kind == "message_start":
            return Merged(*anthropic.merged_messages(stream.chunks))
        if isinstance(chunk.get("choices"), list):
            return Merged(*openai.merged_choices(stream.chunks, done=stream.done))
        if "candidates" in chunk or "usageMetadata" in chunk:
            return Merged(*google.merged_candidates(stream.chunks))
    telling = (chunk for chunk in reversed(stream.chunks) if chunk.get("usage") or chunk.get("error"))
    return Merged(next(telling, {}), stream.done, known=False)
