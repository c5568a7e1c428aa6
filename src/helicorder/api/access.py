"""Who may call what: deny by default.

Every route states the scope it needs as ``opt={"scope": ...}`` or that it is public as ``opt={"public": True}``; a
route that states neither is refused. The tenant comes from the credential alone.
"""

from typing import Any

from litestar import Request

from helicorder.errors import Forbidden, Unauthenticated, UnsupportedMediaType
from helicorder.model.principal import Authenticator, Principal, Scope

READ: dict[str, Any] = {"scope": Scope.READ}
WRITE: dict[str, Any] = {"scope": Scope.WRITE}
PUBLIC: dict[str, Any] = {"public": True}

KEY_PREFIX = "sk-helicone-"
_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


async def admit(request: Request[Any, Any, Any]) -> None:
    """Admit a caller to a route before its body is read, leaving the Principal in ``request.scope["user"]``.

    Run as ``before_request`` rather than as a guard, for which Litestar copies the handler on every request.

    Raises:
        Unauthenticated: no key or an unknown one.
        Forbidden: the key lacks the route's scope.
        UnsupportedMediaType: a body that does not say it is JSON (which also keeps cross-site forms out).
    """
    stated = request.route_handler.opt
    if stated.get("public") or request.scope["method"] == "OPTIONS":
        return
    request.scope["user"] = await admitted(request, stated.get("scope"))
    if request.scope["method"] in _METHODS_WITH_BODY:
        _require_json(request)


async def admitted(request: Request[Any, Any, Any], scope: Scope | None) -> Principal:
    """The principal behind the request's credential, if it holds ``scope``."""
    secret = credential(request.headers.get("helicone-auth"), request.headers.get("authorization"))
    if secret is None:
        raise Unauthenticated
    authenticator: Authenticator = request.app.state.authenticator
    principal = authenticator.cached(secret) or await authenticator.principal(secret)
    if principal is None:
        raise Unauthenticated("This API key is not known, or it was revoked.")
    if scope is None or not principal.may(scope):
        raise Forbidden(f"This API key does not have the scope {scope or 'none'!s}.")
    return principal


def credential(*headers: str | None) -> str | None:
    """The Helicone key in the first header that holds one; the word Bearer is optional, as on Helicone's server."""
    for header in headers:
        if header is None:
            continue
        for part in header.split(","):
            word = part.strip()
            secret = word[7:].strip() if word[:7].lower() == "bearer " else word
            if secret.startswith(KEY_PREFIX):
                return secret
    return None


def _require_json(request: Request[Any, Any, Any]) -> None:
    headers = request.headers
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not media_type and "transfer-encoding" not in headers and headers.get("content-length", "0") == "0":
        return  # there is no body: some of Helicone's questions have none
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedMediaType


def principal_of(scope: Any) -> Principal:
    """The Principal that `admit` let in, as a handler's dependency."""
    principal: Principal = scope["user"]
    return principal
