"""Verdicts: what an interval, a margin and a direction come to."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import normal_power

from helicorder.model.definition import Direction
from helicorder.scoring.comparison import Difference
from helicorder.scoring.verdict import Word, smallest_difference, verdict

limits = st.floats(-10, 10)
margins = st.floats(0, 5)

UNCLEAR = "Not yet known: {} (95% interval {}). This data would have shown a difference of {}."


def interval(low: float, high: float, level: float = 0.95) -> Difference:
    """A difference in the middle of an interval."""
    return Difference(
        difference=(low + high) / 2, low=low, high=high, standard_error=(high - low) / 4, p_value=0.5, level=level
    )


@pytest.mark.parametrize(
    ("low", "high", "margin", "word"),
    [
        (0.1, 0.3, 0.0, Word.BETTER),
        (-0.3, -0.1, 0.0, Word.WORSE),
        (-0.1, 0.3, 0.0, Word.NOT_KNOWN),
        (0.0, 0.3, 0.0, Word.NOT_KNOWN),
        (0.1, 0.3, 0.2, Word.NOT_KNOWN),
        (0.1, 0.3, 0.05, Word.BETTER),
        (0.1, 0.3, 0.3, Word.SAME),
        (-0.1, 0.2, 0.2, Word.SAME),
        (-0.1, 0.2, 0.15, Word.NOT_KNOWN),
        (0.0, 0.0, 0.0, Word.NOT_KNOWN),
    ],
)
def test_the_word_follows_the_interval(low: float, high: float, margin: float, word: Word) -> None:
    """Beyond the margin it is a difference, within it the same, across it not known."""
    assert verdict(interval(low, high), Direction.HIGHER, margin).word is word


def test_the_direction_says_which_way_is_better() -> None:
    """The same rise is better, worse, or only higher."""
    rise, fall = interval(1, 2), interval(-2, -1)
    words = {way: (verdict(rise, way).word, verdict(fall, way).word) for way in Direction}
    assert words == {
        Direction.HIGHER: (Word.BETTER, Word.WORSE),
        Direction.LOWER: (Word.WORSE, Word.BETTER),
        Direction.NEITHER: (Word.HIGHER, Word.LOWER),
    }


@pytest.mark.parametrize(
    ("found", "margin", "sentence"),
    [
        (interval(0.1, 0.3), 0.0, "Better: the mean rose by 0.2 (95% interval +0.1 to +0.3)."),
        (interval(-0.3, -0.1), 0.0, "Worse: the mean fell by 0.2 (95% interval -0.3 to -0.1)."),
        (interval(0.1, 0.3, 0.999), 0.0, "Better: the mean rose by 0.2 (99.9% interval +0.1 to +0.3)."),
        (interval(-0.1, 0.1), 0.2, "The same: no difference larger than 0.2 (95% interval -0.1 to +0.1)."),
        (
            interval(-0.1, 0.3),
            0.0,
            UNCLEAR.format("the difference may be 0", "-0.1 to +0.3", 0.28),
        ),
        (
            interval(0.1, 0.3),
            0.2,
            UNCLEAR.format("it may be less than 0.2", "+0.1 to +0.3", 0.14),
        ),
        (Difference(difference=1.0), 0.0, "Not yet known: there are too few scores."),
        (Difference(), 0.5, "Not yet known: there are too few scores."),
    ],
)
def test_the_sentence_says_it(found: Difference, margin: float, sentence: str) -> None:
    """Each verdict has its sentence with size and interval, and does not claim that 0 is possible when it is not."""
    assert verdict(found, Direction.HIGHER, margin).sentence == sentence


def test_the_smallest_difference_of_a_textbook() -> None:
    """At 95 % and a power of 80 % it is 2.8016 standard errors; statsmodels finds that power for it."""
    assert round(smallest_difference(1.0, 0.95), 4) == 2.8016
    power = normal_power(smallest_difference(0.25, 0.99, 0.9), 16, 0.01, sigma=1.0)
    assert float(power) == pytest.approx(0.9, abs=1e-4)
    assert verdict(Difference(), Direction.HIGHER).smallest is None


@given(ends=st.tuples(limits, limits).map(sorted), margin=margins, way=st.sampled_from(Direction))
def test_a_verdict_is_what_its_interval_allows(ends: list[float], margin: float, way: Direction) -> None:
    """A difference is said only of an interval beyond the margin on its side, and sameness only of one within it."""
    low, high = ends
    said = verdict(interval(low, high), way, margin)
    up = {Direction.HIGHER: Word.BETTER, Direction.LOWER: Word.WORSE, Direction.NEITHER: Word.HIGHER}[way]
    down = {Direction.HIGHER: Word.WORSE, Direction.LOWER: Word.BETTER, Direction.NEITHER: Word.LOWER}[way]
    assert (said.word is up) == (low > margin)
    assert (said.word is down) == (high < -margin)
    assert (said.word is Word.SAME) == (margin > 0 and -margin <= low and high <= margin)
    assert said.sentence.startswith(said.word.capitalize() if said.word is not Word.SAME else "The same")


@given(ends=st.tuples(limits, limits).map(sorted), margin=margins)
def test_segments_exchanged_exchange_the_verdict(ends: list[float], margin: float) -> None:
    """What is better one way round is worse the other way round; the rest stays."""
    turned = {Word.BETTER: Word.WORSE, Word.WORSE: Word.BETTER}
    word = verdict(interval(*ends), Direction.HIGHER, margin).word
    other = verdict(interval(-ends[1], -ends[0]), Direction.HIGHER, margin).word
    assert other is turned.get(word, word)
    assert verdict(interval(*ends), Direction.LOWER, margin).word is other


@pytest.mark.parametrize("margin", [-0.1, math.nan, math.inf])
def test_a_margin_that_is_none_is_refused(margin: float) -> None:
    """A margin is a finite number from 0 on."""
    with pytest.raises(ValueError, match="margin"):
        verdict(interval(0, 1), Direction.HIGHER, margin)
