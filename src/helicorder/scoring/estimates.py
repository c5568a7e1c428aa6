"""The number of one cell of a chart, with the interval that its sampling and its clusters call for.

A cell is a heap of scores by its exact sums, so that a day is the merge of its hours whatever the order. The interval
follows from how the scores came about: rows of one cluster (a session, else a user, else the request itself) hang
together, and rows drawn with unequal probabilities stand for unequally many others. Every estimate names its method.
"""

from collections.abc import Hashable, Iterable, Sequence
from fractions import Fraction
from typing import Final

import msgspec

from helicorder.scoring.gram import Gram
from helicorder.scoring.statistics import (
    CONFIDENCE,
    Estimate,
    Method,
    checked_level,
    normal_quantile,
    student_quantile,
    wilson,
)

FEW: Final = 30
"""Fewer scores or clusters than this, and a t interval is too narrow for skewed ones."""

Number = float | int | Fraction


class Cell(msgspec.Struct, frozen=True):
    """Sufficient statistics of a heap of scores, exact. `Cell()` is the empty heap and changes nothing in a merge.

    Attributes:
        n: how many scores.
        total, squares: the sums of the scores and of their squares.
        minimum, maximum: None for n = 0.
        requests: how many distinct requests they judge.
        gram: over the clusters, of (sum of weights, sum of weight times score); without weights that is (how many
            scores, their sum). None stands for a cluster to each score. Every cluster holds a score.
        weights_squared: the sum of the squared weights; None where every score weighs 1.
    """

    n: int = 0
    total: Fraction = Fraction()
    squares: Fraction = Fraction()
    minimum: float | None = None
    maximum: float | None = None
    requests: int = 0
    gram: Gram | None = None
    weights_squared: Fraction | None = None

    def __post_init__(self) -> None:
        if self.gram is None and self.weights_squared is not None:
            raise ValueError("weighted scores without their sums over clusters")
        if (
            self.gram is not None
            and self.weights_squared is None
            and self.gram.totals != (Fraction(self.n), self.total)
        ):
            raise ValueError("clusters that do not add up to their scores")

    @classmethod
    def of_scores(
        cls,
        scores: Iterable[Number],
        *,
        clusters: Iterable[Hashable] | None = None,
        weights: Iterable[Number] | None = None,
        requests: int | None = None,
    ) -> "Cell":
        """The cell of finite scores given one by one.

        Args:
            scores: the values.
            clusters: to which cluster each belongs; None for one of its own each.
            weights: 1 / inclusion probability of each; None for 1 each.
            requests: how many distinct requests; None for one to each score.

        Raises:
            ValueError: of clusters or weights there are not as many as scores, or a weight is not positive.
        """
        exact = [Fraction(score) for score in scores]
        weight = [Fraction(1)] * len(exact) if weights is None else [Fraction(one) for one in weights]
        if any(one <= 0 for one in weight):
            raise ValueError("a weight is positive")
        if not exact:
            return cls()
        keys = range(len(exact)) if clusters is None else clusters
        sums: dict[Hashable, tuple[Fraction, Fraction]] = {}
        for key, score, one in zip(keys, exact, weight, strict=True):
            mass, weighted = sums.get(key, (Fraction(), Fraction()))
            sums[key] = mass + one, weighted + one * score
        return cls(
            n=len(exact),
            total=sum(exact, Fraction()),
            squares=sum((score * score for score in exact), Fraction()),
            minimum=float(min(exact)),
            maximum=float(max(exact)),
            requests=len(exact) if requests is None else requests,
            gram=Gram.of_rows(list(sums.values())),
            weights_squared=None if weights is None else sum((one * one for one in weight), Fraction()),
        )

    @property
    def over_clusters(self) -> Gram:
        """The sums over clusters, also where each score is its own."""
        if self.gram is not None:
            return self.gram
        n = Fraction(self.n)
        return Gram(self.n, (n, self.total), ((n, self.total), (self.total, self.squares)))

    @property
    def sum_of_squared_weights(self) -> Fraction:
        """Also where every score weighs 1."""
        return Fraction(self.n) if self.weights_squared is None else self.weights_squared

    @property
    def is_evenly_weighted(self) -> bool:
        """Whether all weights are equal, when they change nothing: only then is n * sum(w**2) = (sum w)**2."""
        return self.weights_squared is None or self.n * self.weights_squared == self.over_clusters.totals[0] ** 2

    def merge(self, other: "Cell") -> "Cell":
        """The cell of both heaps, which must share neither a cluster nor a request. Exact in any order and grouping."""
        if not self.n or not other.n:
            return self if self.n else other
        single = self.gram is None and other.gram is None
        weighted = self.weights_squared is not None or other.weights_squared is not None
        return Cell(
            n=self.n + other.n,
            total=self.total + other.total,
            squares=self.squares + other.squares,
            minimum=min(x for x in (self.minimum, other.minimum) if x is not None),
            maximum=max(x for x in (self.maximum, other.maximum) if x is not None),
            requests=self.requests + other.requests,
            gram=None if single else self.over_clusters.merge(other.over_clusters),
            weights_squared=self.sum_of_squared_weights + other.sum_of_squared_weights if weighted else None,
        )

    @classmethod
    def merged(cls, cells: Iterable["Cell"]) -> "Cell":
        """The cell of all heaps together, which must share neither a cluster nor a request."""
        whole = cls()
        for cell in cells:
            whole = whole.merge(cell)
        return whole


