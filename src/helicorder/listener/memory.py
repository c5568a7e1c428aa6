"""Memory that was freed goes back to the system.

Python's larger values lie in the C library's heap, which keeps what was freed in between what is still used: after a
flood that may be a gigabyte. glibc gives it back when it is asked to; the allocators of other systems do so by
themselves.
"""

import asyncio
import ctypes
import gc
from typing import Any

import psutil
import structlog

log = structlog.get_logger()

_LOOK_SECONDS = 5.0
# Giving back holds up the process, for 0.3 s after a flood of 600 MB: only what is worth it is asked for.
_WORTH_GIVING_BACK = 64 * 1024 * 1024
_YOUNG = 1  # the generations of objects that are not old yet


class _Heap(ctypes.Structure):
    """What glibc says of its heap: struct mallinfo2."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


async def give_back() -> None:
    """Ask glibc for what is free, for ever, whenever the process keeps much more than it uses."""
    library: Any = ctypes.CDLL(None)
    if not (hasattr(library, "mallinfo2") and hasattr(library, "malloc_trim")):
        return
    library.mallinfo2.restype = _Heap
    process = psutil.Process()
    smallest = process.memory_info().rss
    # What is not heap is in this difference, too: the least that was seen is what nobody can give back.
    least_kept = smallest - _used(library)
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        resident = process.memory_info().rss
        smallest = min(smallest, resident)
        if resident - smallest < _WORTH_GIVING_BACK:
            continue
        gc.collect(_YOUNG)  # an exception and its frames may hold the body of a request that is over
        kept = resident - _used(library)
        least_kept = min(least_kept, kept)
        if kept - least_kept > _WORTH_GIVING_BACK:
            await asyncio.to_thread(library.malloc_trim, 0)
            left = process.memory_info().rss
            least_kept = left - _used(library)
            log.info("memory_given_back", bytes=resident - left)


def _used(library: Any) -> int:
    heap: _Heap = library.mallinfo2()
    return int(heap.uordblks + heap.hblkhd)
