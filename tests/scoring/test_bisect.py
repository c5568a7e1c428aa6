"""Taking a change apart: exact parts, planted causes named, no causes made up."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helicorder.scoring.bisect import Bisection, bisect
from helicorder.scoring.decomposition import Kind
from helicorder.scoring.tallies import Tally
from scoring.bisections import DIMENSIONS, USUAL, Effect, Shares, drawn, more_french, newer, nothing


def worse_in_french(period: int, values: tuple[str, ...]) -> float:
    """The new version loses 0.3 where the question is French."""
    return -0.3 if period == 1 and values[1:] == ("v12", "fr") else 0.0


def worse_model(period: int, values: tuple[str, ...]) -> float:
    """One model loses 0.25 without any change of version."""
    return -0.25 if period == 1 and values[0] == "m2" else 0.0


def tallies() -> st.SearchStrategy[list[Tally]]:
    """Tallies of two dimensions, rows in both periods."""
    cell = st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"))
    some = st.lists(
        st.builds(Tally, cell, st.integers(0, 1), st.integers(1, 60), st.integers(-50, 50), st.integers(0, 5)),
        min_size=2,
    )
    return some.filter(lambda found: {one.period for one in found} == {0, 1})


@settings(max_examples=60, deadline=None)
@given(found=tallies())
def test_the_parts_add_up_to_the_change(found: list[Tally]) -> None:
    """Whatever the data, the parts sum to the total within 1e-9, and parts of parts to their part."""
    whole = bisect(found, ("letter", "other"))
    assert math.fsum(part.amount for part in whole.parts) == pytest.approx(whole.total, abs=1e-9)
    assert whole.total == pytest.approx(whole.mean_after - whole.mean_before, abs=1e-9)
    for part in whole.parts:
        if part.parts:
            assert math.fsum(inner.amount for inner in part.parts) == pytest.approx(part.amount, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(found=tallies(), seed=st.integers(0, 2**32))
def test_the_order_of_the_tallies_changes_nothing(found: list[Tally], seed: int) -> None:
    """Rows may come in any order, and a tally in two pieces."""
    shuffled = [Tally(one.values, one.period, one.n, one.total, one.block) for one in found]
    np.random.default_rng(seed).shuffle(shuffled)
    one, other = bisect(found, ("letter", "other")), bisect(shuffled, ("letter", "other"))
    assert other.total == pytest.approx(one.total, abs=1e-12)
    amounts = [sorted(part.amount for part in whole.parts) for whole in (one, other)]
    assert amounts[0] == pytest.approx(amounts[1], abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(found=tallies())
def test_swapping_the_periods_negates(found: list[Tally]) -> None:
    """Before and after exchanged, the total and the sum of its parts change their sign."""
    swapped = [Tally(one.values, 1 - one.period, one.n, one.total, one.block) for one in found]
    assert bisect(swapped, ("letter", "other")).total == pytest.approx(
        -bisect(found, ("letter", "other")).total, abs=1e-9
    )


def first(whole: Bisection) -> str:
    """What is named first, and where within it."""
    part = whole.parts[0]
    inner = [one.label for one in part.parts if one.flagged]
    return " / ".join([part.label, *inner])


def test_a_new_version_that_is_worse_in_french_is_named() -> None:
    """The part that is named first is the new version, and within it French."""
    whole = bisect(drawn(np.random.default_rng(1), newer(), worse_in_french), DIMENSIONS)
    assert "v12" in first(whole)
    assert "fr" in first(whole)
    assert whole.parts[0].kind in (Kind.ENTERED, Kind.LEFT)
    assert whole.sentence.startswith("It fell")
    assert "v12" in whole.sentence


def test_a_model_that_got_worse_is_a_change_within() -> None:
    """Without a change of the mix it is a change within the model's segment."""
    whole = bisect(drawn(np.random.default_rng(2), (USUAL, USUAL), worse_model), DIMENSIONS)
    assert whole.parts[0].kind is Kind.WITHIN
    assert whole.parts[0].segment == (("model", "m2"),)


def test_another_mix_is_a_part_of_its_own() -> None:
    """More French traffic is named as a shift of the mix, and it is no fault of any version."""
    whole = bisect(drawn(np.random.default_rng(3), more_french(), nothing), DIMENSIONS)
    assert (whole.parts[0].kind, whole.parts[0].segment) == (Kind.MIX, (("lang", "fr"),))
    assert whole.parts[0].amount == pytest.approx(-0.15 * 0.35, abs=0.02)


def test_without_blocks_there_are_amounts_and_no_intervals() -> None:
    """One block says nothing of spread: parts without intervals, and a warning."""
    found = [
        Tally(one.values, one.period, one.n, one.total, 0) for one in drawn(np.random.default_rng(4), newer(), nothing)
    ]
    whole = bisect(found, DIMENSIONS)
    assert whole.low is None
    assert all(part.low is None and not part.flagged for part in whole.parts)
    assert any("No intervals" in warning for warning in whole.warnings)


@pytest.mark.parametrize(
    "wrong", [[], [Tally(("a",), 0, 1, 1.0)], [Tally(("a",), 0, 1, 1.0), Tally(("a", "b"), 1, 1, 1.0)]]
)
def test_tallies_that_mean_nothing_are_refused(wrong: list[Tally]) -> None:
    """Nothing, a period without rows, or another number of dimensions is a ValueError."""
    with pytest.raises(ValueError, match=r"period|dimension"):
        bisect(wrong, ("letter",))


Right = Callable[[Bisection], bool]
PLANTED: list[tuple[tuple[Shares, Shares], Effect, Right]] = [
    (newer(), worse_in_french, lambda whole: "v12" in whole.parts[0].label),
    ((USUAL, USUAL), worse_model, lambda whole: whole.parts[0].segment == (("model", "m2"),)),
    (more_french(), nothing, lambda whole: whole.parts[0].dimensions == ("lang",)),
]


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_planted_causes_are_named_first() -> None:
    """Of 500 changes with a planted cause, 95 in 100 or more have it named first."""
    draw = np.random.default_rng(5)
    named = 0
    for number in range(500):
        shares, effect, right = PLANTED[number % len(PLANTED)]
        named += right(bisect(drawn(draw, shares, effect), DIMENSIONS))
    assert named >= 475, named


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_where_nothing_changed_little_is_flagged() -> None:
    """Of 300 changes without a cause few have a flagged part, and the interval of the total holds 0 as it should."""
    draw = np.random.default_rng(6)
    found = [bisect(drawn(draw, (USUAL, USUAL), nothing), DIMENSIONS) for _ in range(300)]
    flagged = sum(any(part.flagged for part in whole.parts) for whole in found)
    covered = sum(whole.low is not None and whole.high is not None and whole.low <= 0 <= whole.high for whole in found)
    assert flagged <= 0.13 * 300, flagged
    assert 0.92 * 300 <= covered <= 0.98 * 300, covered
