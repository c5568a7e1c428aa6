"""Every SELECT on the telemetry store, tenant first.

``FINAL`` looks through repetitions (a batch loaded twice) and superseded versions; measured on a million calls it keeps
reading in the order of the key, so the newest page still stops early.
"""

# ruff: noqa: S608 -- what is put together here are this file's own words and placeholders

import datetime as dt
from collections.abc import Sequence

from helicorder.errors import Invalid
from helicorder.model.filter import Everything, Filter, Page, SortKey
from helicorder.model.score import ScoreKind
from helicorder.model.window import Bucket, Window
from helicorder.telemetry.axis import Axis, Clock
from helicorder.telemetry.instants import microseconds
from helicorder.telemetry.sql import Query, Statement, condition, spellings

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
JUDGEMENT = "request_id, name, kind, value, judged_at, version, source, author"

SORTED = {
    SortKey.CREATED_AT: "created_at",
    SortKey.LATENCY: "latency_ms",
    SortKey.TIME_TO_FIRST_TOKEN: "time_to_first_token_ms",
    SortKey.COST: "cost_usd",
    SortKey.TOTAL_TOKENS: (
        "prompt_tokens + ifNull(prompt_cache_read_tokens, 0) + ifNull(prompt_cache_write_tokens, 0) "
        "+ completion_tokens + ifNull(reasoning_tokens, 0)"
    ),
    SortKey.PROMPT_TOKENS: "prompt_tokens",
    SortKey.COMPLETION_TOKENS: "completion_tokens",
    SortKey.USER_ID: "user_id",
    SortKey.MODEL: "model",
}

# A bucket begins where the zone's own clock and calendar say, so a day may have 23 or 25 hours. Weeks begin on Monday.
BUCKETS = {
    Bucket.MINUTE: "toStartOfMinute(at, {zone:String})",
    Bucket.HOUR: "toStartOfHour(at, {zone:String})",
    Bucket.DAY: "toStartOfDay(at, {zone:String})",
    Bucket.WEEK: "toDateTime(toMonday(at, {zone:String}), {zone:String})",
    Bucket.MONTH: "toDateTime(toStartOfMonth(at, {zone:String}), {zone:String})",
    Bucket.YEAR: "toDateTime(toStartOfYear(at, {zone:String}), {zone:String})",
}
# No longer than the shortest bucket of each width: walking a window in such steps misses none.
STEPS = {
    Bucket.MINUTE: dt.timedelta(minutes=1),
    Bucket.HOUR: dt.timedelta(minutes=30),
    Bucket.DAY: dt.timedelta(hours=12),
    Bucket.WEEK: dt.timedelta(days=6),
    Bucket.MONTH: dt.timedelta(days=27),
    Bucket.YEAR: dt.timedelta(days=364),
}
START = "fromUnixTimestamp64Micro({start:Int64}, 'UTC')"
END = "fromUnixTimestamp64Micro({end:Int64}, 'UTC')"
WALK = (
    "SELECT fromUnixTimestamp64Micro(least({start:Int64} + toInt64(number) * {step:Int64}, {end:Int64} - 1), 'UTC') "
    "AS at FROM numbers({steps:UInt64} + 1)"
)
# ClickHouse's DateTime, the type of a bucket's start, begins in 1970, and a bucket may begin a year before the window.
CHARTED = Window(dt.datetime(1971, 1, 1, tzinfo=dt.UTC), dt.datetime(2106, 1, 1, tzinfo=dt.UTC))


