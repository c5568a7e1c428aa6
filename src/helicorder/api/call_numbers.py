"""What calls add up to, as the API shows it: every number with how many calls it rests on."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import msgspec

from helicorder.scoring.quantiles import Ranks, ranks_of
from helicorder.scoring.statistics import CONFIDENCE, Moments, mean_estimate, normal_quantile, wilson
from helicorder.telemetry.numbers import PERCENTS, Amount, Measure, Spread, Sums

_Z = normal_quantile(CONFIDENCE)
_SQUARED_COST_UNIT = Fraction(10) ** 24
_MS = 1000


class CallRate(msgspec.Struct, frozen=True):
    """``count`` of ``of`` calls, with Wilson's 95 % interval; null where ``of`` is 0. Calls count as independent."""

    count: int
    of: int
    rate: float | None
    low: float | None
    high: float | None


class DistinctCount(msgspec.Struct, frozen=True):
    """How many different ones the calls name; ``missing`` calls name none."""

    distinct: int
    missing: int


class CallCost(msgspec.Struct, frozen=True):
    """US dollars over the ``n`` calls whose cost is known; of ``missing`` calls it is not.

    ``low`` to ``high`` is the 95 % interval of the mean, Student's, for independent calls. Sum and mean are null
    where ``n`` is 0, the interval where it is 1.
    """

    n: int
    missing: int
    sum: float | None
    mean: float | None
    low: float | None
    high: float | None


class TokenAmount(msgspec.Struct, frozen=True):
    """Tokens over the ``n`` calls whose provider counted them; of ``missing`` calls they are not known."""

    n: int
    missing: int
    sum: int | None
    mean: float | None


class CallTokens(msgspec.Struct, frozen=True):
    """Tokens by part: each token of a call is in exactly one of the first five, and ``total`` counts each once.

    ``total`` is known of a call where prompt and completion are; a part that the provider did not tell apart then adds
    nothing.
    """

    prompt: TokenAmount
    completion: TokenAmount
    cache_read: TokenAmount
    cache_write: TokenAmount
    reasoning: TokenAmount
    total: TokenAmount


class QuantileValue(msgspec.Struct, frozen=True):
    """The smallest value that so many of the calls do not exceed, and its 95 % interval between two of their values.

    The interval assumes no distribution, but independent calls; an end is null where there are too few of them.
    """

    value: int | None
    low: int | None
    high: int | None


class CallSpread(msgspec.Struct, frozen=True):
    """The values of the ``n`` calls that have one; of ``missing`` calls there is none."""

    n: int
    missing: int
    mean: float | None
    p50: QuantileValue
    p75: QuantileValue
    p90: QuantileValue
    p95: QuantileValue
    p99: QuantileValue


class CacheShare(msgspec.Struct, frozen=True):
    """Of the ``of`` prompt tokens of ``n`` calls that say what was cached, the ``read`` ones came from the cache."""

    n: int
    read: int
    of: int
    share: float | None


class OutputSpeed(msgspec.Struct, frozen=True):
    """Completion and reasoning tokens of ``n`` calls over the sum of their latencies."""

    n: int
    tokens_per_second: float | None


class TokenPrice(msgspec.Struct, frozen=True):
    """US dollars for a thousand tokens of any part, over the ``n`` calls whose cost and tokens are both known."""

    n: int
    usd_per_1k_tokens: float | None


class CallNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """What some calls add up to.

    ``n`` calls. An error is a status of 400 and above or below 0; ``cancelled`` calls (status -3: the caller left) are
    neither errors nor successes, so ``errors`` are of the others. Where nothing is known there is null, never 0.
    """

    n: int
    errors: CallRate
    cancelled: CallRate
    streamed: CallRate
    users: DistinctCount
    sessions: DistinctCount
    cost: CallCost
    tokens: CallTokens
    latency_ms: CallSpread
    time_to_first_token_ms: CallSpread
    cache: CacheShare
    speed: OutputSpeed
    price: TokenPrice


