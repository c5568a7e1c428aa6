"""What the table ``scores`` holds, said once: current scores beside the calls that they judge.

It is derived from what happened (``score_versions``, ``calls``, ``property_edits``): when a batch is loaded, for the
things that the batch touches; and for a reader of the past, for those that have changed since.
"""

# ruff: noqa: S608 -- what is put together here are this file's own words and placeholders

from collections.abc import Callable

from helicorder.telemetry.sql.tenant import read, read_all_tenants

SAID = (
    "kind", "value", "label", "text", "comment", "metadata", "source", "author", "judged_at", "inclusion", "deleted",
)  # fmt: skip
CALLED = (
    "created_at", "response_at", "provider", "model", "status", "target_url", "latency_ms", "time_to_first_token_ms",
    "prompt_tokens", "completion_tokens", "prompt_cache_read_tokens", "prompt_cache_write_tokens", "reasoning_tokens",
    "cost_usd", "user_id", "session_id", "session_name", "properties", "prompt_id", "prompt_version", "referrer",
    "country_code", "input_key",
)  # fmt: skip
COLUMNS = ", ".join(
    [
        "org_id", "name", "created_at", "row_key", "target_id", "target", "score_id", "version", "gone", "revision",
        *(column for column in SAID if column != "deleted"),
        "shared", "attached", "cluster",
        *(column for column in CALLED if column != "created_at"),
    ]
)  # fmt: skip
"""The columns of ``scores``, in the order in which `derived` gives them."""

NOWHERE = "toDateTime64(0, 6, 'UTC')"
"""Where a score stands whose call has not come."""

Reader = Callable[..., str]
"""`read` or `read_all_tenants`: whose rows are read."""


def _touched(rows_of: Reader, versions: str) -> str:
    """Organisation and id of all that has rows of some versions."""
    return (
        f"SELECT org_id, target_id {rows_of('score_versions', versions)} "
        f"UNION DISTINCT SELECT org_id, request_id {rows_of('calls', versions)} "
        f"UNION DISTINCT SELECT org_id, request_id {rows_of('property_edits', versions)}"
    )


_OF_BATCH = "version BETWEEN {first:UInt64} AND {last:UInt64}"
LOADED = _touched(read_all_tenants, _OF_BATCH)
"""What a batch touches, by the versions that it spans."""

CHANGED_SINCE = _touched(read, "version > {as_of:UInt64}")
"""What has changed in an organisation since a mark."""

NO_LATER = "version <= {as_of:UInt64}"


def derived(touched: str, rows_of: Reader, until: str = "") -> str:
    """A SELECT of the rows of ``scores`` for the things that are touched, from all versions or those up to a mark.

    A score has one row where it stands, and one with ``gone`` in each place where it may have stood before: at 1970 if
    it came before its call, with an older call if its request id was used again.
    """
    return (
        "SELECT org_id, name, place AS created_at, "
        "reinterpretAsUInt128(sipHash128(target, target_id, score_id)) AS row_key, target_id, target, score_id, "
        "greatest(of_scores, call_version, edit_version) AS version, "
        f"{_said('deleted')} OR place != if(call_version = 0, {NOWHERE}, {_call('created_at')}) AS gone, revision, "
        f"{', '.join(f'{_said(column)} AS {column}' for column in SAID if column != 'deleted')}, "
        "shared, call_version > 0 AS attached, "
        "cityHash64(multiIf(session_id != '', concat('s', session_id), user_id != '', concat('u', user_id), "
        "concat(target, target_id))) AS cluster, "
        f"{', '.join(f'{_shown(column)} AS {column}' for column in CALLED if column != 'created_at')} "
        f"FROM ({_judged(touched, rows_of, until)}) AS judged "
        f"LEFT JOIN ({_called(touched, rows_of, until)}) AS called USING (org_id, target, target_id) "
        f"LEFT JOIN ({_edited(touched, rows_of, until)}) AS edited USING (org_id, target, target_id) "
        f"ARRAY JOIN if(call_version = 0, [{NOWHERE}], "
        f"arrayConcat(call_places, if(first < first_call OR (org_id, target_id) IN ({_orphaned(touched, rows_of)}), "
        f"[{NOWHERE}], []))) AS place"
    )


