"""Anthropic's Messages stream merged into the message it spells out."""

from collections.abc import Iterable
from typing import Any

from helicorder.providers.text import loads, sanitize

Json = dict[str, Any]

_TEXT_DELTAS = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}


class _Block:
    """One content block; its texts as pieces, because adding up strings is quadratic."""

    def __init__(self, start: Json) -> None:
        self.start = start
        self.texts: dict[str, list[str]] = {}
        self.citations: list[Any] = []
        self.input_json: list[str] = []

    def add(self, delta: Json) -> None:
        kind = delta.get("type")
        if kind == "citations_delta":
            self.citations.append(delta.get("citation"))
        elif kind == "input_json_delta" and isinstance(delta.get("partial_json"), str):
            self.input_json.append(delta["partial_json"])
        elif isinstance(key := _TEXT_DELTAS.get(str(kind)), str) and isinstance(text := delta.get(key), str):
            self.texts.setdefault(key, [str(self.start.get(key) or "")]).append(text)

    def whole(self) -> Json:
        block = {**self.start, **{key: "".join(pieces) for key, pieces in self.texts.items()}}
        if self.citations:
            block["citations"] = self.citations
        if raw := "".join(self.input_json):
            parsed = loads(sanitize(raw).encode())
            block["input"] = raw if parsed is None else parsed  # a cut call keeps the text it got to
        return block


def merged_messages(events: Iterable[Json]) -> tuple[Json, bool]:
    """The message and whether ``message_stop`` came.

    message_start only guesses output_tokens, so a stream cut before message_delta says nothing of them.
    """
    message: Json = {}
    usage: Json = {}
    blocks: dict[int, _Block] = {}
    stopped = False
    for event in events:
        kind = event.get("type")
        if kind == "message_start" and isinstance(event.get("message"), dict):
            message = dict(event["message"])
            usage = {key: value for key, value in _mapping(message.get("usage")).items() if key != "output_tokens"}
        elif kind == "message_delta":
            message.update(_mapping(event.get("delta")))
            usage.update({key: value for key, value in _mapping(event.get("usage")).items() if value is not None})
        elif kind == "message_stop":
            stopped = True
        elif kind == "error":
            message["error"] = event.get("error")
        else:
            _add_block_event(blocks, event)
    if blocks:
        message["content"] = [blocks[index].whole() for index in sorted(blocks)]
    if usage:
        message["usage"] = usage
    return message, stopped


def _add_block_event(blocks: dict[int, _Block], event: Json) -> None:
    index = event.get("index")
    if not isinstance(index, int):
        return
    if event.get("type") == "content_block_start":
        blocks[index] = _Block(_mapping(event.get("content_block")))
    elif event.get("type") == "content_block_delta":
        blocks.setdefault(index, _Block({})).add(_mapping(event.get("delta")))


def _mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
