"""What goes between the server and a worker: MessagePack that is read as declared types, and never code.

A job is the name of a function of a module, with its arguments; both sides take the types from its annotations.
"""

import functools
import importlib
import typing
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from helicorder import errors
from helicorder.errors import HelicorderError, Invalid, JobFailed, Problem, TooComplex

_RETURN = "return"


class _Job(msgspec.Struct, frozen=True):
    """A function by its names, and its encoded arguments."""

    module: str
    name: str
    arguments: msgspec.Raw


class _Outcome(msgspec.Struct, frozen=True):
    """What became of a job: its encoded value, or the name of the problem or of the other error that it raised."""

    value: msgspec.Raw = msgspec.Raw(msgspec.msgpack.encode(None))
    problem: str = ""
    message: str = ""
    failure: str = ""


def encode_job(function: Callable[..., Any], arguments: Sequence[object]) -> bytes:
    """A job as it goes to a worker."""
    encoded = msgspec.Raw(msgspec.msgpack.encode(arguments))
    return msgspec.msgpack.encode(_Job(function.__module__, function.__qualname__, encoded))


def do(encoded: bytes) -> bytes:
    """Do a job, in a worker; the outcome as it goes back."""
    try:
        job = msgspec.msgpack.decode(encoded, type=_Job)
        function = getattr(importlib.import_module(job.module), job.name)
        types = tuple(kind for name, kind in _types_of(function).items() if name != _RETURN)
        arguments = msgspec.msgpack.decode(job.arguments, type=tuple.__class_getitem__(types))
        outcome = _outcome(function(*arguments))
    except Problem as problem:
        outcome = _Outcome(problem=type(problem).__name__, message=problem.message)
    except Exception as error:  # noqa: BLE001 -- whatever it is, the server must hear of it and the worker live on
        outcome = _Outcome(failure=type(error).__name__)
    return msgspec.msgpack.encode(outcome)


def _outcome(value: object) -> _Outcome:
    try:
        return _Outcome(msgspec.Raw(msgspec.msgpack.encode(value)))
    except (UnicodeEncodeError, OverflowError) as error:
        raise Invalid("A value is not valid Unicode text, or an integer beyond 64 bits.") from error


class Outcome(msgspec.Struct, frozen=True):
    """What a function returned, or which error to raise in its place, made anew so that no frame refers to itself."""

    value: Any = None
    error: type[HelicorderError] | None = None
    message: str | None = None


def decode_outcome(function: Callable[..., Any], encoded: bytes) -> Outcome:
    """What became of a job. An error is not raised here, where its traceback would hold on to the encoded bytes."""
    outcome = msgspec.msgpack.decode(encoded, type=_Outcome)
    if outcome.problem:
        return Outcome(error=getattr(errors, outcome.problem), message=outcome.message)
    if outcome.failure == MemoryError.__name__:
        return Outcome(error=TooComplex)
    if outcome.failure:
        return Outcome(error=JobFailed, message=f"{function.__name__} failed with {outcome.failure}.")
    return Outcome(msgspec.msgpack.decode(outcome.value, type=_types_of(function)[_RETURN]))


@functools.cache
def _types_of(function: Callable[..., Any]) -> dict[str, Any]:
    return typing.get_type_hints(function)
