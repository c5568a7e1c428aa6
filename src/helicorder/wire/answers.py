"""Answers about scores: numbers that say how far to trust them."""

import datetime as dt

import msgspec

from helicorder.model.analysis import Clock
from helicorder.model.definition import Direction
from helicorder.model.findings import (
    NOT_CAUSAL,
    Bisection,
    Difference,
    Dominance,
    Drift,
    Mean,
    Measure,
    Method,
    OfCategory,
    QuantileMethod,
    RaterBias,
    Scale,
    Sequence,
    Verdict,
)
from helicorder.model.score import ScoreKind
from helicorder.wire.questions import RaterQuery


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A mean with all that says how far to trust it; ``low`` to ``high`` is its 95 % interval.

    ``n`` scores of ``requests`` distinct requests; ``missing`` calls were not scored (null where calls were not
    counted); ``clusters`` independent groups. ``method`` names how the interval was made. Where n is 0 everything else
    is null: a gap, not a zero.
    """

    n: int
    requests: int
    missing: int | None
    clusters: int | None
    mean: float | None
    low: float | None
    high: float | None
    min: float | None
    max: float | None
    deff: float | None
    n_effective: float | None
    method: Method
    warning: str | None


class Bucket(Number, frozen=True, kw_only=True):
    """The number of one bucket of time. ``filling``: scores of this time are still expected to come."""

    start: dt.datetime
    filling: bool = False
    complete: float | None = None


class SegmentSeries(msgspec.Struct, frozen=True):
    """One segment over time. An unknown value is empty text; ``(other)`` is all smaller segments together."""

    values: list[str]
    points: list[Bucket]


class ScoreSeries(msgspec.Struct, frozen=True):
    """A score over time, and over the whole window at once where that was asked for.

    The number of the whole is not put together from the points: clusters reach over buckets. ``segments`` are the
    largest first, the rest last; empty where the question is not by any dimension.
    """

    name: str
    kind: ScoreKind
    clock: Clock
    total: Number | None
    points: list[Bucket]
    segments: list[SegmentSeries] = []


class Segment(Number, frozen=True, kw_only=True):
    """The number of one segment. An unknown value is empty text; ``(other)`` is all smaller segments together."""

    values: list[str]


class Breakdown(msgspec.Struct, frozen=True):
    """A score by segment."""

    name: str
    kind: ScoreKind
    by: list[str]
    segments: list[Segment]


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """How many values lie from ``low`` to below ``high``; the last bin holds its upper edge too.

    ``share`` is of all values, with its 95 % interval from ``share_low`` to ``share_high``.
    """

    low: float
    high: float
    n: int
    share: float | None
    share_low: float | None
    share_high: float | None


class Quantile(msgspec.Struct, frozen=True, kw_only=True):
    """The smallest value that at least the share ``q`` of the scores do not exceed, with its 95 % interval.

    The interval assumes no distribution; its ends are values, and null where too few cannot bound it.
    """

    q: float
    value: float
    low: float | None
    high: float | None


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """The share of one category, with its 95 % interval, which speaks for this category alone."""

    category: str
    n: int
    share: float | None
    low: float | None
    high: float | None


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """The spread of n values: bins and quantiles of numbers, shares of categories and of true and false.

    ``n`` scores of ``requests`` distinct requests; ``missing`` calls were not scored (null where calls were not
    counted); ``clusters`` independent groups. ``method`` names the intervals of shares, ``quantile_method`` those of
    quantiles: ``ranks``, or ``effective-ranks`` where scores hang together or weigh differently.
    """

    name: str
    kind: ScoreKind
    n: int
    requests: int
    missing: int | None
    clusters: int
    method: Method
    quantile_method: QuantileMethod
    warning: str | None
    bins: list[Bin]
    quantiles: list[Quantile]
    shares: list[Share]


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """The mean of one segment by itself, as a breakdown has it; ``low`` to ``high`` is its 95 % interval."""

    n: int
    clusters: int | None
    mean: float | None
    low: float | None
    high: float | None
    method: Method
    warning: str | None


class Sides(msgspec.Struct, frozen=True):
    """Both segments, each by itself: of all its scores, also where the difference is of pairs alone."""

    a: Side
    b: Side


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """The comparison within one value of a dimension. ``adjusted_p`` counts all looks; ``flagged`` is it <= 0.1.

    The interval is at the level that all looks call for (``level``), so the verdict counts them too: it is sure of a
    difference where ``adjusted_p`` is at most 0.05.
    """

    value: str
    sides: Sides
    difference: Difference
    verdict: Verdict
    adjusted_p: float | None
    flagged: bool


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """b against a.

    ``difference`` is made by the method that fits, which it names; ``adjusted`` with the covariate; ``anytime`` is the
    interval for those who look again and again. ``paired_share`` is the share of rows whose input both segments have.
    ``dominance`` takes the margin for quality, and 5 % of a's mean for cost and latency. Slices are
    looks: there are ``looks`` of them, and ``caveat`` says what no comparison of logged calls can.
    """

    name: str
    kind: ScoreKind
    direction: Direction
    sides: Sides
    difference: Difference
    verdict: Verdict
    adjusted: Difference | None
    variance_ratio: float | None
    anytime: Sequence | None
    pairs: int
    paired_share: float
    overlap: int
    cost_sides: Sides
    cost: Difference
    latency_sides: Sides
    latency: Difference
    dominance: Dominance
    slices: list[Slice]
    looks: int
    caveat: str = NOT_CAUSAL


class FoundChange(msgspec.Struct, frozen=True, kw_only=True):
    """When the score changed. Where the moment was searched for, ``earliest`` to ``latest`` is not ruled out.

    ``p_value`` is of no change at all. What is told of the two sides of a moment that was searched for lies a little
    too far apart, since it is the moment that parts them most.
    """

    at: dt.datetime
    searched: bool
    earliest: dt.datetime | None
    latest: dt.datetime | None
    p_value: float | None


class Example(msgspec.Struct, frozen=True):
    """Requests of a part's segment, of after the change unless it went then: the lowest scores of a part that fell."""

    label: str
    request_ids: list[str]


