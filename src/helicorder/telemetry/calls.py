"""Reads calls, with their scores and with the property edits laid over their own properties."""

import asyncio
import datetime as dt
import decimal
from collections.abc import Sequence

import msgspec

from helicorder.model.call import Ending, Usage
from helicorder.model.filter import Filter, Page
from helicorder.model.score import COUNTED_KINDS
from helicorder.telemetry import scores
from helicorder.telemetry.client import Row, Telemetry
from helicorder.telemetry.scores import Judgement
from helicorder.telemetry.sql import calls as statements

Bodies = tuple[str | None, str | None]
"""The text of a call's request and of its answer; None = not kept."""

Said = tuple[dict[str, list[Judgement]], dict[str, dict[str, str]]]
"""The scores and the property edits of some requests, by request id."""

USAGE = (
    "prompt_tokens",
    "completion_tokens",
    "prompt_cache_read_tokens",
    "prompt_cache_write_tokens",
    "reasoning_tokens",
    "prompt_audio_tokens",
    "completion_audio_tokens",
    "prompt_cache_write_1h_tokens",
)


class CallRow(msgspec.Struct, frozen=True, kw_only=True):
    """A call as it is read: the fields of `model.Call` without the bodies, and what was said about it since.

    Attributes:
        properties: the call's own, with later (or earlier) edits of the same key in their place.
        scores: of each name the newest current judgement that has a number.
        judgements: every current judgement, the newest first.
        request_preview, response_preview: as `model.Digest` has them; empty where they were not asked for.
    """

    org_id: str
    request_id: str
    created_at: dt.datetime
    response_at: dt.datetime
    provider: str
    model: str
    status: int
    request_model: str | None
    response_model: str | None
    model_override: str | None
    path: str
    target_url: str
    ending: Ending
    streamed: bool
    latency_ms: int | None
    time_to_first_token_ms: int | None
    usage: Usage
    cost_usd: decimal.Decimal | None
    user_id: str
    session_id: str
    session_name: str
    session_path: str
    properties: dict[str, str]
    prompt_id: str
    prompt_version: str
    referrer: str
    country_code: str
    size_bytes: int
    scores: dict[str, Judgement]
    judgements: list[Judgement]
    request_preview: str = ""
    response_preview: str = ""


async def one(telemetry: Telemetry, org_id: str, request_id: str, at: dt.datetime | None = None) -> CallRow | None:
    """The call of that id, the newest where the id was used several times, or the one at a time; else None."""
    rows, said = await asyncio.gather(
        telemetry.query(*statements.one_call(org_id, request_id, at)), what_was_said(telemetry, org_id, [request_id])
    )
    return call_row(rows[0], said) if rows else None


async def newest_of(telemetry: Telemetry, org_id: str, request_ids: Sequence[str]) -> list[CallRow]:
    """The newest call of each id, in the order of the ids; an id without a call is left out."""
    if not request_ids:
        return []
    rows = await telemetry.query(*statements.newest_calls(org_id, request_ids))
    found = {row.request_id: row for row in await with_what_was_said(telemetry, org_id, rows)}
    return [found[request_id] for request_id in dict.fromkeys(request_ids) if request_id in found]


async def page(telemetry: Telemetry, org_id: str, wanted: Filter, page: Page) -> list[CallRow]:
    """The calls of one page. Each call is there once, and a page is short only where the calls end.

    Raises:
        Invalid: the filter says something that cannot be asked.
    """
    return await with_what_was_said(
        telemetry, org_id, await telemetry.query(*statements.page_of_calls(org_id, wanted, page))
    )


async def with_what_was_said(telemetry: Telemetry, org_id: str, rows: Sequence[Row]) -> list[CallRow]:
    """Calls as they were read from the table, with their scores and with property edits over their own."""
    said = await what_was_said(telemetry, org_id, [row["request_id"] for row in rows])
    return [call_row(row, said) for row in rows]


async def what_was_said(telemetry: Telemetry, org_id: str, request_ids: Sequence[str]) -> Said:
    """The scores and the property edits of some requests."""
    ids = list(dict.fromkeys(request_ids))
    return await asyncio.gather(scores.of_requests(telemetry, org_id, ids), _edits(telemetry, org_id, ids))


async def count(telemetry: Telemetry, org_id: str, wanted: Filter) -> int:
    """How many calls a filter takes.

    Raises:
        Invalid: as `page`.
    """
    [row] = await telemetry.query(*statements.count_of_calls(org_id, wanted))
    return int(row["n"])


async def bodies(telemetry: Telemetry, org_id: str, request_id: str, at: dt.datetime | None = None) -> Bodies:
    """The bodies of the call that `one` gives for that id and time; (None, None) where there is none."""
    rows = await telemetry.query(*statements.bodies_of_call(org_id, request_id, at))
    return (rows[0]["request_body"], rows[0]["response_body"]) if rows else (None, None)


async def bodies_of(telemetry: Telemetry, org_id: str, calls: Sequence[CallRow]) -> list[Bodies]:
    """The bodies of several calls, in their order."""
    if not calls:
        return []
    ids = list(dict.fromkeys(call.request_id for call in calls))
    times = [call.created_at for call in calls]
    rows = await telemetry.query(*statements.bodies_of_calls(org_id, ids, min(times), max(times)))
    found = {(row["request_id"], row["created_at"]): (row["request_body"], row["response_body"]) for row in rows}
    return [found.get((call.request_id, call.created_at), (None, None)) for call in calls]


async def _edits(telemetry: Telemetry, org_id: str, request_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    if not request_ids:
        return {}
    found: dict[str, dict[str, str]] = {}
    for row in await telemetry.query(*statements.edits_of_requests(org_id, request_ids)):
        found.setdefault(row["request_id"], {})[row["key"]] = row["value"]
    return found


def call_row(row: Row, said: Said) -> CallRow:
    """A call as it was read from the table, with what was said about it."""
    current, edits = said
    usage = Usage(*(row.pop(name) for name in USAGE))
    request_id = row["request_id"]
    row["ending"] = Ending(row["ending"])
    row["properties"] = row["properties"] | edits.get(request_id, {})
    judgements = current.get(request_id, [])
    return CallRow(**row, usage=usage, scores=_by_name(judgements), judgements=judgements)


def _by_name(newest_first: Sequence[Judgement]) -> dict[str, Judgement]:
    """Of several scores of a name, given by several judges, the newest."""
    counted = sorted((one for one in newest_first if one.kind in COUNTED_KINDS), key=lambda one: one.version)
    return {one.name: one for one in counted}
