"""Files of any origin, read row by row."""

import csv
import io
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helicorder.errors import Invalid
from helicorder.importer.ordering import in_order
from helicorder.importer.reading import rows_of
from helicorder.importer.rows import Item, Kind, Refused, Row, item_of

COLUMNS = ("id", "target", "target_id", "name", "kind", "judged_at", "source", "value", "text", "comment", "metadata")
ROW = ("i", "user", "u", "n", "numeric", "2026-03-01T00:00:00Z", "api", "0.5", None, "c", "{}")
cells = st.none() | st.text("a\"',;\t\n\r =+\N{SNOWMAN}", max_size=8)


def read(data: bytes) -> tuple[Kind, list[Row]]:
    """The kind and the rows of a file."""
    found = rows_of(io.BytesIO(data))
    assert found is not None
    return found[0], list(found[1])


def sheet(*rows: tuple[Any, ...], columns: tuple[str, ...] = COLUMNS, **dialect: Any) -> bytes:
    """A CSV file as Python or a spreadsheet writes it, quoting only what needs it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, **dialect)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()


@settings(deadline=None)  # the first example imports Arrow
@given(st.lists(st.tuples(cells, cells), max_size=30), st.integers(0, 3))
def test_csv_cells_come_back_with_their_lines(rows: list[tuple[str | None, str | None]], blank: int) -> None:
    """What Arrow writes is read cell by cell, empty apart from missing, each row at the line on which it begins."""
    table = pa.table(
        {"target_id": pa.array([a for a, _ in rows], pa.string()), "text": pa.array([b for _, b in rows], pa.string())}
    )
    sink = io.BytesIO()
    pyarrow.csv.write_csv(table, sink)
    head, _, body = sink.getvalue().partition(b"\n")
    _, found = read(head + b"\n" * (blank + 1) + body)
    expected, line = [], blank + 2
    for a, b in rows:
        expected.append((line, a, b))
        line += 1 + sum((cell or "").count("\n") for cell in (a, b))
    unguarded_rows = [(row.place, row.cells["target_id"], row.cells["text"]) for row in found]
    assert [place for place, *_ in unguarded_rows] == [place for place, *_ in expected]
    for (_, a, b), (_, c, d) in zip(unguarded_rows, expected, strict=True):
        for cell, given_cell in ((a, c), (b, d)):
            assert cell == given_cell or (given_cell or "")[:1] == "'"


@pytest.mark.parametrize(
    ("dialect", "mark"),
    [
        ({}, b""),
        ({}, b"\xef\xbb\xbf"),
        ({"delimiter": ";"}, b"\xef\xbb\xbf"),
        ({"delimiter": "\t"}, b""),
        ({"lineterminator": "\n"}, b""),
        ({"quoting": csv.QUOTE_ALL}, b""),
    ],
)
def test_a_sheet_saved_by_a_spreadsheet_is_read(dialect: dict[str, Any], mark: bytes) -> None:
    """A byte order mark, another delimiter, other line ends and other quoting change nothing; nor does the order."""
    kind, found = read(mark + sheet(ROW, ROW, **dialect))
    assert (kind, [row.place for row in found]) == (Kind.SCORES, [2, 3])
    [one, _] = [item_of(kind, row) for row in found]
    assert isinstance(one, Item)
    assert b'"value":0.5' in one.json
    turned = sheet(ROW[::-1], columns=COLUMNS[::-1], **dialect)
    assert item_of(*_first(turned)) == one


def _first(data: bytes) -> tuple[Kind, Row]:
    kind, found = read(data)
    return kind, found[0]


@pytest.mark.parametrize("word", ["TRUE", "true", "1"])
def test_truth_is_read_as_spreadsheets_write_it(word: str) -> None:
    """TRUE in capitals is true."""
    data = sheet((*ROW, "7", word, "gone"), columns=(*COLUMNS, "version", "deleted", "reason"))
    kind, row = _first(data)
    item = item_of(kind, row)
    assert isinstance(item, Item)
    assert (kind, item.version) == (Kind.VERSIONS, 7)
    assert b'"deleted":true' in item.json


@pytest.mark.parametrize(
    ("column", "cell", "word"),
    [
        ("value", "0,25", "not a number"),
        ("value", None, "needs a value"),
        ("judged_at", "1 March", "judged_at"),
        ("kind", "vibes", "kind"),
        ("target", "planet", "target"),
        ("metadata", "{", "metadata"),
        ("name", None, "name"),
    ],
)
def test_a_cell_that_is_none_is_named(column: str, cell: str | None, word: str) -> None:
    """A row whose cell cannot be what its column holds is refused with the column's name."""
    row = list(ROW)
    row[COLUMNS.index(column)] = cell
    refused = item_of(*_first(sheet(tuple(row))))
    assert isinstance(refused, Refused)
    assert (refused.place, word in refused.reason) == (2, True)


