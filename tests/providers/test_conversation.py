"""A call's bodies as a conversation: every dialect in one shape, nothing lost, no body that it fails on."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helicorder.providers.conversation.media import MAX_DATA_LENGTH
from helicorder.providers.conversation.reader import read
from helicorder.providers.conversation.shape import (
    AudioPart,
    Conversation,
    FilePart,
    ImagePart,
    JsonPart,
    Message,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)

VECTORS = Path(__file__).parent / "vectors"
STORED = json.loads((VECTORS / "stored_bodies.json").read_text())


def conversation(request: Any = None, response: Any = None, path: str = "") -> Conversation:
    """The reading of two values as bodies; a text is a body as it is."""
    return read(as_body(request), as_body(response), path)


def as_body(value: Any) -> str | None:
    """A value as the body that a client sends."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def text(words: str) -> Part:
    """Plain words."""
    return TextPart(words, [])


def picture(url: str | None, media_type: str | None = None, **more: Any) -> Part:
    """An image."""
    return ImagePart(
        **{"url": url, "media_type": media_type, "name": None, "id": None, "omitted_bytes": 0, "detail": None} | more
    )


WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}}


def test_a_chat_is_read_with_tools_images_and_settings() -> None:
    """A chat completion gives its messages in order, calls and results of tools, images, settings and offered tools."""
    request = {
        "model": "gpt-4o",
        "temperature": 0.2,
        "tools": [{"type": "function", "function": {"name": "weather", "description": "Now.", "parameters": WEATHER}}],
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "name": "ann", "content": [
                {"type": "text", "text": "And here?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA", "detail": "low"}},
                {"type": "image_url", "image_url": {"url": "https://x/y.png"}},
                {"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}},
                {"type": "file", "file": {"file_id": "f1", "filename": "a.pdf"}},
            ]},
            {"role": "assistant", "content": None, "reasoning_content": "Look.", "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rom"}'}}
            ]},
            {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
        ],
    }  # fmt: skip
    answer = {"choices": [
        {"message": {"role": "assistant", "content": "Sunny.", "refusal": None}, "finish_reason": "stop"},
        {"message": {"role": "assistant", "content": None, "refusal": "No."}, "finish_reason": "stop"},
    ]}  # fmt: skip
    found = conversation(request, answer)
    assert (found.format, found.model, found.parameters) == ("openai-chat", "gpt-4o", {"temperature": 0.2})
    assert [msgspec.structs.astuple(tool) for tool in found.tools] == [("weather", "Now.", WEATHER)]
    sound = AudioPart(
        url="data:audio/wav;base64,UklG", media_type="audio/wav", name=None, id=None, omitted_bytes=0, transcript=None
    )
    file = FilePart(url=None, media_type=None, name="a.pdf", id="f1", omitted_bytes=0)
    pictures = [picture("data:image/png;base64,AA", "image/png", detail="low"), picture("https://x/y.png")]
    assert found.messages == [
        Message("system", None, [text("Be brief.")]),
        Message("user", "ann", [text("And here?"), *pictures, sound, file]),
        Message("assistant", None, [
            ReasoningPart("Look.", hidden=False), ToolCallPart("c1", "weather", {"city": "Rom"})
        ]),
        Message("tool", None, [ToolResultPart("c1", None, error=False, parts=[text("sunny")])]),
    ]  # fmt: skip
    assert [message.parts for message in found.answer.messages] == [[text("Sunny.")], [RefusalPart("No.")]]
    assert (found.answer.finish_reason, found.answer.choices, found.error, found.truncated) == ("stop", 2, None, False)


def test_an_anthropic_message_is_read_with_thoughts_and_documents() -> None:
    """Anthropic's system, thoughts, tools, documents and results of tools stand in the same shape."""
    request = {
        "model": "claude",
        "system": [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}],
        "tools": [{"name": "weather", "input_schema": WEATHER}, {"type": "web_search_20250305", "name": "web_search"}],
        "messages": [
            {"role": "user", "content": [
                {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "AA"}},
                {"type": "document", "title": "t", "source": {"type": "url", "url": "https://x/d.pdf"}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "t0", "is_error": True,
                 "content": [{"type": "text", "text": "no"}]},
            ]},
        ],
    }  # fmt: skip
    answer = {
        "type": "message", "role": "assistant", "stop_reason": "tool_use", "content": [
            {"type": "thinking", "thinking": "Hm.", "signature": "s"},
            {"type": "redacted_thinking", "data": "x"},
            {"type": "text", "text": "Let me see.", "citations": [{"url": "u"}]},
            {"type": "tool_use", "id": "t1", "name": "weather", "input": {"city": "Rom"}},
        ],
    }  # fmt: skip
    found = conversation(request, answer, "/v1/messages")
    assert found.format == "anthropic-messages"
    assert [tool.name for tool in found.tools] == ["weather", "web_search"]
    file = FilePart(url="https://x/d.pdf", media_type=None, name="t", id=None, omitted_bytes=0)
    assert [message.parts for message in found.messages] == [
        [text("Be kind.")],
        [picture("data:image/jpeg;base64,AA", "image/jpeg"), file],
        [ToolResultPart("t0", None, error=True, parts=[text("no")])],
    ]
    assert found.answer.messages[0].parts == [
        ReasoningPart("Hm.", hidden=False),
        ReasoningPart("", hidden=True),
        TextPart("Let me see.", [{"url": "u"}]),
        ToolCallPart("t1", "weather", {"city": "Rom"}),
    ]
    assert found.answer.finish_reason == "tool_use"


