"""What an exported file says comes back the same, in every format, whatever it holds."""

import datetime as dt
import decimal
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helicorder.client import CallInput, Client
from helicorder.errors import Invalid
from helicorder.model.call import Ending
from helicorder.model.ids import checked_request_id
from helicorder.model.score import SMALLEST_INCLUSION, checked_name
from helicorder.wire.files import FORMULA, unguarded
from helicorder.wire.scores import BatchItem
from importer.harness import imported, organisation, rows, saved
from product_server import Product

FORMATS = ("jsonl", "csv", "parquet", "arrow")
FEW = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
AWKWARD = [
    "=1", "+1", "-1", "@x", "\tx", "\rx", "'", "'=1", "''@x", "'quoted'", 'a "b", c\nd', '"', '""', ",", ";", "\n",
    "\r\n", "\u2603 \U0001d4b3", "\uff1d1", "\nx", "null", "NULL", "true", "1e5", "\\N", "\ufeff", "\u2028", "\x00",
    " ", "NaN",
]  # fmt: skip

texts = st.sampled_from(AWKWARD) | st.text(max_size=20)
edges = st.sampled_from([-0.0, 5e-324, 1.7976931348623157e308, 0.1, 1e22])
doubles = st.floats(allow_nan=False, allow_infinity=False) | edges


def _passes(check: Any, text: str) -> bool:
    try:
        check(text)
    except Invalid:
        return False
    return True


names = texts.filter(lambda text: _passes(checked_name, text))
ids = texts.filter(lambda text: _passes(checked_request_id, text))
moments = st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2026, 1, 1)).map(lambda at: at.replace(tzinfo=dt.UTC))  # noqa: DTZ001 -- the zone follows


@st.composite
def scores(draw: st.DrawFn) -> dict[str, Any]:
    """A score as a batch takes it: of any kind, on anything, perhaps a tombstone."""
    kind = draw(st.sampled_from(["numeric", "boolean", "categorical", "text", "correction"]))
    value: Any = {
        "numeric": doubles,
        "boolean": st.booleans(),
        "categorical": names,
        "text": texts.filter(str.strip),
        "correction": texts.filter(str.strip),
    }[kind]
    return {
        "name": draw(names) + draw(st.sampled_from(["", "-hcone-bool"] if kind == "boolean" else [""])),
        "kind": kind,
        "value": draw(value),
        f"{draw(st.sampled_from(['request', 'session', 'user', 'span']))}_id": draw(ids),
        "id": draw(st.none() | ids),
        "comment": draw(texts),
        "metadata": draw(st.dictionaries(names, texts, max_size=3)),
        "source": draw(st.sampled_from(["human", "model", "code", "end_user", "api"])),
        "author": draw(st.just("") | names),
        "judged_at": draw(moments).isoformat(),
        "inclusion": draw(st.none() | st.floats(SMALLEST_INCLUSION, 1)),
        "reason": draw(texts),
        "deleted": draw(st.sampled_from([False, False, False, True])),
    }


counts = st.none() | st.integers(0, 2**53 - 1)
costs = (
    st.none()
    | st.decimals(0, decimal.Decimal("999.999999999999"), places=12)
    | st.just(decimal.Decimal("123456.123456789012"))
)


@st.composite
def calls(draw: st.DrawFn) -> CallInput:
    """A call as a batch takes it."""
    at = draw(st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(2099, 1, 1)))  # noqa: DTZ001 -- UTC by default
    optional = st.none() | names
    bodies = st.none() | st.just("") | texts | st.text(max_size=3).map(lambda text: json.dumps({"messages": text}))
    return CallInput(
        request_id=draw(ids),
        created_at=at,
        response_at=at + draw(st.timedeltas(dt.timedelta(0), dt.timedelta(hours=1))),
        provider=draw(names),
        model=draw(names),
        status=draw(st.integers(-3, 599)),
        request_model=draw(optional),
        response_model=draw(optional),
        model_override=draw(optional),
        path=draw(texts),
        ending=draw(st.sampled_from(list(Ending))),
        streamed=draw(st.booleans()),
        latency_ms=draw(counts),
        prompt_tokens=draw(counts),
        reasoning_tokens=draw(counts),
        prompt_cache_write_1h_tokens=draw(counts),
        cost_usd=draw(costs),
        user_id=draw(texts),
        session_name=draw(texts),
        properties=draw(st.dictionaries(names, texts, max_size=3)),
        prompt_version=draw(texts),
        request_body=draw(bodies),
        response_body=draw(bodies),
        size_bytes=draw(counts),
        input_key=draw(st.none() | st.integers(0, 2**64 - 1).map("{:x}".format)),
    )


