"""Current scores as a source to read from: now, or as they were at a mark."""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

from typing import TYPE_CHECKING

from helicorder.telemetry.sql.derivation import CHANGED_SINCE, COLUMNS, NO_LATER, derived

if TYPE_CHECKING:  # conditions on scores read from here
    from helicorder.telemetry.sql.conditions import Statement


def current(statement: "Statement", where: str) -> str:
    """``FROM ... WHERE ...`` over the current scores of the tenant that satisfy a condition on their columns.

    As of a mark, rows derived from nothing newer still stand; what has changed since is derived again from the
    versions up to the mark. The rows are then the same as those that were read at the mark.
    """
    where = f"WHERE org_id = {{org:String}} AND {where}"
    if statement.as_of is None:
        return f"FROM scores FINAL {where}"
    statement.params["as_of"] = statement.as_of
    return (
        f"FROM (SELECT {COLUMNS} FROM scores FINAL {where}{NO_LATER} "
        f"AND target_id NOT IN (SELECT target_id FROM ({CHANGED_SINCE})) UNION ALL "
        f"SELECT {COLUMNS} FROM ({derived(CHANGED_SINCE, NO_LATER)}) {where} AND NOT gone)"
    )
