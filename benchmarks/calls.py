"""A million calls with their bodies: what the pages of a request list cost, and how fast words are found in bodies.

Method: a store is filled through the product's own loader with ``--calls`` chats of one to two kilobytes over 30 days
(`_calls_data`), two of three scored, words spread by Zipf's law; told are rows a second, and what the store weighs on
the disk. The product is started on it, and one client asks each question again and again over HTTP for the first page
of 50 with previews, each time with other values (another user, feature, word, range), so that nothing is remembered.
Told are p50 and p95 in milliseconds, in rounds over all questions, after one round that does not count.
"""

import argparse
import asyncio
import datetime as dt
import json
import random
import statistics
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from _calls_data import FEATURES, MODELS, USERS, Traffic, vocabulary
from _indexes import compare
from _server import scratch
from _store import MEMORY_MB, organisation
from helicorder.engine.supervisor import Engine
from helicorder.providers.conversation.digest import digest_of
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.load import Loader
from helicorder.telemetry.schema import migrate
from product_server import Product

WEIGHED = ("calls", "bodies", "scores", "score_versions")


async def filled(directory: Path, org_id: str, calls: int) -> None:
    """A store of that many calls; prints what filling it cost."""
    engine = await Engine.start(directory, memory_mb=MEMORY_MB, threads=2)
    telemetry = await Telemetry.connect(engine.url)
    await migrate(telemetry)
    loader, rows, took = Loader(telemetry, digest_of), 0, 0.0
    for batch in Traffic(org_id, calls, dt.datetime.now(dt.UTC)).batches():
        began = time.monotonic()
        await loader.load(batch)
        took += time.monotonic() - began
        rows += len(batch)
    print(f"loaded {calls:,} calls and {rows - calls:,} scores: {rows / took:,.0f} rows/s")
    await telemetry.close()
    await engine.stop()


async def weigh(directory: Path, indexed: int) -> None:
    """Prints what the tables weigh, and what kinds of index cost, on so many calls."""
    engine = await Engine.start(directory, memory_mb=MEMORY_MB, threads=2)
    telemetry = await Telemetry.connect(engine.url)
    for row in await telemetry.query(
        "SELECT table, sum(rows) AS rows, count() AS parts, sum(bytes_on_disk) AS bytes, "
        "sum(secondary_indices_compressed_bytes) AS indices FROM system.parts "
        "WHERE active AND database = currentDatabase() GROUP BY table ORDER BY table"
    ):
        if row["table"] in WEIGHED:
            weight = f"{row['bytes'] / 1e6:7,.0f} MB, {row['indices'] / 1e6:,.0f} of it indexes"
            print(f"  {row['table']:15} {row['rows']:>10,} rows {row['parts']:3} parts {weight}")
    if indexed:
        await compare(telemetry, indexed, vocabulary()[20_000:20_020])
    await telemetry.close()
    await engine.stop()


def rmt(column: str, **conditions: Any) -> dict[str, Any]:
    """A leaf of a filter."""
    return {"filter": {"request_response_rmt": {column: conditions}}}


