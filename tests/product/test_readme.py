"""The README's commands, pasted into real terminals."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import msgspec
import psutil
import pytest

from product_server import free_port

ROOT = pathlib.Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
FENCED = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
KEY = re.compile(r"export HELICONE_API_KEY=(\S+)")
PATIENCE_SECONDS = 90

pytestmark = pytest.mark.timeout(3 * PATIENCE_SECONDS)


class Block(msgspec.Struct, frozen=True):
    """A fenced block: its language, the terminal it is pasted into, its text."""

    language: str
    terminal: str
    text: str


class Demo(msgspec.Struct, frozen=True):
    """A running demo: the port it listens on and the key that it printed."""

    port: int
    key: str


def blocks(markdown: str) -> list[Block]:
    """The fenced blocks of a document, in order."""
    return [Block(language, terminal.strip(), text) for language, terminal, text in FENCED.findall(markdown)]


STARTING = [block for block in blocks(README) if block.terminal == "terminal-1"]
PASTED = [block for block in blocks(README) if block.terminal == "terminal-2"]


def _printed_key(process: subprocess.Popen[str]) -> str:
    """The key in what the demo prints, read until it is there or the demo has ended."""
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if found := KEY.search(line):
            return found[1]
    raise AssertionError(printed)


def _kill_tree(process: subprocess.Popen[str]) -> None:
    """Kill the demo and what it started."""
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.kill()


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """The first terminal: its block is run to the end, where the demo stays up; on a free port instead of 8585."""
    port = free_port()
    # Set-up is what this test runs in already.
    text = STARTING[0].text.replace("make setup\n", "").replace("helicorder demo", f"helicorder demo --port {port}")
    text = text.replace(".venv/bin/", f"{pathlib.Path(sys.executable).parent}/")
    process = subprocess.Popen(["bash", "-euc", f"exec {text}"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(PATIENCE_SECONDS, _kill_tree, [process])
    watchdog.start()
    try:
        key = _printed_key(process)
        watchdog.cancel()
        yield Demo(port, key)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 0
    finally:
        watchdog.cancel()
        _kill_tree(process)
        process.communicate()


def _paste(block: Block, demo: Demo) -> str:
    """What a block prints in the second terminal; every step of it must succeed."""
    command = {"bash": ["bash", "-euo", "pipefail"], "python": [sys.executable, "-"]}[block.language]
    environment = {**os.environ, "HELICONE_API_KEY": demo.key}
    finished = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        input=block.text.replace("8585", str(demo.port)).replace("curl ", "curl --fail-with-body "),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def test_every_block_is_run_or_says_why_not() -> None:
    """Every bash and Python block of the README is pasted by these tests; a plain sh block is for the reader alone."""
    assert STARTING
    assert {block.language for block in PASTED} == {"bash", "python"}
    assert {block.language for block in blocks(README)} - {block.language for block in STARTING + PASTED} <= {"sh"}
    assert all(block.terminal for block in blocks(README) if block.language in ("bash", "python"))


def test_the_python_block_works_when_pasted(demo: Demo) -> None:
    """A call sent with the OpenAI client is answered, scored, priced and read back by the README's own lines."""
    printed = "".join(_paste(block, demo) for block in PASTED if block.language == "python")
    assert "You said:" in printed
    assert "200 {'data': None, 'error': None}" in printed
    assert re.search(r"gpt-4o-mini \d+ tokens [\d.e-]+ USD", printed)
    assert "'helpfulness': 0.92" in printed
    assert "'grounded-hcone-bool': 1" in printed


def test_the_curl_block_works_when_pasted(demo: Demo) -> None:
    """A score given before its call is there when the call is read, by id and by filter."""
    printed = "".join(_paste(block, demo) for block in PASTED if block.language == "bash")
    assert printed.count('"helpfulness":0.25') >= 1
    assert '"grounded-hcone-bool":0' in printed
    assert "You said:" in printed
    assert '"error":"' not in printed
