"""The cache in front of the keys, with a control database that answers."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
import structlog.testing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helicorder.control import authenticator as module
from helicorder.control import keys, schema
from helicorder.control.access import Access
from helicorder.control.authenticator import Authenticator
from helicorder.control.database import Database
from helicorder.errors import Unavailable
from helicorder.model.ids import new_id
from helicorder.model.principal import Scope

if TYPE_CHECKING:
    from control.conftest import Clock


@pytest.fixture
def url() -> str:
    """SQLite alone: what the cache does hangs on the answers, not on the store."""
    return ""


@pytest.fixture
async def authenticator(access: Access) -> AsyncIterator[Authenticator]:
    """An authenticator on the real clock."""
    made = Authenticator(access)
    yield made
    await made.close()


@pytest.fixture
async def timeless(access: Access, clock: Clock) -> AsyncIterator[Authenticator]:
    """An authenticator on a clock that stands still."""
    made = Authenticator(access, clock)
    yield made
    await made.close()


@contextlib.contextmanager
def counted_queries(database: Database) -> Iterator[list[str]]:
    """The statements on keys that the database ran meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "FROM api_keys" in statement:
            seen.append(statement)

    engine = database._engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


async def until(settled: Callable[[], bool]) -> None:
    """Waits until something holds, ten seconds at most."""
    async with asyncio.timeout(10):
        while not settled():  # noqa: ASYNC110 -- what is watched is a value, not an event
            await asyncio.sleep(0.005)


async def test_a_secret_stands_for_its_key(access: Access, authenticator: Authenticator) -> None:
    """A key's secret gives its organisation, id and scopes, by the waiting way and then by the fast one."""
    home = await access.create_organization("home")
    secret, key = await access.create_key(home.id, "writer", [Scope.WRITE])
    assert authenticator.cached(secret) is None
    principal = await authenticator.principal(secret)
    assert principal is not None
    assert (principal.org_id, principal.key_id, principal.scopes) == (home.id, key.id, frozenset({Scope.WRITE}))
    assert authenticator.cached(secret) == principal


async def test_what_is_not_a_valid_secret_stands_for_nobody(
    access: Access, database: Database, authenticator: Authenticator
) -> None:
    """Near misses and junk are nobody; text that no key could be does not even reach the database."""
    home = await access.create_organization("home")
    secret, key = await access.create_key(home.id, "real", [Scope.ADMIN])
    for near_miss in (secret[:-1], secret + "a", secret.upper().replace("SK-HELICONE", "sk-helicone"), secret + " "):
        assert await authenticator.principal(near_miss) is None
    with counted_queries(database) as queries:
        for junk in (
            "",
            key.id,
            keys.hash_of(secret),
            f"Bearer {secret}",
            secret + "é",
            secret + "\ud800",
            "x" * 10**6,
        ):
            assert await authenticator.principal(junk) is None
            assert authenticator.cached(junk) is None
    assert queries == []


async def test_concurrent_askers_share_one_query(
    access: Access, database: Database, authenticator: Authenticator
) -> None:
    """Fifty that present the same secret at once cost one query, and so do those that come while it is trusted."""
    home = await access.create_organization("home")
    secret, key = await access.create_key(home.id, "busy", [Scope.WRITE])
    with counted_queries(database) as queries:
        principals = await asyncio.gather(*(authenticator.principal(secret) for _ in range(50)))
        assert len(queries) == 1
    assert {principal.key_id if principal else None for principal in principals} == {key.id}


async def test_a_caller_that_gives_up_leaves_the_others_their_answer(
    access: Access, authenticator: Authenticator
) -> None:
    """When one of several askers is cancelled, the rest are answered."""
    home = await access.create_organization("home")
    secret, _ = await access.create_key(home.id, "busy", [Scope.WRITE])
    first, *rest = [asyncio.create_task(authenticator.principal(secret)) for _ in range(5)]
    await asyncio.sleep(0)
    first.cancel()
    assert all(await asyncio.gather(*rest))
    assert first.cancelled()


