"""Importing the package and its client."""

import subprocess
import sys

import pytest

HEAVY = (
    "litestar",
    "granian",
    "chdb",
    "clickhouse_connect",
    "sqlalchemy",
    "aiohttp",
    "scipy",
    "numpy",
    "pyarrow",
    "httpx",
)
SERVER = ("api", "gateway", "ingest", "telemetry", "control", "engine", "scoring", "providers", "settings")


def _imported(statement: str) -> tuple[set[str], float]:
    """What a fresh interpreter has imported after a statement, and the seconds of processor that took."""
    script = (
        f"import sys, time\nbegan = time.process_time()\n{statement}\nprint(time.process_time() - began, *sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    seconds, *modules = finished.stdout.split()
    return set(modules), float(seconds)


@pytest.mark.parametrize("statement", ["from helicorder import Client", "from helicorder.client import *"])
def test_the_client_imports_nothing_of_the_server(statement: str) -> None:
    """The client comes without the server's parts, without its libraries, and well under half a second."""
    modules, seconds = _imported(statement)
    assert "helicorder.client" in modules
    assert modules.isdisjoint(HEAVY)
    assert modules.isdisjoint(f"helicorder.{part}" for part in SERVER)
    fastest = min(seconds, *(_imported(statement)[1] for _ in range(4)))
    assert fastest < 0.4


def test_the_package_alone_imports_no_client() -> None:
    """Importing the package alone imports neither client nor server."""
    modules, _ = _imported("import helicorder")
    assert {name for name in modules if name.startswith("helicorder.")} == set()
    with pytest.raises(AttributeError):
        __import__("helicorder").NoSuchName  # noqa: B018 -- looked up for its error