def test_responses_are_read_item_by_item() -> None:
    """OpenAI's Responses give instructions, items of all kinds in order, and one message of everything answered."""
    request = {
        "model": "gpt-5",
        "instructions": "Be brief.",
        "tools": [{"type": "function", "name": "weather", "parameters": WEATHER}, {"type": "web_search"}],
        "input": [
            {"role": "user", "content": [
                {"type": "input_text", "text": "Hi"}, {"type": "input_image", "image_url": "https://x"}
            ]},
            {"type": "function_call", "call_id": "c", "name": "weather", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "sunny"},
            {"type": "item_reference", "id": "i"},
        ],
    }  # fmt: skip
    answer = {
        "object": "response", "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
            {"type": "message", "role": "assistant", "content": [
                {"type": "output_text", "text": "Sunny", "annotations": []}
            ]},
            {"type": "web_search_call", "id": "w", "status": "completed"},
        ],
    }  # fmt: skip
    found = conversation(request, answer)
    assert (found.format, [tool.name for tool in found.tools]) == ("openai-responses", ["weather", "web_search"])
    assert [(message.role, message.parts) for message in found.messages] == [
        ("system", [text("Be brief.")]),
        ("user", [text("Hi"), picture("https://x")]),
        ("assistant", [ToolCallPart("c", "weather", {})]),
        ("tool", [ToolResultPart("c", None, error=False, parts=[text("sunny")])]),
        ("user", [JsonPart({"type": "item_reference", "id": "i"})]),
    ]
    said = [ReasoningPart("Hm.", hidden=False), text("Sunny"), JsonPart(answer["output"][2])]  # type: ignore[index]  # a list
    assert (found.answer.messages[0].parts, found.answer.finish_reason) == (said, "max_output_tokens")


