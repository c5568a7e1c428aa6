"""Helicone's session group: lists, counts, names, histograms, feedback and tags."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from helicorder.api.access import READ, WRITE
from helicorder.api.call_numbers import ratio
from helicorder.api.context import Context, FromContext
from helicorder.api.group_filters import SESSIONS, read_group_filter
from helicorder.api.helicone_shapes import (
    AverageRow,
    HistogramRow,
    MsTimes,
    PSize,
    average_rows,
    checked_page,
    histogram_rows,
    zone_west,
)
from helicorder.api.paths import request_id_of, text_of
from helicorder.api.session_records import SessionId, containing, milliseconds, tag_of
from helicorder.api.wire import OK, Result, score_key
from helicorder.errors import Invalid
from helicorder.model.definition import check
from helicorder.model.filter import Operator
from helicorder.model.group import BothGroups, Group, GroupField, GroupFilter, GroupIs, GroupOrder
from helicorder.model.ids import has_control_character
from helicorder.model.score import FEEDBACK_NAME, Score, ScoreKind, Source, Target
from helicorder.model.window import Window
from helicorder.telemetry import histograms, sessions
from helicorder.telemetry.scores import Judgement
from helicorder.telemetry.sessions import SESSION_TAG, NameRow, ScoreSum, SessionRow, SessionSums

MAX_NAMES = 1000
MAX_TAG_LENGTH = 255
_MS = 1000
_HISTOGRAMS = {"requests": GroupField.CALLS, "duration": GroupField.DURATION, "spent": GroupField.COST}


class SessionQueryBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which sessions: those with a call in the time. ``search`` is a part of id, name or tag.

    ``timezoneDifference`` changes nothing: times are instants.
    """

    search: str
    timeFilter: MsTimes  # noqa: N815 -- the wire's name
    timezoneDifference: float  # noqa: N815 -- the wire's name
    filter: Any
    nameEquals: str | None = None  # noqa: N815 -- the wire's name
    offset: int = 0
    limit: int = 50

    def wanted(self) -> GroupFilter:
        """The conditions together. Raises Invalid: something is not understood."""
        zone_west(self.timezoneDifference)
        checked_page(self.offset, self.limit)
        wanted = read_group_filter(self.filter, SESSIONS)
        if self.search:
            wanted = BothGroups(wanted, containing(self.search))
        if self.nameEquals:
            wanted = BothGroups(wanted, GroupIs(GroupField.NAME, Operator.EQUALS, self.nameEquals))
        return wanted


class SessionNameQueryBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which sessions: those whose name holds a text; without a time those of all time.

    ``pSize`` and ``useInterquartile`` say which part of them histograms are of.
    """

    nameContains: str  # noqa: N815 -- the wire's name
    timezoneDifference: float  # noqa: N815 -- the wire's name
    pSize: PSize = PSize.P75  # noqa: N815 -- the wire's name
    useInterquartile: bool = False  # noqa: N815 -- the wire's name
    timeFilter: MsTimes | None = None  # noqa: N815 -- the wire's name
    filter: Any = "all"

    def wanted(self) -> GroupFilter:
        """The conditions together. Raises Invalid: something is not understood."""
        zone_west(self.timezoneDifference)
        wanted = read_group_filter(self.filter, SESSIONS)
        if not self.nameContains:
            return wanted
        return BothGroups(wanted, GroupIs(GroupField.NAME, Operator.CONTAINS, self.nameContains))

    def window(self) -> Window | None:
        """The time that is asked for; None for all time."""
        return self.timeFilter.window() if self.timeFilter else None


class SessionResult(msgspec.Struct, frozen=True, kw_only=True):
    """One session as Helicone shows it, null where nothing is known.

    ``total_tokens`` counts each token once. Our own: ``total_errors``, ``duration_ms``, ``tag``, and ``scores``, the
    mean of each score of its calls.
    """

    created_at: dt.datetime
    latest_request_created_at: dt.datetime
    session_id: str
    session_name: str
    total_cost: float | None
    total_requests: int
    prompt_tokens: int | None
    completion_tokens: int | None
    total_tokens: int | None
    avg_latency: float | None
    user_ids: list[str]
    total_errors: int
    duration_ms: int
    tag: str | None
    scores: dict[str, float]


class SessionCounts(msgspec.Struct, frozen=True):
    """``count`` sessions; means are over sessions, that of latency over their calls. Null where nothing is known."""

    count: int
    total_cost: float | None
    avg_cost: float | None
    avg_latency: float | None
    avg_requests: float | None


class SessionNameResult(msgspec.Struct, frozen=True):
    """The sessions of one name. ``created_at`` and ``first_used`` are when the first of their calls began."""

    name: str
    created_at: dt.datetime
    first_used: dt.datetime
    last_used: dt.datetime
    session_count: int
    avg_latency: float | None
    total_cost: float | None
    total_requests: int


class SessionAverages(msgspec.Struct, frozen=True):
    """Means over all sessions, each in a list of one."""

    session_cost: list[AverageRow]
    session_duration: list[AverageRow]
    session_count: list[AverageRow]


class SessionMetrics(msgspec.Struct, frozen=True):
    """How requests, duration (in seconds) and cost of sessions are spread."""

    session_count: list[HistogramRow]
    session_duration: list[HistogramRow]
    session_cost: list[HistogramRow]
    average: SessionAverages


class SessionFeedback(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``{"rating": true}`` for thumbs up, false for thumbs down."""

    rating: bool


