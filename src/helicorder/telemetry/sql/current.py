"""Current scores as a source to read from: now, or as they were at a mark."""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

from typing import TYPE_CHECKING

from helicorder.telemetry.sql.derivation import CHANGED_SINCE, COLUMNS, NO_LATER, derived
from helicorder.telemetry.sql.tenant import read

if TYPE_CHECKING:  # conditions on scores read from here
    from helicorder.telemetry.sql.conditions import Statement


def current(statement: "Statement", where: str) -> str:
    """``FROM ... WHERE ...`` over the current scores of the tenant that satisfy a condition on their columns.

    As of a mark, rows derived from nothing newer still stand; what has changed since is derived again from the
    versions up to the mark. The rows are then the same as those that were read at the mark.
    """
    if statement.as_of is None:
        return read("scores FINAL", where)
    statement.params["as_of"] = statement.as_of
    unchanged = f"target_id NOT IN (SELECT target_id FROM ({CHANGED_SINCE}))"
    return (
        f"FROM (SELECT {COLUMNS} {read('scores FINAL', where, NO_LATER, unchanged)} UNION ALL "
        f"SELECT {COLUMNS} FROM ({derived(CHANGED_SINCE, read, NO_LATER)}) WHERE ({where}) AND NOT gone)"
    )
