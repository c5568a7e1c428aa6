"""Calls to label: draws of them, and what people have said of those that were drawn."""

import asyncio
import datetime as dt
from collections.abc import Collection, Sequence

import msgspec

from helicorder.model.filter import Filter
from helicorder.model.score import ScoreKind
from helicorder.model.window import Window
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.judges import Judging
from helicorder.telemetry.sql import labels as statements
from helicorder.telemetry.sql.conditions import Statement, condition


class Calls(msgspec.Struct, frozen=True):
    """Calls of a window that a filter takes; those that people have given every one of ``names`` are labelled."""

    org_id: str
    where: Filter
    window: Window
    names: tuple[str, ...]

    def statement(self) -> Statement:
        """A statement of the tenant."""
        return Statement(self.org_id)

    def rows(self, statement: Statement) -> str:
        """A subquery with a row per request id.

        Raises:
            Invalid: the filter says something that cannot be asked.
        """
        return statements.calls(statement, condition(statement, self.where), self.window, self.names)


class JudgedCalls(msgspec.Struct, frozen=True):
    """Calls that a judge judged; those that people have judged, too, are labelled."""

    judging: Judging

    def statement(self) -> Statement:
        """A statement of the tenant."""
        return self.judging.asked.statement()

    def rows(self, statement: Statement) -> str:
        """A subquery with a row per request id. Raises as `Calls.rows`."""
        return self.judging.rows(statement)


Population = Calls | JudgedCalls


class Size(msgspec.Struct, frozen=True):
    """How many calls wait for a label, and how many have one."""

    waiting: int
    labelled: int


class Label(msgspec.Struct, frozen=True):
    """What one person says of one request under one name: ``said`` as text that values can be compared by."""

    request_id: str
    name: str
    author: str
    kind: ScoreKind
    value: float
    label: str
    text: str
    inclusion: float

    @property
    def said(self) -> str:
        """The value as text, in which categories and numbers alike can be counted."""
        match self.kind:
            case ScoreKind.NUMERIC:
                return repr(self.value)
            case ScoreKind.BOOLEAN:
                return "true" if self.value else "false"
            case ScoreKind.CATEGORICAL:
                return self.label
            case _:
                return self.text


async def size(telemetry: Telemetry, population: Population) -> Size:
    """How many calls a draw would be from.

    Raises:
        Invalid: the filter says something that cannot be asked.
    """
    statement = population.statement()
    [row] = await telemetry.query(*statements.size(statement, population.rows(statement)))
    return Size(row["waiting"], row["labels"])


async def evenly(
    telemetry: Telemetry, population: Population, probability: float, seed: int
) -> list[tuple[str, dt.datetime]]:
    """The calls, as (id, time), that a draw takes of those that wait: the same for the same seed.

    Raises:
        Invalid: as `size`.
    """
    statement = population.statement()
    rows = await telemetry.query(*statements.evenly(statement, population.rows(statement), probability, seed))
    return [(row["target_id"], row["at"]) for row in rows]


async def newest(telemetry: Telemetry, org_id: str, request_ids: Sequence[str]) -> dict[str, dt.datetime]:
    """When the newest call of each of some ids was made; an id without a call is left out."""
    rows = await telemetry.query(*statements.newest(org_id, request_ids))
    return {row["request_id"]: row["at"] for row in rows}


async def present(telemetry: Telemetry, org_id: str, calls_at: Sequence[tuple[str, dt.datetime]]) -> dict[str, int]:
    """The cluster of each of some calls, by id, that are there; ``calls_at`` are their ids and times."""
    if not calls_at:
        return {}
    rows = await telemetry.query(*statements.present(org_id, calls_at))
    return {row["request_id"]: row["cluster"] for row in rows}


async def given(telemetry: Telemetry, org_id: str, names: Collection[str], request_ids: Sequence[str]) -> list[Label]:
    """What people say of some requests now."""
    if not request_ids:
        return []
    rows = await telemetry.query(*statements.given(org_id, sorted(names), request_ids))
    return [
        Label(
            row["target_id"], row["name"], row["author"], ScoreKind(row["kind"]), row["value"], row["label"],
            row["text"], row["inclusion"],
        )
        for row in rows
    ]  # fmt: skip


async def standing(
    telemetry: Telemetry, org_id: str, names: Collection[str], calls_at: Sequence[tuple[str, dt.datetime]]
) -> tuple[list[Label], dict[str, int]]:
    """(`given`, `present`) of the same calls, at once."""
    ids = [request_id for request_id, _ in calls_at]
    labels, clusters = await asyncio.gather(given(telemetry, org_id, names, ids), present(telemetry, org_id, calls_at))
    return labels, clusters
