"""A call as a batch takes it, read into `model.Call`."""

import datetime as dt
import decimal
import string
from typing import Any

import msgspec

from helicorder.errors import Invalid
from helicorder.model.call import MAX_COST_USD, MAX_COUNT, Call, Usage
from helicorder.model.headers import SESSION_PROPERTIES
from helicorder.model.ids import checked_request_id, new_id
from helicorder.model.score import MAX_PROPERTY_VALUE_LENGTH, checked_name
from helicorder.wire.calls import CallInput

MAX_TEXT_LENGTH = 100_000
"""Of a name, an address or the like: far beyond any that means something, and not enough to fill a disk with."""
MAX_PROPERTIES = 1_000
"""More than a call may come with: properties can be put on it later, one by one, and a file has them all."""
MAX_STATUS = 999
_FIRST, _LAST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
_KEY_DIGITS = 16

_TEXTS = (
    "provider", "model", "request_model", "response_model", "model_override", "path", "target_url", "user_id",
    "session_id", "session_name", "session_path", "prompt_id", "prompt_version", "referrer", "country_code",
)  # fmt: skip
_COUNTS = (
    "latency_ms", "time_to_first_token_ms", "prompt_tokens", "completion_tokens", "prompt_cache_read_tokens",
    "prompt_cache_write_tokens", "reasoning_tokens", "prompt_audio_tokens", "completion_audio_tokens",
    "prompt_cache_write_1h_tokens", "size_bytes",
)  # fmt: skip
_AS_GIVEN = (
    *_TEXTS, "ending", "streamed", "latency_ms", "time_to_first_token_ms",
)  # fmt: skip


def call_of(given: CallInput, org_id: str) -> Call:
    """The call that is meant.

    Raises:
        Invalid: some part of it cannot be kept, saying which.
    """
    created_at = _time("created_at", given.created_at)
    response_at = created_at if given.response_at is None else _time("response_at", given.response_at)
    if response_at < created_at:
        raise Invalid("response_at: is before created_at.")
    if not -MAX_STATUS <= given.status <= MAX_STATUS:
        raise Invalid(f"status: {given.status} is not an HTTP status.")
    _check_texts(given)
    _check_counts(given)
    request_body, response_body = _text(given.request_body), _text(given.response_body)
    size = sum(len(body.encode()) for body in (request_body, response_body) if body is not None)
    return Call(
        org_id=org_id,
        request_id=new_id() if given.request_id is None else checked_request_id(given.request_id),
        created_at=created_at,
        response_at=response_at,
        status=given.status,
        usage=_usage(given),
        cost_usd=_cost(given.cost_usd),
        properties=_properties(given),
        size_bytes=size if given.size_bytes is None else given.size_bytes,
        request_body=request_body,
        response_body=response_body,
        input_key=0 if given.input_key is None else _key(given.input_key),
        without_texts=given.request_body is msgspec.UNSET and given.response_body is msgspec.UNSET,
        **{name: getattr(given, name) for name in _AS_GIVEN},
    )


def _time(what: str, at: dt.datetime) -> dt.datetime:
    at = at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at
    if not _FIRST <= at < _LAST:
        raise Invalid(f"{what}: outside 1970 to 2100.")
    return at.astimezone(dt.UTC)


def _check_texts(given: CallInput) -> None:
    for name in _TEXTS:
        text: str | None = getattr(given, name)
        if text is not None and len(text) > MAX_TEXT_LENGTH:
            raise Invalid(f"{name}: at most {MAX_TEXT_LENGTH} characters.")
    for name in ("provider", "model"):
        if not getattr(given, name):
            raise Invalid(f"{name}: must not be empty.")


def _check_counts(given: CallInput) -> None:
    for name in _COUNTS:
        number: int | None = getattr(given, name)
        if number is not None and not 0 <= number <= MAX_COUNT:
            raise Invalid(f"{name}: a whole number from 0 to {MAX_COUNT}, or null.")


def _usage(given: CallInput) -> Usage:
    return Usage(
        prompt=given.prompt_tokens,
        completion=given.completion_tokens,
        cache_read=given.prompt_cache_read_tokens,
        cache_write=given.prompt_cache_write_tokens,
        reasoning=given.reasoning_tokens,
        prompt_audio=given.prompt_audio_tokens,
        completion_audio=given.completion_audio_tokens,
        cache_write_1h=given.prompt_cache_write_1h_tokens,
    )


def _cost(cost: decimal.Decimal | None) -> decimal.Decimal | None:
    if cost is not None and not (cost.is_finite() and 0 <= cost < MAX_COST_USD):
        raise Invalid(f"cost_usd: US dollars, from 0 to less than {MAX_COST_USD}, or null.")
    return cost


def _properties(given: CallInput) -> dict[str, str]:
    """The properties, with the session's among them, as on calls that come with headers."""
    if len(given.properties) > MAX_PROPERTIES:
        raise Invalid(f"properties: at most {MAX_PROPERTIES}; there are {len(given.properties)}.")
    for name, value in given.properties.items():
        checked_name(name, "property name")
        if len(value) > MAX_PROPERTY_VALUE_LENGTH:
            raise Invalid(f"properties: a value has at most {MAX_PROPERTY_VALUE_LENGTH} characters.")
    of_session: dict[str, Any] = {
        SESSION_PROPERTIES["helicone-session-id"]: given.session_id,
        SESSION_PROPERTIES["helicone-session-name"]: given.session_name,
        SESSION_PROPERTIES["helicone-session-path"]: given.session_path,
    }
    return {name: value for name, value in of_session.items() if value} | given.properties


def _key(text: str) -> int:
    if not 1 <= len(text) <= _KEY_DIGITS or not set(text) <= set(string.hexdigits):
        raise Invalid(f"input_key: 1 to {_KEY_DIGITS} hexadecimal digits.")
    return int(text, 16)


def _text(body: str | msgspec.UnsetType | None) -> str | None:
    return None if body is msgspec.UNSET else body
