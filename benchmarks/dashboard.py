"""What a dashboard, a breakdown, a page of sessions and a session's tree cost with a million calls.

Method: a store is filled by the engine itself (`_scores_data`): ``--calls`` calls over 30 days, five to a session, ten
thousand users, two scores each, and one session of 5,000 calls at as many paths. The product is started on it, and one
client asks each question again and again over HTTP, in turns, with a window that moves by a second each time so that
nothing is remembered. Told are p50 and p95 of the time until the whole answer was there, the bytes of the answer, and
the processor time that server and engine together spent on one, which other work on the machine does not change much.
"""

import argparse
import datetime as dt
import json
import statistics
import sys
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from _scores_data import add_session, fill
from _server import scratch
from _store import MEMORY_MB, prepared
from helicorder.engine.supervisor import Engine
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.schema import migrate
from product_server import Product
from scores import p95

DAYS = 30
LONG_SESSION, LONG = "long/session", 5_000
Asked = tuple[str, dict[str, Any] | None]


async def filled(directory: Path, org_id: str, calls: int) -> None:
    """A store of that many calls and twice as many scores."""
    engine = await Engine.start(directory, memory_mb=MEMORY_MB, threads=2)
    telemetry = await Telemetry.connect(engine.url)
    await migrate(telemetry)
    began = time.monotonic()
    await fill(telemetry, org_id, 0, calls, calls, lambda _: None, DAYS)
    await add_session(telemetry, org_id, LONG_SESSION, LONG)
    print(f"filled with {calls:,} calls and {2 * calls:,} scores in {time.monotonic() - began:.0f} s")
    await telemetry.close()
    await engine.stop()


def questions() -> dict[str, Callable[[int], Asked]]:
    """What is asked, by name: path and body of the n-th time."""
    today = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    def window(number: int, days: int) -> dict[str, str]:
        end = today - dt.timedelta(seconds=number)
        return {"start": (end - dt.timedelta(days=days)).isoformat(), "end": end.isoformat()}

    def series(days: int, bucket: str, **more: Any) -> Callable[[int], Asked]:
        body = {"bucket": bucket, "zone": "Europe/Berlin", "previous": True, "total": True, **more}
        return lambda number: ("/v1/calls/series/query", {**window(number, days), **body})

    def breakdown(days: int, *by: str) -> Callable[[int], Asked]:
        return lambda number: ("/v1/calls/breakdown/query", {**window(number, days), "by": by})

    def sessions(sort: str) -> Callable[[int], Asked]:
        return lambda number: ("/v1/sessions/query", {**window(number, 7), "sort": sort})

    return {
        "week by hour, and the week before": series(7, "hour"),
        "the same by model": series(7, "hour", by="model", top=3),
        "15 days by day, and those before": series(15, "day"),
        "by model, 7 days": breakdown(7, "model"),
        "by model, 30 days": breakdown(30, "model"),
        "by model and property, 7 days": breakdown(7, "model", "property:lang"),
        "by user, 7 days": breakdown(7, "user_id"),
        "sessions by activity": sessions("last_activity"),
        "sessions by cost": sessions("cost"),
        f"session of {LONG:,} calls": lambda _: ("/v1/sessions/long%2Fsession", None),
    }


def ask(server: Product, path: str, body: dict[str, Any] | None) -> tuple[float, int]:
    """(milliseconds until the whole answer was there, its bytes)."""
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.base + path, data, headers)  # noqa: S310 -- loopback
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 -- loopback
        size = len(answer.read())
    return (time.perf_counter() - began) * 1000, size


def spent(server: Product) -> float:
    """The milliseconds of processor time that server and engine have had."""
    return sum(sum(process.cpu_times()[:2]) for process in server.tree()) * 1000


class Found:
    """What one question cost, each time."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self.cpu: list[float] = []
        self.size = 0

    def line(self) -> str:
        """In words."""
        return (
            f"p50 {statistics.median(self.took):6.0f} ms  p95 {p95(self.took):6.0f} ms  "
            f"cpu {statistics.median(self.cpu):6.0f} ms  {self.size / 1024:6.0f} KiB"
        )


def timed(server: Product, times: int) -> dict[str, Found]:
    """What each question costs, in rounds, after two of each that do not count."""
    asked = questions()
    found = {name: Found() for name in asked}
    for number in range(times + 2):
        for name, question in asked.items():
            before = spent(server)
            took, found[name].size = ask(server, *question(number))
            if number >= 2:
                found[name].took.append(took)
                found[name].cpu.append(spent(server) - before)
    return found


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000, help="calls in the store")
    parser.add_argument("--times", type=int, default=20, help="how often each question is asked")
    parser.add_argument("--keep", type=Path, help="a directory to keep the store in, and to find it again")
    given, _ = parser.parse_known_args()
    with scratch() as (directory, stack):
        data = (given.keep or directory) / f"dashboard-{given.calls}"
        server = prepared(data, partial(filled, calls=given.calls))
        stack.callback(server.stop)
        found = timed(server, given.times)
        load, *_ = psutil.getloadavg()
        print(f"{given.calls:,} calls over {DAYS} days; load average {load:.1f}")
        for name, one in found.items():
            print(f"  {name:34} {one.line()}")


if __name__ == "__main__":
    main()
