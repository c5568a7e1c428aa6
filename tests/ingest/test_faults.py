import asyncio
import collections
import contextlib
import fcntl
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from helicorder.errors import JournalUnavailable
from ingest.crash_writer import Diary
from ingest.harness import SqliteStore, Store, poll, running, score
from small_disks import fill, small_disk

TESTS = pathlib.Path(__file__).parent.parent
EXT4_IOC_SHUTDOWN, EXT4_NO_LOG_FLUSH = 0x8004587D, 2
WRITER = (sys.executable, "-m", "ingest.crash_writer")

pytestmark = pytest.mark.flaky(reruns=0)  # what is lost once in a while is lost


async def present(journal: pathlib.Path, outside: pathlib.Path) -> list[str]:
    """What a restart finds: everything in the store after a barrier."""
    store = SqliteStore(outside / "store.sqlite")
    async with running(journal, store) as ingest:
        await ingest.barrier()
    try:
        return store.request_ids()
    finally:
        store.close()


def diary_names(outside: pathlib.Path, event: str) -> set[str]:
    """What the diary says so far."""
    with contextlib.closing(Diary(outside)) as diary:
        return diary.names(event)


async def check(journal: pathlib.Path, outside: pathlib.Path, acked: set[str]) -> None:
    """Acknowledged within present within attempted, none twice."""
    attempted = diary_names(outside, "attempt")
    found = await present(journal, outside)
    assert [name for name, count in collections.Counter(found).items() if count > 1] == []
    assert acked - set(found) == set()
    assert set(found) - attempted == set()


