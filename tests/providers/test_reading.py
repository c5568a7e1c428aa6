"""Reading an exchange: whatever the bytes are, an answer and no exception."""

import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helicorder.model.call import Usage
from helicorder.providers.reading import Reading, read, request_model, wants_stream

CHAT = {"model": "gpt-4o", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}}


def read_body(body: bytes, content_type: str = "application/json", **more: Any) -> Reading:
    """The reading of a response body alone."""
    return read("OPENAI", "/v1/chat/completions", b"", body, content_type=content_type, **more)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
KEYS = """
    type choices delta index content text tool_calls function arguments role usage usageMetadata candidates parts
    error message content_block response item output_index content_index output model modelVersion object name x_groq
    prompt_tokens input_tokens total_tokens prompt_tokens_details promptTokenCount candidatesTokensDetails logprobs
    finish_reason partial_json citation thought summary summary_index cache_creation status promptFeedback
""".split()  # noqa: SIM905 -- forty short words read better in a row
WORDS = """
    message_start message_delta message_stop content_block_start content_block_delta error text_delta citations_delta
    input_json_delta response.created response.output_text.delta response.output_item.added response.completed
    response.function_call_arguments.delta response.reasoning_summary_text.delta chat.completion.chunk
""".split()  # noqa: SIM905 -- the same
likely_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 5) | st.sampled_from(WORDS) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=14,
)
chunks = st.lists(st.dictionaries(st.sampled_from(KEYS), likely_values, max_size=6), max_size=4)
line_ends = st.sampled_from([b"\n", b"\r", b"\r\n"])


def as_events(values: list[Any], line_end: bytes) -> bytes:
    """The values as server-sent events."""
    return b"".join(b"data: " + json.dumps(value).encode() + line_end * 2 for value in values)


bodies = st.one_of(
    st.binary(max_size=400),
    json_values.map(lambda value: json.dumps(value).encode()),
    likely_values.map(lambda value: json.dumps(value).encode()),
    st.builds(as_events, chunks, line_ends),
    chunks.map(lambda values: b"\n".join(json.dumps(value).encode() for value in values)),
    chunks.map(lambda values: json.dumps(values).encode()),
)
content_types = st.sampled_from(["", "application/json", "text/event-stream", "text/plain", "audio/mpeg", "\ud83d"])


@settings(max_examples=70)
@given(bodies, bodies, content_types, st.sampled_from(["", "gzip", "br"]), st.integers(0, 400), st.text(max_size=30))
@example(b"[" * 50_000, b'{"choices":' * 50_000, "", "", 10**6, "")
@example(b"", b'data: {"choices":[{"delta":' + b'{"a":' * 990 + b"1" + b"}" * 990 + b"}]}\n\n", "", "", 10**6, "")
@example(b"", b'data: {"usage":{"prompt_tokens":' + b"9" * 5000 + b"}}\n\n", "text/event-stream", "", 10**6, "")
def test_reading_never_raises(
    request_body: bytes, response_body: bytes, content_type: str, coding: str, cut: int, path: str
) -> None:
    """Any bytes, cut anywhere, under any header, give a reading whose texts can be stored and whose counts are sane."""
    reading = read("X", path, request_body, response_body[:cut], content_type=content_type, content_encoding=coding)
    for text in (reading.request_text, reading.response_text, reading.request_model, reading.response_model):
        assert text is None or text.encode().decode() == text
    counts = [getattr(reading.usage, name) for name in Usage.__struct_fields__]
    assert all(count is None or 0 <= count < 2**33 for count in counts)
    assert isinstance(wants_stream(path, request_body), bool)


@settings(max_examples=50)
@given(bodies, st.sampled_from(["gzip", "deflate"]), st.integers(0, 400))
def test_a_coded_answer_reads_as_the_plain_one(body: bytes, coding: str, cut: int) -> None:
    """A compressed answer reads as the same answer uncompressed; one cut short reads without raising."""
    coded = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
    assert read_body(coded, content_encoding=coding) == read_body(body)
    assert read_body(coded[:cut], content_encoding=coding).request_text == ""


@settings(max_examples=40)
@given(chunks)
def test_line_endings_do_not_matter(values: list[Any]) -> None:
    """A stream with CR, LF or CRLF line ends has one and the same reading, but for text stored as sent."""
    readings = [read_body(as_events(values, line_end), "text/event-stream") for line_end in (b"\n", b"\r", b"\r\n")]
    assert len({(reading.usage, reading.complete, reading.error, reading.response_model) for reading in readings}) == 1


def test_a_plain_answer_is_kept_as_sent() -> None:
    """A plain body is stored letter for letter, spaces and escapes included."""
    body = b'{ "model" : "gpt-4o",  "text": "\\u00e9 \\ud83d" }\n'
    reading = read_body(body)
    assert reading.response_text == body.decode()
    assert (reading.response_model, reading.complete, reading.streamed, reading.error) == ("gpt-4o", True, False, False)


