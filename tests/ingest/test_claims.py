import asyncio
import pathlib
import shutil

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from helicorder.errors import IdempotencyConflict
from helicorder.ingest.ingest import Ingest
from helicorder.ingest.journal import Claim
from ingest.harness import Clock, Opener, Store, entries, running, score

HOUR = 3600 * 1_000_000

pytestmark = pytest.mark.flaky(reruns=0)  # what is lost once in a while is lost


def claim(key: str, body: str = "body", answer: bytes = b"answer", org: str = "org") -> Claim:
    """A claim fingerprinted by its body."""
    return Claim(org, key, body.encode(), answer)


async def test_the_same_key_has_one_effect_and_one_answer(opened: Opener, store: Store) -> None:
    """A second unit under the same key and fingerprint writes nothing and gets the first one's answer."""
    async with opened() as ingest:
        assert await ingest.commit([score("first")], claim("k", answer=b"one")) == b"one"
        assert await ingest.commit([score("second")], claim("k", answer=b"two")) == b"one"
        await ingest.barrier()
        assert ingest.stats().committed == 1
    assert store.request_ids() == ["first"]


async def test_the_same_key_with_another_body_is_a_conflict(opened: Opener, store: Store) -> None:
    """A unit under a used key with another fingerprint is refused and writes nothing."""
    async with opened() as ingest:
        await ingest.commit([score("first")], claim("k"))
        with pytest.raises(IdempotencyConflict):
            await ingest.commit([score("second")], claim("k", "other"))
        await ingest.barrier()
    assert store.request_ids() == ["first"]


async def test_organisations_do_not_share_keys(opened: Opener, store: Store) -> None:
    """The same key of two organisations is two keys."""
    async with opened() as ingest:
        await ingest.commit([score("a")], claim("k", "one", org="a"))
        await ingest.commit([score("b")], claim("k", "two", org="b"))
        await ingest.barrier()
    assert store.request_ids() == ["a", "b"]


async def test_one_group_settles_its_own_keys(opened: Opener, store: Store) -> None:
    """A hundred units under one key that arrive together have one effect and one answer; other bodies conflict."""
    async with opened() as ingest:
        results = await asyncio.gather(
            *(ingest.commit([score(f"r{n}")], claim("k", answer=f"{n}".encode())) for n in range(100)),
            *(ingest.commit([score("other")], claim("k", "other")) for _ in range(10)),
            ingest.commit([score("beside")]),
            return_exceptions=True,
        )
        await ingest.barrier()
    assert results[:100] == [b"0"] * 100
    assert all(isinstance(result, IdempotencyConflict) for result in results[100:110])
    assert store.request_ids() == ["r0", "beside"]


async def test_a_claim_without_rows_counts(opened: Opener) -> None:
    """A unit without rows claims its key all the same."""
    async with opened() as ingest:
        assert await ingest.commit([], claim("k", answer=b"empty")) == b"empty"
        with pytest.raises(IdempotencyConflict):
            await ingest.commit([score("r")], claim("k", "other"))


async def test_an_odd_key_harms_nobody(opened: Opener, store: Store) -> None:
    """A key that is not valid Unicode is a key like any other."""
    async with opened() as ingest:
        await asyncio.gather(
            ingest.commit([score("odd")], claim("\ud800")), ingest.commit([score("even")], claim("\x00"))
        )
        assert await ingest.commit([score("again")], claim("\ud800")) == b"answer"
        await ingest.barrier()
    assert store.request_ids() == ["odd", "even"]


async def test_claims_outlive_restart_and_trim_for_a_day(opened: Opener, tmp_path: pathlib.Path, clock: Clock) -> None:
    """A claim holds for at least 24 hours, also when its rows are long trimmed, and is gone some time after 48."""
    async with opened(clock=clock) as ingest:
        await ingest.commit([score("r")], claim("k", answer=b"first"))
    clock.now += 24 * HOUR
    async with opened(clock=clock) as ingest:
        await ingest.commit([score("other")])
    assert entries(tmp_path) == []
    async with opened(clock=clock) as ingest:
        assert await ingest.commit([score("r")], claim("k", answer=b"second")) == b"first"
    clock.now += 25 * HOUR
    async with opened(clock=clock) as ingest:
        await ingest.commit([score("other")])
    async with opened(clock=clock) as ingest:
        assert await ingest.commit([score("r")], claim("k", answer=b"second")) == b"second"


