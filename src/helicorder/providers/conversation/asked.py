"""The request's half: which dialect it is, who said what, which tools and settings came with it."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from helicorder.providers.conversation.parts import parts_of, said_beside, text_or_none, tool_calls_of
from helicorder.providers.conversation.shape import (
    Dialect,
    JsonPart,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    Tool,
    ToolResultPart,
)

Json = dict[str, Any]

USER, ASSISTANT, SYSTEM, TOOL = "user", "assistant", "system", "tool"
_FIELDS_OF_A_MESSAGE = ("name", "content", "tool_calls", "function_call", "tool_call_id", "refusal", "audio")
_THOUGHTS = ("reasoning_content", "reasoning")
_BY_ASSISTANT = frozenset({"function_call", "custom_tool_call", "reasoning", "message"})
_BY_TOOL = frozenset({"function_call_output", "custom_tool_call_output"})


class Asked(msgspec.Struct, frozen=True):
    """What a request body says; the fields are those of `shape.Conversation`."""

    format: Dialect
    model: str | None
    parameters: Json
    tools: list[Tool]
    messages: list[Message]


def asked_of(body: Any, text: str | None, path: str) -> Asked:
    """What a request says, given as a value or, where it is no JSON, as text."""
    if isinstance(body, dict) and body:
        found = _format_of(body, path)
        model = text_or_none(body.get("model"))
        if found is Dialect.JSON:
            return Asked(found, model, {}, [], [Message(USER, None, [JsonPart(body)])])
        spoken, read = _DIALECTS[found]
        used = {"model", "tools", "functions", *spoken}
        parameters = {key: value for key, value in body.items() if key not in used}
        settings = parameters.pop("generationConfig", None) if found is Dialect.GEMINI else None
        if isinstance(settings, dict):
            parameters |= settings
        return Asked(found, model, parameters, list(_tools_of(body)), list(read(body)))
    if body:
        return Asked(Dialect.JSON, None, {}, [], [Message(USER, None, [JsonPart(body)])])
    if text:
        return Asked(Dialect.TEXT, None, {}, [], [Message(USER, None, [TextPart(text, [])])])
    return Asked(Dialect.NONE, None, {}, [], [])


def asked_backwards(body: Any, text: str | None, path: str) -> Iterator[Message]:
    """The messages of a request, the last one first; of a long history no more are read than are taken."""
    key, read = _ITEMS.get(_format_of(body, path), ("", None)) if isinstance(body, dict) else ("", None)
    items = body.get(key) if isinstance(body, dict) else None
    if read is not None and isinstance(items, list):
        yield from map(read, reversed(items))
    yield from reversed(asked_of(body, text, path).messages)


def _format_of(body: Json, path: str) -> Dialect:
    if "contents" in body:
        return Dialect.GEMINI
    if isinstance(body.get("messages"), list):
        return Dialect.ANTHROPIC_MESSAGES if _is_anthropic(body, path) else Dialect.OPENAI_CHAT
    if "input" in body and "embeddings" in path:
        return Dialect.OPENAI_EMBEDDINGS
    if "prompt" in body:
        return Dialect.OPENAI_COMPLETIONS if isinstance(body["prompt"], str | list) else Dialect.OPENAI_RESPONSES
    if "input" in body and ("responses" in path or not _another_api(path)):
        return Dialect.OPENAI_RESPONSES if "_type" not in body else Dialect.JSON
    return Dialect.JSON


def _another_api(path: str) -> bool:
    """Audio, moderations, rerankers: other things than conversations also have an ``input``."""
    return any(word in path for word in ("/audio", "/moderations", "/rerank", "/images"))


def _is_anthropic(body: Json, path: str) -> bool:
    if "system" in body or "anthropic_version" in body or path.rstrip("/").endswith("/messages"):
        return True
    tools = body.get("tools")
    return isinstance(tools, list) and any(isinstance(tool, dict) and "input_schema" in tool for tool in tools)


def message_of(message: Any, role: str = USER) -> Message:
    """A chat message, with everything that it says beside its content."""
    if not isinstance(message, dict):
        return Message(role, None, parts_of(message))
    role = text_or_none(message.get("role")) or role
    parts: list[Part] = [
        ReasoningPart(message[key], hidden=False) for key in _THOUGHTS if text_or_none(message.get(key))
    ]
    parts += parts_of(message.get("content"))
    if text_or_none(message.get("refusal")):
        parts += parts_of({"type": "refusal", "refusal": message["refusal"]})
    if message.get("audio"):
        parts += parts_of({"type": "input_audio", "input_audio": message["audio"]})
    parts += tool_calls_of(message)
    known = (*_FIELDS_OF_A_MESSAGE, *(key for key in _THOUGHTS if isinstance(message.get(key), str)))
    parts += said_beside(message, *known)
    name = text_or_none(message.get("name"))
    if role in (TOOL, "function"):
        parts = [ToolResultPart(text_or_none(message.get("tool_call_id")), name, error=False, parts=parts)]
    return Message(role, name, parts)


def _system(content: Any) -> Iterator[Message]:
    if parts := parts_of(content):
        yield Message(SYSTEM, None, parts)


def _chat(body: Json) -> Iterator[Message]:
    yield from map(message_of, body["messages"])


def _anthropic(body: Json) -> Iterator[Message]:
    yield from _system(body.get("system"))
    yield from map(message_of, body["messages"])


def _responses(body: Json) -> Iterator[Message]:
    yield from _system(body.get("instructions"))
    asked = body.get("input")
    yield from map(_item, asked if isinstance(asked, list) else [] if asked is None else [asked])


def _item(item: Any) -> Message:
    """An item of Responses: a message, or something that the model or a tool did before."""
    kind = item.get("type", "message") if isinstance(item, dict) else None
    if kind == "message":
        return message_of(item)
    role = TOOL if kind in _BY_TOOL else ASSISTANT if kind in _BY_ASSISTANT else USER
    return Message(role, None, parts_of(item))


def _completions(body: Json) -> Iterator[Message]:
    prompts = body["prompt"]
    several = isinstance(prompts, list) and not all(isinstance(token, int) for token in prompts)
    for prompt in prompts if several else [prompts]:
        yield Message(USER, None, _words_or_tokens(prompt))


def _embeddings(body: Json) -> Iterator[Message]:
    given = body["input"]
    several = isinstance(given, list) and not all(isinstance(token, int) for token in given)
    for text in given if several else [given]:
        yield Message(USER, None, _words_or_tokens(text))


def _words_or_tokens(given: Any) -> list[Part]:
    return parts_of(given) if isinstance(given, str) else [JsonPart(given)]


def _gemini(body: Json) -> Iterator[Message]:
    system = body.get("systemInstruction", body.get("system_instruction"))
    yield from _system(system.get("parts") if isinstance(system, dict) and "parts" in system else system)
    contents = body["contents"]
    for content in contents if isinstance(contents, list) else [contents]:
        yield gemini_message(content)


def gemini_message(content: Any, role: str = USER) -> Message:
    """A content of Gemini's: a role and parts."""
    if not isinstance(content, dict) or "parts" not in content:
        return Message(role, None, parts_of(content))
    named = text_or_none(content.get("role")) or role
    parts = [*parts_of(content["parts"]), *said_beside(content, "parts")]
    return Message(ASSISTANT if named == "model" else named, None, parts)


