"""Members: names, roles, the last admin, and what becomes of those who go."""

import asyncio
import datetime as dt
import pathlib
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helicorder.control import schema
from helicorder.control.access import Access
from helicorder.control.database import Database
from helicorder.control.members import Members, checked_login, login_of
from helicorder.control.passwords import Passwords
from helicorder.errors import Conflict, Forbidden, Invalid, NotFound
from helicorder.model.ids import new_id
from helicorder.model.principal import Principal, Role, Scope

PASSWORD = "correct horse battery staple"
NEW = "another horse, another battery"


def contents(directory: pathlib.Path) -> list[bytes]:
    """What every file below a directory holds."""
    return [path.read_bytes() for path in directory.rglob("*") if path.is_file()]


async def test_a_member_is_made_and_shown_without_a_password(access: Access, members: Members) -> None:
    """A new member is listed as made, is found by name in any case, and gets a password that works, shown once."""
    home = await access.create_organization("home")
    made, password = await members.create(home.id, "Ada@Example.org", Role.MEMBER, created_by="cli")
    assert (made.name, made.display_name, made.role, made.created_by) == (
        "Ada@Example.org",
        "Ada@Example.org",
        Role.MEMBER,
        "cli",
    )
    assert dt.timedelta(0) <= dt.datetime.now(dt.UTC) - made.created_at < dt.timedelta(minutes=1)
    assert await members.of(home.id) == [made]
    assert await members.named(home.id, "ada@EXAMPLE.ORG") == made
    assert password is not None
    verified = await members.verify("ADA@example.org", password)
    assert verified is not None
    assert verified.member == made
    assert password not in repr(made)


async def test_a_chosen_password_is_not_given_back(access: Access, members: Members) -> None:
    """A member made with a password has that one; no other is made or shown, and a bad one makes nobody."""
    home = await access.create_organization("home")
    made, password = await members.create(home.id, "ada", Role.ADMIN, display_name="Ada L.", password=PASSWORD)
    assert (made.display_name, password) == ("Ada L.", None)
    assert await members.verify("ada", PASSWORD) is not None
    assert await members.verify("ada", PASSWORD + "x") is None
    for bad in ("", "too short", "bob-at-example.org"):
        with pytest.raises(Invalid):
            await members.create(home.id, "bob-at-example.org", Role.ADMIN, password=bad)
    assert await members.of(home.id) == [made]


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a\tb", "x" * 255, "nul\x00", "\ud800", "\u00a0", "\u00a8", "ada\u200b", "\u202eada"]
)
async def test_what_cannot_be_a_name_is_refused(name: str, access: Access, members: Members) -> None:
    """A name with spaces, however they are written, with what cannot be seen, empty or over-long is nobody's."""
    home = await access.create_organization("home")
    with pytest.raises(Invalid):
        await members.create(home.id, name, Role.ADMIN)
    with pytest.raises(NotFound):
        await members.named(home.id, name)
    assert await members.verify(name, PASSWORD) is None
    assert await members.of(home.id) == []


async def test_a_display_name_is_any_text_that_can_be_shown(access: Access, members: Members) -> None:
    """A display name may hold spaces and any script; a blank or over-long one, or one with controls, is refused."""
    home = await access.create_organization("home")
    ada, _ = await members.create(home.id, "ada", Role.ADMIN, display_name="Ada, Countess of Lovelace 🦡")
    for bad in (" ", "x" * 256, "nul\x00", "\ud800"):
        with pytest.raises(Invalid):
            await members.create(home.id, "bob", Role.ADMIN, display_name=bad)
        with pytest.raises(Invalid):
            await members.change(home.id, ada.id, display_name=bad)
    changed = await members.change(home.id, ada.id, display_name="Ada L.")
    assert (changed.display_name, changed.role) == ("Ada L.", Role.ADMIN)
    assert await members.of(home.id) == [changed]


@given(st.text())
def test_a_name_is_the_same_in_either_case(name: str) -> None:
    """Upper and lower case of a name that can be one are compared as one, and so are wide letters."""
    try:
        checked_login(name)
    except Invalid:
        return
    if name.isascii():
        assert login_of(name) == login_of(name.upper()) == login_of(name.lower())
        assert login_of("".join(chr(ord(letter) + 0xFEE0) for letter in name)) == login_of(name)


