"""Sums of two segments, as the store gives them, turned into differences and into the mean of each."""

from fractions import Fraction

from helicorder.model.score import ScoreKind
from helicorder.scoring import comparison as scoring
from helicorder.scoring.adjustment import cuped, slope
from helicorder.scoring.comparison import PAIRED_SHARE, Difference, Sums
from helicorder.scoring.estimates import Cell, estimate
from helicorder.scoring.gram import Gram
from helicorder.scoring.sequences import FEWEST_OUTCOMES, Sequence, asymptotic, of_two_rates
from helicorder.scoring.statistics import CONFIDENCE
from helicorder.telemetry.comparison import ArmSums, MetricSums, Pairs, TwoSegments
from helicorder.wire.answers import Side, Sides

_NOTHING = ArmSums(0, 0, *(Fraction(),) * 4)
_ZEROS = (Fraction(),) * 4
NO_METRIC = MetricSums(_NOTHING, _NOTHING, _ZEROS, (_ZEROS,) * 4)
NO_SEGMENTS = TwoSegments(0, 0, dict.fromkeys(("score", "cost", "latency"), NO_METRIC))
NO_PAIRS = Pairs(0, 0, Fraction(), Fraction(), 0, (0, 0, 0, 0))
_WITHOUT_COVARIATE = (0, 1, 3, 4)
_WITH_COVARIATE = 6


def of_metric(two: TwoSegments, metric: str, level: float = CONFIDENCE) -> Difference:
    """The difference of the means of a metric; the clusters are those of the scores, whether or not they have it."""
    sums = two.metrics[metric]
    if two.weighted:
        return scoring.weighted(sums.a.n, sums.b.n, _gram(two, sums), level)
    return scoring.clustered(_sums(sums.a), _sums(sums.b), _gram(two, sums), level)


def of_scores(kind: ScoreKind, two: TwoSegments, pairs: Pairs, level: float = CONFIDENCE) -> Difference:
    """The difference of the means of the scores, by the method that they call for.

    Weighted where they were drawn with unequal probabilities; else paired where the same inputs make up at least four
    fifths of the rows; clustered where a cluster holds several; else that of two proportions or two means.
    """
    sums = two.metrics["score"]
    a, b = _sums(sums.a), _sums(sums.b)
    if two.weighted:
        return of_metric(two, "score", level)
    if pairs.pairs and paired_share(two, pairs) >= PAIRED_SHARE:
        if kind is ScoreKind.BOOLEAN and pairs.single == pairs.pairs:
            return scoring.paired_newcombe(*pairs.table, level)
        return scoring.paired(pairs.pairs, pairs.total, pairs.squares, level)
    if not _are_alone(two):
        return scoring.clustered(a, b, _gram(two, sums), level)
    return scoring.newcombe(a, b, level) if kind is ScoreKind.BOOLEAN else scoring.welch(a, b, level)


def sides(two: TwoSegments, metric: str, kind: ScoreKind = ScoreKind.NUMERIC) -> Sides:
    """The mean of a metric in either segment by itself, as a breakdown has it."""
    sums = two.metrics[metric]
    gram, is_rate = _gram(two, sums), kind is ScoreKind.BOOLEAN
    return Sides(*(
        _side(arm, gram.kept(places), weighted=two.weighted, is_rate=is_rate)
        for arm, places in ((sums.a, (0, 1)), (sums.b, (2, 3)))
    ))  # fmt: skip


def _side(arm: ArmSums, gram: Gram, *, weighted: bool, is_rate: bool) -> Side:
    own = Gram(arm.groups, gram.totals, gram.products)
    cell = Cell(arm.n, arm.total, arm.squares, gram=own, weights_squared=arm.weights_squared if weighted else None)
    found = estimate(cell, is_rate=is_rate)
    return Side(
        n=found.n, clusters=found.clusters, mean=found.mean, low=found.low, high=found.high, method=found.method,
        warning=found.warning,
    )  # fmt: skip


def _are_alone(two: TwoSegments) -> bool:
    """Whether each score is a cluster by itself."""
    return two.groups == two.metrics["score"].a.n + two.metrics["score"].b.n


def paired_share(two: TwoSegments, pairs: Pairs) -> Fraction:
    """Which share of the rows has its input in both segments."""
    n = two.metrics["score"].a.n + two.metrics["score"].b.n
    return Fraction(pairs.rows, n) if n else Fraction()


def with_covariate(two: TwoSegments) -> tuple[Difference | None, float | None]:
    """(the difference adjusted by the covariate, its variance over that without); None where there is no covariate."""
    sums = two.metrics["score"]
    if len(sums.totals) != _WITH_COVARIATE or not sums.a.n or not sums.b.n or two.groups < 2:  # noqa: PLR2004 -- the least that can differ
        return None, None
    covariates = tuple(Sums(one.n, one.covariate, one.covariate_squares) for one in (sums.a, sums.b))
    theta = slope(
        _sums(sums.a), _sums(sums.b), (covariates[0], covariates[1]),
        (sums.a.covariate_cross, sums.b.covariate_cross), (sums.a.weight, sums.b.weight),
    )  # fmt: skip
    found = cuped((sums.a.n, sums.b.n), Gram(two.groups, sums.totals, sums.products), theta)
    plain = of_metric(two, "score").standard_error
    ratio = (found.standard_error / plain) ** 2 if found.standard_error is not None and plain else None
    return found, ratio


def at_any_time(kind: ScoreKind, two: TwoSegments) -> Sequence | None:
    """The interval of the difference that holds at every look at once; None while there is too little.

    Exact for booleans that are independent and drawn alike, asymptotic for all else.
    """
    sums = two.metrics["score"]
    if kind is ScoreKind.BOOLEAN:
        passed = [(int(arm.total), arm.n) for arm in (sums.a, sums.b)]
        if not two.weighted and _are_alone(two):
            return of_two_rates(passed[0], passed[1], CONFIDENCE)
        if any(min(trues, n - trues) < FEWEST_OUTCOMES for trues, n in passed):
            return None
    found = of_metric(two, "score")
    if found.difference is None or found.standard_error is None:
        return None
    return asymptotic(found.difference, found.standard_error, two.groups, found.level)


def _sums(arm: ArmSums) -> Sums:
    return Sums(arm.n, arm.total, arm.squares)


def _gram(two: TwoSegments, sums: MetricSums) -> Gram:
    gram = Gram(two.groups, sums.totals, sums.products)
    return gram.kept(_WITHOUT_COVARIATE) if len(sums.totals) == _WITH_COVARIATE else gram
