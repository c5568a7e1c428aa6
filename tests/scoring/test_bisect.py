"""Taking a change apart: exact parts, planted causes named, no causes made up."""

import math
from collections.abc import Callable
from fractions import Fraction

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helicorder.scoring.bisect import Bisection, bisect
from helicorder.scoring.decomposition import Kind
from helicorder.scoring.tallies import Tally
from scoring.bisections import DIMENSIONS, USUAL, Effect, Shares, drawn, expected, more_french, newer, nothing

MIXES = (Kind.MIX, Kind.ENTERED, Kind.LEFT)


def worse_in_french(period: int, values: tuple[str, ...]) -> float:
    """The new version loses 0.3 where the question is French."""
    return -0.3 if period == 1 and values[1:] == ("v12", "fr") else 0.0


def worse_version(_period: int, values: tuple[str, ...]) -> float:
    """The new version loses 0.2 of everything."""
    return -0.2 if values[1] == "v12" else 0.0


def worse_model(period: int, values: tuple[str, ...]) -> float:
    """One model loses 0.25 without any change of version."""
    return -0.25 if period == 1 and values[0] == "m2" else 0.0


def tallies() -> st.SearchStrategy[list[Tally]]:
    """Tallies of two dimensions, rows in both periods."""
    cell = st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"))
    weight = st.one_of(st.none(), st.fractions(1, 20, max_denominator=9))
    some = st.lists(
        st.builds(Tally, cell, st.integers(0, 1), st.integers(1, 60), st.integers(-50, 50), st.integers(0, 5), weight),
        min_size=2,
    )
    return some.filter(lambda found: {one.period for one in found} == {0, 1})


@settings(max_examples=60, deadline=None)
@given(found=tallies())
def test_the_parts_add_up_to_the_change(found: list[Tally]) -> None:
    """Whatever the data, the parts sum to the total within 1e-9, and parts of parts to their part."""
    whole = bisect(found, ("letter", "other"))
    assert math.fsum(part.amount for part in whole.parts) == pytest.approx(whole.total, rel=1e-9, abs=1e-9)
    assert whole.total == pytest.approx(whole.mean_after - whole.mean_before, rel=1e-9, abs=1e-9)
    for part in whole.parts:
        if part.parts:
            assert math.fsum(inner.amount for inner in part.parts) == pytest.approx(part.amount, rel=1e-9, abs=1e-9)


