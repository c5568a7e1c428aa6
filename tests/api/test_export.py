"""Exports against the product: four formats with the same rows, filters, broken connections, callers that leave."""

import base64
import contextlib
import csv
import http.client
import io
import json
import re
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from helicorder.model.call import Digest
from helicorder.model.ids import new_id
from helicorder.telemetry import load
from helicorder.telemetry.export import Subject, columns
from product_server import Answer, Product

FORMATS = ("jsonl", "csv", "parquet", "arrow")
HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\tx",
    "\rx",
    "'=1",
    "''@x",
    "'quoted'",
    'a "b", c\nd',
    "plain",
    "\u2603 \U0001d4b3",
    "\uff1d1",
    "\nx",
]


def export(product: Product, file: str, **query: Any) -> Answer:
    """An export, its query as it is given."""
    return product.ask("GET", f"/v1/export/{file}{'?' if query else ''}{urlencode(query, doseq=True)}")


def rows(answer: Answer, ending: str) -> list[dict[str, Any]]:
    """The rows of an exported file, in whatever types the format has."""
    assert answer.status == 200, answer.body
    match ending:
        case "jsonl":
            return [json.loads(line) for line in answer.body.splitlines()]
        case "csv":
            return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
        case "parquet":
            table = pq.read_table(io.BytesIO(answer.body))
        case _:
            table = pa.ipc.open_stream(answer.body).read_all()
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def as_map(cell: Any, ending: str) -> Any:
    """A map, which is an object in JSON lines and JSON text elsewhere."""
    return cell if ending == "jsonl" else json.loads(cell)


def unguarded(cell: str) -> str:
    """A text as it was before the apostrophe that keeps a spreadsheet from running it."""
    return re.sub("^'(?=[=+\\-@\t\r\n'\uff1d\uff0b\uff0d\uff20])", "", cell)


def log_call(product: Product, request_id: str, model: str = "gpt-4o", **properties: str) -> None:
    """A call of one second, with usage."""
    answer = product.ask(
        "POST",
        "/custom/v1/log",
        {
            "providerRequest": {"url": "https://a.example", "json": {"model": model}, "meta": {}},
            "providerResponse": {
                "json": {"model": model, "usage": {"input_tokens": 7, "output_tokens": 3}},
                "status": 200,
                "cost": 0.000125,
            },
            "timing": {"startTime": "2026-03-01T00:00:00.123456Z", "endTime": "2026-03-01T00:00:01.123456Z"},
            "provider": "OPENAI",
        },
        {"Helicone-Request-Id": request_id} | {f"Helicone-Property-{key}": value for key, value in properties.items()},
    )
    assert answer.status == 200, answer.body


def add(product: Product, *items: dict[str, Any]) -> None:
    """Scores, all of which must be stored."""
    answer = product.ask("POST", "/v1/scores/batch", {"scores": list(items)})
    assert answer.json()["data"]["stored"] == len(items), answer.body


@pytest.mark.parametrize("ending", FORMATS)
def test_a_score_comes_out_beside_its_call(product: Product, ending: str) -> None:
    """Value, text, metadata, times to the microsecond, money to the last digit, in every format."""
    request_id, name = new_id(), f"joined {new_id()}"
    log_call(product, request_id, env="prod")
    add(product, {"name": name, "value": 0.1, "request_id": request_id, "metadata": {"a": "b"}, "inclusion": 0.25})
    add(product, {"name": name, "value": "good", "session_id": "s"}, {"name": name, "value": True, "user_id": "u"})
    answer = export(product, f"scores.{ending}", name=name)
    assert answer.headers["helicorder-schema"] == "scores/1"
    assert f'.{ending}"' in answer.headers["content-disposition"]
    found = {row["kind"]: row for row in rows(answer, ending)}
    assert set(found) == {"numeric", "categorical", "boolean"}
    numeric = found["numeric"]
    assert float(numeric["value"]) == 0.1
    assert float(numeric["inclusion"]) == 0.25
    assert float(numeric["call_cost_usd"]) == 0.000125
    assert str(numeric["call_created_at"]).replace(" ", "T").startswith("2026-03-01T00:00:00.123456")
    assert int(numeric["call_prompt_tokens"]) == 7
    assert as_map(numeric["metadata"], ending) == {"a": "b"}
    assert as_map(numeric["call_properties"], ending) == {"env": "prod"}
    assert found["categorical"]["text"] == "good"
    assert found["categorical"]["value"] in (None, "")
    assert float(found["boolean"]["value"]) == 1.0
    assert found["boolean"]["call_created_at"] in (None, "")


