"""Exported files: how to ask for one, what its rows hold, and how a row becomes an item of a batch again."""

import datetime as dt
import enum
import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec

from helicorder.errors import Invalid
from helicorder.model.analysis import Clock
from helicorder.model.score import BOOLEAN_SUFFIX, ScoreKind, Source, Target
from helicorder.wire.calls import CallInput
from helicorder.wire.scores import BatchItem, Value

FORMULA = r"^([=+\-@\t\r\n'\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}])"
"""How a text begins that a spreadsheet would run, signs of full width included, or that has an apostrophe already.

In RE2's spelling. In CSV such a text has one apostrophe more, before it (OWASP, "CSV Injection").
"""
_GUARDED = re.compile("'" + re.sub(r"\\x\{(\w+)\}", r"\\u\1", FORMULA.removeprefix("^")))


class Format(enum.StrEnum):
    """A file format, by the ending of a file's name."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    ARROW = "arrow"


class Versions(enum.StrEnum):
    """Current scores, or every version of every score, deletions too."""

    CURRENT = "current"
    ALL = "all"


class CallsExport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which calls to export; every part narrows. ``name``, ``source`` and ``author`` are of the scores beside them.

    Times are ISO 8601, the end not included; ``filter`` is a filter on calls; ``as_of`` is a version of the store.
    """

    start: str | None = None
    end: str | None = None
    name: list[str] = []
    source: list[Source] = []
    author: list[str] = []
    model: list[str] = []
    filter: Any = None
    as_of: int | None = None
    bodies: bool = False


class ScoresExport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which scores to export; every part narrows. ``clock`` says which time ``start`` and ``end`` speak of."""

    start: str | None = None
    end: str | None = None
    clock: Clock = Clock.REQUESTED
    name: list[str] = []
    source: list[Source] = []
    author: list[str] = []
    model: list[str] = []
    filter: Any = None
    as_of: int | None = None
    versions: Versions = Versions.CURRENT


class ScoreRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a row of a file of scores, or of all their versions, says of a score; columns of its call are left aside."""

    id: str
    target: Target
    target_id: str
    name: str
    kind: ScoreKind
    judged_at: dt.datetime
    source: Source
    value: float | None = None
    text: str | None = None
    comment: str | None = None
    metadata: dict[str, str] = {}
    author: str | None = None
    inclusion: float | None = None
    version: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] = 0
    deleted: bool = False
    reason: str | None = None


SCORE_COLUMNS = ScoreRow.__struct_fields__
CALL_COLUMNS = CallInput.__struct_fields__
_MAPS = ("metadata", "properties")
Row = TypeVar("Row")


def score_row(cells: Mapping[str, Any], *, lax: bool = False) -> ScoreRow:
    """A row of scores from its cells, those of no use left out. ``lax``: every cell is text, as in CSV.

    Raises:
        Invalid: a cell is missing or does not hold what its column holds, saying which.
    """
    given = _known(cells, SCORE_COLUMNS)
    number = given.get("value")
    if isinstance(number, str):
        given["value"] = _number(number)
    return _converted(given, ScoreRow, lax=lax)


def score_item(row: ScoreRow) -> BatchItem:
    """The item of a batch that brings a row's score back.

    Raises:
        Invalid: the row has no value.
    """
    # A name that ends as a boolean's does is taken to be spelled Helicone's way, and loses that ending once.
    spelled = row.name.endswith(BOOLEAN_SUFFIX) and row.name != BOOLEAN_SUFFIX
    return BatchItem(
        id=row.id,
        name=row.name + BOOLEAN_SUFFIX if spelled else row.name,
        kind=row.kind,
        value=_value(row),
        comment=row.comment or "",
        metadata=row.metadata,
        source=row.source,
        author=row.author or "",
        judged_at=row.judged_at,
        inclusion=row.inclusion,
        deleted=row.deleted,
        reason=row.reason or "",
        **{f"{row.target}_id": row.target_id},
    )


def call_item(cells: Mapping[str, Any], *, lax: bool = False) -> CallInput:
    """The item of a batch that brings a row's call back. Its scores come with a file of scores.

    Where the file has columns of texts, an empty cell says that the text was not kept.

    Raises:
        Invalid: as `score_row`.
    """
    given = _known(cells, CALL_COLUMNS)
    given |= {name: None for name in ("request_body", "response_body") if name in cells and name not in given}
    cost = given.get("cost_usd")
    if cost is not None:
        given["cost_usd"] = str(cost)
    return _converted(given, CallInput, lax=lax)


def unguarded(cell: str) -> str:
    """A text of a CSV file without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if _GUARDED.match(cell) else cell


def _known(cells: Mapping[str, Any], columns: tuple[str, ...]) -> dict[str, Any]:
    given = {name: cells[name] for name in columns if cells.get(name) is not None}
    for name in _MAPS:
        if isinstance(given.get(name), str):
            given[name] = _map(name, given[name])
    return given


def _map(name: str, text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise Invalid(f"{name}: is not the JSON of a map.") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Invalid(f"value: {text[:50]!r} is not a number.") from None


def _converted(given: dict[str, Any], kind: type[Row], *, lax: bool) -> Row:
    try:
        return msgspec.convert(given, kind, strict=not lax)
    except msgspec.ValidationError as error:
        raise Invalid(str(error)) from None


def _value(row: ScoreRow) -> Value:
    value = row.value if row.kind in (ScoreKind.NUMERIC, ScoreKind.BOOLEAN) else row.text
    if value is None:
        raise Invalid(f"A {row.kind} score needs a {'value' if row.value is None and row.text is None else 'text'}.")
    return bool(value) if row.kind is ScoreKind.BOOLEAN and value in (0, 1) else value
