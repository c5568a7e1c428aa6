"""Taking noise out of a difference with something that was known before the answer (CUPED)."""

import math
from fractions import Fraction

from helicorder.scoring.comparison import Difference, Means, Sums, cluster_warning, fewest_clusters, t_test
from helicorder.scoring.gram import Gram
from helicorder.scoring.statistics import CONFIDENCE, student_quantile


def cuped(a: Sums, b: Sums, gram: Gram, theta: Fraction, level: float = CONFIDENCE) -> Difference:
    """The difference of the means of x - theta * (c - mean of c), which has the same expectation and less variance.

    Deng, Xu, Kohavi and Walker, "Improving the Sensitivity of Online Controlled Experiments by Utilizing Pre-Experiment
    Data", WSDM 2013, with the cluster-robust variance of `comparison.clustered`. The Gram is over clusters, of (scores,
    their sum, sum of the covariate) of a, then of b. Where the two segments were not drawn alike it also moves the
    difference, by theta times the difference of the covariate's means: it adjusts, and does not only sharpen. Without
    two clusters on each side there is no interval.

    Raises:
        ValueError: a segment is empty.
    """
    if not a.n or not b.n:
        raise ValueError("an empty segment")
    cov_a, cov_b = gram.totals[2] / a.n, gram.totals[5] / b.n
    adjusted_a, adjusted_b = a.mean - theta * cov_a, b.mean - theta * cov_b
    difference, few = float(adjusted_b - adjusted_a), fewest_clusters(a, b, gram, (0, 3))
    if few <= 1:
        return Difference(
            difference=difference, n_a=a.n, n_b=b.n, mean_a=float(a.mean), mean_b=float(b.mean), level=level
        )
    gradient = (
        adjusted_a / a.n, Fraction(-1, a.n), theta / a.n,
        -adjusted_b / b.n, Fraction(1, b.n), -theta / b.n,
    )  # fmt: skip
    error = math.sqrt(gram.variance(gradient))
    reach = student_quantile(gram.groups - 1, level) * error
    return Difference(
        difference=difference, low=difference - reach, high=difference + reach, standard_error=error,
        p_value=t_test(difference, error, gram.groups - 1), warning=cluster_warning(gram.groups, few),
        n_a=a.n, n_b=b.n, mean_a=float(a.mean), mean_b=float(b.mean), clusters=gram.groups, method=Means.CUPED,
        level=level,
    )  # fmt: skip


def slope(a: Sums, b: Sums, covariates: tuple[Sums, Sums], crosses: tuple[Fraction, Fraction]) -> Fraction:
    """Theta of CUPED: Cov(x, c) / Var(c), pooled within the segments; 0 where the covariate does not vary.

    ``covariates`` are the sums of c, ``crosses`` the sums of x * c, of a and b.
    """
    covariance = variance = Fraction()
    for x, c, cross in zip((a, b), covariates, crosses, strict=True):
        if x.n:
            covariance += cross - x.total * c.total / x.n
            variance += c.squares - c.total * c.total / x.n
    return covariance / variance if variance else Fraction()
