"""Jobs that the tests of the pool give to workers, by their module's name."""

import os
import signal
import time

from helicorder.errors import Invalid


def process_of(_: bytes) -> int:
    """The process that this runs in."""
    return os.getpid()


def sleep(_: bytes, seconds: float) -> int:
    """Take a while."""
    time.sleep(seconds)
    return os.getpid()


def fill(_: bytes, size: int) -> int:
    """Take memory."""
    return len(bytearray(size))


def refuse(_: bytes) -> None:
    """Say no."""
    raise Invalid("Not this.")


def fail(_: bytes) -> None:
    """Fail in a way that nobody foresaw."""
    raise ZeroDivisionError


def die(_: bytes) -> None:
    """Die at once."""
    os.kill(os.getpid(), signal.SIGKILL)
