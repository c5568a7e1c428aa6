"""Helicone's reading of scores through the real server, against the scores themselves and against our own answers."""

import datetime as dt
import random
import statistics
from collections import defaultdict
from typing import Any

import pytest

from api.recorded_calls import log_call
from helicorder.model.ids import new_id
from product_server import Product

MORNING = dt.datetime(2026, 11, 7, 6, tzinfo=dt.UTC)
TIMES = {"start": "2026-11-07T00:00:00Z", "end": "2026-11-08T00:00:00Z"}


class Data:
    """Thirty calls of five hours, one of which has none; most have a number, some a verdict."""

    def __init__(self, product: Product) -> None:
        self.run = new_id()
        self.number, self.verdict = f"number-{self.run}", f"verdict-{self.run}"
        self.said: dict[str, list[tuple[dt.datetime, float]]] = defaultdict(list)
        draw = random.Random(3)  # noqa: S311 -- an example
        for call in range(30):
            at = MORNING + dt.timedelta(hours=draw.choice([0, 1, 3, 4]), minutes=draw.randrange(60))
            request_id = f"{self.run}-{call}"
            log_call(product, request_id, at, Property_Run=self.run)
            scores: dict[str, Any] = {self.number: round(draw.uniform(2, 9), 2)} if call % 5 else {}
            scores |= {self.verdict: draw.random() < 0.5} if call % 3 == 0 else {}
            assert product.ask("POST", f"/v1/request/{request_id}/score", {"scores": scores}).status == 200
            for name, value in scores.items():
                self.said[name].append((at, float(value)))


@pytest.fixture(scope="module")
def data(product: Product) -> Data:
    """The data, once."""
    return Data(product)


def post(product: Product, path: str, body: Any) -> Any:
    """The data of an answer."""
    answer = product.ask("POST", path, body)
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def evals(product: Product, data: Data, what: str = "query", **fields: Any) -> dict[str, Any]:
    """What the evals group says of the data's calls, by name, page after page: all names are told, also of others."""
    run = {"request_response_rmt": {"properties": {"Run": {"equals": data.run}}}}
    found: dict[str, Any] = {}
    while page := post(
        product, f"/v1/evals/{what}", {"filter": run, "timeFilter": TIMES, "offset": len(found), **fields}
    ):
        found |= {one["name"]: one for one in page}
        if "limit" in fields:
            break
    return found


def test_a_mean_is_over_rows_and_an_empty_hour_is_no_zero(product: Product, data: Data) -> None:
    """Mean, least, greatest and count are of the scores, and an hour without scores is not there."""
    found = evals(product, data)
    for name, key in ((data.number, data.number), (data.verdict, f"{data.verdict}-hcone-bool")):
        said, one = data.said[name], found[key]
        values = [value for _, value in said]
        assert one["count"] == len(values)
        assert one["averageScore"] == pytest.approx(statistics.fmean(values))
        assert (one["minScore"], one["maxScore"]) == (min(values), max(values))
        hours: dict[dt.datetime, list[float]] = defaultdict(list)
        for at, value in said:
            hours[at.replace(minute=0)].append(value)
        counts = {dt.datetime.fromisoformat(point["date"]): point["count"] for point in one["overTime"]}
        means = {dt.datetime.fromisoformat(point["date"]): point["value"] for point in one["averageOverTime"]}
        assert counts == {hour: len(of) for hour, of in hours.items()}
        assert means == {hour: pytest.approx(statistics.fmean(of)) for hour, of in hours.items()}
    others = next(
        one
        for name, one in evals(product, data, filter={"response": {"status": {"equals": 599}}}).items()
        if name == data.number
    )
    assert (others["count"], others["averageScore"], others["minScore"], others["overTime"]) == (0, None, None, [])


def test_the_same_numbers_stand_everywhere(product: Product, data: Data) -> None:
    """Helicone's evals, its dashboard and our own series say the same of the same scores."""
    run = {"request_response_rmt": {"properties": {"Run": {"equals": data.run}}}}
    body = {"userFilter": run, "timeFilter": TIMES, "dbIncrement": "hour", "timeZoneDifference": 0}
    board = [
        point
        for point in post(product, "/v1/dashboard/scores/query", body)
        if point["score_key"] == data.number and point["n"]
    ]
    one = evals(product, data)[data.number]
    assert [(point["created_at_trunc"], point["score_sum"]) for point in board] == [
        (point["date"], point["value"]) for point in one["averageOverTime"]
    ]
    own = post(
        product,
        "/v1/scores/series/query",
        {"name": data.number, "filter": run, "bucket": "hour", "total": True, **TIMES},
    )
    assert (own["total"]["mean"], own["total"]["n"]) == (one["averageScore"], one["count"])
    assert (own["total"]["min"], own["total"]["max"]) == (one["minScore"], one["maxScore"])


def test_a_filter_on_a_score_takes_the_calls_that_it_describes(product: Product, data: Data) -> None:
    """A filter on a score compares numbers, and a call without the score never matches."""
    leaf = {"request_response_rmt": {"scores": {data.number: {"gte": 5}}}}
    assert evals(product, data, filter=leaf)[data.number]["count"] == sum(v >= 5 for _, v in data.said[data.number])
    counted = post(product, "/v1/request/count/query", {"filter": leaf})
    assert counted == sum(value >= 5 for _, value in data.said[data.number])


def test_distributions_hold_every_score_once(product: Product, data: Data) -> None:
    """The bins follow one another and hold exactly the values that lie in them."""
    found = evals(product, data, "score-distributions/query")
    bins = found[data.number]["distribution"]
    values = [value for _, value in data.said[data.number]]
    assert sum(one["value"] for one in bins) == len(values)
    assert [one["upper"] for one in bins[:-1]] == [one["lower"] for one in bins[1:]]
    for one in bins[:-1]:
        assert one["value"] == sum(one["lower"] <= value < one["upper"] for value in values)
    verdicts = [value for _, value in data.said[data.verdict]]
    halves = found[f"{data.verdict}-hcone-bool"]["distribution"]
    assert [one["value"] for one in halves] == [verdicts.count(0.0), verdicts.count(1.0)]
    assert evals(product, data, "score-distributions/query", timeFilter={"start": "2020-01-01", "end": "2020-01-02"})[
        data.number
    ] == {"name": data.number, "distribution": []}


def test_names_come_page_by_page(product: Product, data: Data) -> None:
    """Offset and limit take a part of the sorted names."""
    names = list(evals(product, data))
    assert names == sorted(names)
    assert list(evals(product, data, offset=1, limit=2)) == names[1:3]


def test_an_eval_is_a_score(product: Product, data: Data) -> None:
    """What is added as an eval stands with the request's scores, readable at once; a boolean is told by its name."""
    request_id = f"{data.run}-0"
    for name, score in ((f"added-{data.run}", 0.25), (f"passed-{data.run}-hcone-bool", 1)):
        answer = product.ask("POST", f"/v1/evals/{request_id}", {"name": name, "score": score})
        assert (answer.status, answer.json()) == (200, {"data": None, "error": None})
        assert product.read(request_id)["scores"][name] == score
    for wrong in (
        {"name": "x", "score": "1"},
        {"name": "", "score": 1},
        {"name": "x-hcone-bool", "score": 0.5},
        {"score": 1},
    ):
        assert product.ask("POST", f"/v1/evals/{request_id}", wrong).status == 422