@pytest.mark.parametrize("ending", FORMATS)
def test_a_call_comes_out_with_its_properties_and_scores(product: Product, ending: str) -> None:
    """Properties are those that were edited, scores the newest number of each name; texts come if asked."""
    request_id, model = new_id(), f"model {new_id()}"
    log_call(product, request_id, model, env="prod", team="a")
    product.ask("PUT", f"/v1/request/{request_id}/property", {"key": "env", "value": "test"})
    for number, author in ((1, "ann"), (2, "bob"), (3, "ann")):
        add(product, {"name": "mark", "value": number, "request_id": request_id, "author": author})
    [row] = rows(export(product, f"calls.{ending}", model=model), ending)
    assert as_map(row["properties"], ending) == {"env": "test", "team": "a"}
    assert as_map(row["scores"], ending) == {"mark": 3}
    [row] = rows(export(product, f"calls.{ending}", model=model, author="bob", bodies="true"), ending)
    assert as_map(row["scores"], ending) == {"mark": 2}
    assert json.loads(row["request_body"])["model"] == model


def test_files_leave_nothing_out() -> None:
    """A file of calls has every column of the store but whose it is, and so has one of all versions of scores.

    What is made of the texts of a call, for lists and for searching, is made of them again.
    """
    calls = {column.name for column in columns(Subject.CALLS, bodies=True)}
    assert {column.name for column in (*load.CALLS, *load.BODIES)} - {"org_id", *Digest.__struct_fields__} <= calls
    versions = {column.name for column in columns(Subject.VERSIONS)}
    renamed = {"score_id": "id", "label": "text"}
    assert {renamed.get(column.name, column.name) for column in load.SCORE_VERSIONS} - {"org_id"} <= versions


def test_no_cell_is_a_formula_and_every_cell_can_be_read_back(product: Product) -> None:
    """A spreadsheet gets no text that begins with = + - @ tab or CR; taking one apostrophe away gives the text back."""
    name = f"hostile {new_id()}"
    add(product, *({"name": name, "kind": "text", "value": text, "request_id": new_id()} for text in HOSTILE))
    cells = [row["text"] for row in rows(export(product, "scores.csv", name=name), "csv")]
    assert not [cell for cell in cells if cell[0] in "=+-@\t\r\n\uff1d"]
    assert sorted(unguarded(cell) for cell in cells) == sorted(HOSTILE)
    plain = [row["text"] for row in rows(export(product, "scores.parquet", name=name), "parquet")]
    assert sorted(plain) == sorted(HOSTILE)


def test_numbers_below_zero_are_left_alone_in_csv(product: Product) -> None:
    """A negative number is a number, not a formula."""
    name = f"below {new_id()}"
    add(product, {"name": name, "value": -2.5, "request_id": new_id()})
    assert [row["value"] for row in rows(export(product, "scores.csv", name=name), "csv")] == ["-2.5"]


def test_polars_opens_every_format(product: Product) -> None:
    """The files are ordinary: polars reads them, and text is text."""
    name = f"polars {new_id()}"
    add(product, {"name": name, "value": 1, "request_id": new_id()})
    body = {ending: io.BytesIO(export(product, f"scores.{ending}", name=name).body) for ending in FORMATS}
    frames = (
        pl.read_parquet(body["parquet"]), pl.read_ipc_stream(body["arrow"]), pl.read_csv(body["csv"]),
        pl.read_ndjson(body["jsonl"]),
    )  # fmt: skip
    for frame in frames:
        assert frame["name"].to_list() == [name]
        assert set(frame.columns) == set(frames[0].columns)


def test_what_is_asked_narrows_the_rows(product: Product) -> None:
    """Time, source, author, model and filter each leave out what does not fit; a mark shows what was."""
    request_id, other, name, model = new_id(), new_id(), f"narrow {new_id()}", f"model {new_id()}"
    log_call(product, request_id, model, env="prod")
    add(product, {"name": name, "value": 1, "request_id": request_id, "source": "human", "author": "ann"})
    mark = export(product, "scores.jsonl", name=name).headers["helicorder-as-of"]
    add(product, {"name": name, "value": 2, "request_id": other, "source": "code", "author": "test"})

    def values(**query: Any) -> list[float]:
        return sorted(row["value"] for row in rows(export(product, "scores.jsonl", name=name, **query), "jsonl"))

    assert values() == [1, 2]
    assert values(source="human") == values(author="ann") == values(model=model) == values(as_of=mark) == [1]
    assert values(source=["human", "code"]) == [1, 2]
    assert values(filter=json.dumps({"properties": {"env": {"equals": "prod"}}})) == [1]
    assert values(start="2026-03-01", end="2026-03-02") == [1]
    assert values(start="2026-03-02") == []
    assert values(start="2026-03-02", clock="judged") == [1, 2]


def test_a_search_narrows_the_rows(product: Product) -> None:
    """A file of calls, or of scores, holds those whose call says the words."""
    word, ids = f"w{new_id().replace('-', '')}", [new_id(), new_id()]
    calls = [
        {"request_id": request_id, "created_at": "2026-03-01T12:00:00Z", "response_body": says}
        for request_id, says in zip(ids, (f"the {word}", f"no{word}"), strict=True)
    ]
    assert product.ask("POST", "/v1/calls/batch", {"calls": calls}).json()["data"]["stored"] == 2
    for request_id in ids:
        add(product, {"name": word, "value": 1, "request_id": request_id})
    found = rows(export(product, "calls.jsonl", search=word), "jsonl")
    assert [row["request_id"] for row in found] == ids[:1]
    judged = rows(export(product, "scores.jsonl", name=word, search=word), "jsonl")
    assert [row["target_id"] for row in judged] == ids[:1]
    assert len(rows(export(product, "scores.jsonl", name=word, search=f"{word}*"), "jsonl")) == 2


