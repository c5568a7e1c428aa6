"""Statements that page through calls by place: every call once, in either direction, while calls are added.

Two steps: the places of a page are read from the few columns that decide it, then the calls at these places with all
that they have. Values that are not known come last in either direction, and ties fall to time, then id.
"""

from collections.abc import Sequence

from helicorder.model.filter import Filter, Position, SortKey, Stretch
from helicorder.telemetry.instants import microseconds
from helicorder.telemetry.sql.calls import CALL, PREVIEWS, SORTED, among
from helicorder.telemetry.sql.conditions import Query, Statement, condition
from helicorder.telemetry.sql.tenant import read

_TYPES = {
    SortKey.COST: "Decimal(18, 12)",
    SortKey.USER_ID: "String",
    SortKey.MODEL: "String",
    SortKey.PROVIDER: "String",
    SortKey.STATUS: "Int64",
}
_NEVER_UNKNOWN = frozenset({SortKey.USER_ID, SortKey.MODEL, SortKey.PROVIDER, SortKey.STATUS})


def places(org_id: str, wanted: Filter, stretch: Stretch) -> Query:
    """The places of a page's calls and of the next one: ``place``, ``created_at``, ``request_id``, in their order."""
    statement = Statement(org_id)
    direction = "ASC" if stretch.ascending else "DESC"
    by_time = stretch.sort is SortKey.CREATED_AT
    place = "NULL" if by_time else SORTED[stretch.sort]
    order = "" if by_time else f"place {direction} NULLS LAST, "
    after = _after(statement, stretch, stretch.after) if stretch.after else ""
    return statement.query(
        f"SELECT {place} AS place, created_at, request_id {read('calls FINAL', condition(statement, wanted), after)} "
        f"ORDER BY {order}created_at {direction}, request_id {direction} "
        f"LIMIT {statement.bind('UInt64', stretch.limit + 1)}"
    )


def _after(statement: Statement, stretch: Stretch, after: Position) -> str:
    beyond = ">" if stretch.ascending else "<"
    # Said twice: the time alone is what the order of the key prunes by.
    later = (
        f"created_at {beyond}= {statement.instant(after.created_at)} AND (created_at, request_id) {beyond} "
        f"({statement.instant(after.created_at)}, {statement.bind('String', after.request_id)})"
    )
    if stretch.sort is SortKey.CREATED_AT:
        return f"({later})"
    column = SORTED[stretch.sort]
    if after.value is None:
        return f"({column} IS NULL AND {later})"
    value = statement.bind(_TYPES.get(stretch.sort, "UInt64"), after.value)
    unknown = "" if stretch.sort in _NEVER_UNKNOWN else f" OR {column} IS NULL"
    return f"({column} {beyond} {value} OR ({column} = {value} AND {later}){unknown})"


def calls_at(org_id: str, positions: Sequence[Position], *, previews: bool) -> Query:
    """The calls at some places, with all that they have, in no order."""
    statement = Statement(org_id)
    times = [position.created_at for position in positions]
    ids = among(statement, "request_id", [position.request_id for position in positions])
    statement.params["times"] = [microseconds(at) for at in times]
    at = (
        f"created_at BETWEEN {statement.instant(min(times))} AND {statement.instant(max(times))} "
        "AND created_at IN (SELECT fromUnixTimestamp64Micro(arrayJoin({times:Array(Int64)}), 'UTC'))"
    )
    return statement.query(f"SELECT {CALL}{PREVIEWS if previews else ''} {read('calls FINAL', at, ids)}")
