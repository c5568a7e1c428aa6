"""What the store keeps of a conversation beside its bodies: a line of each side, and the words to search in.

Made of every call that is recorded, so it is cheap: the last question and the answer are read, never the whole history.
"""

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
from helicorder.providers.text import sanitize

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


def digest_of(call: Call) -> Digest:
    """The digest of a call's bodies. Never raises."""
    request, response = body_of(call.request_body), body_of(merged_text(call.response_body))
    asked = _asked(request.value, request.text, call.path or call.target_url)
    _, reply, failure = answered_of(response.value, response.text)
    answered = _line([part for message in reply.messages for part in message.parts])
    if not answered and failure is not None:
        answered = one_line([failure.message])
    words = "\n".join([*_words(request.value, request.text), *_words(response.value, response.text)])
    return Digest(sanitize(asked), sanitize(answered), searchable(sanitize(words[:MAX_SEARCHED])))


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
