"""The official client packages, unmodified, against the real server: recorded, costed, scored, read back."""

import decimal
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from helicone_helpers import HeliconeManualLogger

from helicorder.model.ids import new_id
from product_server import Product

QUESTION: Any = [{"role": "user", "content": "one two three four"}]


@pytest.fixture
def openai_client(product: Product) -> Iterator[openai.OpenAI]:
    """The OpenAI client pointed at the gateway as Helicone documents it."""
    headers = {"Helicone-Auth": f"Bearer {product.key}"}
    base = f"{product.base}/v1/gateway/oai/v1"
    with openai.OpenAI(api_key="sk-fake", base_url=base, default_headers=headers, max_retries=0) as client:
        yield client


@pytest.fixture
def anthropic_client(product: Product) -> Iterator[anthropic.Anthropic]:
    """The Anthropic client pointed at the gateway as Helicone documents it."""
    headers = {"Helicone-Auth": f"Bearer {product.key}"}
    base = f"{product.base}/v1/gateway/anthropic"
    with anthropic.Anthropic(api_key="sk-fake", base_url=base, default_headers=headers, max_retries=0) as client:
        yield client


def annotated(request_id: str) -> dict[str, str]:
    """Headers that say all that a caller can say of a call."""
    return {
        "Helicone-Request-Id": request_id,
        "Helicone-User-Id": "user-7",
        "Helicone-Session-Id": "session-1",
        "Helicone-Session-Path": "/answer",
        "Helicone-Property-Prompt-Version": "v12",
    }


def scored_row(product: Product, request_id: str) -> Any:
    """Score the request with Helicone's own request and read it back."""
    answer = product.ask("POST", f"/v1/request/{request_id}/score", {"scores": {"accuracy": 0.92}})
    assert answer.json() == {"data": None, "error": None}
    row = product.read(request_id)
    assert row["scores"] == {"accuracy": 0.92}
    return row


def assert_cost(row: Any, prompt_price: str, completion_price: str) -> None:
    """The cost is tokens times US dollars per million tokens."""
    prompt = row["prompt_tokens"] * decimal.Decimal(prompt_price)
    completion = row["completion_tokens"] * decimal.Decimal(completion_price)
    assert row["cost"] == pytest.approx(float((prompt + completion) / 1_000_000), rel=1e-9)


def test_openai_chat_is_recorded_and_scored(product: Product, openai_client: openai.OpenAI) -> None:
    """A chat completion gives one row with its user, session, property, tokens and cost."""
    request_id = new_id()
    raw = openai_client.chat.completions.with_raw_response.create(
        model="gpt-4o-mini", messages=QUESTION, extra_headers=annotated(request_id)
    )
    assert raw.headers["helicone-id"] == request_id
    assert raw.parse().choices[0].message.content == "You said: one two three four"
    row = scored_row(product, request_id)
    assert (row["provider"], row["model"], row["response_status"]) == ("OPENAI", "gpt-4o-mini", 200)
    assert (row["prompt_tokens"], row["completion_tokens"], row["total_tokens"]) == (4, 6, 10)
    assert row["request_user_id"] == "user-7"
    assert row["properties"]["prompt-version"] == "v12"
    assert row["properties"]["Helicone-Session-Id"] == "session-1"
    assert row["delay_ms"] >= 0
    assert_cost(row, "0.15", "0.60")


def test_openai_cached_tokens_count_once(product: Product, openai_client: openai.OpenAI) -> None:
    """Cached prompt tokens are kept apart from the others and priced as cached."""
    request_id = new_id()
    openai_client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": "cached:2 one two three"}],
        extra_headers=annotated(request_id),
    )
    row = product.read(request_id)
    assert (row["prompt_tokens"], row["prompt_cache_read_tokens"], row["completion_tokens"]) == (2, 2, 6)
    assert row["total_tokens"] == 10
    assert row["cost"] == pytest.approx((2 * 0.15 + 2 * 0.075 + 6 * 0.60) / 1e6, rel=1e-9)