class ClaimsMachine(RuleBasedStateMachine):
    """Commits under few keys, restarts and crashes, against a model that is a dict."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store = Store()
        self.clock = Clock()
        self.claims: dict[str, tuple[str, bytes]] = {}
        self.written: list[str] = []
        self.generation = 0

    @initialize(root=st.uuids())
    def begin(self, root: object) -> None:
        """Open an empty journal."""
        self.root = pathlib.Path(self.base) / str(root)
        shutil.rmtree(self.root, ignore_errors=True)
        (self.root / "0").mkdir(parents=True)
        self.open()

    base = ""

    def open(self) -> None:
        """Start an ingest on the current directory."""
        self.context = running(self.root / str(self.generation), self.store, clock=self.clock, close_timeout=0.01)
        self.ingest: Ingest = self.runner.run(self.context.__aenter__())

    def shut(self) -> None:
        """Close it."""
        self.runner.run(self.context.__aexit__(None, None, None))

    def expect(self, key: str | None, body: str, name: str) -> object:
        """What the model says of a commit."""
        if key is None or key not in self.claims:
            self.written.append(name)
            if key is None:
                return None
            self.claims[key] = (body, name.encode())
        known, answer = self.claims[key]
        return answer if known == body else IdempotencyConflict

    @rule(units=st.lists(st.tuples(st.sampled_from([None, "k1", "k2", "k3"]), st.sampled_from("ab")), max_size=5))
    def commit(self, units: list[tuple[str | None, str]]) -> None:
        """Send some units at once, in a known order."""
        names = [f"r{len(self.written)}-{n}" for n in range(len(units))]
        expected = [self.expect(key, body, name) for (key, body), name in zip(units, names, strict=True)]

        async def send() -> list[object]:
            return await asyncio.gather(
                *(
                    self.ingest.commit([score(name)], key and claim(key, body, name.encode()))  # type: ignore[arg-type]
                    for (key, body), name in zip(units, names, strict=True)
                ),
                return_exceptions=True,
            )

        results = self.runner.run(send())
        got = [type(result) if isinstance(result, Exception) else result for result in results]
        assert got == expected

    @rule()
    def read(self) -> None:
        """Pass a barrier, when the store is up."""
        self.store.come_back()
        self.runner.run(self.ingest.barrier())
        assert self.store.request_ids() == self.written

    @rule()
    def lose_the_store(self) -> None:
        """From now on nothing is loaded."""
        self.store.go_down()

    @rule(jump=st.integers(-HOUR, HOUR))
    def move_the_clock(self, jump: int) -> None:
        """Set the wall clock, also back."""
        self.clock.now += jump

    @rule()
    def restart(self) -> None:
        """Close in order, which loads and trims if the store is up."""
        self.shut()
        self.open()

    @rule()
    def crash(self) -> None:
        """Go on from what kill -9 would have left, before any trim that was still due."""
        before = self.root / str(self.generation)
        self.generation += 1
        shutil.copytree(before, self.root / str(self.generation))
        self.store, old = Store(), self.store
        self.store.rows, self.store.refuses = dict(old.rows), old.refuses
        self.shut()
        self.open()

    @invariant()
    def nothing_is_in_the_store_that_nobody_wrote(self) -> None:
        """The store holds rows of the model only, each once."""
        names = self.store.request_ids()
        assert len(set(names)) == len(names)
        assert set(names) <= set(self.written)

    def teardown(self) -> None:
        """At the end all is there, in order."""
        if hasattr(self, "ingest"):
            self.read()
            self.shut()
        self.runner.close()


def test_claims_and_rows_hold_over_restarts_and_crashes(tmp_path: pathlib.Path) -> None:
    """Commits, replays and conflicts agree with a dict, over restarts, crashes, outages and clock jumps."""

    class Machine(ClaimsMachine):
        base = str(tmp_path)

    machine = Machine.TestCase
    machine.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
    machine().runTest()
