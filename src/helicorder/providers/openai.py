"""OpenAI's streams merged: Chat Completions and legacy Completions with their many imitators, and Responses."""

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

_SAID_ONCE = frozenset({"role", "id", "type", "name", "object", "index", "format"})
_TERMINAL = ("response.completed", "response.failed", "response.incomplete")

# Where a Responses delta belongs in its output item: the list of parts, the key of the part's index, the part's text.
_PART_DELTAS = {
    "response.output_text.delta": ("content", "content_index", "output_text", "text"),
    "response.refusal.delta": ("content", "content_index", "refusal", "refusal"),
    "response.reasoning_text.delta": ("content", "content_index", "reasoning_text", "text"),
    "response.reasoning_summary_text.delta": ("summary", "summary_index", "summary_text", "text"),
}
_ITEM_DELTAS = {
    "response.function_call_arguments.delta": "arguments",
    "response.mcp_call_arguments.delta": "arguments",
    "response.custom_tool_call_input.delta": "input",
    "response.code_interpreter_call_code.delta": "code",
}


class _Pieces(list[str]):
    """A text still being put together; joined once, because adding up strings is quadratic."""


class _Rows(list[Any]):
    """A list still being put together, whose rows are found by their index."""

    def __init__(self) -> None:
        super().__init__()
        self.by_index: dict[int, Json] = {}

    def at(self, index: int, **start: Any) -> Json:
        """The row of that index, made from start where it is new."""
        if index not in self.by_index:
            self.append(self.by_index.setdefault(index, start))
        return self.by_index[index]


def merged_choices(chunks: Iterable[Json], *, done: bool) -> tuple[Json, bool]:
    """The chat completion (or legacy completion) and whether it ended: ``[DONE]``, or every choice finished."""
    answer: Json = {}
    choices: dict[int, Json] = {}
    for chunk in chunks:
        for key, value in chunk.items():
            if key not in ("choices", "obfuscation") and (value or key not in answer):
                answer[key] = value
        rows = chunk.get("choices")
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict):
                _add_choice(choices.setdefault(_index(row), {"index": _index(row)}), row)
    if answer.get("object") == "chat.completion.chunk":
        answer["object"] = "chat.completion"
    answer["choices"] = [_joined(choices[index]) for index in sorted(choices)]
    finished = bool(choices) and all(choice.get("finish_reason") for choice in choices.values())
    return answer, done or finished


def _add_choice(choice: Json, row: Json) -> None:
    for key, value in row.items():
        if key == "delta" and isinstance(value, dict):
            _accumulate(choice.setdefault("message", {}), value)
        elif key == "text" and isinstance(value, str):
            choice.setdefault("text", _Pieces()).append(value)
        elif key == "logprobs" and isinstance(value, dict):
            _accumulate(choice, {key: value})
        elif value is not None or key not in choice:
            choice[key] = value


def _accumulate(known: Json, delta: Json) -> None:
    """Adds a delta to what is known: texts grow, lists grow (by index where rows have one), the rest is said once."""
    for key, value in delta.items():
        present = known.get(key)
        if isinstance(value, str) and key not in _SAID_ONCE:
            if not isinstance(present, _Pieces):
                known[key] = present = _Pieces()
            present.append(value)
        elif isinstance(value, dict):
            if not isinstance(present, dict):
                known[key] = present = {}
            _accumulate(present, value)
        elif isinstance(value, list):
            if not isinstance(present, _Rows):
                known[key] = present = _Rows()
            _extend(present, value)
        elif not present:
            known[key] = value


def _extend(rows: _Rows, more: list[Any]) -> None:
    for row in more:
        if isinstance(row, dict) and isinstance(index := row.get("index"), int):
            _accumulate(rows.at(index), row)
        else:
            rows.append(row)


def _joined(value: Any) -> Any:
    """The value with its pieces joined; tool calls lose the index that only a stream gives them."""
    if isinstance(value, _Pieces):
        return "".join(value)
    if isinstance(value, list):
        return [_joined(item) for item in value]
    if not isinstance(value, dict):
        return value
    joined = {key: _joined(item) for key, item in value.items()}
    for call in calls if isinstance(calls := joined.get("tool_calls"), list) else ():
        if isinstance(call, dict):
            call.pop("index", None)
    return joined


def _index(row: Json, key: str = "index") -> int:
    index = row.get(key)
    return index if isinstance(index, int) else 0


def merged_responses(events: Iterable[Json]) -> tuple[Json, bool]:
    """The response object and whether its terminal event came; without that, what its events had built up so far."""
    response: Json = {}
    items: dict[int, Json] = {}
    ended = False
    for event in events:
        kind = event.get("type")
        if isinstance(event.get("response"), dict):
            response = event["response"]
            ended = ended or kind in _TERMINAL
        elif kind == "error":
            response = {**response, "error": event.get("error") or {k: v for k, v in event.items() if k != "type"}}
        elif isinstance(kind, str):
            _add_event(items, kind, event)
    if items and not response.get("output"):
        response = {**response, "output": [_joined(items[index]) for index in sorted(items)]}
    return response, ended


def _add_event(items: dict[int, Json], kind: str, event: Json) -> None:
    index = _index(event, "output_index")
    if kind in ("response.output_item.added", "response.output_item.done"):
        if isinstance(event.get("item"), dict):
            items[index] = dict(event["item"])
        return
    delta = event.get("delta")
    if not isinstance(delta, str):
        return
    item = items.setdefault(index, {})
    if kind in _ITEM_DELTAS:
        _pieces(item, _ITEM_DELTAS[kind]).append(delta)
    elif kind in _PART_DELTAS:
        parts_key, index_key, part_type, text_key = _PART_DELTAS[kind]
        _pieces(_part(item, parts_key, _index(event, index_key), part_type), text_key).append(delta)


def _part(item: Json, parts_key: str, index: int, part_type: str) -> Json:
    if not isinstance(item.get(parts_key), _Rows):
        item[parts_key] = _Rows()
    rows: _Rows = item[parts_key]
    return rows.at(index, type=part_type)


def _pieces(holder: Json, key: str) -> _Pieces:
    present = holder.get(key)
    if not isinstance(present, _Pieces):
        holder[key] = present = _Pieces()
    return present
