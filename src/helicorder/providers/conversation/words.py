"""What a message says as words alone, for previews."""

from collections.abc import Iterable, Iterator

import msgspec

from helicorder.providers.conversation.shape import (
    AudioPart,
    FilePart,
    ImagePart,
    JsonPart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)

PREVIEW_LENGTH = 200
_LOOKED_AT = 2000
"""Characters of a part that are looked at: a preview of the start of a book needs not all of it."""


def one_line(texts: Iterable[str]) -> str:
    """The beginning of some texts on one line of at most PREVIEW_LENGTH characters, its end told by an ellipsis."""
    line, cut = "", False
    for text in texts:
        line = " ".join([line, *text[:_LOOKED_AT].split()]) if line else " ".join(text[:_LOOKED_AT].split())
        cut = cut or len(text) > _LOOKED_AT
        if len(line) > PREVIEW_LENGTH:
            break
    if len(line) > PREVIEW_LENGTH or (cut and line):
        line = line[: PREVIEW_LENGTH - 1].rstrip() + "…"
    return line


def said_in(parts: Iterable[Part]) -> Iterator[str]:
    """The words of what is said: text and refusals, calls of tools and what they answered; not thoughts."""
    for part in parts:
        match part:
            case TextPart() | RefusalPart():
                yield part.text
            case ToolCallPart():
                yield f"{part.name}({_compact(part.arguments)})"
            case ToolResultPart():
                yield from said_in(part.parts)
            case JsonPart():
                yield _compact(part.value)
            case _:
                continue


def shown_in(parts: Iterable[Part]) -> Iterator[str]:
    """What stands for parts that say nothing in words."""
    for part in parts:
        match part:
            case ReasoningPart():
                yield part.text
            case ImagePart():
                yield "[image]"
            case AudioPart():
                yield part.transcript or "[audio]"
            case FilePart():
                yield f"[file {part.name}]" if part.name else "[file]"
            case ToolResultPart():
                yield from shown_in(part.parts)
            case _:
                continue


def _compact(value: object) -> str:
    if isinstance(value, str):
        return value
    try:
        return msgspec.json.encode(value).decode() if value is not None else ""
    except (msgspec.EncodeError, TypeError, OverflowError, RecursionError, UnicodeEncodeError):
        return "…"
