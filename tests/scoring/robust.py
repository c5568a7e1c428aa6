"""Cluster-robust means and differences by regression: what statsmodels says, with clusters counted by their sizes."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from statsmodels.regression.linear_model import OLS, WLS


class Robust(NamedTuple):
    """A mean or difference, its standard error and its degrees of freedom."""

    value: float
    error: float
    freedom: float


def by_constant(score: NDArray[np.float64], group: NDArray[np.int64], weight: NDArray[np.float64]) -> Robust:
    """The mean by a weighted regression on nothing but a constant, whose covariance is robust to clusters."""
    fitted = WLS(score, np.ones(score.size), weights=weight).fit(
        cov_type="cluster", cov_kwds={"groups": group, "use_correction": False}
    )
    sizes = np.bincount(group, weight)
    few = sizes.sum() ** 2 / (sizes**2).sum()
    return Robust(float(fitted.params[0]), float(fitted.bse[0]) * math.sqrt(few / (few - 1)), float(few - 1))


def by_regression(score: NDArray[np.float64], group: NDArray[np.int64], in_b: NDArray[np.bool_]) -> Robust:
    """The difference of the means of two segments by a regression on both, whose covariance is robust to clusters."""
    fitted = OLS(score, np.column_stack([~in_b, in_b]).astype(float)).fit(
        cov_type="cluster", cov_kwds={"groups": group, "use_correction": False}, use_t=True
    )
    groups = int(group.max()) + 1
    sizes = [np.bincount(group[side], minlength=groups) for side in (~in_b, in_b)]
    few = np.array([size.sum() ** 2 / (size**2).sum() for size in sizes])
    factor, covariance = few / (few - 1), np.asarray(fitted.cov_params())
    parts = np.diag(covariance) * factor
    error = math.sqrt(parts.sum() - 2 * covariance[0, 1] * math.sqrt(factor.prod()))
    freedom = min(groups - 1, parts.sum() ** 2 / (parts**2 / (few - 1)).sum())
    return Robust(float(fitted.params[1] - fitted.params[0]), error, float(freedom))