def estimate(cell: Cell, *, is_rate: bool, level: float = CONFIDENCE) -> Estimate:
    """The mean of a cell and its interval, by the method that the cell calls for; the answer names it.

    - "t", "wilson": one score to a cluster and equal weights. Student's interval of numbers, Wilson's of booleans.
    - "clustered-t": mean -+ t(K - 1) * sqrt(V), V = K / (K - 1) * sum over clusters of ((S_g - mean * m_g) / n)**2.
      Liang and Zeger, Biometrika 73 (1986), with the clusters counted as `Gram.effective` does, K = n**2 / sum m_g**2,
      and at least one degree of freedom: with all G of them the interval is too narrow where sizes differ much.
    - "clustered-wilson": Wilson's interval with n / max(deff, 1) for n and Student's quantile for the normal one, where
      deff = V / (s**2 / n). After Korn and Graubard, Survey Methodology 24 (1998).
    - "weighted": the Hajek mean sum(w x) / sum(w) with its linearised variance over clusters and t(K - 1). Sarndal,
      Swensson and Wretman, Model Assisted Survey Sampling (1992), section 5.7. n_effective is Kish's (sum w)**2 / sum
      w**2 and deff is n / n_effective, the part that weighting alone has in it.
    - "weighted-wilson": the same mean of booleans, its variance turned into an effective size for Wilson's interval.
    - "none": no score, one number, or a single cluster of several scores: a value at most.

    Assumes independent clusters, many of them (the answer warns below 30), and for weights that every score of the
    population had a known, positive chance to be drawn. The intervals say nothing of a judge that is wrong.

    Args:
        cell: the sums.
        is_rate: whether the scores are booleans, 1 and 0.
        level: confidence, strictly between 0 and 1.

    Raises:
        ValueError: the level is out of range, or scores of a rate are not all 0 and 1.
    """
    checked_level(level)
    if is_rate and cell.total != cell.squares:
        raise ValueError("a rate of scores that are not all 0 and 1")
    if not cell.n:
        return Estimate(0, requests=0, clusters=0, level=level)
    gram = cell.over_clusters
    plain = gram.groups == cell.n and cell.is_evenly_weighted
    deff, n_effective = _design(cell, is_rate=is_rate)
    low = high = freedom = None
    if gram.groups > 1 or (plain and is_rate):
        freedom = None if plain and is_rate else max(float(gram.effective(0)) - 1, 1.0)
        quantile = normal_quantile(level) if freedom is None else student_quantile(freedom, level)
        low, high = _interval(cell, quantile, float(n_effective) if is_rate else None)
    method = _method(cell, plain=plain, is_rate=is_rate) if low is not None else Method.NONE
    return Estimate(
        cell.n,
        _double(_mean(gram)),
        low,
        high,
        cell.minimum,
        cell.maximum,
        requests=cell.requests,
        clusters=gram.groups,
        deff=_double(deff),
        n_effective=_double(n_effective),
        freedom=freedom,
        method=method,
        level=level,
        warning=_warning(method, gram, n_effective),
    )


