"""Bodies in the wire of three providers: chats of OpenAI's, messages of Anthropic's, contents of Gemini's."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

# A grey picture of one pixel: what a customer's photo amounts to here.
PICTURE = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763a8afaf07000340017fcc"
        "5f2a6a0000000049454e44ae426082"
    )
).decode()
TOOL = {
    "name": "lookup_order",
    "description": "What is known of an order.",
    "parameters": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
}
Json = dict[str, Any]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked and answered, apart from any provider's wire.

    Attributes:
        question: the customer's; before: (question, answer) of earlier turns.
        picture: whether a photo comes with the question.
        tool: the arguments with which the model calls TOOL in place of an answer.
        found: what the tool said of these arguments, before the model answers.
        thought: what the model thinks before it answers; only Anthropic's tell.
        tokens: of the prompt, of it from a cache, of the answer, of reasoning that is not shown.
    """

    model: str
    system: str
    question: str
    before: tuple[tuple[str, str], ...] = ()
    picture: bool = False
    tool: Mapping[str, str] | None = None
    found: tuple[Mapping[str, str], str] | None = None
    answer: str = ""
    thought: str = ""
    streamed: bool = False
    tokens: tuple[int, int, int, int] = (0, 0, 0, 0)


class Wire(msgspec.Struct, frozen=True):
    """An exchange as the log call of its provider takes it: ``path`` of that call, URL and bodies of the provider's."""

    path: str
    url: str
    asked: Json
    answered: Json | None
    text: str | None = None


def of(said: Said) -> Wire:
    """The exchange in the wire of the provider whose model it is."""
    if said.model.startswith("claude"):
        return _messages(said)
    return _contents(said) if said.model.startswith("gemini") else _chat(said)


def _chat(said: Said) -> Wire:
    content: Any = said.question
    if said.picture:
        photo = {"url": f"data:image/png;base64,{PICTURE}"}
        content = [{"type": "text", "text": said.question}, {"type": "image_url", "image_url": photo}]
    messages: list[Json] = [{"role": "system", "content": said.system}, *_earlier(said)]
    messages.append({"role": "user", "content": content})
    if said.found is not None:
        arguments, result = said.found
        messages.append({"role": "assistant", "content": None, "tool_calls": [_tool_call(arguments)]})
        messages.append({"role": "tool", "tool_call_id": "call_1", "content": result})
    asked: Json = {"model": said.model, "messages": messages}
    if said.tool is not None or said.found is not None:
        asked["tools"] = [{"type": "function", "function": TOOL}]
    if said.streamed:
        asked |= {"stream": True, "stream_options": {"include_usage": True}}
    head = {"id": "chatcmpl-demo", "created": 1_760_000_000, "model": said.model}
    url = "https://api.openai.com/v1/chat/completions"
    if said.streamed:
        return Wire("/oai/v1/log", url, asked, None, "".join(chat_events(head, said.answer, _chat_usage(said))))
    message: Json = {"role": "assistant", "content": said.answer}
    reason = "stop"
    if said.tool is not None:
        message, reason = {"role": "assistant", "content": None, "tool_calls": [_tool_call(said.tool)]}, "tool_calls"
    choice = {"index": 0, "message": message, "finish_reason": reason}
    answered = {**head, "object": "chat.completion", "choices": [choice], "usage": _chat_usage(said)}
    return Wire("/oai/v1/log", url, asked, answered)


def _earlier(said: Said) -> list[Json]:
    return [
        {"role": role, "content": text}
        for turn in said.before
        for role, text in zip(("user", "assistant"), turn, strict=True)
    ]


def _tool_call(arguments: Mapping[str, str]) -> Json:
    function = {"name": TOOL["name"], "arguments": json.dumps(arguments)}
    return {"id": "call_1", "type": "function", "function": function}


def _chat_usage(said: Said) -> Json:
    prompt, cached, completion, reasoning = said.tokens
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion + reasoning,
        "total_tokens": prompt + completion + reasoning,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }


def chat_events(head: Json, answer: str, usage: Json | None) -> Iterator[str]:
    """The events of a streamed chat, a word at a time; with ``usage`` if it is asked for."""
    chunk = {**head, "object": "chat.completion.chunk"}
    for word in answer.split(" "):
        delta = {"index": 0, "delta": {"content": f"{word} "}, "finish_reason": None}
        yield f"data: {json.dumps({**chunk, 'choices': [delta]})}\n\n"
    yield f"data: {json.dumps({**chunk, 'choices': [{'index': 0, 'delta': {}, 'finish_reason': 'stop'}]})}\n\n"
    if usage is not None:
        yield f"data: {json.dumps({**chunk, 'choices': [], 'usage': usage})}\n\n"
    yield "data: [DONE]\n\n"


