"""Lines of a file of text, each with its number."""

from collections.abc import Iterator
from typing import BinaryIO

from helicorder.errors import Invalid

MAX_LINE_BYTES = 256 * 1024 * 1024
"""More than the texts of a call can make of one; what is longer is no line of ours, and must not fill the memory."""


def lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(number from 1, line with its end) of each; a byte order mark before the first is left out.

    Raises:
        Invalid: a line is too long to be one.
    """
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            raise Invalid(f"line {number}: is longer than {MAX_LINE_BYTES >> 20} MiB.")
        yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