def inclusion_probability(probabilities: Sequence[float]) -> float:
    """The probability that at least one of several rules, drawing independently, takes a request: 1 - prod(1 - p).

    A score that any of them made weighs 1 / it. Horvitz and Thompson, JASA 47 (1952).

    Raises:
        ValueError: a probability is not from 0 to 1.
    """
    missed = Fraction(1)
    for probability in probabilities:
        if not 0 <= probability <= 1:
            raise ValueError(f"not a probability: {probability}")
        missed *= 1 - Fraction(probability)
    return float(1 - missed)


def _mean(gram: Gram) -> Fraction:
    weight, weighted = gram.totals
    return weighted / weight


def _variance(gram: Gram) -> Fraction:
    """Of the ratio of the totals: the delta method over clusters, at least two."""
    weight, mean, few = gram.totals[0], _mean(gram), gram.effective(0)
    return gram.squares((-mean / weight, 1 / weight)) * few / (few - 1)


def _design(cell: Cell, *, is_rate: bool) -> tuple[Fraction | None, Fraction]:
    """(design effect, effective size)."""
    gram, weighted = cell.over_clusters, not cell.is_evenly_weighted
    if weighted and not is_rate:
        n_effective = gram.totals[0] ** 2 / cell.sum_of_squared_weights
        return cell.n / n_effective, n_effective
    mean = _mean(gram)
    deviations = cell.n * mean * (1 - mean) if is_rate else cell.squares - cell.total * mean
    if not deviations:
        # Equal scores do not tell how alike a cluster is. A rate then counts each cluster once, as if wholly alike.
        return None, gram.effective(0) if is_rate else Fraction(cell.n)
    if gram.groups < 2:  # noqa: PLR2004 -- two is the least that can differ
        return None, Fraction(1)
    deff = _variance(gram) * cell.n * (cell.n - 1) / deviations
    return deff, cell.n / max(deff, Fraction(1))


def _interval(cell: Cell, quantile: float, n_effective: float | None) -> tuple[float, float] | tuple[None, None]:
    """Wilson's with an effective size, Student's without; none where a double cannot hold it."""
    gram = cell.over_clusters
    if n_effective is not None:
        return wilson(float(_mean(gram)), n_effective, quantile)
    mean, variance = _mean(gram), _double(_variance(gram))
    if variance is None:
        return None, None
    reach = Fraction(quantile) * Fraction(variance**0.5)
    low, high = _double(mean - reach), _double(mean + reach)
    return (low, high) if low is not None and high is not None else (None, None)


def _method(cell: Cell, *, plain: bool, is_rate: bool) -> Method:
    if plain:
        return Method.WILSON if is_rate else Method.T
    if cell.is_evenly_weighted:
        return Method.CLUSTERED_WILSON if is_rate else Method.CLUSTERED_T
    return Method.WEIGHTED_WILSON if is_rate else Method.WEIGHTED


def _warning(method: Method, gram: Gram, n_effective: Fraction) -> str | None:
    if method is Method.WILSON:
        return None
    if method is Method.NONE:
        return "no interval: nothing to compare with" if gram.groups == 1 else "no interval: beyond a double"
    if gram.groups < FEW:
        return f"fewer than {FEW} scores" if method is Method.T else f"fewer than {FEW} clusters"
    if n_effective < FEW and method in (Method.WEIGHTED, Method.WEIGHTED_WILSON):
        return f"effective size below {FEW}"
    return f"most are in fewer than {FEW} clusters" if gram.effective(0) < FEW else None


def _double(number: Fraction | None) -> float | None:
    """As a double; None for what it cannot hold."""
    try:
        return None if number is None else float(number)
    except OverflowError:
        return None
