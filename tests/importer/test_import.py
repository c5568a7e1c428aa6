"""The import command against a real server: what goes wrong on the way, and what is said of it."""

import datetime as dt
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from client.harness import scripted
from helicorder.client import CallInput, Client, DefinitionInput, RequestFailed, ScoreKind
from helicorder.model.ids import new_id
from helicorder.model.principal import Scope
from importer.harness import brought, command, imported, organisation, rows, saved
from product_server import Product

AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
SCORE = {
    "id": "i", "target": "user", "target_id": "u", "name": "n", "kind": "numeric", "value": 1, "source": "api",
    "judged_at": "2026-03-01T00:00:00Z", "metadata": {},
}  # fmt: skip


@pytest.fixture
def key(product: Product) -> str:
    """The key of an empty organisation."""
    return organisation(product)


@pytest.fixture
def client(product: Product, key: str) -> Iterator[Client]:
    """A client of it."""
    with Client(product.base, key) as made:
        yield made


def written(path: Path, *scores: dict[str, Any]) -> Path:
    """A file of scores as JSON lines."""
    path.write_text("".join(json.dumps(SCORE | score) + "\n" for score in scores))
    return path


def many(path: Path, n: int, **fields: Any) -> Path:
    """A file of n scores, each with an id of its own."""
    return written(path, *({"id": f"i{number}", "target_id": f"u{number}", **fields} for number in range(n)))


def test_the_command_says_what_it_brought(product: Product, key: str, client: Client, tmp_path: Path) -> None:
    """Several files of several kinds and formats are brought in by one command, and each is told of."""
    client.add_calls([CallInput(request_id="r", created_at=AT, model="m")])
    files = [
        saved(tmp_path, client, "calls.parquet"),
        written(tmp_path / "s.jsonl", {}, {"id": "j"}),
        tmp_path / "none.jsonl",
    ]
    files[2].write_bytes(b"")
    done = brought(product.base, key, *files)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.partition(": ")[2] for line in done.stdout.splitlines()] == [
        "1 calls brought in", "2 scores brought in", "0 rows brought in",
    ]  # fmt: skip


def test_a_refused_row_is_named_and_the_others_come_in(
    product: Product, key: str, client: Client, tmp_path: Path
) -> None:
    """A row that cannot be read, and one that the server refuses, are told with file, line and reason."""
    path = written(
        tmp_path / "s.jsonl", {"id": "a"}, {"id": "b", "value": None}, {"id": "c", "name": "n\x00"}, {"id": "d"}
    )
    done = brought(product.base, key, path)
    assert done.returncode == 1
    told = done.stderr.splitlines()
    assert len(told) == 2
    assert any(line.startswith(f"{path}:2: scores row refused: ") and "value" in line for line in told)
    assert any(line.startswith(f"{path}:3: scores row refused: ") and "control character" in line for line in told)
    assert "2 scores brought in, 2 refused" in done.stdout
    assert [row["id"] for row in rows(client, "scores")] == ["a", "d"]


def test_importing_again_doubles_nothing(product: Product, key: str, client: Client, tmp_path: Path) -> None:
    """The same file brought in twice, whatever it holds and in whichever format, is there once with its history."""
    items = [{"id": f"i{n}", "value": n, "name": "n", "user_id": "u"} for n in range(5)]
    client.add_scores([*items, *(item | {"value": 9, "reason": "r"} for item in items)])
    client.add_calls([CallInput(request_id="r", created_at=AT, request_body="b")])
    other = organisation(product)
    for ending in ("csv", "arrow", "csv"):
        files = [
            saved(tmp_path, client, f"scores.{ending}", versions="all"),
            saved(tmp_path, client, f"calls.{ending}", bodies="true"),
        ]
        assert imported(product.base, other, *files) == []
    with Client(product.base, other) as new:
        assert rows(new, "scores", versions="all") == rows(client, "scores", versions="all")
        assert rows(new, "calls", bodies="true") == rows(client, "calls", bodies="true")


