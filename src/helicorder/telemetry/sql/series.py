"""Statements that sum scores up: by bucket of time, by segment, by both.

The engine sums, it never averages: each cell comes as exact integers on a decimal grid (see `places_of`), first over
each cluster of rows that are not independent, then over the clusters. Exact sums do not depend on the order in which
rows lie on the disk, so the same question about the same rows has the same answer to the last digit.
"""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

import datetime as dt
import math
from collections.abc import Sequence

from helicorder.errors import Invalid
from helicorder.model.analysis import Clustering
from helicorder.model.score import SMALLEST_INCLUSION
from helicorder.model.window import Bucket, Window
from helicorder.telemetry.axis import Axis
from helicorder.telemetry.instants import microseconds
from helicorder.telemetry.sql.conditions import Query, Statement
from helicorder.telemetry.sql.current import current
from helicorder.telemetry.sql.tenant import read

MAX_STEPS = 20_000
USUAL_PLACES = 12
# Sums are 128 bits wide, 10**38: a hundred million rows leave 10**30 to one value on the grid.
MOST_DIGITS = 30
LARGEST = 1e15
"""In sums, values beyond this by size count as this: one stray 1e300 must not hide all other values of its name."""
SMALLEST = 1e-280
"""Values that are all smaller than this count as 0 from the twentieth digit after it: 10**places must be a float."""
WEIGHT_PLACES, WEIGHT_DIGITS = 9, 12

# A bucket begins where the zone's own clock and calendar say, so a day may have 23 or 25 hours. Weeks begin on Monday.
BUCKETS = {
    Bucket.MINUTE: "toStartOfMinute(at, {zone:String})",
    Bucket.HOUR: "toStartOfHour(at, {zone:String})",
    Bucket.DAY: "toStartOfDay(at, {zone:String})",
    Bucket.WEEK: "toDateTime(toMonday(at, {zone:String}), {zone:String})",
    Bucket.MONTH: "toDateTime(toStartOfMonth(at, {zone:String}), {zone:String})",
    Bucket.YEAR: "toDateTime(toStartOfYear(at, {zone:String}), {zone:String})",
}
# No longer than the shortest bucket of each width: walking a window in such steps misses none.
STEPS = {
    Bucket.MINUTE: dt.timedelta(minutes=1),
    Bucket.HOUR: dt.timedelta(minutes=30),
    Bucket.DAY: dt.timedelta(hours=12),
    Bucket.WEEK: dt.timedelta(days=6),
    Bucket.MONTH: dt.timedelta(days=27),
    Bucket.YEAR: dt.timedelta(days=364),
}
START = "fromUnixTimestamp64Micro({start:Int64}, 'UTC')"
END = "fromUnixTimestamp64Micro({end:Int64}, 'UTC')"
WALK = (
    "SELECT fromUnixTimestamp64Micro(least({start:Int64} + toInt64(number) * {step:Int64}, {end:Int64} - 1), 'UTC') "
    "AS at FROM numbers({steps:UInt64} + 1)"
)
# ClickHouse's DateTime, the type of a bucket's start, begins in 1970, and a bucket may begin a year before the window.
CHARTED = Window(dt.datetime(1971, 1, 1, tzinfo=dt.UTC), dt.datetime(2106, 1, 1, tzinfo=dt.UTC))


def chance_of(inclusion: str) -> str:
    """The probability with which a row was drawn, 1 where nobody said.

    Earlier versions stored smaller ones than the API takes now. In sums they count as the smallest.
    """
    return f"if({inclusion} = 0, 1, greatest({inclusion}, {SMALLEST_INCLUSION}))"


CHANCE = chance_of("inclusion")
STATED = "if(inclusion = 0, 1, inclusion)"
"""The same as it was stored."""
WEIGHT = f"toInt128(round(1 / {CHANCE} * 1e{WEIGHT_PLACES}))"
"""What a row stands for, in whole steps: 1 / the probability with which it was drawn."""

CLUSTER = {
    Clustering.AUTO: "cluster",
    Clustering.SESSION: "if(session_id = '', cityHash64(target_id), cityHash64(concat('s', session_id)))",
    Clustering.USER: "if(user_id = '', cityHash64(target_id), cityHash64(concat('u', user_id)))",
    Clustering.NONE: "cityHash64(target_id, score_id)",
}


