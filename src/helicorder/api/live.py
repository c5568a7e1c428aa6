"""Calls as they are recorded, and the scores given meanwhile: server-sent events."""

import time
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager
from typing import Annotated, Any

from litestar import Request, get
from litestar.openapi import ResponseSpec
from litestar.params import HeaderParameter, QueryParameter
from litestar.types import ASGIApp

from helicorder.api.access import READ, admitted
from helicorder.api.call_records import CallRecord
from helicorder.api.call_selection import both
from helicorder.api.context import FromContext
from helicorder.api.download import Download
from helicorder.api.filters import filter_of_text
from helicorder.api.live_events import LiveGap, LiveScore, greeting
from helicorder.api.score_records import version_of
from helicorder.api.search import read_search
from helicorder.api.tail import Listener
from helicorder.errors import Unauthenticated, Unavailable
from helicorder.model.principal import Scope

HEARTBEAT_SECONDS = 15.0
_TRUSTED_SECONDS = 1.0
_HEADERS = {"content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no"}

Calls = Annotated[str | None, QueryParameter(name="filter", description="A filter on calls, as JSON.")]
Search = Annotated[str, QueryParameter(description="Words that must occur, as in /v1/calls/query.")]
LastEventId = Annotated[
    str | None, HeaderParameter(name="last-event-id", description="The id of the last event seen: goes on after it.")
]
Previews = Annotated[bool, QueryParameter(description="A line of the last question and one of the answer, too.")]


@get(
    "/v1/calls/live",
    opt=READ,
    operation_id="TailCalls",
    tags=["Calls"],
    responses={
        200: ResponseSpec(
            CallRecord | LiveScore | LiveGap,  # type: ignore[arg-type]  # a union is a type, which Litestar reads
            generate_examples=False,
            media_type="text/event-stream",
            description="Events `call`, `score` and `gap`, each with an id to go on after; this is their data.",
        )
    },
)
async def tail_calls(
    request: Request[Any, Any, Any],
    context: FromContext,
    *,
    filter_: Calls = None,
    search: Search = "",
    previews: Previews = True,
    last_event_id: LastEventId = None,
) -> ASGIApp:
    """Every new call that a filter takes, within a moment of its end, and every score given to such a call.

    A comment comes every 15 seconds. Who reads too slowly, or comes back too late, is told in a `gap` how much was left
    out. Filters see a call as it was recorded: one that is scored later sends a `score`, not the call again.
    """
    wanted = both(filter_of_text(filter_), read_search(search))
    after = version_of("Last-Event-ID", last_event_id)
    await context.reading()
    context.tail.check_room(context.principal.org_id)
    listening = context.tail.listening(context.principal.org_id, wanted, after, previews=previews)
    return Download(_events(request, listening), _HEADERS)


async def _events(
    request: Request[Any, Any, Any], listening: AbstractContextManager[Listener]
) -> AsyncGenerator[bytes]:
    with listening as listener:
        yield greeting(listener.mark)
        trusted_until = time.monotonic() + _TRUSTED_SECONDS
        while (told := await listener.told(HEARTBEAT_SECONDS)) is not None:
            if time.monotonic() >= trusted_until:
                if not await _still_admitted(request):
                    return
                trusted_until = time.monotonic() + _TRUSTED_SECONDS
            yield told


async def _still_admitted(request: Request[Any, Any, Any]) -> bool:
    """Whether the credential still opens this: a stream outlives many a key."""
    try:
        return (await admitted(request)).may(Scope.READ)
    except Unauthenticated:
        return False
    except Unavailable:
        return True


HANDLERS: list[Any] = [tail_calls]
