"""Millions of calls and scores, put into a store by the store itself: what months of traffic leave behind."""

# ruff: noqa: S608 -- constants of this file put together; values travel as parameters

import time
from collections.abc import Callable

from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.sql.derivation import DERIVE

DAYS = 90
CHUNK = 100_000
NAMES = ("quality", "helpful", "tone", "grounded")
"""Each call has two of the four; the second and the fourth are booleans."""

# Call number n of the whole: evenly over the days before the last, five to a session, ten thousand users.
_AT = "toInt64({origin:UInt64}) + toInt64(number * {step:UInt64})"
_CALLS = f"""
INSERT INTO calls (org_id, created_at, request_id, version, response_at, provider, model, status, request_model,
    response_model, path, target_url, ending, streamed, latency_ms, time_to_first_token_ms, prompt_tokens,
    completion_tokens, prompt_cache_read_tokens, reasoning_tokens, cost_usd, user_id, session_id, session_name,
    session_path, properties, prompt_id, prompt_version, country_code, size_bytes, input_key)
SELECT {{org:String}}, fromUnixTimestamp64Micro({_AT}, 'UTC') AS at,
    concat('r-', hex(sipHash64(number)), '-', toString(number)),
    {_AT} AS v, at, ['OPENAI', 'OPENAI', 'ANTHROPIC', 'GOOGLE', 'OPENAI'][m] AS provider,
    ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4', 'gemini-2.5-flash', 'o4-mini'][cityHash64(number, 1) % 5 + 1 AS m],
    multiIf(cityHash64(number, 20) % 50 = 0, 500, cityHash64(number, 20) % 50 = 1, -3, 200), NULL, NULL,
    '/v1/chat/completions', 'https://api.example.com', 'done', cityHash64(number, 21) % 2 = 0 AS streams,
    toUInt64(300 + cityHash64(number, 3) % 4000) AS took, if(streams, intDiv(took, 4), NULL),
    100 + cityHash64(number, 4) % 2000, 50 + cityHash64(number, 5) % 500, cityHash64(number, 22) % 300,
    if(m = 5, cityHash64(number, 23) % 300, NULL), if(cityHash64(number, 24) % 100 = 0, NULL,
    toDecimal64((cityHash64(number, 6) % 1000) / 100000, 12)), concat('user-', toString(cityHash64(number, 7) % 10000)),
    concat('session-', toString(intDiv(number, 5))), 'chat', concat('/plan/step-', toString(number % 5)),
    map('lang', ['en', 'en', 'en', 'fr', 'de'][cityHash64(number, 2) % 5 + 1], 'env', 'prod',
        'feature', toString(cityHash64(number, 8) % 10)),
    'answer', if(number * 3 < {{total:UInt64}} * 2, 'v11', 'v12'), 'US', 1000, bitOr(cityHash64(number, 9), 1)
FROM numbers({{first:UInt64}}, {{count:UInt64}})
"""
_VERSIONS = f"""
INSERT INTO score_versions (org_id, target_id, target, name, score_id, version, kind, value, source, author, judged_at,
    inclusion, deleted)
SELECT {{org:String}}, concat('r-', hex(sipHash64(number)), '-', toString(number)), 'request',
    ['quality', 'helpful', 'tone', 'grounded'][which], hex(sipHash128(number, which)), {_AT} + which,
    if(which % 2 = 1, 'numeric', 'boolean'),
    if(which % 2 = 1,
        round((cityHash64(number, 11) % 1000 + cityHash64(number, 12) % 1000) / 2000
            - if(number * 3 >= {{total:UInt64}} * 2 AND cityHash64(number, 2) % 5 = 3, 0.2, 0), 3),
        toFloat64(cityHash64(number, 13) % 10 < 7)),
    'model', 'judge-1', fromUnixTimestamp64Micro({_AT} + 5000000, 'UTC'), 0, false
FROM (SELECT number, arrayJoin([number % 4 + 1, (number + 1) % 4 + 1]) AS which
    FROM numbers({{first:UInt64}}, {{count:UInt64}}))
"""
_CHANGES = """
INSERT INTO score_changes (org_id, version, target_id, target, name, score_id, deleted)
SELECT org_id, version, target_id, target, name, score_id, deleted FROM score_versions
WHERE version BETWEEN {low:UInt64} AND {high:UInt64}
"""
_NAMES = """
INSERT INTO score_names (org_id, name, kind, largest)
SELECT {org:String}, ['quality', 'helpful', 'tone', 'grounded'][number + 1], ['numeric', 'boolean'][number % 2 + 1], 1.0
FROM numbers(4)
"""


_LONG_SESSION = f"""
INSERT INTO calls (org_id, created_at, request_id, version, response_at, provider, model, status, path, target_url,
    ending, streamed, latency_ms, prompt_tokens, completion_tokens, cost_usd, user_id, session_id, session_name,
    session_path, properties, prompt_id, prompt_version, country_code, size_bytes, input_key)
SELECT {{org:String}}, fromUnixTimestamp64Micro({_AT}, 'UTC') AS at, concat('long-', toString(number)), {_AT}, at,
    'OPENAI', 'gpt-4o', 200, '/', '', 'done', false, number % 900, 100, 50, toDecimal64(0.001, 12), 'ann',
    {{session:String}}, 'long', concat('/agent/round-', toString(intDiv(number, 50)), '/tool-', toString(number % 50)),
    map(), '', '', '', 1, 0
FROM numbers({{count:UInt64}})
"""


async def add_session(telemetry: Telemetry, org_id: str, session_id: str, calls: int) -> None:
    """One session of so many calls, a second apart, each at a path of its own three levels deep."""
    origin = int(time.time()) // 86_400 * 86_400_000_000 - calls * 1_000_000
    given = {"org": org_id, "origin": origin, "step": 1_000_000, "count": calls, "session": session_id}
    await telemetry.command(_LONG_SESSION, given)
    await telemetry.command(DERIVE, {"first": origin, "last": origin + calls * 1_000_000})


async def fill(
    telemetry: Telemetry,
    org_id: str,
    first: int,
    last: int,
    total: int,
    tell: Callable[[str], None],
    days: int = DAYS,
) -> None:
    """Calls number ``first`` to ``last`` of ``total`` in some days up to the last midnight, with two scores each."""
    step = days * 86_400_000_000 // total
    origin = (int(time.time()) // 86_400 - days) * 86_400_000_000
    await telemetry.command(_NAMES, {"org": org_id})
    for start in range(first, last, CHUNK):
        count = min(CHUNK, last - start)
        given = {"org": org_id, "origin": origin, "step": step, "first": start, "count": count, "total": total}
        low, high = origin + start * step, origin + (start + count) * step - 1
        await telemetry.command(_CALLS, given)
        await telemetry.command(_VERSIONS, given)
        await telemetry.command(_CHANGES, {"low": low, "high": high})
        await telemetry.command(DERIVE, {"first": low, "last": high})
        tell(f"{start + count:,} calls")
