"""The statement that reads back the versions of a batch from the tables that took it."""

# ruff: noqa: S608 -- what is put together here are this file's own words and placeholders

from collections.abc import Iterable

_SPAN = "version BETWEEN {first:UInt64} AND {last:UInt64}"
_BETWEEN_CALLS = (
    " AND created_at BETWEEN fromUnixTimestamp64Micro({earliest:Int64}, 'UTC')"
    " AND fromUnixTimestamp64Micro({latest:Int64}, 'UTC')"
)
# Bodies have no index of versions; their key begins with the organisation and the time.
_NARROWER = {"bodies": _BETWEEN_CALLS}


def held(tables: Iterable[str]) -> str:
    """The versions between two that each table shows, as `source` and `versions`."""
    return " UNION ALL ".join(
        f"SELECT '{table}' AS source, groupUniqArray(version) AS versions FROM {table} "
        f"WHERE {_SPAN}{_NARROWER.get(table, '')}"
        for table in tables
    )
