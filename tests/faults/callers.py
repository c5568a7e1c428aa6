"""Callers by the dozen: one key from fifty threads, fifty writers on one request, reads at once after writes."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from faults.trial import Trial

THREADS = 50
REPEATS = 100
NAMES = 20
SAMPLES = 200
MEDIAN_SECONDS = 0.2
P99_SECONDS = 1.0


def one_key(trial: Trial) -> None:
    """The same write a hundred times under one key has one effect and one answer; another body is a conflict."""
    server = trial.server().start()

    def post(_: int) -> tuple[int, bytes]:
        answer = server.ask("POST", "/v1/request/one/score", {"scores": {"s": 0.5}}, {"Idempotency-Key": "one"})
        return answer.status, answer.body

    with ThreadPoolExecutor(THREADS) as pool:
        answers = set(pool.map(post, range(REPEATS)))
    trial.outcome.faults += REPEATS
    trial.outcome.acknowledged += 1
    versions = server.ask("GET", "/v1/request/one/scores").json()["data"]
    trial.outcome.lost += not versions
    trial.outcome.doubled += max(0, len(versions) - 1)
    if len(answers) != 1 or {status for status, _ in answers} != {200}:
        trial.outcome.failures.append(f"one key was answered in {len(answers)} ways: {sorted(answers)[:3]}")
    other = server.ask("POST", "/v1/request/one/score", {"scores": {"s": 0.75}}, {"Idempotency-Key": "one"})
    if other.status != 409:
        trial.outcome.failures.append(f"another body under the same key was answered with {other.status}")


def one_request(trial: Trial) -> None:
    """Fifty writers give twenty names each to one request at once: all are there, with the last value of each."""
    server = trial.server().start()

    def write(writer: int) -> int:
        statuses = [
            server.ask("POST", "/v1/request/all/score", {"scores": {f"{writer}-{name}": step}}).status
            for name in range(NAMES)
            for step in (0.25, 0.5)
        ]
        return statuses.count(200)

    with ThreadPoolExecutor(THREADS) as pool:
        trial.outcome.acknowledged += sum(pool.map(write, range(THREADS)))
    trial.outcome.faults += THREADS
    histories: dict[str, list[float]] = {}
    for row in server.ask("GET", "/v1/request/all/scores").json()["data"]:
        histories.setdefault(row["name"], []).append(row["value"])
    names = [f"{writer}-{name}" for writer in range(THREADS) for name in range(NAMES)]
    trial.outcome.lost += sum(histories.get(name) != [0.25, 0.5] for name in names)
    trial.outcome.phantom += len(histories.keys() - names)


def read_at_once(trial: Trial) -> None:
    """A score is in the read that follows its acknowledgement, within a fifth of a second at the median."""
    server = trial.server().start()
    seconds = []
    for number in range(SAMPLES):
        body = {"scores": {"s": number / 7}}
        trial.outcome.acknowledged += server.ask("POST", f"/v1/request/own-{number}/score", body).status == 200
        began = time.monotonic()
        answer = server.ask("GET", f"/v1/request/own-{number}/scores")
        seconds.append(time.monotonic() - began)
        shown = [row["value"] for row in answer.json()["data"]] if answer.status == 200 else None
        trial.outcome.stale += shown not in (None, [number / 7])
    cuts = statistics.quantiles(seconds, n=100)
    trial.outcome.figures.append(f"read after write: p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms")
    trial.outcome.faults += SAMPLES
    if cuts[49] > MEDIAN_SECONDS * trial.patience or cuts[98] > P99_SECONDS * trial.patience:
        trial.outcome.failures.append("reads after writes are slower than promised")
