"""Requests in Helicone's shape: read, scored, rated, labelled."""

import datetime as dt
from typing import Any, Literal

import msgspec

from helicorder.errors import Invalid
from helicorder.model.score import ScoreKind

MAX_LIMIT = 1000
MAX_OFFSET = 2**31

Direction = Literal["asc", "desc"]


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


class Sort(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Exactly one key and its direction; without one, the newest first."""

    created_at: Direction | None = None
    latency: Direction | None = None
    time_to_first_token: Direction | None = None
    cost: Direction | None = None
    total_tokens: Direction | None = None
    prompt_tokens: Direction | None = None
    completion_tokens: Direction | None = None
    user_id: Direction | None = None
    body_model: Direction | None = None
    properties: dict[str, Direction] | None = None


class RequestQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which requests, in which order. ``filter`` is Helicone's tree; "all" and {} mean every request."""

    filter: Any
    offset: int = 0
    limit: int = 10
    sort: Sort | None = None
    isScored: bool | None = None  # noqa: N815 -- the wire's name
    isCached: bool | None = None  # noqa: N815 -- the wire's name
    includeInputs: bool | None = None  # noqa: N815 -- the wire's name
    isPartOfExperiment: bool | None = None  # noqa: N815 -- the wire's name

    def __post_init__(self) -> None:
        if not 0 <= self.limit <= MAX_LIMIT:
            raise Invalid(f"limit: 0 to {MAX_LIMIT}.")
        if not 0 <= self.offset <= MAX_OFFSET:
            raise Invalid(f"offset: 0 to {MAX_OFFSET}.")


class ScoreRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``{"scores": {name: number or boolean}}``; an empty map is valid and changes nothing."""

    scores: dict[str, Any]


class FeedbackRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``{"rating": true}`` for thumbs up, false for thumbs down."""

    rating: bool


class PropertyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``{"key": "environment", "value": "production"}``."""

    key: str
    value: str


class ScoreVersion(msgspec.Struct, frozen=True):
    """One version of one score. ``value`` is a boolean where ``kind`` is; ``replaces`` is the version before it.

    ``author`` is the id of the API key that wrote it, ``source`` the way it came: api or feedback.
    """

    name: str
    kind: ScoreKind
    value: float | bool
    version: str
    judged_at: dt.datetime
    source: str
    author: str
    replaces: str | None
