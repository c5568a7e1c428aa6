"""What a writer asks for: scores, batches, logged calls and properties, each with the effects that it must have."""

import random
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import msgspec

Kind = Literal["score", "call", "property"]
Value = float | bool | str

NAMES_PER_REQUEST = 20
OVERWRITES = 0.15
RECENT_CELLS = 400


class Cell(NamedTuple):
    """A place that holds one value at a time: a score of a request, a property of it, or its call."""

    kind: Kind
    request_id: str
    name: str


class Effect(NamedTuple):
    """A value that an operation puts into a cell."""

    cell: Cell
    value: Value


class Operation(msgspec.Struct, frozen=True):
    """One HTTP request that writes, under a key that makes every repetition the same write."""

    method: str
    path: str
    body: Any
    key: str
    effects: tuple[Effect, ...]


class Author:
    """Draws what one writer writes. Writers share no cells, so the order of the values of a cell is the writer's."""

    def __init__(self, name: str, seed: str) -> None:
        self._name = name
        self._draw = random.Random(seed)
        self._written = 0
        self._operations = 0
        self._cells: list[Cell] = []
        self._calls: list[str] = []

    def operations(self) -> Iterator[Operation]:
        """Operations without end."""
        while True:
            yield self._next()

    def _next(self) -> Operation:
        self._operations += 1
        kind = self._draw.random()
        if kind < OVERWRITES and self._cells:
            return self._score([self._draw.choice(self._cells[-RECENT_CELLS:])])
        if kind < OVERWRITES + 0.05:
            return self._batch([self._fresh() for _ in range(self._draw.randint(2, 12))])
        if kind < OVERWRITES + 0.10:
            return self._log()
        if kind < OVERWRITES + 0.13:
            return self._calls_batch()
        if kind < OVERWRITES + 0.16 and self._calls:
            return self._property(self._draw.choice(self._calls[-20:]))
        return self._score([self._fresh()])

    def _operation(self, method: str, path: str, body: Any, effects: list[Effect]) -> Operation:
        return Operation(method, path, body, f"{self._name}-{self._operations}", tuple(effects))

    def _request_id(self) -> str:
        return f"{self._name}-r{self._written // NAMES_PER_REQUEST}"

    def _fresh(self) -> Cell:
        cell = Cell("score", self._request_id(), f"n{self._written % NAMES_PER_REQUEST}")
        self._written += 1
        self._cells.append(cell)
        return cell

    def _value(self) -> float | bool:
        return self._draw.random() < 0.5 if self._draw.random() < 0.25 else self._draw.uniform(-1000, 1000)

    def _score(self, cells: list[Cell]) -> Operation:
        """Scores of one request."""
        effects = [Effect(cell, self._value()) for cell in cells]
        body = {"scores": {effect.cell.name: effect.value for effect in effects}}
        return self._operation("POST", f"/v1/request/{cells[0].request_id}/score", body, effects)

    def _batch(self, cells: list[Cell]) -> Operation:
        effects = [Effect(cell, self._value()) for cell in cells]
        items = [
            {"request_id": effect.cell.request_id, "name": effect.cell.name, "value": effect.value}
            for effect in effects
        ]
        return self._operation("POST", "/v1/scores/batch", {"scores": items}, effects)

    def _called(self, number: int = 0) -> Effect:
        """A call with an id of its own, or the one that the current scores speak of, if it has none yet."""
        request_id = self._request_id()
        if request_id in self._calls:
            request_id = f"{self._name}-c{self._operations}-{number}"
        self._calls.append(request_id)
        return Effect(Cell("call", request_id, ""), f"text of {request_id} {self._draw.random()}")

    def _log(self) -> Operation:
        effect = self._called()
        moment = {"seconds": 1_790_000_000 + self._operations, "milliseconds": 0}
        body = {
            "providerRequest": {
                "url": "custom-model-nopath",
                "json": {"model": "m", "text": effect.value},
                "meta": {"Helicone-Request-Id": effect.cell.request_id},
            },
            "providerResponse": {"json": {"ok": True}, "status": 200, "headers": {}},
            "timing": {"startTime": moment, "endTime": moment},
        }
        return self._operation("POST", "/custom/v1/log", body, [effect])

    def _calls_batch(self) -> Operation:
        effects = [self._called(number) for number in range(self._draw.randint(2, 5))]
        items = [
            {
                "request_id": effect.cell.request_id,
                "created_at": f"2026-11-23T10:00:{self._operations % 60:02}Z",
                "request_body": msgspec.json.encode({"text": effect.value}).decode(),
            }
            for effect in effects
        ]
        return self._operation("POST", "/v1/calls/batch", {"calls": items}, effects)

    def _property(self, request_id: str) -> Operation:
        effect = Effect(Cell("property", request_id, "stage"), f"stage {self._operations}")
        body = {"key": effect.cell.name, "value": effect.value}
        return self._operation("PUT", f"/v1/request/{request_id}/property", body, [effect])
