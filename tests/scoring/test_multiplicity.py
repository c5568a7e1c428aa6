"""Many looks at once: Benjamini and Hochberg's own example, another library's answers, laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from helicorder.scoring.multiplicity import adjusted, level_of_flagged

PUBLISHED = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0
]  # fmt: skip
looks = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def test_the_example_of_1995() -> None:
    """Of the 15 p-values of Benjamini and Hochberg's section 3.2 four are flagged at 0.05, where Bonferroni has 3."""
    found = adjusted(PUBLISHED)
    assert [round(p, 4) for p in found] == [
        0.0015, 0.003, 0.0095, 0.0356, 0.0603, 0.0639, 0.0639, 0.0645, 0.0765, 0.486, 0.5812, 0.7149, 0.7532, 0.8132,
        1.0,
    ]  # fmt: skip
    assert sum(p <= 0.05 for p in found) == 4
    assert sum(p <= 0.05 / 15 for p in PUBLISHED) == 3


@given(p_values=looks)
def test_it_agrees_with_statsmodels(p_values: list[float]) -> None:
    """The adjusted p-values are those of statsmodels, in the order given."""
    assert adjusted(p_values) == pytest.approx(multipletests(p_values, method="fdr_bh")[1].tolist())


@given(p_values=looks, chance=st.randoms(use_true_random=False))
def test_the_order_does_not_matter(p_values: list[float], chance: object) -> None:
    """Each look keeps its adjusted p-value wherever it stands."""
    places = list(range(len(p_values)))
    chance.shuffle(places)  # type: ignore[attr-defined] # -- Hypothesis hands out a random.Random
    found, shuffled = adjusted(p_values), adjusted([p_values[place] for place in places])
    assert shuffled == [found[place] for place in places]


@given(p_values=looks)
def test_it_lies_between_none_and_bonferroni(p_values: list[float]) -> None:
    """An adjusted p-value is from the plain one to as many times it as there are looks, and keeps the order."""
    found, m = adjusted(p_values), len(p_values)
    assert all(p * (1 - 1e-12) <= q <= min(1.0, m * p * (1 + 1e-12)) for p, q in zip(p_values, found, strict=True))
    assert [q for _, q in sorted(zip(p_values, found, strict=True))] == sorted(found)


def test_one_look_and_none() -> None:
    """A single look stands as it is, and no look at all is nothing."""
    assert adjusted([0.03]) == [0.03]
    assert adjusted([]) == []


@pytest.mark.parametrize("p_value", [-0.1, 1.1])
def test_what_is_no_p_value_is_refused(p_value: float) -> None:
    """P-values lie from 0 to 1."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjusted([0.5, p_value])


def test_the_level_of_flagged_intervals() -> None:
    """Four flagged of fifteen at 0.05 have intervals at 98.67 %; where all are flagged, at 95 %."""
    assert round(level_of_flagged(4, 15, 0.05), 4) == 0.9867
    assert level_of_flagged(15, 15, 0.05) == 0.95


@pytest.mark.parametrize(("flagged", "of"), [(0, 5), (0, 0), (6, 5)])
def test_no_level_without_a_flag(flagged: int, of: int) -> None:
    """Nothing flagged, or more than was looked at, has no level."""
    with pytest.raises(ValueError, match="flagged"):
        level_of_flagged(flagged, of, 0.1)
