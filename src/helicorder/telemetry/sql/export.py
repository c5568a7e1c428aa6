"""Statements whose rows go out as files: current scores beside the calls they judge, every version, calls.

A column has a fixed place, name and type. What has no value is NULL, and so is a text that is not known. Nothing is
sorted, so that rows go out while they are read and nobody holds them all.
"""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

import datetime as dt
import enum

import msgspec

from helicorder.model.filter import Everything, Filter
from helicorder.telemetry.axis import Clock
from helicorder.telemetry.sql.conditions import Query, Statement, condition
from helicorder.telemetry.sql.current import current
from helicorder.telemetry.sql.derivation import NO_LATER
from helicorder.telemetry.sql.tenant import read


class Type(enum.Enum):
    """What a column holds. Versions are whole numbers of 64 bits, times are in UTC, maps are of text or of numbers."""

    TEXT = enum.auto()
    MAP = enum.auto()
    NUMBER = enum.auto()
    WHOLE = enum.auto()
    BOOLEAN = enum.auto()
    TIME = enum.auto()


class Column(msgspec.Struct, frozen=True):
    """One column of a file: its name there, what it holds, and its expression in SQL."""

    name: str
    type: Type
    expression: str


Columns = tuple[Column, ...]


def _text(name: str, expression: str = "") -> Column:
    return Column(name, Type.TEXT, f"nullIf(toString({expression or name}), '')")


def _map(name: str, expression: str) -> Column:
    return Column(name, Type.MAP, f"CAST({expression} AS Map(String, String))")


def _calls(prefix: str, *, judged: bool) -> Columns:
    """The columns of a call; beside a score whose call has not come they are NULL."""

    def if_known(expression: str) -> str:
        return f"if(attached, {expression}, NULL)" if judged else expression

    texts = (
        "provider", "model", "target_url", "user_id", "session_id", "session_name",
        "prompt_id", "prompt_version", "referrer", "country_code",
    )  # fmt: skip
    counts = (
        "latency_ms", "time_to_first_token_ms", "prompt_tokens", "completion_tokens",
        "prompt_cache_read_tokens", "prompt_cache_write_tokens",
    )  # fmt: skip
    return (
        *(Column(f"{prefix}{name}", Type.TIME, if_known(name)) for name in ("created_at", "response_at")),
        Column(f"{prefix}status", Type.WHOLE, if_known("status")),
        *(_text(f"{prefix}{name}", name) for name in texts),
        *(Column(f"{prefix}{name}", Type.WHOLE, name) for name in counts),
        Column(f"{prefix}cost_usd", Type.NUMBER, "toFloat64(cost_usd)"),
        _map(f"{prefix}properties", "properties"),
    )


def _said(version: str) -> Columns:
    """The columns of a score, ``version`` being the name of its version."""
    return (
        Column("id", Type.TEXT, "score_id"),
        Column("version", Type.WHOLE, version),
        Column("target", Type.TEXT, "toString(target)"),
        Column("target_id", Type.TEXT, "target_id"),
        Column("name", Type.TEXT, "name"),
        Column("kind", Type.TEXT, "toString(kind)"),
        Column("value", Type.NUMBER, "if(kind IN ('numeric', 'boolean'), value, NULL)"),
        Column("text", Type.TEXT, "multiIf(kind = 'categorical', label, kind IN ('text', 'correction'), text, NULL)"),
        _text("comment"),
        _map("metadata", "metadata"),
        Column("source", Type.TEXT, "toString(source)"),
        _text("author"),
        Column("judged_at", Type.TIME, "judged_at"),
        Column("recorded_at", Type.TIME, f"fromUnixTimestamp64Micro(toInt64({version}), 'UTC')"),
        Column("inclusion", Type.NUMBER, "nullIf(inclusion, 0)"),
    )


