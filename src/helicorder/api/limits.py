"""What an organisation, and all together, may take of the server at once."""

import msgspec

from helicorder.workers.pool import Pool
from helicorder.workers.shares import Shares

LARGE_BODIES = 3
"""Bodies of over a megabyte, received or sent, that one organisation may have in memory at once."""
EXPORTS = 4
"""Exports that one organisation may read at once: each takes about 100 MB of the engine's memory."""


class LimitStats(msgspec.Struct, frozen=True, kw_only=True):
    """How often a limit was met; counts are since start.

    Attributes:
        calls_unread: proxied calls that were recorded with something unknown, as their bodies are too complex to read.
        workers_killed: workers that took too long or too much memory to read a body, or died.
        large_bodies: requests that hold large bodies now, of those received or of those sent.
        bodies_refused: requests refused because their organisation had too many large bodies in memory.
        exports: exports that are being read now.
        exports_refused: exports refused because too many were being read.
        readers_broken_off: answers broken off because their reader took nothing for too long.
    """

    calls_unread: int = 0
    workers_killed: int = 0
    large_bodies: int = 0
    bodies_refused: int = 0
    exports: int = 0
    exports_refused: int = 0
    readers_broken_off: int = 0


class Limits:
    """The shares of what is scarce, and how patient the server is with readers.

    Attributes:
        pool: reads large bodies.
        large_bodies: what they bound is memory.
        exports: what they bound is the engine's memory.
        reader_idle_seconds: how long a reader may take nothing of its answer.
        readers_broken_off: how many took longer.
    """

    def __init__(self, pool: Pool, *, reader_idle_seconds: float) -> None:
        self.pool = pool
        self.large_bodies = Shares("large bodies", each=LARGE_BODIES, in_all=8 * LARGE_BODIES, patience=10.0)
        self.exports = Shares("exports", each=EXPORTS, in_all=2 * EXPORTS, patience=0.0)
        self.reader_idle_seconds = reader_idle_seconds
        self.readers_broken_off = 0

    def stats(self, calls_unread: int) -> LimitStats:
        """The state now."""
        return LimitStats(
            calls_unread=calls_unread,
            workers_killed=self.pool.killed,
            large_bodies=self.large_bodies.held,
            bodies_refused=self.large_bodies.refused,
            exports=self.exports.held,
            exports_refused=self.exports.refused,
            readers_broken_off=self.readers_broken_off,
        )
