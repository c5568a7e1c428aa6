"""How often the same trouble is logged."""

import time


class Pace:
    """Lets one event through per period: what repeats a thousand times a second is logged once in a while."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0

    def allows(self) -> bool:
        """Whether to speak now."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True
