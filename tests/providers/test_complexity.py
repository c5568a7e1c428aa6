"""Bodies of more values than are ever built."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.model.call import Usage
from helicorder.providers import reading
from helicorder.providers.conversation.digest import digest
from helicorder.providers.conversation.reader import read
from helicorder.providers.conversation.shape import Dialect
from helicorder.providers.streams import array_stream_of, stream_of
from helicorder.providers.text import MAX_VALUES, as_json_text, is_too_complex, loads

OBJECTS = b"[" + b"{}," * MAX_VALUES + b"{}]"
VECTOR = (
    b'{"object":"list","model":"e","usage":{"prompt_tokens":7,"total_tokens":7},"data":[{"embedding":[%b0.5]}]}'
    % (b"-0.01234567," * MAX_VALUES)
)

values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(alphabet=',:"\\[]{}x\u00e9'),
    lambda inner: st.lists(inner, min_size=1) | st.dictionaries(st.text(alphabet=',"\\[{x'), inner, min_size=1),
)


def count(value: object) -> int:
    """How many values there are in a value, itself among them."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(count, inner))


@given(values)
def test_values_are_counted_as_they_are(value: object) -> None:
    """A text is too complex for one value less than it has, and not for as many; its strings do not count."""
    text = json.dumps(value, indent=None if count(value) % 2 else 1).encode()
    assert not is_too_complex(text, count(value))
    assert count(value) == 1 or is_too_complex(text + b" " * len(text), count(value) - 1)


def test_words_are_not_values() -> None:
    """A long text full of commas and brackets is one value, alone or in JSON."""
    text = "[{," * MAX_VALUES
    assert loads(json.dumps({"content": text}).encode()) == {"content": text}


@pytest.mark.parametrize(
    "read_all", [loads, lambda data: stream_of(data).chunks, lambda data: array_stream_of(data).chunks]
)
def test_nothing_is_built_of_what_is_too_complex(read_all: object) -> None:
    """No reader of JSON makes a million objects; each says at once that there is nothing to read."""
    assert callable(read_all)
    began = time.thread_time()
    assert not read_all(b"data: " + OBJECTS if read_all is stream_of else OBJECTS)
    assert time.thread_time() - began < 1.0


def test_model_and_usage_of_a_large_answer_are_read() -> None:
    """A million numbers of an embedding are skipped, and what stands beside them is read."""
    found = reading.read("OPENAI", "/v1/embeddings", b'{"model":"e"}', VECTOR, content_type="application/json")
    assert (found.response_model, found.usage.prompt, found.complete) == ("e", 7, True)
    assert found.response_text == VECTOR.decode()


@pytest.mark.parametrize("field", ["usage", "error", "model"])
def test_a_field_that_is_too_large_is_unknown(field: str) -> None:
    """A usage, an error or a model of megabytes is none that a provider sends: it is not built, and is unknown."""
    body = b'{"%b":[%b{}]}' % (field.encode(), b"{}," * 200_000)
    found = reading.read("OPENAI", "/", body, body, content_type="application/json")
    assert (found.request_model, found.response_model, found.usage, found.error) == (None, None, Usage(), False)


def test_what_is_too_complex_is_shown_and_searched_as_text() -> None:
    """A body that is too complex is a text like any other: a preview, words, a message with all of it."""
    body = b'{"messages":[{"role":"user","content":"refund"},%b]}' % OBJECTS
    found = digest(body.decode(), None, "")
    assert found.request_preview.startswith('{"messages":[{"role":"user"')
    assert "refund" in found.words
    assert found.input_key != 0
    said = read(body.decode(), None)
    assert said.format is Dialect.TEXT
    assert as_json_text(OBJECTS) == json.dumps(OBJECTS.decode()).encode()


def test_a_batchs_calls_share_one_bound() -> None:
    """How much a digest may build can be less: what others have used up before is gone."""
    body = '{"messages":[{"role":"user","content":"refund"}]}'
    assert digest(body, None, "", 100).request_preview == "refund"
    assert digest(body, None, "", 2).request_preview == body