def test_gemini_is_read_by_its_keys() -> None:
    """Gemini's parts are told by their keys; its model speaks as the assistant, its settings stand among the others."""
    request = {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "generationConfig": {"temperature": 1},
        "tools": [
            {"functionDeclarations": [{"name": "weather", "parametersJsonSchema": WEATHER}]}, {"googleSearch": {}}
        ],
        "contents": [
            {"role": "user", "parts": [{"text": "Hi"}, {"inlineData": {"mimeType": "image/png", "data": "AA"}},
                                       {"fileData": {"mimeType": "video/mp4", "fileUri": "gs://b/v"}}]},
            {"role": "model", "parts": [{"functionCall": {"name": "weather", "args": {"city": "Rom"}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": {"sky": "blue"}}}]},
        ],
    }  # fmt: skip
    said = {"role": "model", "parts": [{"text": "Hm", "thought": True}, {"text": "Blue."}]}
    answer = {"modelVersion": "gemini-2.5", "candidates": [{"content": said, "finishReason": "STOP"}]}
    found = conversation(request, answer)
    assert (found.format, found.model, found.parameters) == ("gemini", "gemini-2.5", {"temperature": 1})
    assert [tool.name for tool in found.tools] == ["weather", "googleSearch"]
    film = FilePart(url="gs://b/v", media_type="video/mp4", name=None, id=None, omitted_bytes=0)
    result = ToolResultPart(None, "weather", error=False, parts=[JsonPart({"sky": "blue"})])
    assert [(message.role, message.parts) for message in found.messages] == [
        ("system", [text("Be brief.")]),
        ("user", [text("Hi"), picture("data:image/png;base64,AA", "image/png"), film]),
        ("assistant", [ToolCallPart(None, "weather", {"city": "Rom"})]),
        ("user", [result]),
    ]
    assert found.answer.messages == [Message("assistant", None, [ReasoningPart("Hm", hidden=False), text("Blue.")])]


@pytest.mark.parametrize(
    ("request_body", "response_body", "path", "kind", "asked", "answered"),
    [
        ({"prompt": ["a", "b"]}, {"object": "text_completion", "choices": [{"text": "c", "finish_reason": "stop"}]}, "",
         "openai-completions", [[text("a")], [text("b")]], [[text("c")]]),
        ({"prompt": [1, 2]}, None, "", "openai-completions", [[JsonPart([1, 2])]], []),
        ({"input": ["a", "b"]}, {"data": [{"embedding": [0, 1]}, {"embedding": [0, 1]}]}, "/v1/embeddings",
         "openai-embeddings", [[text("a")], [text("b")]], [[JsonPart({"embeddings": 2, "dimensions": 2})]]),
        ({"input": "hi"}, None, "/v1/responses", "openai-responses", [[text("hi")]], []),
        ({"_type": "tool", "input": 1}, {"ok": True}, "", "json", [[JsonPart({"_type": "tool", "input": 1})]],
         [[JsonPart({"ok": True})]]),
        ("<html>", "plain", "", "text", [[text("<html>")]], [[text("plain")]]),
        ([1], {"choices": []}, "", "openai-chat", [[JsonPart([1])]], []),
        (None, None, "", "none", [], []),
        ("null", "{}", "", "none", [], []),
        ({"messages": ["hi"]}, {"choices": [{"message": {"content": "x"}}]}, "",
         "openai-chat", [[text("hi")]], [[text("x")]]),
        ({"messages": []}, {"type": "message", "content": "x"}, "", "anthropic-messages", [], [[text("x")]]),
        ({"messages": []}, {"message": {"role": "assistant", "content": "x"}, "done_reason": "stop"}, "/api/chat",
         "openai-chat", [], [[text("x")]]),
        ({"messages": []}, {"output": {"message": {"role": "assistant", "content": [{"text": "x"}]}}}, "",
         "openai-chat", [], [[text("x")]]),
        ({"contents": "hi"}, {"promptFeedback": {"blockReason": "SAFETY"}}, "", "gemini", [[text("hi")]], []),
    ],
)  # fmt: skip
def test_other_bodies_have_a_place(
    request_body: Any, response_body: Any, path: str, kind: str, asked: list[Any], answered: list[Any]
) -> None:
    """Legacy completions, embeddings, other servers' chats, unknown JSON and plain text each become messages."""
    found = conversation(request_body, response_body, path)
    assert found.format == kind
    assert [message.parts for message in found.messages] == asked
    assert [message.parts for message in found.answer.messages] == answered


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ({"error": {"message": "No such", "type": "invalid_request_error", "code": None}},
         "invalid_request_error", "No such"),
        ({"type": "error", "error": {"type": "overloaded_error", "message": "Too much"}},
         "overloaded_error", "Too much"),
        ([{"error": {"code": 429, "message": "Quota", "status": "RESOURCE_EXHAUSTED"}}], "RESOURCE_EXHAUSTED", "Quota"),
        ({"error": "model not found"}, None, "model not found"),
        ({"error": {"why": 1}}, None, '{"why":1}'),
        ({"status": "failed", "output": [], "error": {"code": "server_error", "message": "x"}}, "server_error", "x"),
    ],
)  # fmt: skip
def test_an_error_is_told(body: Any, kind: str | None, message: str) -> None:
    """A provider's error is told with its type and its sentence, and nothing counts as answered."""
    found = conversation({"messages": []}, body)
    assert found.error is not None
    assert (found.error.type, found.error.message, found.answer.messages) == (kind, message, [])


@pytest.mark.parametrize("case", STORED, ids=lambda case: case["name"])
def test_recorded_answers_are_understood(case: Any) -> None:
    """Every recorded answer of a provider, plain or streamed, is read in a dialect, and nothing of it is empty."""
    found = conversation(None, case["body"])
    assert found.format not in ("json", "text", "none")
    assert found.answer.messages
    assert all(message.parts for message in found.answer.messages)


def leaves(value: Any) -> set[str]:
    """Every text in a JSON value."""
    if isinstance(value, dict):
        return {leaf for item in value.values() for leaf in leaves(item)}
    if isinstance(value, list):
        return {leaf for item in value for leaf in leaves(item)}
    return {value} if isinstance(value, str) else set()


KINDS = """
    text input_text output_text image image_url input_image input_audio file document tool_use tool_result thinking
    reasoning function_call function_call_output refusal message unheard_of web_search_tool_result
""".split()  # noqa: SIM905 -- short words read better in a row
PART_KEYS = """
    type text image_url source input_audio file tool_use_id call_id id name input arguments content output thinking
    summary refusal functionCall functionResponse inlineData data url detail something_new media_type
""".split()  # noqa: SIM905 -- the same
values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats() | st.text(max_size=5) | st.sampled_from(KINDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PART_KEYS), inner, max_size=4),
    max_leaves=10,
)
parts = st.lists(st.dictionaries(st.sampled_from(PART_KEYS), values, max_size=5), max_size=3)
messages = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "tool", "model"])},
        optional={"content": parts | values, "parts": parts | values, "tool_calls": values, "refusal": values,
                  "audio": values, "function_call": values, "reasoning": values, "extra": values},
    ) | values,
    max_size=3,
)  # fmt: skip
requests = st.dictionaries(
    st.sampled_from(
        ["messages", "contents", "input", "prompt", "system", "systemInstruction", "tools", "functions", "model",
         "generationConfig", "instructions"]
    ),
    messages | values,
    max_size=4,
)  # fmt: skip
choices = st.lists(st.dictionaries(st.sampled_from(["message", "content", "text", "embedding", "delta"]), values))
ANSWER_KEYS = """
    choices output content candidates promptFeedback data message error type object
""".split()  # noqa: SIM905 -- the same
answers = st.dictionaries(st.sampled_from(ANSWER_KEYS), messages | values | choices, max_size=3)
bodies = st.one_of(
    st.none(), st.text(), requests.map(json.dumps), answers.map(json.dumps), values.map(json.dumps),
    st.binary(max_size=100).map(lambda body: body.decode(errors="replace")),
)  # fmt: skip


