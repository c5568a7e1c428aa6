"""Series and breakdowns through the real server, against sums made by hand."""

import random
import statistics
from collections import defaultdict
from typing import Any

import pytest

from helicorder.model.ids import new_id
from product_server import Product

HOUR = 1_794_996_000  # 2026-11-18T10:00:00Z
WINDOW = {"start": "2026-11-18T10:00:00Z", "end": "2026-11-18T11:00:00Z"}
MODELS = ("m1", "m2", "m3")
LANGS = ("en", "fr", "de")


def log_call(product: Product, request_id: str, at: int, model: str, **headers: str) -> None:
    """Record a call."""
    time = {"seconds": at, "milliseconds": 0}
    body = {
        "providerRequest": {"url": "x", "json": {"model": model}, "meta": {}},
        "providerResponse": {"json": {}, "status": 200, "headers": {}},
        "timing": {"startTime": time, "endTime": time},
    }
    given = {f"Helicone-{name.replace('_', '-')}": value for name, value in headers.items()}
    assert product.ask("POST", "/custom/v1/log", body, {"Helicone-Request-Id": request_id, **given}).status == 200


class Data:
    """Ninety calls of an hour, two thirds of them scored by ana, a few by ben too."""

    def __init__(self, product: Product) -> None:
        self.name = f"cut-{new_id()}"
        self.scored: list[tuple[str, str, str, float]] = []
        self.calls = 90
        draw = random.Random(11)  # noqa: S311 -- an example
        items = []
        for number in range(self.calls):
            model, lang, session = draw.choice(MODELS), draw.choice(LANGS), f"{self.name}-{number // 3}"
            request_id = f"{self.name}-{number}"
            log_call(
                product, request_id, HOUR + 40 * number, model,
                Property_Lang=lang, Property_Run=self.name, Session_Id=session,
            )  # fmt: skip
            for author in ("ana", "ben") if number % 10 == 0 else ("ana",) * (number % 3 > 0):
                value = round(draw.random(), 3)
                self.scored.append((request_id, model, lang, value))
                items.append({"request_id": request_id, "name": self.name, "value": value, "author": author})
        assert product.ask("POST", "/v1/scores/batch", {"scores": items}).json()["data"]["stored"] == len(items)


@pytest.fixture(scope="module")
def data(product: Product) -> Data:
    """The data, once."""
    return Data(product)


def ask(product: Product, what: str, data: Data, **options: Any) -> Any:
    """The answer to a question about the data."""
    run = {"properties": {"Run": {"equals": data.name}}}
    answer = product.ask("POST", f"/v1/scores/{what}/query", {"name": data.name, "filter": run, **WINDOW, **options})
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def test_the_whole_counts_scores_requests_and_what_is_missing(product: Product, data: Data) -> None:
    """Of n scores, requests are distinct, missing are the calls that nobody scored; sessions are the clusters."""
    whole = ask(product, "series", data, bucket="hour", total=True)
    total, [point] = whole["total"], whole["points"]
    requests = {request_id for request_id, *_ in data.scored}
    assert (total["n"], total["requests"]) == (len(data.scored), len(requests))
    assert total["missing"] == point["missing"] == data.calls - len(requests)
    assert total["mean"] == pytest.approx(statistics.fmean(value for *_, value in data.scored))
    assert (total["method"], total["clusters"]) == ("clustered-t", 30)
    assert not point["filling"]


def test_each_segment_is_the_sum_of_its_scores(product: Product, data: Data) -> None:
    """By model and property every cell has the n, mean and missing calls of its rows; the cells are all rows."""
    found = ask(product, "breakdown", data, by=["model", "property:lang"])["segments"]
    rows: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _, model, lang, value in data.scored:
        rows[model, lang].append(value)
    assert {tuple(one["values"]): one["n"] for one in found} == {key: len(values) for key, values in rows.items()}
    for one in found:
        values = rows[one["values"][0], one["values"][1]]
        assert one["mean"] == pytest.approx(statistics.fmean(values))
        assert (one["min"], one["max"]) == (min(values), max(values))
    assert sum(one["missing"] + one["requests"] for one in found) == data.calls
    assert [one["n"] for one in found] == sorted((one["n"] for one in found), reverse=True)


def test_the_rest_is_one_exact_segment(product: Product, data: Data) -> None:
    """Segments beyond the largest stand together, last, with the mean of their rows and not of their means."""
    all_of_them = ask(product, "breakdown", data, by=["model", "property:lang"])["segments"]
    *largest, rest = ask(product, "breakdown", data, by=["model", "property:lang"], top=3)["segments"]
    assert [one["values"] for one in largest] == [one["values"] for one in all_of_them[:3]]
    assert rest["values"] == ["(other)", "(other)"]
    smaller = all_of_them[3:]
    assert rest["n"] == sum(one["n"] for one in smaller)
    assert rest["mean"] == pytest.approx(sum(one["n"] * one["mean"] for one in smaller) / rest["n"])
    assert rest["missing"] == sum(one["missing"] for one in smaller)


def test_two_properties_have_their_missing_calls_too(product: Product, data: Data) -> None:
    """By two properties every cell counts the calls that were not scored."""
    found = ask(product, "breakdown", data, by=["property:lang", "property:Run"])["segments"]
    assert {one["values"][1] for one in found} == {data.name}
    assert sum(one["missing"] + one["requests"] for one in found) == data.calls


