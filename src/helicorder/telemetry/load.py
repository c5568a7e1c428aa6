"""Loads what the journal acknowledged: rows become columns, each table gets one insert, and what follows is derived."""

import asyncio
import contextlib
import decimal
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from helicorder.errors import RowsRefused
from helicorder.model.call import MAX_COST_USD, MAX_COUNT, Call, Digest
from helicorder.model.row import Stamped
from helicorder.model.score import PropertyEdit, Score
from helicorder.telemetry.client import StatementError, Telemetry
from helicorder.telemetry.confirmation import confirm
from helicorder.telemetry.instants import microseconds
from helicorder.telemetry.sql.derivation import DERIVE, JUDGED

INSTANT = "DateTime64(6, 'UTC')"
WORD = "LowCardinality(String)"
MAYBE_WORD = "LowCardinality(Nullable(String))"
COUNT = "Nullable(UInt64)"
COST = "Nullable(Decimal(18, 12))"

MAX_COST = decimal.Decimal(MAX_COST_USD)
COST_STEP = decimal.Decimal("1e-12")
# ClickHouse's codes for values that do not fit their column; 0 when one could not even be written down for sending.
# Others, a missing table among them, are no row's fault.
ROWS_AT_FAULT = frozenset(
    {
        0,
        6,  # CANNOT_PARSE_TEXT
        69,  # ARGUMENT_OUT_OF_BOUND
        70,  # CANNOT_CONVERT_TYPE
        117,  # INCORRECT_DATA
        131,  # TOO_LARGE_STRING_SIZE
        321,  # VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
        349,  # CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
        407,  # DECIMAL_OVERFLOW
        469,  # VIOLATED_CONSTRAINT
    }
)
STATUS_RANGE = (-(2**31), 2**31 - 1)


class Column(NamedTuple):
    """One column of a table: its name and type, where its value is in a stamped row, and what makes it fit."""

    name: str
    kind: str
    path: str
    fit: Callable[[Any], object] | None = None


def _count(number: int | None) -> int | None:
    """A count, or None where it is not one: below zero, or beyond MAX_COUNT."""
    return number if number is not None and 0 <= number <= MAX_COUNT else None


def _size(number: int) -> int:
    return _count(number) or 0


def _status(number: int) -> int:
    return min(max(number, STATUS_RANGE[0]), STATUS_RANGE[1])


def _cost(cost: decimal.Decimal | None) -> decimal.Decimal | None:
    """A cost rounded to the column's twelve places; None where it cannot be one: not finite, or a million and more."""
    if cost is None or not cost.is_finite() or abs(cost) >= MAX_COST:
        return None
    rounded = cost.quantize(COST_STEP)
    return rounded if abs(rounded) < MAX_COST else None


class Digested(msgspec.Struct, frozen=True):
    """A stamped call with what its bodies say."""

    version: int
    texts_version: int
    row: Call
    digest: Digest

    @property
    def input_key(self) -> int:
        """What the call was given as its input key, or else what its body makes it."""
        return self.row.input_key or self.digest.input_key


VERSION = Column("version", "UInt64", "version")
WHOSE = (
    Column("org_id", "String", "row.org_id"),
    Column("request_id", "String", "row.request_id"),
)
CALLED = Column("created_at", INSTANT, "row.created_at", microseconds)