def _stored(client: Client, scores: list[dict[str, Any]], calls: list[CallInput]) -> None:
    given = [BatchItem(**{**score, "judged_at": dt.datetime.fromisoformat(score["judged_at"])}) for score in scores]
    for results in (client.add_scores(given), client.add_calls(calls)):
        assert [result.error for result in results.results if result.error] == []


@pytest.mark.parametrize("ending", FORMATS)
@FEW
@given(scores=st.lists(scores(), min_size=40, max_size=40), calls=st.lists(calls(), min_size=20, max_size=20))
def test_an_organisation_moves_whole(
    product: Product,
    tmp_path_factory: pytest.TempPathFactory,
    ending: str,
    scores: list[dict[str, Any]],
    calls: list[CallInput],
) -> None:
    """Exported and brought into an empty organisation, calls, scores and their histories are the same to the last bit.

    Only what the new store assigns is different: versions, when they were recorded, and by which key.
    """
    directory = tmp_path_factory.mktemp("moved")
    with Client(product.base, organisation(product)) as old, Client(product.base, key := organisation(product)) as new:
        # Half of the scores come to stand on calls that are there.
        for score, call in zip(scores[::2], calls, strict=True):
            if "request_id" in score:
                score["request_id"] = call.request_id
        _stored(old, scores, calls)
        files = [
            saved(directory, old, f"scores.{ending}", versions="all"),
            saved(directory, old, f"calls.{ending}", bodies="true"),
        ]
        assert imported(product.base, key, *files) == []
        assert len(rows(old, "scores", versions="all")) == len(scores)
        assert rows(new, "scores", versions="all") == rows(old, "scores", versions="all")
        assert rows(new, "scores") == rows(old, "scores")
        assert rows(new, "calls", bodies="true") == rows(old, "calls", bodies="true")


@pytest.mark.parametrize("ending", FORMATS)
def test_current_scores_move_by_themselves(product: Product, tmp_path: Path, ending: str) -> None:
    """A file of current scores brings in what is current: the newest version, and nothing that was deleted."""
    with Client(product.base, organisation(product)) as old, Client(product.base, key := organisation(product)) as new:
        about = {"name": "tone", "user_id": "u"}
        items: list[dict[str, Any]] = [
            {"id": "a", "value": 1, **about}, {"id": "a", "value": -0.0, "reason": "r", **about},
            {"id": "b", "value": 2, **about}, {"id": "b", "value": 2, "deleted": True, **about}, {"value": 3, **about},
        ]  # fmt: skip
        assert old.add_scores(items).stored == 5
        assert imported(product.base, key, saved(tmp_path, old, f"scores.{ending}")) == []
        assert rows(new, "scores") == rows(old, "scores")
        assert {row["value"] for row in rows(new, "scores", versions="all")} == {"3", "-0"}
        # By its natural id a score that is given anew replaces the one that was brought in.
        assert new.add_scores([{"value": 4, **about}]).stored == 1
        assert len(rows(new, "scores")) == 2


@given(texts)
def test_the_guard_of_csv_is_undone_exactly(text: str) -> None:
    """Any text, guarded as an export guards it, is itself again."""
    [guarded] = pc.replace_substring_regex(pa.array([text]), FORMULA, r"'\1").to_pylist()
    assert unguarded(guarded) == text


def test_an_apostrophe_that_no_export_wrote_stays() -> None:
    """A text that begins with one apostrophe before an ordinary letter was not guarded."""
    assert unguarded("'tis") == "'tis"