def test_each_segment_has_a_line_of_its_own(product: Product, data: Data) -> None:
    """A series by a dimension has the largest segments over time, the others as one, and adds up to the whole."""
    found = ask(product, "series", data, bucket="min", by=["model"], top=2)
    sizes = {one["values"][0]: one["n"] for one in ask(product, "breakdown", data, by=["model"])["segments"]}
    largest = sorted(sizes, key=lambda model: (-sizes[model], model))[:2]
    assert [one["values"] for one in found["segments"]] == [[largest[0]], [largest[1]], ["(other)"]]
    assert [sum(point["n"] for point in one["points"]) for one in found["segments"][:2]] == [
        sizes[one] for one in largest
    ]
    for number, point in enumerate(found["points"]):
        lines = [one["points"][number] for one in found["segments"]]
        assert {line["start"] for line in lines} == {point["start"]}
        assert sum(line["n"] for line in lines) == point["n"]
        assert sum(line["missing"] for line in lines) == point["missing"]
    assert found["points"] == ask(product, "series", data, bucket="min")["points"]
    assert ask(product, "series", data, bucket="hour", by=["author"])["segments"][0]["points"][0]["missing"] is None


def test_a_link_does_not_see_what_was_edited_or_scored_later(product: Product) -> None:
    """A pinned breakdown by a property, of calls with some score, is the same after edits and other scores."""
    name = f"link-{new_id()}"
    for number in range(12):
        log_call(product, f"{name}-{number}", HOUR + number, "m1", Property_Lang=LANGS[number % 3])
        scores = {"scores": {name: number / 10}}
        assert product.ask("POST", f"/v1/request/{name}-{number}/score", scores).status == 200
    scored = {"request_response_rmt": {"scores": {name: {"gt": 0.2}}}}
    by_lang = {"properties": {"lang": {"not-equals": "de"}}}
    both = {"left": scored, "operator": "and", "right": by_lang}
    body = {"name": name, "by": ["property:lang"], "filter": both, **WINDOW}
    first = product.ask("POST", "/v1/scores/breakdown/query", body)
    assert [one["n"] for one in first.json()["data"]["segments"]] == [3, 3]
    edit = {"key": "lang", "value": "de"}
    assert product.ask("PUT", f"/v1/request/{name}-9/property", edit).status == 200
    assert product.ask("POST", f"/v1/request/{name}-10/score", {"scores": {name: 0.1}}).status == 200
    again = product.ask("GET", first.json()["pin"]["link"])
    assert (again.headers["helicorder-replay"], again.body) == ("identical", first.body)
    now = product.ask("POST", "/v1/scores/breakdown/query", body).json()["data"]["segments"]
    assert [one["n"] for one in now] == [2, 2]


def test_a_judge_can_be_singled_out(product: Product, data: Data) -> None:
    """Authors narrow what counts, and can be what it is cut by; calls have none, so nothing is said to be missing."""
    found = ask(product, "breakdown", data, by=["author"])["segments"]
    assert {one["values"][0]: one["n"] for one in found} == {"ana": len(data.scored) - 9, "ben": 9}
    assert {one["missing"] for one in found} == {None}
    assert ask(product, "series", data, bucket="hour", total=True, authors=["ben"])["total"]["n"] == 9


def test_a_property_put_later_moves_a_score(product: Product, data: Data) -> None:
    """A property that is edited counts as edited, for scores and for the calls that are missing."""
    request_id = data.scored[0][0]
    body = {"key": "lang", "value": "xx"}
    assert product.ask("PUT", f"/v1/request/{request_id}/property", body).status == 200
    found = {one["values"][0]: one for one in ask(product, "breakdown", data, by=["property:lang"])["segments"]}
    assert (found["xx"]["requests"], found["xx"]["missing"]) == (1, 0)
    body["value"] = data.scored[0][2]
    assert product.ask("PUT", f"/v1/request/{request_id}/property", body).status == 200


def test_scores_drawn_with_a_probability_stand_for_the_others(product: Product) -> None:
    """A score drawn with probability 0.1 weighs ten times one that was always drawn, and the method says so."""
    name = f"drawn-{new_id()}"
    items: list[dict[str, Any]] = []
    for number in range(40):
        often = number % 2
        request_id = f"{name}-{number}"
        log_call(product, request_id, HOUR + number, "m1")
        items.append(
            {
                "request_id": request_id,
                "name": name,
                "value": 0.2 + often * 0.6 + number / 1000,
                "inclusion": 1.0 if often else 0.1,
            }
        )
    assert product.ask("POST", "/v1/scores/batch", {"scores": items}).status == 200
    body = {"name": name, "bucket": "hour", **WINDOW}
    [point] = product.ask("POST", "/v1/scores/series/query", body).json()["data"]["points"]
    weights = [1 / one["inclusion"] for one in items]
    mean = sum(weight * one["value"] for weight, one in zip(weights, items, strict=True)) / sum(weights)
    assert point["mean"] == pytest.approx(mean, rel=1e-9)
    assert point["method"] == "weighted"
    assert point["n_effective"] < 40


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ("breakdown", {"by": []}),
        ("breakdown", {"by": ["model", "provider", "status"]}),
        ("breakdown", {"by": ["colour"]}),
        ("breakdown", {"by": ["model"], "top": 0}),
        ("breakdown", {}),
        ("series", {"by": ["model", "provider", "status"]}),
        ("series", {"by": ["colour"]}),
        ("series", {"by": ["model"], "top": 21}),
        ("series", {"zone": "Mars/Base"}),
        ("series", {"cluster": "galaxy"}),
    ],
)
def test_a_cut_that_means_nothing_is_refused(product: Product, data: Data, what: str, wrong: dict[str, Any]) -> None:
    """What is not understood is a 422."""
    assert product.ask("POST", f"/v1/scores/{what}/query", {"name": data.name, **wrong}).status == 422
