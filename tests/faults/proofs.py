"""Rows that tests prove which exist already: the tests are called, and what pytest says is the verdict."""

import pathlib
import re
import subprocess
import sys

import msgspec

ROOT = pathlib.Path(__file__).parent.parent.parent
SECONDS = 900


class Proof(msgspec.Struct, frozen=True):
    """A row of the matrix that is proved by tests.

    Attributes:
        tests: their node ids, from the root of the repository.
    """

    goal: str
    name: str
    promise: str
    tests: tuple[str, ...]


def proved(proof: Proof) -> tuple[str, str]:
    """Run the tests of a proof: (the verdict, pytest's last line)."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *proof.tests]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS)
    closing = (ran.stdout.strip().splitlines() or [ran.stderr.strip()])[-1]
    if ran.returncode:
        return "FAILED", closing
    passed = re.search(r"(\d+) passed", closing)
    return ("held", closing) if passed else ("not run: the tests are skipped here", closing)
