"""What the statistics find: values that answers are made of, apart from how they are computed.

Whoever reads an answer needs these and none of the libraries behind them.
"""

import enum

import msgspec

CONFIDENCE = 0.95
"""The confidence level of every interval, unless another one is asked for."""

NOT_CAUSAL = "A difference between two sets of calls is not causal unless chance decided which call was of which set."

Segment = tuple[tuple[str, str], ...]
"""Calls to look at, as pairs of dimension and value; empty for all."""


class Method(enum.StrEnum):
    """How an interval was made; every answer names it."""

    NONE = "none"
    T = "t"
    WILSON = "wilson"
    CLUSTERED_T = "clustered-t"
    CLUSTERED_WILSON = "clustered-wilson"
    WEIGHTED = "weighted"
    WEIGHTED_WILSON = "weighted-wilson"


class Means(enum.StrEnum):
    """How the interval of a difference was made."""

    NONE = "none"
    WELCH = "welch"
    NEWCOMBE = "newcombe"
    CLUSTERED = "clustered"
    WEIGHTED = "weighted"
    PAIRED_T = "paired-t"
    PAIRED_NEWCOMBE = "paired-newcombe"
    CUPED = "cuped"


class QuantileMethod(enum.StrEnum):
    """How the interval of a quantile was made: from ranks of independent values, or of as many as they amount to."""

    RANKS = "ranks"
    EFFECTIVE_RANKS = "effective-ranks"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A difference of means, b - a. Numbers that the data does not give are None.

    Attributes:
        low, high: the interval at ``level``. p_value: of a difference of 0, two-sided; made as the interval is, but for
            NEWCOMBE (score test of two proportions) and PAIRED_NEWCOMBE (McNemar's exact test), so there the two may
            disagree at the edge.
        standard_error: of the difference; for the two Newcombe intervals their half width in normal standard errors.
        n_a, n_b: scores; for paired methods pairs. clusters: independent groups of them, None where each is its own.
    """

    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    standard_error: float | None = None
    n_a: int = 0
    n_b: int = 0
    mean_a: float | None = None
    mean_b: float | None = None
    clusters: int | None = None
    method: Means = Means.NONE
    level: float = CONFIDENCE
    warning: str | None = None


class Word(enum.StrEnum):
    """The verdict. HIGHER and LOWER stand for better and worse where neither direction is better."""

    BETTER = "better"
    WORSE = "worse"
    HIGHER = "higher"
    LOWER = "lower"
    SAME = "same"
    NOT_KNOWN = "not yet known"


class Verdict(msgspec.Struct, frozen=True):
    """A verdict on b against a.

    Attributes:
        smallest: the smallest difference that this data would have shown with a power of 80 %; None where it has no
            standard error.
        margin: the least difference that was said to matter.
    """

    word: Word
    sentence: str
    smallest: float | None
    margin: float


class Dominance(msgspec.Struct, frozen=True):
    """Which segment dominates: ``a``, ``b``, or None where neither surely does; and a sentence."""

    segment: str | None
    sentence: str


class Form(enum.StrEnum):
    """How a sequence was made: exact for independent booleans, or leaning on the central limit theorem."""

    ASYMPTOTIC = "asymptotic"
    BETA_BINOMIAL = "beta-binomial"


class Sequence(msgspec.Struct, frozen=True):
    """One look of a confidence sequence: all looks hold the truth together with probability ``level``."""

    low: float
    high: float
    level: float
    method: Form = Form.ASYMPTOTIC


class Drifted(enum.StrEnum):
    """Who moved."""

    NOBODY = "no drift seen"
    JUDGE = "judge"
    SYSTEM = "system"
    BOTH = "both"
    NOT_KNOWN = "not yet known"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change with its interval at ``level``; None where there is too little to say."""

    change: float | None
    low: float | None
    high: float | None
    level: float

    @property
    def moved(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """Who moved, in a word and a sentence.

    ``judge`` is the change on the anchors, whose answers stand still; ``traffic`` that of the scores that are seen;
    ``system`` is what is left of it when the judge's change is taken off.
    """

    word: Drifted
    sentence: str
    judge: Change
    traffic: Change
    system: Change


class Correction(enum.StrEnum):
    """How a mean was corrected."""

    NONE = "none"
    PPI = "ppi++"
    ROGAN_GLADEN = "rogan-gladen"


class Mean(msgspec.Struct, frozen=True, kw_only=True):
    """A mean with its interval; None where the data does not give it.

    Attributes:
        tuning: the share of the judge in a PPI++ mean: 0 is people alone, 1 is the judge with its bias taken off.
    """

    mean: float | None = None
    low: float | None = None
    high: float | None = None
    standard_error: float | None = None
    n: int = 0
    method: Correction = Correction.NONE
    tuning: float | None = None
    level: float = CONFIDENCE
    warning: str | None = None


class Interval(enum.StrEnum):
    """How the interval of a measure was made; by the jackknife where things hang together or weigh differently."""

    NONE = "none"
    WILSON = "wilson"
    DELTA = "delta-method"
    FISHER = "fisher"
    BONETT_WRIGHT = "bonett-wright"
    BOOTSTRAP = "bootstrap"
    JACKKNIFE = "jackknife"


NONE_DIFFERED = "none differed, so how often they may is not seen in this; the share that agrees has an interval"


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A measure with its interval; the reason says why there is no value, or a value and no interval.

    Attributes:
        n: things that it rests on. method: how the interval was made.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    method: Interval = Interval.NONE
    level: float = CONFIDENCE
    reason: str | None = None


class OfCategory(msgspec.Struct, frozen=True, kw_only=True):
    """How far two raters agree on one category, the first being taken as right."""

    category: str
    precision: Measure
    recall: Measure
    f1: Measure


class RaterBias(msgspec.Struct, frozen=True, kw_only=True):
    """How much higher a rater scores than the raters do on average, on the same things.

    ``p_value`` is of no bias; ``adjusted_p`` counts all raters, and ``flagged`` is it <= 0.1.
    """

    rater: int
    bias: Measure
    p_value: float | None
    adjusted_p: float | None
    flagged: bool


class Scale(enum.StrEnum):
    """What differences between values mean: none but being different, their order, their size, their proportion."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


class Kind(enum.StrEnum):
    """What a part of a change is.

    Segments that appeared, that went, that have another share; calls of one segment that score differently; or what no
    segment accounts for.
    """

    ENTERED = "entered"
    LEFT = "left"
    MIX = "mix"
    WITHIN = "within"
    UNEXPLAINED = "unexplained"


class Shift(msgspec.Struct, frozen=True):
    """One value of a dimension in both periods, and what its change of share gives. Means are None without rows."""

    value: str
    n_before: int
    n_after: int
    share_before: float
    share_after: float
    mean_before: float | None
    mean_after: float | None
    amount: float


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a change.

    Attributes:
        label: it in words.
        dimensions: which the part is about; empty for what is unexplained.
        segment: the calls to look at, as pairs of dimension and value; empty for all.
        amount: what it gives to the change, with its interval from low to high; None without blocks.
        p_value: of an amount of 0. adjusted: after Benjamini and Hochberg over all looks of its family.
        looks: how many those are. flagged: whether the adjusted p-value is at most q.
        n_before, n_after, mean_before, mean_after: of the segment.
        shifts: for a mix, the values of its dimension, the largest amount first.
        parts: where within the part it is; they sum to it. Empty where nothing stands out.
    """

    label: str
    kind: Kind
    dimensions: tuple[str, ...]
    segment: Segment
    amount: float
    low: float | None
    high: float | None
    p_value: float | None
    adjusted: float | None
    looks: int
    flagged: bool
    n_before: int
    n_after: int
    mean_before: float | None
    mean_after: float | None
    shifts: tuple[Shift, ...] = ()
    parts: tuple["Part", ...] = ()

    @property
    def surely(self) -> float:
        """The size that the interval leaves at least, 0 where it holds 0; without an interval the size."""
        if self.low is None or self.high is None:
            return abs(self.amount)
        return max(0.0, self.low, -self.high)


class Bisection(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a mean and its parts, which sum to it, the surest first.

    Attributes:
        total: mean after minus mean before, with its interval from low to high; None without blocks.
        dimensions: those that vary, and so were looked at. constant: those that do not.
        cells: how many combinations of values. pooled: rows with a value too rare to keep, in ``other``.
        minimum: rows that a segment needs to be named.
        unmet: raked tables that could not have all margins, because combinations never occurred.
        blocks: how many were left out in turn. level: of the intervals. q: the share of flags that may be false.
    """

    sentence: str
    total: float
    low: float | None
    high: float | None
    p_value: float | None
    n_before: int
    n_after: int
    mean_before: float
    mean_after: float
    parts: tuple[Part, ...]
    dimensions: tuple[str, ...]
    constant: tuple[str, ...]
    cells: int
    pooled: int
    minimum: int
    unmet: int
    blocks: int
    level: float
    q: float
    warnings: tuple[str, ...]