@settings(max_examples=120)
@given(
    bodies,
    bodies,
    st.sampled_from(["", "/v1/embeddings", "/v1/messages", "/v1/responses", "/v1/moderations"]),
    st.integers(0, 200),
)
@example("[" * 100_000, '{"a":' * 50_000, "", 10**9)
@example('{"messages":[{"role":"user","content":' + '{"a":' * 900 + "1" + "}" * 900 + "}]}", "", "", 10**9)
@example('{"messages": [{"role": "user", "content": "half an emoji \\ud83d"}]}', '"\\udc00"', "", 10**9)
@example('{"n": ' + "9" * 5000 + "}", '{"n": 1e400, "m": NaN}', "", 10**9)
@example(None, "data: " + '{"choices":[{"delta":' + '{"a":' * 990 + "1" + "}" * 990 + "}]}\n\n", "", 10**9)
def test_reading_never_raises(request: str | None, response: str | None, path: str, cut: int) -> None:
    """Any bodies, cut anywhere, are a conversation, and one that can be written as JSON and read again."""
    found = read(request and request[:cut], response, path)
    assert msgspec.json.decode(msgspec.json.encode(found))


@settings(max_examples=60)
@given(st.lists(st.dictionaries(st.sampled_from(PART_KEYS), values, min_size=1, max_size=5), min_size=1, max_size=3))
def test_what_is_not_understood_is_kept(content: list[Any]) -> None:
    """Whatever stands in a message's content, of a kind nobody knows, is there as JSON and never dropped."""
    content = [part | {"type": "unheard_of"} for part in content]
    [message] = conversation({"messages": [{"role": "user", "content": content}]}).messages
    kept = [part.value for part in message.parts if isinstance(part, JsonPart)]
    assert [leaves(part) for part in kept] == [leaves(part) for part in content]


CHAT = json.dumps(
    {
        "messages": [
            {"role": "user", "content": "one two three"},
            {"role": "user", "content": [{"type": "text", "text": "vier äöü"}]},
        ]
    }
)


@pytest.mark.parametrize("cut", range(1, len(CHAT)))
def test_a_cut_body_says_what_it_got_to(cut: int) -> None:
    """A body cut anywhere says so, and what it says is the beginning of what was said."""
    found = conversation(CHAT[:cut])
    said = "".join(part.text for message in found.messages for part in message.parts if isinstance(part, TextPart))
    whole = "one two threevier äöü"
    assert found.truncated
    assert whole.startswith(said) or found.format == "json"


def test_broken_json_that_was_not_cut_is_text() -> None:
    """JSON that is wrong in its middle is shown as the text that came, and is not called cut."""
    found = conversation('{"messages": [}]}')
    assert (found.format, found.truncated, found.messages[0].parts) == ("text", False, [text('{"messages": [}]}')])


def test_half_a_character_is_replaced_and_the_rest_kept() -> None:
    """Half an emoji, as clients that cut texts send it, becomes U+FFFD; everything beside it stays."""
    found = conversation('{"messages": [{"role": "user", "content": "caf\\u00e9 \\ud83d"}]}')
    assert found.messages[0].parts == [text("café \ufffd")]


def test_large_data_is_told_by_its_length() -> None:
    """A data URL beyond the limit is left out and its length told; a remote address is given as it is."""
    url = "data:image/png;base64," + "A" * MAX_DATA_LENGTH
    content = [{"type": "image_url", "image_url": {"url": one}} for one in (url, "https://x/a.png")]
    parts = conversation({"messages": [{"role": "user", "content": content}]}).messages[0].parts
    assert parts == [picture(None, "image/png", omitted_bytes=len(url)), picture("https://x/a.png")]
