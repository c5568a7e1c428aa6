"""Statements that delete what an organisation keeps no longer.

Rows are first hidden by lightweight deletes, which write one small column of the parts they touch, then swept off the
disk, once for all organisations. Whole partitions are never dropped: another's row may be in them, or come.
"""

# ruff: noqa: S608 -- what is put together here are this file's own words and placeholders

from typing import NamedTuple

from helicorder.telemetry.sql.derivation import NOWHERE
from helicorder.telemetry.sql.tenant import read, restrict

CUT = "fromUnixTimestamp64Micro({cut:Int64}, 'UTC')"
EARLIER = f"created_at < {CUT}"

SCORE = "target_id, target, name, score_id"
_SHARE = "cityHash64(target_id) % {shares:UInt64} = {share:UInt64}"
_SHARE_OF_REQUESTS = "cityHash64(request_id) % {shares:UInt64} = {share:UInt64}"
# A score is as old as its newest version: a history goes whole, so that no older version becomes the current one.
_VERSIONS_EARLIER = f"SELECT target_id {read('score_versions', _SHARE, f'judged_at < {CUT}')}"
_JUDGED_EARLIER = (
    f"SELECT {SCORE} {read('score_versions', _SHARE, f'target_id IN ({_VERSIONS_EARLIER})')} "
    f"GROUP BY {SCORE} HAVING max(judged_at) < {CUT}"
)
_CALLED_EARLIER = f"created_at > {NOWHERE} AND created_at < {CUT}"
_OF_EARLIER_CALLS = f"SELECT {SCORE} {read('scores FINAL', _SHARE, _CALLED_EARLIER)}"
_EDITED_EARLIER = f"edited_at < {CUT} AND {_SHARE_OF_REQUESTS}"
_EDITED = f"SELECT request_id {read('property_edits', _EDITED_EARLIER)}"
_CALLED = f"SELECT request_id {read('calls', f'request_id IN ({_EDITED})')}"
_TEXTS_EARLIER = f"{EARLIER} AND {_SHARE_OF_REQUESTS}"


class Rule(NamedTuple):
    """Which rows of a tenant's in a table go."""

    table: str
    where: str


class Pass(NamedTuple):
    """Rules that find their rows in the same way, so that what a killed run left is found by the next.

    They work on shares by a hash of the key, so that the sets in their conditions stay small.

    Attributes:
        found: a SELECT of at least what those sets will hold, itself without a set; empty where there are none.
        first: the rules that have something to do where that finds something.
        then: the rules that may have something to do in any case.
    """

    found: str
    first: tuple[Rule, ...]
    then: tuple[Rule, ...] = ()


_JUDGED = f"SELECT target_id {read('scores', _SHARE, f'judged_at < {CUT}')}"
_KEPT = f"SELECT {SCORE} {read('score_versions', _SHARE, f'target_id IN ({_JUDGED})')}"
OLD_SCORES = Pass(
    _VERSIONS_EARLIER,
    (
        Rule("score_changes", f"{_SHARE} AND ({SCORE}) IN ({_JUDGED_EARLIER})"),
        Rule("score_versions", f"{_SHARE} AND ({SCORE}) IN ({_JUDGED_EARLIER})"),
    ),
    # What was derived goes last, and by its versions being gone: a batch may have derived it anew meanwhile.
    (Rule("scores", f"{_SHARE} AND judged_at < {CUT} AND ({SCORE}) NOT IN ({_KEPT})"),),
)
"""Scores that were judged before the cut, whatever they judge."""

SCORES_OF_OLD_CALLS = Pass(
    _OF_EARLIER_CALLS,
    (
        Rule("score_changes", f"{_SHARE} AND ({SCORE}) IN ({_OF_EARLIER_CALLS})"),
        Rule("score_versions", f"{_SHARE} AND ({SCORE}) IN ({_OF_EARLIER_CALLS})"),
        Rule("scores", f"{_SHARE} AND created_at = {NOWHERE} AND ({SCORE}) IN ({_OF_EARLIER_CALLS})"),
    ),
    (Rule("scores", f"{_SHARE} AND {_CALLED_EARLIER}"),),
)
"""Scores of requests whose newest call was made before the cut. They go before the calls and are found without them."""

