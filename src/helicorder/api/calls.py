"""Calls in our own shape: pages by place under any filter, search and order, and one by its id."""

import asyncio
import enum
from typing import Any

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.call_cursors import cursor_of, position_of, question_of
from helicorder.api.call_records import CallRecord, call_record
from helicorder.api.context import FromContext
from helicorder.api.filters import read_filter, read_time
from helicorder.api.paths import CallTime, RequestId, request_id_of
from helicorder.api.search import read_search
from helicorder.api.wire import Result
from helicorder.errors import Invalid, NotFound
from helicorder.model.filter import Both, Field, FieldIs, Filter, Operator, SortKey, Stretch
from helicorder.telemetry import calls, stretches
from helicorder.telemetry.client import Telemetry

MAX_LIMIT = 1000


class CallSortKey(enum.StrEnum):
    """What calls may be sorted by."""

    CREATED_AT = "created_at"
    LATENCY = "latency_ms"
    TIME_TO_FIRST_TOKEN = "time_to_first_token_ms"  # noqa: S105 -- a column, not a credential
    COST = "cost_usd"
    TOTAL_TOKENS = "total_tokens"
    PROMPT_TOKENS = "prompt_tokens"
    COMPLETION_TOKENS = "completion_tokens"
    STATUS = "status"
    MODEL = "model"
    PROVIDER = "provider"
    USER_ID = "user_id"


class CallSort(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One key and its direction. What is not known comes last either way; ties fall to time, then id."""

    key: CallSortKey = CallSortKey.CREATED_AT
    ascending: bool = False


class CallsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which calls, in which order.

    ``filter`` is Helicone's tree; "all" and {} mean every call. ``start`` and ``end`` are ISO 8601 times of the call,
    the later not included. ``search`` looks into what was asked and answered: every word must occur; "in quotes" as it
    stands; with a star, as a part of any text. ``cursor`` is that of the page before, of the same question. ``count``
    asks for the exact number in all.
    """

    filter: Any = "all"
    start: str | None = None
    end: str | None = None
    search: str = ""
    sort: CallSort | None = None
    cursor: str | None = None
    limit: int = 50
    previews: bool = True
    count: bool = False

    def wanted(self) -> Filter:
        """The conditions together.

        Raises:
            Invalid: the filter, a time or the search is not understood.
        """
        wanted = Both(read_filter(self.filter), read_search(self.search))
        for name, given, operator in (("start", self.start, Operator.GTE), ("end", self.end, Operator.LT)):
            if given is not None:
                wanted = Both(FieldIs(Field.CREATED_AT, operator, read_time(name, given)), wanted)
        return wanted

    def question(self) -> str:
        """What a cursor of this query is bound to."""
        return question_of(self.filter, self.start, self.end, self.search, self.order.key, self.order.ascending)

    @property
    def order(self) -> CallSort:
        """The sort that was asked for; without one, the newest first."""
        return self.sort or CallSort()


class CallPage(msgspec.Struct, frozen=True):
    """Calls in order; ``cursor`` asks for the next page and is null on the last one."""

    calls: list[CallRecord]
    cursor: str | None
    count: int | None


@post("/v1/calls/query", status_code=200, opt=READ, operation_id="QueryCalls", tags=["Calls"])
async def query_calls(data: JSONBody[CallsQuery], context: FromContext) -> Result[CallPage]:
    """A page of calls. Pages hold every call once, in either direction, while calls are added."""
    if not 1 <= data.limit <= MAX_LIMIT:
        raise Invalid(f"limit: 1 to {MAX_LIMIT}.")
    wanted, question, sort = data.wanted(), data.question(), SortKey(data.order.key)
    after = position_of(question, sort, data.cursor)
    stretch = Stretch(sort=sort, ascending=data.order.ascending, after=after, limit=data.limit)
    telemetry, org_id = await context.reading(), context.principal.org_id
    (found, last), counted = await asyncio.gather(
        stretches.page(telemetry, org_id, wanted, stretch, previews=data.previews),
        _counted(telemetry, org_id, wanted, data),
    )
    return Result(CallPage([call_record(row) for row in found], cursor_of(question, last), counted))


async def _counted(telemetry: Telemetry, org_id: str, wanted: Filter, asked: CallsQuery) -> int | None:
    return await calls.count(telemetry, org_id, wanted) if asked.count else None


@get("/v1/calls/{request_id:str}", opt=READ, operation_id="GetCall", tags=["Calls"])
async def get_call(request_id: RequestId, context: FromContext, at: CallTime = None) -> Result[CallRecord]:
    """One call with all that is known of it; the newest where its id was used several times."""
    asked, when = request_id_of(request_id), None if at is None else read_time("at", at)
    row = await calls.one(await context.reading(), context.principal.org_id, asked, when)
    if row is None:
        raise NotFound("There is no call with this id.")
    return Result(call_record(row))


HANDLERS: list[Any] = [query_calls, get_call]
