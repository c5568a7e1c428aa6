"""Rows in the order in which they happened, however many: sorted in pieces on the disk and merged.

An exported file of all versions is not sorted, and the order in which versions come in is the order that they keep.
"""

import contextlib
import heapq
import operator
import struct
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

from helicorder.importer.rows import Item

PIECE_BYTES = 32 << 20
_HEAD = struct.Struct(">qqI")
_by_version = operator.attrgetter("version", "place")


def in_order(items: Iterable[Item], piece_bytes: int = PIECE_BYTES) -> Iterator[Item]:
    """The items by version, those of one version by place; about ``piece_bytes`` of them are held at once."""
    with contextlib.ExitStack() as files:
        pieces: list[IO[bytes]] = []
        held: list[Item] = []
        size = 0
        for item in items:
            held.append(item)
            size += len(item.json)
            if size >= piece_bytes:
                pieces.append(files.enter_context(tempfile.TemporaryFile()))
                _write(sorted(held, key=_by_version), pieces[-1])
                held, size = [], 0
        held.sort(key=_by_version)
        yield from heapq.merge(*map(_read, pieces), held, key=_by_version)


def _write(items: Iterable[Item], file: IO[bytes]) -> None:
    for item in items:
        file.write(_HEAD.pack(item.version, item.place, len(item.json)) + item.json)
    file.seek(0)


def _read(file: IO[bytes]) -> Iterator[Item]:
    while head := file.read(_HEAD.size):
        version, place, length = _HEAD.unpack(head)
        yield Item(place, file.read(length), version)
