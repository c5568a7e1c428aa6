"""A filter on calls as a value: what it means, apart from how the wire spells it and how SQL prints it.

    Filter = Everything | Condition | Both | Either

`api/filters.py` reads Helicone's filter tree into these; `telemetry/sql/conditions.py` is the only printer.
"""

import datetime as dt
import enum

import msgspec


class Operator(enum.StrEnum):
    """Comparisons, in Helicone's words."""

    EQUALS = "equals"
    NOT_EQUALS = "not-equals"
    LIKE = "like"
    ILIKE = "ilike"
    CONTAINS = "contains"
    NOT_CONTAINS = "not-contains"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"


class Field(enum.StrEnum):
    """Columns of a call that a filter may name; the closed vocabulary that SQL is printed from.

    TOTAL_TOKENS is no column but the sum of those that count tokens, nor is ERROR: ``yes``, ``no`` or ``cancelled``, as
    the status says.
    """

    REQUEST_ID = "request_id"
    MODEL = "model"
    PROVIDER = "provider"
    USER_ID = "user_id"
    STATUS = "status"
    ERROR = "error"
    CREATED_AT = "created_at"
    RESPONSE_AT = "response_at"
    LATENCY = "latency_ms"
    TIME_TO_FIRST_TOKEN = "time_to_first_token_ms"  # noqa: S105 -- a column, not a credential
    COST = "cost_usd"
    PROMPT_TOKENS = "prompt_tokens"
    COMPLETION_TOKENS = "completion_tokens"
    CACHE_READ_TOKENS = "prompt_cache_read_tokens"
    CACHE_WRITE_TOKENS = "prompt_cache_write_tokens"
    TOTAL_TOKENS = "total_tokens"
    TARGET_URL = "target_url"
    PROMPT_ID = "prompt_id"
    PROMPT_VERSION = "prompt_version"
    REFERRER = "referrer"
    COUNTRY_CODE = "country_code"
    REQUEST_BODY = "request_body"
    RESPONSE_BODY = "response_body"


TIME_FIELDS = frozenset({Field.CREATED_AT, Field.RESPONSE_AT})
NUMBER_FIELDS = frozenset(
    {
        Field.STATUS,
        Field.LATENCY,
        Field.TIME_TO_FIRST_TOKEN,
        Field.COST,
        Field.PROMPT_TOKENS,
        Field.COMPLETION_TOKENS,
        Field.CACHE_READ_TOKENS,
        Field.CACHE_WRITE_TOKENS,
        Field.TOTAL_TOKENS,
    }
)


class Everything(msgspec.Struct, frozen=True, tag=True):
    """No condition at all: Helicone's ``"all"`` and ``{}``."""


class FieldIs(msgspec.Struct, frozen=True, tag=True):
    """A column compared with a value of the column's own type."""

    field: Field
    operator: Operator
    value: str | int | float | dt.datetime


class PropertyIs(msgspec.Struct, frozen=True, tag=True):
    """A custom property compared as text. A call without the property compares as if it were the empty text."""

    key: str
    operator: Operator
    value: str


class HasProperty(msgspec.Struct, frozen=True, tag=True):
    """The call has a property of that name."""

    key: str


class ScoreIs(msgspec.Struct, frozen=True, tag=True):
    """The current value of a score compared as a number. A call without that score never matches.

    Attributes:
        boolean: True takes only boolean scores (Helicone's NAME-hcone-bool), None takes either kind.
        also: more comparisons that the same score has to meet, such as the other end of a range: of several judges'
            scores one, and not one each.
    """

    name: str
    operator: Operator
    value: float
    boolean: bool | None = None
    also: tuple[tuple[Operator, float], ...] = ()


class Says(msgspec.Struct, frozen=True, tag=True):
    """A text occurs in what was asked or answered, whatever its case; ``whole``: its words are not parts of others."""

    text: str
    whole: bool


class IsScored(msgspec.Struct, frozen=True, tag=True):
    """The call has at least one score (or has none, when False)."""

    scored: bool


class Both(msgspec.Struct, frozen=True, tag=True):
    """And."""

    left: "Filter"
    right: "Filter"


class Either(msgspec.Struct, frozen=True, tag=True):
    """Or."""

    left: "Filter"
    right: "Filter"


Condition = FieldIs | PropertyIs | HasProperty | ScoreIs | IsScored | Says
Filter = Everything | Condition | Both | Either


class SortKey(enum.StrEnum):
    """What a page of calls may be sorted by, besides a property."""

    CREATED_AT = "created_at"
    LATENCY = "latency_ms"
    TIME_TO_FIRST_TOKEN = "time_to_first_token_ms"  # noqa: S105 -- a column, not a credential
    COST = "cost_usd"
    TOTAL_TOKENS = "total_tokens"
    PROMPT_TOKENS = "prompt_tokens"
    COMPLETION_TOKENS = "completion_tokens"
    USER_ID = "user_id"
    MODEL = "model"
    PROVIDER = "provider"
    STATUS = "status"


class Page(msgspec.Struct, frozen=True):
    """Which rows of the sorted answer. Ties fall to time, then id, so pages never overlap.

    Attributes:
        limit: 0 to 1000; offset: 0 and up.
    """

    limit: int = 10
    offset: int = 0
    sort: SortKey = SortKey.CREATED_AT
    ascending: bool = False
    sort_property: str | None = None


class Position(msgspec.Struct, frozen=True):
    """A call's place in a sorted answer: what it is sorted by, then its time and id, which no two calls share.

    Attributes:
        value: None where it is not known, or where time alone sorts; a cost as its exact digits.
    """

    value: int | str | None
    created_at: dt.datetime
    request_id: str


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A page by its place instead of by a number of rows to skip: what is added meanwhile moves nothing.

    Attributes:
        after: the last call of the page before; None for the first page.
        limit: 1 to 1000.
    """

    sort: SortKey = SortKey.CREATED_AT
    ascending: bool = False
    after: Position | None = None
    limit: int = 50
