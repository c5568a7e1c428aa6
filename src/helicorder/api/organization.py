"""The organisation that asks, and its members."""

import datetime as dt
from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, post
from litestar.params import JSONBody, PathParameter

from helicorder.api.access import ADMIN, READ
from helicorder.api.administration import Administration, FromAdministration
from helicorder.api.wire import OK, Result
from helicorder.control.access import Organization
from helicorder.control.members import Member
from helicorder.errors import Invalid
from helicorder.model.principal import Role

MemberId = Annotated[str, PathParameter(description="The id of a member.")]


class Counts(msgspec.Struct, frozen=True):
    """How many there are: members, and keys that work."""

    members: int
    keys: int


class OrganizationView(msgspec.Struct, frozen=True):
    """The organisation behind the credential."""

    id: str
    name: str
    created_at: dt.datetime
    counts: Counts


class OrganizationRename(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another name for the organisation; no two of an installation have the same."""

    name: str


class NewMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member to be. Without a ``password`` one is made and answered; ``display_name`` is the name where not given."""

    name: str
    role: Role = Role.MEMBER
    display_name: str = ""
    password: str | None = None


class MemberChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change; what is not given stays."""

    role: Role | None = None
    display_name: str | None = None


class NewPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another password: 12 to 256 characters; one is made and answered where none is given."""

    password: str | None = None


class MadeMember(msgspec.Struct, frozen=True):
    """The member, and the ``password`` that was made, the only time that it is shown; null where one was given."""

    member: Member
    password: str | None


class MadePassword(msgspec.Struct, frozen=True):
    """The ``password`` that was made, the only time that it is shown; null where one was given."""

    password: str | None


@get("/v1/organization", opt=READ, operation_id="GetOrganization", tags=["Organization"])
async def get_organization(administration: FromAdministration) -> Result[OrganizationView]:
    """The organisation behind the credential."""
    access, org_id = administration.access, administration.principal.org_id
    return Result(await _view(administration, await access.organization_of(org_id)))


@patch("/v1/organization", opt=ADMIN, operation_id="RenameOrganization", tags=["Organization"])
async def rename_organization(
    data: JSONBody[OrganizationRename], administration: FromAdministration
) -> Result[OrganizationView]:
    """Give the organisation another name, which is also what the command line knows it by."""
    renamed = await administration.access.rename_organization(administration.principal.org_id, data.name)
    administration.note("organization_renamed")
    return Result(await _view(administration, renamed))


@get("/v1/organization/members", opt=ADMIN, operation_id="ListMembers", tags=["Organization"])
async def list_members(administration: FromAdministration) -> Result[list[Member]]:
    """The organisation's members, in the order they came."""
    return Result(await administration.members.of(administration.principal.org_id))


@post("/v1/organization/members", status_code=200, opt=ADMIN, operation_id="CreateMember", tags=["Organization"])
async def create_member(data: JSONBody[NewMember], administration: FromAdministration) -> Result[MadeMember]:
    """Make a member. A password that was made is in this answer and nowhere else."""
    principal = administration.principal
    member, password = await administration.members.create(
        principal.org_id,
        data.name,
        data.role,
        display_name=data.display_name,
        password=data.password,
        created_by=principal.key_id,
    )
    administration.note("member_created", member_id=member.id, role=member.role)
    return Result(MadeMember(member, password))


@patch("/v1/organization/members/{member_id:str}", opt=ADMIN, operation_id="ChangeMember", tags=["Organization"])
async def change_member(
    member_id: MemberId, data: JSONBody[MemberChange], administration: FromAdministration
) -> Result[Member]:
    """Give a member another role or display name. A role counts within a second; the last admin keeps theirs (409)."""
    if data.role is None and data.display_name is None:
        raise Invalid("Say role, display_name or both.")
    member = await administration.members.change(
        administration.principal.org_id, member_id, role=data.role, display_name=data.display_name
    )
    administration.note("member_changed", member_id=member.id, role=member.role)
    return Result(member)


@delete(
    "/v1/organization/members/{member_id:str}",
    status_code=200,
    opt=ADMIN,
    operation_id="RemoveMember",
    tags=["Organization"],
)
async def remove_member(member_id: MemberId, administration: FromAdministration) -> Result[None]:
    """Remove a member: signed out everywhere within a second. What they wrote stays; the last admin does, too (409)."""
    member = await administration.members.remove(administration.principal.org_id, member_id)
    administration.note("member_removed", member_id=member.id)
    return OK


@post(
    "/v1/organization/members/{member_id:str}/password",
    status_code=200,
    opt=ADMIN,
    operation_id="ResetPassword",
    tags=["Organization"],
)
async def reset_password(
    member_id: MemberId, data: JSONBody[NewPassword], administration: FromAdministration
) -> Result[MadePassword]:
    """Give a member another password, which ends all their sessions."""
    org_id = administration.principal.org_id
    password = await administration.members.reset_password(org_id, member_id, data.password)
    administration.note("password_reset", member_id=member_id)
    return Result(MadePassword(password))


async def _view(administration: Administration, organization: Organization) -> OrganizationView:
    members = await administration.members.of(organization.id)
    keys = await administration.access.list_keys(organization.id)
    counts = Counts(len(members), sum(key.revoked_at is None for key in keys))
    return OrganizationView(organization.id, organization.name, organization.created_at, counts)


HANDLERS: list[Any] = [
    get_organization,
    rename_organization,
    list_members,
    create_member,
    change_member,
    remove_member,
    reset_password,
]
