"""A disk that fills, fails and loses power under SQLite: the system's own VFS with three of its functions watched.

The files are real. What was written since the last fsync is noted, and `power_cut` gives what may be left: all of it,
none, a beginning, any part of it torn or as garbage. What an fsync covered stays. A failed fsync covers nothing, and no
later one makes up for it, as on Linux. Names of files are kept at once: SQLite syncs the directory where it matters.
"""

import _sqlite3
import contextlib
import ctypes
import errno
import os
import pathlib
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from ingest.simulated_time import Killed, Threads

OK, IOERR, FULL = 0, 10, 13
IOERR_WRITE, IOERR_FSYNC = IOERR | 3 << 8, IOERR | 4 << 8

Address, Int, Int64 = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
# The path as an address: SQLite keeps the pointer, so it must be handed on as it came.
OPEN = ctypes.CFUNCTYPE(Int, Address, Address, Address, Int, Address)
SLEEP = ctypes.CFUNCTYPE(Int, Address, Int)
WRITE = ctypes.CFUNCTYPE(Int, Address, Address, Int, Int64)
TRUNCATE = ctypes.CFUNCTYPE(Int, Address, Int64)
SYNC = ctypes.CFUNCTYPE(Int, Address, Int)


class Methods(ctypes.Structure):
    """`sqlite3_io_methods`; what is only handed on is an address."""

    _fields_ = (
        ("version", Int), ("close", Address), ("read", Address), ("write", WRITE), ("truncate", TRUNCATE),
        ("sync", SYNC),
        *((f"_{n}", Address) for n in range(13)),
    )  # fmt: skip


class Vfs(ctypes.Structure):
    """`sqlite3_vfs`."""

    _fields_ = (
        ("version", Int), ("file_size", Int), ("longest_path", Int), ("next", Address), ("name", ctypes.c_char_p),
        ("data", Address), ("open", OPEN), *((f"_{n}", Address) for n in range(8)), ("sleep", SLEEP),
        *((f"_{n}", Address) for n in range(8, 14)),
    )  # fmt: skip


class Image:
    """One file: what a power cut cannot take, and the changes since, in order; data None cuts the file off."""

    def __init__(self, durable: bytes) -> None:
        self.durable = bytearray(durable)
        self.pending: list[tuple[int, bytes | None]] = []

    def sync(self) -> None:
        """All changes are durable."""
        for change in self.pending:
            _apply(self.durable, *change)
        self.pending.clear()

    def fail_sync(self, draw: random.Random) -> None:
        """Some changes reached the disk. The others are forgotten by the kernel, and never written again."""
        for change in self.pending:
            if draw.random() < 0.5:
                _apply(self.durable, *change)
        self.pending.clear()

    def after_power_cut(self, draw: random.Random) -> bytes:
        """What a restart may find."""
        left = bytearray(self.durable)
        kept = draw.choice((0.0, 0.5, 0.9, 1.0))
        ends = draw.randint(0, len(self.pending))
        for number, (offset, data) in enumerate(self.pending):
            if (kept == 1.0 and number >= ends) or draw.random() >= kept:
                continue
            if data and draw.random() < 0.2:
                torn = draw.randint(0, len(data))
                data = data[:torn] + (draw.randbytes(len(data) - torn) if draw.random() < 0.5 else b"")  # noqa: PLW2901
            _apply(left, offset, data)
        return bytes(left)


