"""Organisations, keys, the first key, and server-made secrets."""

import asyncio
import datetime as dt
import pathlib

import pytest

from helicorder.control import keys
from helicorder.control.access import Access, BootstrapResult
from helicorder.control.database import Database
from helicorder.errors import Conflict, Invalid, NotFound
from helicorder.model.principal import Principal, Scope

CHOSEN = "sk-helicone-chosen1-by-the-operator"


def contents(directory: pathlib.Path) -> dict[pathlib.Path, bytes]:
    """Every file below a directory."""
    return {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


async def principal_of(access: Access, secret: str) -> Principal | None:
    """Who a secret stands for, straight from the store."""
    digest = keys.digest_of(secret)
    assert digest is not None
    return (await access.principals([digest])).get(digest)


async def test_organisations_are_listed_in_the_order_they_were_made(access: Access) -> None:
    """An organisation has an id, its name and the UTC time it was made, and is found again by list and by name."""
    first, second = await access.create_organization("Zebra"), await access.create_organization("aardvark 🦡")
    assert await access.list_organizations() == [first, second]
    assert await access.organization("aardvark 🦡") == second
    assert first.id != second.id
    assert dt.timedelta(0) <= dt.datetime.now(dt.UTC) - first.created_at < dt.timedelta(minutes=1)
    assert first.created_at.tzinfo is dt.UTC


async def test_a_name_that_cannot_be_one_is_refused(access: Access) -> None:
    """Empty, blank, over-long and control-character names are refused, for organisations and for keys."""
    home = await access.create_organization("home")
    for name in ("", "  ", "x" * 256, "nul\x00", "surrogate\ud800"):
        with pytest.raises(Invalid):
            await access.create_organization(name)
        with pytest.raises(Invalid):
            await access.create_key(home.id, name, [Scope.READ])
        with pytest.raises(NotFound):
            await access.organization(name)
    assert await access.list_keys(home.id) == []
    assert await access.list_organizations() == [home]


async def test_a_name_is_given_to_one_organisation_only(database: Database, url: str, tmp_path: pathlib.Path) -> None:
    """Of ten that ask for the same name at once through two connections to the store, one gets it."""
    other = await Database.open(url, tmp_path)
    asked = [Access(store).create_organization("same") for store in (database, other) * 5]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(outcome, Invalid) for outcome in outcomes) == 9
    assert len(await Access(other).list_organizations()) == 1
    await other.close()


async def test_a_key_is_made_once_and_shown_without_its_secret(access: Access) -> None:
    """A new key's secret stands for its organisation and scopes; the list shows the key as made, with a hint only."""
    home = await access.create_organization("home")
    secret, made = await access.create_key(home.id, "reader", [Scope.READ, Scope.WRITE], created_by="cli")
    assert await access.list_keys(home.id) == [made]
    assert (made.name, made.created_by, made.revoked_at) == ("reader", "cli", None)
    assert made.hint == f"sk-helicone-…{secret[-4:]}"
    assert secret not in repr(made)
    assert await principal_of(access, secret) == Principal(home.id, made.id, frozenset({Scope.READ, Scope.WRITE}))


async def test_a_key_needs_an_organisation_and_a_scope(access: Access) -> None:
    """A key of an organisation that is not there, or without scopes, is not made."""
    home = await access.create_organization("home")
    with pytest.raises(NotFound):
        await access.create_key("nobody", "stray", [Scope.READ])
    with pytest.raises(Invalid):
        await access.create_key(home.id, "useless", [])
    assert await access.list_keys(home.id) == []


async def test_an_organisation_gets_another_name(access: Access) -> None:
    """A renamed organisation is known by the new name alone; another's name, or what is none, changes nothing."""
    home, other = [await access.create_organization(name) for name in ("home", "other")]
    renamed = await access.rename_organization(home.id, "house")
    assert (renamed.id, renamed.name, renamed.created_at) == (home.id, "house", home.created_at)
    assert await access.organization("house") == await access.organization_of(home.id) == renamed
    with pytest.raises(NotFound):
        await access.organization("home")
    with pytest.raises(Conflict):
        await access.rename_organization(home.id, "other")
    with pytest.raises(Invalid):
        await access.rename_organization(home.id, " ")
    with pytest.raises(NotFound):
        await access.rename_organization("nobody", "somebody")
    assert await access.rename_organization(home.id, "house") == renamed
    assert await access.list_organizations() == [renamed, other]


