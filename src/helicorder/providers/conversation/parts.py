"""The pieces of a message, told by their own shape: the same shapes come from many providers and through many hosts."""

from collections.abc import Callable, Iterator
from typing import Any

from helicorder.providers.conversation.media import audio, document, gemini_file, image
from helicorder.providers.conversation.shape import (
    JsonPart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from helicorder.providers.conversation.values import json_or_text

Json = dict[str, Any]

_FRAMING = frozenset({"type", "id", "status", "index", "object", "logprobs", "role", "phase"})


def parts_of(content: Any) -> list[Part]:
    """The parts of a message's content, whatever it is: nothing, words, one part or a list of them."""
    if content is None:
        return []
    return [part for item in (content if isinstance(content, list) else [content]) for part in _parts(item)]


def said_beside(message: Json, *known: str) -> Iterator[Part]:
    """What a message says in fields that no reader knows, so that nothing of it is lost."""
    rest = {key: value for key, value in message.items() if value and key not in _FRAMING and key not in known}
    if rest:
        yield JsonPart(rest)


def tool_calls_of(message: Json) -> Iterator[Part]:
    """The tool calls that a chat message holds beside its content, in the new spelling and in the old."""
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        yield _chat_call(call) or JsonPart(call)
    if calls and not isinstance(calls, list):
        yield JsonPart({"tool_calls": calls})
    if old := message.get("function_call"):
        yield _function(None, old) or JsonPart({"function_call": old})


def _chat_call(call: Any) -> Part | None:
    if not isinstance(call, dict):
        return None
    if isinstance(custom := call.get("custom"), dict) and isinstance(name := custom.get("name"), str):
        return ToolCallPart(text_or_none(call.get("id")), name, custom.get("input"))
    return _function(call.get("id"), call.get("function"))


def _function(call_id: Any, function: Any) -> Part | None:
    if not isinstance(function, dict) or not isinstance(name := function.get("name"), str):
        return None
    return ToolCallPart(text_or_none(call_id), name, _arguments(function.get("arguments", function.get("args"))))


def _arguments(given: Any) -> Any:
    return json_or_text(given) if isinstance(given, str) else given


def text_or_none(value: Any) -> str | None:
    """A text that says something; else None."""
    return value if isinstance(value, str) and value else None


def _parts(item: Any) -> list[Part]:
    if isinstance(item, str):
        return [TextPart(item, [])]
    if not isinstance(item, dict):
        return [JsonPart(item)]
    kind = item.get("type")
    if isinstance(kind, str):
        read = _BY_TYPE.get(kind) or (_tool_result if kind.endswith("_tool_result") else None)
        found = read(item) if read else None
    else:
        found = _untyped(item)
    return [JsonPart(item)] if found is None else found


def _text(item: Json) -> list[Part] | None:
    text = item.get("text")
    notes = item.get("annotations") or item.get("citations")
    return [TextPart(text, notes if isinstance(notes, list) else [])] if isinstance(text, str) else None


def _thought(item: Json) -> list[Part] | None:
    text = item.get("thinking", item.get("text"))
    return [ReasoningPart(text, hidden=False)] if isinstance(text, str) else None


def _hidden_thought(_: Json) -> list[Part] | None:
    return [ReasoningPart("", hidden=True)]


def _reasoning(item: Json) -> list[Part] | None:
    """An item of Responses: a summary, or the thoughts themselves, or neither."""
    return [*parts_of(item.get("content")), *parts_of(item.get("summary"))] or [ReasoningPart("", hidden=True)]


def _refusal(item: Json) -> list[Part] | None:
    return [RefusalPart(item["refusal"])] if isinstance(item.get("refusal"), str) else None


def _tool_use(item: Json) -> list[Part] | None:
    """Anthropic's tool_use and Responses' function_call, each with its own names for the same three things."""
    name = item.get("name")
    if not isinstance(name, str):
        return None
    given = next((item[key] for key in ("input", "arguments") if key in item), None)
    return [ToolCallPart(text_or_none(item.get("call_id") or item.get("id")), name, _arguments(given))]


def _tool_result(item: Json) -> list[Part] | None:
    call_id = item.get("tool_use_id") or item.get("call_id")
    content = item.get("content", item.get("output"))
    return [ToolResultPart(text_or_none(call_id), None, item.get("is_error") is True, parts_of(content))]


def _message(item: Json) -> list[Part] | None:
    return parts_of(item.get("content"))


def _untyped(item: Json) -> list[Part] | None:
    """Gemini's parts, in either of its spellings, and Bedrock's text: told by the one key that they have."""
    for keys, read in _BY_KEY:
        for key in keys:
            if key in item:
                return read(item, item[key])
    return None


def _said(item: Json, text: Any) -> list[Part] | None:
    if not isinstance(text, str):
        return None
    return [ReasoningPart(text, hidden=False) if item.get("thought") is True else TextPart(text, [])]


def _gemini_call(_: Json, call: Any) -> list[Part] | None:
    part = _function(call.get("id"), call) if isinstance(call, dict) else None
    return None if part is None else [part]


def _gemini_result(_: Json, answer: Any) -> list[Part] | None:
    if not isinstance(answer, dict):
        return None
    parts: list[Part] = [JsonPart(answer.get("response"))]
    return [ToolResultPart(text_or_none(answer.get("id")), text_or_none(answer.get("name")), error=False, parts=parts)]


_BY_TYPE: dict[str, Callable[[Json], list[Part] | None]] = {
    "text": _text,
    "input_text": _text,
    "output_text": _text,
    "thinking": _thought,
    "reasoning_text": _thought,
    "summary_text": _thought,
    "redacted_thinking": _hidden_thought,
    "reasoning": _reasoning,
    "refusal": _refusal,
    "image_url": image,
    "input_image": image,
    "image": image,
    "input_audio": audio,
    "file": document,
    "input_file": document,
    "document": document,
    "tool_use": _tool_use,
    "server_tool_use": _tool_use,
    "mcp_tool_use": _tool_use,
    "function_call": _tool_use,
    "custom_tool_call": _tool_use,
    "tool_result": _tool_result,
    "function_call_output": _tool_result,
    "custom_tool_call_output": _tool_result,
    "message": _message,
}
_BY_KEY: tuple[tuple[tuple[str, ...], Callable[[Json, Any], list[Part] | None]], ...] = (
    (("text",), _said),
    (("functionCall", "function_call"), _gemini_call),
    (("functionResponse", "function_response"), _gemini_result),
    (("inlineData", "inline_data", "fileData", "file_data"), gemini_file),
)
