"""Why a score changed: since when, and which part came from a new version, other traffic, or within a segment."""

import asyncio
import datetime as dt
from fractions import Fraction
from typing import Any

from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.filters import read_time
from helicorder.api.pins import Kind, PinnedResult, answered
from helicorder.api.selection import asked_of, resolved, window_of
from helicorder.errors import Invalid
from helicorder.model.findings import Kind as PartKind
from helicorder.model.score import ScoreKind
from helicorder.model.window import Bucket, Window
from helicorder.scoring.attribution import Part
from helicorder.scoring.bisect import Bisection, bisect
from helicorder.scoring.changepoint import Bucket as Stretch
from helicorder.scoring.changepoint import change_point
from helicorder.scoring.tallies import Tally
from helicorder.telemetry import cells, series
from helicorder.telemetry.axis import Axis
from helicorder.telemetry.cells import Change
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.sql.dimensions import PROPERTY, checked_dimension
from helicorder.wire.answers import Bisected, Example, FoundChange
from helicorder.wire.questions import BisectQuery

MAX_DIMENSIONS = 6
USUAL = ("model", "prompt_version")
MOST_PROPERTIES = 3
VALUES = 8
BLOCKS = 40
EXAMPLES = 3
EXPLAINED = 6
_LONG = dt.timedelta(days=4)


async def bisected(question: BisectQuery, org_id: str, telemetry: Telemetry, as_of: int | None) -> Bisected:
    """The answer to a bisection."""
    asked, kind = asked_of(question, org_id, as_of), question.kind or ScoreKind.NUMERIC
    found = await _change(question, asked, telemetry)
    if found is None:
        return Bisected(name=question.name, kind=kind, change=None, bisection=None, examples=[])
    window = window_of(question)
    change = Change(asked, Window(window.start, found.at), Window(found.at, window.end), question.clock)
    dimensions = list(question.dimensions) or await _usual(telemetry, change)
    rows = await cells.cells(telemetry, change, dimensions, values=VALUES, blocks=BLOCKS)
    tallies = [Tally(cell.values, cell.period, cell.n, cell.total, cell.block, cell.weight) for cell in rows]
    if {tally.period for tally in tallies} != {0, 1}:
        return Bisected(name=question.name, kind=kind, change=found, bisection=None, examples=[])
    bisection = await asyncio.to_thread(bisect, tallies, dimensions)
    examples = await _examples(telemetry, change, bisection)
    return Bisected(name=question.name, kind=kind, change=found, bisection=bisection, examples=examples)


async def _change(question: BisectQuery, asked: series.Question, telemetry: Telemetry) -> FoundChange | None:
    window = window_of(question)
    if question.at is not None:
        at = read_time("at", question.at)
        if not window.start < at < window.end:
            raise Invalid("at: must lie between start and end.")
        return FoundChange(at=at, searched=False, earliest=None, latest=None, p_value=None)
    bucket = Bucket.DAY if window.end - window.start >= _LONG else Bucket.HOUR
    axis = Axis(window, bucket, "UTC", question.clock)
    _, by_key = await series.over_time(telemetry, asked, axis)
    cells_ = sorted(by_key.get((), {}).items())
    found = change_point([_stretch(seen) for _, seen in cells_])
    if found is None:
        return None
    earliest, at, latest = (max(window.start, cells_[place][0]) for place in (found.earliest, found.at, found.latest))
    return FoundChange(at=at, searched=True, earliest=earliest, latest=latest, p_value=found.p_value)


def _stretch(seen: series.Sums) -> Stretch:
    """A bucket's mean with the variance that its clusters give it."""
    mean = seen.weighted / seen.weight
    squares = seen.totals_squared - 2 * mean * seen.cross + mean * mean * seen.members_squared
    variance = squares * seen.groups / ((seen.groups - 1) * seen.weight**2) if seen.groups > 1 else Fraction()
    return Stretch(float(mean), float(variance), seen.groups, float(seen.weight**2 / seen.members_squared))


async def _usual(telemetry: Telemetry, change: Change) -> list[str]:
    properties = await cells.common_properties(telemetry, change, MOST_PROPERTIES)
    return [*USUAL, *(PROPERTY + name for name in properties)]


async def _examples(telemetry: Telemetry, change: Change, bisection: Bisection) -> list[Example]:
    parts = [part for part in bisection.parts if part.flagged and part.segment][:EXPLAINED]
    found = await asyncio.gather(*(_read(telemetry, change, part) for part in parts))
    return [Example(part.label, ids) for part, ids in zip(parts, found, strict=True)]


async def _read(telemetry: Telemetry, change: Change, part: Part) -> list[str]:
    segment, after = _deepest(part), part.kind is not PartKind.LEFT
    return await cells.examples(telemetry, change, segment, EXAMPLES, rising=part.amount > 0, after=after)


def _deepest(part: Part) -> tuple[tuple[str, str], ...]:
    """The segment of a part, and within it of the parts that stand out."""
    inner = next((one for one in part.parts if one.flagged and one.segment != part.segment), None)
    return part.segment if inner is None else tuple(dict.fromkeys((*part.segment, *_deepest(inner))))


KIND = Kind("bisect", BisectQuery, bisected)


@post("/v1/scores/bisect/query", status_code=200, opt=READ, operation_id="BisectScore", tags=["Scores"])
async def bisect_score(data: JSONBody[BisectQuery], context: FromContext) -> PinnedResult[Bisected]:
    """Why a score changed: since when, and which part of the change comes from where, with requests to read."""
    if len(data.dimensions) > MAX_DIMENSIONS or len(set(data.dimensions)) != len(data.dimensions):
        raise Invalid(f"dimensions: at most {MAX_DIMENSIONS}, each once.")
    for name in data.dimensions:
        checked_dimension(name)
    telemetry, org_id = await context.reading(), context.principal.org_id
    question = await resolved(data, org_id, telemetry, dt.datetime.now(dt.UTC))
    return await answered(context, KIND, question)


HANDLERS: list[Any] = [bisect_score]
