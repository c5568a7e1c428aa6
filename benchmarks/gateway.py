"""The gateway with recording on, as a ratio to a bare proxy on the same stack and to Portkey's gateway.

Method: one upstream that answers at once, four ways to it: none between (``upstream``), a bare raw-ASGI + aiohttp proxy
(``bare``), the product (``helicorder``), and Portkey (``portkey``, where --portkey names a folder into which
``npm install @portkey-ai/gateway`` was run). 16 keep-alive clients for throughput, one for latency. The kinds alternate
within each round; ratios are taken round by round and their median is told. After each of its runs the product is
waited for until all it answered can be read, and at the end every good answer must have been recorded.
"""

import argparse
import contextlib
import re
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from _load import post
from _rounds import Kind, Outcomes, alternate, answered, report, spread, throughput
from _server import Server, scratch
from product_server import Product, free_port

HERE = Path(__file__).parent
MESSAGES = '[{"role":"system","content":"Answer in one sentence."},{"role":"user","content":"Which slopes slide?"}]'
PATH = "/v1/chat/completions"
PROVIDER_KEY = "Bearer sk-bench-0000"


class Servers:
    """What is measured, started on loopback; ``kinds`` say how to load each."""

    def __init__(self, directory: Path, stack: contextlib.ExitStack, given: argparse.Namespace) -> None:
        self._directory = directory
        self._stack = stack
        self._body = '{"model":"gpt-4o-mini","messages":' + MESSAGES + (',"stream":true}' if given.stream else "}")
        self.settling: list[float] = []
        upstream = self._started("upstream", lambda port: [sys.executable, HERE / "_upstream.py", str(port)])
        bare = self._started("bare", lambda port: [sys.executable, HERE / "_bare_proxy.py", str(port), upstream.base])
        self.product = Product(directory / "data", provider_openai_url=upstream.base, log_level="error")
        stack.callback(self.product.stop)
        self.product.start()
        gateway = self._request("/v1/gateway/oai" + PATH, Helicone_Auth=f"Bearer {self.product.key}")
        self.kinds = {
            "upstream": Kind(upstream.port, self._request(PATH)),
            "bare": Kind(bare.port, self._request(PATH)),
            "helicorder": Kind(self.product.port, gateway, after=self._settle),
        }
        if given.portkey:
            self.kinds["portkey"] = self._portkey(given.portkey, upstream.base)

    def _request(self, path: str, **headers: str) -> bytes:
        return post(path, self._body, Authorization=PROVIDER_KEY, **headers)

    def _started(self, name: str, command: Callable[[int], list[str | Path]], **environment: str) -> Server:
        port = free_port()
        server = Server(command(port), port, self._directory / name, **environment)
        self._stack.callback(server.kill)
        return server

    def _portkey(self, folder: Path, upstream: str) -> Kind:
        node = shutil.which("node")
        if node is None:
            raise SystemExit("--portkey needs node on the PATH.")
        script = folder.resolve() / "node_modules/@portkey-ai/gateway/build/start-server.js"
        server = self._started(
            "portkey", lambda port: [node, script, f"--port={port}", "--headless"], NODE_ENV="production"
        )
        headers = {"x_portkey_provider": "openai", "x_portkey_custom_host": f"{upstream}/v1"}
        return Kind(server.port, self._request(PATH, **headers))

    def recorded(self) -> int:
        """Calls in the store; asked behind the barrier, so it counts all that was answered before."""
        count: int = self.product.ask("POST", "/v1/request/count/query", {"filter": "all"}).json()["data"]
        return count

    def dropped(self) -> int:
        """Calls that the product says it could not record."""
        metrics = self.product.ask("GET", "/metrics").body.decode()
        found = re.search(r"^helicorder_calls_dropped_total (\S+)$", metrics, re.MULTILINE)
        assert found
        return int(float(found[1]))

    def _settle(self) -> None:
        began = time.perf_counter()
        self.recorded()
        self.settling.append(time.perf_counter() - began)


def main() -> None:
    """Measure, print, and prove that recording was on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each run")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each kind")
    parser.add_argument("--stream", action="store_true", help="ask for events in place of one document")
    parser.add_argument("--portkey", type=Path, metavar="DIR", help="where @portkey-ai/gateway is installed")
    given = parser.parse_args()
    with scratch() as (directory, stack):
        servers = Servers(directory, stack, given)
        many = alternate(servers.kinds, rounds=given.rounds, clients=16, seconds=given.seconds)
        report(many, 16)
        for name in [name for name in many if name not in ("upstream", "helicorder")]:
            print(f"  helicorder / {name}: {throughput(many['helicorder'], many[name])}")
        one = alternate(servers.kinds, rounds=given.rounds, clients=1, seconds=given.seconds)
        report(one, 1)
        report_added(one)
        prove_recorded(servers, answered(many, "helicorder") + answered(one, "helicorder"))


def report_added(one: Outcomes) -> None:
    """What each way adds to the upstream's own p50, in milliseconds."""
    direct = one["upstream"]
    for name, way in one.items():
        added = [through.p50 - straight.p50 for through, straight in zip(way, direct, strict=True)]
        if way is not direct:
            print(f"  added p50, {name}: {spread(added)} ms")


def prove_recorded(servers: Servers, good: int) -> None:
    """End with an error unless every good answer was recorded."""
    recorded, dropped = servers.recorded(), servers.dropped()
    print(f"recorded {recorded:,} of {good:,} good answers, dropped {dropped}")
    print(f"all of a run could be read {spread(servers.settling)} s after its last answer")
    if recorded != good or dropped:
        raise SystemExit("Not every good answer was recorded: the figures above do not count.")


if __name__ == "__main__":
    main()
