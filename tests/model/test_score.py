"""The rules of a score's name and value."""

import math
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.errors import Invalid
from helicorder.model.score import BOOLEAN_SUFFIX, MAX_NAME_LENGTH, ScoreKind, checked_name, checked_value

NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=MAX_NAME_LENGTH).filter(str.strip)
PLAIN_NAMES = NAMES.filter(lambda name: not name.endswith(BOOLEAN_SUFFIX))


@given(PLAIN_NAMES, st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_float_is_kept_bit_for_bit(name: str, value: float) -> None:
    """A finite double comes back as it is, the sign of zero included."""
    kept_name, kind, kept = checked_value(name, value)
    assert (kept_name, kind, kept.hex()) == (name, ScoreKind.NUMERIC, value.hex())


@given(PLAIN_NAMES, st.integers())
def test_an_integer_is_kept_exactly_or_refused(name: str, value: int) -> None:
    """An integer that a double cannot hold is refused, never rounded."""
    if abs(value) <= 2**53:
        assert checked_value(name, value)[2] == value
        return
    try:
        assert int(checked_value(name, value)[2]) == value
    except Invalid:
        assert abs(value) > sys.float_info.max or int(float(value)) != value


@given(PLAIN_NAMES.filter(lambda name: len(name) <= 200), st.booleans())
def test_a_boolean_is_the_same_under_either_spelling(name: str, value: bool) -> None:  # noqa: FBT001 -- drawn
    """NAME: true, NAME-hcone-bool: true and NAME-hcone-bool: 1 are one score."""
    plain = checked_value(name, value)
    assert plain == (name, ScoreKind.BOOLEAN, float(value))
    assert checked_value(name + BOOLEAN_SUFFIX, value) == plain
    assert checked_value(name + BOOLEAN_SUFFIX, int(value)) == plain
    assert checked_value(name + BOOLEAN_SUFFIX, float(value)) == plain


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None, "1", [1], {"a": 1}, 10**400])
def test_what_is_no_finite_number_or_boolean_is_refused(value: Any) -> None:
    """Anything else is refused, and the message names the score."""
    with pytest.raises(Invalid, match="'a'"):
        checked_value("a", value)


@pytest.mark.parametrize("name", ["", " ", "\t", "a\x00", "a\x7f", "\ud800", "x" * (MAX_NAME_LENGTH + 1)])
def test_a_name_that_would_hide_is_refused(name: str) -> None:
    """Empty, blank, over-long names and names with control characters or lone surrogates are refused."""
    with pytest.raises(Invalid):
        checked_name(name)
