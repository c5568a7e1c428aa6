"""Faults at system calls: strace attaches to a process that runs, and answers chosen calls itself."""

import contextlib
import pathlib
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence

import msgspec

ATTACH_SECONDS = 20.0


class Injection(msgspec.Struct, frozen=True):
    """What happens at which system calls.

    Attributes:
        calls: names of system calls, with commas between them.
        fault: in strace's words: ``error=EIO:when=3+``, ``signal=KILL:when=7``, ``delay_enter=200000``. The number of
            a call counts in each thread by itself.
        paths: the files whose calls count; all where there are none.
    """

    calls: str
    fault: str
    paths: tuple[pathlib.Path, ...] = ()


@contextlib.contextmanager
def injected(pid: int, injection: Injection, log: pathlib.Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A fault in all threads of a process, until the block ends or the process dies; yields the tracer."""
    command = ["strace", "-f", "-qq", "-o", str(log), "-p", str(pid), *_options(injection)]
    tracer = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_attached(pid, tracer)
        yield tracer
    finally:
        if tracer.poll() is None:
            tracer.send_signal(signal.SIGTERM)  # strace lets go of what it traced
            with contextlib.suppress(subprocess.TimeoutExpired):
                tracer.wait(20)
        tracer.kill()
        tracer.wait()


def count(log: pathlib.Path) -> int:
    """How many calls strace has changed so far."""
    return log.read_text(errors="replace").count("(INJECTED)") if log.exists() else 0


def _options(injection: Injection) -> Sequence[str]:
    paths = [option for path in injection.paths for option in ("-P", str(path))]
    return [*paths, "-e", f"trace={injection.calls}", "-e", f"inject={injection.calls}:{injection.fault}"]


def _wait_attached(pid: int, tracer: "subprocess.Popen[bytes]") -> None:
    """Return once every thread is traced."""
    deadline = time.monotonic() + ATTACH_SECONDS
    while time.monotonic() < deadline and tracer.poll() is None:
        tasks = list(pathlib.Path(f"/proc/{pid}/task").glob("*/status"))
        with contextlib.suppress(OSError):
            if tasks and all(f"TracerPid:\t{tracer.pid}\n" in task.read_text() for task in tasks):
                return
        time.sleep(0.02)
    if tracer.poll() is None:
        raise TimeoutError(f"strace did not attach to process {pid}")