CALLS = (
    VERSION,
    *WHOSE,
    CALLED,
    Column("response_at", INSTANT, "row.response_at", microseconds),
    Column("provider", WORD, "row.provider"),
    Column("model", WORD, "row.model"),
    Column("status", "Int32", "row.status", _status),
    Column("request_model", MAYBE_WORD, "row.request_model"),
    Column("response_model", MAYBE_WORD, "row.response_model"),
    Column("model_override", MAYBE_WORD, "row.model_override"),
    Column("path", "String", "row.path"),
    Column("target_url", "String", "row.target_url"),
    Column("ending", WORD, "row.ending"),
    Column("streamed", "Bool", "row.streamed"),
    Column("latency_ms", COUNT, "row.latency_ms", _count),
    Column("time_to_first_token_ms", COUNT, "row.time_to_first_token_ms", _count),
    Column("prompt_tokens", COUNT, "row.usage.prompt", _count),
    Column("completion_tokens", COUNT, "row.usage.completion", _count),
    Column("prompt_cache_read_tokens", COUNT, "row.usage.cache_read", _count),
    Column("prompt_cache_write_tokens", COUNT, "row.usage.cache_write", _count),
    Column("reasoning_tokens", COUNT, "row.usage.reasoning", _count),
    Column("prompt_audio_tokens", COUNT, "row.usage.prompt_audio", _count),
    Column("completion_audio_tokens", COUNT, "row.usage.completion_audio", _count),
    Column("prompt_cache_write_1h_tokens", COUNT, "row.usage.cache_write_1h", _count),
    Column("cost_usd", COST, "row.cost_usd", _cost),
    Column("user_id", "String", "row.user_id"),
    Column("session_id", "String", "row.session_id"),
    Column("session_name", "String", "row.session_name"),
    Column("session_path", "String", "row.session_path"),
    Column("properties", "Map(LowCardinality(String), String)", "row.properties"),
    Column("prompt_id", WORD, "row.prompt_id"),
    Column("prompt_version", WORD, "row.prompt_version"),
    Column("referrer", WORD, "row.referrer"),
    Column("country_code", WORD, "row.country_code"),
    Column("size_bytes", "UInt64", "row.size_bytes", _size),
    Column("input_key", "UInt64", "input_key"),
    Column("request_preview", "String", "digest.request_preview"),
    Column("response_preview", "String", "digest.response_preview"),
    Column("words", "String", "digest.words"),
)
BODIES = (
    Column("version", "UInt64", "texts_version"),
    *WHOSE,
    CALLED,
    Column("request_body", "Nullable(String)", "row.request_body"),
    Column("response_body", "Nullable(String)", "row.response_body"),
)
SCORE_CHANGES = (
    VERSION,
    Column("org_id", "String", "row.org_id"),
    Column("target_id", "String", "row.target_id"),
    Column("target", WORD, "row.target"),
    Column("name", WORD, "row.name"),
    Column("score_id", "String", "row.score_id"),
    Column("deleted", "Bool", "row.deleted"),
)
SCORE_VERSIONS = (
    *SCORE_CHANGES,
    Column("kind", WORD, "row.kind"),
    Column("value", "Float64", "row.value"),
    Column("label", "String", "row.label"),
    Column("text", "String", "row.text"),
    Column("comment", "String", "row.comment"),
    Column("metadata", "Map(LowCardinality(String), String)", "row.metadata"),
    Column("source", WORD, "row.source"),
    Column("author", WORD, "row.author"),
    Column("judged_at", INSTANT, "row.judged_at", microseconds),
    Column("inclusion", "Float64", "row.inclusion"),
    Column("reason", "String", "row.reason"),
    Column("key_id", WORD, "row.key_id"),
)
PROPERTY_EDITS = (
    VERSION,
    *WHOSE,
    Column("key", "String", "row.key"),
    Column("value", "String", "row.value"),
    Column("edited_at", INSTANT, "row.edited_at", microseconds),
    Column("author", WORD, "row.author"),
)
TABLES: tuple[tuple[str, type, tuple[Column, ...]], ...] = (
    ("bodies", Call, BODIES),
    ("calls", Call, CALLS),
    ("score_versions", Score, SCORE_VERSIONS),
    ("score_changes", Score, SCORE_CHANGES),
    ("property_edits", PropertyEdit, PROPERTY_EDITS),
)


