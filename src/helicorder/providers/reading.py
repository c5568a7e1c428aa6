"""What one exchange says: model, usage, and the texts to keep, from the captured bytes. Pure; never raises."""

import re
from typing import Any
from urllib.parse import unquote

import msgspec

from helicorder.model.call import Usage
from helicorder.providers.encoding import decoded
from helicorder.providers.streams import Stream, array_stream_of, looks_like_sse, merged, stream_of
from helicorder.providers.text import dumps, loads, sanitize, text_of
from helicorder.providers.usage import usage_of

_MAX_MODEL_LENGTH = 255
_PATH_MODEL = re.compile(r"/(?:models|tunedModels|deployments|model)/([^/?:#]+(?::\d+)?)")
_FORM_MODEL = re.compile(rb'name="model"\r?\n\r?\n([^\r\n]+)')
_STREAM_PATHS = (":streamGenerateContent", ":streamRawPredict", "/converse-stream", "/invoke-with-response-stream")


class Reading(msgspec.Struct, frozen=True):
    """What the bytes of one exchange say.

    Attributes:
        usage: None where the provider did not say.
        streamed: the answer was a stream; complete: it showed its end (a plain answer: it parsed, or is no JSON).
        request_text, response_text: what to store: a plain body as sent, a stream merged into the plain answer's shape,
            a stream of unknown dialect as sent; None = not text, or not decodable.
        error: the answer speaks of an error, whatever its status.
        note: why response_text is missing or cut, for people; "" otherwise.
    """

    request_model: str | None = None
    response_model: str | None = None
    usage: Usage = Usage()
    streamed: bool = False
    complete: bool = False
    request_text: str | None = None
    response_text: str | None = None
    error: bool = False
    note: str = ""


class _RequestHead(msgspec.Struct):
    """The two fields of a request that matter here; skipping the rest unparsed is ten times faster."""

    model: Any = None
    stream: Any = None


class _AnswerHead(msgspec.Struct):
    """The fields of a plain answer that matter here."""

    model: Any = None
    modelVersion: Any = None  # noqa: N815 -- the wire's name
    usage: Any = None
    usageMetadata: Any = None  # noqa: N815 -- the wire's name
    x_groq: Any = None
    prompt_token_count: Any = None
    generation_token_count: Any = None
    name: Any = None
    type: Any = None
    status: Any = None
    error: Any = None


_request_head = msgspec.json.Decoder(_RequestHead)
_answer_head = msgspec.json.Decoder(_AnswerHead)


def read(
    provider: str,
    path: str,
    request_body: bytes,
    response_body: bytes,
    *,
    content_type: str,
    content_encoding: str = "",
    truncated: bool = False,
) -> Reading:
    """What an exchange says. Never raises, whatever the bytes are.

    Args:
        provider: Helicone's upper-case name, as `urls.provider_of` gives it.
        path: of the request; Gemini, Azure and Bedrock name the model there.
        request_body: as captured.
        response_body: as captured, still in its content coding.
        content_type: of the response.
        content_encoding: of the response.
        truncated: the copy was cut at the capture limit, so it cannot be complete.
    """
    body, note = decoded(response_body, content_encoding)
    answer, streamed, complete, text = _answer(body, content_type.lower())
    return Reading(
        request_model=request_model(path, request_body),
        response_model=_model(answer.get("model")) or _model(answer.get("modelVersion")),
        usage=usage_of(answer, provider),
        streamed=streamed,
        complete=complete and not truncated and not note,
        request_text=text_of(request_body),
        response_text=text if body or not note else None,
        error=bool(answer.get("error")) or answer.get("type") == "error" or answer.get("status") == "failed",
        note=note,
    )


def request_model(path: str, body: bytes) -> str | None:
    """The model a request names: in its JSON or form body, else in its path (Gemini, Azure deployments, Bedrock)."""
    if body.startswith(b"--"):
        form = _FORM_MODEL.search(body)
        named = _model(form[1].decode(errors="replace")) if form else None
    else:
        named = _model(_head(_request_head, body).get("model"))
    in_path = _PATH_MODEL.search(path)
    return named or (_model(unquote(in_path[1], errors="replace")) if in_path else None)


def wants_stream(path: str, body: bytes) -> bool:
    """Whether a request asks for a streamed answer."""
    return any(mark in path for mark in _STREAM_PATHS) or _head(_request_head, body).get("stream") is True


def _answer(body: bytes, content_type: str) -> tuple[dict[str, Any], bool, bool, str | None]:
    """(answer, streamed, complete, text to store) of a decoded body, told apart by how it starts."""
    start = body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if looks_like_sse(start) or ("event-stream" in content_type and not start.startswith((b"{", b"["))):
        return _merged_answer(body, stream_of(body))
    if start.startswith(b"[") and (b'"candidates"' in body or b'"error"' in start):
        return _merged_answer(body, array_stream_of(body))
    if start.startswith(b"{"):
        if answer := _head(_answer_head, body):
            return answer, False, True, text_of(body)
        if len((lines := stream_of(body)).chunks) > 1:
            return _merged_answer(body, lines)
    is_json = "json" in content_type or (not content_type and bool(body))
    return {}, False, not is_json or loads(body) is not None, text_of(body, content_type)


def _merged_answer(body: bytes, stream: Stream) -> tuple[dict[str, Any], bool, bool, str | None]:
    try:
        whole = merged(stream)
        text = dumps(whole.answer) if whole.known else text_of(body)
    except RecursionError:
        return {}, True, stream.done, text_of(body)
    return whole.answer, True, whole.complete, text


def _head(decoder: msgspec.json.Decoder[Any], body: bytes) -> dict[str, Any]:
    """The decoder's fields of a JSON object; of one it refuses, what a lenient reading finds; {} of anything else."""
    try:
        return msgspec.structs.asdict(decoder.decode(body))
    except RecursionError:
        return {}
    except (msgspec.MsgspecError, UnicodeDecodeError):
        value = loads(body)
        return value if isinstance(value, dict) else {}


def _model(value: Any) -> str | None:
    """The name of a model, without Gemini's ``models/``; None where it is no name."""
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_MODEL_LENGTH:
        return None
    return sanitize(value.removeprefix("models/")) or None
