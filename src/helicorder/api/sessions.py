"""Sessions in our own shape: pages of them in any order, and one as a tree of its calls."""

import asyncio
import base64
import binascii
import datetime as dt
import enum
import hashlib
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.call_selection import CallSelection
from helicorder.api.context import FromContext
from helicorder.api.group_filters import SESSIONS, read_group_filter
from helicorder.api.paths import text_of
from helicorder.api.session_records import (
    SessionId,
    SessionRecord,
    SessionScore,
    containing,
    session_record,
    shown_score,
)
from helicorder.api.session_tree import SessionNode, nodes_of
from helicorder.api.wire import Result
from helicorder.errors import Invalid, NotFound
from helicorder.model.filter import Operator
from helicorder.model.group import BothGroups, GroupField, GroupFilter, GroupIs, GroupOrder, Place
from helicorder.model.session import fitting
from helicorder.model.window import Window
from helicorder.telemetry import sessions
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.scores import Judgement
from helicorder.telemetry.sessions import SessionRow, Step

MAX_LIMIT = 200
MAX_CALLS = 10_000
MAX_NODES = 20_000
"""How much of one session is shown as a tree: its first calls, as far as both bounds allow."""

_MICROSECOND = dt.timedelta(microseconds=1)


class SessionSort(enum.StrEnum):
    """What sessions may be sorted by; what is not known comes last, ties fall to the id."""

    LAST_ACTIVITY = "last_activity"
    STARTED = "started"
    COST = "cost"
    CALLS = "calls"
    ERRORS = "errors"
    DURATION = "duration"
    TOKENS = "tokens"


_FIELDS = {
    SessionSort.LAST_ACTIVITY: GroupField.LAST,
    SessionSort.STARTED: GroupField.FIRST,
    SessionSort.COST: GroupField.COST,
    SessionSort.CALLS: GroupField.CALLS,
    SessionSort.ERRORS: GroupField.ERRORS,
    SessionSort.DURATION: GroupField.DURATION,
    SessionSort.TOKENS: GroupField.TOTAL_TOKENS,
}


