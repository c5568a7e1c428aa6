"""Helicone-* headers that describe a call, read once, from HTTP or from the ``meta`` of a logged call."""

from collections.abc import Mapping

import msgspec

from helicorder.errors import BadHeader, Invalid
from helicorder.model.ids import checked_request_id
from helicorder.model.score import MAX_PROPERTY_VALUE_LENGTH, checked_name

PROPERTY_PREFIX = "helicone-property-"
MAX_PROPERTIES = 100
# Helicone keeps these three among the properties, under exactly these names; filters and sessions rely on it.
SESSION_PROPERTIES = {
    "helicone-session-id": "Helicone-Session-Id",
    "helicone-session-name": "Helicone-Session-Name",
    "helicone-session-path": "Helicone-Session-Path",
}


class Annotations(msgspec.Struct, frozen=True):
    """What the caller says about a call. Empty text where nothing was said.

    Attributes:
        request_id: the client's own id, or None.
        properties: names lower-cased as on Helicone's server, plus the Helicone-Session-* ones.
        omit_request, omit_response: do not keep that body.
    """

    request_id: str | None = None
    user_id: str = ""
    session_id: str = ""
    session_name: str = ""
    session_path: str = ""
    properties: dict[str, str] = {}
    model_override: str | None = None
    prompt_id: str = ""
    prompt_version: str = ""
    omit_request: bool = False
    omit_response: bool = False


def read_annotations(headers: Mapping[str, str]) -> Annotations:
    """The annotations in headers, whose names are lower-cased already.

    Raises:
        BadHeader: a value that cannot be kept, named by its header.
    """
    return Annotations(
        request_id=_request_id(headers.get("helicone-request-id")),
        user_id=_value("helicone-user-id", headers.get("helicone-user-id", "")),
        session_id=headers.get("helicone-session-id", ""),
        session_name=headers.get("helicone-session-name", ""),
        session_path=headers.get("helicone-session-path", ""),
        properties=_properties(headers),
        model_override=headers.get("helicone-model-override") or None,
        prompt_id=headers.get("helicone-prompt-id", ""),
        prompt_version=headers.get("helicone-prompt-version", ""),
        omit_request=headers.get("helicone-omit-request", "").lower() == "true",
        omit_response=headers.get("helicone-omit-response", "").lower() == "true",
    )


def _request_id(value: str | None) -> str | None:
    if not value:
        return None
    try:
        return checked_request_id(value)
    except Invalid as error:
        raise BadHeader(f"Helicone-Request-Id: {error.message}") from error


def _properties(headers: Mapping[str, str]) -> dict[str, str]:
    properties = {}
    for header, value in headers.items():
        if header.startswith(PROPERTY_PREFIX):
            properties[_property_name(header)] = _value(header, value)
        elif name := SESSION_PROPERTIES.get(header):
            properties[name] = _value(header, value)
    if len(properties) > MAX_PROPERTIES:
        raise BadHeader(f"At most {MAX_PROPERTIES} properties on one call; there are {len(properties)}.")
    return properties


def _property_name(header: str) -> str:
    try:
        return checked_name(header.removeprefix(PROPERTY_PREFIX), "property name")
    except Invalid as error:
        raise BadHeader(f"{header}: {error.message}") from error


def _value(header: str, value: str) -> str:
    if len(value) > MAX_PROPERTY_VALUE_LENGTH:
        raise BadHeader(f"{header}: at most {MAX_PROPERTY_VALUE_LENGTH} characters; there are {len(value)}.")
    return value
