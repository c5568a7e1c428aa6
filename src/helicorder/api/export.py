"""Scores and calls as files: JSON lines, CSV, Parquet, Arrow.

A file goes out while the store reads, so neither this process nor the engine's ever holds it, whatever its size. A
caller that reads slowly slows the store down; one that goes away, or takes nothing for a minute, ends the statement.
Each takes memory of the engine, so an organisation has a few at once at most. What goes wrong before the first byte is
an answer like any other; what goes wrong later breaks the connection, so that a cut file never looks whole.
"""

import datetime as dt
import functools
from typing import Annotated, Any

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.types import ASGIApp

from helicorder.api.access import READ
from helicorder.api.call_selection import both
from helicorder.api.context import Context, FromContext
from helicorder.api.download import Download
from helicorder.api.files import file_of
from helicorder.api.filters import filter_of_text, read_time
from helicorder.api.search import read_search
from helicorder.model.filter import Both, Either, Field, FieldIs, Filter, Operator
from helicorder.model.score import Source
from helicorder.telemetry import export
from helicorder.telemetry.axis import Clock
from helicorder.telemetry.export import Subject
from helicorder.wire.files import Format, Versions

MAX_VALUES = 100
MEDIA_TYPES = {
    Format.JSONL: "application/x-ndjson",
    Format.CSV: "text/csv; charset=utf-8; header=present",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.ARROW: "application/vnd.apache.arrow.stream",
}


Start = Annotated[str | None, QueryParameter(description="ISO 8601; the time of the call, or as clock says.")]
End = Annotated[str | None, QueryParameter(description="ISO 8601; not included.")]
ClockOf = Annotated[Clock, QueryParameter(name="clock", description="requested: when the call was made; else judged.")]
Names = Annotated[list[str] | None, QueryParameter(name="name", description="Score names.", max_items=MAX_VALUES)]
Sources = Annotated[list[Source] | None, QueryParameter(name="source", description="Who judged.")]
Authors = Annotated[list[str] | None, QueryParameter(name="author", description="Judges.", max_items=MAX_VALUES)]
Models = Annotated[list[str] | None, QueryParameter(name="model", description="Models.", max_items=MAX_VALUES)]
Calls = Annotated[str | None, QueryParameter(name="filter", description="A filter on calls, as JSON.")]
Search = Annotated[str, QueryParameter(description="Words that must occur in the call, as in /v1/calls/query.")]
AsOf = Annotated[int | None, QueryParameter(name="as_of", ge=0, le=2**63 - 1, description="A version: as it was then.")]
Bodies = Annotated[bool, QueryParameter(name="bodies", description="The texts of requests and responses too.")]
VersionsOf = Annotated[Versions, QueryParameter(name="versions", description="Of scores: the current ones, or all.")]


def _scores(into: Format) -> HTTPRouteHandler:
    @get(f"/v1/export/scores.{into}", opt=READ, operation_id=f"ExportScores{into.title()}", tags=["Export"])
    async def export_scores(
        context: FromContext,
        *,
        start: Start = None,
        end: End = None,
        clock: ClockOf = Clock.REQUESTED,
        name: Names = None,
        source: Sources = None,
        author: Authors = None,
        model: Models = None,
        filter_: Calls = None,
        search: Search = "",
        as_of: AsOf = None,
        versions: VersionsOf = Versions.CURRENT,
    ) -> ASGIApp:
        """Scores as a file: current ones, each beside the call that it judges, or every version there has been."""
        wanted = export.Wanted(
            start=_time("start", start),
            end=_time("end", end),
            clock=clock,
            names=tuple(name or ()),
            sources=tuple(source or ()),
            authors=tuple(author or ()),
            where=_where(filter_, search, model),
            as_of=as_of,
        )
        return await _file(context, Subject.SCORES if versions is Versions.CURRENT else Subject.VERSIONS, wanted, into)

    return export_scores


def _calls(into: Format) -> HTTPRouteHandler:
    @get(f"/v1/export/calls.{into}", opt=READ, operation_id=f"ExportCalls{into.title()}", tags=["Export"])
    async def export_calls(
        context: FromContext,
        *,
        start: Start = None,
        end: End = None,
        name: Names = None,
        source: Sources = None,
        author: Authors = None,
        model: Models = None,
        filter_: Calls = None,
        search: Search = "",
        as_of: AsOf = None,
        bodies: Bodies = False,
    ) -> ASGIApp:
        """Calls as a file, each with its properties and its scores; name, source and author say which scores."""
        wanted = export.Wanted(
            start=_time("start", start),
            end=_time("end", end),
            names=tuple(name or ()),
            sources=tuple(source or ()),
            authors=tuple(author or ()),
            where=_where(filter_, search, model),
            as_of=as_of,
        )
        return await _file(context, Subject.CALLS, wanted, into, bodies=bodies)

    return export_calls


async def _file(
    context: Context, subject: Subject, wanted: export.Wanted, into: Format, *, bodies: bool = False
) -> ASGIApp:
    await context.take_share(context.limits.exports)
    telemetry, mark = await context.reading(), context.mark()
    nested = into is Format.JSONL
    lines = await export.lines(telemetry, context.principal.org_id, subject, wanted, nested=nested, bodies=bodies)
    made = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "content-type": MEDIA_TYPES[into],
        "content-disposition": f'attachment; filename="helicorder-{subject}-{made}.{into}"',
        "helicorder-schema": f"{subject}/{export.SCHEMA}",
        "helicorder-as-of": str(mark if wanted.as_of is None else min(mark, wanted.as_of)),
    }
    return Download(file_of(lines, export.columns(subject, bodies=bodies), into), headers)


def _time(where: str, text: str | None) -> dt.datetime | None:
    return None if text is None else read_time(where, text)


def _where(text: str | None, search: str, models: list[str] | None) -> Filter:
    """The filter on calls that a query string states.

    Raises:
        Invalid: the filter is not JSON, or it or the search is not understood.
    """
    wanted = both(filter_of_text(text), read_search(search))
    if not models:
        return wanted
    among: list[Filter] = [FieldIs(Field.MODEL, Operator.EQUALS, model) for model in models]
    return Both(wanted, functools.reduce(Either, among))


HANDLERS: list[Any] = [make(into) for make in (_scores, _calls) for into in Format]
