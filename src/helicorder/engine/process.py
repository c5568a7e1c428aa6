"""The engine's own process: `python -m helicorder.engine.process`, started by the supervisor and by nothing else.

File descriptor 0 is a socket to the supervisor. The first line that comes is an Order; one Report goes back; a line
"stop" ends the process cleanly; end of file means that the supervisor is dead, and ends it at once.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import sys
from pathlib import Path

import msgspec

from helicorder import data_directory, errors
from helicorder.engine.orders import BACKLOG, DATABASE, Order, Report

CONTROL_DESCRIPTOR = 0
STORE_NAME = "store"
FINISH_SECONDS = 5.0
OUT_OF_MEMORY_SCORE = 500
NICENESS = 5
PR_SET_PDEATHSIG = 1


def main() -> int:
    """Take the order, serve, and exit 0 after "stop", 1 otherwise."""
    _step_back()
    control = socket.socket(fileno=CONTROL_DESCRIPTOR)
    line = _first_line(control)
    if not line:
        return 1
    order = msgspec.json.decode(line, type=Order)
    if os.getppid() != order.supervisor_pid:
        return 1
    try:
        with data_directory.hold(Path(order.directory), owner_pid=order.supervisor_pid):
            os.chdir(order.directory)
            asyncio.run(_serve(order, control))
    except errors.DataDirectoryHeld as held:
        _report(control, Report(problem=held.message, held=True))
        return 1
    except (OSError, RuntimeError) as error:
        _report(control, Report(problem=f"{order.directory}: {error}"))
        return 1
    return 0


def _step_back() -> None:
    """Die with the supervisor, leave signals to it, and be the one to go when memory runs out."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(str(OUT_OF_MEMORY_SCORE))
    os.umask(0o077)
    os.putenv("TZ", "UTC")  # read by the engine's library, which has no other way to be told
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _first_line(control: socket.socket) -> bytes:
    with control.makefile("rb", buffering=0) as lines:
        return lines.readline()


def _report(control: socket.socket, report: Report) -> None:
    with contextlib.suppress(OSError):
        control.sendall(msgspec.json.encode(report) + b"\n")


async def _serve(order: Order, control: socket.socket) -> None:
    # Imported here: an order that cannot be carried out is refused without the second it takes to load the engine.
    from aiohttp import web  # noqa: PLC0415 -- as said above

    from helicorder.engine.protocol import MAX_LINE_BYTES, Credentials, Protocol  # noqa: PLC0415 -- as said above
    from helicorder.engine.store import Limits, Store  # noqa: PLC0415 -- as said above

    limits = Limits(memory_mb=order.memory_mb, threads=order.threads)
    with Store(STORE_NAME, database=DATABASE, limits=limits) as store:
        protocol = Protocol(store, Credentials(user=order.user, password=order.password))
        runner = web.AppRunner(
            protocol.application(),
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=FINISH_SECONDS,
            max_line_size=MAX_LINE_BYTES,
        )
        await runner.setup()
        await web.SockSite(runner, socket.socket(fileno=order.listener), backlog=BACKLOG).start()
        reader, writer = await asyncio.open_connection(sock=control)
        writer.write(msgspec.json.encode(Report()) + b"\n")
        os.nice(NICENESS)  # only now: a start should take as little time as it can
        if await reader.readline() != b"stop\n":
            os._exit(1)
        await runner.cleanup()


if __name__ == "__main__":
    status = main()
    # A query that did not finish in time must not hold the exit: the store is closed, or safe as after a crash.
    os._exit(status)
