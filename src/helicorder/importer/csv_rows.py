"""CSV, as it was exported or as a spreadsheet saved it.

Arrow reads the cells, since it alone tells a cell that is empty from one that is not there: the texts of a call need
both. Records are cut here, at line ends outside of quotes: so every row knows its line, and none has to fit a block.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.csv

from helicorder.errors import Invalid
from helicorder.importer.rows import Kind, Row, columns_of, kind_of
from helicorder.importer.text_lines import MAX_LINE_BYTES, lines
from helicorder.wire.files import unguarded

_BATCH_BYTES = 1 << 20
_DELIMITERS = (",", ";", "\t")

Record = tuple[int, bytes]


class _Table(msgspec.Struct, frozen=True):
    """How to read records: what parts cells, the name of every column, and those that are wanted."""

    delimiter: str
    names: list[str]
    wanted: list[str]


def csv_rows(file: BinaryIO) -> tuple[Kind, Iterator[Row]] | None:
    """(the kind of its rows, the rows) of a CSV file; None where it has no head.

    Raises:
        Invalid: its head is none of ours, or a quote is never closed.
    """
    records = _records(file)
    head = next(records, None)
    if head is None:
        return None
    delimiter, names = _head(head[1])
    kind = kind_of(names)
    table = _Table(delimiter, names, [name for name in columns_of(kind) if name in names])
    return kind, _rows(records, table)


def _records(file: BinaryIO) -> Iterator[Record]:
    """(line on which it begins, bytes) of each record; blank lines are none."""
    held: list[bytes] = []
    begun = size = quotes = 0
    for number, line in lines(file):
        if not held:
            if not line.strip():
                continue
            begun, size, quotes = number, 0, 0
        held.append(line)
        size += len(line)
        quotes += line.count(b'"')
        if quotes % 2 == 0:
            yield begun, b"".join(held)
            held = []
        elif size > MAX_LINE_BYTES:
            raise Invalid(f"line {begun}: a quote is opened there and not closed within {MAX_LINE_BYTES >> 20} MiB.")
    if held:
        yield begun, b"".join(held)


def _head(record: bytes) -> tuple[str, list[str]]:
    """(what parts the cells, the names of the columns)."""
    try:
        text = record.decode()
    except UnicodeDecodeError:
        raise Invalid("is not UTF-8; save it as CSV in UTF-8.") from None
    heads = {delimiter: next(csv.reader([text], delimiter=delimiter), []) for delimiter in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda one: len(heads[one]))
    names = [name.strip() for name in heads[delimiter]]
    if twice := [name for name in names if name and names.count(name) > 1]:
        raise Invalid(f"has two columns named {twice[0]}.")
    return delimiter, names


def _rows(records: Iterator[Record], table: _Table) -> Iterator[Row]:
    batch: list[Record] = []
    size = 0
    for record in records:
        batch.append(record)
        size += len(record[1])
        if size >= _BATCH_BYTES:
            yield from _read(batch, table)
            batch, size = [], 0
    if batch:
        yield from _read(batch, table)


def _read(batch: Sequence[Record], table: _Table) -> Iterator[Row]:
    """The rows of some records. Where one cannot be read the batch is halved until it stands alone."""
    try:
        cells = _cells(batch, table)
    except pa.ArrowInvalid as error:
        if len(batch) == 1:
            yield Row(batch[0][0], problem=str(error)[:300])
            return
        middle = len(batch) // 2
        yield from _read(batch[:middle], table)
        yield from _read(batch[middle:], table)
        return
    for (place, _), row in zip(batch, cells, strict=True):
        yield Row(place, {name: None if cell is None else unguarded(cell) for name, cell in row.items()}, lax=True)


def _cells(batch: Sequence[Record], table: _Table) -> list[dict[str, Any]]:
    data = b"".join(record if record.endswith(b"\n") else record + b"\n" for _, record in batch)
    read = pyarrow.csv.read_csv(
        io.BytesIO(data),
        read_options=pyarrow.csv.ReadOptions(column_names=table.names, use_threads=False, block_size=len(data) + 1),
        parse_options=pyarrow.csv.ParseOptions(delimiter=table.delimiter, newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(table.wanted, pa.string()),
            include_columns=table.wanted,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    found: list[dict[str, Any]] = read.to_pylist()
    if len(found) != len(batch):
        raise pa.ArrowInvalid("A quote stands where none may.")
    return found
