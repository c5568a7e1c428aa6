"""From a captured exchange to a Call; never on the event loop."""

import datetime as dt

import msgspec

from helicorder.gateway import routes
from helicorder.gateway.plan import Plan
from helicorder.model.call import Call, Digest, Ending, status_of
from helicorder.providers import pricing, urls
from helicorder.providers.exchanged import Exchanged, read_exchanged
from helicorder.providers.reading import Reading

_UNKNOWN_MODEL = "unknown"
_PROVIDERS = {routes.OPENAI: "OPENAI", routes.ANTHROPIC: "ANTHROPIC", routes.GOOGLE: "GOOGLE"}


class Captured(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One exchange, ended.

    Attributes:
        http_status: the answer's; 0 when no answer came.
        started_at: seconds since 1970; seconds, first_byte_seconds: counted from then.
        request_body: as sent to the upstream; answer: the first ``limit`` bytes of what came back.
        answer_bytes: how much came back.
    """

    plan: Plan
    ending: Ending
    http_status: int
    started_at: float
    seconds: float
    first_byte_seconds: float | None
    request_body: bytes
    answer: list[bytes]
    answer_bytes: int
    limit: int
    content_type: str
    content_encoding: str


def exchanged(captured: Captured) -> Exchanged:
    """What of an exchange is read."""
    annotations = captured.plan.annotations
    return Exchanged(
        provider=provider_of(captured.plan),
        path=captured.plan.path,
        request_body=captured.request_body,
        answer=b"".join(captured.answer),
        limit=captured.limit,
        content_type=captured.content_type,
        content_encoding=captured.content_encoding,
        truncated=captured.answer_bytes > captured.limit,
        omit_request=annotations.omit_request,
        omit_response=annotations.omit_response,
    )


def call_of(captured: Captured) -> Call:
    """The call to keep: usage, cost and model read from the captured bodies, status from how the exchange ended."""
    return call_read(captured, read_exchanged(exchanged(captured)))


def call_read(captured: Captured, read: Reading, digest: Digest | None = None) -> Call:
    """The call to keep of an exchange whose bodies have been read."""
    plan, annotations = captured.plan, captured.plan.annotations
    provider = provider_of(plan)
    created_at = dt.datetime.fromtimestamp(captured.started_at, dt.UTC)
    ending = _ending(captured.ending, read)
    model = annotations.model_override or read.response_model or read.request_model
    return Call(
        org_id=plan.org_id,
        request_id=plan.request_id,
        created_at=created_at,
        response_at=created_at + dt.timedelta(seconds=captured.seconds),
        provider=provider,
        model=model or _UNKNOWN_MODEL,
        status=status_of(ending, captured.http_status),
        request_model=read.request_model,
        response_model=read.response_model,
        model_override=annotations.model_override,
        path=plan.path,
        target_url=plan.target_url,
        ending=ending,
        streamed=read.streamed,
        latency_ms=round(captured.seconds * 1000),
        time_to_first_token_ms=_milliseconds(captured.first_byte_seconds) if read.streamed else None,
        usage=read.usage,
        cost_usd=pricing.cost(provider, model, read.usage, created_at) if model else None,
        user_id=annotations.user_id or read.user,
        session_id=annotations.session_id,
        session_name=annotations.session_name,
        session_path=annotations.session_path,
        properties=annotations.properties,
        prompt_id=annotations.prompt_id,
        prompt_version=annotations.prompt_version,
        referrer=plan.referrer,
        size_bytes=len(captured.request_body) + captured.answer_bytes,
        request_body=read.request_text,
        response_body=read.response_text,
        digest=digest,
    )


def _ending(seen: Ending, read: Reading) -> Ending:
    """A caller that left a stream after its closing event left nothing behind, though nobody saw that in passing."""
    return Ending.DONE if seen is Ending.CALLER_GONE and read.streamed and read.complete else seen


def provider_of(plan: Plan) -> str:
    """The operator's upstreams are what their path says; a named one is known by its host, else by its path."""
    by_path = _PROVIDERS.get(plan.target or "", urls.UNKNOWN)
    if not plan.named:
        return by_path
    by_host = urls.provider_of(plan.target_url)
    return by_path if by_host == urls.UNKNOWN else by_host


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
