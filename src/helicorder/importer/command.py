"""What an import tells whoever runs it: refused rows and progress on standard error, at the end what came of it."""

import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from helicorder.errors import Invalid
from helicorder.importer.rows import Kind, Refused
from helicorder.importer.run import Progress, Told, import_files

_OFTEN, _SELDOM = 0.5, 10.0


def run(files: Sequence[Path], url: str, key: str, out: Console, err: Console, *, again: bool) -> bool:
    """Import files; whether every row of every file was brought in.

    Raises:
        Invalid: nothing to import, or no key; or as `import_files`.
        OSError: a file cannot be read; seen before anything is brought in.
    """
    if not files:
        raise Invalid("Name the files to bring in.")
    if not key:
        raise Invalid("A key is needed: --key, or HELICONE_API_KEY in the environment.")
    for path in files:
        path.open("rb").close()
    reporter = Reporter(err)
    done = import_files(files, url, key, Told(reporter.refused, reporter.progress), again=again)
    for path, progress in zip(files, done, strict=True):
        if progress.problem:
            err.print(f"{path} {progress.problem}")
        out.print(_summary(path, progress))
    return not any(progress.refused or progress.problem for progress in done)


def _summary(path: Path, progress: Progress) -> str:
    said = [f"{path}: {progress.brought:,} {progress.kind or 'rows'} brought in"]
    if progress.before:
        said.append(f"{progress.before:,} of them were there already")
    if progress.refused:
        said.append(f"{progress.refused:,} refused")
    return ", ".join(said)


class Reporter:
    """Tells of refusals at once, and of progress now and then: over one line on a terminal, else in lines."""

    def __init__(self, err: Console) -> None:
        self._err = err
        self._every = _OFTEN if err.is_terminal else _SELDOM
        self._end = "\r" if err.is_terminal else "\n"
        self._began = self._told = time.monotonic()

    def refused(self, path: Path, kind: Kind, row: Refused) -> None:
        """One row."""
        self._err.print(f"{path}:{row.place}: {kind} row refused: {row.reason}")

    def progress(self, path: Path, progress: Progress) -> None:
        """A step."""
        now = time.monotonic()
        if now - self._told < self._every:
            return
        self._told = now
        done = f"{progress.read:,} rows read, {progress.brought:,} brought in, {progress.refused:,} refused"
        self._err.print(f"{path}: {done}, {now - self._began:,.0f} s", end=self._end)