@pytest.mark.timed
def test_no_name_costs_much_to_compare() -> None:
    """A megabyte of letters that each become eighteen is looked at no further than a name can go."""
    began = time.perf_counter()
    assert len(login_of("\ufdfa" * 350_000)) < 10_000
    assert time.perf_counter() - began < 0.1


async def test_a_name_is_given_to_one_member_only(
    database: Database, passwords: Passwords, url: str, tmp_path: pathlib.Path
) -> None:
    """Of ten that ask at once for a name, in any case, on two connections and in two organisations, one gets it."""
    other = await Database.open(url, tmp_path)
    homes = [await Access(database).create_organization(name) for name in ("one", "two")]
    asked = [
        Members(store, passwords).create(home.id, name, Role.ADMIN)
        for store, home, name in zip(
            (database, other) * 5, homes * 5, ("ada", "ADA", "Ada", "aDa", "adA") * 2, strict=True
        )
    ]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 9
    assert sum([len(await Members(other, passwords).of(home.id)) for home in homes]) == 1
    await other.close()


async def test_tenants_do_not_see_or_change_each_others_members(access: Access, members: Members) -> None:
    """Another organisation's member is as unknown as one that never was, to every rule, whatever text names them."""
    mine, theirs = [await access.create_organization(name) for name in ("mine", "theirs")]
    made, _ = await members.create(theirs.id, "ada", Role.MEMBER, password=PASSWORD)
    rules: list[Callable[[str], object]] = [
        lambda member_id: members.member(mine.id, member_id),
        lambda member_id: members.change(mine.id, member_id, role=Role.VIEWER),
        lambda member_id: members.remove(mine.id, member_id),
        lambda member_id: members.reset_password(mine.id, member_id, NEW),
        lambda member_id: members.named(mine.id, member_id),
    ]
    for rule in rules:
        for member_id in (made.id, "ada", new_id(), "", "\x00", "\ud800", "' OR 1=1 --", "x" * 100_000):
            with pytest.raises(NotFound):
                await rule(member_id)  # type: ignore[misc]  # each rule is a coroutine of another type
    assert await members.of(mine.id) == []
    assert await members.of(theirs.id) == [made]
    assert await members.verify("ada", PASSWORD) is not None


async def test_a_member_needs_an_organisation(members: Members) -> None:
    """A member of an organisation that is not there is not made."""
    with pytest.raises(NotFound):
        await members.create("nobody", "ada", Role.ADMIN)


async def test_a_removed_member_leaves_the_name_and_no_password(
    database: Database, access: Access, members: Members
) -> None:
    """Who is removed cannot sign in and is not listed; the name is free, the row stays for what it wrote."""
    home = await access.create_organization("home")
    old, _ = await members.create(home.id, "ada", Role.MEMBER, password=PASSWORD)
    assert await members.remove(home.id, old.id) == old
    assert await members.verify("ada", PASSWORD) is None
    with pytest.raises(NotFound):
        await members.remove(home.id, old.id)
    new, _ = await members.create(home.id, "ADA", Role.VIEWER, password=NEW)
    assert await members.of(home.id) == [new]
    async with database.reading() as connection:
        row = (
            (await connection.execute(sa.select(schema.members).where(schema.members.c.id == old.id))).mappings().one()
        )
    assert (row["name"], row["login"], row["password_hash"]) == ("ada", None, None)
    assert row["removed_at"] >= old.created_at


async def test_a_member_changes_their_own_password(access: Access, members: Members) -> None:
    """With the current password a member sets another; with a wrong one, or to a bad one, nothing changes."""
    home = await access.create_organization("home")
    ada, _ = await members.create(home.id, "ada", Role.VIEWER, password=PASSWORD)
    with pytest.raises(Forbidden):
        await members.change_password(ada, current=NEW, new=NEW, keep_session="")
    with pytest.raises(Invalid):
        await members.change_password(ada, current=PASSWORD, new="short", keep_session="")
    assert await members.verify("ada", PASSWORD) is not None
    await members.change_password(ada, current=PASSWORD, new=NEW, keep_session="")
    assert await members.verify("ada", PASSWORD) is None
    assert await members.verify("ada", NEW) is not None
    await members.remove(home.id, ada.id)
    with pytest.raises(Forbidden):
        await members.change_password(ada, current=NEW, new=PASSWORD, keep_session="")


