"""The answer's half: what came back, how it ended, and the error that it speaks of."""

from collections.abc import Callable
from typing import Any

from helicorder.providers.conversation.asked import ASSISTANT, gemini_message, message_of
from helicorder.providers.conversation.parts import parts_of, text_or_none
from helicorder.providers.conversation.shape import Dialect, JsonPart, Message, Part, ProviderError, Reply, TextPart
from helicorder.providers.text import dumps

Json = dict[str, Any]

_NOTHING = Reply([], None, 0)


def answered_of(body: Any, text: str | None) -> tuple[Dialect, Reply, ProviderError | None]:
    """(format, reply, error) of an answer, given as a value or, where it is no JSON, as text."""
    failure = _failure_of(body)
    if isinstance(body, dict):
        for key, found, read in _DIALECTS:
            if key in body and (reply := read(body)) is not None:
                return found, reply, failure
    if failure is not None or body in ({}, []):
        return Dialect.NONE, _NOTHING, failure
    if body is not None:
        return Dialect.JSON, _one([JsonPart(body)]), None
    return (Dialect.TEXT, _one([TextPart(text, [])]), None) if text else (Dialect.NONE, _NOTHING, None)


def model_of(body: Any) -> str | None:
    """The model that an answer names."""
    named = body if isinstance(body, dict) else {}
    return text_or_none(named.get("model")) or text_or_none(named.get("modelVersion"))


def _one(parts: list[Part], finish_reason: str | None = None) -> Reply:
    return Reply([Message(ASSISTANT, None, parts)], finish_reason, 1)


def _choices(body: Json) -> Reply | None:
    choices = body["choices"]
    if not isinstance(choices, list):
        return None
    messages = [_choice(choice) for choice in choices]
    first = choices[0] if choices and isinstance(choices[0], dict) else {}
    return Reply(messages, text_or_none(first.get("finish_reason")), len(messages))


def _choice(choice: Any) -> Message:
    if not isinstance(choice, dict):
        return Message(ASSISTANT, None, [JsonPart(choice)])
    said = choice.get("message", choice.get("delta"))
    return message_of(said, ASSISTANT) if said is not None else Message(ASSISTANT, None, parts_of(choice.get("text")))


def _is_completion(body: Json) -> Reply | None:
    """Legacy completions: the same choices, with text instead of a message."""
    choices = body["choices"]
    named = body.get("object") == "text_completion"
    return _choices(body) if named and isinstance(choices, list) else None


def _responses(body: Json) -> Reply | None:
    output = body["output"]
    if isinstance(output, dict) and isinstance(output.get("message"), dict):  # Bedrock's Converse
        return Reply([message_of(output["message"], ASSISTANT)], text_or_none(body.get("stopReason")), 1)
    if not isinstance(output, list):
        return None
    incomplete = body.get("incomplete_details")
    reason = incomplete.get("reason") if isinstance(incomplete, dict) else None
    parts = parts_of(output)
    reply = _one(parts, text_or_none(reason) or text_or_none(body.get("status")))
    return reply if parts else Reply([], reply.finish_reason, 0)


def _anthropic(body: Json) -> Reply | None:
    content = body["content"]
    if not isinstance(content, list | str) or not (body.get("type") == "message" or "role" in body):
        return None
    return Reply([Message(ASSISTANT, None, parts_of(content))], text_or_none(body.get("stop_reason")), 1)


def _candidates(body: Json) -> Reply | None:
    candidates = body["candidates"]
    if not isinstance(candidates, list):
        return None
    messages = [
        gemini_message(one.get("content"), ASSISTANT) if isinstance(one, dict) else gemini_message(one, ASSISTANT)
        for one in candidates
    ]
    first = candidates[0] if candidates and isinstance(candidates[0], dict) else {}
    return Reply(messages, text_or_none(first.get("finishReason")), len(messages))


def _blocked(body: Json) -> Reply | None:
    feedback = body["promptFeedback"]
    reason = feedback.get("blockReason") if isinstance(feedback, dict) else None
    return Reply([], text_or_none(reason), 0)


def _vectors(body: Json) -> Reply | None:
    """Embeddings: how many and how long. The numbers are nothing to read; the body itself has them."""
    rows = body["data"]
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) and "embedding" in row for row in rows):
        return None
    first = rows[0]["embedding"]
    return _one([JsonPart({"embeddings": len(rows), "dimensions": len(first) if isinstance(first, list) else None})])


def _message(body: Json) -> Reply | None:
    """Ollama's chat."""
    said = body["message"]
    is_one = isinstance(said, dict) and "role" in said
    return Reply([message_of(said, ASSISTANT)], text_or_none(body.get("done_reason")), 1) if is_one else None


_DIALECTS: tuple[tuple[str, Dialect, Callable[[Json], Reply | None]], ...] = (
    ("choices", Dialect.OPENAI_COMPLETIONS, _is_completion),
    ("choices", Dialect.OPENAI_CHAT, _choices),
    ("output", Dialect.OPENAI_RESPONSES, _responses),
    ("content", Dialect.ANTHROPIC_MESSAGES, _anthropic),
    ("candidates", Dialect.GEMINI, _candidates),
    ("promptFeedback", Dialect.GEMINI, _blocked),
    ("data", Dialect.OPENAI_EMBEDDINGS, _vectors),
    ("message", Dialect.OPENAI_CHAT, _message),
)


def _failure_of(body: Any) -> ProviderError | None:
    """The error in an answer, of a provider or of something in between."""
    if isinstance(body, list) and len(body) == 1:  # Gemini answers a stream's error in a list
        [body] = body
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, str) and error:
        return ProviderError(None, error)
    if not isinstance(error, dict) or not error:
        return None
    kind = next((str(error[key]) for key in ("type", "status", "code") if isinstance(error.get(key), str | int)), None)
    return ProviderError(kind, text_or_none(error.get("message")) or dumps(error))
