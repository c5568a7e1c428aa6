"""Sums over groups: exact algebra, and the delta method against arithmetic done the long way."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.scoring.gram import Gram

numbers = st.fractions(-100, 100, max_denominator=1000)
rows = st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=12)
Rows = list[tuple[Fraction, Fraction, Fraction]]


@given(drawn=rows, cut=st.integers(1, 11))
def test_any_split_merges_to_the_whole(drawn: Rows, cut: int) -> None:
    """Groups summed in two parts, merged in either order, are equal as fractions to groups summed at once."""
    if cut < len(drawn):
        first, second = Gram.of_rows(drawn[:cut]), Gram.of_rows(drawn[cut:])
        assert first.merge(second) == second.merge(first) == Gram.of_rows(drawn)


@given(drawn=rows, chance=st.randoms(use_true_random=False))
def test_the_order_of_groups_does_not_matter(drawn: Rows, chance: object) -> None:
    """Shuffled groups have an equal Gram."""
    shuffled = list(drawn)
    chance.shuffle(shuffled)  # type: ignore[attr-defined] # -- Hypothesis hands out a random.Random
    assert Gram.of_rows(shuffled) == Gram.of_rows(drawn)


@given(drawn=rows.filter(lambda some: len(some) > 1), gradient=st.tuples(numbers, numbers, numbers))
def test_the_variance_is_the_sum_over_groups(drawn: Rows, gradient: tuple[Fraction, Fraction, Fraction]) -> None:
    """From products summed beforehand comes exactly what the squared terms of the groups add up to."""
    terms = [sum((a * b for a, b in zip(gradient, row, strict=True)), Fraction()) for row in drawn]
    expected = Fraction(len(drawn), len(drawn) - 1) * sum(term * term for term in terms)
    assert Gram.of_rows(drawn).exact_variance(gradient) == expected
    assert Gram.of_rows(drawn).variance(gradient) == float(expected)


@given(scores=st.lists(numbers, min_size=2, max_size=20))
def test_with_one_row_to_a_group_it_is_the_variance_of_a_mean(scores: list[Fraction]) -> None:
    """The variance of S / m over groups of one row is s**2 / n, exactly."""
    n, mean = len(scores), sum(scores, Fraction()) / len(scores)
    plain = sum((score - mean) ** 2 for score in scores) / (n - 1) / n
    assert Gram.of_rows([(1, score) for score in scores]).exact_variance((-mean / n, Fraction(1, n))) == plain


def test_one_group_says_nothing_of_spread() -> None:
    """Fewer than two groups have no variance."""
    with pytest.raises(ValueError, match="fewer than two"):
        Gram.of_rows([(1, 2)]).variance((Fraction(1), Fraction(1)))


def test_the_delta_method_gives_the_spread_of_a_ratio() -> None:
    """Over 40,000 samples of 100 groups the mean of the variance is, within 4 %, the variance of the ratio itself."""
    draw = np.random.default_rng(11)
    sizes = draw.integers(1, 6, (40_000, 100))
    sums = sizes * draw.normal(1, 1, (40_000, 100)).round(3)
    ratios = sums.sum(axis=1) / sizes.sum(axis=1)
    told = []
    for size, total in zip(sizes[:200], sums[:200], strict=True):
        gram = Gram.of_rows([(int(m), Fraction(str(round(float(s), 3)))) for m, s in zip(size, total, strict=True)])
        weight, weighted = gram.totals
        mean = weighted / weight
        told.append(gram.variance((-mean / weight, 1 / weight)))
    assert np.mean(told) == pytest.approx(ratios.var(), rel=0.05)
