import contextlib
import pathlib
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from helicorder.ingest import journal_file
from helicorder.ingest.journal_file import Entries, JournalFile
from ingest.harness import Clock
from ingest.mutations import MUTATIONS, Mutation
from ingest.simulated_disk import IOERR_FSYNC, Disk, Image, System
from ingest.simulated_plan import Result, plan
from ingest.simulated_time import Loop, Threads
from ingest.simulation import FILES, shorten, simulate

pytestmark = pytest.mark.flaky(reruns=0)  # what is lost once in a while is lost


def run(seeds: range) -> list[Result]:
    """Run seeds; a broken promise prints the steps that break it, and how to see them again."""
    results = []
    for seed in seeds:
        result = simulate(seed)
        if result.broken:
            shortest = simulate(seed, steps=shorten(seed))
            trace = "\n".join(shortest.trace)
            pytest.fail(f"{trace}\n{shortest.broken}\nSeed {seed}: python -m ingest.simulation {seed}, in tests/")
        results.append(result)
    return results


def total(results: list[Result]) -> tuple[int, int, Counter[str], Counter[str]]:
    """Steps, acknowledged rows, answers and faults of runs."""
    faults, answers = Counter[str](), Counter[str]()
    for result in results:
        faults.update(result.faults)
        answers.update(result.answers)
    return sum(r.steps for r in results), sum(r.acknowledged for r in results), answers, faults


def test_the_promise_holds_whatever_fails() -> None:
    """No order of writes, reads, faults and crashes loses, doubles or reorders a row, or gives a stale answer."""
    steps, acknowledged, answers, faults = total(run(range(150)))
    assert steps > 15_000
    assert acknowledged > 10_000
    assert min(answers[kind] for kind in ("acknowledged", "refused", "conflict", "read", "read refused")) > 50
    assert len(faults) == 13
    assert min(faults.values()) > 10


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_the_promise_holds_over_ten_thousand_seeds() -> None:
    """The same holds for ten thousand seeds; prints what they came to."""
    began = time.monotonic()
    steps, acknowledged, answers, faults = total(run(range(10_000)))
    sys.stdout.write(f"{steps} steps, {acknowledged} rows acknowledged, {time.monotonic() - began:.0f} s\n")
    sys.stdout.write(f"{dict(answers.most_common())}\n{dict(faults.most_common())}\n")


def test_a_seed_is_one_run() -> None:
    """The same seed gives the same run, to the last moment of virtual time."""
    for seed in range(5):
        assert simulate(seed) == simulate(seed)


def seeds_until_found(mutation: Mutation, most: int) -> int:
    """How many seeds a broken product survives."""
    with mutation:
        return next(seed for seed in range(most) if simulate(seed).broken) + 1


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_product_without_one_of_its_guards_is_found_out(mutation: type[Mutation]) -> None:
    """Each guard that is taken out breaks the promise within some hundreds of seeds."""
    sys.stdout.write(f"{mutation.__name__}: {seeds_until_found(mutation(), 1_000)} seeds\n")


def test_a_broken_run_is_shortened() -> None:
    """Of a run that breaks the promise few steps are left, and these still break it."""
    with next(mutation for mutation in MUTATIONS if mutation.__name__ == "believe_a_failed_load")():
        seed = next(seed for seed in range(20) if simulate(seed).broken)
        steps = shorten(seed)
        assert len(steps) < len(plan(seed, 120)) / 4
        assert simulate(seed, steps=steps).broken


def test_a_power_cut_takes_what_was_not_synced_and_nothing_else() -> None:
    """What an fsync covered stays; of what came after, anything from nothing to all is left."""
    draw = random.Random(1)  # noqa: S311 -- reproducible, not secret
    image = Image(b"old!")
    image.pending.append((0, b"sync"))
    image.sync()
    image.pending.append((4, b"lost"))
    left = {image.after_power_cut(draw) for _ in range(200)}
    assert all(found[:4] == b"sync" and len(found) <= 8 for found in left)
    assert {b"sync", b"synclost"} < left
    image.fail_sync(draw)
    image.sync()
    assert image.after_power_cut(draw) in {b"sync", b"synclost"}


@contextlib.contextmanager
def watched(directory: pathlib.Path) -> Iterator[Disk]:
    """A directory on a simulated disk."""
    directory.mkdir()
    with contextlib.closing(Loop(float)) as loop:
        threads = Threads(loop, bool)
        disk = Disk(directory, random.Random(1), threads)  # noqa: S311 -- reproducible, not secret
        with FILES.installed(threads), patch.object(journal_file, "os", System(FILES)):
            FILES.disks[str(directory)] = disk
            yield disk


def test_a_row_that_could_not_be_set_aside_is_not_counted_as_removed(tmp_path: pathlib.Path) -> None:
    """After the disk was full while a refused row was moved, the row is moved and the journal can be trimmed."""
    with watched(tmp_path / "a") as disk:
        file = JournalFile(disk.directory, Clock())
        file.write([Entries([b"refused", b"loaded"])])
        newest = file.ledger.newest
        disk.full_after = 0
        with pytest.raises(sqlite3.OperationalError):
            file.set_aside(newest.version - 1, "a reason")
        disk.make_room()
        file.set_aside(newest.version - 1, "a reason")
        file.trim(newest)
        assert file.read(0, newest.version, 10, 1 << 20) == []
        file.close()


def test_what_a_start_finds_in_the_log_is_on_the_disk(tmp_path: pathlib.Path) -> None:
    """Transactions that a failed fsync left in the cache alone are durable once a journal was opened on them."""
    with watched(tmp_path / "a") as disk:
        first = JournalFile(disk.directory, Clock())
        first.write([Entries([b"acknowledged"])])

        def fail(name: str) -> int:
            disk.image(name).fail_sync(disk.draw)
            return IOERR_FSYNC

        with patch.object(disk, "sync", fail), pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
            first.write([Entries([b"not acknowledged"])])
        (tmp_path / "b").mkdir()
        disk.kill(tmp_path / "b")
        second = Disk(tmp_path / "b", disk.draw, disk.threads)
        second.inherit(disk)
        FILES.disks[str(second.directory)] = second
        log = second.directory / "journal.sqlite-wal"
        assert second.image(log.name).durable != log.read_bytes()
        file = JournalFile(second.directory, Clock())
        assert second.image(log.name).durable == log.read_bytes()
        assert file.ledger.newest.rows == 2
        file.close()
        first.close()
