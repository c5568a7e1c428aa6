"""The score store with millions of rows: durable bulk writes, and what charts and questions cost.

Method: a store is filled by the engine itself (`_scores_data`), first to ``--small`` calls, then, in a store of its
own, to ``--calls``, each with two scores of four names over 90 days. The product is started on it, and one client asks
each question again and again over HTTP, with a window that moves by a second each time so that nothing is remembered.
Told are p50 and p95 in milliseconds, and the growth of the p50 from the small store to the large one. Bulk writes are
told in rows a second, each request of 10,000 scores answered after its fsync; at the end every one must be found.
Exports are whole files of ``--export-days`` days, read to their end, in rows a second, with what the memory of server
and engine rose by meanwhile.
"""

import argparse
import datetime as dt
import json
import statistics
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pyarrow import parquet

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from _scores_data import fill
from _server import scratch
from _store import MEMORY_MB, prepared
from helicorder.engine.supervisor import Engine
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.schema import migrate
from product_server import Product

BULK_ROWS = 10_000
BULK = f"bulk-{time.time_ns()}"  # a name of its own each time, since a kept store has those of before


async def filled(directory: Path, org_id: str, calls: int) -> None:
    """A store of that many calls and twice as many scores."""
    engine = await Engine.start(directory, memory_mb=MEMORY_MB, threads=2)
    telemetry = await Telemetry.connect(engine.url)
    await migrate(telemetry)
    began = time.monotonic()
    await fill(telemetry, org_id, 0, calls, calls, lambda _: None)
    print(f"filled with {calls:,} calls and {2 * calls:,} scores in {time.monotonic() - began:.0f} s")
    await telemetry.close()
    await engine.stop()


def questions() -> dict[str, Callable[[int], tuple[str, dict[str, Any]]]]:
    """What is asked, by name: path and body of the n-th time."""
    today = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    def window(number: int, days: int = 30) -> dict[str, str]:
        end = today - dt.timedelta(seconds=number)
        return {"start": (end - dt.timedelta(days=days)).isoformat(), "end": end.isoformat()}

    def model(name: str) -> dict[str, Any]:
        return {"filter": {"request_response_rmt": {"model": {"equals": name}}}}

    def series(number: int) -> tuple[str, dict[str, Any]]:
        return "/v1/scores/series/query", {"name": "quality", **window(number)}

    def breakdown(number: int) -> tuple[str, dict[str, Any]]:
        return "/v1/scores/breakdown/query", {"name": "quality", "by": ["model", "property:lang"], **window(number)}

    def compare(number: int) -> tuple[str, dict[str, Any]]:
        segments = {"a": model("gpt-4o"), "b": model("gpt-4o-mini")}
        return "/v1/scores/compare/query", {"name": "quality", **segments, **window(number)}

    def bisect(number: int) -> tuple[str, dict[str, Any]]:
        return "/v1/scores/bisect/query", {
            "name": "quality",
            "dimensions": ["model", "property:lang"],
            **window(number),
        }

    return {"series": series, "breakdown": breakdown, "compare": compare, "bisect": bisect}


def ask(server: Product, path: str, body: dict[str, Any]) -> float:
    """Milliseconds until the whole answer was there."""
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    request = urllib.request.Request(server.base + path, json.dumps(body).encode(), headers)  # noqa: S310 -- loopback
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 -- loopback
        answer.read()
    return (time.perf_counter() - began) * 1000


def timed(server: Product, times: int) -> dict[str, list[float]]:
    """The milliseconds of each question, in rounds, after two of each that do not count."""
    asked = questions()
    found: dict[str, list[float]] = {name: [] for name in asked}
    for number in range(times + 2):
        for name, question in asked.items():
            took = ask(server, *question(number))
            if number >= 2:
                found[name].append(took)
    return found


def p95(values: list[float]) -> float:
    """The 95th percentile, by the nearest rank above."""
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


def bulk(server: Product, batches: int, clients: int) -> tuple[float, int]:
    """(acknowledged rows a second, acknowledged rows) of batches of BULK_ROWS from some clients at once."""

    def body(number: int) -> dict[str, Any]:
        first = number * BULK_ROWS
        return {
            "scores": [
                {"request_id": f"{BULK}-{first + row}", "name": BULK, "value": row / BULK_ROWS, "source": "code"}
                for row in range(BULK_ROWS)
            ]
        }

    bodies = [body(number + clients * batches) for number in range(batches)]
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda one: ask(server, "/v1/scores/batch", one), bodies))
    return batches * BULK_ROWS / (time.perf_counter() - began), batches * BULK_ROWS


