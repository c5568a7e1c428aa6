"""Content codings undone within bounds."""

import gzip
import random
import sys
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.providers.encoding import MAX_DECODED_BYTES, MAX_RATIO, RATIO_FREE_BYTES, decoded

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def raw_deflate(body: bytes) -> bytes:
    """The body as deflate without zlib's header, as some servers send it."""
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush()


ENCODERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstd.compress}


@given(st.binary(max_size=5000), st.lists(st.sampled_from(sorted(ENCODERS)), max_size=3))
def test_codings_are_undone_in_reverse(body: bytes, codings: list[str]) -> None:
    """What was coded any number of times comes back as it was."""
    coded = body
    for coding in codings:
        coded = ENCODERS[coding](coded)
    assert decoded(coded, ", ".join(codings)) == (body, "")


@pytest.mark.parametrize("copies", [1, 3])
def test_members_follow_one_another(copies: int) -> None:
    """Concatenated gzip members and zstd frames, and raw deflate, decode whole."""
    body = random.Random(1).randbytes(700_000)  # noqa: S311 -- any bytes that do not compress
    assert decoded(gzip.compress(body) * copies, "GZIP").body == body * copies
    assert decoded(zstd.compress(body) * copies, "zstd").body == body * copies
    assert decoded(raw_deflate(body), "deflate").body == body


@pytest.mark.parametrize("coding", sorted(ENCODERS))
@pytest.mark.parametrize("size", [RATIO_FREE_BYTES + 1, MAX_DECODED_BYTES + 1])
def test_a_bomb_is_not_unpacked(coding: str, size: int) -> None:
    """A body that decodes to more than the ratio or the limit allows is left out, and a note says so."""
    bomb = ENCODERS[coding](b"\0" * size)
    assert len(bomb) * MAX_RATIO < size or size > MAX_DECODED_BYTES
    body, note = decoded(bomb, coding)
    assert body == b""
    assert "decodes to more than" in note


def test_a_high_ratio_is_fine_while_small() -> None:
    """Up to a megabyte any ratio is decoded: a short repetitive answer is no bomb."""
    body = b"a" * RATIO_FREE_BYTES
    assert decoded(gzip.compress(body), "gzip") == (body, "")


@pytest.mark.parametrize("coding", sorted(ENCODERS))
def test_a_cut_copy_gives_its_part(coding: str) -> None:
    """A copy cut short decodes as far as it goes."""
    body = b"".join(b"data: %d\n\n" % number for number in range(100_000))
    coded = ENCODERS[coding](body)
    part = decoded(coded[: len(coded) // 2], coding).body
    assert len(part) > len(body) // 10
    assert body.startswith(part)


def test_a_thousand_members_are_too_many() -> None:
    """A body of countless tiny members, each costing a copy of the rest, is given up as damaged."""
    body, note = decoded(gzip.compress(b"x") * 20_000, "gzip")
    assert len(body) <= 1000
    assert "damaged" in note


@pytest.mark.parametrize("coding", ["br", "compress", "nonsense", "gzip, br"])
def test_an_unknown_coding_leaves_a_note(coding: str) -> None:
    """A coding that cannot be undone gives no body but a note that names it."""
    body, note = decoded(b"abc", coding)
    assert body == b""
    assert "cannot be decoded" in note


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "zstd", "identity", "", "gzip,zstd"]))
def test_garbage_never_raises(body: bytes, coding: str) -> None:
    """Bytes that are not what their coding says give whatever there is, and a note."""
    result = decoded(body, coding)
    if coding in ("identity", ""):
        assert result == (body, "")
