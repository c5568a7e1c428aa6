"""Steady load for a long time: memory, open files and threads must not grow."""

import os
import time

import numpy as np
import psutil

from faults.server import Server
from faults.trial import Trial

MINUTES_VARIABLE = "HELICORDER_SOAK_MINUTES"
SAMPLE_SECONDS = 5.0
WARM_UP_SHARE = 0.25
MB_PER_HOUR = 16.0
JUDGED_SECONDS = 900.0
WRITE_PAUSE_SECONDS = 0.02


def soak(trial: Trial) -> None:
    """Writers and readers for some minutes; the slopes of memory, files and threads after a warm-up."""
    seconds = 60 * float(os.environ[MINUTES_VARIABLE])
    server = trial.server().start()
    samples: list[tuple[float, ...]] = []
    with trial.traffic(server, writers=2, readers=1) as traffic:
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            time.sleep(SAMPLE_SECONDS)
            samples.append((time.monotonic() - began, *_sample(server)))
    trial.outcome.faults += seconds >= JUDGED_SECONDS  # the load itself; one that is too short proves nothing
    _judge(trial, np.array(samples), judged=seconds >= JUDGED_SECONDS)
    trial.check(server, traffic.history.cells())


def _sample(server: Server) -> tuple[float, ...]:
    """Memory of server and engine in MB, open files and threads of both."""
    processes = server.tree()[:2]
    memory = [process.memory_info().rss / 2**20 for process in processes]
    return (*memory, sum(map(psutil.Process.num_fds, processes)), sum(map(psutil.Process.num_threads, processes)))


def _judge(trial: Trial, samples: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", *, judged: bool) -> None:
    steady = samples[int(len(samples) * WARM_UP_SHARE) :]
    hours = steady[:, 0] / 3600
    slopes = [float(np.polyfit(hours, steady[:, column], 1)[0]) for column in range(1, 5)]
    names = ("server MB", "engine MB", "open files", "threads")
    levels = steady[-1, 1:]
    trial.outcome.figures += [
        f"{name} {level:.0f}, {slope:+.1f} an hour" for name, level, slope in zip(names, levels, slopes, strict=True)
    ]
    if not judged:
        trial.outcome.figures.append("too short for slopes to mean anything: 15 minutes are needed")
        return
    if slopes[0] > MB_PER_HOUR:
        trial.outcome.failures.append(f"the server's memory grows by {slopes[0]:.1f} MB an hour")
    if steady[-1, 3] > 2 * steady[0, 3] + 20:
        trial.outcome.failures.append("open files grow")
