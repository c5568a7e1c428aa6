"""Statements that lay judgements of the same things side by side: judges, annotators, scores.

A thing weighs 1 / the probability with which it came to be judged by those who did. Scores of one source share a draw,
so of them the least probability counts; draws of different sources are independent, so their probabilities multiply.
"""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

from collections.abc import Sequence

from helicorder.model.analysis import Clustering
from helicorder.model.score import SMALLEST_INCLUSION, Source
from helicorder.telemetry.sql import series
from helicorder.telemetry.sql.conditions import Query, Statement
from helicorder.telemetry.sql.current import current
from helicorder.telemetry.sql.series import CLUSTER, WEIGHT_PLACES, on_grid

VALUE = "multiIf(kind = 'categorical', label, kind = 'boolean', if(value = 1, 'true', 'false'), toString(value))"
"""A value as text, in which categories and numbers alike can be counted."""
_LEAST = f"minIf({series.CHANCE}, source = '{{0}}')"
_PRODUCT = " * ".join(f"if({_LEAST.format(source)} = 0, 1, {_LEAST.format(source)})" for source in Source)
CHANCE = f"greatest({_PRODUCT}, {SMALLEST_INCLUSION})"
"""Of the rows of one thing: with which probability it came to be judged by all of them."""
_WEIGHT = f"toInt128(round(1e{WEIGHT_PLACES} / chance))"


def side_by_side(statement: Statement, raters: Sequence[str], where: str, clustering: Clustering) -> str:
    """A subquery: per thing judged, with its cluster ``g``, one row with each rater's value.

    A rater is a condition on the rows that ``where`` takes. ``h0``, ``h1``, ...: whether the rater judged; ``x0`` the
    number, ``v0`` the value as text, ``i0`` which score it is; ``chance`` is of all of them. Of several scores of one
    rater the newest wins.
    """
    parts = []
    for number, rater in enumerate(raters):
        parts += [
            f"countIf({rater}) > 0 AS h{number}",
            f"argMaxIf(value, revision, {rater}) AS x{number}",
            f"argMaxIf({VALUE}, revision, {rater}) AS v{number}",
            f"argMaxIf((name, score_id), revision, {rater}) AS i{number}",
        ]
    anybody = " OR ".join(f"({rater})" for rater in raters)
    return (
        f"SELECT target, target_id, any({CLUSTER[clustering]}) AS g, {CHANCE} AS chance, {', '.join(parts)} "
        f"{current(statement, f'{where} AND ({anybody})')} GROUP BY target, target_id"
    )


def of_two(sides: str) -> str:
    """A subquery: the things that raters 0 and 1 both judged. A score that is of both is no agreement."""
    return f"SELECT * FROM ({sides}) WHERE h0 AND h1 AND i0 != i1"


def about_two(statement: Statement, both: str) -> Query:
    """``n`` things, in how many ``clusters``, with chances from ``low`` to ``high``, and how many ``cells``."""
    return statement.query(
        "SELECT count() AS n, uniqExact(g) AS clusters, min(chance) AS low, max(chance) AS high, "
        f"uniqExact(v0, v1) AS cells FROM ({both})"
    )


def table_of_two(statement: Statement, both: str, *, blocks: int, weighted: bool) -> Query:
    """How often rater 0 said ``a`` where rater 1 said ``b``: per ``block`` of clusters ``n`` things and ``weight``."""
    return statement.query(
        f"SELECT {_block(statement, blocks)} AS block, v0 AS a, v1 AS b, count() AS n, "
        f"sum({_weight(weighted)}) AS weight FROM ({both}) GROUP BY block, a, b ORDER BY block, a, b"
    )


def moments_of_two(statement: Statement, both: str, *, places: int, blocks: int, weighted: bool) -> Query:
    """Per ``block`` the sums over what raters 0 and 1 both judged: n, w, x, y, xx, yy, xy, |x - y| as ``apart``.

    Each is times 10**places, and times 10**WEIGHT_PLACES where things are weighted.
    """
    statement.params["scale"] = 10.0**places
    return statement.query(
        f"{_sums(statement, blocks)}, sum(w * abs(q0 - q1)) AS apart FROM ("
        f"SELECT g, {on_grid('x0')} AS q0, {on_grid('x1')} AS q1, {_weight(weighted)} AS w FROM ({both})) "
        "GROUP BY block ORDER BY block"
    )