def page_of_calls(org_id: str, wanted: Filter, page: Page) -> Query:
    """The calls of one page, sorted; a value that is not known comes last in either direction."""
    statement = Statement(org_id)
    direction = "ASC" if page.ascending else "DESC"
    order = [f"created_at {direction}", f"request_id {direction}"]
    edits = ""
    if page.sort_property is not None:
        edits, value = _with_edits(statement, page.sort_property)
        order.insert(0, f"{value} {direction}")
    elif page.sort is not SortKey.CREATED_AT:
        order.insert(0, f"{SORTED[page.sort]} {direction} NULLS LAST")
    return statement.query(
        f"SELECT {CALL} FROM calls FINAL{edits} WHERE org_id = {{org:String}} AND {condition(statement, wanted)} "
        f"ORDER BY {', '.join(order)} "
        f"LIMIT {statement.bind('UInt64', page.limit)} OFFSET {statement.bind('UInt64', page.offset)}"
    )


def _with_edits(statement: Statement, key: str) -> tuple[str, str]:
    """A join that adds a map of a property's edits, and the property's value read through it, as a filter reads it."""
    keys = [statement.text(spelling) for spelling in spellings(key)]
    join = (
        " LEFT ANY JOIN (SELECT request_id, mapFromArrays(groupArray(key), groupArray(value)) AS edited "
        f"FROM property_edits FINAL WHERE org_id = {{org:String}} AND key IN ({', '.join(keys)}) "
        "GROUP BY request_id) AS edits USING (request_id)"
    )
    cases = [f"mapContains({of}, {key}), {of}[{key}]" for key in keys for of in ("edited", "properties")]
    return join, f"multiIf({', '.join(cases)}, '')"


def count_of_calls(org_id: str, wanted: Filter) -> Query:
    """How many calls, as ``n``."""
    statement = Statement(org_id)
    where = condition(statement, wanted)
    return statement.query(f"SELECT count() AS n FROM calls FINAL WHERE org_id = {{org:String}} AND {where}")


def one_call(org_id: str, request_id: str) -> Query:
    """The newest call of an id."""
    statement = Statement(org_id)
    return statement.query(
        f"SELECT {CALL} FROM calls FINAL WHERE org_id = {{org:String}} "
        f"AND request_id = {statement.bind('String', request_id)} ORDER BY created_at DESC LIMIT 1"
    )


def bodies_of_call(org_id: str, request_id: str) -> Query:
    """The bodies of the newest call of an id."""
    statement = Statement(org_id)
    return statement.query(
        "SELECT request_body, response_body FROM bodies FINAL WHERE org_id = {org:String} "
        f"AND request_id = {statement.bind('String', request_id)} ORDER BY created_at DESC LIMIT 1"
    )


def bodies_of_calls(org_id: str, request_ids: Sequence[str]) -> Query:
    """The bodies of every call of several ids."""
    statement = Statement(org_id)
    return statement.query(
        "SELECT request_id, created_at, request_body, response_body FROM bodies FINAL "
        f"WHERE org_id = {{org:String}} AND {_among(statement, request_ids)}"
    )


def edits_of_requests(org_id: str, request_ids: Sequence[str]) -> Query:
    """The current property edits of several requests."""
    statement = Statement(org_id)
    return statement.query(
        "SELECT request_id, key, value FROM property_edits FINAL "
        f"WHERE org_id = {{org:String}} AND {_among(statement, request_ids)}"
    )


def scores_of_requests(org_id: str, request_ids: Sequence[str]) -> Query:
    """The current scores of several requests, from the table whose key begins with the request."""
    statement = Statement(org_id)
    return statement.query(
        f"SELECT {JUDGEMENT} FROM score_versions WHERE org_id = {{org:String}} AND {_among(statement, request_ids)} "
        "ORDER BY version DESC LIMIT 1 BY request_id, name"
    )


def versions_of_scores(org_id: str, request_id: str, name: str | None) -> Query:
    """Every version of the scores of a request, or of one of them, oldest first."""
    statement = Statement(org_id)
    one = "" if name is None else f" AND name = {statement.bind('String', name)}"
    return statement.query(
        f"SELECT {JUDGEMENT} FROM score_versions FINAL WHERE org_id = {{org:String}} "
        f"AND request_id = {statement.bind('String', request_id)}{one} ORDER BY name, version"
    )