async def test_a_key_gets_another_name(access: Access) -> None:
    """A renamed key works as before and says when it was changed; another organisation's is as unknown as none."""
    mine, theirs = [await access.create_organization(name) for name in ("mine", "theirs")]
    secret, made = await access.create_key(mine.id, "old", [Scope.READ])
    renamed = await access.rename_key(mine.id, made.id, "new")
    assert (renamed.id, renamed.name, renamed.revoked_at) == (made.id, "new", None)
    assert renamed.updated_at is not None
    assert renamed.updated_at >= made.created_at
    assert await access.key(mine.id, made.id) == renamed
    assert await principal_of(access, secret) is not None
    for key_id in (made.id, "no-such-key", "\x00"):
        with pytest.raises(NotFound):
            await access.rename_key(theirs.id, key_id, "stolen")
        with pytest.raises(NotFound):
            await access.key(theirs.id, key_id)
    with pytest.raises(Invalid):
        await access.rename_key(mine.id, made.id, "")
    assert await access.list_keys(mine.id) == [renamed]


async def test_a_revoked_key_stays_listed_and_stands_for_nobody(access: Access) -> None:
    """Revoking ends a key for good; revoking it again changes nothing, not even the time."""
    home = await access.create_organization("home")
    secret, made = await access.create_key(home.id, "short-lived", [Scope.ADMIN])
    revoked = await access.revoke_key(home.id, made.id)
    assert revoked.revoked_at is not None
    assert revoked.revoked_at >= made.created_at
    assert await access.revoke_key(home.id, made.id) == revoked
    assert await access.list_keys(home.id) == [revoked]
    assert await principal_of(access, secret) is None


async def test_tenants_do_not_see_or_revoke_each_others_keys(access: Access) -> None:
    """Another organisation's key is neither listed nor revoked: its id is as unknown as one that never was."""
    mine, theirs = await access.create_organization("mine"), await access.create_organization("theirs")
    my_secret, my_key = await access.create_key(mine.id, "mine", [Scope.ADMIN])
    _, their_key = await access.create_key(theirs.id, "theirs", [Scope.ADMIN])
    assert await access.list_keys(mine.id) == [my_key]
    assert await access.list_keys(theirs.id) == [their_key]
    with pytest.raises(NotFound) as foreign:
        await access.revoke_key(theirs.id, my_key.id)
    with pytest.raises(NotFound) as missing:
        await access.revoke_key(theirs.id, "no-such-key")
    assert foreign.value.message == missing.value.message
    assert await principal_of(access, my_secret) is not None


async def test_an_id_that_no_key_has_is_not_found(access: Access) -> None:
    """Whatever text names the key to revoke, the answer for no such key is NotFound."""
    home = await access.create_organization("home")
    _, made = await access.create_key(home.id, "kept", [Scope.READ])
    for key_id in ("", "\x00", "\ud800", "' OR 1=1 --", "x" * 100_000):
        with pytest.raises(NotFound):
            await access.revoke_key(home.id, key_id)
    assert await access.list_keys(home.id) == [made]


async def test_no_secret_is_in_any_file(access: Access, url: str, store_directory: pathlib.Path) -> None:
    """After keys were made, used and revoked, no file of the store holds a secret; their hashes are there."""
    await access.ensure_bootstrap(CHOSEN)
    home = await access.organization("default")
    made = [await access.create_key(home.id, f"key {number}", [Scope.READ]) for number in range(20)]
    for secret, key in made[::2]:
        await principal_of(access, secret)
        await access.revoke_key(home.id, key.id)
    files = await asyncio.to_thread(contents, store_directory)
    for secret in (CHOSEN, *(secret for secret, _ in made)):
        assert not any(secret.encode() in content for content in files.values())
        assert any(keys.hash_of(secret).encode() in content for content in files.values())
    assert url or (store_directory / "control.sqlite-wal") in files


async def test_the_first_start_makes_a_key_and_gives_it_out_once(access: Access) -> None:
    """Without a chosen secret an empty store gets the organisation default and one key of all scopes, once."""
    first = await access.ensure_bootstrap()
    assert first.secret is not None
    assert first.key is not None
    home = await access.organization("default")
    assert await principal_of(access, first.secret) == Principal(home.id, first.key.id, frozenset(Scope))
    assert await access.ensure_bootstrap() == BootstrapResult()
    assert await access.list_keys(home.id) == [first.key]


