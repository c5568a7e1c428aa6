"""Request ids in paths.

A client may choose any id, also one that holds a slash, which it then sends as %2F. ASGI hands the path decoded, where
that slash could not be told from a separator, so the edge marks it (`mark_encoded_slashes`) and `text_of` reads it
back.
"""

from typing import Annotated, Any
from urllib.parse import unquote

from litestar.params import PathParameter, QueryParameter

from helicorder.model.ids import checked_request_id

RequestId = Annotated[
    str, PathParameter(description="Any opaque id of 1 to 255 characters; the call need not be there yet.")
]

CallTime = Annotated[
    str | None,
    QueryParameter(name="at", description="The call's created_at, where its request id was used several times."),
]

# A Unicode noncharacter: valid in text, meant for internal use, never part of an id that a client would choose.
_ENCODED_SLASH = "\ufdd0"


def mark_encoded_slashes(scope: Any) -> None:
    """Decode ``raw_path`` segment by segment into ``scope["path"]``, keeping encoded slashes apart from separators."""
    path = (scope.get("raw_path") or b"").partition(b"?")[0]
    if b"%" in path:
        scope["path"] = "/".join(_decoded(segment) for segment in path.decode("ascii", "replace").split("/"))


def _decoded(segment: str) -> str:
    # What is no UTF-8 stays as it was sent: decoded with replacement, two different ids would become one.
    try:
        text = unquote(segment, errors="strict")
    except UnicodeDecodeError:
        return segment
    return segment if _ENCODED_SLASH in text else text.replace("/", _ENCODED_SLASH)


def text_of(segment: str) -> str:
    """The text that a path segment stands for, slashes in it included."""
    return segment.replace(_ENCODED_SLASH, "/")


def request_id_of(segment: str) -> str:
    """The request id that a path segment stands for.

    Raises:
        Invalid: not an id (`checked_request_id`).
    """
    return checked_request_id(text_of(segment))
