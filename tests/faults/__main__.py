"""``make faults``: runs the matrix, prints one table, and exits with 1 if a promise was broken.

Rounds go row by row and around again, so that a run that is cut short has tried every row. Each round has a seed of its
own, ``SEED/ROW/ROUND``; the same seed draws the same round again, as far as a machine can do the same thing twice.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import NoReturn

import msgspec

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from faults import machine
from faults.matrix import PROVED_BY_TESTS, ROWS, SOAK
from faults.proofs import Proof, proved
from faults.soak import MINUTES_VARIABLE
from faults.table import Line, remarks, table
from faults.trial import Outcome, Row, Trial

LOG_BYTES = 200_000
DATA_BYTES = 128 << 20


class RoundTooLong(Exception):
    """A round did not end in its time."""


def main() -> int:
    """Run what was asked for."""
    given = _arguments()
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGALRM, _too_long)
    machine.unshare_mounts()
    proofs = [Proof(*row) for row in PROVED_BY_TESTS]
    chosen = [row for row in ROWS if _wanted(row.goal, row.name, given.only)]
    chosen_proofs = [proof for proof in proofs if _wanted(proof.goal, proof.name, given.only)]
    if given.soak:
        os.environ[MINUTES_VARIABLE] = str(given.soak)
        chosen, chosen_proofs, given.rounds = [SOAK], [], 1
    if given.no_tests:
        chosen_proofs = []
    if not (chosen or chosen_proofs):
        names = ", ".join([*(row.name for row in ROWS), *(proof.name for proof in proofs)])
        print(f"No row is called {given.only}. The rows: {names}", file=sys.stderr)
        return 2
    rows: list[Row | Proof] = [*chosen, *chosen_proofs]
    lines = {row.name: Line(row.goal, row.name) for row in rows}
    print(f"seed {given.seed}; scratch and evidence in {given.evidence}", flush=True)
    try:
        _run_rounds(chosen, lines, given)
        _run_proofs(chosen_proofs, lines)
    except KeyboardInterrupt:
        print("interrupted: the table has what was finished", flush=True)
    return _report(list(lines.values()), given)


def _run_rounds(rows: Sequence[Row], lines: dict[str, Line], given: argparse.Namespace) -> None:
    deadline = time.monotonic() + 60 * given.minutes
    for row in rows:
        if reason := machine.missing(row.needs):
            lines[row.name].verdict = f"not run: {reason}"
    able = [row for row in rows if not lines[row.name].verdict]
    for number in range(given.first, given.first + given.rounds):
        for row in able:
            line = lines[row.name]
            if time.monotonic() > deadline:
                line.verdict = line.verdict or f"{'held' if line.rounds else 'not run'}: out of time"
                continue
            _run_round(row, line, f"{given.seed}/{row.name}/{number}", given)


def _run_round(row: Row, line: Line, seed: str, given: argparse.Namespace) -> None:
    began = time.monotonic()
    outcome = _outcome(row, seed, given)
    line.rounds += 1
    line.outcome.add(outcome)
    state = "held" if outcome.held else f"BROKEN: lost {outcome.lost}, stale {outcome.stale}, {outcome.failures[:2]}"
    print(f"{row.goal} {row.name} {seed}: {state}, {time.monotonic() - began:.0f} s", flush=True)


def _outcome(row: Row, seed: str, given: argparse.Namespace) -> Outcome:
    """One round in a scratch directory of its own; whatever happens, what it made is gone afterwards."""
    with _scratch(given.evidence) as scratch, contextlib.ExitStack() as stack:
        trial = Trial(seed, scratch, stack, given.patience)
        signal.alarm(row.seconds)
        try:
            row.run(trial)
        except RoundTooLong:
            trial.outcome.failures.append(f"the round did not end within {row.seconds} s")
        except Exception:  # noqa: BLE001 -- one broken round must not hide the others
            trial.outcome.failures.append(traceback.format_exc(limit=-6))
        finally:
            signal.alarm(0)
        if not trial.outcome.held:
            _keep_evidence(trial, given.evidence / seed.replace("/", "-"))
    return trial.outcome


@contextlib.contextmanager
def _scratch(parent: pathlib.Path) -> Iterator[pathlib.Path]:
    parent.mkdir(parents=True, exist_ok=True)
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="round-", dir=parent))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _keep_evidence(trial: Trial, place: pathlib.Path) -> None:
    """What was found, the end of what the servers logged, and their data directories, unless they are large."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    (place / "outcome.json").write_bytes(msgspec.json.format(msgspec.json.encode(trial.outcome)))
    for number, server in enumerate(trial.servers):
        server.end()
        with contextlib.suppress(OSError):
            (place / f"server-{number}.log").write_bytes(server.log_path.read_bytes()[-LOG_BYTES:])
            if sum(path.stat().st_size for path in server.data_dir.rglob("*") if path.is_file()) < DATA_BYTES:
                shutil.copytree(server.data_dir, place / f"data-{number}", symlinks=True)


def _run_proofs(proofs: Sequence[Proof], lines: dict[str, Line]) -> None:
    for proof in proofs:
        line = lines[proof.name]
        line.verdict, closing = proved(proof)
        line.rounds = 1
        line.outcome.figures.append(f"{' '.join(proof.tests)}: {closing}")
        print(f"{proof.goal} {proof.name}: {line.verdict}, {closing}", flush=True)


def _report(lines: list[Line], given: argparse.Namespace) -> int:
    print("\n" + table(lines))
    if said := remarks(lines, figures=given.figures):
        print("\n" + said)
    if given.json:
        given.json.write_bytes(msgspec.json.encode([{"verdict": line.said(), "line": line} for line in lines]))
    failed = [line.name for line in lines if line.failed]
    print(f"\nseed {given.seed}: " + (f"BROKEN: {', '.join(failed)}" if failed else "every row that was run held"))
    return 1 if failed else 0


def _wanted(goal: str, name: str, only: str) -> bool:
    """Whether a row is asked for: by its goal, the beginning of its name, or after an equals sign its whole name."""
    parts = only.split(",")
    return not only or any(part in (goal, f"={name}") or name.startswith(part.rstrip("s")) for part in parts)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description="Breaks a server in every way, and checks it.")
    parser.add_argument("--rounds", type=int, default=1, help="rounds of each row")
    parser.add_argument("--first", type=int, default=0, help="number of the first round, to replay a later one")
    parser.add_argument("--only", default="", help="goals and names, or beginnings of names, with commas between them")
    parser.add_argument("--seed", default=str(int(time.time())), help="what all that is random is drawn from")
    parser.add_argument("--minutes", type=float, default=120.0, help="no round begins later than that")
    parser.add_argument("--patience", type=float, default=1.0, help="how many times longer a recovery may take")
    parser.add_argument("--soak", type=float, default=0.0, metavar="MINUTES", help="the soak alone, for so long")
    parser.add_argument("--no-tests", action="store_true", help="leave out the rows that are proved by other tests")
    parser.add_argument("--figures", action="store_true", help="print what was measured in each round")
    parser.add_argument("--json", type=pathlib.Path, help="write the table as JSON, too")
    default = pathlib.Path(tempfile.gettempdir(), "helicorder-faults")
    parser.add_argument("--evidence", type=pathlib.Path, default=default, help="where logs of broken rounds are kept")
    return parser.parse_args()


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _too_long(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise RoundTooLong


if __name__ == "__main__":
    sys.exit(main())
