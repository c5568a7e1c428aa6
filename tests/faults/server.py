"""The server under test: the real one on loopback, that can be killed in parts, limited, frozen and mistimed."""

import contextlib
import pathlib
import signal
import time
from collections.abc import Sequence

import psutil

from product_server import Product

DIES_WITH_THE_HARNESS = ("setpriv", "--pdeathsig", "KILL")
END_SECONDS = 30.0


class Server(Product):
    """A server tree on a data directory, with its log somewhere else.

    Args:
        prefix: a command that starts the server's command, such as ``prlimit``.
        variables: more of the environment.
    """

    def __init__(
        self,
        data_dir: pathlib.Path,
        log: pathlib.Path,
        *,
        prefix: Sequence[str] = (),
        variables: dict[str, str] | None = None,
        **settings: str,
    ) -> None:
        super().__init__(data_dir, **settings)
        self.log_path = log
        self._prefix = prefix
        self._variables = variables or {}

    def serve_command(self) -> list[str]:
        """The command line that starts the server; it dies with the harness, whatever that dies of."""
        return [*DIES_WITH_THE_HARNESS, *self._prefix, *super().serve_command()]

    def environment(self) -> dict[str, str]:
        """The environment; compiled modules are kept, or every start would compile them again."""
        return {
            name: value for name, value in super().environment().items() if name != "PYTHONDONTWRITEBYTECODE"
        } | self._variables

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self.process is not None
        return self.process.pid

    def running(self) -> bool:
        """Whether the server's own process lives."""
        return self.process is not None and self.process.poll() is None

    def engine_process(self) -> psutil.Process | None:
        """The engine; None while there is none."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return next((process for process in self.tree()[1:] if process.is_running()), None)
        return None

    def kill(self) -> None:
        """Kill -9 the whole tree; nothing of it is left when this returns."""
        tree = self.tree()
        super().kill()
        for process in tree:
            wait_gone(process)

    def kill_server(self) -> None:
        """Kill -9 the server alone; the engine follows by itself."""
        engine = self.engine_process()
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        wait_gone(engine)

    def kill_engine(self) -> None:
        """Kill -9 the engine alone, if there is one now."""
        if engine := self.engine_process():
            with contextlib.suppress(psutil.NoSuchProcess):
                engine.kill()

    def end(self) -> None:
        """Whatever state it is in, it is gone afterwards."""
        if self.process is None:
            return
        for process in self.tree() if self.running() else []:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)
                process.kill()
        self.process.wait()

    def metric(self, name: str) -> float:
        """A value of /metrics."""
        lines = self.ask("GET", "/metrics", key=None).body.decode().splitlines()
        return next(float(line.split()[-1]) for line in lines if line.startswith(f"{name} "))


def wait_gone(process: psutil.Process | None) -> None:
    """Return once a process is dead or a zombie."""
    deadline = time.monotonic() + END_SECONDS
    with contextlib.suppress(psutil.NoSuchProcess):
        while process is not None and process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > deadline:
                raise TimeoutError(f"process {process.pid} outlived its server")
            time.sleep(0.01)
