"""A session as our own API shows it: what its calls add up to, what is said of it."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar.params import PathParameter

from helicorder.api.call_numbers import CallRate, CallTokens, DistinctCount, rate_of, ratio, tokens_of
from helicorder.model.filter import Operator
from helicorder.model.group import EitherGroup, GroupField, GroupFilter, GroupIs
from helicorder.model.score import COUNTED_KINDS, FEEDBACK_NAME, ScoreKind
from helicorder.telemetry.scores import Judgement
from helicorder.telemetry.sessions import SESSION_TAG, ScoreSum, SessionRow

SessionId = Annotated[str, PathParameter(description="The id of a session, a slash in it written %2F.")]
_MICROSECOND = dt.timedelta(microseconds=1)


class CostSum(msgspec.Struct, frozen=True):
    """US dollars over the ``n`` calls whose cost is known; of ``missing`` calls it is not. Null where ``n`` is 0."""

    n: int
    missing: int
    sum: float | None


class LatencySum(msgspec.Struct, frozen=True):
    """Milliseconds over the ``n`` calls whose latency is known; of ``missing`` calls it is not."""

    n: int
    missing: int
    sum: int | None
    mean: float | None


class ScoreMean(msgspec.Struct, frozen=True):
    """The mean of ``n`` current scores of one name, given to calls; of a boolean the share of true."""

    name: str
    kind: ScoreKind
    n: int
    mean: float


class SessionScore(msgspec.Struct, frozen=True):
    """A current score of one thing; a category or words stand in ``text``, numbers and booleans in ``value``."""

    name: str
    kind: ScoreKind
    value: float | bool | None
    text: str | None


class SessionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A session: what its calls of the time that was asked for add up to.

    It begins with its first call (``started_at``) and ends with its last answer (``ended_at``); ``last_at`` is when its
    last call began. ``name`` is that of its newest call that has one, ``tag`` and ``feedback`` were given to the
    session as a whole. ``user_ids`` and ``models`` name at most a hundred. ``scores`` are those of its calls; empty
    where they were not asked for.
    """

    session_id: str
    name: str | None
    tag: str | None
    feedback: bool | None
    started_at: dt.datetime
    last_at: dt.datetime
    ended_at: dt.datetime
    duration_ms: int
    n: int
    errors: CallRate
    cancelled: CallRate
    cost: CostSum
    tokens: CallTokens
    latency_ms: LatencySum
    users: DistinctCount
    user_ids: list[str]
    models: list[str]
    scores: list[ScoreMean]


def session_record(row: SessionRow, scores: Sequence[ScoreSum], own: Sequence[Judgement]) -> SessionRecord:
    """A session; ``own`` are the scores that it was given itself, the newest first."""
    sums = row.sums
    said = {one.name: one for one in reversed(own)}
    return SessionRecord(
        session_id=row.id,
        name=row.name or None,
        tag=tag_of(own),
        feedback=bool(said[FEEDBACK_NAME].value) if FEEDBACK_NAME in said else None,
        started_at=row.first,
        last_at=row.last,
        ended_at=max(row.ended, row.first),
        duration_ms=milliseconds(row.ended - row.first),
        n=sums.n,
        errors=rate_of(sums.errors, sums.n - sums.cancelled),
        cancelled=rate_of(sums.cancelled, sums.n),
        cost=CostSum(sums.cost_n, sums.n - sums.cost_n, float(sums.cost) if sums.cost_n else None),
        tokens=tokens_of(sums),
        latency_ms=latency_of(sums.n, row.latency_n, row.latency_ms),
        users=DistinctCount(sums.users, sums.userless),
        user_ids=row.user_ids,
        models=row.models,
        scores=[ScoreMean(one.name, one.kind, one.n, float(one.total / one.n)) for one in scores],
    )


def tag_of(own: Sequence[Judgement]) -> str | None:
    """The tag among the scores that a session was given, the newest first."""
    tags = (one.label for one in own if one.name == SESSION_TAG and one.kind is ScoreKind.CATEGORICAL)
    return next(tags, None)


def latency_of(calls: int, n: int, total: int) -> LatencySum:
    """The latency of n of some calls."""
    return LatencySum(n, calls - n, total if n else None, ratio(total, n))


def shown_score(name: str, kind: ScoreKind, value: float, words: str) -> SessionScore:
    """A score of one thing in the type of its kind."""
    if kind not in COUNTED_KINDS:
        return SessionScore(name, kind, None, words)
    return SessionScore(name, kind, bool(value) if kind is ScoreKind.BOOLEAN else value, None)


def milliseconds(apart: dt.timedelta) -> int:
    """A stretch of time in whole milliseconds, never below 0: clocks of clients may run backwards."""
    return max(0, apart // _MICROSECOND) // 1000


def containing(text: str) -> GroupFilter:
    """The sessions whose id, name or tag holds a text, whatever its case."""
    of_id, of_name, of_tag = (
        GroupIs(field, Operator.CONTAINS, text) for field in (GroupField.ID, GroupField.NAME, GroupField.TAG)
    )
    return EitherGroup(EitherGroup(of_id, of_name), of_tag)
