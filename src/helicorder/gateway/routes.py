"""Which paths are the gateway's, and which upstream each one means.

    /v1/gateway/oai/PATH          the OpenAI upstream, PATH kept
    /v1/gateway/anthropic/PATH    the Anthropic upstream
    /v1/gateway/google/PATH       the Gemini upstream
    /v1/gateway/PATH              the upstream that Helicone-Target-Url names
    /v1/chat/completions, ...     what the SDKs call on a bare base URL: the upstream follows from the path

The first four also stand under /jawn, as Helicone once documented them.
"""

import re

import msgspec

OPENAI = "oai"
ANTHROPIC = "anthropic"
GOOGLE = "google"

_PREFIX = "/v1/gateway/"
_ALIAS = "/jawn"
_AZURE_STYLE = "/openai/"
_GEMINI_STYLE = "/v1beta/"
_SDK_PATHS = {
    "/v1/chat/completions": OPENAI,
    "/v1/completions": OPENAI,
    "/v1/responses": OPENAI,
    "/v1/embeddings": OPENAI,
    "/v1/models": OPENAI,
    "/v1/messages": ANTHROPIC,
}
# Some clients leave the version to the base URL (litellm's default).
_WITHOUT_VERSION = "/chat/completions"
# google-genai says /v1/models or /v1beta/models; the verb tells it from OpenAI's, whose model names may hold colons.
_GEMINI_VERB = re.compile(
    r":(?:generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents|predict)$"
)


class Route(msgspec.Struct, frozen=True):
    """Where a path leads.

    Attributes:
        target: which configured upstream; None when only the caller can say.
        path: what to ask the configured upstream for, query excluded.
        named_path: what to ask an upstream for that the caller names.
        bare: one of the SDKs' own paths, where a Helicone key alone means the AI gateway.
    """

    target: str | None
    path: str
    named_path: str
    bare: bool = False


def route_of(path: str) -> Route | None:
    """The route of a path; None where the gateway does not live."""
    path = path.removeprefix(_ALIAS) if path.startswith(_ALIAS + _PREFIX) else path
    if path.startswith(_PREFIX):
        return _gateway_route(path[len(_PREFIX) - 1 :])
    return _sdk_route(path)


def _gateway_route(rest: str) -> Route:
    provider, slash, tail = rest[1:].partition("/")
    if slash and provider in (OPENAI, ANTHROPIC, GOOGLE):
        return Route(provider, "/" + tail, "/" + tail)
    return Route(None, rest, rest)


def _sdk_route(path: str) -> Route | None:
    if path.startswith("/v1/models/") and _GEMINI_VERB.search(path):
        return Route(GOOGLE, path, path, bare=True)
    if path.startswith(_GEMINI_STYLE):
        return Route(GOOGLE, path, path, bare=True)
    if path.startswith(_AZURE_STYLE):
        return Route(OPENAI, path[len(_AZURE_STYLE) - 1 :], path, bare=True)
    if path == _WITHOUT_VERSION:
        return Route(OPENAI, "/v1" + path, path, bare=True)
    target = _SDK_PATHS.get(path) or _target_of_subpath(path)
    return None if target is None else Route(target, path, path, bare=True)


def _target_of_subpath(path: str) -> str | None:
    for sdk_path, target in _SDK_PATHS.items():
        if path.startswith(sdk_path) and path[len(sdk_path)] == "/":
            return target
    return None


def joined(base_path: str, path: str) -> str:
    """base_path, then path; where the one ends with what the other begins with, that stands once.

    ``/v1`` and ``/v1/chat/completions`` make ``/v1/chat/completions``; ``/openai`` and ``/v1/models`` make
    ``/openai/v1/models``. Clients write the version into the base, into the path, or into both.
    """
    base_path = base_path.rstrip("/")
    start = base_path.find("/")
    while start != -1:
        overlap = base_path[start:]
        if path == overlap or path.startswith(overlap + "/"):
            return base_path[:start] + path
        start = base_path.find("/", start + 1)
    return base_path + path