class Bisected(msgspec.Struct, frozen=True, kw_only=True):
    """A change taken apart. ``bisection`` has the sentence, the parts and their intervals; it is null without a change.

    Parts add up to the total. ``examples`` are requests to read for the parts that stand out.
    """

    name: str
    kind: ScoreKind
    change: FoundChange | None
    bisection: Bisection | None
    examples: list[Example]


class JudgedMean(msgspec.Struct, frozen=True, kw_only=True):
    """The judge's mean side by side with what it would be had people judged, each with its n and its interval.

    ``human`` is people's mean alone; ``bias`` how much higher the judge scores; ``labels`` of ``judged`` things were
    labelled. ``sensitivity`` and ``specificity`` are of pass or fail: the share of what people pass that the judge
    passes, and of what they fail that it fails, with labels weighed by the inverse of their probabilities.
    """

    raw: Mean
    corrected: Mean
    human: Mean
    bias: Mean
    judged: int
    labels: int
    sensitivity: float | None
    specificity: float | None


class JudgedPoint(JudgedMean, frozen=True, kw_only=True):
    """The means of one bucket of time; null in one in which the judge judged nothing: a gap, not a zero."""

    start: dt.datetime


class Judged(JudgedMean, frozen=True, kw_only=True):
    """A judge over a window, and over its buckets where they were asked for."""

    name: str
    kind: ScoreKind
    points: list[JudgedPoint]


class PairAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """Two raters, by their places in the question; the first is taken as right where it matters.

    ``n`` things were judged by both. ``bias`` is how much higher the second scores them, a paired difference; null of
    categories. ``confusion`` counts them, with a row for each of ``labels`` as the first said it
    and a column as the second did. All else weighs each thing by the inverse of the probability with which it came to
    be judged by both. What is not defined is null with a ``reason``.
    """

    raters: tuple[int, int]
    n: int
    observed: Measure
    kappa: Measure
    weighted_kappa: Measure
    pearson: Measure
    spearman: Measure
    mean_distance: float | None
    bias: Difference | None
    labels: list[str]
    confusion: list[list[int]]
    categories: list[OfCategory]


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Every two of the raters, Krippendorff's alpha of all of them together, and how much higher each scores.

    ``biases`` is empty where raters do not give numbers, or not of one kind.
    """

    raters: list[RaterQuery]
    pairs: list[PairAgreement]
    alpha: Measure
    scale: Scale
    biases: list[RaterBias]


class LabelItem(msgspec.Struct, frozen=True, kw_only=True):
    """Something to label. Send ``inclusion`` with the label: it is what makes the corrected mean right."""

    target: str
    target_id: str
    judged: float
    segment: str
    inclusion: float


class LabelStratum(msgspec.Struct, frozen=True, kw_only=True):
    """Things that the judge scored from ``low`` to ``high``, in one segment: how far off it is expected to be.

    ``waiting`` have no label, ``labels`` have; ``expected_error`` is the root of the expected squared difference.
    """

    segment: str
    low: float
    high: float
    waiting: int
    labels: int
    expected_error: float
    inclusion: float


class LabelPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A draw. ``expected_half_width`` is how far the corrected mean's interval should reach with these labels."""

    name: str
    items: list[LabelItem]
    strata: list[LabelStratum]
    waiting: int
    labels: int
    expected_half_width: float | None
    warning: str | None


class Drifting(msgspec.Struct, frozen=True, kw_only=True):
    """Who moved, with what it rests on: the paired difference of the anchors, and that of the traffic."""

    name: str
    kind: ScoreKind
    verdict: Drift
    anchors: Difference
    traffic: Difference
