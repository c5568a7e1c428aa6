"""Reads sessions: pages of them in any order, what all of them add up to, and one with its calls."""

import datetime as dt
import decimal
from collections.abc import Sequence
from fractions import Fraction

import msgspec

from helicorder.model.call import Ending, Usage
from helicorder.model.group import EVERY_GROUP, Group, GroupFilter, GroupOrder, Place
from helicorder.model.score import ScoreKind
from helicorder.model.window import Window
from helicorder.telemetry.calls import USAGE
from helicorder.telemetry.client import Row, Telemetry
from helicorder.telemetry.numbers import Question, Sums, sums_from
from helicorder.telemetry.scores import Judgement, judgement_of
from helicorder.telemetry.sql import groups
from helicorder.telemetry.sql import sessions as statements
from helicorder.telemetry.sql.conditions import Statement
from helicorder.telemetry.sql.groups import SESSION_TAG, Groups
from helicorder.telemetry.sql.sessions import COLUMNS, SUMMED

__all__ = ["SESSION_TAG"]

_PLACES = 12
_MICROSECOND = dt.timedelta(microseconds=1)


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the calls of a session add up to, those of the time that was asked for.

    Attributes:
        place: where it stands in the order. first, last: when its earliest and its latest call began; ended: when the
            latest answer ended. user_ids, models: at most MOST_NAMED of each.
    """

    id: str
    place: Place
    name: str
    first: dt.datetime
    last: dt.datetime
    ended: dt.datetime
    latency_n: int
    latency_ms: int
    user_ids: list[str]
    models: list[str]
    sums: Sums


class ScoreSum(msgspec.Struct, frozen=True):
    """The current scores of one name and kind: how many, and the sum of their values."""

    name: str
    kind: ScoreKind
    n: int
    total: Fraction


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a session, with the scores that it carries, oldest first; the fields of `model.Call`."""

    request_id: str
    created_at: dt.datetime
    response_at: dt.datetime
    provider: str
    model: str
    status: int
    ending: Ending
    streamed: bool
    latency_ms: int | None
    time_to_first_token_ms: int | None
    usage: Usage
    cost_usd: decimal.Decimal | None
    user_id: str
    session_path: str
    prompt_id: str
    prompt_version: str
    scores: list["StepScore"]


class StepScore(msgspec.Struct, frozen=True):
    """A current score of a call; the fields of `model.Score`."""

    name: str
    kind: ScoreKind
    value: float
    label: str
    text: str


async def page(
    telemetry: Telemetry, org_id: str, wanted: GroupFilter, window: Window, order: GroupOrder
) -> list[SessionRow]:
    """The sessions of a page, each with what its calls in the window add up to.

    Raises:
        Invalid: the filter says something that cannot be asked.
    """
    statement = Statement(org_id)
    asked = Groups(Group.SESSIONS, wanted, Question(org_id).put(statement, window))
    return [_session(row) for row in await telemetry.query(*groups.page(statement, asked, order, COLUMNS))]


async def count(telemetry: Telemetry, org_id: str, wanted: GroupFilter, window: Window) -> int:
    """How many sessions there are.

    Raises:
        Invalid: as `page`.
    """
    statement = Statement(org_id)
    asked = Groups(Group.SESSIONS, wanted, Question(org_id).put(statement, window))
    [row] = await telemetry.query(*groups.over_groups(statement, asked, {}, {"n": "count()"}))
    return int(row["n"])


async def one(telemetry: Telemetry, org_id: str, session_id: str) -> SessionRow | None:
    """What all calls of a session add up to; None where there is none."""
    statement = Statement(org_id)
    asked = Groups(Group.SESSIONS, EVERY_GROUP, statements.one_session(statement, session_id))
    rows = await telemetry.query(*groups.page(statement, asked, GroupOrder(limit=1), COLUMNS))
    return _session(rows[0]) if rows else None