class SessionTag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``{"tag": "..."}``; an empty tag takes it away."""

    tag: str


@post("/v1/session/query", status_code=200, opt=READ, operation_id="GetSessions", tags=["Session"])
async def query_sessions(data: JSONBody[SessionQueryBody], context: FromContext) -> Result[list[SessionResult]]:
    """Sessions with a call in the time, the newest first, each with what its calls of that time add up to."""
    wanted, window = data.wanted(), data.timeFilter.window()
    telemetry, org_id = await context.reading(), context.principal.org_id
    order = GroupOrder(field=GroupField.FIRST, offset=data.offset, limit=data.limit)
    rows = await sessions.page(telemetry, org_id, wanted, window, order)
    ids = [row.id for row in rows]
    own = await sessions.own_scores(telemetry, org_id, ids)
    scores = await sessions.scores_by_session(telemetry, org_id, ids, window)
    return Result([_shown(row, own.get(row.id, []), scores.get(row.id, [])) for row in rows])


def _shown(row: SessionRow, own: Sequence[Judgement], scores: Sequence[ScoreSum]) -> SessionResult:
    sums = row.sums
    tokens = {name: amount.total if amount.n else None for name, amount in sums.tokens.items()}
    return SessionResult(
        created_at=row.first,
        latest_request_created_at=row.last,
        session_id=row.id,
        session_name=row.name,
        total_cost=float(sums.cost) if sums.cost_n else None,
        total_requests=sums.n,
        prompt_tokens=tokens["prompt"],
        completion_tokens=tokens["completion"],
        total_tokens=tokens["total"],
        avg_latency=ratio(row.latency_ms, row.latency_n),
        user_ids=row.user_ids,
        total_errors=sums.errors,
        duration_ms=milliseconds(row.ended - row.first),
        tag=tag_of(own),
        scores={score_key(one.name, one.kind): float(one.total / one.n) for one in scores},
    )


@post("/v1/session/count", status_code=200, opt=READ, operation_id="GetSessionsCount", tags=["Session"])
async def count_sessions(data: JSONBody[SessionQueryBody], context: FromContext) -> Result[SessionCounts]:
    """How many sessions there are, and what they add up to; offset and limit change nothing."""
    wanted, window = data.wanted(), data.timeFilter.window()
    telemetry = await context.reading()
    seen = await sessions.summed(telemetry, context.principal.org_id, wanted, window)
    return Result(
        SessionCounts(
            count=seen.n,
            total_cost=_cost(seen),
            avg_cost=float(seen.cost / seen.costed) if seen.costed else None,
            avg_latency=ratio(seen.latency_ms, seen.latency_n),
            avg_requests=ratio(seen.calls, seen.n),
        )
    )


def _cost(seen: SessionSums) -> float | None:
    return float(seen.cost) if seen.costed else None


@post("/v1/session/name/query", status_code=200, opt=READ, operation_id="GetNames", tags=["Session"])
async def query_names(data: JSONBody[SessionNameQueryBody], context: FromContext) -> Result[list[SessionNameResult]]:
    """The names of sessions, the one used last first, up to a thousand; an empty name is that of those without one."""
    wanted, window = data.wanted(), data.window()
    telemetry = await context.reading()
    rows = await sessions.names(telemetry, context.principal.org_id, wanted, window, MAX_NAMES)
    return Result([_named(row) for row in rows])


def _named(row: NameRow) -> SessionNameResult:
    return SessionNameResult(
        name=row.name,
        created_at=row.first,
        first_used=row.first,
        last_used=row.last,
        session_count=row.sums.n,
        avg_latency=ratio(row.sums.latency_ms, row.sums.latency_n),
        total_cost=_cost(row.sums),
        total_requests=row.sums.calls,
    )


@post("/v1/session/metrics/query", status_code=200, opt=READ, operation_id="GetMetrics", tags=["Session"])
async def query_metrics(data: JSONBody[SessionNameQueryBody], context: FromContext) -> Result[SessionMetrics]:
    """How requests, duration and cost of sessions are spread, up to a quantile, in ten bins of exact counts."""
    wanted, window = data.wanted(), data.window()
    telemetry, org_id = await context.reading(), context.principal.org_id
    shares = data.pSize.shares(interquartile=data.useInterquartile)
    found = await histograms.of_groups(telemetry, org_id, Group.SESSIONS, wanted, window, _HISTOGRAMS, **shares)
    requests, duration, cost = found["requests"], found["duration"], found["spent"]
    averages = SessionAverages(average_rows(cost), average_rows(duration, _MS), average_rows(requests))
    return Result(
        SessionMetrics(histogram_rows(requests), histogram_rows(duration, _MS), histogram_rows(cost), averages)
    )


@post(
    "/v1/session/{session_id:str}/feedback",
    status_code=200,
    opt=WRITE,
    operation_id="UpdateSessionFeedback",
    tags=["Session"],
)
async def rate_session(session_id: SessionId, data: JSONBody[SessionFeedback], context: FromContext) -> Result[None]:
    """Thumbs up or down on a session: the boolean score ``helicone-score-feedback`` of the session itself."""
    score = Score(
        context.principal.org_id,
        request_id_of(session_id),
        FEEDBACK_NAME,
        ScoreKind.BOOLEAN,
        float(data.rating),
        dt.datetime.now(dt.UTC),
        Source.END_USER,
        target=Target.SESSION,
        key_id=context.principal.key_id,
    )
    return await _kept(context, score)


@get("/v1/session/{session_id:str}/tag", opt=READ, operation_id="GetSessionTag", tags=["Session"])
async def get_tag(session_id: SessionId, context: FromContext) -> Result[str | None]:
    """The tag of a session; null where it has none."""
    asked = text_of(session_id)
    own = await sessions.own_scores(await context.reading(), context.principal.org_id, [asked])
    return Result(tag_of(own.get(asked, [])))


@post("/v1/session/{session_id:str}/tag", status_code=200, opt=WRITE, operation_id="UpdateSessionTag", tags=["Session"])
async def put_tag(session_id: SessionId, data: JSONBody[SessionTag], context: FromContext) -> Result[None]:
    """Tag a session: a score of the session whose category is the tag, so every tag it had is kept."""
    if len(data.tag) > MAX_TAG_LENGTH or has_control_character(data.tag):
        raise Invalid(f"tag: at most {MAX_TAG_LENGTH} characters, none of them control characters.")
    score = Score(
        context.principal.org_id,
        request_id_of(session_id),
        SESSION_TAG,
        ScoreKind.CATEGORICAL,
        0.0,
        dt.datetime.now(dt.UTC),
        target=Target.SESSION,
        label=data.tag,
        deleted=not data.tag,
        key_id=context.principal.key_id,
    )
    return await _kept(context, score)


async def _kept(context: Context, score: Score) -> Result[None]:
    if not score.deleted:
        check(await context.definitions(), score)
    await context.commit([score])
    return OK


HANDLERS: list[Any] = [
    query_sessions,
    count_sessions,
    query_names,
    query_metrics,
    rate_session,
    get_tag,
    put_tag,
]
