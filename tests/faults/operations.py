"""What a writer asks for: scores, batches, logged calls and properties, each with the effects that it must have."""

import random
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

import msgspec

Kind = Literal["score", "call", "property", "definition"]
Value = float | bool | str

NAMES_PER_REQUEST = 20
# Overwrites of an earlier name, batches of scores, logged calls, batches of calls, properties, definitions, new scores.
WEIGHTS = (15, 5, 5, 3, 3, 2, 67)
RECENT_CELLS = 400


class Cell(NamedTuple):
    """A place that holds one value at a time: a score of a request, a property of it, its call, or a definition.

    A definition, which is configuration, is no request's: all of a writer's have one id.
    """

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
        kinds: list[Callable[[], Operation]] = [
            self._again if self._cells else self._fresh_score,
            self._batch,
            self._log,
            self._calls_batch,
            self._property if self._calls else self._fresh_score,
            self._definition,
            self._fresh_score,
        ]
        return self._draw.choices(kinds, WEIGHTS)[0]()

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

    def _fresh_score(self) -> Operation:
        return self._score(self._fresh())

    def _again(self) -> Operation:
        return self._score(self._draw.choice(self._cells[-RECENT_CELLS:]))

    def _score(self, cell: Cell) -> Operation:
        effect = Effect(cell, self._value())
        body = {"scores": {cell.name: effect.value}}
        return self._operation("POST", f"/v1/request/{cell.request_id}/score", body, [effect])

    def _batch(self) -> Operation:
        effects = [Effect(self._fresh(), self._value()) for _ in range(self._draw.randint(2, 12))]
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

    def _property(self) -> Operation:
        request_id = self._draw.choice(self._calls[-20:])
        effect = Effect(Cell("property", request_id, "stage"), f"stage {self._operations}")
        body = {"key": effect.cell.name, "value": effect.value}
        return self._operation("PUT", f"/v1/request/{request_id}/property", body, [effect])

    def _definition(self) -> Operation:
        """What a score means: a row of the control store, with a description of its own each time."""
        cell = Cell("definition", f"{self._name}-definitions", f"{self._name}-d{self._draw.randint(0, 9)}")
        effect = Effect(cell, f"meaning {self._operations}")
        body = {"kind": "numeric", "description": effect.value}
        return self._operation("PUT", f"/v1/scores/definitions/{cell.name}", body, [effect])
