"""Kinds of index for the search in words, each on a table of its own with the words of the same calls."""

import statistics
import time
from collections.abc import Sequence

from helicorder.telemetry.client import StatementError, Telemetry

KINDS = {
    "none": "",
    "bloom filter of words": "tokenbf_v1(32768, 2, 0)",
    "bloom filter of fours": "ngrambf_v1(4, 65536, 2, 0)",
    "inverted, words": "text(tokenizer = splitByNonAlpha)",
    "inverted, triples": "text(tokenizer = ngrams(3))",
}
_MAKE = """
CREATE TABLE kind_of_index (created_at DateTime64(6, 'UTC'), request_id String, words String CODEC(ZSTD(3)){index})
ENGINE = MergeTree ORDER BY (created_at, request_id) SETTINGS index_granularity = 512
"""
_FILL = """
INSERT INTO kind_of_index SELECT created_at, request_id, words FROM calls
ORDER BY created_at, request_id LIMIT 10000 OFFSET {first:UInt64}
"""
_WEIGH = """
SELECT sum(secondary_indices_compressed_bytes) / sum(bytes_on_disk - secondary_indices_compressed_bytes) AS weight
FROM system.parts WHERE active AND table = 'kind_of_index' AND database = currentDatabase()
"""
_ASK = "SELECT count() AS n FROM kind_of_index WHERE words LIKE {like:String}"
_WHOLE = "SELECT count() AS n FROM kind_of_index WHERE hasAllTokens(words, {word:String})"


async def compare(telemetry: Telemetry, calls: int, words: Sequence[str]) -> None:
    """Prints what each kind costs to fill and to keep, and how long one word and one part of a word take."""
    print(
        f"indexes over {calls:,} calls: seconds to fill and to merge, weight beside the words, ms for a word and a part"
    )
    for name, kind in KINDS.items():
        await telemetry.command("DROP TABLE IF EXISTS kind_of_index SYNC")
        await telemetry.command(_MAKE.format(index=f", INDEX by_words words TYPE {kind} GRANULARITY 1" if kind else ""))
        began = time.perf_counter()
        for first in range(0, calls, 10_000):
            await telemetry.command(_FILL, {"first": first})
        filled = time.perf_counter()
        await telemetry.command("OPTIMIZE TABLE kind_of_index FINAL")
        merged = time.perf_counter()
        [weighed] = await telemetry.query(_WEIGH)
        whole = await _asked(telemetry, _WHOLE, [{"word": word} for word in words])
        part = await _asked(telemetry, _ASK, [{"like": f"%{word[1:]}%"} for word in words])
        costs = f"{filled - began:6.1f} s {merged - filled:6.1f} s {weighed['weight']:5.0%}"
        print(f"  {name:22} {costs}  {whole:6.0f} ms {part:6.0f} ms")
    await telemetry.command("DROP TABLE IF EXISTS kind_of_index SYNC")


async def _asked(telemetry: Telemetry, sql: str, several: Sequence[dict[str, str]]) -> float:
    """The median milliseconds of a question; NaN where the store cannot answer it in time."""
    took = []
    for params in several:
        began = time.perf_counter()
        try:
            await telemetry.query(sql, params)
        except StatementError:
            return float("nan")
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)
