"""Power cuts: a file system is cut off from its disk, and a fresh server opens what was on the disk."""

import time

from faults import disks
from faults.trial import Trial, as_promised

DISK_MB = 768


def cut(trial: Trial) -> None:
    """The power goes at a random moment under load; what was acknowledged before is on the disk."""
    copy = trial.scratch / "after.image"
    disk = trial.stack.enter_context(disks.ext4(trial.scratch / "before", DISK_MB))
    server = trial.server(disk.place / "data").start()
    with trial.traffic(server) as traffic:
        traffic.wait_for(20)
        trial.sleep(0.2, 5.0)
        # Now, not later: an fsync under way while the file system is shut down may report success.
        before = traffic.history.cells()
        disk.cut_power(copy)
        after = traffic.history.cells()
        trial.outcome.faults += 1
        server.kill()
    left = trial.stack.enter_context(disks.mounted_image(copy, trial.scratch / "after"))
    fresh = trial.server(left.place / "data")
    fresh.key = server.key
    began = time.monotonic()
    fresh.start()
    trial.outcome.recovered(time.monotonic() - began)
    trial.check(fresh, as_promised(before, after))