@contextlib.asynccontextmanager
async def writing(
    journal: pathlib.Path, outside: pathlib.Path, refusals: int
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A writer that has begun; killed at the end of the block if it still lives."""
    diary = outside / "diary"
    before = diary.stat().st_size if diary.exists() else 0
    process = await asyncio.create_subprocess_exec(*WRITER, str(journal), str(outside), str(refusals), cwd=TESTS)
    try:
        await poll(lambda: diary.exists() and diary.stat().st_size > before, 30)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def kill_rounds(directory: pathlib.Path, rounds: int, seed: int) -> int:
    """Kill at random moments, check after each; how many rows were acknowledged in all."""
    moments = random.Random(seed)  # noqa: S311 -- reproducible, not secret
    acked: set[str] = set()
    for _ in range(rounds):
        async with writing(directory, directory, sys.maxsize) as process:
            await asyncio.sleep(moments.random() * 0.4)
        assert process.returncode == -signal.SIGKILL
        acked = diary_names(directory, "ack")
        await check(directory, directory, acked)
    return len(acked)


async def test_a_killed_process_loses_and_doubles_nothing(tmp_path: pathlib.Path) -> None:
    """After kill -9 under load with retries every acknowledged row is there once, and none that nobody sent."""
    assert await kill_rounds(tmp_path, 8, seed=1) > 100


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_two_hundred_kills_lose_and_double_nothing(tmp_path: pathlib.Path) -> None:
    """The same holds over 200 kills of one journal."""
    assert await kill_rounds(tmp_path, 200, seed=2) > 2_000


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace, which injects the error, is not installed")
@pytest.mark.parametrize(
    ("calls", "when", "file", "most_acked"),
    [
        ("fdatasync,fsync", "9+", "journal.sqlite-wal", 9 * 8),
        ("fdatasync,fsync", "30", "journal.sqlite-wal", 30 * 8),
        ("fdatasync,fsync", "2", "journal.sqlite", sys.maxsize),
        ("pwrite64", "40+", "journal.sqlite-wal", 40 * 8),
    ],
    ids=["every fsync from now on", "one fsync", "one fsync of a checkpoint", "every write"],
)
async def test_an_io_error_ends_acknowledging(
    tmp_path: pathlib.Path, calls: str, when: str, file: str, most_acked: int
) -> None:
    """After one I/O error, even if the next call works, nothing new is acknowledged; a restart finds all that was.

    What had its own fsync before the error may hear of it a moment after another was refused.
    """
    inject = f"inject={calls}:error=EIO:when={when}"
    command = ["strace", "-f", "-qq", "-o", str(tmp_path / "trace"), "-P", str(tmp_path / file), "-e", f"trace={calls}"]
    traced = await asyncio.to_thread(
        subprocess.run,
        [*command, "-e", inject, *WRITER, str(tmp_path), str(tmp_path), "20"],
        cwd=TESTS,
        capture_output=True,
        timeout=60,
        check=False,
    )
    if b"ptrace" in traced.stderr:
        pytest.skip("strace may not trace here")
    assert traced.returncode == 3, traced.stderr
    diary = Diary(tmp_path)
    events = diary.events()
    diary.close()
    kinds = [event for event, _ in events]
    first = kinds.index("refuse")
    came_before = {name for event, name in events[:first] if event == "attempt"}
    assert {name for event, name in events[first:] if event == "ack"} <= came_before
    assert kinds.count("refuse") >= 20
    # Each acknowledged group of eight writers had an fsync of its own.
    assert 0 < kinds.count("ack") <= most_acked
    assert b"journal_failed" in traced.stdout
    await check(tmp_path, tmp_path, diary_names(tmp_path, "ack"))


@contextlib.contextmanager
def mounted(image: pathlib.Path, place: pathlib.Path) -> Iterator[pathlib.Path]:
    """A file system in a file."""
    place.mkdir()
    if subprocess.run(["mount", "-o", "loop", image, place], check=False).returncode:
        pytest.skip("mounting a file needs privileges or loop devices that are not given here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def make_disk(image: pathlib.Path) -> None:
    """A formatted disk of 64 MiB in a file."""
    with image.open("wb") as file:
        file.truncate(64 << 20)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)


async def power_cut(directory: pathlib.Path, delay: float) -> int:
    """Cut a journal's file system off from its disk under load, and check what a restart finds on the disk."""
    disk, left = directory / "disk", directory / "left"
    make_disk(disk)
    with mounted(disk, directory / "before") as journal:
        async with writing(journal, directory, 20):
            await asyncio.sleep(delay)
            handle = os.open(journal, os.O_RDONLY)
            # Now, not later: an fsync under way while the file system is shut down may report success, and the process
            # lives on to believe it.
            acked = diary_names(directory, "ack")
            fcntl.ioctl(handle, EXT4_IOC_SHUTDOWN, struct.pack("I", EXT4_NO_LOG_FLUSH))
            # At once: an unmount could still bring the page cache to the disk.
            shutil.copyfile(disk, left)
            os.close(handle)
    with mounted(left, directory / "after") as journal:
        await check(journal, directory, acked)
    return len(acked)


@pytest.mark.skipif(shutil.which("mkfs.ext4") is None, reason="ext4, whose shutdown simulates the cut, is not here")
async def test_a_power_cut_loses_nothing(tmp_path: pathlib.Path) -> None:
    """What was acknowledged before the power went is on the disk, and the journal opens unaided."""
    assert await power_cut(tmp_path, 0.5) > 10


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(shutil.which("mkfs.ext4") is None, reason="ext4, whose shutdown simulates the cut, is not here")
async def test_sixty_power_cuts_lose_nothing(tmp_path: pathlib.Path) -> None:
    """The same holds for sixty power cuts at random moments."""
    moments = random.Random(3)  # noqa: S311 -- reproducible, not secret
    for n in range(60):
        directory = tmp_path / str(n)
        directory.mkdir()
        assert await power_cut(directory, moments.random() * 2) > 0
        (directory / "disk").unlink()
        (directory / "left").unlink()


@pytest.mark.parametrize("reserve", [0, 2 << 20])
async def test_a_full_disk_refuses_and_recovers(tmp_path: pathlib.Path, reserve: int) -> None:
    """On a full disk commits are refused and offers counted, reads go on, and freed space is used without a restart."""
    store = Store()
    block = "r" * 200_000
    with small_disk(tmp_path / "disk", 8) as disk:
        async with running(disk, store, min_free_bytes=reserve, flush_interval=60) as ingest:
            accepted = 0
            await ingest.commit([score("first")])
            fill(disk)
            results = await asyncio.gather(*(ingest.commit([score(block)]) for _ in range(40)), return_exceptions=True)
            accepted += results.count(None)
            refused = [result for result in results if result is not None]
            assert refused
            assert all(isinstance(result, JournalUnavailable) for result in refused)
            for _ in range(10):
                ingest.offer(lambda: score(block))
            await ingest.barrier()
            stats = ingest.stats()
            assert not stats.failed
            assert stats.dropped > 0
            assert len(store.rows) == 1 + accepted + 10 - stats.dropped
            (disk / "ballast").unlink()
            deadline = time.monotonic() + 10
            while True:
                with contextlib.suppress(JournalUnavailable):
                    await ingest.commit([score("after")])
                    break
                assert time.monotonic() < deadline
                await asyncio.sleep(0.1)
            await ingest.barrier()
            assert store.request_ids()[-1] == "after"
            assert len(store.rows) == 2 + accepted + 10 - stats.dropped