def _apply(image: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del image[offset:]
        return
    image.extend(bytes(max(0, offset - len(image))))
    image[offset : offset + len(data)] = data


class Disk:
    """A directory whose SQLite files are watched.

    Attributes:
        free: bytes that files may still grow by.
        full_after: writes that still work before none does, growing or not. None: any number.
        fails_after: writes and fsyncs until one fails with an I/O error, once.
        failed: that error happened.
        is_dead: its process is gone, and nothing is written any more.
        faults: errors given, by kind.
    """

    def __init__(self, directory: pathlib.Path, draw: random.Random, threads: Threads) -> None:
        self.directory = directory
        self.free = 1 << 40
        self.full_after: int | None = None
        self.fails_after: int | None = None
        self.failed = self.is_dead = False
        self.faults: Counter[str] = Counter()
        self.images: dict[str, Image] = {}
        self.draw = draw
        self.threads = threads

    def heal(self) -> None:
        """There is space, and no error is due."""
        self.make_room()
        self.fails_after = None

    def make_room(self) -> None:
        """There is space."""
        self.free, self.full_after = 1 << 40, None

    def image(self, name: str) -> Image:
        """A file by its name; one that was there before is durable."""
        if name not in self.images:
            path = self.directory / name
            self.images[name] = Image(path.read_bytes() if path.exists() else b"")
        return self.images[name]

    def power_cut(self, target: pathlib.Path) -> None:
        """Write what a power cut now may leave."""
        for name in self._names():
            (target / name).write_bytes(self.image(name).after_power_cut(self.draw))

    def kill(self, target: pathlib.Path) -> None:
        """Write what the end of the process leaves: everything, but no later power cut need leave it."""
        for name in self._names():
            (target / name).write_bytes((self.directory / name).read_bytes())

    def _names(self) -> list[str]:
        """The files but for the index in shared memory, which every start makes again."""
        return sorted(path.name for path in self.directory.iterdir() if not path.name.endswith("-shm"))

    def inherit(self, other: "Disk") -> None:
        """Take over what is durable, and what is not, of the disk that these files were copied from."""
        for name, image in other.images.items():
            self.images[name] = Image(bytes(image.durable))
            self.images[name].pending = list(image.pending)

    def writable(self, size: int, growth: int) -> tuple[int, int]:
        """The error of a write, and how many bytes of it are written all the same."""
        if self.is_dead:
            return IOERR_WRITE, 0
        if self.is_failing():
            self.faults["io error: write"] += 1
            return IOERR_WRITE, self.draw.randint(0, size - 1)
        if self.full_after is not None:
            self.full_after -= 1
        if (self.full_after or 0) < 0 or growth > self.free:
            self.faults["disk full"] += 1
            return FULL, min(self.draw.randint(0, size - 1), max(0, size - growth + self.free))
        self.free -= growth
        return OK, size

    def sync(self, name: str) -> int:
        """The error of an fsync; without one all that was written is durable."""
        if self.is_dead:
            return IOERR
        if self.is_failing():
            self.faults["io error: fsync"] += 1
            self.image(name).fail_sync(self.draw)
            return IOERR_FSYNC
        self.image(name).sync()
        return OK

    def is_failing(self) -> bool:
        """Whether this write or fsync is the one that fails."""
        if self.fails_after is None:
            return False
        self.fails_after -= 1
        if self.fails_after >= 0:
            return False
        self.fails_after, self.failed = None, True
        return True


class System:
    """The module `os`, with what it writes to the watched files noted as well."""

    def __init__(self, files: "Files") -> None:
        self._files = files
        self._opened: dict[int, tuple[Disk, str]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: pathlib.Path, flags: int, mode: int = 0o777) -> int:
        """As the system's."""
        file = os.open(path, flags, mode)
        if (disk := self._files.disks.get(str(path.parent))) is not None:
            self._opened[file] = disk, path.name
        return file

    def close(self, file: int) -> None:
        """As the system's."""
        self._opened.pop(file, None)
        os.close(file)

    def pwrite(self, file: int, data: bytes, offset: int) -> int:
        """As the system's, over what is there."""
        disk, name = self._opened[file]
        error, written = disk.writable(len(data), 0)
        if error:
            raise OSError(errno.EIO if error == IOERR_WRITE else errno.ENOSPC, "simulated")
        disk.image(name).pending.append((offset, data[:written]))
        return os.pwrite(file, data, offset)

    def fsync(self, file: int) -> None:
        """As the system's."""
        disk, name = self._opened.get(file, (None, ""))
        if disk is not None and name in disk.images and disk.sync(name):
            raise OSError(errno.EIO, "simulated")


class Files:
    """The VFS, installed as SQLite's default while it is used."""

    def __init__(self) -> None:
        # The module's own library, or the interpreter, where the module is part of it.
        self._sqlite = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
        self._sqlite.sqlite3_vfs_find.restype = ctypes.POINTER(Vfs)
        original = self._sqlite.sqlite3_vfs_find(None).contents
        self._open = original.open
        self._vfs = Vfs.from_buffer_copy(original)
        self._vfs.name = b"simulated"
        self._vfs.open, self._vfs.sleep = OPEN(self._on_open), SLEEP(self._on_sleep)
        self._tables: dict[int, tuple[Methods, Methods]] = {}
        self._files: dict[int, tuple[Disk, str, Methods]] = {}
        self.disks: dict[str, Disk] = {}
        self.threads: Threads | None = None
        self.errors: list[BaseException] = []

    @contextlib.contextmanager
    def installed(self, threads: Threads) -> Iterator[None]:
        """Connections opened in the block are watched, where their directory is one of `disks`."""
        self.threads = threads
        self._sqlite.sqlite3_vfs_register(ctypes.byref(self._vfs), 1)
        try:
            yield
        finally:
            self._sqlite.sqlite3_vfs_unregister(ctypes.byref(self._vfs))
            self.threads = None
            self.disks.clear()

    def _on_open(self, vfs: int, path: int | None, file: int, flags: int, given: int) -> int:
        place = pathlib.Path(ctypes.string_at(path).decode() if path else "")
        directory, name = str(place.parent), place.name
        if directory in self.disks and not place.exists():
            self.disks[directory].images[name] = Image(b"")
        code: int = self._open(vfs, path, file, flags, given)
        if code == OK and directory in self.disks:
            pointer = ctypes.cast(file, ctypes.POINTER(Address))
            table = pointer.contents.value or 0
            if table not in self._tables:
                methods = ctypes.cast(table, ctypes.POINTER(Methods)).contents
                self._tables[table] = (methods, self._watched(methods))
            methods, watched = self._tables[table]
            self._files[file] = (self.disks[directory], name, methods)
            self.disks[directory].image(name)
            pointer.contents.value = ctypes.addressof(watched)
        return code

    def _watched(self, methods: Methods) -> Methods:
        watched = Methods.from_buffer_copy(methods)
        watched.write = WRITE(self._guarded(self._on_write))
        watched.truncate = TRUNCATE(self._guarded(self._on_truncate))
        watched.sync = SYNC(self._guarded(self._on_sync))
        return watched

    def _guarded(self, function: Callable[..., int]) -> Callable[..., int]:
        def guarded(*arguments: int) -> int:
            try:
                return function(*arguments)
            except Killed:
                return IOERR
            except Exception as error:  # noqa: BLE001 -- C cannot raise it; the simulation does
                self.errors.append(error)
                return IOERR

        return guarded

    def _on_write(self, file: int, data: int, size: int, offset: int) -> int:
        disk, name, methods = self._files[file]
        disk.threads.may_switch()
        image = disk.image(name)
        path = disk.directory / name
        error, written = disk.writable(size, max(0, offset + size - path.stat().st_size))
        if written:
            image.pending.append((offset, ctypes.string_at(data, written)))
            error = methods.write(file, data, written, offset) or error
        return error

    def _on_truncate(self, file: int, size: int) -> int:
        disk, name, methods = self._files[file]
        disk.threads.may_switch()
        if disk.is_dead:
            return IOERR
        disk.image(name).pending.append((size, None))
        code: int = methods.truncate(file, size)
        return code

    def _on_sync(self, file: int, _flags: int) -> int:
        disk, name, _ = self._files[file]
        disk.threads.may_switch()
        error = disk.sync(name)
        disk.threads.may_switch()
        return error

    def _on_sleep(self, _vfs: int, microseconds: int) -> int:
        if self.threads is not None:
            with contextlib.suppress(Killed):
                self.threads.sleep(microseconds / 1e6)
        return microseconds
