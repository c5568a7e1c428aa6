"""What fails in passing is tried again, and has one effect; what fails for good is told at once."""

import datetime as dt
import email.utils
import json
import socket
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.harness import Cutter, opened, scripted
from helicorder.client import HelicorderError, RequestFailed, Retries, ScoreEdit, ScoreInput, ScoresExport
from helicorder.client.operation import Answer
from helicorder.client.retries import asked_wait, failure_of
from helicorder.model.ids import new_id
from product_server import Product

AT_ONCE = Retries(first=0.01, longest=0.02)
STORED = json.dumps({"data": {"id": "s"}, "error": None}).encode()
SCORE = ScoreInput(name="n", value=1, user_id="u")
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@given(
    st.integers(1, 12),
    st.floats(0, 100),
    st.floats(0, 100),
    st.floats(0, 1),
    st.builds(
        Retries, attempts=st.integers(1, 9), seconds=st.floats(0, 90), first=st.floats(0, 5), longest=st.floats(0, 9)
    ),
)
def test_a_wait_keeps_its_bounds(tried: int, elapsed: float, asked: float, draw: float, retries: Retries) -> None:
    """A wait is at least what the server asks for, at most that and its bound, and never leads past the last try."""
    wait = retries.wait(tried, elapsed, asked, draw)
    if wait is None:
        longest = asked + min(retries.longest, retries.first * 2 ** (tried - 1))
        assert tried >= retries.attempts or elapsed + longest >= retries.seconds
    else:
        assert tried < retries.attempts
        assert asked <= wait <= asked + min(retries.longest, retries.first * 2 ** (tried - 1))
        assert elapsed + wait <= retries.seconds


def test_waits_grow_and_are_drawn_over_their_whole_length() -> None:
    """The bound of a wait doubles up to the longest, and a draw of 0 does not wait."""
    retries = Retries(attempts=9, first=1, longest=8, seconds=1_000)
    assert [retries.wait(tried, 0, 0, 1) for tried in range(1, 7)] == [1, 2, 4, 8, 8, 8]
    assert retries.wait(5, 0, 0, 0) == 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0),
        ("7", 7),
        (" 7 ", 7),
        ("soon", 0),
        ("-3", 0),
        ("1.5", 0),
        (email.utils.format_datetime(NOW + dt.timedelta(seconds=9)), 9),
        (email.utils.format_datetime(NOW - dt.timedelta(seconds=9)), 0),
    ],
)
def test_retry_after_is_read_both_ways(text: str, seconds: float) -> None:
    """Retry-After is seconds or a date; what is neither asks for nothing."""
    assert asked_wait(Answer(503, {"retry-after": text}, b""), NOW) == seconds


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error":null}', b"[]", b"\xff", b"[" * 100_000])
def test_any_failure_has_a_sentence(body: bytes) -> None:
    """What a stranger between client and server answers is a failure with its status, whatever the body is."""
    failure = failure_of(Answer(502, {}, body))
    assert failure is not None
    assert (failure.status, failure.code) == (502, "http_502")
    assert "502" in str(failure)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_write_keeps_its_key_over_its_tries(kind: str, status: int) -> None:
    """A write that fails in passing is sent again, the same body under the same key; the next write has another one."""
    with (
        scripted((status, {}, b""), (status, {"Retry-After": "0"}, b""), (200, {}, STORED)) as (url, seen),
        opened(kind, url, "sk-helicone-k", retries=AT_ONCE) as client,
    ):
        assert client.create_score(SCORE).id == "s"
        client.create_score(SCORE)
        assert len(seen) == 4
        keys = [one.headers["idempotency-key"] for one in seen]
        assert keys[0] == keys[1] == keys[2] != keys[3]
        assert len({(one.method, one.path, one.body) for one in seen}) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 500, 301])
def test_what_will_not_pass_is_tried_once(kind: str, status: int) -> None:
    """A refusal is told at once: the same request would be refused again."""
    with scripted((status, {}, b"")) as (url, seen), opened(kind, url, "sk-helicone-k", retries=AT_ONCE) as client:
        with pytest.raises(RequestFailed) as refused:
            client.create_score(SCORE)
        assert (refused.value.status, len(seen)) == (status, 1)


def test_tries_are_bounded_in_number_and_in_time(kind: str) -> None:
    """A server that is always busy is given up on after so many tries, or when it asks for more time than is left."""
    busy = (503, {"helicorder-error": "unavailable"}, b'{"data":null,"error":"Later."}')
    with scripted(busy) as (url, seen), opened(kind, url, "k", retries=Retries(attempts=3, first=0.001)) as client:
        with pytest.raises(RequestFailed, match="Later") as failed:
            client.get_score_names()
        assert (failed.value.code, len(seen)) == ("unavailable", 3)
    began = time.monotonic()
    with scripted((503, {"Retry-After": "3600"}, b"")) as (url, seen), opened(kind, url, "k") as client:
        with pytest.raises(RequestFailed):
            client.get_score_names()
        assert len(seen) == 1
    assert time.monotonic() - began < 5


