"""One call as a conversation: its bodies read into the same shape for every provider, with the facts of its timing."""

import asyncio
from typing import Any, cast

import msgspec
from litestar import get

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.filters import read_time
from helicorder.api.paths import CallTime, RequestId, request_id_of
from helicorder.api.wire import Result
from helicorder.errors import NotFound
from helicorder.providers.conversation.reader import read_as_json
from helicorder.providers.conversation.shape import Conversation
from helicorder.telemetry import calls
from helicorder.telemetry.calls import CallRow


class AnswerTiming(msgspec.Struct, frozen=True, kw_only=True):
    """How the answer came; null where it is not known.

    ``tokens_per_second`` are answered tokens, reasoning included, over the time from the first token to the last; of an
    answer that was not streamed over the whole exchange.
    """

    streamed: bool
    time_to_first_token_ms: int | None
    duration_ms: int | None
    tokens_per_second: float | None


class CallConversation(Conversation, frozen=True, kw_only=True):
    """A conversation and how it came. Addresses in it are what a caller sent, and nobody has looked at them."""

    timing: AnswerTiming


@get(
    "/v1/request/{request_id:str}/conversation",
    opt=READ,
    operation_id="GetConversation",
    tags=["Calls"],
)
async def get_conversation(
    request_id: RequestId, context: FromContext, at: CallTime = None
) -> Result[CallConversation]:
    """What was asked and answered, in one shape for all providers; what is not understood is there as it came."""
    asked, when = request_id_of(request_id), None if at is None else read_time("at", at)
    telemetry, org_id = await context.reading(), context.principal.org_id
    row, bodies = await asyncio.gather(
        calls.one(telemetry, org_id, asked, when), calls.bodies(telemetry, org_id, asked, when)
    )
    if row is None:
        raise NotFound("There is no call with this id.")
    said = await context.apart(read_as_json, *map(_encoded, bodies), row.path or row.target_url)
    timing = msgspec.json.encode(_timing(row))
    # One object of the two: what is said may be large, and is not built here.
    return Result(cast("CallConversation", msgspec.Raw(b'%b,"timing":%b}' % (said[:-1], timing))))


def _encoded(text: str | None) -> bytes:
    return b"" if text is None else text.encode()


def _timing(row: CallRow) -> AnswerTiming:
    return AnswerTiming(
        streamed=row.streamed,
        time_to_first_token_ms=row.time_to_first_token_ms,
        duration_ms=row.latency_ms,
        tokens_per_second=_tokens_per_second(row),
    )


def _tokens_per_second(row: CallRow) -> float | None:
    if row.usage.completion is None or row.latency_ms is None:
        return None
    milliseconds = row.latency_ms
    if row.streamed:
        if row.time_to_first_token_ms is None:
            return None
        milliseconds -= row.time_to_first_token_ms
    tokens = row.usage.completion + (row.usage.reasoning or 0)
    return 1000 * tokens / milliseconds if tokens > 0 and milliseconds > 0 else None


HANDLERS: list[Any] = [get_conversation]
