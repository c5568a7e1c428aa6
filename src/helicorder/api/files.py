"""JSON lines turned into files of tables on their way out: CSV, Parquet, Arrow. Never more than a batch in memory."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet

from helicorder.telemetry.export import Column, Type
from helicorder.wire.files import FORMULA, Format

BATCH_BYTES = {"csv": 4 << 20, "arrow": 4 << 20, "parquet": 16 << 20}
"""JSON that becomes one batch; of Parquet a row group, which its readers like large."""


_TYPES = {
    Type.TEXT: pa.string(),
    Type.MAP: pa.string(),
    Type.NUMBER: pa.float64(),
    Type.WHOLE: pa.int64(),
    Type.BOOLEAN: pa.bool_(),
    Type.TIME: pa.timestamp("us", "UTC"),
}


async def file_of(lines: AsyncGenerator[bytes], columns: Sequence[Column], into: Format) -> AsyncGenerator[bytes]:
    """The file of some JSON lines, in pieces; closing it closes the lines."""
    async with aclosing(lines):
        if into is Format.JSONL:
            async for piece in lines:
                yield piece
            return
        table = _Table(columns, into)
        async for batch in _whole_lines(lines, BATCH_BYTES[into]):
            yield await asyncio.to_thread(table.piece, batch)
        yield await asyncio.to_thread(table.end)


async def _whole_lines(lines: AsyncGenerator[bytes], size: int) -> AsyncGenerator[bytes]:
    """The same bytes in batches of at least ``size`` that end where a line does; the last may be smaller."""
    held: list[bytes] = []
    length = 0
    async for piece in lines:
        held.append(piece)
        length += len(piece)
        if length >= size and b"\n" in piece:
            whole, _, rest = b"".join(held).rpartition(b"\n")
            yield whole + b"\n"
            held, length = [rest], len(rest)
    if length:
        yield b"".join(held)


class _Drain:
    """A file that is only written to, and whose bytes are taken out as they come."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Everything has been taken already."""

    def close(self) -> None:
        """There is nothing to close."""

    def taken(self) -> bytes:
        """What has been written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


class _Table:
    """Batches of JSON lines in, pieces of a file out; not for two threads at once."""

    def __init__(self, columns: Sequence[Column], into: Format) -> None:
        self._into = into
        self._schema = pa.schema([(column.name, self._type(column)) for column in columns])
        self._parsing = pyarrow.json.ParseOptions(explicit_schema=self._schema, unexpected_field_behavior="error")
        self._drain = _Drain()
        self._writer = self._opened(pa.PythonFile(self._drain, mode="w"))

    def piece(self, batch: bytes) -> bytes:
        """The next piece of the file."""
        reading = pyarrow.json.ReadOptions(use_threads=False, block_size=max(len(batch), 1))
        table = pyarrow.json.read_json(pa.BufferReader(batch), reading, self._parsing)
        self._writer.write_table(self._guarded(table) if self._into is Format.CSV else table)
        return self._drain.taken()

    def end(self) -> bytes:
        """The last piece."""
        self._writer.close()
        return self._drain.taken()

    def _type(self, column: Column) -> pa.DataType:
        # CSV has no times: they stay the text that they are, in ISO 8601.
        return pa.string() if self._into is Format.CSV and column.type is Type.TIME else _TYPES[column.type]

    def _opened(self, sink: pa.NativeFile) -> Any:
        match self._into:
            case Format.CSV:
                return pyarrow.csv.CSVWriter(sink, self._schema)
            case Format.PARQUET:
                return pyarrow.parquet.ParquetWriter(sink, self._schema, compression="zstd")
            case _:
                return pa.ipc.new_stream(sink, self._schema)

    def _guarded(self, table: pa.Table) -> pa.Table:
        """The table with an apostrophe before every text that a spreadsheet would run (OWASP, "CSV Injection")."""
        for number, field in enumerate(self._schema):
            if field.type == pa.string():
                guarded = pc.replace_substring_regex(table.column(number), FORMULA, r"'\1")
                table = table.set_column(number, field, guarded)
        return table
