"""Why a score changed, through the real server, on the history that the demo logs."""

import datetime as dt
import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from helicorder.demo import history
from helicorder.model.ids import new_id
from product_server import Product

NAME = f"helpfulness-{new_id()}"
DIMENSIONS = ["property:prompt-version", "property:language", "model"]


@pytest.fixture(scope="module")
def faulty(product: Product) -> Product:
    """The product with two weeks of the demo's history, its scores under a name of their own."""
    rated = [
        (one, score | {"name": NAME})
        for one in history.logged(dt.datetime.now(dt.UTC))
        for score in one.scores
        if score["name"] == "helpfulness"
    ]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda pair: product.ask("POST", pair[0].path, pair[0].log), rated))
    assert {answer.status for answer in answers} == {200}
    scores = [score for _, score in rated]
    assert product.ask("POST", "/v1/scores/batch", {"scores": scores}).json()["data"]["stored"] == len(rated)
    return product


def bisect(product: Product, **options: Any) -> Any:
    """The whole answer."""
    answer = product.ask("POST", "/v1/scores/bisect/query", {"name": NAME, "dimensions": DIMENSIONS, **options})
    assert answer.status == 200, answer.body
    return answer.json()


def test_the_new_prompt_is_found_and_named(faulty: Product) -> None:
    """The day of the new prompt is found, the prompt is named first, and the parts add up to the fall."""
    found = bisect(faulty)["data"]
    whole = found["bisection"]
    assert whole["total"] < 0
    assert math.fsum(part["amount"] for part in whole["parts"]) == pytest.approx(whole["total"], abs=1e-9)
    assert "v12" in whole["parts"][0]["label"]
    assert "v12" in whole["sentence"]
    change = found["change"]
    today = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    began = today - dt.timedelta(days=history.NEW_PROMPT_DAYS_AGO)
    earliest, latest = (dt.datetime.fromisoformat(change[end]) for end in ("earliest", "latest"))
    assert earliest <= began <= latest
    assert change["p_value"] < 0.01


def test_examples_are_requests_of_the_part(faulty: Product) -> None:
    """The requests to read are of the new prompt, and scored low."""
    found = bisect(faulty)["data"]
    example = found["examples"][0]
    assert "v12" in example["label"]
    for request_id in example["request_ids"]:
        row = faulty.read(request_id)
        assert row["properties"]["prompt-version"] == "v12"
        assert row["scores"][NAME] < 0.6


def test_the_moment_may_be_given(faulty: Product) -> None:
    """With a moment nothing is searched, and what is told is of its two sides."""
    at = dt.datetime.now(dt.UTC) - dt.timedelta(days=history.NEW_PROMPT_DAYS_AGO)
    found = bisect(faulty, at=at.isoformat())["data"]
    assert (found["change"]["searched"], found["change"]["p_value"]) == (False, None)
    assert found["bisection"]["n_before"] > found["bisection"]["n_after"]


def test_a_bisection_replays_to_the_byte(faulty: Product) -> None:
    """Its link gives the same bytes after a score was changed."""
    body = {"name": NAME, "dimensions": DIMENSIONS}
    first = faulty.ask("POST", "/v1/scores/bisect/query", body)
    scores = {"request_id": "history-200", "name": NAME, "value": 0.0, "source": "code", "author": "rubric"}
    assert faulty.ask("POST", "/v1/scores", scores).status == 200
    assert faulty.ask("GET", first.json()["pin"]["link"]).body == first.body


def test_a_score_without_a_change_of_time_says_so(product: Product) -> None:
    """A score that nobody gave has no change, and nothing is made up."""
    answer = product.ask("POST", "/v1/scores/bisect/query", {"name": f"none-{new_id()}"}).json()["data"]
    assert (answer["change"], answer["bisection"], answer["examples"]) == (None, None, [])


@pytest.mark.parametrize(
    "wrong", [{"dimensions": ["colour"]}, {"dimensions": ["model", "model"]}, {"at": "2001-01-01"}, {"at": "soon"}]
)
def test_a_bisection_that_means_nothing_is_refused(product: Product, wrong: dict[str, Any]) -> None:
    """What is not understood is a 422."""
    assert product.ask("POST", "/v1/scores/bisect/query", {"name": "n", **wrong}).status == 422