class Loader:
    """Loads one store; remembers which score names it has told it of.

    Args:
        digest: reads a call's bodies, on another thread. Never raises.
    """

    def __init__(self, telemetry: Telemetry, digest: Callable[[Call], Digest]) -> None:
        self._telemetry = telemetry
        self._digest = digest
        self._told: dict[tuple[str, str, str], float] = {}

    async def load(self, batch: Sequence[Stamped]) -> None:
        """Puts a batch into the store; on return all of it, and all that follows from it, is on the disk.

        Loading a batch again, whole or in part, before or after others, changes nothing that a reader sees: every table
        keeps the greatest version of a row. So after an error, or a crash half-way, the same batch is simply loaded
        again.

        A value that its column cannot hold is made to fit, on purpose: times move to the nearer end of 1900 to 2299,
        statuses to the nearer end of 32 bits; a count below 0 or above 2**53 - 1 and a cost of a million or more become
        unknown.

        Raises:
            TelemetryUnavailable: no answer now; load the same batch again later.
            StoreGap: the store answered success and does not show all rows; load the same batch again.
            RowsRefused: a row of this batch does not fit; a smaller batch without that row would pass.
            StatementError: the store refuses for another reason; no row is at fault.
        """
        named = self._named(batch)
        inserts = [self._tell(named)] if named else []
        digested = await asyncio.to_thread(self._digested, batch)
        for table, kind, columns in TABLES:
            rows: Sequence[Stamped | Digested] = [stamped for stamped in batch if type(stamped.row) is kind]
            if kind is Call:
                rows = digested
            if rows:
                inserts.append(_insert(self._telemetry, table, columns, rows))
        # At once, since each waits mostly for the disk. All are waited for, so that none is still at work after an
        # error.
        for outcome in await asyncio.gather(*inserts, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
        self._told |= named
        if batch:
            await confirm(self._telemetry, batch)
            await self._derive(batch, calls_alone=len(digested) == len(batch))

    async def _derive(self, batch: Sequence[Stamped], *, calls_alone: bool) -> None:
        versions = [stamped.version for stamped in batch]
        span = {"first": min(versions), "last": max(versions)}
        # The derivation is a large statement, and to ask whether there is anything to derive from is a small one.
        if calls_alone and not await self._telemetry.query(JUDGED, span):
            return
        await self._telemetry.command(DERIVE, span)

    def _digested(self, batch: Sequence[Stamped]) -> list[Digested]:
        return [
            Digested(
                stamped.version, stamped.texts_version, stamped.row, stamped.row.digest or self._digest(stamped.row)
            )
            for stamped in batch
            if isinstance(stamped.row, Call)
        ]

    def _named(self, batch: Sequence[Stamped]) -> dict[tuple[str, str, str], float]:
        """What the store has not been told of these scores: names, or values of a new order of magnitude."""
        named: dict[tuple[str, str, str], float] = {}
        for stamped in batch:
            score = stamped.row
            if isinstance(score, Score):
                key = (score.org_id, score.name, score.kind)
                bound = _power_of_ten(score.value)
                if bound > max(self._told.get(key, -1.0), named.get(key, -1.0)):
                    named[key] = bound
        return named

    async def _tell(self, named: dict[tuple[str, str, str], float]) -> None:
        columns: list[Sequence[object]] = [[*part] for part in zip(*named, strict=True)]
        names = ["org_id", "name", "kind", "largest"]
        types = ["String", "String", WORD, "SimpleAggregateFunction(max, Float64)"]
        with _blaming_rows("score_names"):
            await self._telemetry.insert("score_names", names, types, [*columns, list(named.values())])


def _power_of_ten(value: float) -> float:
    """The smallest power of ten that is not less than a value by size; 0 for 0."""
    return 10.0 ** min(math.ceil(math.log10(abs(value))), 308) if value else 0.0


async def _insert(
    telemetry: Telemetry, table: str, columns: Sequence[Column], rows: Sequence[Stamped | Digested]
) -> None:
    values = await asyncio.to_thread(_values, columns, rows)
    try:
        with _blaming_rows(table):
            await telemetry.insert(
                table, [column.name for column in columns], [column.kind for column in columns], values
            )
    finally:
        # The driver leaves them in a circle, which the collector finds only after a while: they may be large.
        for column_values in values:
            column_values.clear()


@contextlib.contextmanager
def _blaming_rows(table: str) -> Iterator[None]:
    try:
        yield
    except StatementError as error:
        if error.code in ROWS_AT_FAULT:
            raise RowsRefused(f"{table} does not take these rows: {error.detail}") from error
        raise


def _values(columns: Sequence[Column], rows: Sequence[Stamped | Digested]) -> list[list[object]]:
    return [_column(column, rows) for column in columns]


def _column(column: Column, rows: Sequence[Stamped | Digested]) -> list[object]:
    values = map(operator.attrgetter(column.path), rows)
    return list(values if column.fit is None else map(column.fit, values))