OLD_CALLS = Pass("", (), (Rule("bodies", EARLIER), Rule("calls", EARLIER)))
"""Calls that were made before the cut, and their bodies."""

OLD_EDITS = Pass(
    _EDITED,
    (Rule("property_edits", f"{_EDITED_EARLIER} AND request_id NOT IN ({_CALLED})"),),
)
"""Property edits made before the cut, of requests that have no call left."""

_BLANK = "request_preview = '' AND response_preview = '' AND words = ''"

_CALL = "created_at, request_id"
_OF_EARLIER_TEXTS = f"SELECT {_CALL} {read('calls', _TEXTS_EARLIER)}"
_NOT_BLANK = f"SELECT {_CALL} {read('calls', _TEXTS_EARLIER, f'NOT ({_BLANK})')}"
OLD_TEXTS = Pass(
    f"SELECT request_id {read('bodies', _TEXTS_EARLIER)}",
    (
        Rule(
            "bodies",
            f"{_TEXTS_EARLIER} AND ({_CALL}) IN ({_OF_EARLIER_TEXTS}) AND ({_CALL}) NOT IN ({_NOT_BLANK})",
        ),
    ),
)
"""Bodies of calls made before the cut from which `blank` has taken what was copied of them.

A body is what tells the next run that there is something to take, and so it goes last.
"""

TABLES = ("calls", "bodies", "score_versions", "score_changes", "scores", "property_edits")
"""The tables that rows are deleted from."""

MASKED = (
    "SELECT DISTINCT table, partition_id AS part FROM system.parts WHERE database = currentDatabase() AND active "
    "AND has_lightweight_delete AND table IN {tables:Array(String)} ORDER BY table, part"
)
"""Where hidden rows are still on the disk."""

UNFINISHED = (
    "SELECT latest_fail_reason AS failure FROM system.mutations WHERE database = currentDatabase() "
    "AND table = {table:String} AND NOT is_done"
)
"""The changes to a table's parts that are under way, with why one failed."""

TAKE_BACK = (
    "KILL MUTATION WHERE database = currentDatabase() AND table = {table:String} AND latest_fail_reason != '' SYNC"
)
"""Gives up on changes that fail: the store would try them for ever, and merge no part that waits for them."""


def amount(found: str) -> str:
    """How many rows a SELECT finds, as ``n``."""
    return f"SELECT count() AS n FROM ({found})"


def by_part(rule: Rule) -> str:
    """How many rows go, as ``n``, in each partition (``part``) that has any."""
    return f"SELECT _partition_id AS part, count() AS n {read(rule.table, rule.where)} GROUP BY part ORDER BY part"


def hide(rule: Rule, part: str) -> str:
    """Hides the rows in one partition from all readers that come after; returns before it is done."""
    return (
        f"DELETE FROM {rule.table} IN PARTITION ID '{part}' WHERE {restrict(rule.where)} "
        "SETTINGS lightweight_deletes_sync = 0"
    )


def blank(part: str) -> str:
    """Takes the copies of old bodies out of one partition's calls, words and index too; returns before it is done."""
    return (
        "ALTER TABLE calls UPDATE request_preview = '', response_preview = '', words = '' "
        f"IN PARTITION ID '{part}' WHERE {restrict(EARLIER, f'NOT ({_BLANK})')} SETTINGS mutations_sync = 0"
    )


def sweep(table: str, part: str) -> str:
    """Writes the parts of a partition that have hidden rows anew without them; returns before it is done."""
    return f"ALTER TABLE {table} APPLY DELETED MASK IN PARTITION ID '{part}' SETTINGS mutations_sync = 0"
