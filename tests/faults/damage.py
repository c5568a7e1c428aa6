"""Bits that flip in the files of a server at rest: what cannot be read is named, and nothing wrong is shown."""

import pathlib
import shutil

from faults.checking import compare
from faults.observing import Unreadable, observed
from faults.server import Server
from faults.traffic import Traffic
from faults.trial import Trial

FLIPS = 4
READ_SECONDS = 15.0
# Nothing in these is data: who holds a directory, and what SQLite makes again.
MADE_AGAIN = ("helicorder.lock", "control.lock", "journal.sqlite-shm", "control.sqlite-shm")


def flipped_bits(trial: Trial) -> None:
    """One bit of one file flips: it changes nothing, or the damage is named; it never shows in a read."""
    server = trial.server().start()
    with trial.traffic(server, readers=0) as traffic:
        traffic.wait_for(trial.draw.choice((60, 300)))
        at_rest = trial.draw.random() < 0.5
        if not at_rest:
            server.kill()
    if at_rest:
        server.stop()
    kept = trial.scratch / "kept"
    _copy(server.data_dir, kept)
    for _ in range(FLIPS):
        path, place = _flip(trial, server.data_dir)
        trial.outcome.faults += 1
        verdict = _verdict(trial, server, traffic)
        trial.outcome.figures.append(f"{path} at {place}: {verdict}")
        server.end()
        _copy(kept, server.data_dir)


def _verdict(trial: Trial, server: Server, traffic: Traffic) -> str:
    """What became of a server with a flipped bit; a loss that nothing names is a failure."""
    log_began = server.log_path.stat().st_size
    try:
        server.start()
    except AssertionError:
        named = _named(server, log_began)
        if not named:
            trial.outcome.failures.append("the start failed without a word on the damage")
        return f"refused to start, {'named' if named else 'not named'}"
    try:
        found = compare(traffic.history.cells(), observed(server, traffic.history.cells(), READ_SECONDS))
    except Unreadable as unreadable:
        return f"reads fail: {str(unreadable)[:100]}"
    if not found:
        return "harmless"
    if found.lost and not found.phantom and _named(server, log_began):
        return f"{len(found.lost)} values are gone, and the log names the damage"
    trial.outcome.find(found)
    return "shown wrongly, and nothing says so"


def _named(server: Server, log_began: int) -> bool:
    """Whether what the server logged since then speaks of damage."""
    with server.log_path.open("rb") as log:
        log.seek(log_began)
        said = log.read().decode(errors="replace").lower()
    return any(word in said for word in ("damage", "corrupt", "checksum", "broken", "malformed", "cannot be opened"))


def _flip(trial: Trial, directory: pathlib.Path) -> tuple[str, int]:
    files = sorted(path for path in directory.rglob("*") if path.is_file() and path.stat().st_size)
    # Half of the flips meet the journal and the control store, which are few files among hundreds.
    few = [path for path in files if path.parent == directory and path.name not in MADE_AGAIN]
    path = trial.draw.choice(few if trial.draw.random() < 0.5 else [f for f in files if f.name not in MADE_AGAIN])
    place = trial.draw.randrange(path.stat().st_size)
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ (1 << trial.draw.randrange(8))]))
    return str(path.relative_to(directory)), place


def _copy(source: pathlib.Path, target: pathlib.Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)