def questions(chance: random.Random) -> dict[str, Callable[[], dict[str, Any]]]:
    """What is asked, by name; ages of about 28 days make the window of nearly all there is a new one each time."""
    words = vocabulary()

    def scores() -> dict[str, Any]:
        low = chance.random() * 0.8
        return rmt("scores", quality={"gte": low, "lt": low + 0.1})

    def word(low: int, high: int) -> str:
        return words[chance.randrange(low, high)]

    def ago(days: float) -> str:
        return (dt.datetime.now(dt.UTC) - dt.timedelta(days=days + chance.random())).isoformat()

    def model() -> dict[str, Any]:
        return rmt("model", equals=chance.choice(MODELS)[1])

    def feature() -> dict[str, Any]:
        return rmt("properties", feature={"equals": f"f-{chance.randrange(FEATURES)}"})

    def session() -> dict[str, Any]:
        return rmt("properties", **{"Helicone-Session-Id": {"equals": f"session-{chance.randrange(10_000)}"}})

    by_cost = {"sort": {"key": "cost_usd"}}
    return {
        "newest": dict,
        "newest, deep": lambda: {"end": ago(chance.random() * 29)},
        "oldest": lambda: {"sort": {"ascending": True}},
        "by model": model,
        "by property": feature,
        "by absent property": lambda: rmt("properties", feature={"equals": f"none-{chance.random()}"}),
        "by part of a property": lambda: rmt("properties", feature={"contains": f"{chance.randrange(FEATURES)}"}),
        "by session": session,
        "by score range": scores,
        "by rare score": lambda: rmt("scores", quality={"equals": chance.randrange(1000) / 1000}),
        "by user": lambda: rmt("user_id", equals=f"user-{chance.randrange(USERS)}"),
        "errors": lambda: rmt("status", gte=400 + chance.randrange(50)),
        "by cost": lambda: {"sort": {"key": "cost_usd"}, "start": ago(28)},
        "by latency, ascending": lambda: {"sort": {"key": "latency_ms", "ascending": True}, "start": ago(28)},
        "by tokens": lambda: {"sort": {"key": "total_tokens"}, "start": ago(28)},
        "by cost, of a property": lambda: by_cost | feature(),
        "common word": lambda: {"search": word(0, 50)},
        "rare word": lambda: {"search": word(20_000, 50_000)},
        "two words": lambda: {"search": f"{word(50, 500)} {word(500, 5000)}"},
        "absent word": lambda: {"search": f"none{chance.randrange(10**9)}"},
        "part of a word": lambda: {"search": word(20_000, 50_000)[:5] + "*"},
        "common part of words": lambda: {"search": word(0, 20)[:2] + "*"},
        "phrase": lambda: {"search": f'"{word(0, 50)} {word(50, 1000)}"'},
        "rare phrase": lambda: {"search": f'"{word(500, 1000)} {word(1000, 5000)}"'},
        "word of a model": lambda: {"search": word(1000, 5000)} | model(),
        "word, by cost": lambda: {"search": word(1000, 5000)} | by_cost,
        "count all": lambda: {"count": True, "start": ago(28)},
        "count model": lambda: {"count": True, "start": ago(28)} | model(),
        "count property": lambda: {"count": True} | feature(),
        "count score range": lambda: {"count": True} | scores(),
        "count common word": lambda: {"count": True, "search": word(0, 50)},
        "count rare word": lambda: {"count": True, "search": word(20_000, 50_000)},
    }


def ask(server: Product, body: dict[str, Any]) -> tuple[float, int]:
    """Milliseconds until the whole answer was there, and how many calls were in it."""
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    request = urllib.request.Request(server.base + "/v1/calls/query", json.dumps(body).encode(), headers)  # noqa: S310 -- loopback
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 -- loopback
        page = json.loads(answer.read())
    return (time.perf_counter() - began) * 1000, len(page["data"]["calls"])


def timed(server: Product, times: int, only: str) -> None:
    """Ask, and print."""
    asked = {name: made for name, made in questions(random.Random(3)).items() if only in name}
    found: dict[str, list[float]] = {name: [] for name in asked}
    sizes: dict[str, list[int]] = {name: [] for name in asked}
    for number in range(times + 1):
        for name, question in asked.items():
            took, size = ask(server, question())
            if number:
                found[name].append(took)
                sizes[name].append(size)
    for name, values in found.items():
        p95 = sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]
        calls = statistics.mean(sizes[name])
        print(f"  {name:25} p50 {statistics.median(values):6.0f} ms  p95 {p95:6.0f} ms  {calls:5.1f} calls")


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=20, help="how often each question is asked")
    parser.add_argument("--only", default="", help="only questions whose name holds this")
    parser.add_argument("--indexes", type=int, default=0, help="compare kinds of index on so many calls")
    parser.add_argument("--keep", type=Path, help="a directory to keep the store in, and to find it again")
    given, _ = parser.parse_known_args()
    with scratch() as (directory, stack):
        data = (given.keep or directory) / f"calls-{given.calls}"
        server = Product(data, log_level="error", engine_memory_mb=str(MEMORY_MB))
        stack.callback(server.stop)
        if not data.exists():
            data.mkdir(parents=True)
            server.start()
            server.stop()
            asyncio.run(filled(data / "engine", organisation(data), given.calls))
        asyncio.run(weigh(data / "engine", given.indexes))
        server.start()
        timed(server, given.times, given.only)
        server.stop()


if __name__ == "__main__":
    main()