class Ranked:
    """Which values of sorted ones are the quantiles and their intervals, for every size among some cells."""

    def __init__(self, cells: Iterable[Sums]) -> None:
        sizes = {spread.n for seen in cells for spread in seen.spreads.values() if spread.n}
        self._ranks = {percent: ranks_of(sizes, percent / 100) for percent in PERCENTS}

    def quantiles(self, spread: Spread) -> dict[int, QuantileValue]:
        """The quantiles of a spread, by percent."""
        if not spread.n:
            return {percent: QuantileValue(None, None, None) for percent in PERCENTS}
        return {percent: _quantile(spread.at, ranks[spread.n]) for percent, ranks in self._ranks.items()}

    def numbers(self, seen: Sums) -> CallNumbers:
        """What the sums of one cell say."""
        return CallNumbers(**self.fields(seen))

    def fields(self, seen: Sums) -> dict[str, Any]:
        """The fields of `CallNumbers`, to be laid beside others."""
        return {
            "n": seen.n,
            "errors": rate_of(seen.errors, seen.n - seen.cancelled),
            "cancelled": rate_of(seen.cancelled, seen.n),
            "streamed": rate_of(seen.streamed, seen.n),
            "users": DistinctCount(seen.users, seen.userless),
            "sessions": DistinctCount(seen.sessions, seen.sessionless),
            "cost": cost_of(seen),
            "tokens": tokens_of(seen),
            "latency_ms": self._spread(seen, Measure.LATENCY),
            "time_to_first_token_ms": self._spread(seen, Measure.TIME_TO_FIRST_TOKEN),
            "cache": CacheShare(seen.cached_n, seen.cached, seen.cached_of, ratio(seen.cached, seen.cached_of)),
            "speed": OutputSpeed(seen.speed_n, ratio(seen.speed_tokens * _MS, seen.speed_ms)),
            "price": price_of(seen),
        }

    def _spread(self, seen: Sums, measure: Measure) -> CallSpread:
        spread = seen.spreads.get(measure, Spread())
        mean = ratio(spread.total, spread.n)
        return CallSpread(spread.n, seen.n - spread.n, mean, *self.quantiles(spread).values())


def _quantile(values: Mapping[int, int], ranks: Ranks) -> QuantileValue:
    low, high = (None if rank is None else values[rank] for rank in (ranks.low, ranks.high))
    return QuantileValue(values[ranks.at], low, high)


def rate_of(count: int, of: int) -> CallRate:
    """A rate with Wilson's interval."""
    if not of:
        return CallRate(count, of, None, None, None)
    rate = count / of
    return CallRate(count, of, rate, *wilson(rate, of, _Z))


def cost_of(seen: Sums) -> CallCost:
    """The cost of some calls. The deviations are those of exact sums, so that they are never negative."""
    if not seen.cost_n:
        return CallCost(0, seen.n, None, None, None, None)
    total = Fraction(seen.cost)
    squares = seen.cost_squares / _SQUARED_COST_UNIT - total * total / seen.cost_n
    found = mean_estimate(Moments(seen.cost_n, float(total / seen.cost_n), float(squares)))
    return CallCost(seen.cost_n, seen.n - seen.cost_n, float(total), found.mean, found.low, found.high)


def tokens_of(seen: Sums) -> CallTokens:
    """The tokens of some calls, by part."""
    parts = {name: seen.tokens.get(name, Amount()) for name in CallTokens.__struct_fields__}
    return CallTokens(
        **{
            name: TokenAmount(one.n, seen.n - one.n, one.total if one.n else None, ratio(one.total, one.n))
            for name, one in parts.items()
        }
    )


def price_of(seen: Sums) -> TokenPrice:
    """What a thousand tokens cost."""
    per_1k = float(Fraction(seen.priced_cost) * 1000 / seen.priced_tokens) if seen.priced_tokens else None
    return TokenPrice(seen.priced_n, per_1k)


def ratio(part: int, of: int) -> float | None:
    """A quotient; None where there is nothing to divide by."""
    return part / of if of else None
