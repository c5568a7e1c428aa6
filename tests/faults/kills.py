"""Processes that die: at random moments, at chosen system calls, and by SIGTERM."""

import contextlib
import time
from collections.abc import Callable

import psutil

from faults import tracing
from faults.server import Server, wait_gone
from faults.trial import Trial

KILLS_PER_ROUND = 5
KILLS_AT_CALLS_PER_ROUND = 3
CALL_SECONDS = 10.0
LATEST_CALL = 20
STOP_SECONDS = 35.0
# Where a process dies: whose, at which calls.
SERVER_CALLS = ("fdatasync", "fsync", "pwrite64", "ftruncate", "fdatasync,pwrite64")
ENGINE_CALLS = ("fdatasync", "write", "rename", "mkdir", "unlink,rmdir", "openat")


def kill_server(trial: Trial) -> None:
    """The server dies at random moments; its engine follows."""
    _kills(trial, lambda _, server: server.kill_server())


def kill_both(trial: Trial) -> None:
    """Server and engine die at the same random moments."""
    _kills(trial, lambda _, server: server.kill())


def kill_engine(trial: Trial) -> None:
    """The engine dies at random moments, and the server goes on."""
    server = trial.server().start()
    with trial.traffic(server) as traffic:
        for _ in range(KILLS_PER_ROUND):
            trial.sleep(0.1, 2.0)
            server.kill_engine()
            trial.outcome.faults += 1
            trial.expect_recovery(traffic, 30.0)
    trial.check(server, traffic.history.cells())


def kill_at_calls(trial: Trial) -> None:
    """The server or the engine dies at the nth time that it writes, syncs, renames or deletes."""
    server = trial.server().start()
    with trial.traffic(server) as traffic:
        for number in range(KILLS_AT_CALLS_PER_ROUND):
            traffic.wait_for(50)
            _kill_at_call(trial, server, number)
            if not server.running():
                server.start()
            trial.expect_recovery(traffic, 30.0)
    trial.check(server, traffic.history.cells())


def sigterm(trial: Trial) -> None:
    """A server that is asked to stop under load ends with 0, and the next one has everything."""
    server = trial.server().start()
    with trial.traffic(server) as traffic:
        for _ in range(KILLS_AT_CALLS_PER_ROUND):
            trial.sleep(0.3, 2.0)
            began = time.monotonic()
            status = server.stop()
            trial.outcome.faults += 1
            if status != 0 or time.monotonic() - began > STOP_SECONDS:
                trial.outcome.failures.append(f"ended with {status} after {time.monotonic() - began:.1f} s")
            server.start()
            traffic.wait_for(20)
    trial.check(server, traffic.history.cells())


def _kills(trial: Trial, kill: Callable[[Trial, Server], None]) -> None:
    server = trial.server().start()
    with trial.traffic(server) as traffic:
        for _ in range(KILLS_PER_ROUND):
            trial.sleep(0.05, 1.5)
            kill(trial, server)
            trial.outcome.faults += 1
            began = time.monotonic()
            server.start()
            trial.outcome.recovered(time.monotonic() - began)
        traffic.wait_for(20)
    trial.check(server, traffic.history.cells())


def _kill_at_call(trial: Trial, server: Server, number: int) -> None:
    of_engine = trial.draw.random() < 0.5
    engine = server.engine_process()
    process = engine if of_engine and engine is not None else psutil.Process(server.pid)
    calls = trial.draw.choice(ENGINE_CALLS if of_engine else SERVER_CALLS)
    when = trial.draw.randint(1, LATEST_CALL)
    injection = tracing.Injection(calls, f"signal=KILL:when={when}")
    log = trial.scratch / f"trace-{number}"
    with contextlib.suppress(psutil.TimeoutExpired), tracing.injected(process.pid, injection, log):
        process.wait(CALL_SECONDS)
    died = tracing.count(log) > 0
    trial.outcome.figures.append(f"{calls} {when} of the {'engine' if of_engine else 'server'}: {died}")
    trial.outcome.faults += died
    if not of_engine and died:
        server.kill()
        wait_gone(engine)