SCORES: Columns = (*_said("revision"), *_calls("call_", judged=True))
VERSIONS: Columns = (
    *_said("version"),
    Column("deleted", Type.BOOLEAN, "deleted"),
    _text("reason"),
    _text("key_id"),
)
CALLS: Columns = (
    Column("request_id", Type.TEXT, "request_id"),
    Column("version", Type.WHOLE, "version"),
    *_calls("", judged=False),
    *(_text(name) for name in ("request_model", "response_model", "path", "ending", "session_path")),
    Column("streamed", Type.BOOLEAN, "streamed"),
    Column("reasoning_tokens", Type.WHOLE, "reasoning_tokens"),
    Column("scores", Type.MAP, "scores"),
    _text("model_override"),
    *(
        Column(name, Type.WHOLE, name)
        for name in ("prompt_audio_tokens", "completion_audio_tokens", "prompt_cache_write_1h_tokens", "size_bytes")
    ),
    Column("input_key", Type.TEXT, "if(input_key = 0, NULL, leftPad(lower(hex(input_key)), 16, '0'))"),
)
BODIES: Columns = (
    Column("request_body", Type.TEXT, "request_body"),
    Column("response_body", Type.TEXT, "response_body"),
)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows to export; every part narrows, and None or empty leaves open.

    Attributes:
        start, end: the end is not included; clock: the time of the call, or that of the judgement.
        names, sources, authors: of scores, any of the values.
        where: a filter on calls.
        as_of: a version, up to which is read.
    """

    start: dt.datetime | None = None
    end: dt.datetime | None = None
    clock: Clock = Clock.REQUESTED
    names: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    where: Filter = Everything()
    as_of: int | None = None


def of_scores(org_id: str, wanted: Wanted, *, nested: bool) -> Query:
    """Current scores, each beside the call that it judges. A map is an object where ``nested``, else JSON text."""
    statement = Statement(org_id, judged=True, as_of=wanted.as_of)
    time = "created_at" if wanted.clock is Clock.REQUESTED else "judged_at"
    parts = [condition(statement, wanted.where), *_by(statement, wanted), *_between(statement, wanted, time)]
    if wanted.clock is Clock.REQUESTED and (wanted.start or wanted.end):
        parts.append("attached")  # a score whose call has not come stands at 1970
    return _selected(statement, SCORES, current(statement, " AND ".join(parts)), nested=nested)


def of_versions(org_id: str, wanted: Wanted, *, nested: bool) -> Query:
    """Every version of scores, deletions too. What is asked of calls is asked of those of requests alone."""
    statement = Statement(org_id, as_of=wanted.as_of)
    parts = [*_by(statement, wanted), _until(statement)]
    by_call = wanted.clock is Clock.REQUESTED
    calls = _between(statement, wanted, "created_at") if by_call else []
    if not by_call:
        parts += _between(statement, wanted, "judged_at")
    if not isinstance(wanted.where, Everything):
        calls.append(condition(statement, wanted.where))
    if calls:
        among = f"SELECT request_id {read('calls FINAL', *calls, _until(statement))}"
        parts += ["target = 'request'", f"target_id IN ({among})"]
    return _selected(statement, VERSIONS, read("score_versions FINAL", *parts), nested=nested)


def of_calls(org_id: str, wanted: Wanted, *, nested: bool, bodies: bool) -> Query:
    """Calls, each with its properties as edited and a map of its current numbers by score name; and their texts."""
    statement = Statement(org_id, as_of=wanted.as_of)
    time = _between(statement, wanted, "created_at")
    calls = read("calls FINAL", condition(statement, wanted.where), *time, _until(statement))
    numbers = " AND ".join(
        ["target = 'request' AND attached AND kind IN ('numeric', 'boolean')", *_by(statement, wanted), *time]
    )
    scores = (
        "SELECT target_id AS request_id, mapFromArrays(groupArray(name), groupArray(newest)) AS scores FROM ("
        f"SELECT target_id, name, argMax(value, revision) AS newest {current(statement, numbers)} "
        "GROUP BY target_id, name) GROUP BY target_id"
    )
    edits = (
        "SELECT request_id, mapFromArrays(groupArray(key), groupArray(newest)) AS edits FROM ("
        "SELECT request_id, key, argMax(value, version) AS newest "
        f"{read('property_edits', _until(statement))} GROUP BY request_id, key) GROUP BY request_id"
    )
    joined = (
        f"FROM (SELECT * {calls}) AS called "
        f"LEFT ANY JOIN ({scores}) AS judged USING (request_id) LEFT ANY JOIN ({edits}) AS edited USING (request_id)"
    )
    if bodies:
        joined += (
            " LEFT ANY JOIN (SELECT request_id, created_at, request_body, response_body "
            f"{read('bodies FINAL', *time)}) AS said USING (request_id, created_at)"
        )
    columns = tuple(
        _map("properties", "mapUpdate(properties, edits)") if column.name == "properties" else column
        for column in (*CALLS, *(BODIES if bodies else ()))
    )
    return _selected(statement, columns, joined, nested=nested)


def _selected(statement: Statement, columns: Columns, source: str, *, nested: bool) -> Query:
    # A name of its own for each expression first: an alias that is also a column would stand for itself elsewhere.
    maps = frozenset[Type]() if nested else {Type.MAP}
    shown = ", ".join(
        f"{f'toJSONString({column.expression})' if column.type in maps else column.expression} AS _{column.name}"
        for column in columns
    )
    named = ", ".join(f"_{column.name} AS {column.name}" for column in columns)
    return statement.query(f"SELECT {named} FROM (SELECT {shown} {source})")


def _by(statement: Statement, wanted: Wanted) -> list[str]:
    given = {"name": wanted.names, "source": wanted.sources, "author": wanted.authors}
    return [
        f"{column} IN ({', '.join(statement.text(value) for value in values)})"
        for column, values in given.items()
        if values
    ]


def _between(statement: Statement, wanted: Wanted, column: str) -> list[str]:
    ends = ((wanted.start, ">="), (wanted.end, "<"))
    return [f"{column} {comparison} {statement.instant(at)}" for at, comparison in ends if at is not None]


def _until(statement: Statement) -> str:
    if statement.as_of is None:
        return ""
    statement.params["as_of"] = statement.as_of
    return NO_LATER