def ranks_of_two(statement: Statement, both: str, *, blocks: int, weighted: bool) -> Query:
    """`moments_of_two` of twice the ranks of what raters 0 and 1 said, equal values sharing their mean rank.

    A rank is the weight of what is smaller and half of what is equal.
    """
    twice = "2 * sum(w) OVER (ORDER BY {0}) - sum(w) OVER (PARTITION BY {0})"
    return statement.query(
        f"{_sums(statement, blocks)} FROM (SELECT g, w, {twice.format('x0')} AS q0, {twice.format('x1')} AS q1 FROM ("
        f"SELECT *, {_weight(weighted)} AS w FROM ({both}))) GROUP BY block ORDER BY block"
    )


def patterns(statement: Statement, where: str, most: int, *, clustering: Clustering, blocks: int) -> Query:
    """What all annotators said of a thing, the sorted values as ``pattern``, and of how many things: ``n``, ``weight``.

    Per ``block`` of clusters. Of several scores that one annotator gave under one name the newest counts.
    """
    rows = (
        f"SELECT target, target_id, name, source, author, any({CLUSTER[clustering]}) AS g, "
        f"argMax({VALUE}, revision) AS said, argMax(inclusion, revision) AS inclusion {current(statement, where)} "
        "GROUP BY target, target_id, name, source, author"
    )
    things = (
        f"SELECT {_block(statement, blocks, 'any(g)')} AS block, arraySort(groupArray(said)) AS pattern, "
        f"{CHANCE} AS chance FROM ({rows}) GROUP BY target, target_id HAVING length(pattern) > 1"
    )
    return statement.query(
        f"SELECT block, pattern, count() AS n, sum({_WEIGHT}) AS weight FROM ({things}) "
        f"GROUP BY block, pattern ORDER BY n DESC, block, pattern LIMIT {statement.bind('UInt64', most)}"
    )


def about_all(statement: Statement, where: str, clustering: Clustering) -> Query:
    """``n`` things that were judged several times, in how many ``clusters``, with chances from ``low`` to ``high``."""
    return statement.query(
        "SELECT count() AS n, uniqExact(g) AS clusters, min(chance) AS low, max(chance) AS high FROM ("
        f"SELECT any({CLUSTER[clustering]}) AS g, {CHANCE} AS chance, "
        f"count() AS said {current(statement, where)} GROUP BY target, target_id HAVING said > 1)"
    )


def deviations(statement: Statement, sides: str, raters: int, *, places: int, blocks: int) -> Query:
    """Per ``block`` and the set of raters who judged (``who``, a bit each) how far each is from the mean of them.

    ``n`` things that two or more judged, ``weight``, and ``sums``, a number for each rater: the weighted sums of value
    less mean, times 10**(places + WEIGHT_PLACES).
    """
    statement.params["scale"] = 10.0**places
    judged = ", ".join(f"h{number}" for number in range(raters))
    values = ", ".join(f"if(h{number}, {on_grid(f'x{number}')}, 0)" for number in range(raters))
    apart = "if(h, toInt256(w) * (q * several - total) / several, 0)"
    bit = "if(h, bitShiftLeft(toUInt64(1), place - 1), 0)"
    return statement.query(
        f"SELECT {_block(statement, blocks)} AS block, who, count() AS n, sum(w) AS weight, "
        f"sumForEach(arrayMap((h, q) -> {apart}, had, said)) AS sums FROM ("
        f"SELECT g, {_WEIGHT} AS w, [{judged}] AS had, [{values}] AS said, arraySum(had) AS several, "
        f"arraySum(said) AS total, arraySum(arrayMap((h, place) -> {bit}, had, arrayEnumerate(had))) AS who "
        f"FROM ({sides}) WHERE several > 1) GROUP BY block, who ORDER BY block, who"
    )


def _sums(statement: Statement, blocks: int) -> str:
    return (
        f"SELECT {_block(statement, blocks)} AS block, count() AS n, sum(w) AS weight, "
        "sum(toInt256(w) * q0) AS x, sum(toInt256(w) * q1) AS y, sum(toInt256(w) * q0 * q0) AS xx, "
        "sum(toInt256(w) * q1 * q1) AS yy, "
        "sum(toInt256(w) * q0 * q1) AS xy"
    )


def _weight(weighted: bool) -> str:  # noqa: FBT001 -- passed on
    return _WEIGHT if weighted else "toInt128(1)"


def _block(statement: Statement, blocks: int, cluster: str = "g") -> str:
    return f"{cluster} % {statement.bind('UInt64', blocks)}"
