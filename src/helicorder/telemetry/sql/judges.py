"""Statements that lay what a judge said of calls beside what people said of some of them."""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

import itertools
from collections.abc import Sequence

from helicorder.model.analysis import Clustering
from helicorder.model.score import SMALLEST_INCLUSION
from helicorder.telemetry.sql.conditions import Query, Statement
from helicorder.telemetry.sql.current import current
from helicorder.telemetry.sql.series import CLUSTER, WEIGHT_PLACES, chance_of, on_grid

PARTS = ("u", "uf", "w", "wy", "wf")
"""What is summed over each cluster: the weights of what the judge said and of what people said, and weighted values."""
VERDICTS = {"tt": ("f = 1", "yes"), "tf": ("f = 1", "no"), "ft": ("f != 1", "yes"), "ff": ("f != 1", "no")}
"""By name what the judge said and which part of the weight says what people did."""
_ONE = f"1e{WEIGHT_PLACES}"
_BOTH = f"greatest(draw * label_draw, {SMALLEST_INCLUSION})"
"""The probability of a thing to be judged and then labelled."""


def judged(statement: Statement, where: str, judge: str, human: str, clustering: Clustering, named: str = "") -> str:
    """A subquery: a row per thing that the judge judged; ``judge`` and ``human`` are conditions on rows of ``scores``.

    ``f`` the judge's newest value, ``y`` the mean of what people said, ``labelled`` whether any did; ``at`` the time of
    the call, ``g`` its cluster; ``draw`` and ``label_draw`` the probabilities with which it was taken, 1 where nobody
    said. ``named`` are more columns.
    """
    return (
        f"SELECT target, target_id, any(created_at) AS at, any({CLUSTER[clustering]}) AS g, {named}"
        f"argMaxIf(value, revision, {judge}) AS f, avgIf(value, {human}) AS y, countIf({human}) > 0 AS labelled, "
        f"argMaxIf(inclusion, revision, {judge}) AS drawn, maxIf(inclusion, {human}) AS label_drawn, "
        f"{chance_of('drawn')} AS draw, {chance_of('label_drawn')} AS label_draw "
        f"{current(statement, f'{where} AND (({judge}) OR ({human}))')} "
        f"GROUP BY target, target_id HAVING countIf({judge}) > 0"
    )


def corrected(statement: Statement, rows: str, keys: Sequence[str], *, places: int) -> Query:
    """Per value of the keys the sums of PARTS over all, and ``p_i_j``: of the products of their sums over clusters.

    Also ``judged`` and ``labels`` (rows), ``groups``; ``drawn`` labels that have a probability, ``differ`` labels that
    say another thing than the judge, as booleans; ``rarest``, the least probability of a thing; and by both verdicts
    the sums of the labels' weights: ``tt``, ``tf`` (the judge said yes, people no), ``ft``, ``ff``; ``tt_2`` and so on
    of their squares. Where people disagree about a thing, its weight is parted by their shares.
    """
    statement.params["scale"] = 10.0**places
    named = "".join(f"{key} AS k{number}, " for number, key in enumerate(keys))
    names = "".join(f"k{number}, " for number in range(len(keys)))
    counts = ("judged", "labels", "drawn", "differ", *VERDICTS, *(f"{name}_2" for name in VERDICTS))
    products = [
        f"sum(toInt256(s.{left}) * s.{right}) AS p_{i}_{j}"
        for (i, left), (j, right) in itertools.combinations_with_replacement(enumerate(PARTS), 2)
    ]
    verdicts = ", ".join(
        f"sumIf({said}, {judge}) AS {name}, sumIf(toInt256({said}) * {said}, {judge}) AS {name}_2"
        for name, (judge, said) in VERDICTS.items()
    )
    totals = [f"sum(s.{part}) AS {part}" for part in PARTS] + [f"sum(s.{count}) AS {count}" for count in counts]
    totals.append("min(s.rare) AS rarest")
    return statement.query(
        f"SELECT {names}{', '.join(totals)}, {', '.join(products)}, count() AS groups FROM ("
        f"SELECT {named}g, sum(weight) AS u, sum(weight * qf) AS uf, sum(label_weight) AS w, "
        "sum(label_weight * qy) AS wy, sum(label_weight * qf) AS wf, count() AS judged, countIf(labelled) AS labels, "
        f"countIf(label_drawn > 0) AS drawn, countIf(labelled AND (f = 1) != (y >= 0.5)) AS differ, "
        f"min(if(labelled, {_BOTH}, draw)) AS rare, {verdicts} FROM ("
        f"SELECT *, {on_grid('f')} AS qf, if(labelled, {on_grid('y')}, 0) AS qy, "
        f"toInt128(round({_ONE} / draw)) AS weight, "
        f"if(labelled, toInt128(round({_ONE} / {_BOTH})), 0) AS label_weight, "
        f"if(labelled, toInt128(round({_ONE} / {_BOTH} * least(greatest(y, 0), 1))), 0) AS yes, "
        "label_weight - yes AS no "
        f"FROM ({rows})"
        f") GROUP BY {names}g) AS s {'GROUP BY ' + names.rstrip(', ') if keys else ''}"
    )


