"""Clocks that jump while the server runs, by libfaketime: back to 1980, an hour, a day, and beyond 2106."""

import pathlib

from faults import machine
from faults.trial import Trial

JUMPS = ("-1h", "+1h", "-1d", "+1d", "-46y", "+81y", "-10s", "+0")
PER_ROUND = 4
CACHE_SECONDS = 1  # libfaketime looks for another time so often


def jumps(trial: Trial) -> None:
    """The wall clock jumps under load: nothing is lost, the last acknowledged value counts, reads stay true."""
    offset = trial.scratch / "clock"
    _set(offset, "+0")
    server = trial.server(
        variables={
            "LD_PRELOAD": machine.libfaketime(),
            "FAKETIME_TIMESTAMP_FILE": str(offset),
            "FAKETIME_CACHE_DURATION": str(CACHE_SECONDS),
            "DONT_FAKE_MONOTONIC": "1",
        }
    ).start()
    with trial.traffic(server) as traffic:
        for jump in trial.draw.sample(JUMPS, PER_ROUND):
            traffic.wait_for(50)
            _set(offset, jump)
            trial.sleep(2 * CACHE_SECONDS, 3 * CACHE_SECONDS)
            trial.outcome.faults += 1
            trial.expect_recovery(traffic, 60.0)
        traffic.wait_for(50)
    trial.check(server, traffic.history.cells())
    server.kill()
    _set(offset, "+0")
    trial.check(server.start(), traffic.history.cells())


def _set(path: pathlib.Path, offset: str) -> None:
    path.write_text(offset)
