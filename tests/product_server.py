"""The product as a process, for tests: started, asked, killed and started again."""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import msgspec
import psutil

from helicorder.demo import provider

READY_SECONDS = 60
STOP_SECONDS = 40


class Answer(msgspec.Struct, frozen=True):
    """One HTTP answer: status, lower-cased headers (the last of a name), body bytes, every Set-Cookie."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Product:
    """One server tree on a data directory and a free loopback port, with a key that is valid from the first start."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.key = f"sk-helicone-test-{secrets.token_hex(12)}"
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None
        self.log_path = data_dir.with_suffix(".log")

    def start(self) -> Self:
        """Start and wait until it is ready."""
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                self.serve_command(),
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_ready()
        return self

    def serve_command(self) -> list[str]:
        """The command line that starts the server."""
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--data-dir", str(self.data_dir)]
        return [sys.executable, "-m", "helicorder", "serve", *options]

    def environment(self) -> dict[str, str]:
        """The environment of the server and of commands beside it."""
        given = {f"HELICORDER_{name.upper()}": value for name, value in self.settings.items()}
        return dict(os.environ) | {"HELICORDER_BOOTSTRAP_API_KEY": self.key} | given

    def wait_ready(self) -> None:
        """Return once /health/ready answers 200."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}: {self.log()}")
            with contextlib.suppress(OSError):
                if self.ask("GET", "/health/ready").status == 200:
                    return
            time.sleep(0.02)
        raise AssertionError(f"the server was not ready in {READY_SECONDS} s: {self.log()}")

    def log(self) -> str:
        """What the server wrote so far."""
        return self.log_path.read_text(errors="replace")[-4000:]

    def tree(self) -> list[psutil.Process]:
        """The server and its children."""
        assert self.process is not None
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def engine(self) -> psutil.Process:
        """The engine's process."""
        return next(self._engines())

    def _engines(self) -> Iterator[psutil.Process]:
        for process in self.tree():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                if "helicorder.engine.process" in process.cmdline():
                    yield process

    def kill(self) -> None:
        """Kill -9 the whole tree."""
        for process in self.tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        assert self.process is not None
        self.process.wait()

    def wait_replaced(self, engine: psutil.Process) -> None:
        """Return once another engine has taken the place of one that was killed."""
        engine.wait(READY_SECONDS)
        deadline = time.monotonic() + READY_SECONDS
        while not any(True for _ in self._engines()):
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)
        self.wait_ready()

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def command(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a helicorder command on the same data directory."""
        return subprocess.run(
            [sys.executable, "-m", "helicorder", *arguments, "--data-dir", str(self.data_dir)],
            env=self.environment(),
            capture_output=True,
            input=stdin,
            text=True,
            timeout=60,
            check=False,
        )

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        *,
        key: str | None = "",
    ) -> Answer:
        """One HTTP exchange; ``key`` "" is the product's own, None is none. Bytes go as they are, all else as JSON."""
        sent = dict(headers or {})
        if key is not None:
            sent.setdefault("Authorization", f"Bearer {key or self.key}")
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(self.base + path, data=data, headers=sent, method=method)  # noqa: S310 -- loopback
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 -- loopback
                return _answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as answer:
            with answer:
                return _answer(answer.code, answer.headers, answer.read())

    def read(self, request_id: str) -> Any:
        """The request's row."""
        answer = self.ask("GET", f"/v1/request/{request_id}")
        assert answer.status == 200, answer.body
        return answer.json()["data"]

    def query(self, filter_: Any = "all", **options: Any) -> list[Any]:
        """Rows of query-clickhouse."""
        answer = self.ask("POST", "/v1/request/query-clickhouse", {"filter": filter_, **options})
        assert answer.status == 200, answer.body
        rows: list[Any] = answer.json()["data"]
        return rows


def _answer(status: int, headers: Any, body: bytes) -> Answer:
    lowered = {name.lower(): value for name, value in headers.items()}
    return Answer(status, lowered, body, tuple(headers.get_all("set-cookie", ())))


def free_port() -> int:
    """A loopback port that was free a moment ago, and below those that the kernel gives to clients.

    A server that is down for a while finds it free again.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@contextlib.contextmanager
def fake_provider() -> Iterator[str]:
    """The demo's provider in a thread of its own, so that blocking clients can talk to it; its base URL."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fake provider")
    thread.start()
    runner, url = asyncio.run_coroutine_threadsafe(provider.start(), loop).result(10)
    try:
        yield url
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
