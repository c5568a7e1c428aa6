"""The bodies of one exchange, read here or in a worker: with no more of the exchange than reading them takes."""

import msgspec

from helicorder.model.call import Digest
from helicorder.providers.conversation.digest import digest
from helicorder.providers.encoding import decoded
from helicorder.providers.reading import Reading, read
from helicorder.providers.text import text_of


class Exchanged(msgspec.Struct, frozen=True, kw_only=True):
    """What `reading.read` takes, and which of the two texts the caller wants not to be kept."""

    provider: str
    path: str
    request_body: bytes
    answer: bytes
    limit: int
    content_type: str
    content_encoding: str
    truncated: bool
    omit_request: bool
    omit_response: bool


def read_exchanged(exchanged: Exchanged) -> Reading:
    """What the bodies say. Never raises."""
    found = read(
        exchanged.provider,
        exchanged.path,
        exchanged.request_body,
        exchanged.answer,
        content_type=exchanged.content_type,
        content_encoding=exchanged.content_encoding,
        truncated=exchanged.truncated,
        kept_bytes=exchanged.limit,
    )
    return _kept(exchanged, found, found.request_text, found.response_text)


def read_with_digest(exchanged: Exchanged) -> tuple[Reading, Digest]:
    """What the bodies say, and the digest of what is kept of them."""
    found = read_exchanged(exchanged)
    return found, digest(found.request_text, found.response_text, exchanged.path)


def read_texts_alone(exchanged: Exchanged) -> tuple[Reading, Digest]:
    """The texts of bodies that cannot be read further: what they say is unknown."""
    body = decoded(exchanged.answer, exchanged.content_encoding).body
    unread = Reading(too_complex=True)
    texts = text_of(exchanged.request_body[: exchanged.limit]), text_of(body, exchanged.content_type)
    return _kept(exchanged, unread, *texts), Digest()


def _kept(exchanged: Exchanged, found: Reading, request_text: str | None, response_text: str | None) -> Reading:
    return msgspec.structs.replace(
        found,
        request_text=None if exchanged.omit_request else request_text,
        response_text=None if exchanged.omit_response else response_text,
    )
