"""What this machine lets the harness do. What it does not, is said in the table and never counts as passed."""

import ctypes
import functools
import os
import pathlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable

import psutil

CLONE_NEWNS = 0x00020000
LIBFAKETIME = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib*/faketime/libfaketime.so.1")
ENOUGH_DESCRIPTORS = 12_000


def root() -> str:
    """Why there is no root here; empty if there is."""
    return "" if os.geteuid() == 0 else "not root"


@functools.cache
def mounts() -> str:
    """Why nothing can be mounted here; empty if it can."""
    return root() or _mount_problem("tmpfs", "-t", "tmpfs", "-o", "size=1m", "tmpfs")


@functools.cache
def loop_devices() -> str:
    """Why no file can be mounted as an ext4 file system here; empty if it can."""
    if reason := mounts():
        return reason
    if shutil.which("mkfs.ext4") is None:
        return "mkfs.ext4 is not installed"
    with tempfile.TemporaryDirectory() as scratch:
        image = pathlib.Path(scratch, "image")
        with image.open("wb") as file:
            file.truncate(8 << 20)
        subprocess.run(["mkfs.ext4", "-q", image], check=True)
        return _mount_problem("loop device", "-o", "loop", str(image))


@functools.cache
def tracing() -> str:
    """Why strace cannot attach to a process here; empty if it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], capture_output=True, text=True, check=False)
    return root() or (f"strace may not trace here: {tried.stderr.strip()}" if tried.returncode else "")


@functools.cache
def quotas() -> str:
    """Why a process cannot be given a bound on the size of its files; empty if it can."""
    return "" if shutil.which("prlimit") else "prlimit is not installed"


def faketime() -> str:
    """Why there is no libfaketime here; empty if there is."""
    return "" if libfaketime() else "libfaketime is not installed"


def libfaketime() -> str:
    """The path of libfaketime, empty where it is not."""
    found = [path for pattern in LIBFAKETIME for path in pathlib.Path("/").glob(pattern[1:])]
    return str(found[0]) if found else ""


def descriptors() -> str:
    """Why a process may not have enough open files here; empty if it may."""
    _, hard = psutil.Process().rlimit(psutil.RLIMIT_NOFILE)
    enough = hard in (-1, psutil.RLIM_INFINITY) or hard >= ENOUGH_DESCRIPTORS
    return "" if enough else f"a process may open {hard} files; {ENOUGH_DESCRIPTORS} are needed"


def unshare_mounts() -> None:
    """Give this process mounts of its own: the kernel takes them away with it, however it dies."""
    if not root():
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNS) == 0:
            subprocess.run(["mount", "--make-rprivate", "/"], check=True)


def missing(needs: tuple[Callable[[], str], ...]) -> str:
    """Why the first of some needs is not met; empty if all are."""
    return next((reason for need in needs if (reason := need())), "")


def _mount_problem(what: str, *arguments: str) -> str:
    with tempfile.TemporaryDirectory() as place:
        tried = subprocess.run(["mount", *arguments, place], capture_output=True, text=True, check=False)
        if tried.returncode:
            return f"no {what} can be mounted here"
        subprocess.run(["umount", "--lazy", place], check=True)
        return ""
