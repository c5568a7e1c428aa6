"""Statements that add calls up: by bucket of time, by segment, and the whole in the same reading.

One statement answers one question. Totals are not a second reading: ``WITH ROLLUP`` merges the states of the cells, the
sets of users and the heaps of latencies too, so that distinct counts and quantiles of the whole are exact. Sums are of
integers, so they do not depend on the order in which rows lie on the disk.
"""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

import enum
from collections.abc import Mapping, Sequence

import msgspec

from helicorder.model.filter import SortKey
from helicorder.telemetry.sql.calls import SORTED
from helicorder.telemetry.sql.conditions import CANCELLED, ERROR, Query, Statement
from helicorder.telemetry.sql.tenant import read

TOTAL_TOKENS = SORTED[SortKey.TOTAL_TOKENS]
PERCENTS = (50, 75, 90, 95, 99)
"""The quantiles of a spread, in percent."""


class Part(enum.Enum):
    """What may be added up; each costs its columns."""

    ENDINGS = enum.auto()
    USERS = enum.auto()
    SESSIONS = enum.auto()
    COST = enum.auto()
    TOKENS = enum.auto()
    SPEED = enum.auto()
    PRICE = enum.auto()


class Measure(enum.StrEnum):
    """A number that some calls have, and whose quantiles can be asked for."""

    LATENCY = "latency_ms"
    TIME_TO_FIRST_TOKEN = "time_to_first_token_ms"  # noqa: S105 -- a column, not a credential
    PROMPT_TOKENS = "prompt_tokens"
    COMPLETION_TOKENS = "completion_tokens"
    TOTAL_TOKENS = "total_tokens"


TOKENS = {
    "prompt": "prompt_tokens",
    "completion": "completion_tokens",
    "cache_read": "prompt_cache_read_tokens",
    "cache_write": "prompt_cache_write_tokens",
    "reasoning": "reasoning_tokens",
    "total": TOTAL_TOKENS,
}
"""The parts of the tokens of a call; NULL where the provider did not say."""

_COST = "reinterpretAsInt64(cost_usd)"  # whole steps of 10**-12 dollars
_OUTPUT = "completion_tokens + ifNull(reasoning_tokens, 0)"
_INPUT = "prompt_tokens + prompt_cache_read_tokens + ifNull(prompt_cache_write_tokens, 0)"
_TIMED = "completion_tokens IS NOT NULL AND latency_ms > 0"
_PRICED = f"cost_usd IS NOT NULL AND ({TOTAL_TOKENS}) IS NOT NULL"


def _distinct(column: str) -> str:
    # By a keyed hash of 64 bits, which takes half the time of the engine's own of 128: that it takes two of ten million
    # ids for one has a chance of 3 in a million.
    return f"uniqExactIf(sipHash64({column}), {column} != '')"


SUMS: dict[Part, dict[str, str]] = {
    Part.ENDINGS: {
        "errors": f"countIf({ERROR})",
        "cancelled": f"countIf({CANCELLED})",
        "streamed": "countIf(streamed)",
    },
    Part.USERS: {"users": _distinct("user_id"), "userless": "countIf(user_id = '')"},
    Part.SESSIONS: {"sessions": _distinct("session_id"), "sessionless": "countIf(session_id = '')"},
    Part.COST: {
        "cost_n": "count(cost_usd)",
        "cost": "sum(cost_usd)",
        "cost_squares": f"sum(toInt256({_COST}) * {_COST})",
    },
    Part.TOKENS: {
        **{f"{name}_n": f"count({of})" for name, of in TOKENS.items()},
        **{f"{name}_sum": f"sum(toUInt128({of}))" for name, of in TOKENS.items()},
        "cached_n": f"count({_INPUT})",
        "cached": f"sumIf(toUInt128(prompt_cache_read_tokens), ({_INPUT}) IS NOT NULL)",
        "cached_of": f"sum(toUInt128({_INPUT}))",
    },
    Part.SPEED: {
        "speed_n": f"countIf({_TIMED})",
        "speed_tokens": f"sumIf(toUInt128({_OUTPUT}), {_TIMED})",
        "speed_ms": f"sumIf(toUInt128(latency_ms), {_TIMED})",
    },
    Part.PRICE: {
        "priced_n": f"countIf({_PRICED})",
        "priced_cost": f"sumIf(cost_usd, {_PRICED})",
        "priced_tokens": f"sumIf(toUInt128({TOTAL_TOKENS}), {_PRICED})",
    },
}
"""The sums of each part, by the name of their column."""

