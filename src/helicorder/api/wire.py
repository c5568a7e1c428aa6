"""Helicone's shapes <-> the model."""

from typing import Any

from helicorder.model.score import BOOLEAN_SUFFIX, FEEDBACK_NAME, ScoreKind
from helicorder.telemetry.calls import CallRow
from helicorder.wire.requests import HeliconeRequest
from helicorder.wire.results import OK, Result

__all__ = ["OK", "HeliconeRequest", "Result", "request_row", "score_key"]

_LARGEST_EXACT = 2.0**53


def score_key(name: str, kind: ScoreKind) -> str:
    """The key of a score in Helicone's ``scores`` map: booleans carry a suffix, feedback never does."""
    return name + BOOLEAN_SUFFIX if kind is ScoreKind.BOOLEAN and name != FEEDBACK_NAME else name


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
