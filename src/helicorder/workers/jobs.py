"""What goes between the server and a worker."""

from collections.abc import Callable
from typing import Any

import msgspec

from helicorder.errors import Problem

Job = tuple[Callable[..., Any], tuple[Any, ...]]


class Outcome(msgspec.Struct, frozen=True):
    """What became of a job: its value, or the problem that it raised, or the name of the error that it failed with."""

    value: Any = None
    problem: Problem | None = None
    failure: str = ""
