"""Worker processes: where jobs run, and what bounds them in time, memory and number."""

import asyncio
import os
import pathlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import psutil
import pytest

from helicorder.errors import Invalid, JobFailed, TooComplex, Unavailable
from helicorder.workers.pool import LARGE_BYTES, Pool
from jobs_to_do import die, fail, fill, process_of, refuse, sleep

LARGE = bytes(LARGE_BYTES + 1)


@pytest.fixture(autouse=True)
def jobs_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers import the jobs of the tests."""
    monkeypatch.setenv("PYTHONPATH", str(pathlib.Path(__file__).parent.parent))


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    """A pool with the product's bounds."""
    made = Pool()
    yield made
    await made.close()


async def test_large_bodies_leave_the_process_and_small_ones_stay(pool: Pool) -> None:
    """What is over the size is done in another process, whose memory and lock are its own."""
    assert await pool.run("a", process_of, LARGE[1:]) == os.getpid()
    assert await pool.run("a", process_of, LARGE) in set(pool.pids) - {os.getpid()}


async def test_a_job_that_takes_too_long_is_ended(jobs_are_found: None) -> None:
    """After its time a worker is killed and replaced, its caller is told to try again, and it is counted."""
    pool = Pool(job_seconds=1.0)
    try:
        first = await pool.run("a", process_of, LARGE)
        with pytest.raises(Unavailable):
            await pool.run("a", sleep, LARGE, 60.0)
        assert not psutil.pid_exists(first)
        assert (await pool.run("a", process_of, LARGE), pool.killed) != (first, 0)
    finally:
        await pool.close()


async def test_a_job_cannot_take_the_machines_memory(pool: Pool) -> None:
    """Two gigabytes are refused to a job, and nothing but the job fails."""
    with pytest.raises(TooComplex):
        await pool.run("a", fill, LARGE, 2 << 30)
    assert await pool.run("a", fill, LARGE, 100 << 20) == 100 << 20


@pytest.mark.parametrize(
    ("job", "error"), [(refuse, Invalid), (fail, JobFailed), (die, TooComplex)], ids=["refuses", "fails", "dies"]
)
async def test_what_a_job_raises_reaches_its_caller(
    pool: Pool, job: Callable[[bytes], None], error: type[Exception]
) -> None:
    """A problem is raised as itself, any other error as a failure; the next job finds a worker either way."""
    with pytest.raises(error) as raised:
        await pool.run("a", job, LARGE)
    assert job is not refuse or str(raised.value) == "Not this."
    assert await pool.run("a", process_of, LARGE)


async def test_an_organisation_waits_for_its_own_jobs_alone(pool: Pool) -> None:
    """However many jobs one organisation has, another's next job starts at once."""
    await asyncio.gather(*(pool.run(org, process_of, LARGE) for org in "ab"))  # so that both workers are there
    busy = [asyncio.ensure_future(pool.run("a", sleep, LARGE, 1.5)) for _ in range(4)]
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await pool.run("b", process_of, LARGE)
    assert time.monotonic() - began < 1.0
    assert not any(job.done() for job in busy)
    for job in busy:
        job.cancel()
    await asyncio.gather(*busy, return_exceptions=True)


async def test_a_caller_that_leaves_frees_its_worker(pool: Pool) -> None:
    """A job whose caller is cancelled is ended, and its worker is there for the next one."""
    job = asyncio.ensure_future(pool.run("a", sleep, LARGE, 60.0))
    await asyncio.sleep(0.5)
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)
    assert await asyncio.wait_for(pool.run("a", process_of, LARGE), 20)


async def test_closing_ends_every_worker() -> None:
    """No process is left behind, not even one that is at work."""
    pool = Pool()
    job: asyncio.Future[Any] = asyncio.ensure_future(pool.run("a", sleep, LARGE, 60.0))
    await asyncio.sleep(1.0)
    [worker] = pool.pids
    await pool.close()
    await asyncio.gather(job, return_exceptions=True)
    assert not psutil.pid_exists(worker)
