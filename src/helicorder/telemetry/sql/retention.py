"""Statements that delete what an organisation keeps no longer.

Rows are first hidden by lightweight deletes, which write one small column of the parts they touch, then swept off the
disk, once for all organisations. Whole partitions are never dropped: another's row may be in them, or come.
"""

# ruff: noqa: S608 -- what is put together here are this file's own words and placeholders

from typing import NamedTuple

from helicorder.telemetry.sql.derivation import NOWHERE

CUT = "fromUnixTimestamp64Micro({cut:Int64}, 'UTC')"
MINE = "org_id = {org:String}"
EARLIER = f"{MINE} AND created_at < {CUT}"

SCORE = "target_id, target, name, score_id"
_SHARE = f"{MINE} AND cityHash64(target_id) % {{shares:UInt64}} = {{share:UInt64}}"
# A score is as old as its newest version: a history goes whole, so that no older version becomes the current one.
_VERSIONS_EARLIER = f"SELECT target_id FROM score_versions WHERE {_SHARE} AND judged_at < {CUT}"
_JUDGED_EARLIER = (
    f"SELECT {SCORE} FROM score_versions WHERE {_SHARE} AND target_id IN ({_VERSIONS_EARLIER}) "
    f"GROUP BY {SCORE} HAVING max(judged_at) < {CUT}"
)
_CALLED_EARLIER = f"created_at > {NOWHERE} AND created_at < {CUT}"
_OF_EARLIER_CALLS = f"SELECT {SCORE} FROM scores FINAL WHERE {_SHARE} AND {_CALLED_EARLIER}"
_EDITED_EARLIER = f"{MINE} AND edited_at < {CUT} AND cityHash64(request_id) % {{shares:UInt64}} = {{share:UInt64}}"
_TEXTS_EARLIER = f"{EARLIER} AND cityHash64(request_id) % {{shares:UInt64}} = {{share:UInt64}}"


class Rule(NamedTuple):
    """Which rows of a table go."""

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


OLD_SCORES = Pass(
    _VERSIONS_EARLIER,
    (
        Rule("score_changes", f"{_SHARE} AND ({SCORE}) IN ({_JUDGED_EARLIER})"),
        Rule("score_versions", f"{_SHARE} AND ({SCORE}) IN ({_JUDGED_EARLIER})"),
    ),
    # What was derived goes last, and by its versions being gone: a batch may have derived it anew meanwhile.
    (
        Rule(
            "scores",
            f"{_SHARE} AND judged_at < {CUT} AND ({SCORE}) NOT IN (SELECT {SCORE} FROM score_versions "
            f"WHERE {_SHARE} AND target_id IN (SELECT target_id FROM scores WHERE {_SHARE} AND judged_at < {CUT}))",
        ),
    ),
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
    f"SELECT request_id FROM property_edits WHERE {_EDITED_EARLIER}",
    (
        Rule(
            "property_edits",
            f"{_EDITED_EARLIER} AND request_id NOT IN (SELECT request_id FROM calls WHERE {MINE} "
            f"AND request_id IN (SELECT request_id FROM property_edits WHERE {_EDITED_EARLIER}))",
        ),
    ),
)
"""Property edits made before the cut, of requests that have no call left."""

_BLANK = "request_preview = '' AND response_preview = '' AND words = ''"

_CALL = "created_at, request_id"
OLD_TEXTS = Pass(
    f"SELECT request_id FROM bodies WHERE {_TEXTS_EARLIER}",
    (
        Rule(
            "bodies",
            f"{_TEXTS_EARLIER} AND ({_CALL}) IN (SELECT {_CALL} FROM calls WHERE {_TEXTS_EARLIER}) "
            f"AND ({_CALL}) NOT IN (SELECT {_CALL} FROM calls WHERE {_TEXTS_EARLIER} AND NOT ({_BLANK}))",
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
    return (
        f"SELECT _partition_id AS part, count() AS n FROM {rule.table} WHERE {rule.where} GROUP BY part ORDER BY part"
    )


def hide(rule: Rule, part: str) -> str:
    """Hides the rows in one partition from all readers that come after; returns before it is done."""
    return f"DELETE FROM {rule.table} IN PARTITION ID '{part}' WHERE {rule.where} SETTINGS lightweight_deletes_sync = 0"


def blank(part: str) -> str:
    """Takes the copies of old bodies out of one partition's calls, words and index too; returns before it is done."""
    return (
        "ALTER TABLE calls UPDATE request_preview = '', response_preview = '', words = '' "
        f"IN PARTITION ID '{part}' WHERE {EARLIER} AND NOT ({_BLANK}) SETTINGS mutations_sync = 0"
    )


def sweep(table: str, part: str) -> str:
    """Writes the parts of a partition that have hidden rows anew without them; returns before it is done."""
    return f"ALTER TABLE {table} APPLY DELETED MASK IN PARTITION ID '{part}' SETTINGS mutations_sync = 0"
