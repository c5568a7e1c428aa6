"""Questions about scores, and pins: answers that can be had again."""

from typing import Any, Generic, TypeVar

import msgspec

from helicorder.client.operation import Answer, Operation, ask, get, pinned, whole_of
from helicorder.wire.answers import (
    Agreement,
    Bisected,
    Breakdown,
    Compared,
    Distribution,
    Drifting,
    Judged,
    LabelPlan,
    ScoreSeries,
)
from helicorder.wire.questions import (
    AgreementQuery,
    BisectQuery,
    BreakdownQuery,
    CompareQuery,
    DistributionQuery,
    DriftQuery,
    JudgeQuery,
    LabelsQuery,
    SeriesQuery,
)
from helicorder.wire.results import PinnedResult, Replay

T = TypeVar("T")


class Replayed(msgspec.Struct, Generic[T], frozen=True):
    """A pinned answer had again; ``identical`` is false where it is another one now, as after rows were erased."""

    data: T
    identical: bool


def get_series(question: SeriesQuery) -> Operation[PinnedResult[ScoreSeries]]:
    """One score over time, each point with its n and its interval."""
    return pinned(ScoreSeries, "/v1/scores/series/query", question)


def break_down(question: BreakdownQuery) -> Operation[PinnedResult[Breakdown]]:
    """A score by segment, the largest first and the rest as one."""
    return pinned(Breakdown, "/v1/scores/breakdown/query", question)


def get_distribution(question: DistributionQuery) -> Operation[PinnedResult[Distribution]]:
    """A histogram and quantiles of numbers, shares of categories."""
    return pinned(Distribution, "/v1/scores/distribution/query", question)


def compare(question: CompareQuery) -> Operation[PinnedResult[Compared]]:
    """Is segment b better than a?"""
    return pinned(Compared, "/v1/scores/compare/query", question)


def bisect(question: BisectQuery) -> Operation[PinnedResult[Bisected]]:
    """Why a score changed: since when, and which part of it comes from where."""
    return pinned(Bisected, "/v1/scores/bisect/query", question)


def correct_judge(question: JudgeQuery) -> Operation[PinnedResult[Judged]]:
    """A judge's mean, raw and corrected by people's labels."""
    return pinned(Judged, "/v1/scores/judge/query", question)


def get_agreement(question: AgreementQuery) -> Operation[PinnedResult[Agreement]]:
    """How far raters agree and correlate."""
    return pinned(Agreement, "/v1/scores/agreement/query", question)


def plan_labels(question: LabelsQuery) -> Operation[LabelPlan]:
    """What people should label next, each with the probability to send along."""
    return ask(LabelPlan, "/v1/scores/labels/query", question)


def tell_drift(question: DriftQuery) -> Operation[PinnedResult[Drifting]]:
    """Whether the judge moved, the system, both or nobody."""
    return pinned(Drifting, "/v1/scores/drift/query", question)


def replay(answer: PinnedResult[T]) -> Operation[Replayed[T]]:
    """An answer again, as of its mark, in its own type."""
    return _replayed(answer.pin.link, type(answer.data))


def replay_link(link: str) -> Operation[Replayed[Any]]:
    """What stands behind a pin's link, as plain JSON."""
    return _replayed(link, Any)


def compare_pin(link: str) -> Operation[Replay]:
    """The pinned question as of its mark and as of now."""
    return get(Replay, f"{link}/now")


def _replayed(link: str, kind: Any) -> Operation[Replayed[Any]]:
    whole = whole_of(kind)

    def read(answer: Answer) -> Replayed[Any]:
        return Replayed(whole(answer).data, answer.headers.get("helicorder-replay") == "identical")

    return Operation(method="GET", path=link, read=read)
