"""One owner per data directory."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from helicorder import data_directory, errors

HOLDER = """
import pathlib, sys, time
from helicorder import data_directory
held = data_directory.hold(pathlib.Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""
ORPHAN = """
import os, pathlib, sys, time
from helicorder import data_directory
held = data_directory.hold(pathlib.Path(sys.argv[1]), owner_pid=int(sys.argv[2]))
print("held", flush=True)
time.sleep(float(sys.argv[3]))
"""


def start(source: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """A process running `source`, once it holds."""
    process = subprocess.Popen([sys.executable, "-c", source, *arguments], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


@pytest.fixture
def holder(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process that holds `tmp_path / "data"`."""
    process = start(HOLDER, str(tmp_path / "data"))
    yield process
    process.kill()
    process.communicate()


def test_a_held_directory_is_the_owners_alone(tmp_path: Path) -> None:
    """The directory is made with mode 0700 and the lock file with mode 0600, whatever they were before."""
    (tmp_path / "data").mkdir(mode=0o755)
    with data_directory.hold(tmp_path / "data"):
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "data" / data_directory.LOCK_NAME).stat().st_mode) == 0o600


def test_a_directory_with_other_things_in_it_keeps_its_mode(tmp_path: Path) -> None:
    """Naming a directory that others use, by mistake or not, does not lock them out of it."""
    (tmp_path / "data").mkdir(mode=0o755)
    (tmp_path / "data" / "theirs").touch()
    with data_directory.hold(tmp_path / "data"):
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o755


def test_what_was_left_open_is_shut(tmp_path: Path) -> None:
    """Our files and directories lose what others may do with them, down to the deepest; links and foreign files do not.

    As after a copy that made all of it anew, or under a umask of 0.
    """
    data = tmp_path / "data"
    deep = data / "engine" / "store" / "store" / "abc" / "part"
    deep.mkdir(parents=True)
    (deep / "rows.bin").touch()
    (data / "engine" / "store" / "link").symlink_to(tmp_path / "precious")
    (data / "theirs").mkdir()
    for name in ("control.sqlite", "control.sqlite-wal", "journal.sqlite", "theirs/file"):
        (data / name).touch()
    (tmp_path / "precious").touch()
    for path in (*data.rglob("*"), tmp_path / "precious"):
        path.chmod(0o777 if path.is_dir() else 0o666)
    data_directory.hold(data).release()
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.stat().st_mode & 0o077}
    assert left == {"data", "data/theirs", "data/theirs/file", "data/engine/store/link", "precious"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (deep, deep.parent)} == {0o700}
    assert stat.S_IMODE((deep / "rows.bin").stat().st_mode) == 0o600


def test_shutting_that_was_interrupted_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is near the top is shut last: a start that is killed on the way leaves the rest to the next one."""
    deep = tmp_path / "engine" / "store" / "store" / "abc"
    deep.mkdir(parents=True)
    paths = [tmp_path / "engine", *(tmp_path / "engine").rglob("*")]
    for path in paths:
        path.chmod(0o777)
    chmod, done = Path.chmod, 0

    def failing(path: Path, mode: int) -> None:
        nonlocal done
        done += 1
        if done > 2:
            raise OSError("killed here")
        chmod(path, mode)

    monkeypatch.setattr(Path, "chmod", failing)
    with pytest.raises(OSError, match="killed here"):
        data_directory.hold(tmp_path)
    monkeypatch.undo()
    data_directory.hold(tmp_path).release()
    assert not any(path.stat().st_mode & 0o077 for path in paths)


def test_a_lock_file_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """Nobody can have another file truncated by putting a link where the lock file goes."""
    (tmp_path / "precious").write_text("kept")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / data_directory.LOCK_NAME).symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic"):
        data_directory.hold(tmp_path / "data")
    assert (tmp_path / "precious").read_text() == "kept"


@pytest.mark.timed
def test_a_second_holder_is_refused_at_once_and_told_who_holds(
    tmp_path: Path, holder: "subprocess.Popen[bytes]"
) -> None:
    """The refusal takes less than two seconds and names the holder's process id, its start and the path."""
    began = time.monotonic()
    with pytest.raises(errors.DataDirectoryHeld) as refused:
        data_directory.hold(tmp_path / "data")
    assert time.monotonic() - began < 2
    assert f"process {holder.pid} (since 20" in refused.value.message
    assert str(tmp_path / "data") in refused.value.message


def test_one_process_cannot_hold_a_directory_twice(tmp_path: Path) -> None:
    """A second hold is refused even in the process that holds, and works after release."""
    held = data_directory.hold(tmp_path)
    with pytest.raises(errors.DataDirectoryHeld, match=f"process {os.getpid()} "):
        data_directory.hold(tmp_path)
    held.release()
    held.release()
    data_directory.hold(tmp_path).release()


@pytest.mark.timed
def test_a_killed_holder_never_blocks_the_next(tmp_path: Path, holder: "subprocess.Popen[bytes]") -> None:
    """After SIGKILL the lock file is still there and the directory is free."""
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / "data" / data_directory.LOCK_NAME).exists()
    began = time.monotonic()
    data_directory.hold(tmp_path / "data").release()
    assert time.monotonic() - began < 1


def test_a_child_of_a_dead_owner_is_waited_for(tmp_path: Path) -> None:
    """A lock whose named owner is dead is about to be free, so the next holder waits for it."""
    gone = subprocess.Popen([sys.executable, "-c", ""])  # stays a zombie until it is waited for: that is dead as well
    while not Path(f"/proc/{gone.pid}/stat").read_text().split(") ")[1].startswith("Z"):
        time.sleep(0.01)
    orphan = start(ORPHAN, str(tmp_path), str(gone.pid), "0.5")
    data_directory.hold(tmp_path).release()
    assert orphan.wait(timeout=5) == 0
    gone.wait()
    orphan.communicate()


def test_waiting_for_a_child_of_a_dead_owner_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the lock does not come free in time the next holder is refused after all."""
    monkeypatch.setattr(data_directory, "DYING_SECONDS", 0.2)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    orphan = start(ORPHAN, str(tmp_path), str(gone.pid), "60")
    with pytest.raises(errors.DataDirectoryHeld, match=f"process {gone.pid} "):
        data_directory.hold(tmp_path)
    orphan.kill()
    orphan.communicate()


def test_a_process_that_only_has_the_dead_owners_number_is_not_the_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that started after the lock was taken cannot have taken it."""
    monkeypatch.setattr(data_directory, "DYING_SECONDS", 0.1)
    with data_directory.hold(tmp_path):
        (tmp_path / data_directory.LOCK_NAME).write_text(f'{{"pid":{os.getpid()},"since":"2020-01-01T00:00:00Z"}}')
        began = time.monotonic()
        with pytest.raises(errors.DataDirectoryHeld):
            data_directory.hold(tmp_path)
        assert time.monotonic() - began >= 0.1


def test_a_lock_without_a_name_in_it_is_still_a_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unreadable lock file is no way around a lock that is held, and no obstacle when it is not."""
    monkeypatch.setattr(data_directory, "DYING_SECONDS", 0.1)
    with data_directory.hold(tmp_path):
        (tmp_path / data_directory.LOCK_NAME).write_text("{")
        with pytest.raises(errors.DataDirectoryHeld, match="another process"):
            data_directory.hold(tmp_path)
    data_directory.hold(tmp_path).release()


def test_a_directory_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    """A path below a file is an OSError that names it, not a refusal."""
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        data_directory.hold(tmp_path / "file" / "data")
