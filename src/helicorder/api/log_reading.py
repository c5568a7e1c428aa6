"""The call that a log body describes. A worker reads large bodies, so nothing of a server is imported here.

Body: ``{providerRequest: {url, json, meta}, providerResponse: {json, textBody?, status, headers, cost?}, timing?,
provider?}``. Bodies in the wild are loose: ``meta`` may hold anything, ``json`` may be empty beside a ``textBody``,
times come in three spellings. What ``json`` holds is kept as it was sent.
"""

import datetime as dt
import decimal
from typing import Any

import msgspec

from helicorder.api.decoding import decode, mended
from helicorder.api.filters import read_time
from helicorder.errors import BadHeader, Invalid, MalformedBody
from helicorder.model.call import Call
from helicorder.model.headers import Annotations, read_annotations
from helicorder.model.ids import new_id
from helicorder.providers import reading
from helicorder.providers.conversation.digest import digest
from helicorder.workers.pool import LARGE_BYTES

CUSTOM = "CUSTOM"
# What seconds since 1970 can still mean; a larger number of digits is milliseconds, as on Helicone's server.
_LAST_SECOND = 4_102_444_800
_MOST_DIGITS = 16
_MAX_STATUS = 999
_MAX_COST_USD = decimal.Decimal(1_000_000)


class ProviderRequest(msgspec.Struct, frozen=True):
    """The request half; ``meta`` holds Helicone-* headers and whatever else the client left there."""

    json: msgspec.Raw
    url: str = ""
    meta: dict[str, Any] | None = None


class ProviderResponse(msgspec.Struct, frozen=True):
    """The answer half; a non-empty ``textBody`` (a stream's text) wins over ``json``."""

    status: int
    json: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))
    textBody: str | None = None  # noqa: N815 -- the wire's name
    headers: dict[str, Any] | None = None
    cost: float | None = None


class Timing(msgspec.Struct, frozen=True):
    """Times as ``{seconds, milliseconds}``, ISO 8601 text, or digits; ``timeToFirstToken`` in milliseconds."""

    startTime: Any = None  # noqa: N815 -- the wire's name
    endTime: Any = None  # noqa: N815 -- the wire's name
    timeToFirstToken: float | None = None  # noqa: N815 -- the wire's name


class LogRequest(msgspec.Struct, frozen=True):
    """One finished call."""

    providerRequest: ProviderRequest  # noqa: N815 -- the wire's name
    providerResponse: ProviderResponse  # noqa: N815 -- the wire's name
    timing: Timing | None = None
    provider: str | None = None


def read_log(body: bytes, provider: str, org_id: str, headers: dict[str, str], now: dt.datetime) -> Call:
    """The call that a log body describes, but for its cost where none is given.

    Raises:
        MalformedBody: not JSON in UTF-8.
        Invalid: another shape, or times, status or cost that cannot be kept.
    """
    body = mended(body)
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise MalformedBody(f"The body is not UTF-8: {error.reason} at byte {error.start}.") from error
    data: LogRequest = decode(body, LogRequest)
    asked, answered = data.providerRequest, data.providerResponse
    annotations = _annotations(asked.meta, headers)
    started, ended = _times(data.timing, now)
    provider = (data.provider or provider).upper() if provider == CUSTOM else provider
    request_body, response_body = bytes(asked.json), _response_body(answered)
    seen = reading.read(provider, asked.url, request_body, response_body, content_type="application/json")
    model = annotations.model_override or seen.response_model or seen.request_model or _event_model(request_body)
    request_text = None if annotations.omit_request else seen.request_text
    response_text = None if annotations.omit_response else seen.response_text
    return Call(
        org_id=org_id,
        request_id=annotations.request_id or new_id(),
        created_at=started,
        response_at=ended,
        provider=provider,
        model=model,
        status=_status(answered.status),
        request_model=seen.request_model,
        response_model=seen.response_model,
        model_override=annotations.model_override,
        target_url=asked.url,
        streamed=seen.streamed,
        latency_ms=round((ended - started).total_seconds() * 1000),
        time_to_first_token_ms=_first_token(data.timing),
        usage=seen.usage,
        cost_usd=None if answered.cost is None else _cost(answered.cost),
        user_id=annotations.user_id or seen.user,
        session_id=annotations.session_id,
        session_name=annotations.session_name,
        session_path=annotations.session_path,
        properties=annotations.properties,
        prompt_id=annotations.prompt_id,
        prompt_version=annotations.prompt_version,
        size_bytes=len(request_body) + len(response_body),
        request_body=request_text,
        response_body=response_text,
        digest=digest(request_text, response_text, asked.url) if len(body) > LARGE_BYTES else None,
    )


