"""A worker's own process: `python -m helicorder.workers.process`, started by the pool and by nothing else.

File descriptor 0 is a socket to the server. Over it come jobs, each a function and its arguments; the outcome of each
goes back. The end of the socket ends the process.
"""

import contextlib
import ctypes
import gc
import os
import resource
import signal
import sys
from multiprocessing.connection import Connection

from helicorder.workers.jobs import do

NICENESS = 5
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Do jobs until the server closes the socket."""
    _step_back(memory_bytes=int(sys.argv[1]))
    gc.disable()  # a job's values are gone when it ends, and few are in circles
    with Connection(0) as server, contextlib.suppress(EOFError, OSError):
        while True:
            server.send_bytes(do(server.recv_bytes()))
            gc.collect()


def _step_back(memory_bytes: int) -> None:
    """Die with the server, leave signals to it, give way to it, and take no more than a bounded memory."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.nice(NICENESS)


if __name__ == "__main__":
    main()
