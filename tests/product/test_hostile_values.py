"""What is accepted can be read: whatever values a score and a call have, no read fails, and every answer is JSON."""

import itertools
import json
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from helicorder.api.application import HANDLERS
from helicorder.model.ids import new_id
from helicorder.model.principal import Scope
from helicorder.model.score import SMALLEST_INCLUSION
from product_server import Product
from route_bodies import body_for

HOSTILE = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
NUMBERS = [1e308, -1e308, 5e-324, -5e-324, -0.0, 0, 1, -1, 1e15, -1e16, 2**53, 1e-300, 0.1, 3]
WORDS = ["", " ", "\u202e", "é\u0301", "\U0001f9ea" * 20, "\u2028", "a" * 255, "null", "NaN", "'\\\"", "İ"]
CHANCES = [None, SMALLEST_INCLUSION, 1, 0.5, 0.999999999999, 1e-3, 1e-6]
MOMENTS = [
    "1970-01-01T00:00:00Z", "1971-01-01T00:00:00Z", "2026-11-18T10:00:00Z", "2026-11-18T10:00:00.000001Z",
    "2026-11-17T23:59:59.999999Z", "2026-11-01T00:00:00+14:00",
]  # fmt: skip
TIMES_OF_CALLS = [*MOMENTS, "2099-12-31T23:59:59.999999Z", "2026-11-10T00:00:00Z"]
TIMES_OF_SCORES = [*MOMENTS, "0001-01-01T00:00:00Z", "1899-12-31T00:00:00Z", None]
COUNTS = [None, 0, 1, 2**53 - 1]
COSTS = [None, 0, "0.000000000001", "999999.999999999999", 1]
WINDOWS = [
    {"start": "2026-11-01", "end": "2026-12-01"},
    {"start": "1971-01-01", "end": "2105-12-31"},
    {"start": "2026-11-18T09:59:00Z", "end": "2026-11-18T10:01:00Z"},
]


