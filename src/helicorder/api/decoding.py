"""Bodies, read strictly: what is malformed is 400, what is wrong is 422, nothing is coerced."""

import asyncio
import functools
import json
import re
from typing import Any, NoReturn

import msgspec
from litestar import Request
from litestar.datastructures import State

from helicorder.errors import Invalid, MalformedBody
from helicorder.model.principal import Principal


@functools.cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def decode(body: bytes | msgspec.Raw, kind: Any) -> Any:
    """The JSON text as a value of the msgspec type ``kind``.

    Raises:
        MalformedBody: not JSON.
        Invalid: JSON of another shape, nested too deeply, or with a number that JSON has no word for (NaN, 1e400).
    """
    try:
        return _decoder(kind).decode(body)
    except msgspec.ValidationError as error:
        raise Invalid(str(error)) from error
    except RecursionError as error:
        raise Invalid("The body is nested too deeply.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        _refuse_unreadable(bytes(body), error)


_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def mended(body: bytes) -> bytes:
    """The JSON text with each lone surrogate replaced by U+FFFD: clients cut emoji in half; that must not lose a log.

    What cannot be mended comes back unchanged, for `decode` to refuse.
    """
    try:
        text = json.dumps(json.loads(body.decode()), ensure_ascii=False)
    except (ValueError, RecursionError):
        return body
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text).encode()


def _refuse_unreadable(body: bytes, error: Exception) -> NoReturn:
    # Python's own reader takes NaN and Infinity: a body that only fails for those is a wrong value, not broken JSON.
    try:
        json.loads(body.decode())
    except RecursionError:
        raise Invalid("The body is nested too deeply.") from error
    except ValueError:
        raise MalformedBody(f"The body is not valid JSON: {error}") from error
    raise Invalid("The body holds NaN, Infinity or text that is not Unicode; numbers must be finite.") from error


class StrictRequest(Request[Principal, str, State]):
    """A request whose ``data`` is decoded by `decode`, not by Litestar's lax conversion ("92" is not a number)."""

    async def json(self) -> Any:
        """The body as a value of the handler's ``data`` type."""
        handler: Any = self.route_handler
        body = await self.body()
        if handler.opt.get("mend_text") and _SURROGATE_ESCAPE.search(body):
            body = await asyncio.to_thread(mended, body)
        return decode(body, handler.parsed_data_field.annotation)