class Export(NamedTuple):
    """A file that was read: its rows, bytes and seconds, and by how many bytes the memory of the tree rose."""

    rows: int
    size: int
    seconds: float
    rise: int


def export(server: Product, what: str, form: str, days: int) -> Export:
    """Read the scores or calls of the last days as a file, whole."""
    end = dt.datetime.now(dt.UTC)
    times = urllib.parse.urlencode({"start": (end - dt.timedelta(days=days)).isoformat(), "end": end.isoformat()})
    request = urllib.request.Request(  # noqa: S310 -- loopback
        f"{server.base}/v1/export/{what}.{form}?{times}", headers={"Authorization": f"Bearer {server.key}"}
    )
    before = highest = memory(server)
    size, began = 0, time.perf_counter()
    with tempfile.TemporaryFile() as file, urllib.request.urlopen(request, timeout=600) as answer:  # noqa: S310
        while piece := answer.read(1 << 20):
            size += file.write(piece)
            highest = max(highest, memory(server))
        seconds = time.perf_counter() - began
        file.seek(0)
        rows = parquet.read_metadata(file).num_rows if form == "parquet" else sum(1 for _ in file)
    return Export(rows, size, seconds, highest - before)


def memory(server: Product) -> int:
    """Bytes that the server's processes hold."""
    return sum(process.memory_info().rss for process in server.tree())


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--calls", type=int, default=1_000_000, help="calls in the large store (5000000: the full test)"
    )
    parser.add_argument("--small", type=int, default=200_000, help="calls in the small store")
    parser.add_argument("--times", type=int, default=40, help="how often each question is asked")
    parser.add_argument("--export-days", type=int, default=30, help="how many days of scores are exported")
    parser.add_argument("--batches", type=int, default=30, help="bulk writes of 10,000 scores")
    parser.add_argument("--keep", type=Path, help="a directory to keep the stores in, and to find them again")
    given, _ = parser.parse_known_args()
    with scratch() as (directory, stack):
        root = given.keep or directory
        found: list[dict[str, list[float]]] = []
        for calls in (given.small, given.calls):
            server = prepared(root / f"{calls}", partial(filled, calls=calls))
            stack.callback(server.stop)
            found.append(timed(server, given.times))
            tell(calls, found[-1])
            if calls == given.calls:
                finish(server, given.batches, given.export_days, found)
            server.stop()


def tell(calls: int, found: dict[str, list[float]]) -> None:
    """The figures of one store."""
    print(f"{calls:,} calls")
    for name, values in found.items():
        print(f"  {name:10} p50 {statistics.median(values):6.0f} ms  p95 {p95(values):6.0f} ms")


def finish(server: Product, batches: int, days: int, found: list[dict[str, list[float]]]) -> None:
    """Growth, export and bulk writes, on the large store."""
    small, large = found
    for name in large:
        print(f"  {name:10} growth {statistics.median(large[name]) / statistics.median(small[name]):.2f}")
    for what, form in (("scores", "jsonl"), ("scores", "parquet"), ("calls", "jsonl"), ("calls", "parquet")):
        seen = export(server, what, form, days)
        print(
            f"  {what}.{form}: {seen.rows:,} rows, {seen.size / 2**20:,.0f} MiB, "
            f"{seen.rows / seen.seconds:,.0f} rows/s, memory rose by {seen.rise / 2**20:,.0f} MiB"
        )
    for clients in (1, 4):
        per_second, _ = bulk(server, batches, clients)
        print(f"  bulk, {clients} client{'s' if clients > 1 else ''}: {per_second:,.0f} rows/s acknowledged")
    written = 2 * batches * BULK_ROWS
    began = time.perf_counter()
    # Reads of rows that are not loaded yet wait ten seconds, then are 503: a burst like this is ahead of the store.
    while (
        answer := server.ask("POST", "/v1/scores/query", {"names": [BULK], "limit": 1, "count": True})
    ).status == 503:
        pass
    found_again = answer.json()["data"]["count"]
    print(f"  readable {time.perf_counter() - began:.0f} s later: {found_again:,} of {written:,} acknowledged")
    if found_again != written:
        sys.exit("rows that were acknowledged are missing")


if __name__ == "__main__":
    main()
