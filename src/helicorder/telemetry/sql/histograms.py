"""The statement for how numbers of groups are spread: the cost of sessions, the requests of users."""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

from collections.abc import Mapping

from helicorder.telemetry.sql.conditions import Query, Statement
from helicorder.telemetry.sql.groups import Groups

BINS = 10


def histograms(
    statement: Statement, groups: Groups, measures: Mapping[str, str], *, since: float, upto: float
) -> Query:
    """How some numbers of the wanted groups are spread between two of their quantiles, each in BINS equal bins.

    Of each measure, an aggregate by name: NAME_n groups have it, with the mean NAME_mean. Those between the quantiles,
    by the nearest rank, reach from NAME_low to NAME_high, and NAME_bins of them are in each bin, which holds its lower
    edge, the last one both.

    Args:
        statement: of the tenant.
        groups: which ones.
        measures: the aggregates, by name.
        since: the share of the lower quantile; 0 cuts nothing off.
        upto: that of the upper one.
    """
    statement.params |= {"since": since, "upto": upto}
    # Step by step, since a lambda is handed a copy, for each value, of all it refers to: of numbers, not of arrays.
    source = groups.selected(statement, measures)
    for step in (_sorted, _ends, _kept, _places):
        source = f"SELECT {', '.join(column for name in measures for column in step(name))} FROM ({source})"
    return statement.query(source)


def _sorted(name: str) -> list[str]:
    return [f"arraySort(groupArray(toFloat64({name}))) AS {name}_all"]


def _ends(name: str) -> list[str]:
    rank = f"toUInt64(greatest(ceil(length({name}_all) * {{%s:Float64}}), 1))"
    return [f"{name}_all", *(f"{name}_all[{rank % end}] AS {name}_{end}" for end in ("since", "upto"))]


def _kept(name: str) -> list[str]:
    return [
        f"length({name}_all) AS {name}_n",
        f"if(empty({name}_all), NULL, arrayAvg({name}_all)) AS {name}_mean",
        f"arrayFilter(v -> v >= {name}_since AND v <= {name}_upto, {name}_all) AS {name}_kept",
        f"{name}_kept[1] AS {name}_low",
        f"{name}_kept[-1] AS {name}_high",
        f"({name}_high - {name}_low) / {BINS} AS {name}_width",
    ]


def _places(name: str) -> list[str]:
    last = BINS - 1
    place = f"if({name}_width = 0, 0, least(toInt64(floor((v - {name}_low) / {name}_width)), {last}))"
    return [
        *(f"{name}_{told}" for told in ("n", "mean", "low", "high")),
        f"arrayMap(v -> {place}, {name}_kept) AS {name}_places",
        f"[{', '.join(f'countEqual({name}_places, {number})' for number in range(BINS))}] AS {name}_bins",
    ]