class SessionsQuery(CallSelection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Sessions that have a call from ``start`` to before ``end``; their numbers are of their calls of that time.

    ``filter`` is Helicone's tree: what it says of calls must hold of one call of the session, what it says of
    ``sessions_request_response_rmt`` of the session. ``name`` is the whole name, ``search`` a part of id, name or tag.
    ``cursor`` is that of the page before, of the same question. ``scores`` asks for the scores of the calls, ``count``
    for the number of sessions in all.
    """

    name: str | None = None
    search: str = ""
    sort: SessionSort = SessionSort.LAST_ACTIVITY
    ascending: bool = False
    limit: int = 50
    cursor: str | None = None
    scores: bool = True
    count: bool = False

    def wanted(self) -> GroupFilter:
        """The conditions together.

        Raises:
            Invalid: the filter is not understood.
        """
        wanted = read_group_filter(self.filter, SESSIONS)
        if self.search:
            wanted = BothGroups(wanted, containing(self.search))
        return wanted if self.name is None else BothGroups(wanted, GroupIs(GroupField.NAME, Operator.EQUALS, self.name))

    def question(self) -> str:
        """What a cursor of this query is bound to."""
        parts = (self.filter, self.start, self.end, self.name, self.search, self.sort, self.ascending)
        return hashlib.blake2b(msgspec.json.encode(parts), digest_size=9).hexdigest()


class SessionPage(msgspec.Struct, frozen=True):
    """Sessions in order; ``cursor`` asks for the next page and is null on the last one."""

    sessions: list[SessionRecord]
    cursor: str | None
    count: int | None


class SessionDetail(msgspec.Struct, frozen=True):
    """One session over all time, and its calls as a tree whose first node is the root.

    ``given`` are the scores that the session was given as a whole. A session of very many calls is ``truncated``: the
    tree then holds its first ``shown`` calls, and what its nodes add up to is less than the session.
    """

    session: SessionRecord
    given: list[SessionScore]
    nodes: list[SessionNode]
    shown: int
    truncated: bool


class _Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where a page ended, and of which question; the value as text, as it may have more digits than 64 bits hold."""

    question: str
    value: Annotated[str, msgspec.Meta(pattern=r"^-?\d{1,36}$")] | None
    id: str


@post("/v1/sessions/query", status_code=200, opt=READ, operation_id="QuerySessions", tags=["Sessions"])
async def query_sessions(data: JSONBody[SessionsQuery], context: FromContext) -> Result[SessionPage]:
    """A page of sessions by activity, cost, calls, errors, duration or tokens, each with what its calls add up to."""
    if not 1 <= data.limit <= MAX_LIMIT:
        raise Invalid(f"limit: 1 to {MAX_LIMIT}.")
    wanted, window, question = data.wanted(), data.window(dt.datetime.now(dt.UTC)), data.question()
    after = _place_of(question, data.cursor)
    order = GroupOrder(field=_FIELDS[data.sort], ascending=data.ascending, after=after, limit=data.limit + 1)
    telemetry, org_id = await context.reading(), context.principal.org_id
    rows = await sessions.page(telemetry, org_id, wanted, window, order)
    counted = await sessions.count(telemetry, org_id, wanted, window) if data.count else None
    shown = rows[: data.limit]
    cursor = _cursor_of(question, shown[-1].place) if len(rows) > data.limit else None
    records = await records_of(telemetry, org_id, shown, window if data.scores else None)
    return Result(SessionPage(records, cursor, counted))


async def records_of(
    telemetry: Telemetry, org_id: str, rows: Sequence[SessionRow], window: Window | None
) -> list[SessionRecord]:
    """Some sessions with what was said of them, and with the scores of their calls of a window, if there is one."""
    ids = [row.id for row in rows]
    own = await sessions.own_scores(telemetry, org_id, ids)
    scores = await sessions.scores_by_session(telemetry, org_id, ids, window) if window else {}
    return [session_record(row, scores.get(row.id, []), own.get(row.id, [])) for row in rows]


def _cursor_of(question: str, place: Place) -> str:
    value = None if place.value is None else str(place.value)
    return base64.urlsafe_b64encode(msgspec.json.encode(_Cursor(question, value, place.id))).decode().rstrip("=")


def _place_of(question: str, cursor: str | None) -> Place | None:
    """The place that a cursor stands for.

    Raises:
        Invalid: it is none, or one of another question.
    """
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        read = msgspec.json.decode(base64.b64decode(padded, b"-_", validate=True), type=_Cursor)
    except (msgspec.MsgspecError, UnicodeError, binascii.Error, ValueError, RecursionError):
        raise Invalid("cursor: is not one that was given here.") from None
    if read.question != question:
        raise Invalid("cursor: belongs to another question.")
    return Place(None if read.value is None else int(read.value), read.id)


@get("/v1/sessions/{session_id:str}", opt=READ, operation_id="GetSession", tags=["Sessions"])
async def get_session(session_id: SessionId, context: FromContext) -> Result[SessionDetail]:
    """One session as the tree of its calls by path, with cost, latency, errors, tokens and scores rolled up."""
    asked = text_of(session_id)
    telemetry, org_id = await context.reading(), context.principal.org_id
    row, steps = await asyncio.gather(
        sessions.one(telemetry, org_id, asked), sessions.steps(telemetry, org_id, asked, MAX_CALLS)
    )
    if row is None or not steps:
        raise NotFound("There is no session with this id.")
    whole = Window(row.first, row.last + _MICROSECOND)
    own, scores = await asyncio.gather(
        sessions.own_scores(telemetry, org_id, [asked]),
        sessions.scores_by_session(telemetry, org_id, [asked], whole),
    )
    given, said = own.get(asked, []), scores.get(asked, [])
    return Result(await asyncio.to_thread(_detail, session_record(row, said, given), given, steps))


def _detail(session: SessionRecord, given: Sequence[Judgement], steps: Sequence[Step]) -> SessionDetail:
    shown = fitting((step.session_path for step in steps), MAX_NODES)
    return SessionDetail(
        session=session,
        given=[shown_score(one.name, one.kind, one.value, one.label or one.text) for one in given],
        nodes=nodes_of(steps[:shown], session.started_at),
        shown=shown,
        truncated=shown < session.n,
    )


HANDLERS: list[Any] = [query_sessions, get_session]
