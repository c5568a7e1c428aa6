"""Changes with a cause that was planted, as the sums that a bisection takes."""

import itertools
import math
from collections.abc import Callable

import numpy as np

from helicorder.scoring.tallies import Tally

DIMENSIONS = ("model", "version", "lang")
VALUES = (("m1", "m2", "m3"), ("v11", "v12"), ("en", "fr", "de"))
BLOCKS = 40
ROWS = 3_000
NOISE = 0.25

Shares = tuple[tuple[float, ...], ...]
Effect = Callable[[int, tuple[str, ...]], float]
USUAL: Shares = ((0.5, 0.3, 0.2), (1.0, 0.0), (0.6, 0.25, 0.15))
EFFECTS = ({"m1": 0.0, "m2": 0.05, "m3": -0.05}, {"v11": 0.0, "v12": 0.0}, {"en": 0.05, "fr": -0.1, "de": 0.0})


def drawn(draw: np.random.Generator, shares: tuple[Shares, Shares], effect: Effect) -> list[Tally]:
    """The tallies of ROWS rows in each period; ``effect`` is added to the mean of a period's cell."""
    found: dict[tuple[tuple[str, ...], int, int], tuple[int, float]] = {}
    for period, of_period in enumerate(shares):
        picks = [draw.choice(len(share), ROWS, p=share) for share in of_period]
        blocks = draw.integers(0, BLOCKS, ROWS)
        noise = draw.normal(0, NOISE, ROWS)
        for row in range(ROWS):
            values = tuple(VALUES[d][picks[d][row]] for d in range(len(VALUES)))
            mean = 0.7 + sum(EFFECTS[d][value] for d, value in enumerate(values)) + effect(period, values)
            key = (values, period, int(blocks[row]))
            n, total = found.get(key, (0, 0.0))
            found[key] = (n + 1, total + mean + float(noise[row]))
    return [Tally(values, period, n, total, block) for (values, period, block), (n, total) in found.items()]


def nothing(_period: int, _values: tuple[str, ...]) -> float:
    """No effect."""
    return 0.0


def newer() -> tuple[Shares, Shares]:
    """The version goes from v11 to v12."""
    return USUAL, (USUAL[0], (0.0, 1.0), USUAL[2])


def more_french() -> tuple[Shares, Shares]:
    """A third of the traffic becomes French."""
    return USUAL, (USUAL[0], USUAL[1], (0.25, 0.6, 0.15))


def expected(shares: tuple[Shares, Shares], effect: Effect) -> list[Tally]:
    """The tallies of a million rows in each period, without any chance in them."""
    found = []
    for period, of_period in enumerate(shares):
        for places in itertools.product(*(range(len(values)) for values in VALUES)):
            values = tuple(VALUES[d][place] for d, place in enumerate(places))
            rows = round(10**6 * math.prod(of_period[d][place] for d, place in enumerate(places)))
            mean = 0.7 + sum(EFFECTS[d][value] for d, value in enumerate(values)) + effect(period, values)
            if rows:
                found.append(Tally(values, period, rows, rows * mean))
    return found
