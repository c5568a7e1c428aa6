"""What goes between the server and a worker: data of declared types, and nothing that runs."""

import datetime as dt

import msgspec
import pytest

from helicorder.errors import Invalid, JobFailed, TooComplex
from helicorder.providers.exchanged import Exchanged, read_with_digest
from helicorder.workers.jobs import decode_outcome, do, encode_job
from jobs_to_do import fail, refuse

EXCHANGED = Exchanged(
    provider="OPENAI", path="/v1/completions", request_body=b'{"model":"m"}', answer=b'{"usage":{}}', limit=1 << 20,
    content_type="application/json", content_encoding="", truncated=False, omit_request=False, omit_response=False,
)  # fmt: skip
# What would call os.getpid() if it were unpickled.
PICKLED = b"cos\ngetpid\n(tR."


def raise_memory_error(_: bytes) -> None:
    """Need more memory than there is."""
    raise MemoryError


def give_too_much(at: dt.datetime) -> int:
    """Return an integer that no row can hold."""
    return at.year**99


def test_values_arrive_as_their_types_say() -> None:
    """Structures, bytes and tuples come back equal to what the function returns in this process."""
    outcome = decode_outcome(read_with_digest, do(encode_job(read_with_digest, (EXCHANGED,))))
    assert outcome.value == read_with_digest(EXCHANGED)


@pytest.mark.parametrize(
    ("function", "argument", "error"),
    [
        (refuse, b"", Invalid),
        (fail, b"", JobFailed),
        (raise_memory_error, b"", TooComplex),
        (give_too_much, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), Invalid),
    ],
)
def test_errors_arrive_by_name(function: object, argument: object, error: type[Exception]) -> None:
    """A problem arrives as itself, too little memory as too complex, anything else as a failed job."""
    assert callable(function)
    assert decode_outcome(function, do(encode_job(function, (argument,)))).error is error


def test_what_is_no_message_of_ours_is_refused() -> None:
    """Bytes that a pickle would run are an error on either side."""
    assert decode_outcome(refuse, do(PICKLED)).error is JobFailed
    with pytest.raises(msgspec.DecodeError):
        decode_outcome(refuse, PICKLED)
