"""Statements that cut scores into cells of several dimensions at once, for taking a change apart."""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

from collections.abc import Mapping, Sequence

from helicorder.telemetry.sql.conditions import Query, Statement
from helicorder.telemetry.sql.current import current
from helicorder.telemetry.sql.series import STATED, WEIGHT, on_grid

OTHER = "other"
"""What stands for the values of a dimension that are too rare to stand for themselves."""


def common_properties(statement: Statement, where: str, limit: int, most_values: int) -> Query:
    """The properties that most scored calls have, with few enough values to be a dimension: ``key`` and ``n``."""
    return statement.query(
        f"SELECT key, count() AS n FROM (SELECT arrayJoin(mapKeys(properties)) AS key, properties[key] AS value "
        f"{current(statement, where)}) GROUP BY key HAVING uniqExact(value) BETWEEN 2 AND "
        f"{statement.bind('UInt64', most_values)} ORDER BY n DESC, key LIMIT {statement.bind('UInt64', limit)}"
    )


def common_values(statement: Statement, dimensions: Mapping[str, str], where: str, limit: int) -> Query:
    """The commonest values of each dimension, given by name and expression: ``dimension``, ``value``, ``n``."""
    pairs = ", ".join(f"({statement.bind('String', name)}, toString({of}))" for name, of in dimensions.items())
    return statement.query(
        "SELECT pair.1 AS dimension, pair.2 AS value, count() AS n FROM ("
        f"SELECT arrayJoin([{pairs}]) AS pair {current(statement, where)}) GROUP BY dimension, value "
        f"ORDER BY n DESC, value LIMIT {statement.bind('UInt64', limit)} BY dimension"
    )


def cells(
    statement: Statement,
    dimensions: Sequence[tuple[str, Sequence[str]]],
    where: str,
    split: str,
    *,
    blocks: int,
    places: int,
    weighted: bool,
) -> Query:
    """Sums of scores per combination of values, period and block.

    A dimension is an expression and the values that stand for themselves. ``period`` is 0 or 1 as ``split`` says;
    ``block`` is one of ``blocks`` into which whole clusters fall, so that leaving one out leaves out what hangs
    together. ``n`` and ``total``, which is times 10**places; k0, k1, ... are the values. ``drawn`` rows have an
    inclusion probability, of which ``rarest`` is the least. Weighted, rows count 1 / probability times
    10**WEIGHT_PLACES in ``total``, and ``weight`` is the sum of that.
    """
    statement.params["scale"] = 10.0**places
    keys = []
    for number, (of, kept) in enumerate(dimensions):
        statement.params[f"kept{number}"] = list(kept)
        keys.append(
            f"if(has({{kept{number}:Array(String)}}, toString({of}) AS v{number}), v{number}, '{OTHER}') AS k{number}"
        )
    names = "".join(f"k{number}, " for number in range(len(dimensions)))
    return statement.query(
        f"SELECT {''.join(f'{key}, ' for key in keys)}toUInt8({split}) AS period, "
        f"cluster % {statement.bind('UInt64', blocks)} AS block, count() AS n, countIf(inclusion != 0) AS drawn, "
        f"min({STATED}) AS rarest, {f'sum({WEIGHT}) AS weight, ' if weighted else ''}"
        f"sum({f'{WEIGHT} * ' if weighted else ''}{on_grid('value')}) AS total "
        f"{current(statement, where)} GROUP BY {names}period, block ORDER BY {names}period, block"
    )


def examples(statement: Statement, where: str, limit: int, *, rising: bool) -> Query:
    """``target_id`` of the requests with the lowest scores, or the highest; among equal ones the newest."""
    direction = "DESC" if rising else "ASC"
    return statement.query(
        f"SELECT target_id {current(statement, where)} ORDER BY value {direction}, created_at DESC, target_id "
        f"LIMIT 1 BY target_id LIMIT {statement.bind('UInt64', limit)}"
    )