async def steps(telemetry: Telemetry, org_id: str, session_id: str, limit: int) -> list[Step]:
    """The first calls of a session in their order, each with its scores."""
    rows = await telemetry.query(*statements.steps(org_id, session_id, limit))
    if not rows:
        return []
    window = Window(rows[0]["created_at"], rows[-1]["created_at"] + _MICROSECOND)
    said: dict[tuple[str, dt.datetime], list[StepScore]] = {}
    for row in await telemetry.query(*statements.scores_of_steps(org_id, session_id, window)):
        score = StepScore(row["name"], ScoreKind(row["kind"]), row["value"], row["label"], row["text"])
        said.setdefault((row["request_id"], row["created_at"]), []).append(score)
    return [_step(row, said.get((row["request_id"], row["created_at"]), [])) for row in rows]


async def scores_by_session(
    telemetry: Telemetry, org_id: str, session_ids: Sequence[str], window: Window
) -> dict[str, list[ScoreSum]]:
    """What the current scores of the calls of several sessions add up to, by session, sorted by name."""
    found: dict[str, list[ScoreSum]] = {}
    if not session_ids:
        return found
    for row in await telemetry.query(*statements.scores_by_session(org_id, session_ids, window, _PLACES)):
        total = Fraction(row["total"], 10**_PLACES)
        found.setdefault(row["id"], []).append(ScoreSum(row["name"], ScoreKind(row["kind"]), row["n"], total))
    return found


async def own_scores(telemetry: Telemetry, org_id: str, session_ids: Sequence[str]) -> dict[str, list[Judgement]]:
    """The current scores that were given to sessions themselves, the newest first; one without any is not there."""
    found: dict[str, list[Judgement]] = {}
    if not session_ids:
        return found
    for row in await telemetry.query(*statements.scores_of_sessions(org_id, session_ids)):
        if not row["deleted"]:
            found.setdefault(row["target_id"], []).append(judgement_of(row))
    return found


def _session(row: Row) -> SessionRow:
    shown = {name: row[name] for name in ("id", "name", "first", "last", "ended", "latency_n", "user_ids", "models")}
    place = Place(None if row["place"] is None else int(row["place"]), row["id"])
    return SessionRow(**shown, place=place, latency_ms=row["latency_sum"] or 0, sums=sums_from(row, SUMMED))


def _step(row: Row, scores: list[StepScore]) -> Step:
    usage = Usage(*(row.pop(name) for name in USAGE if name in row))
    row["ending"] = Ending(row["ending"])
    return Step(**row, usage=usage, scores=scores)


class SessionSums(msgspec.Struct, frozen=True):
    """What sessions add up to: how many there are, their calls, and the cost and latency of those where it is known.

    Attributes:
        costed: sessions with a call whose cost is known.
    """

    n: int
    calls: int
    costed: int
    cost: decimal.Decimal
    latency_n: int
    latency_ms: int


class NameRow(msgspec.Struct, frozen=True):
    """The sessions of one name; an empty name is that of sessions without one."""

    name: str
    first: dt.datetime
    last: dt.datetime
    sums: SessionSums


async def summed(telemetry: Telemetry, org_id: str, wanted: GroupFilter, window: Window | None) -> SessionSums:
    """What the sessions add up to that a filter takes.

    Raises:
        Invalid: as `page`.
    """
    statement = Statement(org_id)
    asked = Groups(Group.SESSIONS, wanted, Question(org_id).put(statement, window))
    [row] = await telemetry.query(*groups.over_groups(statement, asked, statements.OF_ONE, statements.OF_ALL))
    return _summed(row)


async def names(
    telemetry: Telemetry, org_id: str, wanted: GroupFilter, window: Window | None, limit: int
) -> list[NameRow]:
    """The names of sessions, the one that was used last first.

    Raises:
        Invalid: as `page`.
    """
    statement = Statement(org_id)
    asked = Groups(Group.SESSIONS, wanted, Question(org_id).put(statement, window))
    rows = await telemetry.query(*statements.names(statement, asked, limit))
    return [NameRow(row["name"], row["first"], row["last"], _summed(row)) for row in rows]


def _summed(row: Row) -> SessionSums:
    cost = row["cost_sum"] or decimal.Decimal()
    return SessionSums(row["n"], row["calls"], row["costed"], cost, row["latency_n"], row["latency_sum"] or 0)