async def test_of_changes_at_once_one_counts(access: Access, members: Members) -> None:
    """Of several who change a password from the same current one at once, one does; the others are told no."""
    home = await access.create_organization("home")
    ada, _ = await members.create(home.id, "ada", Role.VIEWER, password=PASSWORD)
    chosen = [f"{NEW} {number}" for number in range(5)]
    outcomes = await asyncio.gather(
        *(members.change_password(ada, current=PASSWORD, new=new, keep_session="") for new in chosen),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, Forbidden) for outcome in outcomes) == 4
    works = [await members.verify("ada", new) is not None for new in chosen]
    assert works == [outcome is None for outcome in outcomes]


async def test_no_password_is_in_any_file(access: Access, members: Members, store_directory: pathlib.Path) -> None:
    """After members were made, verified, changed and removed, no file of the store holds a password."""
    home = await access.create_organization("home")
    given, _ = await members.create(home.id, "ada", Role.ADMIN, password=PASSWORD)
    other, made = await members.create(home.id, "bob", Role.VIEWER)
    reset = await members.reset_password(home.id, other.id)
    await members.change_password(given, current=PASSWORD, new=NEW, keep_session="")
    await members.verify("ada", "a wrong canary password")
    assert made
    assert reset
    files = await asyncio.to_thread(contents, store_directory)
    for password in (PASSWORD, NEW, made, reset, "a wrong canary password"):
        assert not any(password.encode() in content for content in files)
    assert any(b"$argon2id$" in content for content in files)


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.ADMIN, set(Scope)), (Role.MEMBER, {Scope.READ, Scope.WRITE}), (Role.VIEWER, {Scope.READ})],
)
def test_a_role_is_its_scopes(role: Role, may: set[Scope]) -> None:
    """An admin may do all, a member reads and writes, a viewer reads."""
    assert {scope for scope in Scope if Principal("org", "key", role.scopes).may(scope)} == may


steps = st.lists(
    st.one_of(
        st.tuples(st.just("create"), st.sampled_from(Role), st.none()),
        st.tuples(st.just("change"), st.integers(0, 5), st.sampled_from(Role)),
        st.tuples(st.just("remove"), st.integers(0, 5), st.none()),
    ),
    max_size=20,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
async def test_an_organisation_that_had_an_admin_keeps_one(
    access: Access, members: Members, taken: list[tuple[str, int | Role, Role | None]]
) -> None:
    """However members come, change and go: the last admin stays, nobody else is held, the list is right."""
    home = await access.create_organization(new_id())
    roles: dict[str, Role] = {}
    for step, argument, role in taken:
        if step == "create":
            assert isinstance(argument, Role)
            made, _ = await members.create(home.id, new_id(), argument)
            roles[made.id] = argument
            continue
        if not roles:
            continue
        member_id = list(roles)[int(argument) % len(roles)]
        last = [one for one in roles if roles[one] is Role.ADMIN] == [member_id] and role is not Role.ADMIN
        try:
            if role is None:
                await members.remove(home.id, member_id)
            else:
                assert (await members.change(home.id, member_id, role=role)).role is role
        except Conflict:
            assert last
        else:
            assert not last
            roles = {one: old for one, old in roles.items() if one != member_id or role is not None}
            if role is not None:
                roles[member_id] = role
        assert {member.id: member.role for member in await members.of(home.id)} == roles


async def test_admins_that_leave_at_once_leave_one_behind(
    database: Database, passwords: Passwords, url: str, tmp_path: pathlib.Path
) -> None:
    """Of five admins removed at the same moment through two connections, the last one is refused."""
    other = await Database.open(url, tmp_path)
    here, there = Members(database, passwords), Members(other, passwords)
    home = await Access(database).create_organization("home")
    admins = [(await here.create(home.id, f"admin-{number}", Role.ADMIN))[0] for number in range(5)]
    leaving = [
        store.remove(home.id, one.id) for store, one in zip((here, there, here, there, here), admins, strict=True)
    ]
    outcomes = await asyncio.gather(*leaving, return_exceptions=True)
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1
    assert [member.role for member in await there.of(home.id)] == [Role.ADMIN]
    await other.close()