MEASURED = {measure: measure.value for measure in Measure} | {Measure.TOTAL_TOKENS: TOTAL_TOKENS}

# Which of n sorted values an interval ends at follows from the binomial distribution, which the engine does not have.
# So the values around the normal approximation are told, and `scoring.quantiles.ranks_of`, which approximates likewise,
# says which of them it is.
_Z = 1.959963984540054
_SHARE = "percent / 100"
_REACH = f"{_Z} * sqrt(n * {_SHARE} * (1 - {_SHARE}))"
_SKEW = f"{(_Z * _Z - 1) / 6} * (1 - 2 * {_SHARE}) + 0.5"
_RANKS = (
    "arrayFlatten(arrayMap(percent -> arrayConcat([intDiv(n * percent + 99, 100)], "
    f"arrayMap(offset -> toInt64(floor(n * {_SHARE} - {_REACH} + {_SKEW})) + offset, [-1, 0, 1, 2]), "
    f"arrayMap(offset -> toInt64(floor(n * {_SHARE} + {_REACH} + {_SKEW})) + offset, [-1, 0, 1, 2])), "
    f"[{', '.join(str(percent) for percent in PERCENTS)}]))"
)


_RANKS_OF_ALL = len(PERCENTS) * 9


class Ranking(enum.StrEnum):
    """What segments may be sorted by."""

    N = "n"
    ERRORS = "errors"
    ERROR_RATE = "error_rate"
    COST = "cost"
    TOKENS = "tokens"
    USERS = "users"
    SESSIONS = "sessions"
    LATENCY_P50 = "latency_p50"
    LATENCY_P95 = "latency_p95"
    TIME_TO_FIRST_TOKEN_P95 = "time_to_first_token_p95"  # noqa: S105 -- an order, not a credential


def _quantile(measure: Measure, percent: int) -> str:
    heap = f"groupArray({MEASURED[measure]})"
    rank = f"intDiv(toInt64(length({heap})) * {percent} + 99, 100)"
    return f"if(empty({heap}), NULL, arraySort({heap})[{rank}])"


PLACES = {
    Ranking.N: "count()",
    Ranking.ERRORS: SUMS[Part.ENDINGS]["errors"],
    Ranking.ERROR_RATE: f"countIf({ERROR}) / nullIf(countIf(NOT {CANCELLED}), 0)",
    Ranking.COST: SUMS[Part.COST]["cost"],
    Ranking.TOKENS: f"if(count({TOTAL_TOKENS}) = 0, NULL, {SUMS[Part.TOKENS]['total_sum']})",
    Ranking.USERS: SUMS[Part.USERS]["users"],
    Ranking.SESSIONS: SUMS[Part.SESSIONS]["sessions"],
    Ranking.LATENCY_P50: _quantile(Measure.LATENCY, 50),
    Ranking.LATENCY_P95: _quantile(Measure.LATENCY, 95),
    Ranking.TIME_TO_FIRST_TOKEN_P95: _quantile(Measure.TIME_TO_FIRST_TOKEN, 95),
}
"""The aggregate of each; NULL where nothing is known."""


class Wanted(msgspec.Struct, frozen=True):
    """What to add up; how many calls there are is always told."""

    parts: Sequence[Part] = ()
    spreads: Sequence[Measure] = ()


class Cut(msgspec.Struct, frozen=True):
    """Which calls, and what they are cut by.

    Attributes:
        keys: expressions on rows of ``calls``; where: a condition on them; joined: what they need beside the table.
        rolled: so many of the last keys are also left out, one after the other, for the sums of the whole.
        more: further aggregates, by the name of their column.
    """

    keys: Sequence[str]
    where: str
    joined: str = ""
    rolled: int = 0
    more: Mapping[str, str] = {}

    @property
    def source(self) -> str:
        """Where the rows come from."""
        return read(f"calls FINAL{self.joined}", self.where)


class First(msgspec.Struct, frozen=True):
    """The segments that come first; one that has no value comes last either way, ties fall to the keys."""

    limit: int
    offset: int = 0
    by: Ranking = Ranking.N
    ascending: bool = False


