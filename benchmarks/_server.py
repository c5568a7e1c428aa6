"""A server beside the product, as a process on a loopback port: started, waited for, held still, ended."""

import contextlib
import signal
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

_READY_SECONDS = 120


@contextlib.contextmanager
def scratch() -> Iterator[tuple[Path, contextlib.ExitStack]]:
    """A scratch directory and a stack of what to end before it goes, which also happens on SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as stack:
        yield Path(directory), stack


class Server:
    """A running server with no environment but what it is given, and a scratch directory as its home.

    Args:
        path: answers a GET, whatever it says, once the server is ready.
    """

    def __init__(
        self, command: Sequence[str | Path], port: int, directory: Path, *, path: str = "/", **environment: str
    ) -> None:
        directory.mkdir(exist_ok=True)
        self.port = port
        self.base = f"http://127.0.0.1:{port}"
        self._log = directory / "log"
        given = {"PATH": f"{Path(command[0]).parent}:/usr/bin:/bin", "HOME": str(directory)} | environment
        with self._log.open("wb") as log:
            self._process = psutil.Popen(command, env=given, cwd=directory, stdout=log, stderr=log)
        try:
            self._wait(path)
        except BaseException:
            self.kill()
            raise

    def _wait(self, path: str) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self.ask(path)
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"not ready: {self._log.read_text(errors='replace')[-4000:]}")

    def ask(self, path: str, body: bytes | None = None) -> bytes:
        """The body of an answer to a GET, or to a POST of JSON."""
        request = urllib.request.Request(self.base + path, body, {"Content-Type": "application/json"})  # noqa: S310 -- loopback
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 -- loopback
            content: bytes = answer.read()
            return content

    def hold(self) -> None:
        """Stop the whole tree where it stands, so that it takes nothing from what is measured next."""
        for process in self._tree():
            process.suspend()

    def release(self) -> None:
        """Let it go on."""
        for process in self._tree():
            process.resume()

    def kill(self) -> None:
        """End the whole tree."""
        for process in self._tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()

    def _tree(self) -> list[psutil.Process]:
        if not self._process.is_running():
            return []
        return [*self._process.children(recursive=True), self._process]
