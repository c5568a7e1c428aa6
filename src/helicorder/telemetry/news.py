"""Reads what was loaded since a version, once for several who ask, each with a filter of their own."""

import asyncio
from collections.abc import Sequence

import msgspec

from helicorder.model.filter import Everything, Filter, Position
from helicorder.telemetry.calls import CallRow
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.scores import Judgement, judgement_of
from helicorder.telemetry.sql import news as statements
from helicorder.telemetry.stretches import calls_at


class NewCall(msgspec.Struct, frozen=True):
    """A call, its version, and for each filter whether it takes the call."""

    version: int
    row: CallRow
    takes: list[bool]


class NewScore(msgspec.Struct, frozen=True):
    """A version of a score, and for each filter whether it takes the call that is judged."""

    judgement: Judgement
    takes: list[bool]


class News(msgspec.Struct, frozen=True):
    """What is new in a stretch of versions, the oldest first.

    Attributes:
        calls_left_out: how many older ones, for each filter; scores_left_out: how many of all, whatever the filters.
    """

    calls: list[NewCall]
    scores: list[NewScore]
    calls_left_out: list[int]
    scores_left_out: int


async def news(telemetry: Telemetry, org_id: str, wanted: Sequence[Filter], since: int, until: int, limit: int) -> News:
    """The newest calls and scores of a stretch, up to ``limit`` of each kind. The later bound is included.

    Scores whose call has not come are taken by `Everything` alone.
    """
    (new_calls, calls_left), (new_scores, scores_left) = await asyncio.gather(
        _calls(telemetry, org_id, wanted, since, until, limit),
        _scores(telemetry, org_id, wanted, since, until, limit),
    )
    return News(new_calls, new_scores, calls_left, scores_left)


async def _calls(
    telemetry: Telemetry, org_id: str, wanted: Sequence[Filter], since: int, until: int, limit: int
) -> tuple[list[NewCall], list[int]]:
    found = await telemetry.query(*statements.new_calls(org_id, wanted, since, until, limit + 1))
    # By place the newest version stands: a batch may have been loaded twice, a call recorded anew.
    newest = {(row["created_at"], row["request_id"]): row for row in found[:limit][::-1]}
    places = [Position(None, *place) for place in newest]
    rows = {(row.created_at, row.request_id): row for row in await calls_at(telemetry, org_id, places, previews=True)}
    news = [
        NewCall(row["version"], rows[place], [bool(taken) for taken in row["takes"]])
        for place, row in newest.items()
        if place in rows
    ]
    if len(found) <= limit:
        return news, [0] * len(wanted)
    [counted] = await telemetry.query(*statements.count_of_new_calls(org_id, wanted, since, until))
    shown = [sum(one.takes[number] for one in news) for number in range(len(wanted))]
    return news, [max(0, int(n) - here) for n, here in zip(counted["n"], shown, strict=True)]


async def _scores(
    telemetry: Telemetry, org_id: str, wanted: Sequence[Filter], since: int, until: int, limit: int
) -> tuple[list[NewScore], int]:
    found = await telemetry.query(*statements.new_scores(org_id, since, until, limit + 1))
    kept = [judgement_of(row) for row in found[:limit][::-1]]
    takes = await _takes(telemetry, org_id, wanted, list(dict.fromkeys(one.target_id for one in kept)))
    news = [NewScore(one, takes[one.target_id]) for one in kept]
    if len(found) <= limit:
        return news, 0
    [counted] = await telemetry.query(*statements.count_of_new_scores(org_id, since, until))
    return news, max(0, int(counted["n"]) - len(news))


async def _takes(
    telemetry: Telemetry, org_id: str, wanted: Sequence[Filter], request_ids: Sequence[str]
) -> dict[str, list[bool]]:
    """For each id whether each filter takes its call."""
    of_all = [isinstance(one, Everything) for one in wanted]
    takes = dict.fromkeys(request_ids, of_all)
    if request_ids and not all(of_all):
        for row in await telemetry.query(*statements.taken_ids(org_id, wanted, request_ids)):
            takes[row["request_id"]] = [bool(one) for one in row["takes"]]
    return takes