def places_of(largest: float, *, rarest: float | None = None) -> int:
    """How many decimal places values keep in sums, from a bound on them by size: 12, and more where all are tiny.

    Args:
        largest: the bound.
        rarest: the least chance of a row, where values are multiplied by weights; None where they are not.
    """
    if largest <= 0:
        return USUAL_PLACES
    digits = math.ceil(math.log10(max(min(largest, LARGEST), SMALLEST)))
    most = MOST_DIGITS - (0 if rarest is None else weight_digits(rarest))
    return min(max(USUAL_PLACES, USUAL_PLACES - 3 - digits), most - digits)


def weight_digits(rarest: float) -> int:
    """The digits that weights need, from the least chance of a row: 12, which does for 1 in 1,000, and more below."""
    return max(WEIGHT_DIGITS, WEIGHT_PLACES + math.ceil(-math.log10(max(rarest, SMALLEST_INCLUSION))))


def on_grid(value: str) -> str:
    """A value as a whole number of grid steps; the statement's parameter ``scale`` is 10**places."""
    return f"toInt128(round(least(greatest({value}, -{LARGEST:g}), {LARGEST:g}) * {{scale:Float64}}))"


def sums(
    statement: Statement, keys: Sequence[str], where: str, *, places: int, clustering: Clustering, weighted: bool
) -> Query:
    """Per value of the keys (k0, k1, ...) the sums of the current scores that a condition takes.

    ``n`` rows with ``total`` and ``squares`` of their values times 10**places (squares: 10**2places), ``minimum``,
    ``maximum``; ``groups`` clusters with ``mm``, ``mx``, ``xx`` = sums of products of rows and total of each;
    ``shared`` rows whose request has several scores of the name, ``drawn`` rows with an inclusion probability, of which
    ``rarest`` is the least.
    Weighted, rows weigh 1 / probability times 10**WEIGHT_PLACES, ``m`` and ``x`` are weight and weighted value, and
    ``weights``, ``weighted`` and ``weights_squared`` are their sums over rows.
    """
    statement.params["scale"] = 10.0**places
    names = ", ".join(f"k{number}" for number in range(len(keys)))
    lead, group = (f"{names}, ", f"GROUP BY {names} ") if keys else ("", "")
    named, cell = _cell(keys)
    # A cluster is a row of a hash table: what it need not hold apart, it does not.
    weighed = f"sum({WEIGHT} AS w) AS m, sum(w * q) AS x, sum(toInt256(w) * w) AS ww, " if weighted else ""
    m, x, ww = ("m", "x", "ww") if weighted else ("members", "summed", "members")
    return statement.query(
        f"SELECT {lead}sum(members) AS n, sum(summed) AS total, sum(squared) AS squares, min(low) AS minimum, "
        f"max(high) AS maximum, count() AS groups, sum(toInt256({m}) * {m}) AS mm, sum(toInt256({m}) * {x}) AS mx, "
        f"sum(toInt256({x}) * {x}) AS xx, sum(toInt128({m})) AS weights, sum({x}) AS weighted, "
        f"sum({ww}) AS weights_squared, sum(several) AS shared, sum(chosen) AS drawn, min(rare) AS rarest FROM ("
        f"SELECT {named}{CLUSTER[clustering]} AS g, count() AS members, "
        f"sum({on_grid('value')} AS q) AS summed, sum(toInt256(q) * q) AS squared, "
        f"min(value) AS low, max(value) AS high, {weighed}"
        f"countIf(shared) AS several, countIf(inclusion != 0) AS chosen, min({STATED}) AS rare "
        f"{current(statement, where)} GROUP BY {cell}g) {group}{f'ORDER BY {names}' if keys else ''}"
    )


def _cell(keys: Sequence[str]) -> tuple[str, str]:
    """(the keys by name, what a cell is grouped by): several keys by a hash of them, which is quicker than texts."""
    if len(keys) < 2:  # noqa: PLR2004 -- several
        return "".join(f"{key} AS k0, " for key in keys), "k0, " * len(keys)
    named = "".join(f"any({key}) AS k{number}, " for number, key in enumerate(keys))
    return f"{named}cityHash64({', '.join(keys)}) AS cell, ", "cell, "


