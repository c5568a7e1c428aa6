"""Files read row by row, in any of the four formats, never more than a piece of one in memory.

The format is told by the first bytes, not by the name: a name can be wrong.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.parquet

from helicorder.client.frames import cells_of
from helicorder.errors import Invalid
from helicorder.importer.csv_rows import csv_rows
from helicorder.importer.rows import Kind, Row, columns_of, kind_of
from helicorder.importer.text_lines import lines

_ROWS = 1_000
_STRANGERS = {
    b"\x1f\x8b": "is compressed with gzip; unpack it first",
    b"\x28\xb5\x2f\xfd": "is compressed with zstd; unpack it first",
    b"PK\x03\x04": "is a zip file or a workbook; save it as CSV in UTF-8",
    b"\xff\xfe": "is UTF-16; save it as CSV in UTF-8",
    b"\xfe\xff": "is UTF-16; save it as CSV in UTF-8",
    b"[": "is one JSON array; one object on each line was expected",
    b"<": "is a page of HTML or XML",
}

Rows = tuple[Kind, Iterator[Row]]
_Reader = Callable[[BinaryIO], Rows | None]


def rows_of(file: BinaryIO) -> Rows | None:
    """(the kind of its rows, the rows) of an open file; None where it is empty, as a file of no JSON lines is.

    Raises:
        Invalid: it is no exported file, or it is damaged; later also from the rows, which are not all then.
    """
    head = file.read(4_096).removeprefix(b"\xef\xbb\xbf").lstrip()
    file.seek(0)
    for beginning, words in _STRANGERS.items():
        if head.startswith(beginning) and not head.startswith(b"\xff\xff\xff\xff"):
            raise Invalid(f"{words}.")
    return _reader_of(head)(file) if head else None


def _reader_of(head: bytes) -> _Reader:
    if head.startswith(b"PAR1"):
        return _parquet
    if head.startswith(b"ARROW1"):
        return _arrow_file
    if head.startswith(b"\xff\xff\xff\xff"):
        return _arrow_stream
    return _json_lines if head.startswith(b"{") else csv_rows


def _json_lines(file: BinaryIO) -> Rows:
    rows = (_json_row(place, line) for place, line in lines(file) if line.strip())
    first = next(rows)
    if first.problem:
        raise Invalid(f"line {first.place}: {first.problem}")

    def whole() -> Iterator[Row]:
        yield first
        yield from rows

    return kind_of(first.cells), whole()


class _Number(msgspec.Struct):
    value: msgspec.Raw = msgspec.Raw(b"0")


def _json_row(place: int, line: bytes) -> Row:
    try:
        cells = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Row(place, problem=f"is not the JSON of an object: {error}")
    if cells.get("value") == 0 and isinstance(cells["value"], int):
        # JSON's -0 is read as the integer 0, and the sign of a double is part of it.
        cells["value"] = float(bytes(msgspec.json.decode(line, type=_Number).value))
    return Row(place, cells)


def _parquet(file: BinaryIO) -> Rows:
    opened = _guarded(lambda: pa.parquet.ParquetFile(file))
    kind = kind_of(opened.schema_arrow.names)
    wanted = [name for name in columns_of(kind) if name in opened.schema_arrow.names]
    return kind, _tables(lambda: opened.iter_batches(batch_size=_ROWS, columns=wanted), wanted)


def _arrow_stream(file: BinaryIO) -> Rows:
    return _arrow(_guarded(lambda: pa.ipc.open_stream(file)), iter)


def _arrow_file(file: BinaryIO) -> Rows:
    def batches(opened: Any) -> Iterator[Any]:
        return (opened.get_batch(number) for number in range(opened.num_record_batches))

    return _arrow(_guarded(lambda: pa.ipc.open_file(file)), batches)


def _arrow(opened: Any, batches: Callable[[Any], Iterator[Any]]) -> Rows:
    kind = kind_of(opened.schema.names)
    wanted = [name for name in columns_of(kind) if name in opened.schema.names]
    return kind, _tables(lambda: batches(opened), wanted)


def _tables(batches: Callable[[], Iterator[Any]], wanted: Sequence[str]) -> Iterator[Row]:
    rows = (cells for batch in batches() for cells in cells_of(batch.select(wanted)))
    place = 0
    while (cells := _guarded(lambda: next(rows, None))) is not None:
        place += 1
        yield Row(place, cells)


def _guarded(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Invalid(f"is damaged: {str(error)[:300]}") from error
