"""What stands in a file: its kind, and its rows, each with the place where it stands."""

import enum
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from helicorder.errors import Invalid
from helicorder.wire.files import CALL_COLUMNS, SCORE_COLUMNS, call_item, score_item, score_row


class Kind(enum.StrEnum):
    """What the rows of a file are."""

    SCORES = "scores"
    VERSIONS = "versions"
    CALLS = "calls"


class Row(msgspec.Struct, frozen=True):
    """A row of a file.

    Attributes:
        place: the line on which it begins, of a file of text; its number, from 1, of a file of tables.
        cells: what it holds by column; text alone where ``lax``.
        problem: why it cannot be read; empty where it can.
    """

    place: int
    cells: Mapping[str, Any] = {}
    lax: bool = False
    problem: str = ""


class Item(msgspec.Struct, frozen=True):
    """A row as an item of a batch: JSON. ``version`` is the order in which versions happened, 0 for all else."""

    place: int
    json: bytes
    version: int = 0


class Refused(msgspec.Struct, frozen=True):
    """A row that was not brought in, and why."""

    place: int
    reason: str


def kind_of(columns: Iterable[str]) -> Kind:
    """The kind of a file, by its columns.

    Raises:
        Invalid: it is none that was exported.
    """
    found = set(columns)
    if "target_id" in found:
        return Kind.VERSIONS if "deleted" in found else Kind.SCORES
    if {"request_id", "created_at"} <= found:
        return Kind.CALLS
    shown = ", ".join(sorted(found)[:5])
    raise Invalid(f"is no file of scores (which has target_id) or of calls (request_id, created_at); it has {shown}.")


def columns_of(kind: Kind) -> tuple[str, ...]:
    """The columns that are brought in."""
    return CALL_COLUMNS if kind is Kind.CALLS else SCORE_COLUMNS


def item_of(kind: Kind, row: Row) -> Item | Refused:
    """A row as the item that brings it back, or why there is none."""
    if row.problem:
        return Refused(row.place, row.problem)
    try:
        if kind is Kind.CALLS:
            return Item(row.place, msgspec.json.encode(call_item(row.cells, lax=row.lax)))
        score = score_row(row.cells, lax=row.lax)
        version = score.version if kind is Kind.VERSIONS else 0
        return Item(row.place, msgspec.json.encode(score_item(score)), version)
    except Invalid as problem:
        return Refused(row.place, problem.message)
