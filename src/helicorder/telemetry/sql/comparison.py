"""Statements that set two segments of scores against each other."""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

import itertools
from collections.abc import Sequence

from helicorder.model.analysis import Clustering, Covariate
from helicorder.telemetry.sql.conditions import Query, Statement
from helicorder.telemetry.sql.current import current
from helicorder.telemetry.sql.series import CLUSTER, on_grid

COST_PLACES = 12
"""Decimal places of US dollars in sums; those of a cost in the store."""


COVARIATE = {
    Covariate.PROMPT_TOKENS: "toInt128(ifNull(prompt_tokens, 0))",
    Covariate.HOUR: "toInt128(toHour(created_at))",
}

ARMS = ("a", "b")
METRICS = {
    "score": ("1", "q"),
    "cost": ("cost_usd IS NOT NULL", f"toInt128(round(ifNull(toFloat64(cost_usd), 0) * 1e{COST_PLACES}))"),
    "latency": ("latency_ms IS NOT NULL", "toInt128(ifNull(latency_ms, 0))"),
}
"""Per metric which rows have it, and its value as an integer."""


def components(metric: str, covariate: Covariate | None) -> list[str]:
    """The names of the sums over a cluster that stand in a metric's Gram, in order."""
    kinds = ("m", "x", "c") if metric == "score" and covariate else ("m", "x")
    return [f"{metric}_{kind}_{arm}" for arm in ARMS for kind in kinds]


def two_segments(
    statement: Statement,
    keys: Sequence[str],
    where: str,
    arms: tuple[str, str],
    *,
    places: int,
    clustering: Clustering,
    covariate: Covariate | None,
) -> Query:
    """Per value of the keys the sums of both segments and the products of the sums of each cluster.

    A segment is a condition on the rows that ``where`` takes. Of each arm: ``n_a``, ``total_a`` and ``squares_a`` of
    the score, the same as ``cost_n_a``, ... of cost and latency; of each metric ``METRIC_i_j``, the sum over clusters
    of the product of its i-th and j-th component (`components`), and ``groups``. ``overlap``: rows that are in both.
    """
    statement.params["scale"] = 10.0**places
    named = "".join(f"{key} AS k{number}, " for number, key in enumerate(keys))
    names = "".join(f"k{number}, " for number in range(len(keys)))
    inner = [f"countIf({' AND '.join(f'in_{arm}' for arm in ARMS)}) AS overlap"]
    outer = ["sum(overlap) AS overlap", "count() AS groups"]
    for metric, (has, value) in METRICS.items():
        for arm in ARMS:
            inner.append(f"countIf(in_{arm} AND {has}) AS {metric}_m_{arm}")
            inner.append(f"sumIf({value}, in_{arm}) AS {metric}_x_{arm}")
            inner.append(f"sumIf(toInt256({value}) * {value}, in_{arm}) AS {metric}_xx_{arm}")
            outer += [f"sum({metric}_{kind}_{arm}) AS {metric}_{kind}_{arm}" for kind in ("m", "x", "xx")]
    if covariate:
        for arm in ARMS:
            known = COVARIATE[covariate]
            inner.append(f"sumIf({known}, in_{arm}) AS score_c_{arm}")
            inner.append(f"sumIf(toInt256({known}) * {known}, in_{arm}) AS score_cc_{arm}")
            inner.append(f"sumIf(toInt256({known}) * q, in_{arm}) AS score_xc_{arm}")
            outer += [f"sum(score_{kind}_{arm}) AS score_{kind}_{arm}" for kind in ("c", "cc", "xc")]
    for metric in METRICS:
        parts = components(metric, covariate)
        outer += [
            f"sum(toInt256(s.{left}) * s.{right}) AS {metric}_{i}_{j}"
            for (i, left), (j, right) in itertools.combinations_with_replacement(enumerate(parts), 2)
        ]
    source = current(statement, f"{where} AND (({arms[0]}) OR ({arms[1]}))")
    return statement.query(
        f"SELECT {names}{', '.join(outer)} FROM ("
        f"SELECT {named}{CLUSTER[clustering]} AS g, {', '.join(inner)} FROM ("
        f"SELECT *, {on_grid('value')} AS q, ifNull({arms[0]}, false) AS in_a, "
        f"ifNull({arms[1]}, false) AS in_b {source}) GROUP BY {names}g) AS s "
        + (f"GROUP BY {names.rstrip(', ')}" if keys else "")
    )


def pairs(statement: Statement, where: str, arms: tuple[str, str], match_property: str | None, *, places: int) -> Query:
    """What the scores of the same input in both segments say: the paired differences, B - A.

    The input is the same where what was asked is, or where a property is.

    ``pairs`` inputs that both have, with ``rows`` scores of them in all; ``total`` and ``squares`` of the differences
    of their means; of those with one score on each side the two-by-two table ``both``, ``only_a``, ``only_b``,
    ``neither`` of scores that are 1, and their number ``single``.
    """
    statement.params["scale"] = 10.0**places
    if match_property is None:
        match = "if(input_key = 0, '', toString(input_key))"
    else:
        match = f"properties[{statement.text(match_property)}]"
    source = current(statement, f"{where} AND (({arms[0]}) OR ({arms[1]}))")
    return statement.query(
        "SELECT count() AS pairs, sum(m_a + m_b) AS rows, sum(d) AS total, sum(toInt256(d) * d) AS squares, "
        "countIf(m_a = 1 AND m_b = 1) AS single, "
        "countIf(top_a AND top_b) AS both, countIf(top_a AND NOT top_b) AS only_a, "
        "countIf(NOT top_a AND top_b) AS only_b, countIf(NOT top_a AND NOT top_b) AS neither FROM ("
        "SELECT countIf(in_a) AS m_a, countIf(in_b) AS m_b, max(in_a AND value = 1) AS top_a, "
        "max(in_b AND value = 1) AS top_b, "
        "toInt128(round(sumIf(q, in_b) / m_b - sumIf(q, in_a) / m_a)) AS d FROM ("
        f"SELECT value, {match} AS matched, {on_grid('value')} AS q, "
        f"ifNull({arms[0]}, false) AS in_a, ifNull({arms[1]}, false) AS in_b {source}"
        ") WHERE NOT empty(matched) GROUP BY matched HAVING m_a > 0 AND m_b > 0)"
    )
