"""Reads a call's bodies as a conversation. Pure; never raises, whatever the bodies hold."""

import msgspec

from helicorder.providers.conversation.answered import answered_of, model_of
from helicorder.providers.conversation.asked import asked_of
from helicorder.providers.conversation.shape import Conversation, Dialect
from helicorder.providers.conversation.values import body_of
from helicorder.providers.streams import looks_like_sse, merged, stream_of
from helicorder.providers.text import dumps

_UNKNOWN = (Dialect.JSON, Dialect.TEXT, Dialect.NONE)
# Requests that look alike, where only the answer tells.
_TOLD_BY_ANSWER = {
    (Dialect.OPENAI_CHAT, Dialect.ANTHROPIC_MESSAGES),
    (Dialect.OPENAI_RESPONSES, Dialect.OPENAI_EMBEDDINGS),
}


def read(request_body: str | None, response_body: str | None, path: str = "") -> Conversation:
    """What two stored bodies say; ``path`` tells apart what the bodies alone do not."""
    request, response = body_of(request_body), body_of(merged_text(response_body))
    asked = asked_of(request.value, request.text, path)
    answered, reply, error = answered_of(response.value, response.text)
    unknown = asked.format in _UNKNOWN and answered is not Dialect.NONE
    return Conversation(
        format=answered if unknown or (asked.format, answered) in _TOLD_BY_ANSWER else asked.format,
        model=asked.model or model_of(response.value),
        parameters=asked.parameters,
        tools=asked.tools,
        messages=asked.messages,
        answer=reply,
        error=error,
        truncated=request.cut or response.cut,
    )


def read_as_json(request_body: bytes, response_body: bytes, path: str) -> bytes:
    """As `read`, from UTF-8 to JSON; an empty body is one that was not kept."""
    return msgspec.json.encode(read(request_body.decode() or None, response_body.decode() or None, path))


def merged_text(response_body: str | None) -> str | None:
    """An answer that was kept as the stream it came in, as the plain answer it spells; any other as it is."""
    if not response_body or not looks_like_sse(response_body[:10].lstrip().encode("utf-8", "replace")):
        return response_body
    try:
        whole = merged(stream_of(response_body.encode("utf-8", "replace")))
        return dumps(whole.answer) if whole.known else response_body
    except RecursionError:
        return response_body