def test_what_was_deleted_comes_back_when_that_is_asked_for(
    product: Product, key: str, client: Client, tmp_path: Path
) -> None:
    """The same file brought in again says that its rows were there; asked to, it brings back what was deleted since."""
    path = written(tmp_path / "s.jsonl", {"id": "a"}, {"id": "b"})
    brought(product.base, key, path)
    client.delete_score("a")
    assert "2 scores brought in, 2 of them were there already" in brought(product.base, key, path).stdout
    assert [row["id"] for row in rows(client, "scores")] == ["b"]
    assert "2 scores brought in\n" in brought(product.base, key, path, options=["--again"]).stdout
    assert [row["id"] for row in rows(client, "scores")] == ["a", "b"]


def test_an_import_that_is_interrupted_ends_quietly(product: Product, key: str, tmp_path: Path) -> None:
    """Ctrl-C ends an import with status 130 and no traceback."""
    path = many(tmp_path / "s.jsonl", 200_000)
    running = subprocess.Popen(
        command(product.base, key, path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with Client(product.base, key) as client:
        deadline = time.monotonic() + 60
        while not rows_so_far(client) and time.monotonic() < deadline:
            time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert (running.returncode, "Traceback" in said) == (130, False)


def test_what_was_refused_may_pass_the_next_time(product: Product, key: str, client: Client, tmp_path: Path) -> None:
    """After a definition was mended the same file brings in what it refused, though the batch is remembered."""
    client.put_definition("n", DefinitionInput(kind=ScoreKind.NUMERIC, maximum=1, strict=True))
    path = written(tmp_path / "s.jsonl", {"id": "a", "value": 1}, {"id": "b", "value": 2})
    [(place, reason)] = imported(product.base, key, path)
    assert (place, "defined" in reason) == (2, True)
    client.delete_definition("n")
    deadline = time.monotonic() + 10  # what is defined counts within a second
    while imported(product.base, key, path):
        assert time.monotonic() < deadline
    assert [row["id"] for row in rows(client, "scores", versions="all")] == ["a", "b"]


def test_a_file_without_texts_leaves_texts_alone(product: Product, key: str, client: Client, tmp_path: Path) -> None:
    """Calls brought in again from a file without texts keep theirs, and are paired with others as before."""
    body = '{"messages":[{"role":"user","content":"hi"}]}'
    client.add_calls([CallInput(request_id="r", created_at=AT, request_body=body)])
    before = rows(client, "calls", bodies="true")
    assert imported(product.base, key, saved(tmp_path, client, "calls.csv")) == []
    assert rows(client, "calls", bodies="true") == before


@pytest.mark.parametrize("moment", [0.3, 1.0])
def test_an_import_that_was_killed_goes_on(
    product: Product, client: Client, key: str, tmp_path: Path, moment: float
) -> None:
    """An import killed on the way and run again brings in every row once, each with one version."""
    path = many(tmp_path / "s.jsonl", 40_000)
    killed = subprocess.Popen(command(product.base, key, path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not rows_so_far(client) and time.monotonic() < deadline and killed.poll() is None:
        time.sleep(0.05)
    time.sleep(moment)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    done = brought(product.base, key, path)
    assert (done.returncode, "40,000 scores brought in" in done.stdout) == (0, True), done.stderr
    versions = [row["id"] for row in rows(client, "scores", versions="all")]
    assert len(versions) == len(set(versions)) == 40_000


def rows_so_far(client: Client) -> int:
    """How many of the last scores there are."""
    return len(client.get_changes(limit=10).changes)


@pytest.mark.timeout(240)
def test_a_server_that_dies_is_waited_for(fresh_product: Product, tmp_path: Path) -> None:
    """The server is killed and started again while a file comes in: the import ends well, and no row is doubled."""
    fresh_product.start()
    path = many(tmp_path / "s.jsonl", 60_000)
    running = subprocess.Popen(command(fresh_product.base, fresh_product.key, path), stdout=subprocess.PIPE, text=True)
    with Client(fresh_product.base, fresh_product.key) as client:
        deadline = time.monotonic() + 60
        while not rows_so_far(client) and time.monotonic() < deadline:
            time.sleep(0.05)
        fresh_product.kill()
        fresh_product.start()
        said, _ = running.communicate(timeout=120)
        assert (running.returncode, "60,000 scores brought in" in said) == (0, True)
        versions = [row["id"] for row in rows(client, "scores", versions="all")]
        assert len(versions) == len(set(versions)) == 60_000
    assert fresh_product.stop() == 0


def test_a_key_that_may_not_write_is_told_once(product: Product, tmp_path: Path) -> None:
    """A key without the write scope ends the import with the server's sentence and status 1."""
    done = brought(product.base, organisation(product, Scope.READ), many(tmp_path / "s.jsonl", 30_000))
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "helicorder: This API key does not have the scope write."
    assert "0 rows had been brought in" in done.stderr


def test_what_cannot_begin_is_told_before_anything_is_done(
    product: Product, key: str, client: Client, tmp_path: Path
) -> None:
    """No file, no key, and a file that is not there are each one sentence, and nothing is brought in."""
    good = written(tmp_path / "s.jsonl", {})
    assert "Name the files" in brought(product.base, key).stderr
    assert "--key" in brought(product.base, "", good).stderr
    missing = brought(product.base, key, good, tmp_path / "missing.csv")
    assert (missing.returncode, "missing.csv" in missing.stderr) == (1, True)
    assert rows(client, "scores") == []


def test_a_file_of_another_kind_keeps_no_other_back(product: Product, key: str, client: Client, tmp_path: Path) -> None:
    """A file that no export wrote is told in one sentence that names it, and the file after it is brought in."""
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    done = brought(product.base, key, path, written(tmp_path / "s.jsonl", {}))
    assert done.returncode == 1
    assert done.stderr.startswith(f"{path} is no file of scores")
    assert len(rows(client, "scores")) == 1


def test_what_came_before_a_damage_is_kept(product: Product, key: str, client: Client, tmp_path: Path) -> None:
    """An Arrow file that was cut off brings in what it has, and is told to be damaged."""
    client.add_scores(
        [{"name": "n", "value": n, "user_id": "u", "id": f"i{n}", "comment": new_id() * 20} for n in range(9_000)]
    )
    path = saved(tmp_path, client, "scores.arrow")
    path.write_bytes(path.read_bytes()[:-100_000])
    other = organisation(product)
    [(_, reason)] = imported(product.base, other, path)
    assert "is damaged" in reason
    with Client(product.base, other) as new:
        assert 0 < len(rows(new, "scores")) < 9_000


def test_a_batch_that_is_too_large_is_parted(tmp_path: Path) -> None:
    """Where a server takes less than a batch holds, it is halved until it passes; a row too large alone is refused."""
    too_large = (413, {"helicorder-error": "body_too_large"}, b'{"data":null,"error":"The body is larger."}')
    one = json.dumps({"data": {"stored": 1, "results": [{"index": 0, "status": "stored", "id": "i"}]}, "error": None})
    path = written(tmp_path / "s.jsonl", {"id": "a"}, {"id": "b"})
    with scripted(too_large, (200, {}, one.encode()), too_large) as (url, seen):
        assert imported(url, "k", path) == [(2, "The body is larger.")]
        assert [len(json.loads(request.body)["scores"]) for request in seen] == [2, 1, 1]


def test_a_server_without_the_route_is_not_asked_again(tmp_path: Path) -> None:
    """A server that does not know the route ends the import at once, with a note of how far it was."""
    with scripted((404, {}, b"")) as (url, seen):
        with pytest.raises(RequestFailed) as failed:
            imported(url, "k", many(tmp_path / "s.jsonl", 50_000))
        assert len(seen) <= 2
        assert "0 rows had been brought in" in failed.value.__notes__[-1]


def _peak(command: list[str]) -> int:
    """The most memory that a command had, in bytes."""
    running = psutil.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0
    while running.poll() is None:
        peak = max(peak, running.memory_info().rss)
        time.sleep(0.02)
    assert running.returncode == 0
    return peak


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet", "arrow"])
def test_memory_does_not_grow_with_the_file(fresh_product: Product, tmp_path: Path, ending: str) -> None:
    """A file of a hundred megabytes takes little more memory than one of ten, also where its versions are sorted."""
    fresh_product.start()
    peaks = []
    with Client(fresh_product.base, fresh_product.key) as client:
        for n in (20_000, 180_000):
            client.add_scores(
                {"name": f"n{n}", "value": i, "user_id": f"u{i}", "comment": new_id() * 8} for i in range(n)
            )
            path = saved(tmp_path, client, f"scores.{ending}", name=f"n{n}", versions="all")
            peaks.append(_peak(command(fresh_product.base, fresh_product.key, path)))
    assert peaks[1] - peaks[0] < 120 << 20
    assert fresh_product.stop() == 0