def pieces(one: Tally) -> list[Tally]:
    """A tally in two, where it has two rows or more."""
    if one.n < 2:
        return [one]
    weight = None if one.weight is None else Fraction(one.weight) / 2
    some = Tally(one.values, one.period, one.n // 2, Fraction(one.total) / 2, one.block, weight)
    return [some, msgspec.structs.replace(some, n=one.n - one.n // 2)]


@settings(max_examples=30, deadline=None)
@given(found=tallies(), seed=st.integers(0, 2**32))
def test_the_order_of_the_tallies_changes_nothing(found: list[Tally], seed: int) -> None:
    """Rows may come in any order, and a tally in two pieces."""
    shuffled = [piece for one in found for piece in pieces(one)]
    np.random.default_rng(seed).shuffle(shuffled)
    one, other = bisect(found, ("letter", "other")), bisect(shuffled, ("letter", "other"))
    assert other.total == pytest.approx(one.total, rel=1e-9, abs=1e-12)
    amounts = [sorted(part.amount for part in whole.parts) for whole in (one, other)]
    assert amounts[0] == pytest.approx(amounts[1], rel=1e-9, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(found=tallies())
def test_the_names_and_the_order_of_dimensions_change_nothing(found: list[Tally]) -> None:
    """Dimensions given the other way round, and values renamed, leave the amount of every mix as it was."""
    turned = [msgspec.structs.replace(t, values=(t.values[1], {"a": "zebra", "b": "yak"}[t.values[0]])) for t in found]
    whole, other = bisect(found, ("letter", "other")), bisect(turned, ("other", "letter"))
    assert other.total == pytest.approx(whole.total, rel=1e-9, abs=1e-9)
    for name in whole.dimensions:
        amounts = [
            next(part.amount for part in of.parts if part.dimensions == (name,) and part.kind in MIXES)
            for of in (whole, other)
        ]
        assert amounts[0] == pytest.approx(amounts[1], rel=1e-9, abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(found=tallies())
def test_swapping_the_periods_negates(found: list[Tally]) -> None:
    """Before and after exchanged, the total and the sum of its parts change their sign."""
    swapped = [msgspec.structs.replace(one, period=1 - one.period) for one in found]
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


def reweighed(found: list[Tally], times: Callable[[tuple[str, ...]], int]) -> list[Tally]:
    """The same tallies of scores that stand for several calls each, by their values."""
    return [msgspec.structs.replace(t, weight=t.n * times(t.values), total=t.total * times(t.values)) for t in found]


def test_equal_weights_change_nothing_but_their_unit() -> None:
    """Scores that were all drawn with one probability are taken apart as if they had not been drawn."""
    found = drawn(np.random.default_rng(11), newer(), worse_in_french)
    plain, weighed = bisect(found, DIMENSIONS), bisect(reweighed(found, lambda _: 20), DIMENSIONS)
    assert weighed.n_after == plain.n_after
    assert [part.label for part in weighed.parts] == [part.label for part in plain.parts]
    for one, other in zip(weighed.parts, plain.parts, strict=True):
        assert (one.amount, one.low, one.high, one.n_after) == pytest.approx(
            (other.amount, other.low, other.high, other.n_after)
        )


def test_drawn_scores_stand_for_what_they_were_drawn_from() -> None:
    """With French judged four times as often as the rest, the change and its parts are those of all traffic."""
    found = drawn(np.random.default_rng(12), newer(), worse_in_french)
    judged = [t for t in found if t.values[2] == "fr" or t.block % 4 == 0]
    weighed = reweighed(judged, lambda values: 1 if values[2] == "fr" else 4)
    whole, told, plain = (bisect(of, DIMENSIONS) for of in (found, weighed, judged))
    assert told.low is not None
    assert told.high is not None
    assert told.low <= whole.total <= told.high
    assert abs(plain.total - whole.total) > 3 * abs(told.total - whole.total)
    assert "v12" in told.parts[0].label
    assert sum(part.amount for part in told.parts) == pytest.approx(told.total, rel=1e-9, abs=1e-9)
    assert told.n_before == sum(t.n for t in judged if not t.period)


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
def test_intervals_of_parts_cover() -> None:
    """Of 500 draws 93 to 97 % of the intervals of the total and of each mix hold what the population's amounts are."""
    shares = (USUAL, (more_french()[1][0], (0.4, 0.6), more_french()[1][2]))
    whole = bisect(expected(shares, worse_in_french), DIMENSIONS)
    truth = {part.dimensions: part.amount for part in whole.parts if part.kind in MIXES}
    draw = np.random.default_rng(8)
    held: dict[tuple[str, ...], list[bool]] = {dimensions: [] for dimensions in [*truth, ()]}
    for _ in range(500):
        found = bisect(drawn(draw, shares, worse_in_french), DIMENSIONS)
        held[()].append(covers(found.low, found.high, whole.total))
        for part in found.parts:
            if part.kind in MIXES:
                held[part.dimensions].append(covers(part.low, part.high, truth[part.dimensions]))
    shares_held = {dimensions: float(np.mean(of)) for dimensions, of in held.items()}
    assert all(0.925 <= share <= 0.975 for share in shares_held.values()), shares_held


def covers(low: float | None, high: float | None, truth: float) -> bool:
    """Whether an interval, which must be there, holds the truth."""
    assert low is not None
    assert high is not None
    return low <= truth <= high


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_two_planted_causes_are_both_flagged() -> None:
    """Of 200 changes from a new version and from more French at once, 95 in 100 or more flag both, the larger first."""
    draw, both = np.random.default_rng(7), 0
    shares = (USUAL, (USUAL[0], (0.0, 1.0), more_french()[1][2]))
    for _ in range(200):
        parts = bisect(drawn(draw, shares, worse_version), DIMENSIONS).parts
        flagged = {part.dimensions for part in parts if part.flagged}
        both += parts[0].dimensions == ("version",) and ("lang",) in flagged
    assert both >= 190, both


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