def _messages(said: Said) -> Wire:
    content: Any = said.question
    if said.picture:
        source = {"type": "base64", "media_type": "image/png", "data": PICTURE}
        content = [{"type": "image", "source": source}, {"type": "text", "text": said.question}]
    asked: Json = {
        "model": said.model, "max_tokens": 1024, "system": said.system,
        "messages": [*_earlier(said), {"role": "user", "content": content}],
    }  # fmt: skip
    if said.thought:
        asked["thinking"] = {"type": "enabled", "budget_tokens": 1024}
    if said.streamed:
        asked["stream"] = True
    prompt, cached, completion, _ = said.tokens
    usage = {"input_tokens": prompt - cached, "cache_read_input_tokens": cached, "output_tokens": completion}
    head = {"id": "msg_demo", "type": "message", "role": "assistant", "model": said.model, "stop_sequence": None}
    url = "https://api.anthropic.com/v1/messages"
    if said.streamed:
        events = "".join(message_events(head, said.answer, usage, said.thought))
        return Wire("/anthropic/v1/log", url, asked, None, events)
    blocks: list[Json] = [{"type": "thinking", "thinking": said.thought, "signature": "demo"}] if said.thought else []
    blocks.append({"type": "text", "text": said.answer})
    return Wire("/anthropic/v1/log", url, asked, {**head, "content": blocks, "stop_reason": "end_turn", "usage": usage})


def message_events(head: Json, answer: str, usage: Json, thought: str = "") -> Iterator[str]:
    """The events of a streamed message: the thought first, if any, then the answer, a word at a time."""
    yield _event({"type": "message_start", "message": {**head, "content": [], "usage": {**usage, "output_tokens": 1}}})
    blocks = [("thinking", thought)] if thought else []
    for index, (kind, text) in enumerate([*blocks, ("text", answer)]):
        block = {"type": "content_block_start", "index": index, "content_block": {"type": kind, kind: ""}}
        yield _event(block)
        for word in text.split(" "):
            delta = {"type": f"{kind}_delta", kind: f"{word} "}
            yield _event({"type": "content_block_delta", "index": index, "delta": delta})
        yield _event({"type": "content_block_stop", "index": index})
    closing = {"stop_reason": "end_turn", "stop_sequence": None}
    yield _event({"type": "message_delta", "delta": closing, "usage": {"output_tokens": usage["output_tokens"]}})
    yield _event({"type": "message_stop"})


def _event(data: Json) -> str:
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n"


def _contents(said: Said) -> Wire:
    parts: list[Json] = [{"text": said.question}]
    if said.picture:
        parts.append({"inlineData": {"mimeType": "image/png", "data": PICTURE}})
    earlier = [
        {"role": role, "parts": [{"text": text}]}
        for turn in said.before
        for role, text in zip(("user", "model"), turn, strict=True)
    ]
    asked = {
        "systemInstruction": {"parts": [{"text": said.system}]},
        "contents": [*earlier, {"role": "user", "parts": parts}],
    }
    prompt, cached, completion, reasoning = said.tokens
    usage = {
        "promptTokenCount": prompt, "cachedContentTokenCount": cached, "candidatesTokenCount": completion,
        "thoughtsTokenCount": reasoning, "totalTokenCount": prompt + completion + reasoning,
    }  # fmt: skip
    candidate = {"content": {"role": "model", "parts": [{"text": said.answer}]}, "finishReason": "STOP", "index": 0}
    url = f"https://generativelanguage.googleapis.com/v1beta/models/{said.model}:generateContent"
    answered = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": said.model}
    return Wire("/googleapis/v1/log", url, asked, answered)


def failed(said: Said, status: int, kind: str, message: str) -> Wire:
    """The same question, answered with an error; an answer that never came is none."""
    wire = of(msgspec.structs.replace(said, streamed=False))
    error = {"error": {"message": message, "type": kind, "code": status}} if status > 0 else None
    return msgspec.structs.replace(wire, answered=error)


def tool_event(arguments: Mapping[str, str], result: str) -> Wire:
    """A tool's run, as Helicone's helpers log one."""
    asked = {"_type": "tool", "toolName": TOOL["name"], "input": dict(arguments)}
    answered = {"_type": "tool", "toolName": TOOL["name"], "status": "success", "message": result}
    return Wire("/custom/v1/log", "", asked, answered)


def search_event(text: str, found: int) -> Wire:
    """A search in a vector store, as Helicone's helpers log one."""
    asked = {"_type": "vector_db", "operation": "search", "text": text, "topK": found, "databaseName": "help-pages"}
    answered = {"_type": "vector_db", "operation": "search", "status": "success", "message": f"{found} pages"}
    return Wire("/custom/v1/log", "", asked, answered)
