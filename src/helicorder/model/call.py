"""A call: one logged LLM request. *Request* is the wire's word for it."""

import datetime as dt
import decimal
import enum

import msgspec

MAX_COUNT = 2**53 - 1
"""Larger counts lose digits in the JSON that every reader gets; no provider counts that far."""
MAX_COST_USD = 10**6
"""No call costs as much."""


class Ending(enum.StrEnum):
    """How a proxied exchange ended. Each has a status of its own on the wire (`status_of`)."""

    DONE = "done"
    CALLER_GONE = "caller_gone"
    UPSTREAM_RESET = "upstream_reset"
    UPSTREAM_TIMEOUT = "upstream_timeout"
    SHUTDOWN = "shutdown"


# Helicone's codes where it has one (-2 timeout, -3 cancelled); it records no upstream reset and no shutdown at all.
_STATUS_OF_ENDING = {
    Ending.CALLER_GONE: -3,
    Ending.UPSTREAM_TIMEOUT: -2,
    Ending.UPSTREAM_RESET: 502,
    Ending.SHUTDOWN: 503,
}


def status_of(ending: Ending, http_status: int) -> int:
    """The ``response_status`` to record: the upstream's own when it finished, else the code of the ending."""
    return _STATUS_OF_ENDING.get(ending, http_status)


class Usage(msgspec.Struct, frozen=True, array_like=True):
    """Token counts; None where the provider did not say (Helicone shows -1 or 0 there).

    A partition: every token is in exactly one of prompt, cache_read, cache_write, completion and reasoning, as on
    Helicone's wire: ``prompt`` excludes cached tokens, ``completion`` excludes reasoning. The other three say how many
    of these were of a kind: ``prompt_audio`` of prompt, ``completion_audio`` of completion, ``cache_write_1h`` (kept
    for an hour, which costs more) of cache_write.
    """

    prompt: int | None = None
    completion: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    prompt_audio: int | None = None
    completion_audio: int | None = None
    cache_write_1h: int | None = None

    @property
    def prompt_total(self) -> int | None:
        """Prompt tokens with the cached ones, each counted once."""
        if self.prompt is None:
            return None
        return self.prompt + (self.cache_read or 0) + (self.cache_write or 0)

    @property
    def total(self) -> int | None:
        """All tokens, each counted once; None when prompt or completion is unknown."""
        if self.prompt_total is None or self.completion is None:
            return None
        return self.prompt_total + self.completion + (self.reasoning or 0)


class Digest(msgspec.Struct, frozen=True):
    """What is kept of a call's bodies beside them.

    Attributes:
        request_preview, response_preview: the beginning of the last thing the user said and of the answer, on one line
            of at most 200 characters; empty where nothing was said.
        words: what both bodies say, in lower case, to search in.
        input_key: 64 bits that are equal for calls which ask the same; 0 where that is not known.
    """

    request_preview: str = ""
    response_preview: str = ""
    words: str = ""
    input_key: int = 0


class Call(msgspec.Struct, frozen=True, array_like=True, tag="call", kw_only=True):
    """One recorded call. Its identity is (org_id, created_at, request_id): recording it twice changes nothing.

    The journal stores this positionally: new fields go last and carry a default.

    Attributes:
        created_at, response_at: UTC, microseconds; when the request came and when its answer ended.
        provider: Helicone's upper-case name: OPENAI, ANTHROPIC, GOOGLE, CUSTOM, ...
        model: what it is shown and priced as: override, else the answer's, else the request's, else ``unknown``.
        status: HTTP status of the answer, or the code of how it ended (`status_of`).
        latency_ms: whole exchange; time_to_first_token_ms: streams only.
        cost_usd: None where usage or price is unknown; never 0 for "unknown".
        properties: names lower-cased as Helicone does for headers; session fields are Helicone-Session-* properties.
        request_body, response_body: text as sent; a stream's answer merged into a plain one's shape. None = not kept.
        input_key: 64 bits that are equal for calls which ask the same; 0: made of request_body where there is one.
        without_texts: nothing is said of the bodies, so those recorded before under the same identity stay.
        digest: of bodies so large that another process reads them, once; None: made when the call is loaded.
    """

    org_id: str
    request_id: str
    created_at: dt.datetime
    response_at: dt.datetime
    provider: str
    model: str
    status: int
    request_model: str | None = None
    response_model: str | None = None
    model_override: str | None = None
    path: str = ""
    target_url: str = ""
    ending: Ending = Ending.DONE
    streamed: bool = False
    latency_ms: int | None = None
    time_to_first_token_ms: int | None = None
    usage: Usage = Usage()
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
    size_bytes: int = 0
    request_body: str | None = None
    response_body: str | None = None
    input_key: int = 0
    without_texts: bool = False
    digest: Digest | None = None
