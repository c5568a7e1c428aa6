"""Statements for how the values of a score are spread."""

from collections.abc import Sequence

from helicorder.telemetry.sql.conditions import Query, Statement
from helicorder.telemetry.sql.current import current


def extent(statement: Statement, where: str) -> Query:
    """``n``, ``minimum`` and ``maximum`` of the values."""
    return statement.query(
        f"SELECT count() AS n, min(value) AS minimum, max(value) AS maximum {current(statement, where)}"
    )


def bins(statement: Statement, where: str, edges: Sequence[float]) -> Query:
    """How many values, ``n``, each bin that has any holds; ``low`` is the greatest edge that is not above them."""
    statement.params["edges"] = list(edges)
    source = current(statement, where)
    return statement.query(
        f"SELECT roundDown(value, {{edges:Array(Float64)}}) AS low, count() AS n {source} GROUP BY low"
    )


def values_at(statement: Statement, where: str, ranks: Sequence[int], n: int) -> Query:
    """``found``: the values at some ranks, counted from 1, of n sorted values."""
    # An exact quantile of level l is the value at index floor(l * n): the middle of a rank's step meets it safely.
    levels = ", ".join(repr((rank - 0.5) / n) for rank in ranks)
    return statement.query(f"SELECT quantilesExact({levels})(value) AS found {current(statement, where)}")


def labels(statement: Statement, where: str, limit: int) -> Query:
    """How often each category was given, the commonest first: ``label``, ``n``."""
    return statement.query(
        f"SELECT label, count() AS n {current(statement, where)} GROUP BY label ORDER BY n DESC, label "
        f"LIMIT {statement.bind('UInt64', limit)}"
    )
