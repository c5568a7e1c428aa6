"""A call as our own API shows it: flat, typed, null where nothing is known."""

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence

import msgspec

from helicorder.model.call import Ending
from helicorder.model.score import COUNTED_KINDS, ScoreKind, Source
from helicorder.telemetry.calls import CallRow
from helicorder.telemetry.scores import Judgement


class CallScore(msgspec.Struct, frozen=True, kw_only=True):
    """What stands under one name on a call: the newest of ``n`` current judgements, given by as many judges.

    ``value`` is a number or a boolean; null for the kinds without one, whose category or words are in ``label``.
    """

    name: str
    kind: ScoreKind
    value: float | bool | None
    label: str | None
    n: int
    source: Source
    author: str | None
    judged_at: dt.datetime


class CallRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded call. A request id that was used several times has several; its time tells them apart.

    Times are UTC. Every token is counted in exactly one of prompt, cache read, cache write, completion and reasoning;
    ``total_tokens`` is their sum. ``properties`` are as edited. Previews are one line of at most 200 characters.
    """

    request_id: str
    created_at: dt.datetime
    response_at: dt.datetime
    provider: str
    model: str
    request_model: str | None
    response_model: str | None
    model_override: str | None
    path: str | None
    target_url: str | None
    status: int
    ending: Ending
    streamed: bool
    latency_ms: int | None
    time_to_first_token_ms: int | None
    total_tokens: int | None
    prompt_tokens: int | None
    completion_tokens: int | None
    prompt_cache_read_tokens: int | None
    prompt_cache_write_tokens: int | None
    prompt_cache_write_1h_tokens: int | None
    reasoning_tokens: int | None
    prompt_audio_tokens: int | None
    completion_audio_tokens: int | None
    cost_usd: float | None
    user_id: str | None
    session_id: str | None
    session_name: str | None
    session_path: str | None
    properties: dict[str, str]
    prompt_id: str | None
    prompt_version: str | None
    referrer: str | None
    country_code: str | None
    size_bytes: int
    scores: list[CallScore]
    request_preview: str | None
    response_preview: str | None


def call_record(row: CallRow) -> CallRecord:
    """A recorded call in our own shape."""
    return CallRecord(
        request_id=row.request_id,
        created_at=row.created_at,
        response_at=row.response_at,
        provider=row.provider,
        model=row.model,
        request_model=row.request_model,
        response_model=row.response_model,
        model_override=row.model_override,
        path=row.path or None,
        target_url=row.target_url or None,
        status=row.status,
        ending=row.ending,
        streamed=row.streamed,
        latency_ms=row.latency_ms,
        time_to_first_token_ms=row.time_to_first_token_ms,
        total_tokens=row.usage.total,
        prompt_tokens=row.usage.prompt,
        completion_tokens=row.usage.completion,
        prompt_cache_read_tokens=row.usage.cache_read,
        prompt_cache_write_tokens=row.usage.cache_write,
        prompt_cache_write_1h_tokens=row.usage.cache_write_1h,
        reasoning_tokens=row.usage.reasoning,
        prompt_audio_tokens=row.usage.prompt_audio,
        completion_audio_tokens=row.usage.completion_audio,
        cost_usd=None if row.cost_usd is None else float(row.cost_usd),
        user_id=row.user_id or None,
        session_id=row.session_id or None,
        session_name=row.session_name or None,
        session_path=row.session_path or None,
        properties=row.properties,
        prompt_id=row.prompt_id or None,
        prompt_version=row.prompt_version or None,
        referrer=row.referrer or None,
        country_code=row.country_code or None,
        size_bytes=row.size_bytes,
        scores=list(_scores(row.judgements)),
        request_preview=row.request_preview or None,
        response_preview=row.response_preview or None,
    )


def _scores(judgements: Sequence[Judgement]) -> Iterator[CallScore]:
    """One for each name, in the order of names."""
    named = sorted(judgements, key=lambda one: (one.name, one.version))
    for name, group in itertools.groupby(named, key=lambda one: one.name):
        several = list(group)
        yield _score(name, several[-1], len(several))


def _score(name: str, newest: Judgement, n: int) -> CallScore:
    value: float | bool | None = newest.value if newest.kind in COUNTED_KINDS else None
    return CallScore(
        name=name,
        kind=newest.kind,
        value=bool(value) if newest.kind is ScoreKind.BOOLEAN else value,
        label=None if newest.kind in COUNTED_KINDS else newest.label or newest.text,
        n=n,
        source=newest.source,
        author=newest.author or None,
        judged_at=newest.judged_at,
    )
