"""How much the journal may still take: the bounds of its file, the disk under it, and each organisation's share."""

import contextlib
import os
import pathlib
import shutil
import time
from collections import Counter
from collections.abc import Callable

import msgspec
import structlog

from helicorder.ingest.intake import Unit

_log = structlog.get_logger()

RESERVE_NAME = "reserve"
_RESERVE_BYTES = 32 << 20
_DISK_CHECK_SECONDS = 0.5
# An organisation may have this many times the journal's free bytes waiting: alone it fills three quarters, and there is
# always room for another one (the dynamic thresholds of Choudhury and Hahne, 1998).
_SHARE = 3
# Below this part of the room, bodies of calls are given up, so that scores can be accepted for longer.
_LOW = 0.2

NO_ROOM = "There is no room on the disk, or in the journal, until the store has caught up; try again."
NO_SHARE = "This organisation's share of the journal is used up until the store has caught up; try again."
NO_BODIES = "There is no room left for bodies of calls; scores and calls without bodies are still accepted."


class Limits(msgspec.Struct, frozen=True):
    """Where the journal stops: live bytes of its file at most, free bytes on its disk at least."""

    journal_max_bytes: int
    min_free_bytes: int


class Room:
    """Judges what may be written now. It belongs to the journal's writer thread.

    A file of some megabytes is kept as a reserve. When the disk is full it is given up, so that there is room to trim,
    to delete and to shut down; when there is space again it is made again.

    Attributes:
        is_low: little is left: bodies of calls are not accepted any more.
        reserve_bytes: what the reserve holds; 0 while it is given up.
    """

    def __init__(self, directory: pathlib.Path, limits: Limits) -> None:
        self.is_low = False
        self._reserve = directory / RESERVE_NAME
        self.reserve_bytes = self._reserve.stat().st_size if self._reserve.exists() else 0
        self._directory = directory
        self._limits = limits
        self._checked_at = -_DISK_CHECK_SECONDS
        self._free = 0
        self._journal_left = 0

    def look(self, used_bytes: int) -> None:
        """Take in how many bytes the journal uses now, and twice a second how many the disk has left."""
        now = time.monotonic()
        if now >= self._checked_at + _DISK_CHECK_SECONDS:
            self._checked_at = now
            self._check_disk()
        self._journal_left = self._limits.journal_max_bytes - used_bytes
        low_journal = self._journal_left < _LOW * self._limits.journal_max_bytes
        self.is_low = low_journal or self._free < 2 * self._limits.min_free_bytes

    def refusals(self, units: list[Unit], waiting: Callable[[str], int]) -> list[str]:
        """Per unit why there is no room for it; empty for those that fit, all of them together.

        Args:
            units: in the order in which they came.
            waiting: how many bytes of an organisation wait for the store.
        """
        journal_left, disk_left = self._journal_left, self._free - self._limits.min_free_bytes
        taken: Counter[str] = Counter()
        reasons: list[str] = []
        for unit in units:
            if unit.size >= min(journal_left, disk_left):
                reasons.append(NO_ROOM)
            elif waiting(unit.org_id) + taken[unit.org_id] + unit.size > _SHARE * journal_left:
                reasons.append(NO_SHARE)
            elif unit.has_bodies and self.is_low:
                reasons.append(NO_BODIES)
            else:
                reasons.append("")
                journal_left -= unit.size
                disk_left -= unit.size
                taken[unit.org_id] += unit.size
        return reasons

    def _check_disk(self) -> None:
        try:
            self._free = shutil.disk_usage(self._directory).free
            self._tend_reserve()
        except OSError:
            self._free = 0

    def _tend_reserve(self) -> None:
        """Give the reserve up on a full disk; make it once there is more than twice the space that it needs."""
        if self.reserve_bytes and self._free < _RESERVE_BYTES // 2:
            self._reserve.unlink(missing_ok=True)
            self.reserve_bytes = 0
            _log.critical("disk_full_reserve_given_up", free_bytes=self._free)
        elif not self.reserve_bytes and self._free > self._limits.min_free_bytes + 2 * _RESERVE_BYTES:
            self.reserve_bytes = _allocate(self._reserve, _RESERVE_BYTES)


def _allocate(path: pathlib.Path, size: int) -> int:
    """Make a file that really takes its bytes on the disk; 0 where the disk cannot promise that."""
    handle = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        # Where the system cannot allocate (macOS), the file would hold nothing.
        os.posix_fallocate(handle, 0, size)
    except (AttributeError, OSError):
        with contextlib.suppress(OSError):
            path.unlink()
        return 0
    finally:
        os.close(handle)
    return size
