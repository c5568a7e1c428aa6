"""Taking noise out of a difference with something that was known before the answer (CUPED)."""

from fractions import Fraction
from typing import Final

import msgspec

from helicorder.scoring.comparison import Difference, Means, Sums, by_clusters, weighted
from helicorder.scoring.gram import Gram
from helicorder.scoring.statistics import CONFIDENCE

UNLIKE: Final = 0.01
"""Covariates whose means differ with a p-value below this are taken to differ."""


def cuped(sizes: tuple[int, int], gram: Gram, theta: Fraction, level: float = CONFIDENCE) -> Difference:
    """The difference of the means of x - theta * (c - mean of c), which has the same expectation and less variance.

    Deng, Xu, Kohavi and Walker, "Improving the Sensitivity of Online Controlled Experiments by Utilizing Pre-Experiment
    Data", WSDM 2013, with the cluster-robust variance of `comparison.clustered`. The Gram is over clusters, of (scores,
    their sum, sum of the covariate) of a, then of b; or of weights and weighted sums (`comparison.weighted`), while
    ``sizes`` says how many scores there are of each. Without two clusters on each side there is no interval.

    Where the two segments were not drawn alike it also moves the difference, by theta times the difference of the
    covariate's means: it adjusts, and does not only sharpen. It warns where that difference is surely there.

    Raises:
        ValueError: a segment is empty.
    """
    size_a, total_a, cov_a, size_b, total_b, cov_b = gram.totals
    if not size_a or not size_b:
        raise ValueError("an empty segment")
    a, b = (total_a - theta * cov_a) / size_a, (total_b - theta * cov_b) / size_b
    bare = Difference(
        difference=float(b - a), n_a=sizes[0], n_b=sizes[1], mean_a=float(total_a / size_a),
        mean_b=float(total_b / size_b), level=level,
    )  # fmt: skip
    none = (Fraction(),) * 3
    of_a, of_b = (a / size_a, -1 / size_a, theta / size_a), (-b / size_b, 1 / size_b, -theta / size_b)
    found = by_clusters(bare, gram, ((*of_a, *none), (*none, *of_b)), (0, 3), Means.CUPED)
    warnings = [one for one in (found.warning, _apart(sizes, gram) if theta else None) if one]
    return msgspec.structs.replace(found, warning="; ".join(warnings) or None)


def _apart(sizes: tuple[int, int], gram: Gram) -> str | None:
    """What to say of segments whose covariates surely differ, as when a prompt was made longer."""
    found = weighted(*sizes, gram.kept((0, 2, 3, 5)))
    if found.p_value is None or found.p_value >= UNLIKE or not found.difference:
        return None
    return (
        f"the covariate differs by {found.difference:.3g} between the segments: this moves the difference, which is "
        "right only if the segments did not cause that"
    )


def slope(
    a: Sums,
    b: Sums,
    covariates: tuple[Sums, Sums],
    crosses: tuple[Fraction, Fraction],
    weights: tuple[Fraction, Fraction] | None = None,
) -> Fraction:
    """Theta of CUPED: Cov(x, c) / Var(c), pooled within the segments; 0 where the covariate does not vary.

    ``covariates`` are the sums of c, ``crosses`` the sums of x * c, of a and b. Where scores weigh differently all
    sums are weighted, and ``weights`` are the sums of weights.
    """
    sizes = weights or (Fraction(a.n), Fraction(b.n))
    covariance = variance = Fraction()
    for x, c, cross, size in zip((a, b), covariates, crosses, sizes, strict=True):
        if size:
            covariance += cross - x.total * c.total / size
            variance += c.squares - c.total * c.total / size
    return covariance / variance if variance else Fraction()
