"""Statements that read calls, tenant first.

``FINAL`` looks through repetitions (a batch loaded twice) and superseded versions; measured on a million calls it keeps
reading in the order of the key, so the newest page still stops early.
"""

# ruff: noqa: S608 -- what is put together here are this file's own words and placeholders

import datetime as dt
from collections.abc import Sequence

from helicorder.model.filter import Filter, Page, SortKey
from helicorder.telemetry.sql.conditions import TOTAL_TOKENS, Query, Statement, condition, current_edits, spellings
from helicorder.telemetry.sql.tenant import read

MAX_STEPS = 20_000
# Ids travel in slices: a ClickHouse server takes form fields of at most 128 KiB, and a character has up to four bytes.
MAX_IDS_LENGTH = 20_000

CALL = (
    "org_id, request_id, created_at, response_at, provider, model, status, request_model, response_model, "
    "model_override, path, target_url, ending, streamed, latency_ms, time_to_first_token_ms, prompt_tokens, "
    "completion_tokens, prompt_cache_read_tokens, prompt_cache_write_tokens, reasoning_tokens, prompt_audio_tokens, "
    "completion_audio_tokens, prompt_cache_write_1h_tokens, cost_usd, user_id, session_id, session_name, session_path, "
    "properties, prompt_id, prompt_version, referrer, country_code, size_bytes"
)
PREVIEWS = ", request_preview, response_preview"

SORTED = {
    SortKey.CREATED_AT: "created_at",
    SortKey.LATENCY: "latency_ms",
    SortKey.TIME_TO_FIRST_TOKEN: "time_to_first_token_ms",
    SortKey.COST: "cost_usd",
    SortKey.TOTAL_TOKENS: f"({TOTAL_TOKENS})",
    SortKey.PROMPT_TOKENS: "prompt_tokens",
    SortKey.COMPLETION_TOKENS: "completion_tokens",
    SortKey.USER_ID: "user_id",
    SortKey.MODEL: "model",
    SortKey.PROVIDER: "provider",
    SortKey.STATUS: "status",
}


def page_of_calls(org_id: str, wanted: Filter, page: Page) -> Query:
    """The calls of one page, sorted; a value that is not known comes last in either direction."""
    statement = Statement(org_id)
    direction = "ASC" if page.ascending else "DESC"
    order = [f"created_at {direction}", f"request_id {direction}"]
    edits = ""
    if page.sort_property is not None:
        edits, [value] = with_edits(statement, page.sort_property)
        order.insert(0, f"{value} {direction}")
    elif page.sort is not SortKey.CREATED_AT:
        order.insert(0, f"{SORTED[page.sort]} {direction} NULLS LAST")
    return statement.query(
        f"SELECT {CALL} {read(f'calls FINAL{edits}', condition(statement, wanted))} "
        f"ORDER BY {', '.join(order)} "
        f"LIMIT {statement.bind('UInt64', page.limit)} OFFSET {statement.bind('UInt64', page.offset)}"
    )


def with_edits(statement: Statement, *names: str) -> tuple[str, list[str]]:
    """A join that adds a map of some properties' edits, and each property's value read through it, as a filter does.

    Made once for a statement, since the join has a name.
    """
    keys = {name: [statement.text(spelling) for spelling in spellings(name)] for name in names}
    wanted = ", ".join(dict.fromkeys(key for spelled in keys.values() for key in spelled))
    join = (
        " LEFT ANY JOIN (SELECT request_id, mapFromArrays(groupArray(key), groupArray(value)) AS edited "
        f"FROM ({current_edits(statement, f'key IN ({wanted})')}) "
        "GROUP BY request_id) AS edits USING (request_id)"
    )
    return join, [_read_through(spelled) for spelled in keys.values()]


def _read_through(keys: Sequence[str]) -> str:
    cases = [f"mapContains({of}, {key}), {of}[{key}]" for key in keys for of in ("edited", "properties")]
    # The last one needs no test: a call that lacks the property has the empty text.
    return f"multiIf({', '.join(cases[:-1])}, properties[{keys[-1]}])"


def count_of_calls(org_id: str, wanted: Filter) -> Query:
    """How many calls, as ``n``."""
    statement = Statement(org_id)
    where = condition(statement, wanted)
    return statement.query(f"SELECT count() AS n {read('calls FINAL', where)}")


def one_call(org_id: str, request_id: str, at: dt.datetime | None = None) -> Query:
    """The newest call of an id, or the one at a time, with its previews."""
    statement = Statement(org_id)
    return statement.query(
        f"SELECT {CALL}{PREVIEWS} {_of_id(statement, request_id, at)} ORDER BY created_at DESC LIMIT 1"
    )


def newest_calls(org_id: str, request_ids: Sequence[str]) -> Query:
    """The newest call of each of several ids."""
    statement = Statement(org_id)
    return statement.query(
        f"SELECT {CALL} {read('calls FINAL', among(statement, 'request_id', request_ids))} "
        "ORDER BY created_at DESC LIMIT 1 BY request_id"
    )


def bodies_of_call(org_id: str, request_id: str, at: dt.datetime | None = None) -> Query:
    """The bodies of the newest call of an id, or of the one at a time; its time, from the calls, is where they are."""
    statement = Statement(org_id)
    place = f"SELECT created_at, request_id {_of_id(statement, request_id, at)} ORDER BY created_at DESC LIMIT 1"
    return statement.query(
        f"SELECT request_body, response_body {read('bodies FINAL', f'(created_at, request_id) IN ({place})')}"
    )


def _of_id(statement: Statement, request_id: str, at: dt.datetime | None) -> str:
    when = "" if at is None else f"created_at = {statement.instant(at)}"
    return read("calls FINAL", f"request_id = {statement.bind('String', request_id)}", when)


def bodies_of_calls(org_id: str, request_ids: Sequence[str], first: dt.datetime, last: dt.datetime) -> Query:
    """The bodies of every call of several ids between two times, both included."""
    statement = Statement(org_id)
    when = f"created_at BETWEEN {statement.instant(first)} AND {statement.instant(last)}"
    return statement.query(
        "SELECT request_id, created_at, request_body, response_body "
        f"{read('bodies FINAL', when, among(statement, 'request_id', request_ids))}"
    )


def edits_of_requests(org_id: str, request_ids: Sequence[str]) -> Query:
    """The current property edits of several requests."""
    statement = Statement(org_id)
    wanted = among(statement, "request_id", request_ids)
    return statement.query(f"SELECT request_id, key, value FROM ({current_edits(statement, wanted)})")


def among(statement: Statement, column: str, request_ids: Sequence[str]) -> str:
    """A condition that a column holds one of the ids, however many."""
    slices: list[list[str]] = [[]]
    room = MAX_IDS_LENGTH
    for request_id in request_ids:
        if len(request_id) > room:
            slices.append([])
            room = MAX_IDS_LENGTH
        room -= len(request_id)
        slices[-1].append(request_id)
    for number, ids in enumerate(slices):
        statement.params[f"ids{number}"] = ids
    return "(" + " OR ".join(f"{column} IN {{ids{number}:Array(String)}}" for number in range(len(slices))) + ")"