def _annotations(meta: dict[str, Any] | None, headers: dict[str, str]) -> Annotations:
    said = {name.lower(): value for name, value in (meta or {}).items() if isinstance(value, str)}
    try:
        return read_annotations(said | headers)
    except BadHeader as error:
        raise Invalid(error.message) from error


def _response_body(answered: ProviderResponse) -> bytes:
    if not answered.textBody:
        return bytes(answered.json)
    return answered.textBody.encode("utf-8", "replace")


class _Event(msgspec.Struct):
    """The fields of a logged event that name it."""

    kind: Any = msgspec.field(default=None, name="_type")
    toolName: Any = "unknown"  # noqa: N815 -- the wire's name
    operation: Any = "unknown"
    name: Any = "unknown"


def _event_model(asked: bytes) -> str:
    """What Helicone shows as the model of a logged event that has none: a tool call, a vector search, a data read."""
    try:
        event = msgspec.json.decode(asked, type=_Event)
    except (msgspec.DecodeError, RecursionError):
        return "unknown"
    match event.kind:
        case "tool":
            return f"tool:{event.toolName}"
        case "vector_db":
            return f"vector_db:{event.operation}"
        case "data":
            return f"data:{event.name}"
        case _:
            return "unknown"


def _status(status: int) -> int:
    if not -_MAX_STATUS <= status <= _MAX_STATUS:
        raise Invalid(f"providerResponse.status: {status} is not an HTTP status.")
    return status


def _cost(given: float) -> decimal.Decimal:
    if not 0 <= given < _MAX_COST_USD:
        raise Invalid("providerResponse.cost: expected US dollars, 0 or more.")
    return decimal.Decimal(str(given))


def _first_token(timing: Timing | None) -> int | None:
    if timing is None or timing.timeToFirstToken is None:
        return None
    if not 0 <= timing.timeToFirstToken < _LAST_SECOND:
        raise Invalid("timing.timeToFirstToken: expected milliseconds, 0 or more.")
    return round(timing.timeToFirstToken)


def _times(timing: Timing | None, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    started = _time("timing.startTime", timing.startTime, now) if timing else now
    ended = _time("timing.endTime", timing.endTime, started) if timing else now
    if ended < started:
        raise Invalid("timing: endTime is before startTime.")
    return started, ended


def _time(where: str, value: Any, default: dt.datetime) -> dt.datetime:
    match value:
        case None:
            return default
        case {"seconds": int() | float() as seconds, "milliseconds": int() | float() as milliseconds}:
            return _in_range(where, seconds + milliseconds / 1000)
        case str() if value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS:
            return _in_range(where, int(value) if int(value) < _LAST_SECOND else int(value) / 1000)
        case str():
            return _in_range(where, read_time(where, value).timestamp())
        case _:
            raise Invalid(f"{where}: expected {{seconds, milliseconds}} or an ISO 8601 time.")


def _in_range(where: str, seconds: float) -> dt.datetime:
    if not 0 <= seconds < _LAST_SECOND:
        raise Invalid(f"{where}: outside 1970 to 2100.")
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
