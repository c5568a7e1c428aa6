"""Helicone's shapes <-> the model."""

import datetime as dt
from typing import Any, Generic, TypeVar

import msgspec

from helicorder.model.score import BOOLEAN_SUFFIX, FEEDBACK_NAME, ScoreKind
from helicorder.telemetry.calls import CallRow

T = TypeVar("T")
_LARGEST_EXACT = 2.0**53


class Result(msgspec.Struct, Generic[T], frozen=True):
    """Helicone's ``Result<T, string>``: ``{"data": T, "error": null}``; failures carry null and a sentence."""

    data: T
    error: None = None


OK: Result[None] = Result(None)


def score_key(name: str, kind: ScoreKind) -> str:
    """The key of a score in Helicone's ``scores`` map: booleans carry a suffix, feedback never does."""
    return name + BOOLEAN_SUFFIX if kind is ScoreKind.BOOLEAN and name != FEEDBACK_NAME else name


class HeliconeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request as Helicone's API shows it: all fields its document requires, null where nothing is known.

    Times are UTC; ``cost`` and ``costUSD`` are US dollars; ``prompt_tokens`` leaves out cached tokens, ``total_tokens``
    counts them once. ``ending`` is our own: how a proxied exchange ended, beside the status that Helicone has for it.
    """

    request_id: str
    response_id: str
    request_created_at: dt.datetime
    response_created_at: dt.datetime
    updated_at: dt.datetime
    request_body: Any
    response_body: Any
    signed_body_url: str
    storage_location: str = "s3"
    response_status: int
    ending: str
    request_path: str
    target_url: str
    provider: str
    model: str
    request_model: str | None
    response_model: str | None
    model_override: str | None
    delay_ms: int | None
    time_to_first_token: int | None
    total_tokens: int | None
    prompt_tokens: int | None
    completion_tokens: int | None
    prompt_cache_read_tokens: int | None
    prompt_cache_write_tokens: int | None
    reasoning_tokens: int | None
    prompt_audio_tokens: int | None
    completion_audio_tokens: int | None
    cost: float | None
    cost_usd: float | None = msgspec.field(name="costUSD")
    request_user_id: str | None
    helicone_user: str | None
    request_properties: dict[str, str]
    properties: dict[str, str]
    scores: dict[str, int | float]
    feedback_created_at: dt.datetime | None
    feedback_id: str | None = None
    feedback_rating: bool | None
    prompt_id: str | None
    prompt_version: str | None
    request_referrer: str | None
    country_code: str | None
    llm_schema: None = msgspec.field(name="llmSchema", default=None)
    asset_ids: list[str] = []
    asset_urls: dict[str, str] = {}
    assets: list[str] = []
    cache_enabled: bool = False
    cache_reference_id: str | None = None
    ai_gateway_body_mapping: str | None = None


def _plain(value: float) -> int | float:
    """A whole number without ``.0``, as it was most likely sent: Helicone's clients know integers alone."""
    return int(value) if value.is_integer() and abs(value) < _LARGEST_EXACT else value


def request_row(row: CallRow, signed_body_url: str, request_body: Any, response_body: Any) -> HeliconeRequest:
    """A recorded call in Helicone's shape."""
    feedback = row.scores.get(FEEDBACK_NAME)
    cost = None if row.cost_usd is None else float(row.cost_usd)
    return HeliconeRequest(
        request_id=row.request_id,
        response_id=row.request_id,
        request_created_at=row.created_at,
        response_created_at=row.response_at,
        updated_at=max([row.response_at, *(score.judged_at for score in row.scores.values())]),
        request_body=request_body,
        response_body=response_body,
        signed_body_url=signed_body_url,
        response_status=row.status,
        ending=row.ending,
        request_path=row.path,
        target_url=row.target_url,
        provider=row.provider,
        model=row.model,
        request_model=row.request_model,
        response_model=row.response_model,
        model_override=row.model_override,
        delay_ms=row.latency_ms,
        time_to_first_token=row.time_to_first_token_ms,
        total_tokens=row.usage.total,
        prompt_tokens=row.usage.prompt,
        completion_tokens=row.usage.completion,
        prompt_cache_read_tokens=row.usage.cache_read,
        prompt_cache_write_tokens=row.usage.cache_write,
        reasoning_tokens=row.usage.reasoning,
        prompt_audio_tokens=row.usage.prompt_audio,
        completion_audio_tokens=row.usage.completion_audio,
        cost=cost,
        cost_usd=cost,
        request_user_id=row.user_id or None,
        helicone_user=None,
        request_properties=row.properties,
        properties=row.properties,
        scores={score_key(name, score.kind): _plain(score.value) for name, score in row.scores.items()},
        feedback_created_at=feedback.judged_at if feedback else None,
        feedback_rating=bool(feedback.value) if feedback else None,
        prompt_id=row.prompt_id or None,
        prompt_version=row.prompt_version or None,
        request_referrer=row.referrer or None,
        country_code=row.country_code or None,
    )