def range_of(statement: Statement, rows: str) -> Query:
    """``low`` and ``high`` of what the judge said; ``judged`` rows."""
    return statement.query(f"SELECT min(f) AS low, max(f) AS high, count() AS judged FROM ({rows})")


def strata(statement: Statement, rows: str, since: str) -> Query:
    """Per ``stratum`` and ``segment`` the things from ``since`` on that wait for a label, and the labels of any time.

    ``open`` things that wait, with the ``mean`` of what the judge said of them; ``labels`` with
    ``squares``, the sum of (y - f)**2.
    """
    waiting = f"NOT labelled AND at >= {since}"
    return statement.query(
        f"SELECT stratum, segment, countIf({waiting}) AS open, avgIf(f, {waiting}) AS mean, "
        f"countIf(labelled) AS labels, sumIf((y - f) * (y - f), labelled) AS squares "
        f"FROM ({rows}) GROUP BY stratum, segment ORDER BY stratum, segment"
    )


def in_bins(rows: str, low: str, high: str, bins: int, *, segmented: bool) -> str:
    """The rows of `judged` with ``stratum``, the bin of the judge's value between two bounds, and ``segment``."""
    bin_ = f"floor((f - {low}) / nullIf({high} - {low}, 0) * {bins})"
    stratum = f"toUInt8(least(greatest(ifNull({bin_}, 0), 0), {bins - 1}))"
    segment = "" if segmented else ", '' AS segment"
    return f"SELECT *, {stratum} AS stratum{segment} FROM ({rows})"


def draw(statement: Statement, rows: str, chances: Sequence[tuple[int, str, float]], seed: int) -> Query:
    """What a Poisson draw takes of things that wait: ``target``, ``target_id``, ``at``, ``f``, ``probability``.

    Each is taken for itself, with the probability of its (stratum, segment): where a hash of the seed and of what it is
    falls below it, so the same question draws the same things.
    """
    statement.params["cells"] = [f"{stratum}\x1f{segment}" for stratum, segment, _ in chances]
    statement.params["chances"] = [chance for *_, chance in chances]
    cell = "concatWithSeparator('\x1f', toString(stratum), segment)"
    chance = f"transform({cell}, {{cells:Array(String)}}, {{chances:Array(Float64)}}, toFloat64(0))"
    number = f"sipHash64({statement.bind('UInt64', seed)}, target, target_id) / 18446744073709551616."
    return statement.query(
        f"SELECT target, target_id, at, f, stratum, segment, {chance} AS probability FROM ({rows}) "
        f"WHERE NOT labelled AND {number} < probability ORDER BY at, target, target_id"
    )