def test_openai_stream_is_recorded_when_it_ends(product: Product, openai_client: openai.OpenAI) -> None:
    """A stream reads back as one merged answer with its usage, as soon as the client has seen its end."""
    request_id = new_id()
    stream = openai_client.chat.completions.create(
        model="gpt-4o-mini",
        messages=QUESTION,
        stream=True,
        stream_options={"include_usage": True},
        extra_headers=annotated(request_id),
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    row = scored_row(product, request_id)
    assert (row["prompt_tokens"], row["completion_tokens"], row["response_status"]) == (4, 6, 200)
    assert row["time_to_first_token"] is not None
    assert_cost(row, "0.15", "0.60")
    bodies = product.ask("GET", row["signed_body_url"].removeprefix(product.base), key=None).json()
    assert bodies["request"]["messages"] == QUESTION
    assert bodies["response"]["choices"][0]["message"]["content"] == text


def test_a_stream_without_usage_has_none(product: Product, openai_client: openai.OpenAI) -> None:
    """Where the provider sent no usage, tokens and cost are null, never -1 or 0."""
    request_id = new_id()
    list(
        openai_client.chat.completions.create(
            model="gpt-4o-mini", messages=QUESTION, stream=True, extra_headers=annotated(request_id)
        )
    )
    row = product.read(request_id)
    assert (row["prompt_tokens"], row["completion_tokens"], row["total_tokens"], row["cost"]) == (None,) * 4


def test_openai_errors_reach_the_client_and_the_record(product: Product, openai_client: openai.OpenAI) -> None:
    """An upstream error is the client's own exception and a row with its status."""
    request_id = new_id()
    with pytest.raises(openai.RateLimitError):
        openai_client.chat.completions.create(
            model="gpt-4o-mini",
            messages=[{"role": "user", "content": "fail:429"}],
            extra_headers=annotated(request_id),
        )
    row = product.read(request_id)
    assert (row["response_status"], row["cost"]) == (429, None)


def test_openai_embeddings_are_recorded(product: Product, openai_client: openai.OpenAI) -> None:
    """Embeddings have prompt tokens and a cost."""
    request_id = new_id()
    openai_client.embeddings.create(
        model="text-embedding-3-small", input="alpha beta gamma", extra_headers=annotated(request_id)
    )
    row = product.read(request_id)
    assert (row["model"], row["prompt_tokens"]) == ("text-embedding-3-small", 3)
    assert row["cost"] == pytest.approx(3 * 0.02 / 1e6, rel=1e-9)


def test_a_bad_helicone_key_is_refused(product: Product) -> None:
    """A wrong Helicone key is the client's authentication error; nothing goes out unlogged."""
    headers = {"Helicone-Auth": "Bearer sk-helicone-wrong"}
    base = f"{product.base}/v1/gateway/oai/v1"
    with (
        openai.OpenAI(api_key="sk-fake", base_url=base, default_headers=headers, max_retries=0) as client,
        pytest.raises(openai.AuthenticationError, match="key"),
    ):
        client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION)


def test_anthropic_messages_are_recorded_and_scored(product: Product, anthropic_client: anthropic.Anthropic) -> None:
    """A message gives one row with tokens and cost."""
    request_id = new_id()
    message = anthropic_client.messages.create(
        model="claude-haiku-4-5", max_tokens=64, messages=QUESTION, extra_headers=annotated(request_id)
    )
    assert message.usage.output_tokens == 6
    row = scored_row(product, request_id)
    assert (row["provider"], row["model"]) == ("ANTHROPIC", "claude-haiku-4-5")
    assert (row["prompt_tokens"], row["completion_tokens"]) == (4, 6)
    assert_cost(row, "1.00", "5.00")


def test_anthropic_streams_are_recorded(product: Product, anthropic_client: anthropic.Anthropic) -> None:
    """A streamed message reads back merged, with the usage of its last event."""
    request_id = new_id()
    with anthropic_client.messages.stream(
        model="claude-haiku-4-5", max_tokens=64, messages=QUESTION, extra_headers=annotated(request_id)
    ) as stream:
        text = stream.get_final_text()
    row = scored_row(product, request_id)
    assert (row["prompt_tokens"], row["completion_tokens"]) == (4, 6)
    answer = product.ask("GET", f"/v1/request/{request_id}?includeBody=true").json()["data"]
    assert answer["response_body"]["content"][0]["text"] == text


@pytest.fixture
def manual(product: Product) -> HeliconeManualLogger:
    """Helicone's manual logger pointed at the server."""
    return HeliconeManualLogger(api_key=product.key, logging_endpoint=product.base)


@pytest.mark.parametrize(
    ("provider", "model", "answer", "tokens"),
    [
        ("openai", "gpt-4o-mini", {"usage": {"prompt_tokens": 12, "completion_tokens": 8}}, (12, 8)),
        ("anthropic", "claude-haiku-4-5", {"usage": {"input_tokens": 12, "output_tokens": 8}}, (12, 8)),
        (None, "my-model", {"answer": 42}, (None, None)),
    ],
)
def test_the_manual_logger_records(
    product: Product, manual: HeliconeManualLogger, provider: str | None, model: str, answer: Any, tokens: Any
) -> None:
    """helicone-helpers logs to the path of its provider; usage, cost and score read back."""
    request_id = new_id()
    manual.log_request(
        request={"model": model, "messages": QUESTION},
        operation=lambda recorder: recorder.append_results(answer),
        additional_headers=annotated(request_id),
        provider=provider,
    )
    row = scored_row(product, request_id)
    assert (row["provider"], row["model"]) == ((provider or "custom").upper(), model)
    assert (row["prompt_tokens"], row["completion_tokens"]) == tokens
    assert (row["cost"] is None) == (provider is None)
    assert row["properties"]["prompt-version"] == "v12"


def test_the_manual_logger_records_streams_and_tools(product: Product, manual: HeliconeManualLogger) -> None:
    """A logged stream's text and a tool call without a model are recorded too."""
    streamed, tool = new_id(), new_id()
    lines = (
        '{"id":"x","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"hi"}}]}\n'
        '{"id":"x","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[],'
        '"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}\n'
    )
    request = {"model": "gpt-4o-mini", "messages": QUESTION}
    times = {"start_time": 1_795_436_712.5, "end_time": 1_795_436_713.0}
    manual.send_log(None, request, lines, {**times, "additional_headers": annotated(streamed)})
    manual.send_log(
        None,
        {"_type": "tool", "toolName": "search", "input": {"q": "x"}},
        {"hits": 3},
        {**times, "additional_headers": annotated(tool)},
    )
    row = product.read(streamed)
    assert (row["prompt_tokens"], row["completion_tokens"], row["delay_ms"]) == (3, 1, 500)
    assert row["request_created_at"].startswith("2026-11-23T")
    assert product.read(tool)["model"] == "tool:search"
