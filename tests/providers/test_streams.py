"""Streams: their end as they pass, and the answer they spell out."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.providers.reading import Reading, read
from helicorder.providers.streams import STREAM_START, TAIL_BYTES, ends_stream

CASES: dict[str, dict[str, Any]] = {
    case["name"]: case for case in json.loads((Path(__file__).parent / "vectors" / "stored_bodies.json").read_text())
}
Json = dict[str, Any]


def read_body(body: bytes, content_type: str = "text/event-stream") -> Reading:
    """The reading of a response body alone."""
    return read("", "", b"", body, content_type=content_type)


def sse(events: Iterable[Json], *, named: bool = False, done: bool = False, line_end: str = "\n") -> bytes:
    """The events as server-sent events."""
    lines: list[str] = []
    for event in events:
        if named:
            lines.append(f"event: {event['type']}")
        lines += [f"data: {json.dumps(event, ensure_ascii=False)}", ""]
    if done:
        lines += ["data: [DONE]", ""]
    return line_end.join([*lines, ""]).encode(errors="surrogatepass")


def answer_of(reading: Reading) -> Json:
    """The stored answer, parsed."""
    assert reading.response_text is not None
    answer: Json = json.loads(reading.response_text)
    return answer


# A stream says these otherwise than a plain answer, or not at all.
UNSAID = {"refusal", "finish_reason", "logprobs"}


def said(value: Any) -> Any:
    """The value without the keys that a stream need not say and without None."""
    if isinstance(value, dict):
        return {key: said(item) for key, item in value.items() if key not in UNSAID and item is not None}
    return [said(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", [name for name in CASES if name.endswith("-stream")])
def test_a_stream_is_stored_as_the_plain_answer(name: str) -> None:
    """A recorded stream is stored in the shape and with the content of the plain answer to the same request."""
    streamed = read_body(CASES[name]["body"].encode())
    plain = read_body(CASES[name.removesuffix("-stream")]["body"].encode(), "application/json")
    assert streamed.streamed
    assert streamed.complete
    assert not plain.streamed
    assert plain.complete
    answer, expected = said(answer_of(streamed)), said(answer_of(plain))
    if "no-usage" in name:
        expected.pop("usage")
    assert answer == expected


def test_anthropic_and_responses_are_stored_as_helicone_stores_them() -> None:
    """Where Helicone merges a stream without loss, ours is the same value."""
    for name in ("anthropic-stream", "anthropic-tool-stream", "openai-responses-stream"):
        assert answer_of(read_body(CASES[name]["body"].encode())) == CASES[name]["stored"]


texts = st.text(min_size=1, max_size=30)
piecewise = st.lists(texts, min_size=1, max_size=6)


@given(
    st.lists(
        st.tuples(piecewise, st.sampled_from(["content", "refusal", "reasoning_content"])), min_size=1, max_size=3
    ),
    st.lists(st.tuples(texts, piecewise), max_size=3),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_a_chat_cut_anyhow_merges_to_the_whole(
    said_by: list[tuple[list[str], str]],
    calls: list[tuple[str, list[str]]],
    line_end: str,
    done: bool,  # noqa: FBT001 -- Hypothesis passes by position
) -> None:
    """Several choices and tool calls, their texts cut anywhere, merge to what was said, whatever the line endings."""
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    events: list[Json] = [{**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": None}}]}]
    for choice, (pieces, key) in enumerate(said_by):
        events += [{**head, "choices": [{"index": choice, "delta": {key: piece}}]} for piece in pieces]
    for index, (name, pieces) in enumerate(calls):
        start = {"index": index, "id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": ""}}
        events.append({**head, "choices": [{"index": 0, "delta": {"tool_calls": [start]}}]})
        for piece in pieces:
            more = {"index": index, "function": {"arguments": piece}}
            events.append({**head, "choices": [{"index": 0, "delta": {"tool_calls": [more]}}]})
    events += [
        {**head, "choices": [{"index": choice, "delta": {}, "finish_reason": "stop"}]} for choice in range(len(said_by))
    ]
    events.append({**head, "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}})
    reading = read_body(sse(events, done=done, line_end=line_end))
    answer = answer_of(reading)
    assert reading.complete
    assert reading.usage.total == 5
    assert answer["object"] == "chat.completion"
    for choice, (pieces, key) in enumerate(said_by):
        assert answer["choices"][choice]["message"][key] == "".join(pieces)
    made = answer["choices"][0]["message"].get("tool_calls", [])
    assert made == [
        {"id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": "".join(pieces)}}
        for index, (name, pieces) in enumerate(calls)
    ]


blocks = st.one_of(
    st.tuples(st.just("text"), piecewise),
    st.tuples(st.just("thinking"), piecewise),
    st.tuples(st.just("tool_use"), st.dictionaries(texts, st.integers() | texts | st.none(), max_size=4)),
)


@given(st.lists(blocks, min_size=1, max_size=4), st.integers(min_value=1, max_value=7))
def test_an_anthropic_message_cut_anyhow_merges_to_the_whole(parts: list[tuple[str, Any]], step: int) -> None:
    """Text, thinking and tool input, cut anywhere, merge to the message's content; usage is start's and delta's."""
    start = {
        "id": "m1",
        "type": "message",
        "model": "c",
        "content": [],
        "usage": {"input_tokens": 4, "output_tokens": 1},
    }
    events: list[Json] = [{"type": "message_start", "message": start}, {"type": "ping"}]
    content: list[Json] = []
    for index, (kind, value) in enumerate(parts):
        if kind == "tool_use":
            content.append({"type": kind, "id": f"t{index}", "name": "f", "input": value})
            raw = json.dumps(value)
            deltas = [{"type": "input_json_delta", "partial_json": raw[i : i + step]} for i in range(0, len(raw), step)]
            first: Json = {"type": kind, "id": f"t{index}", "name": "f", "input": {}}
        else:
            content.append({"type": kind, kind: "".join(value)})
            deltas = [{"type": f"{kind}_delta", kind: piece} for piece in value]
            first = {"type": kind, kind: ""}
        events.append({"type": "content_block_start", "index": index, "content_block": first})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    events.append({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}})
    events.append({"type": "message_stop"})
    reading = read_body(sse(events, named=True))
    assert answer_of(reading)["content"] == content
    assert (reading.usage.prompt, reading.usage.completion, reading.complete) == (4, 9, True)
    cut = read_body(sse(events[:-2], named=True))
    assert answer_of(cut)["content"] == content
    assert (cut.usage.prompt, cut.usage.completion, cut.complete) == (4, None, False)