def test_all_versions_tell_what_was_edited_and_deleted(product: Product) -> None:
    """versions=all has every version, with its reason, and the deletion."""
    name, score_id = f"history {new_id()}", f"own-{new_id()}"
    add(product, {"name": name, "value": 1, "request_id": new_id(), "id": score_id})
    product.ask("PATCH", f"/v1/scores/{score_id}", {"value": 2, "reason": "better"})
    product.ask("DELETE", f"/v1/scores/{score_id}?reason=wrong")
    answer = export(product, "scores.jsonl", name=name, versions="all")
    assert answer.headers["helicorder-schema"] == "versions/1"
    found = sorted(rows(answer, "jsonl"), key=lambda row: int(row["version"]))
    assert [(row["value"], row["reason"], row["deleted"]) for row in found] == [
        (1, None, False), (2, "better", False), (2, "wrong", True),
    ]  # fmt: skip
    assert rows(export(product, "scores.jsonl", name=name), "jsonl") == []


@pytest.mark.parametrize("ending", FORMATS)
def test_no_rows_are_a_whole_file_too(product: Product, ending: str) -> None:
    """A file without rows has its head and its foot, and can be opened."""
    assert rows(export(product, f"scores.{ending}", name=new_id()), ending) == []


@pytest.mark.parametrize(
    ("query", "status"),
    [({"start": "soon"}, 422), ({"filter": "{"}, 422), ({"filter": '{"a": 1}'}, 422), ({"versions": "none"}, 422)],
)
def test_what_is_not_understood_is_an_answer_and_no_file(product: Product, query: dict[str, str], status: int) -> None:
    """A bad question is refused as JSON before any byte of a file."""
    answer = export(product, "scores.parquet", **query)
    assert (answer.status, answer.json()["data"]) == (status, None)


def test_an_export_needs_a_key(product: Product) -> None:
    """Nobody reads without a key."""
    assert product.ask("GET", "/v1/export/scores.csv", key=None).status == 401


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A server whose scores make more than 40 MB in every format, which no buffer on the way holds."""
    made = Product(tmp_path_factory.mktemp("filled") / "data").start()
    for start in range(0, 6_000, 2_000):
        add(
            made,
            *(
                {"name": "big", "value": number, "request_id": f"r{start + number}", "comment": _incompressible()}
                for number in range(2_000)
            ),
        )
    yield made
    assert made.stop() == 0, made.log()


def _incompressible() -> str:
    """Ten thousand characters, of which no format makes less than three quarters."""
    return base64.b64encode(secrets.token_bytes(7_200)).decode()


@contextlib.contextmanager
def _begun(product: Product, file: str) -> Iterator[http.client.HTTPResponse]:
    """An export whose first bytes are read, and that waits for its caller to read on."""
    with socket.socket() as small, contextlib.closing(http.client.HTTPConnection("127.0.0.1")) as connection:
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        small.settimeout(60)
        small.connect(("127.0.0.1", product.port))
        connection.sock = small
        connection.request("GET", f"/v1/export/{file}?name=big", headers={"Authorization": f"Bearer {product.key}"})
        with connection.getresponse() as response:
            assert response.read(10_000)
            yield response


@pytest.mark.parametrize("ending", FORMATS)
def test_an_export_that_breaks_off_never_looks_whole(filled: Product, ending: str) -> None:
    """When the engine dies on the way the connection breaks instead of ending, and the server lives on."""
    engine = filled.engine()
    with _begun(filled, f"scores.{ending}") as response:
        engine.kill()
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            response.read()
    filled.wait_replaced(engine)


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_a_caller_that_leaves_ends_its_statement(filled: Product, ending: str) -> None:
    """After the caller has gone the engine soon has nothing to do."""
    with _begun(filled, f"scores.{ending}"):
        pass
    engine = filled.engine()
    engine.cpu_percent()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (engine.cpu_percent(0.5) > 20 or engine_is_reading(filled)):
        pass
    assert not engine_is_reading(filled)


def engine_is_reading(product: Product) -> bool:
    """Whether a connection between the server and its engine still has bytes under way."""
    port = next(one.laddr.port for one in product.engine().net_connections() if one.status == "LISTEN")
    waiting = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, remote, _, queues = line.split()[1:5]
        if port in (int(local.partition(":")[2], 16), int(remote.partition(":")[2], 16)):
            waiting += sum(int(queue, 16) for queue in queues.split(":"))
    return waiting > 0
