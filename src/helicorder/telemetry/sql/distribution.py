"""Statements for how the values of a score are spread."""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

from collections.abc import Sequence

from helicorder.model.analysis import Clustering
from helicorder.model.score import SMALLEST_INCLUSION
from helicorder.telemetry.sql.conditions import Query, Statement
from helicorder.telemetry.sql.current import current
from helicorder.telemetry.sql.series import CHANCE, CLUSTER, WEIGHT

LABEL = "label"
TRUTH = "if(value = 1, 'true', 'false')"
_STEPS = 1e6
_LARGEST_SUM = 1e19
_HAIR = 1e-9


def bin_of(statement: Statement, edges: Sequence[float]) -> str:
    """The number of the bin that a value lies in, as text; the last edge belongs to the last bin."""
    statement.params["edges"] = list(edges)
    last = len(edges) - 2
    return f"toString(least(arrayCount(edge -> edge <= value, {{edges:Array(Float64)}}) - 1, {last}))"


def parts(statement: Statement, part: str, where: str, *, clustering: Clustering, weighted: bool, limit: int) -> Query:
    """Per ``part`` of the values how many rows it has, ``n``, and over clusters the sums that its share follows from.

    ``own`` its weight, ``squares`` and ``cross`` the sums over clusters of its squared weight and of the product with
    the cluster's whole weight. A row weighs 1, or ``WEIGHT``. The commonest parts, at most so many.
    """
    weight = f"sum({WEIGHT})" if weighted else "toInt128(count())"
    return statement.query(
        "SELECT held.1 AS part, sum(held.2) AS n, sum(held.3) AS own, sum(toInt256(held.3) * held.3) AS squares, "
        "sum(toInt256(held.3) * m) AS cross FROM ("
        "SELECT g, sum(s) AS m, groupArray((part, n, s)) AS all FROM ("
        f"SELECT {part} AS part, {CLUSTER[clustering]} AS g, count() AS n, {weight} AS s "
        f"{current(statement, where)} GROUP BY part, g) GROUP BY g) ARRAY JOIN all AS held "
        f"GROUP BY part ORDER BY n DESC, part LIMIT {statement.bind('UInt64', limit)}"
    )


def below(
    statement: Statement, points: Sequence[float], where: str, *, clustering: Clustering, weighted: bool
) -> Query:
    """What `parts` has of the values that do not exceed a point: ``n``, ``own``, ... with a number for each point."""
    statement.params["points"] = list(points)
    weight, whole = (WEIGHT, f"sum({WEIGHT})") if weighted else ("toInt128(1)", "toInt128(count())")
    reached = "arrayMap(point -> {}, {{points:Array(Float64)}})"
    return statement.query(
        "SELECT sumForEach(n) AS n, sumForEach(s) AS own, "
        "sumForEach(arrayMap(one -> toInt256(one) * one, s)) AS squares, "
        "sumForEach(arrayMap(one -> toInt256(one) * m, s)) AS cross FROM ("
        f"SELECT {CLUSTER[clustering]} AS g, {whole} AS m, sumForEach({reached.format('value <= point')}) AS n, "
        f"sumForEach({reached.format(f'if(value <= point, {weight}, 0)')}) AS s "
        f"{current(statement, where)} GROUP BY g)"
    )


def values_at(statement: Statement, where: str, ranks: Sequence[int], n: int) -> Query:
    """``found``: the values at some ranks, counted from 1, of n sorted values."""
    # An exact quantile of level l is the value at index floor(l * n): the middle of a rank's step meets it safely.
    levels = ", ".join(repr((rank - 0.5) / n) for rank in ranks)
    return statement.query(f"SELECT quantilesExact({levels})(value) AS found {current(statement, where)}")


def values_at_shares(statement: Statement, where: str, shares: Sequence[float], *, n: int, rarest: float) -> Query:
    """``found``: the smallest values that at least these shares of the weight do not exceed.

    The engine adds up whole weights of 64 bits: those of ``n`` values, of which ``rarest`` is the least chance, fit.
    """
    # A little less than the share, as its double may be a little more than the decimal that it stands for.
    levels = ", ".join(repr(max(share - _HAIR, 0.0)) for share in shares)
    steps = statement.bind("Float64", min(_STEPS, _LARGEST_SUM * max(rarest, SMALLEST_INCLUSION) / n))
    weight = f"toUInt64(round(1 / {CHANCE} * {steps}))"
    return statement.query(
        f"SELECT quantilesExactWeighted({levels})(value, {weight}) AS found {current(statement, where)}"
    )