def scores(name: str, ids: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """A score of one name with hostile values; of a kind now and then that is not the name's."""
    values = st.sampled_from(NUMBERS) | st.floats(allow_nan=False, allow_infinity=False)
    target = st.sampled_from([{"request_id": one} for one in ids] + [{"session_id": ids[0]}, {"user_id": ids[0]}])
    words = st.sampled_from(WORDS)
    said = st.one_of(
        values.map(lambda value: {"name": name, "value": value}),
        values.map(lambda value: {"name": name, "value": value}),
        st.booleans().map(lambda value: {"name": f"{name}-b", "value": value}),
        words.map(lambda value: {"name": f"{name}-c", "value": value}),
        words.map(lambda value: {"name": f"{name}-t", "value": value, "kind": "text"}),
    )
    rest = st.fixed_dictionaries(
        {
            "source": st.sampled_from(["human", "model", "api"]),
            "author": st.sampled_from(["ana", "ben", *WORDS]),
            "comment": words,
            "metadata": st.dictionaries(words, words, max_size=2),
            "inclusion": st.sampled_from(CHANCES),
            "judged_at": st.sampled_from(TIMES_OF_SCORES),
        }
    )
    return st.builds(lambda *parts: {key: value for part in parts for key, value in part.items()}, said, target, rest)


def calls(ids: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """A call of one of the ids with hostile values."""
    counts, words = st.sampled_from(COUNTS), st.sampled_from(WORDS)
    numbers = ("latency_ms", "time_to_first_token_ms", "prompt_tokens", "completion_tokens", "reasoning_tokens",
               "prompt_cache_read_tokens", "prompt_cache_write_tokens")  # fmt: skip
    texts = ("model", "provider", "user_id", "session_id", "session_name", "prompt_version", "country_code")
    return st.fixed_dictionaries(
        {
            "request_id": st.sampled_from(ids),
            "created_at": st.sampled_from(TIMES_OF_CALLS),
            "status": st.sampled_from([-999, -3, -1, 0, 200, 404, 999]),
            "cost_usd": st.sampled_from(COSTS),
            "properties": st.dictionaries(st.sampled_from(["canary", "anchor", *WORDS]), words, max_size=3),
            **dict.fromkeys(numbers, counts),
            **dict.fromkeys(texts, words),
        }
    )


def reads(name: str, request_id: str, window: dict[str, str]) -> Iterator[tuple[str, str, Any]]:
    """Every (method, path, body) that only reads, asked about the score and one call; scores in several ways."""
    ids = {"request_id": request_id, "name": name, "session_id": request_id, "property_key": "canary",
           "score_id": "none", "queue_id": "none", "item": "1"}  # fmt: skip
    for handler in HANDLERS:
        [method], [path] = handler.http_methods, handler.paths
        if handler.opt.get("scope") is Scope.READ and path not in ("/v1/calls/live", "/v1/queues"):
            plain = re.sub(r":\w+}", "}", path)
            concrete = re.sub(r"{(\w+)}", lambda found: urllib.parse.quote(ids[found[1]], safe=""), plain)
            body = body_for(method, plain, name)
            yield method, concrete, body | window if body and "start" in body else body
    for route, options in VARIANTS:
        yield "POST", f"/v1/scores/{route}/query", {"name": name, **window, **options}
    for kind in ("b", "c", "t"):
        for route in ("series", "distribution"):
            yield "POST", f"/v1/scores/{route}/query", {"name": f"{name}-{kind}", **window}


BOTH = {"a": {"filter": "all"}, "b": {"filter": {"request_response_rmt": {"status": {"equals": 200}}}}}
RATERS = [{"sources": ["human"]}, {"sources": ["model"]}, {"authors": ["ana"]}]
VARIANTS: list[tuple[str, dict[str, Any]]] = [
    *(("series", {"clock": clock, "bucket": bucket, "total": True})
      for clock, bucket in itertools.product(("requested", "judged"), ("year", "month"))),
    *(("breakdown", {"by": ["status"], "cluster": cluster, "clock": "judged"})
      for cluster in ("auto", "session", "user", "none")),
    *(("distribution", {"cluster": cluster, "clock": clock})
      for cluster, clock in itertools.product(("auto", "none"), ("requested", "judged"))),
    *(("compare", {**BOTH, "clock": "judged", "covariate": covariate, "match": match})
      for covariate, match in (("prompt_tokens", "none"), ("hour", "property:canary"), (None, "input"))),
    ("compare", {**BOTH, "by": "model", "margin": 1e308}),
    ("bisect", {"at": "2026-11-18T10:00:00Z", "clock": "judged"}),
    ("bisect", {"at": "2026-11-18T10:00:00Z"}),
    *(("judge", {"method": method}) for method in ("ppi++", "rogan-gladen")),
    ("judge", {"bucket": "year"}),
    *(("agreement", {"raters": RATERS, "scale": scale}) for scale in ("nominal", "ordinal", "interval", "ratio")),
    ("labels", {"budget": 1, "by": "model"}),
]  # fmt: skip


def strictly(body: bytes) -> Any:
    """JSON as its standard has it: Python's own NaN and Infinity are none."""

    def refuse(word: str) -> NoReturn:
        raise ValueError(word)

    return json.loads(body, parse_constant=refuse)


def can_all_be_read(product: Product, data: st.DataObject) -> None:
    """Write drawn calls and scores; ask everything."""
    name = f"hostile-{new_id()}"
    ids = [f"{name}-{number}" for number in range(3)]
    logged = data.draw(st.lists(calls(ids), min_size=1, max_size=8), label="calls")
    judged = data.draw(st.lists(scores(name, ids), min_size=4, max_size=16), label="scores")
    for path, key, items in (("/v1/calls/batch", "calls", logged), ("/v1/scores/batch", "scores", judged)):
        written = product.ask("POST", path, {key: items})
        assert written.status == 200, written.body
        refused = {one["error"]["code"] for one in written.json()["data"]["results"] if one["status"] == "refused"}
        assert refused <= {"invalid"}
    failed = []
    for method, path, body in reads(name, ids[0], data.draw(st.sampled_from(WINDOWS), label="window")):
        answer = product.ask(method, path, body)
        if answer.status >= 500:
            failed.append((path, body, answer.body))
        elif answer.headers.get("content-type", "").startswith("application/json"):
            strictly(answer.body)
        elif path.endswith(".jsonl"):
            [strictly(line) for line in answer.body.splitlines()]
    assert not failed


@pytest.mark.timeout(900)
@settings(HOSTILE, max_examples=4)
@given(data=st.data())
def test_whatever_is_accepted_can_be_read(product: Product, data: st.DataObject) -> None:
    """Calls and scores with values at every edge are refused one by one or stored, and no read of them fails."""
    can_all_be_read(product, data)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@settings(HOSTILE, max_examples=100)
@given(data=st.data())
def test_whatever_is_accepted_can_be_read_at_length(product: Product, data: st.DataObject) -> None:
    """The same, of many more values."""
    can_all_be_read(product, data)