def test_a_row_with_cells_too_many_or_too_few_hides_no_other() -> None:
    """Of three rows the one that is cut short is told with its line, and its neighbours are read."""
    data = sheet(ROW, ROW[:3], ROW, (*ROW, "more"))
    _, found = read(data)
    assert [(row.place, bool(row.problem)) for row in found] == [(2, False), (3, True), (4, False), (5, True)]


def test_a_line_that_is_no_json_hides_no_other() -> None:
    """A line of another kind is told with its number, and the others are read."""
    good = b'{"target_id":"u","value":1}'
    _, found = read(b"\n".join([good, b"", b"{broken", b"[1]", good, b'{"target_id":"\xff"}']))
    assert [(row.place, bool(row.problem)) for row in found] == [
        (1, False),
        (3, True),
        (4, True),
        (5, False),
        (6, True),
    ]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\x1f\x8b\x08", "gzip"),
        (b"PK\x03\x04", "workbook"),
        ("id,target_id".encode("utf-16"), "UTF-16"),
        (b"[{}]", "array"),
        (b"<html>", "HTML"),
        (b'{"data":null,"error":"No valid API key."}', "no file of"),
        (b"{broken", "line 1"),
        (b"a,b\n1,2", "no file of"),
        (b"id,target_id\xff", "UTF-8"),
        (b"target_id,value,value\n", "two columns"),
        (b"PAR1 and nothing more", "damaged"),
        (b"ARROW1 and nothing more", "damaged"),
        (b"\xff\xff\xff\xff\x10\x00", "damaged"),
    ],
)
def test_a_file_of_another_kind_is_told_in_words(data: bytes, word: str) -> None:
    """What no export wrote is refused as a whole, saying what it looks like."""
    with pytest.raises(Invalid, match=word):
        read(data)


def test_an_empty_file_holds_nothing() -> None:
    """A file of no JSON lines is empty, and so is one of blank lines."""
    assert rows_of(io.BytesIO(b"")) is None
    assert rows_of(io.BytesIO(b"\n\n")) is None


def test_a_file_that_was_cut_off_is_damaged() -> None:
    """Parquet without its foot is refused; Arrow gives what it has, then says that it is damaged."""
    table = pa.table({"target_id": [f"u{n}" for n in range(5_000)]})
    parquet, stream = io.BytesIO(), io.BytesIO()
    pq.write_table(table, parquet)
    with pytest.raises(Invalid, match="damaged"):
        read(parquet.getvalue()[:-9])
    with pa.ipc.new_stream(stream, table.schema) as writer:
        for batch in table.to_batches(1_000):
            writer.write_batch(batch)
    found = rows_of(io.BytesIO(stream.getvalue()[:-20_000]))
    assert found is not None
    seen: list[Row] = []
    with pytest.raises(Invalid, match="damaged"):
        seen.extend(found[1])


def test_a_table_that_another_program_wrote_is_read() -> None:
    """Arrow's file format, Parquet without compression, other integers and texts, and maps as maps are read too."""
    table = pa.table(
        {
            "target_id": pa.array(["u"], pa.large_string()), "target": ["user"], "id": ["i"], "name": ["n"],
            "kind": ["numeric"], "source": ["api"], "value": pa.array([1], pa.int8()),
            "judged_at": pa.array([0], pa.timestamp("ns", "UTC")), "metadata": [{"a": "b"}],
        }
    )  # fmt: skip
    parquet, feather = io.BytesIO(), io.BytesIO()
    pq.write_table(table, parquet, compression="none")
    with pa.ipc.new_file(feather, table.schema) as writer:
        writer.write_table(table)
    items = [item_of(*_first(sink.getvalue())) for sink in (parquet, feather)]
    assert items[0] == items[1]
    assert isinstance(items[0], Item)
    assert b'"metadata":{"a":"b"}' in items[0].json


@given(st.lists(st.tuples(st.integers(0, 5), st.binary(max_size=5))), st.integers(1, 30))
def test_rows_come_in_order_however_few_are_held(given_rows: list[tuple[int, bytes]], piece_bytes: int) -> None:
    """Sorting in pieces is sorting: by version, and within one in the order of the file."""
    items = [Item(place, json, version) for place, (version, json) in enumerate(given_rows)]
    assert list(in_order(items, piece_bytes)) == sorted(items, key=lambda item: (item.version, item.place))
