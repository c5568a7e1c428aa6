"""Finding the rows that a store cannot take, so that they do not hold up all the others for ever."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from helicorder.errors import RowsRefused
from helicorder.model.row import Stamped

# So many rows that fail alone, and none that passes: by then the store is at fault, not what the rows hold.
_DOUBT = 8
# How often a row must fail alone, each time beside one that passes, before an error of the store condemns it.
_CONFIRMATIONS = 8

Attempt = Callable[[Sequence[Stamped]], Awaitable[Exception | None]]


async def isolate(batch: Sequence[Stamped], attempt: Attempt, pause: float) -> list[tuple[Stamped, Exception]]:
    """Load by halves a batch that fails as a whole; the rows that fail alone while the store takes others, and why.

    attempt loads rows and gives the error, or None. When this returns, every other row of the batch is loaded.

    Raises:
        Exception: what attempt gave, when it looks like the store's trouble and not a row's.
    """
    suspects: list[tuple[Stamped, Exception]] = []
    witness: Stamped | None = None
    in_a_row = 0
    pieces = [batch]
    while pieces:
        piece = pieces.pop()
        error = await attempt(piece)
        if error is None:
            witness = piece[0]
            in_a_row = 0
        elif len(piece) > 1:
            half = len(piece) // 2
            pieces += [piece[half:], piece[:half]]
        else:
            suspects.append((piece[0], error))
            in_a_row += not isinstance(error, RowsRefused)
            if in_a_row >= _DOUBT:
                raise error
    if witness is None and len(suspects) >= _DOUBT:
        raise suspects[0][1]
    return [suspect for suspect in suspects if await _is_condemned(*suspect, witness, attempt, pause)]


async def _is_condemned(
    row: Stamped, error: Exception, witness: Stamped | None, attempt: Attempt, pause: float
) -> bool:
    """Whether the row and not the store is at fault; if not, the row is loaded when this returns."""
    if isinstance(error, RowsRefused):
        return True
    if witness is None:
        raise error
    for _ in range(_CONFIRMATIONS):
        await asyncio.sleep(pause)
        if await attempt([row]) is None:
            return False
        store_error = await attempt([witness])
        if store_error is not None:
            raise store_error
    return True