def requests(statement: Statement, keys: Sequence[str], where: str) -> Query:
    """Per value of the keys how many requests the scores are of, asked where some have several of a name."""
    named = "".join(f"{key} AS k{number}, " for number, key in enumerate(keys))
    group = "GROUP BY " + ", ".join(f"k{number}" for number in range(len(keys))) if keys else ""
    return statement.query(
        f"SELECT {named}uniqExact(target, target_id) AS requests {current(statement, where)} {group}"
    )


def calls(statement: Statement, keys: Sequence[str], where: str, joined: str = "") -> Query:
    """Per value of the keys how many calls satisfy a condition: those that might have been scored."""
    named = "".join(f"{key} AS k{number}, " for number, key in enumerate(keys))
    group = "GROUP BY " + ", ".join(f"k{number}" for number in range(len(keys))) if keys else ""
    return statement.query(
        f"SELECT {named}count() AS calls {read(f'calls FINAL{joined}', where, statement.no_later)} {group}"
    )


def kept_or_other(statement: Statement, keys: Sequence[str], kept: Sequence[Sequence[str]], other: str) -> list[str]:
    """The keys, with ``other`` in place of all of them where their values together are not among those kept."""
    statement.params["kept"] = ["\x1f".join(values) for values in kept]
    among = f"has({{kept:Array(String)}}, concatWithSeparator('\x1f', {', '.join(keys)}))"
    return [f"if({among}, {key}, {statement.text(other)})" for key in keys]


EARLIER = -1e300
"""Stands for the edge below all edges."""


def delays(statement: Statement, where: str, edges: Sequence[float], now: dt.datetime) -> Query:
    """``n`` scores by how late they came and how old their request is: by the last edge that each has reached.

    Edges are in seconds and ascend; what has reached none stands at EARLIER. `roundDown` searches them by halves.
    """
    statement.params["edges"] = [EARLIER, *edges]
    statement.params["now"] = microseconds(now)
    reached = "roundDown({} / 1e6, {{edges:Array(Float64)}})"
    delay = reached.format("(toUnixTimestamp64Micro(judged_at) - toUnixTimestamp64Micro(created_at))")
    age = reached.format("({now:Int64} - toUnixTimestamp64Micro(created_at))")
    return statement.query(
        f"SELECT {delay} AS delay, {age} AS age, count() AS n {current(statement, where)} GROUP BY delay, age"
    )


def starts_of_buckets(axis: Axis) -> Query:
    """When each bucket of an axis starts, by ClickHouse's own calendar, the one that places the scores.

    Raises:
        Invalid: outside 1971 to 2105, or too many buckets to walk in MAX_STEPS.
    """
    return (
        f"SELECT DISTINCT toUnixTimestamp({BUCKETS[axis.bucket]}) AS start FROM ({WALK}) ORDER BY start",
        _walk(axis),
    )


def bucket_of(statement: Statement, axis: Axis, column: str) -> tuple[str, str]:
    """(the start of a row's bucket, the condition that it lies in the window), by a column of time."""
    walk = _walk(axis)
    statement.params |= {name: walk[name] for name in ("zone", "start", "end")}
    bucket = f"toUnixTimestamp({BUCKETS[axis.bucket].replace('at,', f'{column},')})"
    return bucket, f"{column} >= {START} AND {column} < {END}"


def _walk(axis: Axis) -> dict[str, object]:
    window, step = axis.window, STEPS[axis.bucket]
    if not CHARTED.start <= window.start < window.end <= CHARTED.end:
        raise Invalid("A chart must lie within the years 1971 to 2105.")
    steps = (window.end - window.start) // step + 1
    if steps > MAX_STEPS:
        raise Invalid("This chart would have too many points: choose a wider bucket or a shorter time.")
    return {
        "zone": axis.zone,
        "start": microseconds(window.start),
        "end": microseconds(window.end),
        "step": step // dt.timedelta(microseconds=1),
        "steps": steps,
    }
