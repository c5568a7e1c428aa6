"""A sample of the fault matrix, one round of the rows that matter most: `make faults` has them all."""

import json
import pathlib
import subprocess
import sys

import pytest

TESTS = pathlib.Path(__file__).parent.parent
# Some twenty seconds each on two cores.
SAMPLE = (
    "kill-both",
    "kill-at-calls",
    "power",
    "eio-sync",
    "enospc-memory",
    "enospc-growth",
    "sigterm",
    "one-key",
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.flaky(reruns=0),  # what is lost once in a while is lost
]


@pytest.mark.parametrize("row", SAMPLE)
def test_a_round_of_the_matrix_loses_nothing(row: str, tmp_path: pathlib.Path) -> None:
    """One round of a row: nothing lost, doubled or invented, no stale read, and recovery in time."""
    told = tmp_path / "table.json"
    options = ["--only", f"={row}", "--seed", "sample", "--patience", "4", "--json", str(told)]
    command = [sys.executable, "-m", "faults", *options, "--evidence", str(tmp_path / "evidence")]
    ran = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=False)
    assert ran.returncode in (0, 1), ran.stderr
    (line,) = json.loads(told.read_text())
    if line["verdict"].startswith("not run"):
        pytest.skip(line["verdict"])
    assert line["verdict"] == "held", ran.stdout
