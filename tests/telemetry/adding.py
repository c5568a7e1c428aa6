"""What calls add up to, said a second time in plain Python, and calls to say it of."""

import datetime as dt
import decimal
import zoneinfo
from collections.abc import Callable, Sequence

from hypothesis import strategies as st

from helicorder.model.call import Call, Ending, Usage
from helicorder.model.window import Bucket
from helicorder.telemetry.numbers import Amount, Measure, Spread, Sums
from telemetry.harness import NOON, ORG

CANCELLED = -3
COUNTS = st.none() | st.sampled_from([0, 1, 2, 7, 100, 2**53 - 1])
DURATIONS = st.none() | st.sampled_from([0, 1, 1, 2, 30, 1000, 2**40])
COSTS = st.none() | st.sampled_from([decimal.Decimal(text) for text in ("0", "0.1", "0.000000000001", "7.5", "-0.2")])


@st.composite
def drawn_calls(draw: st.DrawFn, org_id: str = ORG, most: int = 25) -> list[Call]:
    """Calls of some ninety hours around a change of clocks, with all that may be unknown unknown here and there."""
    calls = []
    for number in range(draw(st.integers(0, most))):
        at = NOON + dt.timedelta(minutes=draw(st.integers(0, 90 * 60)), microseconds=draw(st.sampled_from([0, 1])))
        calls.append(
            Call(
                org_id=org_id,
                request_id=f"r{number}",
                created_at=at,
                response_at=at,
                provider="OPENAI",
                model=draw(st.sampled_from(["gpt-4o", "claude", "gémini", "O'x\\"])),
                status=draw(st.sampled_from([200, 200, 201, 399, 400, 404, 500, -1, -2, CANCELLED, -100, 0])),
                ending=draw(st.sampled_from(list(Ending))),
                streamed=draw(st.booleans()),
                latency_ms=draw(DURATIONS),
                time_to_first_token_ms=draw(DURATIONS),
                usage=Usage(*(draw(COUNTS) for _ in range(5))),
                cost_usd=draw(COSTS),
                user_id=draw(st.sampled_from(["", "u1", "u2", "ü"])),
                session_id=draw(st.sampled_from(["", "s1", "s2", "/s/3", "S%_4"])),
                session_name=draw(st.sampled_from(["", "chat", "Ünï"])),
                session_path=draw(st.sampled_from(["", "/a", "/a/b", "/ü"])),
                properties=draw(st.sampled_from([{}, {"env": "prod"}, {"env": ""}, {"Env": "dev", "env": "x"}])),
            )
        )
    return calls


def added_up(calls: Sequence[Call]) -> Sums:
    """What calls add up to; the values of a spread stand at every rank."""
    costs = [call.cost_usd for call in calls if call.cost_usd is not None]
    cached = [call.usage for call in calls if call.usage.prompt is not None and call.usage.cache_read is not None]
    timed = [call for call in calls if call.usage.completion is not None and (call.latency_ms or 0) > 0]
    priced = [call for call in calls if call.cost_usd is not None and call.usage.total is not None]
    return Sums(
        n=len(calls),
        errors=sum(is_error(call) for call in calls),
        cancelled=sum(call.status == CANCELLED for call in calls),
        streamed=sum(call.streamed for call in calls),
        users=len({call.user_id for call in calls} - {""}),
        userless=sum(not call.user_id for call in calls),
        sessions=len({call.session_id for call in calls} - {""}),
        sessionless=sum(not call.session_id for call in calls),
        cost_n=len(costs),
        cost=sum(costs, decimal.Decimal()),
        cost_squares=sum(int(cost * 10**12) ** 2 for cost in costs),
        tokens=_tokens(calls),
        cached_n=len(cached),
        cached=sum(usage.cache_read or 0 for usage in cached),
        cached_of=sum(usage.prompt_total or 0 for usage in cached),
        speed_n=len(timed),
        speed_tokens=sum((call.usage.completion or 0) + (call.usage.reasoning or 0) for call in timed),
        speed_ms=sum(call.latency_ms or 0 for call in timed),
        priced_n=len(priced),
        priced_cost=sum((call.cost_usd or decimal.Decimal() for call in priced), decimal.Decimal()),
        priced_tokens=sum(call.usage.total or 0 for call in priced),
        spreads={
            Measure.LATENCY: _spread([call.latency_ms for call in calls]),
            Measure.TIME_TO_FIRST_TOKEN: _spread([call.time_to_first_token_ms for call in calls]),
        },
    )


def is_error(call: Call) -> bool:
    """Whether a call failed; one that its caller left neither failed nor succeeded."""
    return call.status >= 400 or (call.status < 0 and call.status != CANCELLED)


def _tokens(calls: Sequence[Call]) -> dict[str, Amount]:
    read: dict[str, Callable[[Usage], int | None]] = {
        "prompt": lambda usage: usage.prompt,
        "completion": lambda usage: usage.completion,
        "cache_read": lambda usage: usage.cache_read,
        "cache_write": lambda usage: usage.cache_write,
        "reasoning": lambda usage: usage.reasoning,
        "total": lambda usage: usage.total,
    }
    known = {name: [n for call in calls if (n := of(call.usage)) is not None] for name, of in read.items()}
    return {name: Amount(len(values), sum(values)) for name, values in known.items()}


def _spread(values: Sequence[int | None]) -> Spread:
    known = sorted(value for value in values if value is not None)
    return Spread(len(known), sum(known), dict(enumerate(known, 1)))


def bucket_of(at: dt.datetime, bucket: Bucket, zone: str) -> dt.datetime:
    """Where the bucket of a time begins by the zone's calendar, in UTC."""
    local = at.astimezone(zoneinfo.ZoneInfo(zone)).replace(microsecond=0, second=0)
    if bucket is Bucket.MINUTE:
        return local.astimezone(dt.UTC)
    local = local.replace(minute=0)
    if bucket is Bucket.HOUR:
        return local.astimezone(dt.UTC)
    midnight = local.replace(hour=0, fold=0)
    days = {Bucket.DAY: 0, Bucket.WEEK: local.weekday(), Bucket.MONTH: local.day - 1}[bucket]
    return (midnight - dt.timedelta(days=days)).astimezone(dt.UTC)
