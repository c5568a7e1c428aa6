"""Stores that stand still or crawl: writes go on, and a read waits or says that it cannot be answered."""

import signal

from faults import tracing
from faults.trial import Trial

FROZEN_SECONDS = 15.0


def frozen_engine(trial: Trial) -> None:
    """The engine stands still for 15 seconds and goes on."""
    server = trial.server().start()
    with trial.traffic(server) as traffic:
        traffic.wait_for(100)
        engine = server.engine_process()
        assert engine is not None
        engine.send_signal(signal.SIGSTOP)
        trial.outcome.faults += 1
        if not traffic.wait_for(200, FROZEN_SECONDS):
            trial.outcome.failures.append("writes were not acknowledged while the engine stood still")
        trial.sleep(FROZEN_SECONDS - 1, FROZEN_SECONDS + 1)
        engine.send_signal(signal.SIGCONT)
        trial.expect_recovery(traffic, 30.0)
        traffic.wait_for(100)
    trial.check(server, traffic.history.cells())


def slow_store(trial: Trial) -> None:
    """Each fsync of the engine takes up to half a second for a while."""
    server = trial.server().start()
    with trial.traffic(server) as traffic:
        traffic.wait_for(100)
        engine = server.engine_process()
        assert engine is not None
        delay = trial.draw.randint(5_000, 500_000)
        injection = tracing.Injection("fdatasync,fsync", f"delay_enter={delay}")
        with tracing.injected(engine.pid, injection, trial.scratch / "trace"):
            trial.sleep(8, 15)
            trial.outcome.faults += 1
        trial.expect_recovery(traffic, 30.0)
    trial.check(server, traffic.history.cells())