def names_of_scores(org_id: str) -> Query:
    """Every score name and kind among current scores."""
    return Statement(org_id).query(
        "SELECT DISTINCT name, kind FROM scores FINAL WHERE org_id = {org:String} ORDER BY name, kind"
    )


def _among(statement: Statement, request_ids: Sequence[str]) -> str:
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
    return "(" + " OR ".join(f"request_id IN {{ids{number}:Array(String)}}" for number in range(len(slices))) + ")"


def series_of_scores(org_id: str, axis: Axis, wanted: Filter, score: tuple[str, ScoreKind] | None) -> Query:
    """Per name, kind and bucket the moments of current scores (of one score, or of all).

    The rows of the name '' list every bucket of the axis: they are walked inside the statement, so that one definition,
    ClickHouse's of the zone's calendar, places the scores and names the gaps.

    Raises:
        Invalid: outside 1971 to 2105, or too many buckets to walk in MAX_STEPS.
    """
    statement = Statement(org_id)
    statement.params |= _walk(axis)
    bucket = BUCKETS[axis.bucket]
    return statement.query(
        "SELECT name, kind, toUnixTimestamp(bucket) AS start, count(value) AS n, avg(value) AS mean, "
        "varPopStable(value) * count(value) AS squares, min(value) AS minimum, max(value) AS maximum "
        f"FROM (SELECT name, kind, {bucket} AS bucket, toNullable(value) AS value "
        f"FROM ({_placed_scores(statement, axis.clock, wanted, score)}) "
        f"UNION ALL SELECT '', '', {bucket}, NULL FROM ({WALK})) "
        "GROUP BY name, kind, bucket ORDER BY bucket, name, kind"
    )


def _walk(axis: Axis) -> dict[str, object]:
    window, step = axis.window, STEPS[axis.bucket]
    if not CHARTED.start <= window.start < window.end <= CHARTED.end:
        raise Invalid("A chart must lie within the years 1971 to 2105.")
    steps = (window.end - window.start) // step + 1
    if steps > MAX_STEPS:
        raise Invalid("This chart would have too many points: choose a wider bucket or a shorter time.")
    return {
        "zone": axis.zone,
        "start": microseconds(window.start),
        "end": microseconds(window.end),
        "step": step // dt.timedelta(microseconds=1),
        "steps": steps,
    }


def _placed_scores(statement: Statement, clock: Clock, wanted: Filter, score: tuple[str, ScoreKind] | None) -> str:
    """A subquery: name, kind, value and time (``at``) of the current scores whose time is in the window."""
    scores = "FROM scores FINAL WHERE org_id = {org:String}"
    if score is not None:
        name, kind = score
        scores += f" AND name = {statement.bind('String', name)} AND kind = {statement.bind('String', kind)}"
    if clock is Clock.REQUESTED:
        calls = _newest_calls(statement, wanted, f"created_at >= {START}", f"at < {END}")
        return (
            f"SELECT name, kind, value, at FROM (SELECT request_id, name, kind, value {scores}) AS judged "
            f"INNER JOIN ({calls}) AS newest USING (request_id)"
        )
    if not isinstance(wanted, Everything):
        scores += f" AND request_id IN (SELECT request_id FROM ({_newest_calls(statement, wanted, 'true', 'true')}))"
    return f"SELECT name, kind, value, judged_at AS at {scores} AND judged_at >= {START} AND judged_at < {END}"


def _newest_calls(statement: Statement, wanted: Filter, where: str, having: str) -> str:
    """A subquery: id and time of the newest call of each id, if it is wanted: the one call that a score speaks of."""
    if not isinstance(wanted, Everything):
        having += f" AND argMax(ifNull({condition(statement, wanted)}, false), created_at)"
    return (
        f"SELECT request_id, max(created_at) AS at FROM calls FINAL WHERE org_id = {{org:String}} AND {where} "
        f"GROUP BY request_id HAVING {having}"
    )
