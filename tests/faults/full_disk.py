"""Disks that fill up and get room again while the server runs: all of it, or the part that holds one kind of file."""

import contextlib
import itertools
import secrets
import subprocess
import threading
import time
from collections.abc import Iterator

from faults import disks
from faults.observing import PROBE
from faults.server import Server
from faults.traffic import NETWORK, Traffic
from faults.trial import Trial

FILLS = 2
SIZES_MB = (256, 384, 512)
RESERVES_MB = ("1", "16", "64")
LARGE_MB = 1024
GROWING_MB = 64
GROWING_SECONDS = 90.0
NEARLY_FULL_BYTES = 1 << 20
BODY_BYTES = 400_000
FILE_BYTES = 6 << 20


def full_in_memory(trial: Trial) -> None:
    """A ballast takes all of a disk in memory for some seconds, and goes."""
    size = trial.draw.choice(SIZES_MB)
    _filled(trial, trial.stack.enter_context(disks.tmpfs(trial.scratch / "disk", size)))


def full_ext4(trial: Trial) -> None:
    """A ballast takes all of an ext4 disk for some seconds, and goes."""
    size = trial.draw.choice(SIZES_MB)
    _filled(trial, trial.stack.enter_context(disks.ext4(trial.scratch / "disk", size)))


def full_large(trial: Trial) -> None:
    """The disk that lost scores: 1 GB in memory, the usual reserve, twelve seconds without room, six writers."""
    disk = trial.stack.enter_context(disks.tmpfs(trial.scratch / "disk", LARGE_MB))
    server = trial.server(disk.place / "data").start()
    with trial.traffic(server) as traffic:
        traffic.wait_for(1_500)
        _fill(trial, disk, traffic, 12.0)
        traffic.wait_for(1_500)
    trial.check(server, traffic.history.cells())


def grown_full(trial: Trial) -> None:
    """The server's own growth fills a small disk, which is then made larger."""
    disk = trial.stack.enter_context(disks.tmpfs(trial.scratch / "disk", GROWING_MB))
    server = trial.server(disk.place / "data", min_free_disk_mb=trial.draw.choice(("0", "1"))).start()
    with trial.traffic(server) as traffic, _growing(server):
        until = time.monotonic() + GROWING_SECONDS
        while not traffic.refused and disk.free_bytes() > NEARLY_FULL_BYTES and time.monotonic() < until:
            time.sleep(0.05)
        trial.outcome.faults += time.monotonic() < until
        trial.sleep(1, 8)
        disk.remount(f"size={LARGE_MB}m")
        trial.expect_recovery(traffic)
        traffic.wait_for(100)
    trial.check(server, traffic.history.cells())


def full_engine(trial: Trial) -> None:
    """The engine's directory is full, and the journal's disk has room."""
    _part_full(trial, "engine", 128)


def full_temporary(trial: Trial) -> None:
    """The engine's directory for temporary files is full."""
    _part_full(trial, "engine/store/tmp", 8)


def full_journal(trial: Trial) -> None:
    """The journal's disk is full, and the engine's directory has room."""
    disk = trial.stack.enter_context(disks.tmpfs(trial.scratch / "disk", 96))
    trial.stack.enter_context(disks.tmpfs(disk.place / "data/engine", LARGE_MB))
    _filled(trial, disk, "1")


def full_log(trial: Trial) -> None:
    """The disk of the server's log is full."""
    disk = trial.stack.enter_context(disks.tmpfs(trial.scratch / "logs", 1))
    server = trial.server(log=disk.place / "server.log", log_level="debug").start()
    with trial.traffic(server) as traffic:
        for _ in range(FILLS):
            traffic.wait_for(50)
            _fill(trial, disk, traffic)
            server.kill_engine()
            trial.expect_recovery(traffic, 30.0)
    trial.check(server, traffic.history.cells())


def quota(trial: Trial) -> None:
    """No file may grow beyond a bound, which is then lifted."""
    server = trial.server(prefix=("prlimit", f"--fsize={FILE_BYTES}:unlimited")).start()
    with trial.traffic(server) as traffic, _growing(server):
        trial.sleep(5, 12)
        trial.outcome.faults += 1
        failed = server.metric("helicorder_journal_failed")
        for process in server.tree():
            subprocess.run(["prlimit", f"--pid={process.pid}", "--fsize=unlimited"], check=True)
        if failed:
            trial.outcome.figures.append("the journal failed, and the server was started again")
            server.kill()
            server.start()
            for process in server.tree():
                subprocess.run(["prlimit", f"--pid={process.pid}", "--fsize=unlimited"], check=True)
        trial.expect_recovery(traffic)
        traffic.wait_for(50)
    trial.check(server, traffic.history.cells())


def _part_full(trial: Trial, part: str, megabytes: int) -> None:
    """A directory of the server is a small disk of its own, which fills up."""
    server = trial.server().start()
    server.stop()
    place = server.data_dir / part
    kept = trial.scratch / "kept"
    subprocess.run(["cp", "-a", str(place), str(kept)], check=True)
    disk = trial.stack.enter_context(disks.tmpfs(place, megabytes))
    subprocess.run(["cp", "-a", f"{kept}/.", str(place)], check=True)
    _filled(trial, disk, server=server)


def _filled(trial: Trial, disk: disks.Disk, reserve: str = "", server: Server | None = None) -> None:
    reserve = reserve or trial.draw.choice(RESERVES_MB)
    server = (server or trial.server(disk.place / "data", min_free_disk_mb=reserve)).start()
    with trial.traffic(server) as traffic:
        for _ in range(FILLS):
            traffic.wait_for(200)
            trial.sleep(0.0, 2.0)
            _fill(trial, disk, traffic)
        traffic.wait_for(200)
    trial.check(server, traffic.history.cells())


def _fill(trial: Trial, disk: disks.Disk, traffic: Traffic, seconds: float = 0.0) -> None:
    disk.hold_full(seconds or trial.draw.uniform(1, 10), trial.draw)
    trial.outcome.faults += 1
    disk.give_back()
    trial.expect_recovery(traffic)


@contextlib.contextmanager
def _growing(server: Server) -> Iterator[None]:
    """Calls with large bodies that cannot be compressed, besides the traffic; nobody counts on them."""
    over = threading.Event()
    thread = threading.Thread(target=_grow, args=(server, over), name="growing", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(60)


def _grow(server: Server, over: threading.Event) -> None:
    for number in itertools.count():
        if over.is_set():
            return
        call = {
            "request_id": f"{PROBE}large-{number}",
            "created_at": "2026-11-23T10:00:00Z",
            "request_body": f'{{"text": "{secrets.token_hex(BODY_BYTES // 2)}"}}',
        }
        with contextlib.suppress(*NETWORK):
            server.ask("POST", "/v1/calls/batch", {"calls": [call]})
        over.wait(0.02)
