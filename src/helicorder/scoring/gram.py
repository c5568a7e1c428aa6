"""Sums over independent groups, from which any ratio of sums gets an interval.

Rows of one session or one user are not independent, groups of them are. The engine sums some quantities over each group
(v_g: how many rows, the sum of their scores, ...) and then their products over all groups. Means, weighted means,
differences of segments that share users, covariate-adjusted differences and corrected judges are all smooth functions
of the totals, so one formula, the delta method, gives each its cluster-robust variance.
"""

from collections.abc import Sequence
from fractions import Fraction

import msgspec


class Gram(msgspec.Struct, frozen=True):
    """Totals and products of k quantities over groups. Exact: merging in any order gives equal values.

    Attributes:
        groups: how many groups there are (G).
        totals: sum over g of v_g; k numbers.
        products: sum over g of v_g v_g', a symmetric k by k matrix as rows.
    """

    groups: int
    totals: tuple[Fraction, ...]
    products: tuple[tuple[Fraction, ...], ...]

    @classmethod
    def of_rows(cls, rows: Sequence[Sequence[float | int | Fraction]]) -> "Gram":
        """The Gram of groups given one by one, each as its k sums; at least one."""
        exact = [tuple(Fraction(number) for number in row) for row in rows]
        width = range(len(exact[0]))
        return cls(
            len(exact),
            tuple(sum((row[i] for row in exact), Fraction()) for i in width),
            tuple(tuple(sum((row[i] * row[j] for row in exact), Fraction()) for j in width) for i in width),
        )

    def merge(self, other: "Gram") -> "Gram":
        """The Gram of both sets of groups, which must not share a group."""
        return Gram(
            self.groups + other.groups,
            tuple(a + b for a, b in zip(self.totals, other.totals, strict=True)),
            tuple(
                tuple(a + b for a, b in zip(mine, others, strict=True))
                for mine, others in zip(self.products, other.products, strict=True)
            ),
        )

    def kept(self, places: Sequence[int]) -> "Gram":
        """The Gram of some of the quantities, in the order given."""
        return Gram(
            self.groups,
            tuple(self.totals[i] for i in places),
            tuple(tuple(self.products[i][j] for j in places) for i in places),
        )

    def exact_variance(self, gradient: Sequence[Fraction]) -> Fraction:
        """The cluster-robust variance of a function of the totals, from its gradient at the totals.

        G / (G - 1) * sum over g of (gradient . v_g)**2, after Liang and Zeger, "Longitudinal Data Analysis Using
        Generalized Linear Models", Biometrika 73 (1986), with the correction of Cameron and Miller, "A Practitioner's
        Guide to Cluster-Robust Inference", JHR 50 (2015). The function must be of degree 0 in the totals, as every
        ratio of sums is: then the terms of the sum have mean 0. With one row to a group it is s**2 / n for a mean.

        Raises:
            ValueError: fewer than two groups, which say nothing about spread; a gradient of another length.
        """
        if self.groups < 2:  # noqa: PLR2004 -- two is the least that can differ
            raise ValueError("fewer than two groups")
        return self.squares(gradient) * Fraction(self.groups, self.groups - 1)

    def squares(self, gradient: Sequence[Fraction]) -> Fraction:
        """Sum over g of (gradient . v_g)**2.

        Raises:
            ValueError: a gradient of another length.
        """
        squares = sum(
            (a * b * product for a, row in zip(gradient, self.products, strict=True)
             for b, product in zip(gradient, row, strict=True)),
            Fraction(),
        )  # fmt: skip
        return max(squares, Fraction())

    def effective(self, place: int) -> Fraction:
        """How many groups of equal size would be as uneven; 0 for none.

        (sum of sizes)**2 / sum of squared sizes, after Kish, Survey Sampling (1965); it is 1 exactly where one group
        holds all. As degrees of freedom: Carter, Schnepel and Steigerwald, "Asymptotic Behavior of a t-Test Robust to
        Cluster Heterogeneity", Review of Economics and Statistics 99 (2017).

        Args:
            place: of the size among the quantities.
        """
        return self.totals[place] ** 2 / self.products[place][place] if self.totals[place] else Fraction()

    def variance(self, gradient: Sequence[Fraction]) -> float:
        """`exact_variance` as a double.

        Raises:
            ValueError: as `exact_variance`.
            OverflowError: more than a double can hold.
        """
        return float(self.exact_variance(gradient))
