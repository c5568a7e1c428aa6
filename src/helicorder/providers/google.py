"""Gemini's streamGenerateContent merged into the answer of generateContent."""

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]


def merged_candidates(chunks: Iterable[Json]) -> tuple[Json, bool]:
    """The answer, and whether every candidate gave a finishReason or the prompt was blocked.

    Counts grow as the stream goes. One cut before its last chunk may name a total but no candidates yet; the total is
    then left out, since it says nothing of what was generated.
    """
    answer: Json = {}
    usage: Json = {}
    candidates: dict[int, Json] = {}
    for chunk in chunks:
        answer.update({key: value for key, value in chunk.items() if value is not None})
        usage.update(_present(chunk.get("usageMetadata")))
        rows = chunk.get("candidates")
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict):
                index = row.get("index")
                _add_candidate(candidates.setdefault(index if isinstance(index, int) else 0, {}), row)
    blocked = bool(_present(answer.get("promptFeedback")).get("blockReason"))
    complete = blocked or (bool(candidates) and all(row.get("finishReason") for row in candidates.values()))
    if candidates:
        answer["candidates"] = [_whole(candidates[index]) for index in sorted(candidates)]
    if not complete and "candidatesTokenCount" not in usage:
        usage.pop("totalTokenCount", None)
    if usage:
        answer["usageMetadata"] = usage
    return answer, complete


def _add_candidate(candidate: Json, row: Json) -> None:
    content = _present(row.get("content"))
    for key, value in row.items():
        if key != "content" and value is not None:
            candidate[key] = value
    if content:
        known = candidate.setdefault("content", {"parts": []})
        known.update({key: value for key, value in content.items() if key != "parts"})
        parts = content.get("parts")
        for part in parts if isinstance(parts, list) else ():
            _add_part(known["parts"], part)


def _add_part(parts: list[Any], part: Any) -> None:
    """Text goes on the text before it, as long as both are thought or both are said; other parts stand alone."""
    last = parts[-1] if parts else None
    if _is_text(part) and isinstance(last, _Text) and bool(part.get("thought")) == bool(last.get("thought")):
        last.pieces.append(part["text"])
        last.update({key: value for key, value in part.items() if key != "text"})
    else:
        parts.append(_Text(part) if _is_text(part) else part)


class _Text(dict[str, Any]):
    """A text part still being put together; joined once, because adding up strings is quadratic."""

    def __init__(self, part: Json) -> None:
        super().__init__(part)
        self.pieces: list[str] = [part["text"]]


def _is_text(part: Any) -> bool:
    return isinstance(part, dict) and isinstance(part.get("text"), str)


def _whole(candidate: Json) -> Json:
    if content := candidate.get("content"):
        content["parts"] = [
            {**part, "text": "".join(part.pieces)} if isinstance(part, _Text) else part for part in content["parts"]
        ]
    return candidate


def _present(value: Any) -> Json:
    return {key: item for key, item in value.items() if item is not None} if isinstance(value, dict) else {}
