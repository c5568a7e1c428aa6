"""Statements that set two segments of scores against each other."""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

import itertools
from collections.abc import Sequence

from helicorder.model.analysis import Clustering, Covariate
from helicorder.telemetry.sql.conditions import Query, Statement
from helicorder.telemetry.sql.current import current
from helicorder.telemetry.sql.dimensions import PROPERTY, expression
from helicorder.telemetry.sql.series import CLUSTER, STATED, WEIGHT, WEIGHT_DIGITS, on_grid, weight_digits

COST_PLACES = 12
"""Decimal places of US dollars in sums, where weights do not take some of them; those of a cost in the store."""
MOST_COUNTED = 10**12
"""In sums, milliseconds (thirty years) and tokens beyond this count as this."""


COVARIATE = {
    Covariate.PROMPT_TOKENS: f"toInt128(least(ifNull(prompt_tokens, 0), {MOST_COUNTED}))",
    Covariate.HOUR: "toInt128(toHour(created_at))",
}

ARMS = ("a", "b")
METRICS = {
    "score": ("true", "q"),
    "cost": ("cost_usd IS NOT NULL", "toInt128(round(ifNull(toFloat64(cost_usd), 0) * {cost_scale:Float64}))"),
    "latency": ("latency_ms IS NOT NULL", f"toInt128(least(ifNull(latency_ms, 0), {MOST_COUNTED}))"),
}
"""Per metric which rows have it, and its value as an integer."""


def cost_places_of(rarest: float | None) -> int:
    """How many decimal places costs keep, by the least chance of a row: beside usual weights all of them."""
    return COST_PLACES - (0 if rarest is None else weight_digits(rarest) - WEIGHT_DIGITS)


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
    rarest: float | None,
) -> Query:
    """Per value of the keys the sums of both segments and the products of the sums of each cluster.

    A segment is a condition on the rows that ``where`` takes. Of each metric and arm: ``score_n_a`` rows, and over them
    ``score_m_a`` and ``score_x_a``, the sums of 1 and of the value, and ``score_xx_a`` of its square; of the score with
    a covariate also ``score_c_a``, ``score_cc_a``, ``score_xc_a``. ``score_i_j`` is the sum over clusters of the
    product of the i-th and j-th component (`components`). ``groups`` clusters, and ``score_groups_a`` of them with such
    rows; ``overlap`` rows that are in both; ``drawn_a`` rows that have an inclusion probability, ``rarest`` the least.

    Weighted, where the least chance of a row is given, rows count 1 / probability times 10**WEIGHT_PLACES in all of
    these sums, but for the numbers of rows. ``score_ww_a`` is the sum of the squared weights.
    """
    statement.params |= {"scale": 10.0**places, "cost_scale": 10.0 ** cost_places_of(rarest)}
    weighted = rarest is not None
    named = "".join(f"{key} AS k{number}, " for number, key in enumerate(keys))
    names = "".join(f"k{number}, " for number in range(len(keys)))
    inner = _over_rows(covariate, weighted=weighted)
    outer = ["sum(s.overlap) AS overlap", "count() AS groups", "min(s.rare) AS rarest"]
    outer += [f"sum(s.{name}) AS {name}" for name in inner]
    for metric in METRICS:
        outer += [f"countIf(s.{metric}_n_{arm} > 0) AS {metric}_groups_{arm}" for arm in ARMS]
        parts = components(metric, covariate)
        outer += [
            f"sum(toInt256(s.{left}) * s.{right}) AS {metric}_{i}_{j}"
            for (i, left), (j, right) in itertools.combinations_with_replacement(enumerate(parts), 2)
        ]
    source = current(statement, f"{where} AND (({arms[0]}) OR ({arms[1]}))")
    return statement.query(
        f"SELECT {names}{', '.join(outer)} FROM ("
        f"SELECT {named}{CLUSTER[clustering]} AS g, countIf(in_a AND in_b) AS overlap, min({STATED}) AS rare, "
        f"{', '.join(f'{of} AS {name}' for name, of in inner.items())} FROM ("
        f"SELECT *, {on_grid('value')} AS q, {f'{WEIGHT} AS w, ' if weighted else ''}"
        f"ifNull({arms[0]}, false) AS in_a, ifNull({arms[1]}, false) AS in_b {source}) GROUP BY {names}g) AS s "
        + (f"GROUP BY {names.rstrip(', ')}" if keys else "")
    )


def _over_rows(covariate: Covariate | None, *, weighted: bool) -> dict[str, str]:
    """By name the sums over the rows of a cluster. Where rows weigh 1, nothing is multiplied: that costs time."""
    once = "w * " if weighted else ""
    sums = {}
    for arm in ARMS:
        sums[f"drawn_{arm}"] = f"countIf(in_{arm} AND inclusion != 0)"
        for metric, (has, value) in METRICS.items():
            sums[f"{metric}_n_{arm}"] = f"countIf(in_{arm} AND {has})"
            sums[f"{metric}_m_{arm}"] = f"sumIf(w, in_{arm} AND {has})" if weighted else f"{metric}_n_{arm}"
            squared = f"sumIf(toInt256(w) * w, in_{arm} AND {has})"
            sums[f"{metric}_ww_{arm}"] = squared if weighted else f"{metric}_n_{arm}"
            sums[f"{metric}_x_{arm}"] = f"sumIf({once}{value}, in_{arm})"
            sums[f"{metric}_xx_{arm}"] = f"sumIf({once}toInt256({value}) * {value}, in_{arm})"
        if covariate:
            known = COVARIATE[covariate]
            sums[f"score_c_{arm}"] = f"sumIf({once}{known}, in_{arm})"
            sums[f"score_cc_{arm}"] = f"sumIf({once}toInt256({known}) * {known}, in_{arm})"
            sums[f"score_xc_{arm}"] = f"sumIf({once}toInt256({known}) * q, in_{arm})"
    return sums


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
        match = expression(statement, PROPERTY + match_property)
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
