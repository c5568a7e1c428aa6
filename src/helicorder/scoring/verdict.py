"""What a difference means, in a word and a sentence."""

import math

from scipy.special import ndtri

from helicorder.model.definition import Direction
from helicorder.model.findings import NOT_CAUSAL, Verdict, Word
from helicorder.scoring.comparison import Difference
from helicorder.scoring.statistics import normal_quantile

__all__ = ["NOT_CAUSAL", "POWER", "Verdict", "Word", "smallest_difference", "verdict"]

POWER = 0.8


_ABOVE = {Direction.HIGHER: Word.BETTER, Direction.LOWER: Word.WORSE, Direction.NEITHER: Word.HIGHER}
_BELOW = {Direction.HIGHER: Word.WORSE, Direction.LOWER: Word.BETTER, Direction.NEITHER: Word.LOWER}


def smallest_difference(standard_error: float, level: float, power: float = POWER) -> float:
    """The least true difference that a two-sided test at this level finds with this power: (z + z') * SE.

    Cohen, Statistical Power Analysis for the Behavioral Sciences, 2nd ed. (1988), in its normal form.
    """
    return (normal_quantile(level) + float(ndtri(power))) * standard_error


def verdict(found: Difference, direction: Direction, margin: float = 0.0) -> Verdict:
    """The verdict that an interval carries.

    Above the margin, or below minus the margin, it is a difference; wholly within both it is the same for all that
    matters; else it is not known yet, and the smallest difference that could have been seen is told.

    Raises:
        ValueError: the margin is negative or not finite.
    """
    if margin < 0 or not math.isfinite(margin):
        raise ValueError("a margin is a number from 0 on")
    error = found.standard_error
    smallest = None if error is None else smallest_difference(error, found.level)
    word = _word(found, direction, margin)
    return Verdict(word, _sentence(found, word, smallest, margin), smallest, margin)


def _word(found: Difference, direction: Direction, margin: float) -> Word:
    if found.low is None or found.high is None:
        return Word.NOT_KNOWN
    if found.low > margin:
        return _ABOVE[direction]
    if found.high < -margin:
        return _BELOW[direction]
    return Word.SAME if margin and -margin <= found.low and found.high <= margin else Word.NOT_KNOWN


def _sentence(found: Difference, word: Word, smallest: float | None, margin: float) -> str:
    if found.difference is None or found.low is None or found.high is None:
        return "Not yet known: there are too few scores."
    size = f"{abs(found.difference):.3g}"
    ends = f"{100 * found.level:.4g}% interval {found.low:+.3g} to {found.high:+.3g}"
    if word is Word.SAME:
        return f"The same: no difference larger than {margin:.3g} ({ends})."
    if word is Word.NOT_KNOWN:
        seen = "" if smallest is None else f" This data would have shown a difference of {smallest:.3g}."
        unclear = "the difference may be 0" if found.low <= 0 <= found.high else f"it may be less than {margin:.3g}"
        return f"Not yet known: {unclear} ({ends}).{seen}"
    fell = "rose" if found.difference > 0 else "fell"
    return f"{word.capitalize()}: the mean {fell} by {size} ({ends})."
