"""A data directory has one owner: an advisory lock that the kernel drops when the owner dies."""

import contextlib
import fcntl
import os
import stat
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import psutil

from helicorder import errors

LOCK_NAME = "helicorder.lock"
DYING_SECONDS = 5.0
RETRY_SECONDS = 0.02
CLOCK_SLACK_SECONDS = 2.0
_OWN = ("control.lock", "control.sqlite*", "engine", "journal.sqlite*", "reserve")
_OTHERS = 0o077


class Owner(msgspec.Struct, frozen=True):
    """Who holds a directory: the process id and when the lock was taken."""

    pid: int
    since: datetime


class Held:
    """A directory that this process holds until `release`, or until it dies."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    def release(self) -> None:
        """Let go of the directory; harmless when called again."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def hold(path: Path, *, owner_pid: int | None = None) -> Held:
    """Hold `path` for `owner_pid`, by default this process; the directory is made if it is not there, with mode 0700.

    What Helicorder keeps in it is shut to others, where a copy or an earlier start has left it open.

    A lock file left by a dead process never blocks: the lock is the kernel's, the file only names the owner. When the
    owner is dead but the lock is not free yet, a child of it is on its way out, which is worth up to 5 seconds.

    Raises:
        DataDirectoryHeld: a living process owns the directory; the message names it.
        OSError: the directory cannot be made or written to.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (path / LOCK_NAME).exists() or not any(path.iterdir()):
        path.chmod(0o700)  # it is ours alone; a directory with other things in it, /tmp say, is left as it is
    descriptor = os.open(path / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _lock(descriptor, path)
        os.fchmod(descriptor, 0o600)
        _shut(path)
        owner = Owner(pid=owner_pid or os.getpid(), since=datetime.now(UTC))
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, msgspec.json.encode(owner), 0)
    except BaseException:
        os.close(descriptor)
        raise
    return Held(path, descriptor)


def _shut(path: Path) -> None:
    """Take from group and others all that they may do with our files and directories below `path`.

    The tree has as many directories as the engine has parts, so it is walked only when something near its top is open:
    whoever left it open, by a copy or a umask, left the top open, too. The top is shut last, so that a walk that was
    interrupted is made again.
    """
    own = [entry for pattern in _OWN for entry in path.glob(pattern)]
    near = [*own, *path.glob("engine/*"), *path.glob("engine/store/*")]
    if not any(_is_open(entry) for entry in near):
        return
    for directory, below, files in os.walk(path / "engine", topdown=False):
        _close_all(Path(directory, name) for name in (*files, *below))
    _close_all(own)


def _close_all(entries: Iterable[Path]) -> None:
    for entry in entries:
        with contextlib.suppress(FileNotFoundError):  # an engine that is on its way out may still remove parts
            if _is_open(entry):
                entry.chmod(stat.S_IMODE(entry.stat().st_mode) & ~_OTHERS)


def _is_open(entry: Path) -> bool:
    mode = entry.lstat().st_mode
    return bool(mode & _OTHERS) and not stat.S_ISLNK(mode)  # a link's own mode says nothing and cannot be changed


def _lock(descriptor: int, path: Path) -> None:
    deadline = time.monotonic() + DYING_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            owner = _owner(descriptor)
        if (owner is not None and _alive(owner)) or time.monotonic() > deadline:
            raise errors.DataDirectoryHeld(_sentence(path, owner))
        time.sleep(RETRY_SECONDS)


def _owner(descriptor: int) -> Owner | None:
    try:
        return msgspec.json.decode(os.pread(descriptor, 4096, 0), type=Owner)
    except msgspec.DecodeError:
        return None  # the lock was taken a moment ago and its owner is still writing its name


def _alive(owner: Owner) -> bool:
    try:
        process = psutil.Process(owner.pid)
        reused = process.create_time() > owner.since.timestamp() + CLOCK_SLACK_SECONDS
        return not reused and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _sentence(path: Path, owner: Owner | None) -> str:
    holder = "another process" if owner is None else f"process {owner.pid} (since {owner.since:%Y-%m-%d %H:%M:%S} UTC)"
    return f"{path} is held by {holder}: stop it first, or choose another data directory."
