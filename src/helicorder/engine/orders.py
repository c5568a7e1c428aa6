"""What the supervisor and the engine process say to each other, a JSON line each."""

import msgspec

DATABASE = "helicorder"
BACKLOG = 128


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What the supervisor wants: where, with what, and the listening socket it has passed on."""

    directory: str
    memory_mb: int
    threads: int
    user: str
    password: str
    listener: int
    supervisor_pid: int


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of the order: ready, or why not."""

    problem: str = ""
    held: bool = False