_DIALECTS: dict[Dialect, tuple[tuple[str, ...], Callable[[Json], Iterator[Message]]]] = {
    Dialect.OPENAI_CHAT: (("messages",), _chat),
    Dialect.ANTHROPIC_MESSAGES: (("messages", "system"), _anthropic),
    Dialect.OPENAI_RESPONSES: (("input", "instructions"), _responses),
    Dialect.OPENAI_COMPLETIONS: (("prompt",), _completions),
    Dialect.OPENAI_EMBEDDINGS: (("input",), _embeddings),
    Dialect.GEMINI: (("contents", "systemInstruction", "system_instruction"), _gemini),
}


_ITEMS: dict[Dialect, tuple[str, Callable[[Any], Message]]] = {
    Dialect.OPENAI_CHAT: ("messages", message_of),
    Dialect.ANTHROPIC_MESSAGES: ("messages", message_of),
    Dialect.OPENAI_RESPONSES: ("input", _item),
    Dialect.GEMINI: ("contents", gemini_message),
}


def _tools_of(body: Json) -> Iterator[Tool]:
    for key in ("tools", "functions"):
        offered = body.get(key)
        for tool in offered if isinstance(offered, list) else () if offered is None else [offered]:
            yield from _tool(tool)


def _tool(tool: Any) -> Iterator[Tool]:
    """One tool in any provider's words; of Gemini one entry holds several."""
    if not isinstance(tool, dict):
        yield Tool("", None, tool)
        return
    declared = tool.get("functionDeclarations", tool.get("function_declarations"))
    if isinstance(declared, list):
        for one in declared:
            yield from _tool(one)
        tool = {key: value for key, value in tool.items() if value is not declared}
        if not tool:
            return
    function = tool["function"] if isinstance(tool.get("function"), dict) else tool
    name = text_or_none(function.get("name")) or text_or_none(tool.get("type")) or next(iter(tool), "")
    schema = next((function[key] for key in _SCHEMAS if key in function), None)
    rest = {key: value for key, value in function.items() if key not in ("name", "type", "description")}
    yield Tool(name, text_or_none(function.get("description")), (rest or None) if schema is None else schema)


_SCHEMAS = ("parameters", "input_schema", "parametersJsonSchema", "parameters_json_schema")
