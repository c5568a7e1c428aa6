"""Pictures, sounds and files in messages: their address or their data, never looked at."""

from typing import Any

from helicorder.providers.conversation.shape import AudioPart, FilePart, ImagePart, Part, TextPart

Json = dict[str, Any]

MAX_DATA_LENGTH = 4_000_000
"""A data URL up to this length is shown; of a longer one its length is told."""


def image(item: Json) -> list[Part] | None:
    """OpenAI's image_url and input_image, Anthropic's image."""
    source = item.get("image_url", item.get("source"))
    named = {"file_id": item.get("file_id"), "detail": item.get("detail")}
    if isinstance(source, str) or (source is None and isinstance(item.get("file_id"), str)):
        return [_picture(named | {"url": source})]
    return [_picture(named | source)] if isinstance(source, dict) and _address(source) else None


def _picture(source: Json) -> Part:
    return ImagePart(**_media(source), detail=_text(source.get("detail")))


def audio(item: Json) -> list[Part] | None:
    """OpenAI's input_audio."""
    return sound(item.get("input_audio"))


def sound(source: Any) -> list[Part] | None:
    """Audio as OpenAI gives it to a model or has it from one; None where it is none."""
    if not isinstance(source, dict):
        return None
    kind = source.get("format")
    typed = source | ({"media_type": f"audio/{kind}"} if isinstance(kind, str) else {})
    transcript = _text(source.get("transcript"))
    if _address(typed) is None and transcript is None and not typed.get("id"):
        return None
    return [AudioPart(**_media(typed), transcript=transcript)]


def document(item: Json) -> list[Part] | None:
    """OpenAI's file and input_file, Anthropic's document."""
    source = next((item[key] for key in ("file", "source") if isinstance(item.get(key), dict)), item)
    if source.get("type") == "text" and isinstance(source.get("data"), str):
        return [TextPart(source["data"], [])]
    named = {"filename": item.get("title"), **source}
    if not _address(named) and not _text(named.get("file_id")):
        return None
    return [FilePart(**_media(named))]


def gemini_file(_: Json, source: Any) -> list[Part] | None:
    """Gemini's inlineData and fileData: the media type says which it is."""
    if not isinstance(source, dict) or not _address(source):
        return None
    fields = _media(source)
    kind = (fields["media_type"] or "").partition("/")[0]
    if kind == "image":
        return [ImagePart(**fields, detail=None)]
    if kind == "audio":
        return [AudioPart(**fields, transcript=None)]
    return [FilePart(**fields)]


def _address(source: Json) -> str | None:
    """Where the thing itself is: an address of any kind, or its data."""
    keys = ("url", "file_url", "fileUri", "file_uri", "file_data", "data")
    return next((source[key] for key in keys if isinstance(source.get(key), str) and source[key]), None)


def _media(source: Json) -> Json:
    """The fields that every kind has."""
    media_type = next(
        (source[key] for key in ("media_type", "mimeType", "mime_type") if isinstance(source.get(key), str)), None
    )
    url = _address(source)
    if url is not None and (url == source.get("data") or url == source.get("file_data")):
        url = url if url.startswith("data:") else f"data:{media_type or 'application/octet-stream'};base64,{url}"
    if media_type is None and url is not None and url.startswith("data:"):
        media_type = url[5:].partition(",")[0].partition(";")[0][:100] or None
    too_long = url is not None and len(url) > MAX_DATA_LENGTH
    return {
        "url": None if too_long else url,
        "media_type": media_type,
        "name": _text(source.get("filename") or source.get("name") or source.get("displayName")),
        "id": _text(source.get("file_id") or source.get("id")),
        "omitted_bytes": len(url or "") if too_long else 0,
    }


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
