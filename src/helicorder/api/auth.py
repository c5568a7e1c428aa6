"""Signing in and out with a browser, and who one is."""

import datetime as dt
from typing import Any

import msgspec
import structlog
from litestar import Response, get, post
from litestar.params import JSONBody

from helicorder import __version__
from helicorder.api.access import ANYBODY, PUBLIC
from helicorder.api.administration import Administration, FromAdministration
from helicorder.api.browser import cookie_of, no_cookie
from helicorder.api.wire import OK, Result
from helicorder.control.sessions import Session
from helicorder.errors import Forbidden, Invalid, TooManyAttempts
from helicorder.ingest.pace import Pace
from helicorder.model.principal import DEVICE_COOKIE, Principal, Role, Scope

log = structlog.get_logger()

_pace = Pace(seconds=5.0)
# Many may wait for their turn, each with the body it sent.
_SMALL_BODY_BYTES = 64 * 1024


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Either ``key``, an API key, or ``name`` and ``password`` of a member."""

    key: str | None = None
    name: str | None = None
    password: str | None = None


class PasswordChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The password as it is, and as it shall be: 12 to 256 characters."""

    current: str
    new: str


class OrganizationName(msgspec.Struct, frozen=True):
    """An organisation."""

    id: str
    name: str


class MemberName(msgspec.Struct, frozen=True):
    """A member: ``name`` is what they sign in with."""

    id: str
    name: str
    display_name: str
    role: Role


class KeyName(msgspec.Struct, frozen=True):
    """An API key; ``hint`` shows the end of its secret."""

    id: str
    name: str
    hint: str


class Me(msgspec.Struct, frozen=True):
    """Who asks: a ``member``, or the holder of a ``key``; the other is null.

    ``scopes`` are all that is allowed, what admin includes spelt out. ``author`` is the name under which this person's
    annotations are kept: the member's name, or the key's. ``expires_at`` is when the session ends; null for a key.
    """

    organization: OrganizationName
    member: MemberName | None
    key: KeyName | None
    scopes: list[Scope]
    author: str
    version: str
    expires_at: dt.datetime | None


@post(
    "/v1/auth/sign-in",
    status_code=200,
    opt=PUBLIC,
    operation_id="SignIn",
    tags=["Sign-in"],
    request_max_body_size=_SMALL_BODY_BYTES,
)
async def sign_in(data: JSONBody[SignIn], administration: FromAdministration) -> Response[Result[Me]]:
    """Begin a session, kept in the cookie ``helicorder_session``; says who signed in."""
    before = administration.session_secret
    try:
        session = await _begun(data, administration)
    except TooManyAttempts:
        if _pace.allows():
            log.warning("sign_ins_limited", address=administration.address)
        raise
    log.info("signed_in", org_id=session.principal.org_id, by=session.principal.key_id)
    if before is not None:
        await administration.doorkeeper.let_out(before)
    answer = Response(Result(await _me(administration, session.principal)))
    if session.device is not None:
        device = session.device
        answer.set_cookie(cookie_of(device.secret, device.expires_at, secure=administration.secure, name=DEVICE_COOKIE))
    answer.set_cookie(cookie_of(session.secret, session.expires_at, secure=administration.secure))
    return answer


@post("/v1/auth/sign-out", status_code=200, opt=PUBLIC, operation_id="SignOut", tags=["Sign-in"])
async def sign_out(administration: FromAdministration) -> Response[Result[None]]:
    """End the browser's session, if it is in one, and have it forget the cookie."""
    secret = administration.session_secret
    if secret is not None:
        await administration.doorkeeper.let_out(secret)
    answer = Response(OK)
    answer.set_cookie(no_cookie(secure=administration.secure))
    return answer


@get("/v1/auth/me", opt=ANYBODY, operation_id="GetMe", tags=["Sign-in"])
async def me(administration: FromAdministration) -> Result[Me]:
    """Who asks, and what they may do; any key or session will do."""
    return Result(await _me(administration, administration.principal))


@post("/v1/auth/password", status_code=200, opt=ANYBODY, operation_id="ChangePassword", tags=["Sign-in"])
async def change_password(data: JSONBody[PasswordChange], administration: FromAdministration) -> Result[None]:
    """Change one's own password, which ends one's other sessions; for members who signed in with theirs."""
    principal = administration.principal
    if not principal.member_id:
        raise Forbidden("Only a member who signed in with a password has one to change.")
    await administration.doorkeeper.change_password(principal, data.current, data.new, administration.device_secret)
    administration.note("password_changed", member_id=principal.member_id)
    return OK


async def _begun(data: SignIn, administration: Administration) -> Session:
    doorkeeper, address = administration.doorkeeper, administration.address
    if data.key is not None and data.name is None and data.password is None:
        return await doorkeeper.admit_key(data.key, address)
    if data.key is None and data.name is not None and data.password is not None:
        return await doorkeeper.admit_member(data.name, data.password, address, administration.device_secret)
    raise Invalid("Sign in with key alone, or with name and password.")


async def _me(administration: Administration, principal: Principal) -> Me:
    who = await administration.doorkeeper.identity(principal)
    member, key = who.member, who.key
    return Me(
        organization=OrganizationName(who.organization.id, who.organization.name),
        member=MemberName(member.id, member.name, member.display_name, member.role) if member else None,
        key=KeyName(key.id, key.name, key.hint) if key else None,
        scopes=sorted(scope for scope in Scope if principal.may(scope)),
        author=who.author,
        version=__version__,
        expires_at=principal.expires_at,
    )


HANDLERS: list[Any] = [sign_in, sign_out, me, change_password]