@pytest.mark.parametrize(
    ("body", "content_type", "complete"),
    [
        (json.dumps(CHAT).encode(), "application/json", True),
        (json.dumps(CHAT).encode()[:-1], "application/json", False),
        (b"<html>Bad gateway</html>", "text/html", True),
        (b"<html>Bad gateway</html>", "", False),
        (b"[1, 2]", "application/json", True),
        (b"", "", True),
        (b"", "application/json", False),
        (b"\xff\xfb\x90\x44\0\0", "audio/mpeg", True),
    ],
)
def test_a_plain_answer_is_complete_when_it_parses(body: bytes, content_type: str, complete: bool) -> None:  # noqa: FBT001
    """A plain body is complete when it parses, or when its type promises no JSON."""
    reading = read_body(body, content_type)
    assert (reading.complete, reading.streamed) == (complete, False)
    assert read_body(body, content_type, truncated=True).complete is False


def test_audio_is_not_kept_as_text() -> None:
    """A binary answer has no text."""
    assert read_body(b"ID3\x04", "audio/mpeg").response_text is None


def test_what_cannot_be_decoded_leaves_a_note() -> None:
    """An answer in a coding that cannot be undone keeps no text but a note, and is not complete."""
    reading = read_body(b"\x1b\x03\0", content_encoding="br")
    assert (reading.response_text, reading.complete) == (None, False)
    assert "'br'" in reading.note


def test_a_multibyte_character_cut_by_the_capture_limit_is_replaced() -> None:
    """A copy cut inside a character keeps the text before it."""
    assert read_body("naïve".encode()[:3], "text/plain", truncated=True).response_text == "na\ufffd"


@pytest.mark.parametrize(
    ("path", "body", "model"),
    [
        ("/v1/chat/completions", b'{"model":"gpt-4o","messages":[]}', "gpt-4o"),
        ("/v1/chat/completions", b'{"messages":[{"content":"\xff\\ud83d"}],"model":"gpt-4o"}', "gpt-4o"),
        ("/v1beta/models/gemini-2.0-flash:streamGenerateContent?alt=sse", b"{}", "gemini-2.0-flash"),
        ("/v1/models/gemini-2.0-flash:generateContent", b'{"contents":[]}', "gemini-2.0-flash"),
        ("/v1/projects/p/locations/l/publishers/anthropic/models/claude-x@2025:rawPredict", b"{}", "claude-x@2025"),
        ("/openai/deployments/my-gpt/chat/completions?api-version=2024-02-01", b"{}", "my-gpt"),
        ("/model/anthropic.claude-3-5-haiku-v1%3A0/invoke", b"{}", "anthropic.claude-3-5-haiku-v1:0"),
        ("/model/anthropic.claude-3-5-haiku-v1:0/invoke", b"{}", "anthropic.claude-3-5-haiku-v1:0"),
        ("/v1/cachedContents", b'{"model":"models/gemini-2.0-flash-001"}', "gemini-2.0-flash-001"),
        (
            "/v1/audio/transcriptions",
            b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--b--',
            "whisper-1",
        ),
        ("/v1/models", b"", None),
        ("/v1/chat/completions", b'{"model":5}', None),
        ("/v1/chat/completions", b'{"model":"' + b"x" * 256 + b'"}', None),
        ("/v1/chat/completions", b"[" * 100_000, None),
    ],
)
def test_the_model_asked_for(path: str, body: bytes, model: str | None) -> None:
    """The model comes from the body, or from the path where a provider puts it there."""
    assert request_model(path, body) == model


@pytest.mark.parametrize(
    ("path", "body", "streams"),
    [
        ("/v1/chat/completions", b'{"stream":true}', True),
        ("/v1/chat/completions", b'{"stream":false}', False),
        ("/v1/chat/completions", b'{"stream":"true"}', False),
        ("/v1/chat/completions", b'{"messages":[{"stream":true}]}', False),
        ("/v1beta/models/g:streamGenerateContent", b"{}", True),
        ("/model/m/invoke-with-response-stream", b"{}", True),
        ("/v1/chat/completions", b"", False),
    ],
)
def test_whether_a_stream_is_asked_for(path: str, body: bytes, streams: bool) -> None:  # noqa: FBT001
    """A stream is asked for by the body's own ``stream: true`` or by the path."""
    assert wants_stream(path, body) is streams


@pytest.mark.slow
@settings(max_examples=1000)
@given(bodies, content_types)
def test_reading_never_raises_for_long(body: bytes, content_type: str) -> None:
    """Thousands of bodies more are read without raising."""
    assert read_body(body, content_type).request_text == ""
