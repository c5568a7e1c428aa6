"""Questions about scores: which ones, and what is to be known of them."""

import enum
from typing import Any

import msgspec

from helicorder.model.analysis import Clock, Clustering, Covariate
from helicorder.model.definition import Direction
from helicorder.model.findings import Correction, Scale
from helicorder.model.score import ScoreKind, Source
from helicorder.model.window import Bucket

MATCH_INPUT = "input"
MATCH_NOTHING = "none"


class Selection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which scores, of which time.

    ``start`` and ``end`` are ISO 8601; ``clock`` places a score when its request was made or when it was judged;
    ``filter`` is a filter on the judged calls; ``sources`` and ``authors`` say whose judgements count (empty: all);
    ``cluster`` says which scores are not independent of one another. ``kind`` is needed only where a name has several.
    ``largest``, a bound on the values by size, is filled in by the server; a pin keeps it.
    """

    name: str
    kind: ScoreKind | None = None
    start: str | None = None
    end: str | None = None
    clock: Clock = Clock.REQUESTED
    filter: Any = "all"
    sources: list[Source] = []
    authors: list[str] = []
    cluster: Clustering = Clustering.AUTO
    largest: float | None = None


class SeriesQuery(Selection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``bucket`` and ``zone`` cut the time; ``total`` asks for the number of the whole window beside.

    ``by`` one or two dimensions asks for a line of each of the ``top`` largest segments, and of the others as one.
    ``now`` is when the ages of buckets are counted from; it is filled in by the server, and a pin keeps it.
    """

    bucket: Bucket = Bucket.DAY
    zone: str = "UTC"
    total: bool = False
    by: list[str] = []
    top: int = 5
    now: str | None = None


class Order(enum.StrEnum):
    """What segments are sorted by, the largest first; the rest always comes last."""

    N = "n"
    MEAN = "mean"


class BreakdownQuery(Selection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``by`` one or two dimensions; the ``top`` largest segments stand for themselves, all others as one."""

    by: list[str]
    top: int = 20
    sort: Order = Order.N


class DistributionQuery(Selection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``bins`` is about how many bins there are, their edges round numbers; ``quantiles`` lie between 0 and 1."""

    bins: int = 10
    quantiles: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95)


class SegmentQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some calls; ``start`` and ``end`` where its time is not that of the whole question."""

    filter: Any = "all"
    start: str | None = None
    end: str | None = None


class CompareQuery(Selection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Two segments of a score, b against a ("new against old").

    ``match`` says when two calls had the same input, which pairs their scores: ``input`` (what was asked is the same),
    ``property:NAME``, or ``none``. ``covariate`` is something known before the answer that takes noise out. ``margin``
    is the least difference that matters. ``by`` cuts slices: a dimension, of which each value is compared by itself.
    ``direction`` says which way is better; it is the definition's where it is not given.
    """

    a: SegmentQuery
    b: SegmentQuery
    match: str = MATCH_INPUT
    covariate: Covariate | None = None
    margin: float = 0.0
    by: str | None = None
    direction: Direction | None = None


class BisectQuery(Selection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``at`` parts the time into before and after; where it is not given it is looked for.

    ``dimensions`` are up to six to take the change apart by; by default the model, the prompt's version, and the
    properties that most calls have.
    """

    at: str | None = None
    dimensions: tuple[str, ...] = ()


class RaterQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose scores: of some sources, of some authors; ``name`` where it is not that of the question."""

    name: str = ""
    sources: tuple[Source, ...] = ()
    authors: tuple[str, ...] = ()


class JudgedSelection(Selection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A judge's scores, and people's of the same things, of calls made in a window of time.

    By default the judge is every score with source ``model`` and people are every score with source ``human``.
    ``sources``, ``authors`` and ``clock`` of the question itself stand for nothing here and cannot be given.
    """

    judge: RaterQuery | None = None
    human: RaterQuery | None = None


class JudgeQuery(JudgedSelection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``method`` is how to correct, and ``bucket`` with ``zone`` asks for points over time beside the whole.

    ``ppi++`` is for labels of a draw from these very calls; ``rogan-gladen``, of pass or fail alone, for labels of
    other calls: those since ``labels_since``, by default 90 days before the window.
    """

    method: Correction = Correction.PPI
    labels_since: str | None = None
    bucket: Bucket | None = None
    zone: str = "UTC"


class AgreementQuery(Selection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """2 to 10 ``raters``: scores of a name, of some sources, of some authors; ``name`` where all have the same.

    ``scale`` says what differences mean to alpha: ``nominal``, ``ordinal``, ``interval`` or ``ratio``; by default
    ``interval`` of numbers and ``nominal`` of all else. ``kinds`` is filled in by the server. ``sources`` and
    ``authors`` of the question itself stand for nothing here and cannot be given.
    """

    name: str = ""
    raters: tuple[RaterQuery, ...]
    scale: Scale | None = None
    kinds: tuple[ScoreKind, ...] = ()


class LabelsQuery(JudgedSelection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``budget`` is how many labels to ask for, on average; a draw may be a few more or fewer.

    ``by`` is a dimension of which each value is a segment by itself, where the judge may err otherwise. The same
    ``seed`` draws the same things, but for those that have been labelled.
    """

    budget: int = 50
    by: str | None = None
    seed: int = 0


class DriftQuery(Selection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``at`` parts the time into before and after; ``filter`` takes the traffic, ``anchors`` the anchors, never both.

    Anchors are fixed inputs with frozen answers, logged and judged again on a schedule: ``match`` says when two of them
    are the same (``input`` or ``property:NAME``). With ``looks``, intervals hold for those who look day by day.
    """

    at: str
    anchors: Any
    match: str = MATCH_INPUT
    looks: bool = True
