"""Batches: each item is judged by itself, so that a bad one neither fails nor hides the rest."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from helicorder.errors import Invalid, Problem
from helicorder.wire.scores import MAX_BATCH, BatchResults, ItemResult, Refusal

# What is read before others on the event loop have their turn: some ten milliseconds.
_PIECE_ITEMS = 500
_PIECE_BYTES = 1 << 20
Row = TypeVar("Row")


async def read_items(
    what: str, items: Sequence[msgspec.Raw], read: Callable[[msgspec.Raw], tuple[str, Row]]
) -> tuple[list[Row], BatchResults]:
    """(the rows to store, one result per item in the order of the items).

    Args:
        what: the items' name in the body.
        items: as they stand there.
        read: (the id under which an item is stored, its row); raises a Problem for a bad item.

    Raises:
        Invalid: there are too few items, or too many.
    """
    if not 1 <= len(items) <= MAX_BATCH:
        raise Invalid(f"{what}: 1 to {MAX_BATCH} items; there are {len(items)}.")
    rows: list[Row] = []
    results: list[ItemResult] = []
    since_items = since_bytes = 0
    for index, raw in enumerate(items):
        try:
            known_as, row = read(raw)
        except Problem as problem:
            results.append(ItemResult(index, "refused", None, Refusal(problem.code, problem.message)))
        else:
            rows.append(row)
            results.append(ItemResult(index, "stored", known_as))
        since_items, since_bytes = since_items + 1, since_bytes + memoryview(raw).nbytes
        if since_items >= _PIECE_ITEMS or since_bytes >= _PIECE_BYTES:
            since_items = since_bytes = 0
            await asyncio.sleep(0)
    return rows, BatchResults(len(rows), results)
