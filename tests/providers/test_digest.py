"""What is kept of a call's bodies beside them: two lines to show, and the words to search in."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helicorder.model.call import Call, Digest
from helicorder.providers.conversation.digest import MAX_SEARCHED, digest_of
from helicorder.providers.conversation.words import PREVIEW_LENGTH
from providers.test_conversation import as_body, bodies

NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)


def digest(request: Any = None, response: Any = None, path: str = "") -> Digest:
    """The digest of a call with these bodies."""
    return digest_of(
        Call(
            org_id="o", request_id="r", created_at=NOON, response_at=NOON, provider="OPENAI", model="m", status=200,
            path=path, request_body=as_body(request), response_body=as_body(response),
        )
    )  # fmt: skip


def chat(*messages: Any) -> dict[str, Any]:
    """A chat's request."""
    return {"model": "gpt-4o", "messages": list(messages)}


PICTURE = {"type": "image_url", "image_url": "https://x"}
CALL = {"function": {"name": "f", "arguments": '{"a": 1}'}}
USER = {"role": "user", "content": "What is\n  up?"}


@pytest.mark.parametrize(
    ("request_body", "preview"),
    [
        (chat(USER), "What is up?"),
        (chat({"role": "user", "content": "first"}, {"role": "assistant", "content": "x"}, USER), "What is up?"),
        (chat(USER, {"role": "assistant", "content": None}, {"role": "tool", "content": "result"}), "What is up?"),
        (chat(USER, {"role": "user", "content": [{"type": "tool_result", "content": "result"}]}), "What is up?"),
        (chat({"role": "user", "content": [PICTURE, {"type": "text", "text": "this?"}]}), "this?"),
        (chat({"role": "user", "content": [PICTURE]}), "[image]"),
        (chat({"role": "system", "content": "Be brief."}), "Be brief."),
        ({"contents": [{"parts": [{"text": "hi"}]}, {"role": "model", "parts": [{"text": "ho"}]}]}, "hi"),
        ({"input": "hello"}, "hello"),
        ({"input": [{"role": "user", "content": "hello"}, {"type": "reasoning", "summary": []}]}, "hello"),
        ({"prompt": ["one", "two"]}, "two"),
        ({"_type": "tool", "toolName": "search"}, '{"_type":"tool","toolName":"search"}'),
        ("plain words", "plain words"),
        (None, ""),
    ],
)  # fmt: skip
def test_the_last_thing_the_user_said_is_shown(request_body: Any, preview: str) -> None:
    """A call shows the last words of its user, on one line; where there are none, the last thing that was sent."""
    assert digest(request_body).request_preview == preview


@pytest.mark.parametrize(
    ("response_body", "preview"),
    [
        ({"choices": [{"message": {"role": "assistant", "content": "Fine,\nthanks."}}]}, "Fine, thanks."),
        ({"choices": [{"message": {"tool_calls": [CALL]}}]}, 'f({"a":1})'),
        ({"choices": [{"message": {"reasoning": "Hm.", "content": "Yes."}}]}, "Yes."),
        ({"type": "message", "content": [{"type": "thinking", "thinking": "Hm."}]}, "Hm."),
        ({"error": {"message": "Overloaded"}}, "Overloaded"),
        ({"choices": []}, ""),
        ("<html>Bad gateway</html>", "<html>Bad gateway</html>"),
        (None, ""),
    ],
)  # fmt: skip
def test_what_was_answered_is_shown(response_body: Any, preview: str) -> None:
    """A call shows what was answered, be it words, a call of a tool or an error; thoughts only where that is all."""
    assert digest(chat(USER), response_body).response_preview == preview


@pytest.mark.parametrize("length", [PREVIEW_LENGTH - 1, PREVIEW_LENGTH, PREVIEW_LENGTH + 1, 10**6])
def test_a_long_line_is_cut_with_an_ellipsis(length: int) -> None:
    """A preview has at most 200 characters, and shows when it is not all."""
    shown = digest(chat({"role": "user", "content": "ä" * length})).request_preview
    assert shown == ("ä" * length if length <= PREVIEW_LENGTH else "ä" * (PREVIEW_LENGTH - 1) + "…")


def test_the_words_of_both_bodies_are_searched() -> None:
    """What was asked, answered, called and thought is searched in lower case; JSON's frame and offered tools not."""
    tools = [{"type": "function", "function": {"name": "offered", "parameters": {}}}]
    request = {**chat({"role": "system", "content": "Système"}, USER), "tools": tools, "metadata": {"ticket": "T-1"}}
    answer = {"id": "msg_1", "type": "message", "role": "assistant", "content": [
        {"type": "thinking", "thinking": "Hm"}, {"type": "tool_use", "name": "lookup", "input": {"order": 42}}
    ]}  # fmt: skip
    words = digest(request, answer).words
    assert words.split("\n") == ["système", "what is", "  up?", "t-1", "msg_1", "hm", "lookup", '{"order":42}']


def test_data_is_not_searched() -> None:
    """Pictures and other encoded data are not searched; texts without blanks in other scripts are."""
    content = ["data:image/png;base64," + "QUJD" * 1000, "退" * 1000]
    assert digest(chat({"role": "user", "content": content})).words == "退" * 1000


def test_what_is_searched_is_bounded() -> None:
    """Of a book the beginning is searched."""
    assert len(digest("word " * MAX_SEARCHED).words) == MAX_SEARCHED


@settings(max_examples=100)
@given(bodies, bodies, st.sampled_from(["", "/v1/embeddings", "/v1/messages"]))
@example('{"messages":[' + '{"a":' * 900 + "1" + "}" * 900 + "]}", '{"choices": "x"}', "")
@example('{"input": {"input": ' + "9" * 5000 + "}}", '{"content": "\\ud83d"}', "")
def test_a_digest_never_fails_and_is_never_long(request: str | None, response: str | None, path: str) -> None:
    """Any bodies have a digest of one short line each, which every store can keep."""
    found = digest(request, response, path)
    for line in (found.request_preview, found.response_preview):
        assert len(line) <= PREVIEW_LENGTH
        assert " ".join(line.split()) == line
    written = found.request_preview + found.response_preview + found.words
    assert written.encode().decode() == written
