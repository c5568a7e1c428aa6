"""The shape of a conversation, the same for every provider. Pure values."""

import enum
from typing import Any

import msgspec


class Dialect(enum.StrEnum):
    """The dialect that a body shows itself to be in; JSON and TEXT are what no reader here knows, kept as it came."""

    OPENAI_CHAT = "openai-chat"
    OPENAI_RESPONSES = "openai-responses"
    OPENAI_COMPLETIONS = "openai-completions"
    OPENAI_EMBEDDINGS = "openai-embeddings"
    ANTHROPIC_MESSAGES = "anthropic-messages"
    GEMINI = "gemini"
    JSON = "json"
    TEXT = "text"
    NONE = "none"


class _Part(msgspec.Struct, frozen=True, tag_field="type"):
    """One piece of a message."""


class TextPart(_Part, frozen=True, tag="text"):
    """Words; ``annotations`` are the provider's citations, as it gave them."""

    text: str
    annotations: list[Any]


class _Media(_Part, frozen=True, kw_only=True):
    """Something that is no text.

    ``url`` is a data URL or whatever address was sent, not looked at; null where only an id was sent, or where the data
    is larger than is shown here: ``omitted_bytes`` then says how long it is.
    """

    url: str | None
    media_type: str | None
    name: str | None
    id: str | None
    omitted_bytes: int


class ImagePart(_Media, frozen=True, kw_only=True, tag="image"):
    """A picture; ``detail`` is OpenAI's wish for its resolution."""

    detail: str | None


class AudioPart(_Media, frozen=True, kw_only=True, tag="audio"):
    """A sound, with its words where they were given."""

    transcript: str | None


class FilePart(_Media, frozen=True, kw_only=True, tag="file"):
    """A document, a video, any other file."""


class ToolCallPart(_Part, frozen=True, tag="tool_call"):
    """The model asks for a tool; ``arguments`` are JSON where they are JSON, else the text that was given."""

    id: str | None
    name: str
    arguments: Any


class ToolResultPart(_Part, frozen=True, tag="tool_result"):
    """What a tool answered to the call of that id."""

    id: str | None
    name: str | None
    error: bool
    parts: "list[Part]"


class ReasoningPart(_Part, frozen=True, tag="reasoning"):
    """What the model thought; ``hidden`` where the provider shows it only encrypted."""

    text: str
    hidden: bool


class RefusalPart(_Part, frozen=True, tag="refusal"):
    """The model declines, in words."""

    text: str


class JsonPart(_Part, frozen=True, tag="json"):
    """What no reader here knows, as it came."""

    value: Any


Part = (
    TextPart | ImagePart | AudioPart | FilePart | ToolCallPart | ToolResultPart | ReasoningPart | RefusalPart | JsonPart
)


class Message(msgspec.Struct, frozen=True):
    """One turn; ``role`` is the provider's word, but for Gemini's ``model``, which is ``assistant`` here."""

    role: str
    name: str | None
    parts: list[Part]


class Tool(msgspec.Struct, frozen=True):
    """A tool the model was offered; ``parameters`` is its JSON schema, or the settings of a tool of the provider's."""

    name: str
    description: str | None
    parameters: Any


class Reply(msgspec.Struct, frozen=True):
    """What came back: one message for each of ``choices``; ``finish_reason`` is the provider's word, of the first."""

    messages: list[Message]
    finish_reason: str | None
    choices: int


class ProviderError(msgspec.Struct, frozen=True):
    """The error that the answer speaks of."""

    type: str | None
    message: str


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """What one exchange said.

    Attributes:
        model: as the request names it, else as the answer does.
        parameters: everything else that the request states, by its own names.
        truncated: a body was cut before it was kept, so that its end is missing here.
    """

    format: Dialect
    model: str | None
    parameters: dict[str, Any]
    tools: list[Tool]
    messages: list[Message]
    answer: Reply
    error: ProviderError | None
    truncated: bool
