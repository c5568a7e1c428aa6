"""Batches: each item is judged by itself, so that a bad one neither fails nor hides the rest.

Large batches are read by a worker, so nothing of a server is imported here.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from helicorder.api.call_input import call_of
from helicorder.api.decoding import decode
from helicorder.api.score_input import checked_reason, score_of
from helicorder.errors import Invalid, Problem
from helicorder.model.call import Call
from helicorder.model.definition import Definition, check
from helicorder.model.principal import Principal
from helicorder.model.score import Score
from helicorder.providers.conversation.digest import digest_of
from helicorder.providers.text import MAX_VALUES, values_in
from helicorder.wire.calls import CallBatchRequest, CallInput
from helicorder.wire.scores import MAX_BATCH, BatchItem, BatchRequest, BatchResults, ItemResult, Refusal
from helicorder.workers.pool import LARGE_BYTES

Row = TypeVar("Row")


def read_scores(
    body: bytes, principal: Principal, definitions: Mapping[str, Definition], now: dt.datetime
) -> tuple[list[Score], BatchResults]:
    """(the scores to store, one result per item in the order of the items).

    Raises:
        MalformedBody: not JSON.
        Invalid: no batch, or with too few items or too many.
    """

    def read(raw: msgspec.Raw) -> tuple[str, Score]:
        item: BatchItem = decode(raw, BatchItem)
        score = _version(item, score_of(item, principal, now))
        if not score.deleted:
            check(definitions, score)
        return score.score_id, score

    batch: BatchRequest = decode(body, BatchRequest)
    return _read_items("scores", batch.scores, read)


def _version(item: BatchItem, score: Score) -> Score:
    """The score as the version that an item says it is."""
    if not item.reason and not item.deleted:
        return score
    return msgspec.structs.replace(score, reason=checked_reason(item.reason), deleted=item.deleted)


def read_calls(body: bytes, org_id: str) -> tuple[list[Call], BatchResults]:
    """As `read_scores`, of calls."""
    left = MAX_VALUES

    def read(raw: msgspec.Raw) -> tuple[str, Call]:
        nonlocal left
        call = call_of(decode(raw, CallInput), org_id)
        if memoryview(raw).nbytes > LARGE_BYTES:
            call = msgspec.structs.replace(call, digest=digest_of(call, most_values=left))
            left -= values_in(bytes(raw))
        return call.request_id, call

    batch: CallBatchRequest = decode(body, CallBatchRequest)
    return _read_items("calls", batch.calls, read)


def _read_items(
    what: str, items: Sequence[msgspec.Raw], read: Callable[[msgspec.Raw], tuple[str, Row]]
) -> tuple[list[Row], BatchResults]:
    if not 1 <= len(items) <= MAX_BATCH:
        raise Invalid(f"{what}: 1 to {MAX_BATCH} items; there are {len(items)}.")
    rows: list[Row] = []
    results: list[ItemResult] = []
    for index, raw in enumerate(items):
        try:
            known_as, row = read(raw)
        except Problem as problem:
            results.append(ItemResult(index, "refused", None, Refusal(problem.code, problem.message)))
        else:
            rows.append(row)
            results.append(ItemResult(index, "stored", known_as))
    return rows, BatchResults(len(rows), results)
