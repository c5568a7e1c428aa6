"""Disks that answer with errors: EIO on the journal, ENOSPC on one file at a time, a file system gone read-only."""

import pathlib
import subprocess
import time

from faults import disks, tracing
from faults.server import Server
from faults.traffic import Traffic
from faults.trial import Trial, as_promised

JOURNAL = ("journal.sqlite", "journal.sqlite-wal")
FAILED_SECONDS = 20.0
QUIET_SECONDS = 1.5
LATEST_CALL = 80
READ_ONLY_MB = 512
SYNCS = "fdatasync,fsync"
GROWS = "pwrite64,write,ftruncate,fallocate"


def eio_on_sync(trial: Trial) -> None:
    """An fsync of the journal fails, once or from then on: nothing more is acknowledged until a restart."""
    _eio(trial, SYNCS)


def eio_on_write(trial: Trial) -> None:
    """A write to the journal fails, once or from then on: nothing more is acknowledged until a restart."""
    _eio(trial, "pwrite64")


def _eio(trial: Trial, calls: str) -> None:
    server = trial.server().start()
    when = f"{trial.draw.randint(1, LATEST_CALL)}{trial.draw.choice(['', '+'])}"
    injection = tracing.Injection(calls, f"error=EIO:when={when}", _files(server, *JOURNAL))
    with trial.traffic(server) as traffic:
        traffic.wait_for(50)
        with tracing.injected(server.pid, injection, trial.scratch / "trace"):
            if not _journal_failed(server):
                trial.outcome.failures.append(f"the journal did not fail though {calls} {when} did")
            acknowledged = traffic.history.acknowledgements
            trial.outcome.faults += 1
            time.sleep(QUIET_SECONDS)
            if traffic.history.acknowledgements > acknowledged:
                trial.outcome.failures.append("writes were acknowledged after the journal had failed")
        server.kill()
        server.start()
        trial.expect_recovery(traffic)
        traffic.wait_for(20)
    trial.check(server, traffic.history.cells())


def no_space_for_journal(trial: Trial) -> None:
    """The journal's file or its log cannot grow for some seconds."""
    _no_space(trial, JOURNAL)


def no_space_for_shared_memory(trial: Trial) -> None:
    """The index of the journal's log cannot grow for some seconds."""
    _no_space(trial, ("journal.sqlite-shm",))


def no_space_for_control(trial: Trial) -> None:
    """The control store cannot grow for some seconds, while keys are made."""
    server = trial.server().start()
    files = _files(server, "control.sqlite", "control.sqlite-wal", "control.sqlite-shm")
    made: list[str] = []
    with trial.traffic(server) as traffic:
        traffic.wait_for(50)
        injection = tracing.Injection(f"{GROWS},{SYNCS}", "error=ENOSPC", files)
        with tracing.injected(server.pid, injection, trial.scratch / "trace"):
            until = time.monotonic() + trial.draw.uniform(2, 6)
            while time.monotonic() < until:
                made += _made_key(trial, server, len(made))
                time.sleep(0.1)
            trial.outcome.faults += 1
        trial.expect_recovery(traffic)
        made += _made_key(trial, server, len(made))
        if not made:
            trial.outcome.failures.append("no key could be made once there was room again")
    _expect_keys(trial, server, made)
    trial.check(server, traffic.history.cells())
    server.kill()
    _expect_keys(trial, server.start(), made)


def read_only(trial: Trial) -> None:
    """The kernel makes the file system read-only after an error; repaired and mounted again, it has everything."""
    place = trial.scratch / "disk"
    kept = trial.scratch / "kept.image"
    disk = trial.stack.enter_context(disks.ext4(place, READ_ONLY_MB))
    disk.remount("errors=remount-ro")
    server = trial.server(place / "data").start()
    with trial.traffic(server) as traffic:
        traffic.wait_for(50)
        trial.sleep(0.2, 3.0)
        before = traffic.history.cells()
        disk.fail()
        trial.outcome.faults += 1
        time.sleep(QUIET_SECONDS)
        acknowledged = traffic.history.acknowledgements
        time.sleep(QUIET_SECONDS)
        if traffic.history.acknowledgements > acknowledged:
            trial.outcome.failures.append("writes were acknowledged on a read-only file system")
        after = traffic.history.cells()
        server.kill()
    disk.unmount(kept)
    subprocess.run(["e2fsck", "-fy", str(kept)], check=False, capture_output=True)
    trial.stack.enter_context(disks.mounted_image(kept, place))
    trial.check(server.start(), as_promised(before, after))


def _no_space(trial: Trial, names: tuple[str, ...]) -> None:
    server = trial.server().start()
    injection = tracing.Injection(GROWS, "error=ENOSPC", _files(server, *names))
    with trial.traffic(server) as traffic:
        for number in range(2):
            traffic.wait_for(50)
            log = trial.scratch / f"trace-{number}"
            with tracing.injected(server.pid, injection, log):
                trial.sleep(2, 6)
            trial.outcome.faults += tracing.count(log) > 0
            trial.outcome.figures.append(f"{tracing.count(log)} calls failed")
            _expect_recovery(trial, server, traffic)
    trial.check(server, traffic.history.cells())


def _expect_recovery(trial: Trial, server: Server, traffic: Traffic) -> None:
    """A full disk passes by itself; a journal that met an unknown state says so, and needs a restart."""
    if server.metric("helicorder_journal_failed"):
        trial.outcome.failures.append("the journal failed for good though the disk was only full")
        server.kill()
        server.start()
    trial.expect_recovery(traffic)


def _journal_failed(server: Server) -> bool:
    deadline = time.monotonic() + FAILED_SECONDS
    while time.monotonic() < deadline:
        if server.metric("helicorder_journal_failed"):
            return True
        time.sleep(0.02)
    return False


def _files(server: Server, *names: str) -> tuple[pathlib.Path, ...]:
    return tuple(server.data_dir / name for name in names)


def _made_key(trial: Trial, server: Server, number: int) -> list[str]:
    """A key, if one could be made; an error other than 503 is a failure."""
    answer = server.ask("POST", "/v1/api-keys", {"api_key_name": f"key {number}", "scopes": ["read"]})
    if answer.status == 200:
        return [answer.json()["apiKey"]]
    if answer.status != 503:
        trial.outcome.failures.append(f"making a key: {answer.status} {answer.body[:120]!r}")
    return []


def _expect_keys(trial: Trial, server: Server, keys: list[str]) -> None:
    """Every key whose making was answered with 200 is valid."""
    trial.outcome.acknowledged += len(keys)
    for key in keys:
        if server.ask("GET", "/v1/organization", key=key).status != 200:
            trial.outcome.lost += 1
            trial.outcome.evidence.append("a key that was acknowledged is not valid")
