"""The statement that reads back the versions of a batch from the tables that took it."""

from collections.abc import Iterable

from helicorder.telemetry.sql.tenant import read_all_tenants

_SPAN = "version BETWEEN {first:UInt64} AND {last:UInt64}"
_BETWEEN_CALLS = (
    "created_at BETWEEN fromUnixTimestamp64Micro({earliest:Int64}, 'UTC')"
    " AND fromUnixTimestamp64Micro({latest:Int64}, 'UTC')"
)
# Bodies have no index of versions; their key begins with the organisation and the time.
_NARROWER = {"bodies": _BETWEEN_CALLS}


def held(tables: Iterable[str]) -> str:
    """The versions between two that each table shows, as `source` and `versions`."""
    return " UNION ALL ".join(
        f"SELECT '{table}' AS source, groupUniqArray(version) AS versions "
        f"{read_all_tenants(table, _SPAN, _NARROWER.get(table, ''))}"
        for table in tables
    )
