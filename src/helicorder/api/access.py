"""Who may call what: deny by default.

Every route states the scope it needs as ``opt={"scope": ...}``, that any credential will do as ``opt={"anybody":
True}``, or that it is public as ``opt={"public": True}``; a route that states none is refused. The tenant comes from
the credential alone: an API key in a header, or else the session of a browser that signed in.
"""

import datetime as dt
from typing import Any

from litestar import Request

from helicorder.api.browser import refuse_other_pages, require_own_page, session_secret
from helicorder.errors import Forbidden, Unauthenticated, UnsupportedMediaType
from helicorder.model.principal import Authenticator, Credential, Principal, Scope

READ: dict[str, Any] = {"scope": Scope.READ}
WRITE: dict[str, Any] = {"scope": Scope.WRITE}
ADMIN: dict[str, Any] = {"scope": Scope.ADMIN}
ANYBODY: dict[str, Any] = {"anybody": True}
PUBLIC: dict[str, Any] = {"public": True}

KEY_PREFIX = "sk-helicone-"
_METHODS_THAT_READ = frozenset({"GET", "HEAD"})
_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


async def admit(request: Request[Any, Any, Any]) -> None:
    """Admit a caller to a route before its body is read, leaving the Principal in ``request.scope["user"]``.

    Run as ``before_request`` rather than as a guard, for which Litestar copies the handler on every request.

    Raises:
        Unauthenticated: no key or session, or an unknown one.
        Forbidden: it lacks the route's scope, or a page of another site is asking.
        UnsupportedMediaType: a body that does not say it is JSON (which also keeps cross-site forms out).
    """
    stated, method = request.route_handler.opt, request.scope["method"]
    if method == "OPTIONS":
        return
    if not stated.get("public"):
        principal = await admitted(request)
        _require_scope(principal, stated)
        request.scope["user"] = principal
    elif method not in _METHODS_THAT_READ:
        refuse_other_pages(request.headers, request.app.state.public_url)
    if method in _METHODS_WITH_BODY:
        _require_json(request)


async def admitted(request: Request[Any, Any, Any]) -> Principal:
    """The principal behind the request's credential."""
    authenticator: Authenticator = request.app.state.authenticator
    headers = request.headers
    secret, kind = credential(headers.get("helicone-auth"), headers.get("authorization")), Credential.KEY
    if secret is None:
        secret, kind = session_secret(headers), Credential.SESSION
    if secret is None:
        raise Unauthenticated
    if kind is Credential.SESSION and request.scope["method"] not in _METHODS_THAT_READ:
        require_own_page(headers, request.app.state.public_url)
    principal = authenticator.cached(secret, kind) or await authenticator.principal(secret, kind)
    if principal is None:
        raise Unauthenticated(_UNKNOWN[kind])
    if principal.expires_at is not None and principal.expires_at <= dt.datetime.now(dt.UTC):
        raise Unauthenticated(_UNKNOWN[kind])
    return principal


_UNKNOWN = {
    Credential.KEY: "This API key is not known, or it was revoked.",
    Credential.SESSION: "This session has ended: sign in again.",
}


def _require_scope(principal: Principal, stated: dict[str, Any]) -> None:
    scope: Scope | None = stated.get("scope")
    if stated.get("anybody") or (scope is not None and principal.may(scope)):
        return
    whose = "session" if principal.session_id else "API key"
    raise Forbidden(f"This {whose} does not have the scope {scope or 'none'!s}.")


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
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return  # there is no body to misread: some of Helicone's questions have none
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedMediaType


def principal_of(scope: Any) -> Principal:
    """The Principal that `admit` let in, as a handler's dependency."""
    principal: Principal = scope["user"]
    return principal