async def test_an_answer_is_trusted_for_half_a_second(
    access: Access, database: Database, timeless: Authenticator, clock: Clock
) -> None:
    """Up to its age limit an answer, yes or no, costs no query; from then on the database is asked again."""
    home = await access.create_organization("home")
    secret, _ = await access.create_key(home.id, "busy", [Scope.WRITE])
    nobody = keys.new_secret()
    await timeless.principal(secret)
    await timeless.principal(nobody)
    clock.now += module.TRUST_SECONDS - 0.001
    with counted_queries(database) as queries:
        assert timeless.cached(secret) is not None
        assert await timeless.principal(nobody) is None
        assert queries == []
        clock.now += 0.001
        assert timeless.cached(secret) is None
        assert await timeless.principal(secret) is not None
        assert await timeless.principal(nobody) is None
        assert len(queries) == 2


async def test_a_key_in_use_never_waits(access: Access, timeless: Authenticator, clock: Clock) -> None:
    """A key that is used is asked about again before its answer loses trust, so the fast way always knows it."""
    home = await access.create_organization("home")
    secret, _ = await access.create_key(home.id, "hot", [Scope.WRITE])
    digest = hashlib.sha256(secret.encode()).digest()
    await timeless.principal(secret)
    for _ in range(3):
        clock.now += module.TRUST_SECONDS * 0.9
        assert timeless.cached(secret) is not None
        await until(lambda: timeless._known[digest].asked_at == clock.now)


async def test_a_key_out_of_use_is_not_asked_about(
    access: Access, database: Database, authenticator: Authenticator
) -> None:
    """Keys that nobody presents cost no queries."""
    home = await access.create_organization("home")
    secret, _ = await access.create_key(home.id, "cold", [Scope.WRITE])
    await authenticator.principal(secret)
    with counted_queries(database) as queries:
        await asyncio.sleep(module.TRUST_SECONDS + 2 * module.REFRESH_SECONDS)
        assert queries == []


async def test_a_key_out_of_use_is_revoked_within_a_second_too(
    access: Access, timeless: Authenticator, clock: Clock
) -> None:
    """However long a key was not asked about, an answer from before its revocation is not used a second later."""
    home = await access.create_organization("home")
    secret, key = await access.create_key(home.id, "doomed", [Scope.ADMIN])
    assert await timeless.principal(secret) is not None
    await access.revoke_key(home.id, key.id)
    clock.now += 1.0
    assert timeless.cached(secret) is None
    assert await timeless.principal(secret) is None


async def test_a_secret_refused_before_its_key_was_made_works_soon(
    access: Access, timeless: Authenticator, clock: Clock
) -> None:
    """A refusal is forgotten as soon as a yes is: half a second later the new key works."""
    result = "sk-helicone-chosen-by-the-operator"
    assert await timeless.principal(result) is None
    await access.ensure_bootstrap(result)
    assert await timeless.principal(result) is None
    clock.now += module.TRUST_SECONDS
    assert await timeless.principal(result) is not None


async def test_random_secrets_do_not_grow_the_memory(access: Access, timeless: Authenticator) -> None:
    """After ten thousand different wrong secrets no more than the fixed number is remembered, and good keys are."""
    home = await access.create_organization("home")
    secret, _ = await access.create_key(home.id, "good", [Scope.WRITE])
    await timeless.principal(secret)
    for _ in range(10):
        refused = await asyncio.gather(*(timeless.principal(keys.new_secret()) for _ in range(1000)))
        assert not any(refused)
    assert len(timeless._refused) == module.MAX_REFUSED
    assert len(timeless._known) == 1
    assert not timeless._waiting
    assert timeless.cached(secret) is not None