def numbers(statement: Statement, wanted: Wanted, cut: Cut) -> Query:
    """Per value of the keys (k0, k1, ...) how many calls, ``n``, and the sums of the parts.

    ``level`` is how many of the last keys were left out. Of each spread, named by its measure: NAME_n values and their
    sum NAME_sum; NAME_ranks, counted from 1, with the values that stand there in NAME_values.
    """
    sums = sums_of(wanted) | dict(cut.more)
    keys = [f"k{number}" for number in range(len(cut.keys))]
    heaps = {f"{one}_heap": f"groupArray({MEASURED[one]})" for one in wanted.spreads}
    level = f"bitCount(grouping({', '.join(keys)}))" if cut.rolled else "0"
    cells = _selected([*zip(cut.keys, keys, strict=True), (level, "level"), *_named(sums | heaps)])
    group = f"GROUP BY {', '.join(keys)}{' WITH ROLLUP' if cut.rolled else ''}" if keys else ""
    plain = [*keys, "level", *sums]
    sorted_ = [f"arraySort({one}_heap) AS {one}_sorted" for one in wanted.spreads]
    shown = [part for one in wanted.spreads for part in _spread(one)]
    return statement.query(
        f"SELECT {', '.join(plain + shown)} FROM (SELECT {', '.join(plain + sorted_)} FROM ("
        f"SELECT {cells} {cut.source} {group}) WHERE level <= {cut.rolled})"
    )


def sums_of(wanted: Wanted) -> dict[str, str]:
    """How many calls there are and the sums that are wanted: the aggregate of each, by the name of its column."""
    sums = {"n": "count()"} | {name: of for part in wanted.parts for name, of in SUMS[part].items()}
    return sums | {f"{one}_sum": f"sum(toUInt128({MEASURED[one]}))" for one in wanted.spreads}


def _spread(measure: Measure) -> list[str]:
    """The columns of a spread, from its sorted values."""
    size = f"toInt64(length({measure}_sorted))"
    ranks = f"arrayMap(rank -> greatest(1, least(rank, n)), {_RANKS})"
    # A lambda of one value, so that the count has a short name inside.
    ranked = f"arrayMap(n -> {ranks}, [{size}])[1]"
    # Written out: a lambda over the ranks would be handed a copy of all the values for each of them.
    picked = [f"{measure}_sorted[{measure}_ranks[{number}]]" for number in range(1, _RANKS_OF_ALL + 1)]
    return [
        f"{size} AS {measure}_n",
        f"{measure}_sum",
        f"{ranked} AS {measure}_ranks",
        f"[{', '.join(picked)}] AS {measure}_values",
    ]


def kept(statement: Statement, cut: Cut, first: First) -> str:
    """The subquery of the keys that come first."""
    keys = ", ".join(f"{key} AS k{number}" for number, key in enumerate(cut.keys))
    names = ", ".join(f"k{number}" for number in range(len(cut.keys)))
    limit, offset = statement.bind("UInt64", first.limit), statement.bind("UInt64", first.offset)
    return (
        f"SELECT {names} FROM (SELECT {keys}, {PLACES[first.by]} AS place {cut.source} GROUP BY {names} "
        f"ORDER BY place {'ASC' if first.ascending else 'DESC'} NULLS LAST, {names} LIMIT {limit} OFFSET {offset})"
    )


def each(keys: Sequence[str]) -> str:
    """One key for several, as `kept_or_rest` makes it where there is no rest."""
    return f"(toUInt8(1), {', '.join(keys)})"


def kept_or_rest(keys: Sequence[str], subquery: str) -> str:
    """One key for several: (1, the values) where a subquery has them, else (0, nothing): the rest as one."""
    values, nothing = ", ".join(keys), ", ".join("''" for _ in keys)
    return f"if(({values}) IN ({subquery}), (toUInt8(1), {values}), (toUInt8(0), {nothing}))"


def others(keys: Sequence[str]) -> str:
    """The aggregate of how many segments stand in the rest, where k0 is `kept_or_rest` of the keys."""
    return f"uniqExactIf(({', '.join(keys)}), k0.1 = 0)"


def _selected(named: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{of} AS {name}" for of, name in named)


def _named(columns: dict[str, str]) -> list[tuple[str, str]]:
    return [(of, name) for name, of in columns.items()]
