import asyncio
import contextlib
import datetime as dt
import pathlib
import sqlite3
import time

import pytest

from helicorder.errors import AnswerDropped, IdempotencyConflict, JournalUnavailable, TelemetryUnavailable
from helicorder.ingest import claims, journal_file
from helicorder.ingest.claims import Claim
from helicorder.ingest.ingest import Ingest
from helicorder.ingest.journal_file import Entries, JournalFile
from helicorder.model.call import Call
from helicorder.model.score import Score, ScoreKind
from ingest.harness import MORNING, Clock, Opener, Store, entries, poll, running, score
from small_disks import fill, small_disk

MIB = 1 << 20

pytestmark = pytest.mark.flaky(reruns=0)  # what is lost once in a while is lost


def score_of(org_id: str, text: str = "") -> Score:
    """A score of an organisation, as large as its text."""
    return Score(org_id, "r", "q", ScoreKind.TEXT, 0.0, MORNING, text=text)


def call(request_id: str, body: str | None) -> Call:
    """A call of the organisation of `score`."""
    at = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    return Call(
        org_id="org", request_id=request_id, created_at=at, response_at=at, provider="OPENAI", model="m", status=200,
        request_body=body,
    )  # fmt: skip


async def fill_share(ingest: Ingest, org_id: str) -> int:
    """Write as an organisation until it is refused; how many megabytes were accepted."""
    for accepted in range(100):
        try:
            await ingest.commit([score_of(org_id, "x" * MIB)])
        except JournalUnavailable:
            return accepted
    raise AssertionError("never refused")


async def test_one_organisation_leaves_room_for_others(opened: Opener, store: Store) -> None:
    """With the store down, one organisation fills three quarters of the journal, and others can still write."""
    store.go_down()
    async with opened(journal_max_bytes=40 * MIB) as ingest:
        assert 26 <= await fill_share(ingest, "greedy") <= 30
        with pytest.raises(JournalUnavailable, match="share"):
            await ingest.commit([score_of("greedy", "x" * MIB)])
        assert await fill_share(ingest, "second") >= 5
        await ingest.commit([score_of("modest")])
        store.come_back()
        await ingest.barrier()
        await ingest.commit([score_of("greedy", "x" * MIB)])


async def test_a_backlog_of_others_does_not_hold_up_a_reader(opened: Opener, store: Store) -> None:
    """A reader waits for the rows of its own organisation, and not for those that others wrote since."""
    async with opened(barrier_timeout=0.3) as ingest:
        await ingest.commit([score_of("a")])
        await ingest.commit([score_of("b")])
        await ingest.barrier()
        store.go_down()
        await ingest.commit([score_of("a", "x")])
        await ingest.barrier("b")
        await ingest.barrier("never seen")
        for waits in ("a", None):
            with pytest.raises(TelemetryUnavailable):
                await ingest.barrier(waits)


async def test_a_reader_waits_for_what_was_found_at_opening(tmp_path: pathlib.Path, store: Store) -> None:
    """Whose rows the journal holds at opening is not known, so that every reader waits for them."""
    store.go_down()
    async with running(tmp_path, store) as ingest:
        await ingest.commit([score_of("a")])
    async with running(tmp_path, store, barrier_timeout=0.3) as ingest:
        with pytest.raises(TelemetryUnavailable):
            await ingest.barrier("b")
        store.come_back()
        await ingest.barrier("b")


async def test_a_full_journal_does_not_hold_up_reads_of_what_is_loaded(opened: Opener, store: Store) -> None:
    """While every write is refused, a reader of loaded rows passes at once."""
    async with opened(journal_max_bytes=8 * MIB, barrier_timeout=0.3) as ingest:
        await ingest.commit([score_of("reader")])
        await ingest.barrier()
        store.go_down()
        for number in range(40):
            with contextlib.suppress(JournalUnavailable):
                await ingest.commit([score_of(f"org{number}", "x" * MIB)])
        with pytest.raises(JournalUnavailable):
            await ingest.commit([score_of("reader", "x" * MIB)])
        await ingest.barrier("reader")


async def test_bodies_are_given_up_before_scores(opened: Opener, store: Store) -> None:
    """With little room, offered calls lose their bodies, calls logged with bodies are refused, scores are accepted."""
    store.go_down()
    async with opened(journal_max_bytes=20 * MIB) as ingest:
        for number in range(17):
            with contextlib.suppress(JournalUnavailable):
                await ingest.commit([score_of(f"org{number}", "x" * MIB)])
        with pytest.raises(JournalUnavailable, match="bodies"):
            await ingest.commit([call("logged", "a body")])
        await ingest.commit([call("logged without", None)])
        ingest.offer(lambda: call("offered", "a body"))
        await ingest.commit([score("scored")])
        store.come_back()
        await ingest.barrier()
        assert (ingest.stats().bodies_dropped, ingest.stats().dropped) == (1, 0)
        [offered] = [row for row in store.rows.values() if isinstance(row, Call) and row.request_id == "offered"]
        assert (offered.request_body, offered.without_texts) == (None, True)
        await poll(lambda: not ingest.stats().is_low)
        await ingest.commit([call("logged", "a body")])


