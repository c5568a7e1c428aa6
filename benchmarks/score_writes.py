"""Durable score writes: POST /v1/request/{id}/score, as a ratio to the same server's own no-op and to its peers.

Method: one server tree on a scratch directory, a load generator on the same cores, 1 and 32 keep-alive clients. Each
sends one score to a new request id and waits for the 200, which means an fsync. Two no-ops: ``empty`` is the same
route, key check and JSON with an empty ``scores`` map, which writes nothing; ``live`` is GET /health/live, no key and
no body. Peers, where --phoenix and --mlflow name virtual environments with ``arize-phoenix`` and ``mlflow``, write what
comes closest (`_peers`); a peer is held still while another server is measured. The kinds alternate within each round;
ratios are taken round by round and their median is told. At the end every good answer must have been stored.
"""

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from _load import NUMBER, get, post
from _peers import PEERS, Peer
from _rounds import Kind, Outcomes, alternate, answered, latency, report, throughput
from _server import scratch
from product_server import Product


def kinds_of(server: Product) -> dict[str, Kind]:
    """What the product is asked, by name."""
    headers = {"Authorization": f"Bearer {server.key}"}
    score = post(f"/v1/request/bench-{NUMBER}/score", '{"scores":{"accuracy":0.92}}', **headers)
    empty = post(f"/v1/request/bench-{NUMBER}/score", '{"scores":{}}', **headers)
    # A read passes the barrier, so the store's part of the work is done before the next kind's turn.
    return {
        "score": Kind(server.port, score, after=lambda: server.query(limit=1)),
        "empty": Kind(server.port, empty),
        "live": Kind(server.port, get("/health/live")),
    }


def kind_of(peer: Peer) -> Kind:
    """A peer's kind: it runs only during its turn."""
    peer.server.hold()
    return Kind(peer.server.port, peer.request, before=peer.server.release, after=peer.server.hold)


def main() -> None:
    """Measure, print, and prove that what was acknowledged was stored."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each run")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each kind")
    for name in PEERS:
        parser.add_argument(f"--{name}", type=Path, metavar="DIR", help=f"a virtual environment with {name}")
    given = parser.parse_args()
    with scratch() as (directory, stack):
        peers: dict[str, Peer] = {}
        for name, start in PEERS.items():
            if environment := getattr(given, name):
                peers[name] = start(environment, directory / name)
                stack.callback(peers[name].server.kill)
        server = Product(directory / "data", log_level="error")
        stack.callback(server.stop)
        server.start()
        kinds = kinds_of(server) | {name: kind_of(peer) for name, peer in peers.items()}
        runs = []
        for clients in (32, 1):
            outcomes = alternate(kinds, rounds=given.rounds, clients=clients, seconds=given.seconds)
            report(outcomes, clients)
            report_ratios(outcomes)
            runs.append(outcomes)
        stored = {"score": committed(server)} | {name: peer.stored() for name, peer in peers.items()}
        prove_stored(stored, {name: sum(answered(outcomes, name) for outcomes in runs) for name in stored})


def report_ratios(outcomes: Outcomes) -> None:
    """The scores' throughput and latency over each other kind's."""
    ours = outcomes["score"]
    for name, theirs in outcomes.items():
        if name != "score":
            print(f"  score / {name}: throughput {throughput(ours, theirs)}, p50 {latency(ours, theirs)}")


def committed(server: Product) -> int:
    """Rows of the product that are in the store; rows that were set aside or still wait are not."""
    server.query(limit=1)
    metrics = server.ask("GET", "/metrics").body.decode()
    found = re.search(r"^helicorder_rows_flushed_total (\S+)$", metrics, re.MULTILINE)
    assert found
    return int(float(found[1]))


def prove_stored(stored: dict[str, int], good: dict[str, int]) -> None:
    """End with an error unless every good answer was stored."""
    for name, count in stored.items():
        print(f"{name}: stored {count:,} of {good[name]:,} good answers")
    if any(count < good[name] for name, count in stored.items()):
        raise SystemExit("Not every good answer was stored: the figures above do not count.")


if __name__ == "__main__":
    main()
