"""Rows of any kind in, by the thousand, with a result for each; frames in and out."""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.harness import opened, scripted
from helicorder.client import (
    CallInput,
    CallsExport,
    Client,
    HelicorderError,
    RequestFailed,
    Retries,
    ScoreInput,
    ScoresExport,
    ScoresQuery,
)
from helicorder.client.batches import batches
from helicorder.model.ids import new_id
from product_server import Product

AT = dt.datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=dt.UTC)


@given(st.lists(st.binary(max_size=9)), st.integers(1, 5), st.integers(1, 20))
def test_batches_hold_every_item_once_in_order(items: list[bytes], most: int, size: int) -> None:
    """Batches put together are the items; none is empty or too long, and only one item alone is ever too large."""
    made = list(batches(enumerate(items), most, size))
    assert [place for batch in made for place in batch.places] == list(range(len(items)))
    assert [bytes(item) for batch in made for item in batch.items] == items
    for batch in made:
        assert 1 <= len(batch.items) <= most
        assert len(batch.items) == 1 or sum(len(bytes(item)) for item in batch.items) <= size


def test_more_rows_than_a_batch_holds_are_all_told_of(client: Client) -> None:
    """Twelve thousand rows, two of them bad, each have the result of their own place."""
    name = f"many {new_id()}"
    rows: list[Any] = [{"name": name, "value": n, "user_id": "u", "id": f"{name} {n}"} for n in range(12_000)]
    rows[17] = ScoreInput(name=name, value=1)
    rows[11_000] = {"name": name, "value": {1, 2}.__iter__(), "user_id": "u"}
    added = client.add_scores(rows)
    assert added.stored == 11_998
    assert [result.index for result in added.results] == list(range(12_000))
    assert [result.index for result in added.results if result.status == "refused"] == [17, 11_000]
    assert all(
        result.error is not None and result.error.message for result in added.results if result.status != "stored"
    )
    assert added.results[11_999].id == f"{name} 11999"


def test_no_rows_are_no_request(kind: str) -> None:
    """Nothing to send is nothing sent."""
    with scripted((500, {}, b"")) as (url, seen), opened(kind, url, "k") as client:
        assert client.add_scores([]).results == []
        assert seen == []


def test_rows_that_went_before_a_failure_are_told(kind: str) -> None:
    """When a later batch cannot be sent, the failure says how many rows had been."""
    results = [{"index": n, "status": "stored", "id": "i"} for n in range(10_000)]
    good = json.dumps({"data": {"stored": 10_000, "results": results}, "error": None}).encode()
    with scripted((200, {}, good), (403, {}, b"")) as (url, _), opened(kind, url, "k") as client:
        with pytest.raises(RequestFailed) as failed:
            client.add_scores({"name": "n", "value": 1, "user_id": "u"} for _ in range(10_001))
        assert any("10000 rows" in note for note in failed.value.__notes__)


def _frames(columns: dict[str, list[Any]]) -> Iterable[Any]:
    return pd.DataFrame(columns), pl.DataFrame(columns, strict=False), pa.table(columns)


@pytest.mark.parametrize("which", [0, 1, 2], ids=["pandas", "polars", "arrow"])
def test_a_frame_comes_in_by_the_names_of_its_columns(client: Client, which: int) -> None:
    """A frame's columns are the fields of a score; an empty cell is a field that is not said."""
    name = f"framed {new_id()}"
    frame = list(
        _frames(
            {
                "name": [name] * 3,
                "value": [0.1, -0.0, 1e-300],
                "request_id": [f"{name} a", f"{name} b", None],
                "user_id": [None, None, "u"],
                "judged_at": [AT, AT, AT],
                "comment": ["=1+1", None, "\N{SNOWMAN}"],
                "inclusion": [0.5, None, None],
                "metadata": [{"a": "1"}, {"b": "2"}, None],
            }
        )
    )[which]
    added = client.add_scores(frame)
    assert [result.error for result in added.results] == [None] * 3
    found = {str(one.value): one for one in client.list_scores(ScoresQuery(names=[name]))}
    assert set(found) == {"0.1", "-0.0", "1e-300"}
    first = found["0.1"]
    assert (first.metadata, first.comment, first.inclusion, first.judged_at) == ({"a": "1"}, "=1+1", 0.5, AT)
    assert found["1e-300"].target_id == "u"