def test_claims_of_one_organisation_keep_to_their_share(tmp_path: pathlib.Path) -> None:
    """Beyond its share an organisation's oldest answers go first; the claims stay, and others keep theirs."""
    file = JournalFile(tmp_path, Clock(), claims_max_bytes=4 * MIB)
    for number in range(20):
        [made] = file.write([Entries([b"x"], Claim("greedy", f"k{number}", b"f", b"a" * (MIB // 4)), "greedy")])
        assert isinstance(made, bytes)
    file.write([Entries([b"x"], Claim("modest", "k", b"f", b"m" * (MIB // 2)), "modest")])
    rows = file.ledger.newest.rows
    while file.trim(file.ledger.newest):
        pass
    outcomes = file.write([Entries([b"x"], Claim("greedy", f"k{number}", b"f"), "greedy") for number in range(20)])
    dropped = [isinstance(outcome, AnswerDropped) for outcome in outcomes]
    assert dropped == [True] * 17 + [False] * 3
    assert file.write([Entries([b"x"], Claim("modest", "k", b"f"), "modest")]) == [b"m" * (MIB // 2)]
    [conflict] = file.write([Entries([b"x"], Claim("greedy", "k0", b"other"), "greedy")])
    assert isinstance(conflict, IdempotencyConflict)
    assert file.ledger.newest.rows == rows
    file.close()


def test_claims_without_answers_keep_to_the_share_too(tmp_path: pathlib.Path) -> None:
    """Where claims alone are too many, the oldest go, and the accounts end at nothing when all have gone."""
    clock = Clock()
    file = JournalFile(tmp_path, clock, claims_max_bytes=8 * MIB)
    file.write([Entries([b"x"], Claim("greedy", f"{number:06}", b"f"), "greedy") for number in range(20_000)])
    while file.trim(file.ledger.newest):
        pass
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.sqlite")) as db:
        left = [bytes(key).decode() for (key,) in db.execute("SELECT key FROM claims ORDER BY rowid")]
        usage = db.execute("SELECT * FROM claim_usage").fetchall()
    assert 4_000 < len(left) < 10_000
    assert left == [f"{number:06}" for number in range(20_000 - len(left), 20_000)]
    assert usage == [(b"greedy", len(left) * (12 + 200))]
    clock.now += claims.LIFE_MICROSECONDS + 1
    while file.trim(file.ledger.newest):
        pass
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM claim_usage").fetchone() == (0,)
    file.close()


def test_a_journal_of_the_first_version_opens(tmp_path: pathlib.Path) -> None:
    """A file that the first version wrote opens with its entries, and its claims are in the accounts."""
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.sqlite")) as db:
        db.executescript(f"{journal_file._STEPS[0]} PRAGMA user_version = 1;")
        db.execute("INSERT INTO entries VALUES (5, x'00')")
        db.execute("INSERT INTO claims VALUES (CAST('org' AS BLOB), CAST('k' AS BLOB), x'66', x'6161', 5)")
        db.commit()
    file = JournalFile(tmp_path, Clock())
    assert file.read(0, 2**62, 10, MIB) == [(5, b"\x00")]
    assert file.write([Entries([b"x"], Claim("org", "k", b"f"))]) == [b"aa"]
    file.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.sqlite")) as db:
        assert db.execute("SELECT * FROM claim_usage").fetchall() == [(b"org", 2 + 2 + 200)]
        assert db.execute("PRAGMA user_version").fetchone() == (journal_file.SCHEMA_VERSION,)


async def test_the_reserve_makes_room_on_a_full_disk(tmp_path: pathlib.Path, store: Store) -> None:
    """On a full disk the reserve is given up, so that the journal can be trimmed; with space again it is made again."""
    with small_disk(tmp_path / "disk", 128) as disk:
        async with running(disk, store, min_free_bytes=8 * MIB) as ingest:
            await ingest.commit([score(f"r{number}") for number in range(1000)])
            await poll(lambda: ingest.stats().reserve_bytes == 32 * MIB)
            fill(disk)
            with pytest.raises(JournalUnavailable):
                await refused(ingest)
            await poll(lambda: ingest.stats().reserve_bytes == 0)
            assert not (disk / "reserve").exists()
            await ingest.barrier()
            await poll(lambda: entries(disk) == [])
            (disk / "ballast").unlink()
            await poll(lambda: ingest.stats().reserve_bytes == 32 * MIB, 10)
            await ingest.commit([score("after")])


async def refused(ingest: Ingest) -> None:
    """Write until the disk is found to be full, for some seconds at most."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        await ingest.commit([score("more")])
        await asyncio.sleep(0.05)
