"""Bodies, read strictly: what is malformed is 400, what is wrong is 422, nothing is coerced."""

import functools
import json
import re
from typing import Any, NoReturn

import msgspec

from helicorder.errors import Invalid, MalformedBody, TooComplex
from helicorder.providers.text import is_too_complex


@functools.cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def decode(body: bytes | msgspec.Raw, kind: Any, *, most_values: int | None = None) -> Any:
    """The JSON text as a value of the msgspec type ``kind``.

    Raises:
        MalformedBody: not JSON.
        TooComplex: it holds more than ``most_values`` values, if that is given.
        Invalid: JSON of another shape, nested too deeply, or with a number that JSON has no word for (NaN, 1e400).
    """
    if most_values is not None and is_too_complex(bytes(body), most_values):
        raise TooComplex(f"The body holds more than {most_values} values.")
    try:
        return _decoder(kind).decode(body)
    except msgspec.ValidationError as error:
        raise Invalid(str(error)) from error
    except RecursionError as error:
        raise Invalid("The body is nested too deeply.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        _refuse_unreadable(bytes(body), error)


_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
# An escape in JSON text: the two halves of a pair, one half alone (which is group 1), or any other.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


def mended(body: bytes) -> bytes:
    """The JSON text with U+FFFD for each lone surrogate: clients cut emoji in half, and that must not lose a log."""
    if not _SURROGATE_ESCAPE.search(body):
        return body
    return _ESCAPE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], body)


def _refuse_unreadable(body: bytes, error: Exception) -> NoReturn:
    # Python's own reader takes NaN and Infinity: a body that only fails for those is a wrong value, not broken JSON.
    try:
        json.loads(body.decode())
    except RecursionError:
        raise Invalid("The body is nested too deeply.") from error
    except ValueError:
        raise MalformedBody(f"The body is not valid JSON: {error}") from error
    raise Invalid("The body holds NaN, Infinity or text that is not Unicode; numbers must be finite.") from error
