"""Data frames, in and out, over Arrow; pandas and polars are there if somebody has installed them."""

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from helicorder.errors import HelicorderError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


_SLICE = 1_000
"""Rows that become Python's own at a time."""
_INDEX = re.compile(r"__index_level_\d+__")
"""Where pandas puts an index without a name: the numbers of rows that were sorted or filtered."""


def to_pandas(file: bytes) -> "pd.DataFrame":
    """An Arrow stream as a pandas frame.

    Raises:
        HelicorderError: pandas is not installed.
    """
    _installed("pandas")
    frame: pd.DataFrame = _table(file).to_pandas()
    return frame


def to_polars(file: bytes) -> "pl.DataFrame":
    """An Arrow stream as a polars frame.

    Raises:
        HelicorderError: polars is not installed.
    """
    frame: pl.DataFrame = _installed("polars").from_arrow(_table(file))
    return frame


def rows_of(rows: Any) -> Iterator[Any]:
    """What is to be sent, row by row: an iterable as it is; of a frame (anything that speaks Arrow) a map of each row.

    Cells without a value are left out of such a map.

    Raises:
        HelicorderError: a column holds values of several types, which Arrow has no word for.
    """
    if hasattr(rows, "__arrow_c_stream__"):
        return _cells(rows)
    return iter(rows)


def _cells(frame: Any) -> Iterator[dict[str, Any]]:
    import pyarrow as pa  # noqa: PLC0415 -- for frames alone

    try:
        for batch in pa.RecordBatchReader.from_stream(frame):
            yield from map(_given, cells_of(batch))
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise HelicorderError(f"A column of this frame has no one type; send its rows as dicts: {error}") from error


def cells_of(batch: Any) -> Iterator[dict[str, Any]]:
    """The rows of an Arrow batch as maps from column to cell, some at a time; times to the microsecond."""
    import pyarrow as pa  # noqa: PLC0415 -- for frames alone

    for number, field in enumerate(batch.schema):
        if pa.types.is_timestamp(field.type):
            times = batch.column(number).cast(pa.timestamp("us", field.type.tz), safe=False)
            batch = batch.set_column(number, field.name, times)
    for start in range(0, batch.num_rows, _SLICE):
        yield from batch.slice(start, _SLICE).to_pylist()


def _given(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _map(value) if isinstance(value, dict | list) else value
        for name, value in row.items()
        if value is not None and not _INDEX.match(name)
    }


def _map(value: Any) -> dict[str, Any]:
    """A cell that is a map: of a struct, which has every key that any row has, those that this one has."""
    pairs: Iterable[tuple[str, Any]] = value.items() if isinstance(value, dict) else value
    return {key: one for key, one in pairs if one is not None}


def _table(file: bytes) -> Any:
    import pyarrow as pa  # noqa: PLC0415 -- for frames alone

    return pa.ipc.open_stream(file).read_all()


def _installed(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise HelicorderError(f"{name} is not installed: pip install 'helicorder[{name}]'.") from error
