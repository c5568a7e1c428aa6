"""Reads back through the API alone what the checker compares."""

import http.client
import time
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

import msgspec

from faults.checking import Observed
from faults.operations import Cell, Value
from product_server import Answer, Product

READ_SECONDS = 90.0
PROBE = "probe-"


class Unreadable(Exception):
    """The API did not answer a read with 200 in time."""


def observed(product: Product, cells: Iterable[Cell], seconds: float = READ_SECONDS) -> Observed:
    """Everything that the API shows: versions request by request, current scores and calls from the exports."""
    found = Observed()
    for request_id in dict.fromkeys(cell.request_id for cell in cells if cell.kind == "score"):
        path = f"/v1/request/{quote(request_id, safe='')}/scores"
        found.histories |= scores_of(request_id, read(product, path, seconds))
    for row in _lines(read(product, "/v1/export/scores.jsonl", seconds)):
        if not row["target_id"].startswith(PROBE):
            value = bool(row["value"]) if row["kind"] == "boolean" else float(row["value"])
            found.current[Cell("score", row["target_id"], row["name"])] = value
    for row in _lines(read(product, "/v1/export/calls.jsonl?bodies=true", seconds)):
        if row["request_id"].startswith(PROBE):
            continue
        text = msgspec.json.decode(row["request_body"])["text"]
        found.histories.setdefault(Cell("call", row["request_id"], ""), []).append(text)
        found.histories |= properties_of(row["request_id"], row["properties"])
    for row in read(product, "/v1/scores/definitions", seconds).json()["data"]:
        if row["description"]:  # those that are only inferred have none
            cell = Cell("definition", f"{row['name'].partition('-')[0]}-definitions", row["name"])
            found.histories[cell] = [row["description"]]
    return found


def scores_of(request_id: str, answer: Answer) -> dict[Cell, list[Value]]:
    """The histories in an answer of GET /v1/request/{id}/scores."""
    histories: dict[Cell, list[Value]] = {}
    for row in answer.json()["data"]:
        value = row["value"] if isinstance(row["value"], bool) else float(row["value"])
        histories.setdefault(Cell("score", request_id, row["name"]), []).append(value)
    return histories


def properties_of(request_id: str, properties: dict[str, str]) -> dict[Cell, list[Value]]:
    """The current properties of a call as histories of one value."""
    return {Cell("property", request_id, name): [value] for name, value in properties.items()}


def read(product: Product, path: str, seconds: float) -> Answer:
    """A read, repeated until it is answered with 200."""
    deadline = time.monotonic() + seconds
    said: object = ""
    while time.monotonic() < deadline:
        try:
            answer = product.ask("GET", path)
        except (OSError, http.client.HTTPException) as error:
            said = repr(error)
        else:
            if answer.status == 200:
                return answer
            said = answer.status, answer.body[:300]
        time.sleep(0.1)
    raise Unreadable(f"{path}: no 200 within {seconds:.0f} s, but {said}")


def _lines(answer: Answer) -> Iterator[dict[str, Any]]:
    return (msgspec.json.decode(line) for line in answer.body.splitlines())