def test_nobody_there_is_told_in_words(kind: str, unused_port: int) -> None:
    """Where nobody listens the caller is told so after the tries, with no status."""
    url = f"http://127.0.0.1:{unused_port}"
    with (
        opened(kind, url, "k", retries=Retries(attempts=2, first=0.001)) as client,
        pytest.raises(RequestFailed) as failed,
    ):
        client.get_score_names()
    assert (failed.value.status, failed.value.code) == (None, "no_answer")
    assert "No answer" in str(failed.value)


def test_a_silent_server_is_waited_for_so_long(kind: str) -> None:
    """A server that does not answer in time is a failure like one that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with opened(kind, url, "k", seconds=0.2, retries=Retries(attempts=2, first=0.001)) as client:
            began = time.monotonic()
            with pytest.raises(RequestFailed):
                client.get_score_names()
            assert 0.3 < time.monotonic() - began < 5


@pytest.mark.parametrize("url", ["localhost:8585", "ftp://h", "http://[", ""])
def test_an_address_that_is_none_is_told_at_once(kind: str, url: str) -> None:
    """What no request can be sent to is a problem in words."""
    with pytest.raises(HelicorderError), opened(kind, url, "k", retries=AT_ONCE) as client:
        client.get_score_names()


def test_an_answer_of_another_kind_is_told(kind: str) -> None:
    """A page of a stranger that answers 200 is no score."""
    with scripted((200, {}, b"<html>")) as (url, _), opened(kind, url, "k") as client:
        with pytest.raises(RequestFailed) as failed:
            client.get_score_names()
        assert failed.value.code == "unreadable_answer"


@pytest.fixture
def cutter(product: Product) -> Iterator[Cutter]:
    """A proxy before the server that loses its first two answers."""
    made = Cutter(product.port, cuts=2)
    yield made
    made.close()


def test_a_lost_answer_has_one_effect(product: Product, kind: str, cutter: Cutter) -> None:
    """A score whose answer was lost twice, after it had been stored, is there once, and the caller is told its id."""
    score_id = f"own {new_id()}"
    with opened(kind, cutter.url, product.key, retries=AT_ONCE) as client:
        assert client.create_score(ScoreInput(name="n", value=1, user_id="u", id=score_id)).id == score_id
        assert cutter.lost == 2
        assert len(client.get_versions(score_id)) == 1


def test_a_lost_answer_to_a_batch_has_one_effect(product: Product, kind: str, cutter: Cutter) -> None:
    """A batch whose answer was lost is stored once, and its results are told."""
    name = f"batch {new_id()}"
    with opened(kind, cutter.url, product.key, retries=AT_ONCE) as client:
        added = client.add_scores({"name": name, "value": n, "user_id": "u", "id": f"{name} {n}"} for n in range(20))
        assert (added.stored, cutter.lost) == (20, 2)
        lines = b"".join(client.export_scores("jsonl", ScoresExport(name=[name]))).splitlines()
        assert len(lines) == 20
        assert len(client.get_versions(f"{name} 7")) == 1


def test_a_lost_answer_to_an_edit_and_to_a_deletion_has_one_effect(product: Product, kind: str, cutter: Cutter) -> None:
    """An edit of a version, and a deletion, whose answers were lost are answered as the first time."""
    with opened(kind, product.base, product.key) as client:
        made = client.create_score(ScoreInput(name="n", value=1, user_id="u", id=f"own {new_id()}"))
        version = client.get_score(made.id).version
    with opened(kind, cutter.url, product.key, retries=AT_ONCE) as client:
        assert client.edit_score(made.id, ScoreEdit(value=2, version=version)).id == made.id
        cutter.cuts = 2
        assert client.delete_score(made.id).id == made.id
        assert (len(client.get_versions(made.id)), cutter.lost) == (3, 4)


def test_a_file_that_breaks_off_is_a_failure(product: Product, kind: str) -> None:
    """A file that does not come to its end raises after what came, and is not begun anew by itself."""
    name, comment = f"broken {new_id()}", "".join(new_id() for _ in range(200))
    cutter = Cutter(product.port, cuts=0, passed=100_000)
    with opened(kind, cutter.url, product.key, retries=AT_ONCE) as client:
        client.add_scores({"name": name, "value": n, "user_id": f"u{n}", "comment": comment} for n in range(200))
        cutter.cuts = 1
        with pytest.raises(RequestFailed) as failed:
            list(client.export_scores("jsonl", ScoresExport(name=[name])))
        assert (failed.value.code, cutter.lost) == ("broken_off", 1)
    cutter.close()
