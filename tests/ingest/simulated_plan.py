"""What happens in a run: steps drawn from its seed, each with a seed of its own. And what the run came to."""

import dataclasses
import random
from collections import Counter
from typing import NamedTuple


class Step(NamedTuple):
    """Something that callers, the store, the disk or the operator do; then a pause."""

    action: str
    seed: int


@dataclasses.dataclass
class Result:
    """What a run came to."""

    seed: int
    broken: str = ""
    steps: int = 0
    acknowledged: int = 0
    answers: Counter[str] = dataclasses.field(default_factory=Counter)
    faults: Counter[str] = dataclasses.field(default_factory=Counter)
    trace: list[str] = dataclasses.field(default_factory=list)


# How often each action is drawn. Of the faults each run leaves some out, so that the others meet undisturbed.
ACTIONS = {"commit": 30, "offer": 8, "read": 16, "ask": 3, "wait": 5}
FAULTS = {
    "pin_reader": 4, "store_goes_down": 3, "store_fails": 3, "fill_disk": 4, "fill_disk_soon": 4, "io_error": 1,
    "jump": 3, "restart": 3, "kill": 3, "power_cut": 3, "leave": 3,
}  # fmt: skip
CURES = {"store_goes_down": "store_recovers", "store_fails": "store_recovers", "fill_disk": "free_disk",
         "fill_disk_soon": "free_disk"}  # fmt: skip


def plan(seed: int, count: int) -> list[Step]:
    """The steps of a seed."""
    draw = random.Random(seed)  # noqa: S311 -- reproducible, not secret
    weights = dict(ACTIONS)
    for fault, weight in FAULTS.items():
        if draw.random() < 0.6:
            weights[fault] = weight
            if cure := CURES.get(fault):
                weights[cure] = 2 * weight
    actions = draw.choices(list(weights), list(weights.values()), k=count)
    return [Step(action, draw.getrandbits(32)) for action in actions]