@given(st.lists(st.tuples(st.booleans(), piecewise), min_size=1, max_size=4), st.booleans())
def test_a_gemini_answer_cut_anyhow_merges_to_the_whole(
    spans: list[tuple[bool, list[str]]],
    as_array: bool,  # noqa: FBT001 -- Hypothesis passes by position
) -> None:
    """Thought and said text, cut anywhere, merge to one part per stretch, from events and from a JSON array alike."""
    chunks: list[Json] = []
    expected: list[Json] = []
    for thought, pieces in spans:
        mark = {"thought": True} if thought else {}
        if expected and expected[-1].get("thought", False) == thought:
            expected[-1]["text"] += "".join(pieces)
        else:
            expected.append({"text": "".join(pieces), **mark})
        for piece in pieces:
            content = {"role": "model", "parts": [{"text": piece, **mark}]}
            chunks.append(
                {"candidates": [{"content": content}], "usageMetadata": {"promptTokenCount": 4, "totalTokenCount": 4}}
            )
    call = {"functionCall": {"name": "f", "args": {}}}
    usage = {"promptTokenCount": 4, "candidatesTokenCount": 7, "totalTokenCount": 11}
    last = {"content": {"role": "model", "parts": [call]}, "finishReason": "STOP"}
    chunks.append({"candidates": [last], "usageMetadata": usage, "modelVersion": "gemini-x"})
    whole = json.dumps(chunks, indent=1).encode()
    reading = read_body(whole, "application/json") if as_array else read_body(sse(chunks))
    assert answer_of(reading)["candidates"][0]["content"]["parts"] == [*expected, call]
    assert (reading.usage.completion, reading.complete, reading.response_model) == (7, True, "gemini-x")
    cut = (
        read_body(whole[: whole.rindex(b"functionCall")], "application/json")
        if as_array
        else read_body(sse(chunks[:-1]))
    )
    assert answer_of(cut)["candidates"][0]["content"]["parts"] == expected
    assert (cut.streamed, cut.complete, cut.usage.prompt, cut.usage.completion) == (True, False, 4, None)


