"""What the store keeps of a conversation beside its bodies: a line of each side, and the words to search in.

Made of every call that is recorded, so it is cheap: the last question and the answer are read, never the whole history.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from helicorder.model.call import Call, Digest
from helicorder.model.words import searchable
from helicorder.providers.conversation.answered import answered_of
from helicorder.providers.conversation.asked import USER, asked_backwards
from helicorder.providers.conversation.reader import merged_text
from helicorder.providers.conversation.shape import Message, Part, TextPart
from helicorder.providers.conversation.values import body_of
from helicorder.providers.conversation.words import one_line, said_in, shown_in
from helicorder.providers.text import MAX_VALUES, sanitize

MAX_SEARCHED = 1 << 20
"""Characters of a call's words that are searched."""
_BLOB_LENGTH = 512
# What frames a conversation and is the same in every one of them, and what was offered rather than said.
_FRAME = frozenset(
    {
        "role", "type", "object", "model", "modelVersion", "format", "detail", "media_type", "mimeType", "mime_type",
        "status", "finish_reason", "finishReason", "stop_reason", "service_tier", "system_fingerprint", "signature",
        "thoughtSignature", "thought_signature", "encrypted_content", "embedding", "encoding_format", "usage",
        "usageMetadata", "logprobs", "tools", "functions", "tool_choice", "toolConfig", "tool_config",
        "response_format", "responseSchema", "safetySettings", "safetyRatings", "reasoning_effort",
    }
)  # fmt: skip
_AS_JSON = frozenset({"input", "args", "arguments"})


class _Question(msgspec.Struct):
    """The parts of a request body that hold what was asked, in any provider's words; models and settings are not."""

    messages: msgspec.Raw = msgspec.Raw()
    input: msgspec.Raw = msgspec.Raw()
    prompt: msgspec.Raw = msgspec.Raw()
    contents: msgspec.Raw = msgspec.Raw()
    system: msgspec.Raw = msgspec.Raw()


_question = msgspec.json.Decoder(_Question).decode


def input_key(request_body: str | None) -> int:
    """A hash of what was asked, equal for calls that ask the same of different models; 0 where that is not known."""
    try:
        said = _question(request_body or "")
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return 0
    parts = [bytes(part) for part in (said.messages, said.input, said.prompt, said.contents)]
    if not any(parts):
        return 0
    digest = hashlib.blake2b(b"\0".join([*parts, bytes(said.system)]), digest_size=8).digest()
    return int.from_bytes(digest) or 1


def digest_of(call: Call, most_values: int = MAX_VALUES) -> Digest:
    """The digest of a call's bodies. Never raises."""
    return digest(call.request_body, call.response_body, call.path or call.target_url, most_values)


def digest(request_body: str | None, response_body: str | None, path: str, most_values: int = MAX_VALUES) -> Digest:
    """The digest of two bodies. Never raises.

    ``path`` tells apart what the bodies alone do not; a body of more than ``most_values`` is taken for plain text.
    """
    request = body_of(request_body, MAX_SEARCHED, most_values)
    response = body_of(merged_text(response_body), MAX_SEARCHED, most_values)
    asked = _asked(request.value, request.text, path)
    _, reply, failure = answered_of(response.value, response.text)
    answered = _line([part for message in reply.messages for part in message.parts])
    if not answered and failure is not None:
        answered = one_line([failure.message])
    words = "\n".join([*_words(request.value, request.text), *_words(response.value, response.text)])
    return Digest(
        request_preview=sanitize(asked),
        response_preview=sanitize(answered),
        words=searchable(sanitize(words[:MAX_SEARCHED])),
        input_key=input_key(request_body),
    )


def _asked(body: Any, text: str | None, path: str) -> str:
    """The last thing that a user said in words; where none did, the last thing that anybody said or showed."""
    last: Message | None = None
    for message in asked_backwards(body, text, path):
        last = last or message
        if message.role == USER:
            line = one_line(part.text for part in message.parts if isinstance(part, TextPart))
            if line:
                return line
    return "" if last is None else _line(last.parts)


def _line(parts: list[Part]) -> str:
    return one_line(said_in(parts)) or one_line(shown_in(parts))


def _words(value: Any, text: str | None) -> Iterator[str]:
    """Every text in a JSON value but for its frame, in order, up to a bound."""
    if text is not None:
        yield text[:MAX_SEARCHED]
        return
    room = MAX_SEARCHED
    waiting = [value]
    while waiting and room > 0:
        item = waiting.pop()
        if isinstance(item, str):
            if item and not _is_blob(item):
                room -= len(item)
                yield item
        elif isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, dict):
            waiting.extend(_held(key, item[key]) for key in reversed(item) if key not in _FRAME)


def _held(key: str, value: Any) -> Any:
    """Arguments of tools as the JSON that other providers send them in, so that their numbers are found too."""
    if key in _AS_JSON and isinstance(value, dict):
        return msgspec.json.encode(value).decode()
    return value


def _is_blob(text: str) -> bool:
    """Data and not words: long, and without a blank at its beginning."""
    return len(text) > _BLOB_LENGTH and text.isascii() and len(text[:_BLOB_LENGTH].split()) == 1
