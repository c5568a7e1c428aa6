"""Small file systems of a test's own, to fill."""

import contextlib
import os
import pathlib
import subprocess
from collections.abc import Iterator

import pytest


@contextlib.contextmanager
def small_disk(place: pathlib.Path, mebibytes: int) -> Iterator[pathlib.Path]:
    """A file system in memory, mounted at a directory that is made; skips the test where mounting is not allowed."""
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", place], check=False)
    if mounted.returncode:
        pytest.skip("mounting a small disk needs privileges that are not given here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(disk: pathlib.Path, leave: int = 0) -> None:
    """Take all free bytes of a disk but for some, with the file `ballast`."""
    ballast = os.open(disk / "ballast", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        with contextlib.suppress(OSError):
            while True:
                os.write(ballast, b"\0" * 4096)
        os.truncate(ballast, max(0, os.fstat(ballast).st_size - leave))
    finally:
        os.close(ballast)
