"""How often something may fail: a few times at once, then once in a while, for each subject by itself.

The generic cell rate algorithm: one number per subject, the time up to which its failures are paid for. What is
remembered is bounded and lives in memory: every server counts for itself, and a restart forgets.
"""

import hashlib
import heapq
import operator
import time
from collections.abc import Callable

MAX_SUBJECTS = 16_384


class Attempts:
    """Counts failures by subject.

    Args:
        at_once: how many may follow one another without a pause.
        seconds_each: how long each of them is remembered, and so how often one more may follow.
        clock: seconds that never run backwards.
    """

    def __init__(self, at_once: int, seconds_each: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = (at_once - 1) * seconds_each
        self._seconds_each = seconds_each
        self._clock = clock
        self._paid_until: dict[bytes, float] = {}

    def wait(self, subject: str) -> float:
        """How many seconds a subject has to wait before it may try again; 0 when it need not."""
        until = self._paid_until.get(_short(subject), 0.0)
        return max(0.0, until - self._clock() - self._patience)

    def count(self, subject: str) -> None:
        """Count an attempt as failed, before it is made: of many at the same moment none is overlooked."""
        self._move(subject, self._seconds_each)

    def forgive(self, subject: str) -> None:
        """Take back what was counted: the attempt did not fail."""
        self._move(subject, -self._seconds_each)

    def _move(self, subject: str, seconds: float) -> None:
        key, now = _short(subject), self._clock()
        until = max(self._paid_until.pop(key, now), now) + seconds
        if until > now:
            self._paid_until[key] = until
        if len(self._paid_until) > MAX_SUBJECTS:
            # Those nearest to being free go: a flood of new subjects cannot make one that has failed often forgotten.
            most = heapq.nlargest(MAX_SUBJECTS * 3 // 4, self._paid_until.items(), key=operator.itemgetter(1))
            self._paid_until = dict(most)


def _short(subject: str) -> bytes:
    # A subject is whatever a caller sent, of any length.
    return hashlib.blake2b(subject.encode(errors="surrogatepass"), digest_size=16).digest()
