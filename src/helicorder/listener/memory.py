"""Memory that was freed goes back to the system.

Python's larger values lie in the C library's heap, which keeps what was freed in between what is still used: after a
flood that may be a gigabyte. glibc gives it back when it is asked to; the allocators of other systems do so by
themselves.
"""

import asyncio
import contextlib
import ctypes
from typing import Any

import psutil
import structlog

log = structlog.get_logger()

_LOOK_SECONDS = 5.0
# Giving back holds up the process, for 0.3 s after a flood of 600 MB: only what is worth it is asked for.
_WORTH_GIVING_BACK = 64 * 1024 * 1024


_LARGE_BLOCK_BYTES = 1024 * 1024
_M_MMAP_THRESHOLD = -3  # of glibc's malloc.h


class _Heap(ctypes.Structure):
    """What glibc says of its heap: struct mallinfo2."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def release_large_blocks() -> None:
    """Have glibc return each block of a megabyte or more to the system as soon as it is freed.

    By itself glibc raises that size to that of the largest block freed so far, up to 32 MiB: after one large body, all
    others would come from a heap that never shrinks.
    """
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK_BYTES)


async def give_back() -> None:
    """Ask glibc for what is free, for ever, whenever the process keeps much more than it uses."""
    library: Any = ctypes.CDLL(None)
    if not (hasattr(library, "mallinfo2") and hasattr(library, "malloc_trim")):
        return
    library.mallinfo2.restype = _Heap
    # Memory outside of the heap is part of the difference, so only its growth counts.
    least = _unused(library)
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        before = _unused(library)
        least = min(least, before)
        if before - least > _WORTH_GIVING_BACK:
            await asyncio.to_thread(library.malloc_trim, 0)
            least = _unused(library)
            log.info("memory_given_back", bytes=before - least)


def _unused(library: Any) -> int:
    """Resident bytes that the heap does not use."""
    heap: _Heap = library.mallinfo2()
    return int(psutil.Process().memory_info().rss - heap.uordblks - heap.hblkhd)