def test_numbers_and_times_of_other_libraries_are_sent(client: Client) -> None:
    """Dicts may hold numbers of numpy and times of pandas."""
    at = pd.Timestamp(AT)
    own = f"own {new_id()}"
    row: dict[str, Any] = {"name": "numpy", "value": np.float64(0.5), "user_id": "u", "id": own, "judged_at": at}
    assert client.add_scores([row, row | {"value": np.bool_(True), "id": f"own {new_id()}"}]).stored == 2
    assert client.get_score(own).judged_at == AT


def test_a_column_of_several_types_is_told(client: Client) -> None:
    """A column that Arrow has no type for is a problem in words, and its rows can be sent as dicts."""
    frame = pd.DataFrame({"name": ["mixed"] * 2, "value": [0.5, "good"], "user_id": ["u", "u"]})
    with pytest.raises(HelicorderError, match="dicts"):
        client.add_scores(frame)
    assert client.add_scores(frame.to_dict("records")).stored == 2


def test_scores_come_out_as_frames_and_go_in_again(client: Client) -> None:
    """Exported scores are a frame of pandas or polars with the types of their columns, which can be added as it is."""
    name = f"out {new_id()}"
    client.add_scores({"name": name, "value": n / 3, "user_id": f"u{n}", "metadata": {"n": str(n)}} for n in range(5))
    wanted = ScoresExport(name=[name])
    of_pandas, of_polars = client.scores_to_pandas(wanted), client.scores_to_polars(wanted)
    assert sorted(of_pandas["value"]) == sorted(of_polars["value"]) == sorted(n / 3 for n in range(5))
    assert str(of_pandas["judged_at"].dtype) == "datetime64[us, UTC]"
    assert of_polars.schema["judged_at"] == pl.Datetime("us", "UTC")
    some = of_pandas[of_pandas["value"] > 0.5].sort_values("value")
    for frame, n in ((some, 3), (of_polars.with_columns(pl.lit("again").alias("comment")), 5)):
        added = client.add_scores(frame)
        assert [result.error for result in added.results] == [None] * n
    found = list(client.list_scores(ScoresQuery(names=[name])))
    assert len(found) == 5
    assert {one.comment for one in found} == {"again"}
    assert {one.metadata["n"] for one in found} == {str(n) for n in range(5)}


def test_calls_come_out_as_frames_and_go_in_again(client: Client) -> None:
    """Exported calls are frames too, with their texts, and recording them again changes nothing."""
    model = f"frame {new_id()}"
    client.add_calls(
        CallInput(
            request_id=f"{model} {n}", created_at=AT, model=model, properties={"n": str(n)}, request_body=f'"{n}"'
        )
        for n in range(3)
    )
    wanted = CallsExport(model=[model], bodies=True)
    of_pandas = client.calls_to_pandas(wanted).sort_values("request_id", ignore_index=True)
    of_polars = client.calls_to_polars(wanted).sort("request_id")
    assert of_polars["request_body"].to_list() == list(of_pandas["request_body"]) == ['"0"', '"1"', '"2"']
    for frame in (of_pandas, of_polars):
        assert [result.error for result in client.add_calls(frame).results] == [None] * 3
    again = client.calls_to_polars(wanted).sort("request_id")
    assert again.drop("version").equals(of_polars.drop("version"))


def test_a_library_that_is_not_installed_is_asked_for(product: Product) -> None:
    """Where pandas or polars is not installed, the sentence says what to install."""
    for name in ("pandas", "polars"):
        script = (
            f"import sys; sys.modules[{name!r}] = None\n"
            "from helicorder.client import Client, HelicorderError, ScoresExport\n"
            f"client = Client({product.base!r}, {product.key!r})\n"
            "try:\n"
            f"    client.scores_to_{name}(ScoresExport(name=['none']))\n"
            "except HelicorderError as problem:\n"
            "    print(problem)\n"
        )
        finished = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
        )
        assert f"pip install 'helicorder[{name}]'" in finished.stdout


def test_a_batch_too_large_for_one_request_is_parted(kind: str) -> None:
    """Items are parted by their size too, so that no request is as large as a server refuses."""
    answer = json.dumps(
        {"data": {"stored": 1, "results": [{"index": 0, "status": "stored", "id": "i"}]}, "error": None}
    )
    with (
        scripted((200, {}, answer.encode())) as (url, seen),
        opened(kind, url, "k", retries=Retries(attempts=1)) as client,
    ):
        text = "x" * (5 << 20)
        client.add_calls([CallInput(created_at=AT, request_body=text)] * 3)
        assert [len(one.body) < 6 << 20 for one in seen] == [True] * 3
