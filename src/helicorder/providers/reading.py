"""What one exchange says: model, usage, and the texts to keep, from the captured bytes. Pure; never raises."""

import re
from typing import Any
from urllib.parse import unquote

import msgspec

from helicorder.model.call import Usage
from helicorder.providers.encoding import decoded
from helicorder.providers.streams import Stream, array_stream_of, looks_like_sse, merged, stream_of
from helicorder.providers.text import dumps, is_too_complex, loads, sanitize, text_of
from helicorder.providers.usage import usage_of

_MAX_MODEL_LENGTH = 255
_MAX_FIELD_BYTES = 256 * 1024
"""A longer usage, error or name is none that a provider sends, and is not read."""
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
        user: what the request names as its user, as OpenAI's field does; "" where it names none.
        error: the answer speaks of an error, whatever its status.
        too_complex: a body holds too many values to be read whole, so that some of this may be unknown.
        note: why response_text is missing or cut, for people; "" otherwise.
    """

    request_model: str | None = None
    response_model: str | None = None
    usage: Usage = Usage()
    streamed: bool = False
    complete: bool = False
    request_text: str | None = None
    response_text: str | None = None
    user: str = ""
    error: bool = False
    too_complex: bool = False
    note: str = ""


class _RequestHead(msgspec.Struct):
    """The fields of a request that matter here. The rest is skipped, and of it nothing is built."""

    model: msgspec.Raw = msgspec.Raw()
    stream: msgspec.Raw = msgspec.Raw()
    user: msgspec.Raw = msgspec.Raw()


class _AnswerHead(msgspec.Struct):
    """The fields of a plain answer that matter here."""

    model: msgspec.Raw = msgspec.Raw()
    modelVersion: msgspec.Raw = msgspec.Raw()  # noqa: N815 -- the wire's name
    usage: msgspec.Raw = msgspec.Raw()
    usageMetadata: msgspec.Raw = msgspec.Raw()  # noqa: N815 -- the wire's name
    x_groq: msgspec.Raw = msgspec.Raw()
    prompt_token_count: msgspec.Raw = msgspec.Raw()
    generation_token_count: msgspec.Raw = msgspec.Raw()
    name: msgspec.Raw = msgspec.Raw()
    type: msgspec.Raw = msgspec.Raw()
    status: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()


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
    kept_bytes: int | None = None,
) -> Reading:
    """What an exchange says. Never raises, whatever the bytes are.

    Args:
        provider: Helicone's upper-case name, as `urls.provider_of` gives it.
        path: of the request; Gemini, Azure and Bedrock name the model there.
        request_body: whole.
        response_body: as captured, still in its content coding.
        content_type: of the response.
        content_encoding: of the response.
        truncated: the copy was cut at the capture limit, so it cannot be complete.
        kept_bytes: how much of the request becomes its text; None: all of it.
    """
    asked = _request_head_of(request_body)
    body, note = decoded(response_body, content_encoding)
    answer, streamed, complete, text = _answer(body, content_type.lower())
    return Reading(
        request_model=_model_asked(path, request_body, asked),
        response_model=_model(answer.get("model")) or _model(answer.get("modelVersion")),
        usage=usage_of(answer, provider),
        streamed=streamed,
        complete=complete and not truncated and not note,
        request_text=text_of(request_body[:kept_bytes]),
        response_text=text if body or not note else None,
        user=user if isinstance(user := asked.get("user"), str) else "",
        error=bool(answer.get("error")) or answer.get("type") == "error" or answer.get("status") == "failed",
        too_complex=is_too_complex(request_body) or is_too_complex(body),
        note=note,
    )


def request_model(path: str, body: bytes) -> str | None:
    """The model a request names: in its JSON or form body, else in its path (Gemini, Azure deployments, Bedrock)."""
    return _model_asked(path, body, _request_head_of(body))


def _request_head_of(body: bytes) -> dict[str, Any]:
    return {} if body.startswith(b"--") else _head(_request_head, body) or {}


def _model_asked(path: str, body: bytes, asked: dict[str, Any]) -> str | None:
    form = _FORM_MODEL.search(body) if body.startswith(b"--") else None
    named = _model(form[1].decode(errors="replace") if form else asked.get("model"))
    in_path = _PATH_MODEL.search(path)
    return named or (_model(unquote(in_path[1], errors="replace")) if in_path else None)


def wants_stream(path: str, body: bytes) -> bool:
    """Whether a request asks for a streamed answer."""
    return any(mark in path for mark in _STREAM_PATHS) or _request_head_of(body).get("stream") is True


def _answer(body: bytes, content_type: str) -> tuple[dict[str, Any], bool, bool, str | None]:
    """(answer, streamed, complete, text to store) of a decoded body, told apart by how it starts."""
    start = body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if looks_like_sse(start) or ("event-stream" in content_type and not start.startswith((b"{", b"["))):
        return _merged_answer(body, stream_of(body))
    if start.startswith(b"[") and (b'"candidates"' in body or b'"error"' in start):
        return _merged_answer(body, array_stream_of(body))
    if start.startswith(b"{"):
        if (answer := _head(_answer_head, body)) is not None:
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


def _head(decoder: msgspec.json.Decoder[Any], body: bytes) -> dict[str, Any] | None:
    """The decoder's fields of a JSON object; of one it refuses, what a lenient reading finds; None of anything else."""
    try:
        fields = msgspec.structs.asdict(decoder.decode(body))
    except RecursionError:
        return None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        value = loads(body)
        return value if isinstance(value, dict) else None
    return {name: loads(bytes(raw)) for name, raw in fields.items() if 0 < memoryview(raw).nbytes <= _MAX_FIELD_BYTES}


def _model(value: Any) -> str | None:
    """The name of a model, without Gemini's ``models/``; None where it is no name."""
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_MODEL_LENGTH:
        return None
    return sanitize(value.removeprefix("models/")) or None
