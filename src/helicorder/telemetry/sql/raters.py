"""Statements that lay judgements of the same things side by side: judges, annotators, scores."""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

from collections.abc import Sequence

from helicorder.telemetry.sql.conditions import Query, Statement
from helicorder.telemetry.sql.current import current
from helicorder.telemetry.sql.series import on_grid

VALUE = "multiIf(kind = 'categorical', label, kind = 'boolean', if(value = 1, 'true', 'false'), toString(value))"
"""A value as text, in which categories and numbers alike can be counted."""


def side_by_side(statement: Statement, raters: Sequence[str], where: str) -> str:
    """A subquery: per thing judged (``item``) with its ``cluster`` one row with each rater's value.

    A rater is a condition on the rows that ``where`` takes. ``h0``, ``h1``, ...: whether the rater judged; ``x0`` the
    number, ``v0`` the value as text, ``p0`` the inclusion probability. Of several scores of one rater the newest wins.
    """
    parts = []
    for number, rater in enumerate(raters):
        parts += [
            f"countIf({rater}) > 0 AS h{number}",
            f"argMaxIf(value, revision, {rater}) AS x{number}",
            f"argMaxIf({VALUE}, revision, {rater}) AS v{number}",
            f"argMaxIf(inclusion, revision, {rater}) AS p{number}",
        ]
    anybody = " OR ".join(f"({rater})" for rater in raters)
    return (
        f"SELECT (target, target_id) AS item, any(cluster) AS cluster, {', '.join(parts)} "
        f"{current(statement, f'{where} AND ({anybody})')} GROUP BY item"
    )


def table_of_two(statement: Statement, sides: str, most: int) -> Query:
    """How often rater 0 said ``a`` where rater 1 said ``b``: the contingency table, ``n``, of at most so many cells."""
    return statement.query(
        f"SELECT v0 AS a, v1 AS b, count() AS n FROM ({sides}) WHERE h0 AND h1 GROUP BY a, b ORDER BY a, b "
        f"LIMIT {statement.bind('UInt64', most)}"
    )


def moments_of_two(statement: Statement, sides: str, *, places: int) -> Query:
    """Sums over the things that raters 0 and 1 both judged: n, x, y, xx, yy, xy, |x - y|, times 10**places each."""
    statement.params["scale"] = 10.0**places
    return statement.query(
        "SELECT count() AS n, sum(q0) AS x, sum(q1) AS y, sum(toInt256(q0) * q0) AS xx, sum(toInt256(q1) * q1) AS yy, "
        "sum(toInt256(q0) * q1) AS xy, sum(abs(q0 - q1)) AS apart FROM ("
        f"SELECT {on_grid('x0')} AS q0, {on_grid('x1')} AS q1 "
        f"FROM ({sides}) WHERE h0 AND h1)"
    )


def ranks_of_two(statement: Statement, sides: str) -> Query:
    """`moments_of_two` of twice the ranks of what raters 0 and 1 said, equal values sharing their mean rank."""
    twice = "toInt128(2 * rank() OVER (ORDER BY {0}) + count() OVER (PARTITION BY {0}) - 1)"
    return statement.query(
        "SELECT count() AS n, sum(q0) AS x, sum(q1) AS y, sum(q0 * q0) AS xx, sum(q1 * q1) AS yy, "
        f"sum(q0 * q1) AS xy FROM (SELECT {twice.format('x0')} AS q0, {twice.format('x1')} AS q1 "
        f"FROM ({sides}) WHERE h0 AND h1)"
    )


def patterns(statement: Statement, where: str, most: int) -> Query:
    """What all raters together said of a thing, and of how many things: ``pattern`` is the sorted values, ``n``."""
    return statement.query(
        f"SELECT pattern, count() AS n FROM (SELECT arraySort(groupArray({VALUE})) AS pattern "
        f"{current(statement, where)} GROUP BY target, target_id HAVING length(pattern) > 1) "
        f"GROUP BY pattern ORDER BY n DESC, pattern LIMIT {statement.bind('UInt64', most)}"
    )


def ratings(statement: Statement, where: str, most: int) -> Query:
    """Single ratings of things that several annotators rated: ``item``, ``author``, ``value``; whole items, at most."""
    several = (
        f"SELECT target, target_id {current(statement, where)} GROUP BY target, target_id "
        f"HAVING uniqExact(author) > 1 ORDER BY cityHash64(target, target_id) LIMIT {statement.bind('UInt64', most)}"
    )
    return statement.query(
        f"SELECT concat(target, ':', target_id) AS item, author, argMax(value, revision) AS value "
        f"{current(statement, f'{where} AND (target, target_id) IN ({several})')} "
        "GROUP BY target, target_id, author ORDER BY item, author"
    )
