"""Small disks that can fill up, shrink, turn read-only and lose their power."""

import contextlib
import errno
import fcntl
import os
import pathlib
import random
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator

import msgspec

EXT4_IOC_SHUTDOWN, EXT4_NO_LOG_FLUSH = 0x8004587D, 2
BALLAST = "ballast"
TOP_UP_SECONDS = 0.2
UNMOUNT_SECONDS = 20.0


class Disk(msgspec.Struct, frozen=True):
    """A mounted file system of a bounded size.

    Attributes:
        place: where it is mounted.
        image: the file that it is in; None for one in memory.
    """

    place: pathlib.Path
    image: pathlib.Path | None = None

    def free_bytes(self) -> int:
        """What is free."""
        return shutil.disk_usage(self.place).free

    def fill(self) -> None:
        """Take all that is free, with a ballast file."""
        ballast = os.open(self.place / BALLAST, os.O_CREAT | os.O_WRONLY)
        try:
            for step in (1 << 22, 1 << 16, 4096):
                _grow(ballast, step)
        finally:
            os.close(ballast)

    def hold_full(self, seconds: float, draw: random.Random) -> None:
        """Keep it full: fill it, and with even odds also take at once what the server gives back meanwhile."""
        greedy = draw.random() < 0.5
        until = time.monotonic() + seconds
        self.fill()
        while time.monotonic() < until:
            time.sleep(min(TOP_UP_SECONDS, max(0.0, until - time.monotonic())))
            if greedy:
                self.fill()

    def give_back(self) -> None:
        """Remove the ballast."""
        (self.place / BALLAST).unlink(missing_ok=True)

    def remount(self, options: str) -> None:
        """Change how it is mounted: ``ro``, ``rw``, or in memory ``size=…m``."""
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.place)], check=True, capture_output=True)

    def unmount(self, kept: pathlib.Path) -> None:
        """Unmount an ext4 file system whose users are gone, and keep its file under another name."""
        assert self.image is not None
        # The kernel lets go of the files of a dead process a little later.
        deadline = time.monotonic() + UNMOUNT_SECONDS
        while subprocess.run(["umount", str(self.place)], check=False, capture_output=True).returncode:
            assert time.monotonic() < deadline, f"{self.place} is still in use"
            time.sleep(0.1)
        self.image.rename(kept)

    def fail(self) -> None:
        """Have the kernel find an error in this ext4 file system, and do what the mount options say of errors."""
        found = subprocess.run(
            ["findmnt", "-no", "SOURCE", str(self.place)], check=True, capture_output=True, text=True
        )
        device = pathlib.Path(found.stdout.strip()).name
        pathlib.Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("the fault matrix")

    def cut_power(self, copy: pathlib.Path) -> None:
        """Cut the file system off from its disk, and copy what is on the disk at that moment.

        The copy is made at once: an unmount could still bring the page cache to the disk, and fake a success.
        """
        assert self.image is not None
        handle = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, EXT4_IOC_SHUTDOWN, struct.pack("I", EXT4_NO_LOG_FLUSH))
            subprocess.run(["cp", "--sparse=always", str(self.image), str(copy)], check=True)
        finally:
            os.close(handle)


@contextlib.contextmanager
def tmpfs(place: pathlib.Path, megabytes: int) -> Iterator[Disk]:
    """A disk in memory."""
    with _mounted(place, "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs"):
        yield Disk(place)


@contextlib.contextmanager
def ext4(place: pathlib.Path, megabytes: int) -> Iterator[Disk]:
    """An ext4 file system in a file beside its place; no block is reserved for root."""
    image = place.with_suffix(".image")
    with image.open("wb") as file:
        file.truncate(megabytes << 20)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=True)
    with mounted_image(image, place) as disk:
        yield disk


@contextlib.contextmanager
def mounted_image(image: pathlib.Path, place: pathlib.Path) -> Iterator[Disk]:
    """The file system in a file; the file goes when the block ends."""
    try:
        with _mounted(place, "-o", "loop", str(image)):
            yield Disk(place, image)
    finally:
        image.unlink(missing_ok=True)


@contextlib.contextmanager
def _mounted(place: pathlib.Path, *arguments: str) -> Iterator[None]:
    place.mkdir(exist_ok=True, parents=True)
    subprocess.run(["mount", *arguments, str(place)], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False, capture_output=True)


def _grow(file: int, step: int) -> None:
    try:
        while True:
            os.posix_fallocate(file, os.fstat(file).st_size, step)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