@given(piecewise, piecewise, piecewise)
def test_a_cut_response_is_built_from_its_events(said: list[str], summed: list[str], arguments: list[str]) -> None:
    """A Responses stream cut before its terminal event is stored as far as its text, summaries and calls had come."""
    base: Json = {"id": "r", "object": "response", "model": "gpt-x", "output": [], "usage": None}
    events: list[Json] = [{"type": "response.created", "response": base}]
    kinds = (("reasoning", "response.reasoning_summary_text.delta", "summary_index", summed),)
    for kind, delta_type, index_key, pieces in (
        *kinds,
        ("message", "response.output_text.delta", "content_index", said),
    ):
        index = 0 if kind == "reasoning" else 1
        events.append(
            {"type": "response.output_item.added", "output_index": index, "item": {"type": kind, "content": []}}
        )
        events += [{"type": delta_type, "output_index": index, index_key: 0, "delta": piece} for piece in pieces]
    call = {"type": "function_call", "name": "f", "arguments": ""}
    events.append({"type": "response.output_item.added", "output_index": 2, "item": call})
    events += [
        {"type": "response.function_call_arguments.delta", "output_index": 2, "delta": piece} for piece in arguments
    ]
    cut = read_body(sse(events, named=True))
    output = answer_of(cut)["output"]
    assert output[0]["summary"] == [{"type": "summary_text", "text": "".join(summed)}]
    assert output[1]["content"] == [{"type": "output_text", "text": "".join(said)}]
    assert output[2]["arguments"] == "".join(arguments)
    assert (cut.complete, cut.response_model, cut.usage.total) == (False, "gpt-x", None)
    final = {**base, "output": [], "usage": {"input_tokens": 1, "output_tokens": 2, "input_tokens_details": {}}}
    whole = read_body(sse([*events, {"type": "response.completed", "response": final}], named=True))
    assert (whole.complete, answer_of(whole)["output"], whole.usage.total) == (True, output, 3)


def test_half_an_emoji_in_each_chunk_makes_one() -> None:
    """An emoji whose surrogate halves come in two chunks is whole in what is stored."""
    chunk = b'data: {"choices":[{"delta":{"content":"%s"}}]}\n\n'
    body = chunk % b"\\ud83d" + chunk % b"\\ude00"
    assert answer_of(read_body(body))["choices"][0]["message"]["content"] == "😀"


def test_a_chat_has_ended_when_it_says_so() -> None:
    """A chat stream is complete with ``[DONE]`` or a finish reason for every choice, and not without either."""
    told = {"choices": [{"index": 0, "delta": {"content": "a"}}]}
    other = {"choices": [{"index": 1, "delta": {}, "finish_reason": "stop"}]}
    assert not read_body(sse([told])).complete
    assert not read_body(sse([told, other])).complete
    assert read_body(sse([other])).complete
    assert read_body(sse([told], done=True)).complete


@pytest.mark.parametrize("depth", range(100, 1000, 100))
def test_a_stream_nested_too_deep_is_kept_as_sent(depth: int) -> None:
    """A chunk nested deeper than can be merged costs the merging, not the text."""
    body = b'data: {"choices":[{"delta":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}]}\n\n"
    text = read_body(body).response_text
    assert text is not None
    assert text.count('{"a":') == depth


def test_logged_lines_of_json_are_a_stream() -> None:
    """Chunks logged as lines of JSON, as helicone-helpers sends them, merge like events."""
    lines = [
        {"object": "chat.completion.chunk", "model": "m", "choices": [{"index": 0, "delta": {"content": "a"}}]},
        {"object": "chat.completion.chunk", "model": "m", "choices": [{"index": 0, "delta": {"content": "b"}}]},
        {"model": "m", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}},
    ]
    reading = read_body("\n".join(map(json.dumps, lines)).encode(), "")
    assert (reading.streamed, reading.usage.total, reading.response_model) == (True, 5, "m")
    assert answer_of(reading)["choices"][0]["message"]["content"] == "ab"


