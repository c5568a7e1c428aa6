"""Calls as a batch takes them."""

import datetime as dt
import decimal

import msgspec

from helicorder.model.call import Ending


class CallInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One finished call, as files of calls have it.

    Its identity is ``request_id`` and ``created_at``, to the microsecond: recorded again under both, the newest counts.
    What is not said is not known, and never 0. Tokens are a partition: ``prompt_tokens`` leave out cached ones,
    ``completion_tokens`` leave out reasoning; the other three say how many of these were of a kind.

    ``cost_usd`` is decimal, as a number or as text. ``request_body`` and ``response_body`` are the texts as they were
    sent; null means that they were not kept, and where both are left out, texts that were recorded before stay.
    ``input_key`` is 16 hexadecimal digits that are equal for calls which ask the same; it is made of ``request_body``
    where it is not given. ``size_bytes`` is that of both texts where it is not given.
    """

    created_at: dt.datetime
    request_id: str | None = None
    response_at: dt.datetime | None = None
    provider: str = "CUSTOM"
    model: str = "unknown"
    status: int = 200
    request_model: str | None = None
    response_model: str | None = None
    model_override: str | None = None
    path: str = ""
    target_url: str = ""
    ending: Ending = Ending.DONE
    streamed: bool = False
    latency_ms: int | None = None
    time_to_first_token_ms: int | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_cache_read_tokens: int | None = None
    prompt_cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    prompt_audio_tokens: int | None = None
    completion_audio_tokens: int | None = None
    prompt_cache_write_1h_tokens: int | None = None
    cost_usd: decimal.Decimal | None = None
    user_id: str = ""
    session_id: str = ""
    session_name: str = ""
    session_path: str = ""
    properties: dict[str, str] = {}
    prompt_id: str = ""
    prompt_version: str = ""
    referrer: str = ""
    country_code: str = ""
    size_bytes: int | None = None
    input_key: str | None = None
    request_body: str | msgspec.UnsetType | None = msgspec.UNSET
    response_body: str | msgspec.UnsetType | None = msgspec.UNSET


class CallBatchRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """1 to 10,000 finished calls; docs/api.md has the fields of one."""

    calls: list[msgspec.Raw]