async def test_the_chosen_secret_becomes_a_key_and_is_not_given_back(access: Access) -> None:
    """A chosen secret works from the first start; starting again with it changes nothing; a new one is added."""
    first = await access.ensure_bootstrap(CHOSEN)
    assert first.secret is None
    assert first.key is not None
    assert await access.ensure_bootstrap(CHOSEN) == BootstrapResult()
    second = await access.ensure_bootstrap(CHOSEN + "-2")
    assert second.key is not None
    home = await access.organization("default")
    assert await access.list_keys(home.id) == [first.key, second.key]
    for secret in (CHOSEN, CHOSEN + "-2"):
        principal = await principal_of(access, secret)
        assert principal is not None
        assert (principal.org_id, principal.scopes) == (home.id, frozenset(Scope))


async def test_a_revoked_bootstrap_secret_stays_revoked(access: Access) -> None:
    """Starting again with a chosen secret that was revoked neither revives it nor makes another key."""
    first = await access.ensure_bootstrap(CHOSEN)
    assert first.key is not None
    await access.revoke_key(first.key.org_id, first.key.id)
    assert await access.ensure_bootstrap(CHOSEN) == BootstrapResult()
    assert await access.ensure_bootstrap() == BootstrapResult()
    assert await principal_of(access, CHOSEN) is None
    assert len(await access.list_keys(first.key.org_id)) == 1


async def test_a_store_with_keys_needs_no_first_key(access: Access) -> None:
    """With a key of any organisation there, a start without a chosen secret makes nothing, not even default."""
    home = await access.create_organization("home")
    await access.create_key(home.id, "first", [Scope.READ])
    assert await access.ensure_bootstrap() == BootstrapResult()
    assert await access.list_organizations() == [home]


async def test_an_organisation_called_default_is_used_as_it_is(access: Access) -> None:
    """When the operator has already made default, the first key goes there."""
    home = await access.create_organization("default")
    result = await access.ensure_bootstrap(CHOSEN)
    assert result.key is not None
    assert result.key.org_id == home.id
    assert await access.list_organizations() == [home]


async def test_a_renamed_default_is_still_the_first_organisation(access: Access) -> None:
    """A key that is chosen after default was renamed goes to the same organisation, and makes no other."""
    first = await access.ensure_bootstrap(CHOSEN)
    assert first.key is not None
    renamed = await access.rename_organization(first.key.org_id, "acme")
    later = await access.create_organization("later")
    second = await access.ensure_bootstrap(CHOSEN + "-2")
    assert second.key is not None
    assert second.key.org_id == renamed.id
    assert await access.list_organizations() == [renamed, later]


async def test_a_badly_shaped_bootstrap_secret_makes_nothing(access: Access) -> None:
    """A chosen secret without the shape of one is refused before anything is stored."""
    with pytest.raises(Invalid, match="must start with sk-helicone-"):
        await access.ensure_bootstrap("hunter2")
    assert await access.list_organizations() == []


async def test_servers_that_start_at_once_make_one_first_key(
    database: Database, url: str, tmp_path: pathlib.Path
) -> None:
    """Of ten first starts at the same moment on one store, exactly one makes a key."""
    other = await Database.open(url, tmp_path)
    results = await asyncio.gather(*(Access(store).ensure_bootstrap() for store in (database, other) * 5))
    assert sum(result.secret is not None for result in results) == 1
    home = await Access(other).organization("default")
    assert len(await Access(database).list_keys(home.id)) == 1
    await other.close()


async def test_servers_share_the_secrets_they_make(database: Database, url: str, tmp_path: pathlib.Path) -> None:
    """All who ask for a secret by name, at once and later, get the same 32 bytes; other names get others."""
    other = await Database.open(url, tmp_path)
    asked = await asyncio.gather(*(Access(store).secret("body-urls") for store in (database, other) * 10))
    assert len(set(asked)) == 1
    assert len(asked[0]) == 32
    assert await Access(other).secret("body-urls") == asked[0]
    assert await Access(other).secret("sessions") != asked[0]
    await other.close()
