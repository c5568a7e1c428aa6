"""Scores and calls by the thousand: rows of any kind, sent in batches, with a result for each row."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from helicorder.client.frames import rows_of
from helicorder.client.operation import Operation, Steps, write
from helicorder.errors import Invalid, RequestFailed
from helicorder.wire.calls import CallBatchRequest, CallInput
from helicorder.wire.files import call_item, score_item, score_row
from helicorder.wire.scores import MAX_BATCH, BatchRequest, BatchResults, ItemResult, Refusal, ScoreInput

BATCH_BYTES = 8 * 1024 * 1024
"""About how large a batch is at most: a fraction of what a server takes, so that others have their turn."""


class Batch(msgspec.Struct, frozen=True):
    """Encoded items, and the place of each among the rows."""

    places: list[int]
    items: list[msgspec.Raw]


def batches(items: Iterable[tuple[int, bytes]], most: int = MAX_BATCH, size: int = BATCH_BYTES) -> Iterator[Batch]:
    """(place, item) in batches of up to ``most`` items and ``size`` bytes; an item that is larger is one by itself."""
    batch, held = Batch([], []), 0
    for place, item in items:
        if batch.items and (len(batch.items) == most or held + len(item) > size):
            yield batch
            batch, held = Batch([], []), 0
        batch.places.append(place)
        batch.items.append(msgspec.Raw(item))
        held += len(item)
    if batch.items:
        yield batch


def score_batch(batch: Batch) -> Operation[BatchResults]:
    """Sends scores."""
    return write(BatchResults, "POST", "/v1/scores/batch", BatchRequest(batch.items))


def call_batch(batch: Batch) -> Operation[BatchResults]:
    """Sends calls."""
    return write(BatchResults, "POST", "/v1/calls/batch", CallBatchRequest(batch.items))


def add_scores(rows: Iterable[ScoreInput | Mapping[str, Any]] | Any) -> Steps[BatchResults]:
    """Add scores in batches of up to 10,000: structs, dicts, or a pandas, polars or Arrow frame with their names.

    A frame may also be one of an exported file. The result at place i is that of row i; one bad row neither fails nor
    hides the rest.

    Raises:
        RequestFailed: a batch could not be sent; a note says how many rows had been sent before.
    """
    return _sent(rows, _score, score_batch)


def add_calls(rows: Iterable[CallInput | Mapping[str, Any]] | Any) -> Steps[BatchResults]:
    """Record finished calls in batches of up to 10,000, as `add_scores` adds scores."""
    return _sent(rows, _call, call_batch)


def _score(row: Any) -> Any:
    exported = isinstance(row, Mapping) and "target_id" in row
    return score_item(score_row(row)) if exported else row


def _call(row: Any) -> Any:
    exported = isinstance(row, Mapping) and "version" in row
    return call_item(row) if exported else row


def _sent(
    rows: Any, item_of: Callable[[Any], Any], send: Callable[[Batch], Operation[BatchResults]]
) -> Steps[BatchResults]:
    results: list[ItemResult] = []

    def items() -> Iterator[tuple[int, bytes]]:
        for place, row in enumerate(rows_of(rows)):
            results.append(ItemResult(place, "refused"))
            try:
                yield place, msgspec.json.encode(item_of(row), enc_hook=_plain)
            except (Invalid, TypeError, ValueError, OverflowError) as error:
                results[place] = ItemResult(place, "refused", None, Refusal("invalid", str(error)))

    stored = 0
    for batch in batches(items()):
        try:
            answer: BatchResults = yield send(batch)
        except RequestFailed as failure:
            failure.add_note(f"The {batch.places[0]} rows before had been sent.")
            raise
        stored += answer.stored
        for place, result in zip(batch.places, answer.results, strict=True):
            results[place] = msgspec.structs.replace(result, index=place)
    return BatchResults(stored, results)


def _plain(value: Any) -> Any:
    """A number of numpy, or a time of pandas, as Python has it."""
    for name in ("to_pydatetime", "item"):
        if hasattr(value, name):
            return getattr(value, name)()
    raise TypeError(f"{type(value).__name__} is nothing that JSON has a word for.")