def test_an_unknown_stream_is_stored_as_sent() -> None:
    """A stream in an unknown dialect is stored as it came, with the usage it names."""
    body = b'event: x\ndata: {"token":"a"}\n\ndata: {"usage":{"input_tokens":2,"output_tokens":3}}\n\n'
    reading = read_body(body)
    assert (reading.response_text, reading.usage.total, reading.streamed) == (body.decode(), 5, True)


@pytest.mark.parametrize(
    "body",
    [
        b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n',
        b'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: {"error":{"message":"boom"}}\n\n',
        b'data: {"type":"message_start","message":{}}\n\ndata: {"type":"error","error":{"type":"x"}}\n\n',
        b'data: {"type":"response.failed","response":{"status":"failed","error":{"code":"x"}}}\n\n',
        b'data: {"type":"response.created","response":{}}\n\ndata: {"type":"error","code":"x","message":"y"}\n\n',
        b'[{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}]',
        b'{"error":{"message":"Incorrect API key"}}',
        b'{"type":"error","error":{"type":"invalid_request_error"}}',
    ],
)
def test_an_error_in_the_answer_is_seen(body: bytes) -> None:
    """An answer that speaks of an error, plain or in the middle of a stream, is marked so."""
    assert read_body(body, "").error


TERMINAL = [
    b"data: [DONE]\n\n",
    b"data:[DONE]",
    b'event: message_stop\ndata: {"type":"message_stop"          }\n\n',
    b'event: message_stop\r\ndata: {"type": "message_stop"}\r\n\r\n',
    b'data: {"type":"message_stop"}\n\n',
    b'event: response.completed\ndata: {"type":"response.completed","response":{"output":"' + b"x" * 500 + b'"}}\n\n',
    b'event: response.failed\ndata: {"response":{},"type":"response.failed"}\n\n',
    b'data: {"type": "response.incomplete", "response": {}}\n\n',
    b"data: [DONE]\r\r",
]
BEFORE = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'


@pytest.mark.parametrize("terminal", TERMINAL)
@pytest.mark.parametrize("before", [b"", BEFORE, BEFORE * 20])
def test_the_end_is_seen_however_chunks_are_cut(terminal: bytes, before: bytes) -> None:
    """The terminal event is seen wherever the stream is cut in two, and not before it has come."""
    stream = before + terminal
    for cut in range(len(stream) + 1):
        seen = [ends_stream(STREAM_START + stream[:cut])]
        tail = (STREAM_START + stream[:cut])[-TAIL_BYTES:]
        seen.append(ends_stream(tail + stream[cut:]))
        assert any(seen)
        assert not (seen[0] and cut <= len(before))


@pytest.mark.parametrize("byte_by_byte", [b"data: [DONE]\n\n", TERMINAL[2], TERMINAL[5]])
def test_the_end_is_seen_byte_by_byte(byte_by_byte: bytes) -> None:
    """The terminal event is seen when the stream comes in single bytes."""
    tail, seen = STREAM_START, False
    for byte in BEFORE + byte_by_byte:
        window = tail + bytes([byte])
        seen = seen or ends_stream(window)
        tail = window[-TAIL_BYTES:]
    assert seen


def every_event(text: str) -> bytes:
    """A stream whose content, never its own events, speaks of ends."""
    return sse(
        [
            {"choices": [{"index": 0, "delta": {"content": text}}]},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
            {"type": "response.output_text.delta", "delta": text},
        ]
    )


@given(
    st.lists(
        st.sampled_from(
            [
                "\n",
                "\r",
                "data: [DONE]",
                "event: message_stop",
                'data: {"type":"message_stop"}',
                "event: response.failed",
            ]
        )
        | st.text(max_size=5)
    ).map("".join),
    st.data(),
)
def test_talk_of_the_end_is_no_end(text: str, data: st.DataObject) -> None:
    """No content, however like a terminal event, ends the stream, wherever chunks are cut."""
    stream = every_event(text)
    cut = data.draw(st.integers(min_value=0, max_value=len(stream)))
    tail = (STREAM_START + stream[:cut])[-TAIL_BYTES:]
    assert not ends_stream(STREAM_START + stream[:cut])
    assert not ends_stream(tail + stream[cut:])