async def test_known_keys_are_bounded_too(access: Access, database: Database, timeless: Authenticator) -> None:
    """When more keys are in use than are remembered, the one asked about longest ago makes room and still works."""
    home = await access.create_organization("home")
    secrets = [keys.new_secret() for _ in range(module.MAX_KNOWN + 1)]
    row: dict[str, object] = {
        "org_id": home.id,
        "name": "one of many",
        "hint": "",
        "scopes": "read",
        "created_by": "test",
    }
    row |= {"created_at": home.created_at}
    async with database.writing() as connection:
        rows = [row | {"id": new_id(), "secret_hash": keys.hash_of(secret)} for secret in secrets]
        await connection.execute(sa.insert(schema.api_keys), rows)
    for start in range(0, len(secrets), 4000):
        assert all(await asyncio.gather(*map(timeless.principal, secrets[start : start + 4000])))
    assert len(timeless._known) == module.MAX_KNOWN
    assert [timeless.cached(secret) is None for secret in secrets] == [True] + [False] * module.MAX_KNOWN
    assert await timeless.principal(secrets[0]) is not None


async def test_many_keys_at_once_are_asked_about_in_parts(
    access: Access, database: Database, authenticator: Authenticator
) -> None:
    """More askers than one query takes are answered by several, each with its own answer."""
    home = await access.create_organization("home")
    first, first_key = await access.create_key(home.id, "first", [Scope.READ])
    last, last_key = await access.create_key(home.id, "last", [Scope.READ])
    between = [keys.new_secret() for _ in range(2 * module.MAX_DIGESTS_PER_QUERY)]
    with counted_queries(database) as queries:
        found = await asyncio.gather(*map(authenticator.principal, [first, *between, last]))
        assert len(queries) == 3
    assert [principal and principal.key_id for principal in found] == [
        first_key.id,
        *[None] * len(between),
        last_key.id,
    ]


async def test_secrets_are_neither_kept_nor_logged(access: Access, authenticator: Authenticator) -> None:
    """After use the authenticator's memory and its log hold no secret, valid or not."""
    home = await access.create_organization("home")
    secret, _ = await access.create_key(home.id, "quiet", [Scope.WRITE])
    wrong = keys.new_secret()
    with structlog.testing.capture_logs() as logs:
        await authenticator.principal(secret)
        await authenticator.principal(wrong)
        authenticator.cached(secret)
    memory = repr(vars(authenticator)) + repr(logs)
    assert secret not in memory
    assert wrong not in memory


async def test_closing_tells_those_who_wait(access: Access) -> None:
    """A closed authenticator leaves nobody waiting and no task behind."""
    made = Authenticator(access)
    asking = asyncio.create_task(made.principal(keys.new_secret()))
    await asyncio.sleep(0)
    await made.close()
    with pytest.raises(Unavailable):
        await asking
    assert made._task is not None
    assert made._task.done()


steps = st.lists(
    st.one_of(
        st.tuples(st.just("revoke"), st.integers(0, 1)),
        st.tuples(st.just("ask"), st.integers(0, 2)),
        st.tuples(st.just("wait"), st.sampled_from([0.1, 0.3, 0.5, 1.0])),
    ),
    max_size=30,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
async def test_no_order_of_events_lets_a_revoked_key_in(access: Access, taken: list[tuple[str, float]]) -> None:
    """However asking, revoking and waiting interleave: valid keys always work, revoked ones never after a second."""
    now = 0.0
    revoked: dict[int, float] = {}
    home = await access.create_organization(new_id())
    made = [await access.create_key(home.id, f"key {number}", [Scope.READ]) for number in range(2)]
    secrets = [*(secret for secret, _ in made), keys.new_secret()]
    authenticator = Authenticator(access, lambda: now)
    for step, argument in taken:
        if step == "wait":
            now += argument
            continue
        number = int(argument)
        if step == "revoke":
            await access.revoke_key(home.id, made[number][1].id)
            revoked.setdefault(number, now)
            continue
        principal = authenticator.cached(secrets[number]) or await authenticator.principal(secrets[number])
        if number == len(made) or now - revoked.get(number, now) >= 1.0:
            assert principal is None
        elif number not in revoked:
            assert principal is not None
            assert principal.key_id == made[number][1].id
    await authenticator.close()