def _said(column: str) -> str:
    return f"said.{SAID.index(column) + 1}"


def _call(column: str) -> str:
    return f"call.{CALLED.index(column) + 1}"


def _shown(column: str) -> str:
    """A column of the call, or what stands beside or instead of it."""
    if column == "properties":
        return f"mapUpdate({_call(column)}, edits)"
    of_target = {"user_id": "user", "session_id": "session"}.get(column)
    return f"if(target = '{of_target}', target_id, {_call(column)})" if of_target else _call(column)


def _orphaned(touched: str, rows_of: Reader) -> str:
    """What has a row at 1970, also where the call was acknowledged first and loaded later, as by another server."""
    orphans = rows_of("scores", f"created_at = {NOWHERE}", f"(org_id, target_id) IN ({touched})")
    return f"SELECT org_id, target_id {orphans}"


def _judged(touched: str, rows_of: Reader, until: str) -> str:
    """Each score as its newest version has it."""
    return (
        "SELECT *, max(revision) OVER (PARTITION BY org_id, target, target_id) AS of_scores, "
        f"countIf(NOT {_said('deleted')}) OVER (PARTITION BY org_id, target, target_id, name) > 1 AS shared FROM ("
        "SELECT org_id, target_id, target, name, score_id, max(version) AS revision, min(version) AS first, "
        f"{_newest(SAID, 'version')} AS said "
        f"{rows_of('score_versions', f'(org_id, target_id) IN ({touched})', until)} "
        "GROUP BY org_id, target_id, target, name, score_id)"
    )


def _called(touched: str, rows_of: Reader, until: str) -> str:
    """The newest call of each request id."""
    return (
        "SELECT org_id, request_id AS target_id, 'request' AS target, max(version) AS call_version, "
        "min(version) AS first_call, groupUniqArray(created_at) AS call_places, "
        f"{_newest(CALLED, '(created_at, version)')} AS call "
        f"{rows_of('calls', *_requests(touched), until)} GROUP BY org_id, request_id"
    )


def _edited(touched: str, rows_of: Reader, until: str) -> str:
    """The current property edits of each request, as a map."""
    return (
        "SELECT org_id, request_id AS target_id, 'request' AS target, max(latest) AS edit_version, "
        "mapFromArrays(groupArray(key), groupArray(newest)) AS edits FROM ("
        "SELECT org_id, request_id, key, argMax(value, version) AS newest, max(version) AS latest "
        f"{rows_of('property_edits', *_requests(touched), until)} GROUP BY org_id, request_id, key) "
        "GROUP BY org_id, request_id"
    )


def _requests(touched: str) -> tuple[str, str]:
    """The conditions that a row is of a request that is touched; the first is there for the index of ids."""
    return f"request_id IN (SELECT target_id FROM ({touched}))", f"(org_id, request_id) IN ({touched})"


def _newest(columns: tuple[str, ...], order: str) -> str:
    """The columns of the newest row of a group, as one tuple."""
    return f"argMax(tuple({', '.join(columns)}), {order})"


_CALLS_OF_BATCH = f"SELECT org_id, request_id {read_all_tenants('calls', _OF_BATCH)}"
JUDGED = (
    f"SELECT 1 AS judged {read_all_tenants('score_versions', f'(org_id, target_id) IN ({_CALLS_OF_BATCH})')} LIMIT 1"
)
"""Whether a batch of calls alone touches any score: most calls are judged later, and then nothing follows from them."""

DERIVE = f"INSERT INTO scores ({COLUMNS}) {derived(LOADED, read_all_tenants)}"
"""Derives again what a batch touches, given the versions that it spans."""
