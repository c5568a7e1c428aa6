"""The one door through which statements reach the store, with a guard: each must keep to its tenant."""

import contextlib
import functools
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import helicorder
from helicorder.errors import TelemetryUnavailable
from helicorder.telemetry.client import Params, Telemetry
from telemetry.scopes import EXEMPT, stray_reads

PRODUCT, TESTS = Path(helicorder.__file__).parent, Path(__file__).parent.parent
VERBS = ("query", "stream", "command")
ASK = Telemetry.query

Listener = Callable[[str, Params], object]
_listeners: list[Listener] = []
_sound: set[str] = set()
_COMMENT = re.compile(r" /\*[^*]*\*/")


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Every statement that the product sends from this process is checked, whichever test sends it.

    What a test itself asks the store, to see what is there, is not.
    """
    verbs = {name: getattr(Telemetry, name) for name in VERBS}
    for name, verb in verbs.items():
        setattr(Telemetry, name, _guarded(verb))
    try:
        yield
    finally:
        for name, verb in verbs.items():
            setattr(Telemetry, name, verb)


@contextlib.contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tells somebody each statement that passes."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def _guarded(verb: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(verb)
    def send(telemetry: Telemetry, sql: str, params: Params | None = None, **more: Any) -> Any:
        sending = functools.partial(verb, telemetry, sql, params, **more)
        return _checked(telemetry, sql, params or {}, sending) if _is_of_product(sys._getframe(1)) else sending()

    return send


async def _checked(telemetry: Telemetry, sql: str, params: Params, sending: Callable[[], Any]) -> Any:
    for listener in _listeners:
        listener(sql, params)
    strays = await _strays(telemetry, sql, params)
    answer = await sending()
    assert not strays, strays
    return answer


async def _strays(telemetry: Telemetry, sql: str, params: Params) -> list[str]:
    sql = _COMMENT.sub("", sql)
    if sql in _sound or any(exemption.covers(sql) for exemption in EXEMPT.values()):
        return []
    try:
        strays = await stray_reads(functools.partial(ASK, telemetry), sql, params)
    except TelemetryUnavailable:
        return []  # nor will the store answer the statement
    if not strays:
        _sound.add(sql)
    return strays


def _is_of_product(frame: FrameType | None) -> bool:
    """Whether the product sends, also where a test stands in between, as a store that fails on purpose does."""
    while frame is not None and TESTS in Path(frame.f_code.co_filename).parents:
        frame = frame.f_back
    return frame is not None and PRODUCT in Path(frame.f_code.co_filename).parents
