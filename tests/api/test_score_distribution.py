"""Distributions of scores through the real server."""

from typing import Any

import pytest

from helicorder.model.ids import new_id
from helicorder.scoring.estimates import Cell, estimate
from product_server import Product


def given(product: Product, values: list[Any]) -> str:
    """A name that has these values, on requests whose calls never came."""
    name = f"spread-{new_id()}"
    items = [{"request_id": f"{name}-{number}", "name": name, "value": value} for number, value in enumerate(values)]
    assert product.ask("POST", "/v1/scores/batch", {"scores": items}).json()["data"]["stored"] == len(items)
    return name


def spread(product: Product, name: str, **options: Any) -> Any:
    """The distribution, by the clock of the judge."""
    answer = product.ask("POST", "/v1/scores/distribution/query", {"name": name, "clock": "judged", **options})
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def test_a_histogram_holds_every_value_once(product: Product) -> None:
    """Bins have round edges, hold their lower one, and the last both; their counts add up to n."""
    found = spread(product, given(product, [0, 0.1, 0.1, 0.3, 0.55, 0.9, 1]), bins=5)
    assert [(one["low"], one["high"], one["n"]) for one in found["bins"]] == [
        (0.0, 0.2, 3), (0.2, 0.4, 1), (0.4, 0.6, 1), (0.6, 0.8, 0), (0.8, 1.0, 2),
    ]  # fmt: skip
    assert found["n"] == 7


def test_quantiles_are_values_with_an_interval_of_ranks(product: Product) -> None:
    """Of 1 to 100 the median is 50 and its interval 40 to 61: the ranks that the binomial distribution gives."""
    found = spread(product, given(product, list(range(1, 101))), quantiles=[0.5, 0.01])
    median, low = found["quantiles"]
    assert (median["value"], median["low"], median["high"]) == (50.0, 40.0, 61.0)
    assert (low["value"], low["low"]) == (1.0, None)


def test_categories_have_shares(product: Product) -> None:
    """Of categories, and of true and false, each share has Wilson's interval."""
    found = spread(product, given(product, ["good"] * 8 + ["bad"] * 2))
    assert [(one["category"], one["n"], one["share"]) for one in found["shares"]] == [("good", 8, 0.8), ("bad", 2, 0.2)]
    assert found["shares"][0]["low"] == pytest.approx(0.4902, abs=1e-4)
    assert found["shares"][0]["high"] == pytest.approx(0.9433, abs=1e-4)
    found = spread(product, given(product, [True, True, False]))
    assert [(one["category"], one["n"]) for one in found["shares"]] == [("true", 2), ("false", 1)]


def in_sessions(product: Product, values: list[tuple[int, float | str, float]]) -> str:
    """A name that has these values, given as (session, value, chance), on calls that were made; one is not scored."""
    name = f"spread-{new_id()}"
    items = []
    for number, (session, value, chance) in enumerate([*values, (0, 0.0, 0.0)]):
        request_id = f"{name}-{number}"
        body = {
            "providerRequest": {"url": "", "json": {"model": "m"}},
            "providerResponse": {"json": {}, "status": 200, "headers": {}},
        }
        headers = {"Helicone-Request-Id": request_id, "Helicone-Session-Id": f"{name}-{session}"}
        headers |= {"Helicone-Property-Of": name}
        answer = product.ask("POST", "/custom/v1/log", body, headers)
        assert answer.status == 200, answer.body
        if chance:
            drawn = {"inclusion": chance} if chance < 1 else {}
            items.append({"request_id": request_id, "name": name, "value": value, **drawn})
    assert product.ask("POST", "/v1/scores/batch", {"scores": items}).json()["data"]["stored"] == len(items)
    return name


def of(name: str) -> dict[str, Any]:
    """The filter that takes the calls of a name."""
    return {"clock": "requested", "filter": {"properties": {"of": {"equals": name}}}}


def test_shares_of_sessions_are_as_sure_as_their_sessions(product: Product) -> None:
    """Where whole sessions are of one kind, shares and quantiles are told by sessions, and so is what is missing."""
    values: list[tuple[int, float | str, float]] = [
        (number // 5, "good" if number // 5 % 4 else "bad", 1.0) for number in range(100)
    ]
    name = in_sessions(product, values)
    found = spread(product, name, **of(name))
    assert (found["n"], found["requests"], found["missing"], found["clusters"]) == (100, 100, 1, 20)
    assert found["method"] == "clustered-wilson"
    good = found["shares"][0]
    cell = Cell.of_scores([value == "good" for _, value, _ in values], clusters=[one for one, *_ in values])
    told = estimate(cell, is_rate=True)
    assert (good["share"], good["low"], good["high"]) == pytest.approx((told.mean, told.low, told.high))
    alone = spread(product, name, **of(name), cluster="none")
    assert alone["method"] == "wilson"
    assert good["low"] < alone["shares"][0]["low"]


def test_quantiles_and_bins_of_what_was_drawn_are_weighted(product: Product) -> None:
    """Large values, all judged, beside a quarter of the small ones weigh as much as they are of the traffic."""
    values: list[tuple[int, float | str, float]] = [
        (number // 2, float(number), 1.0 if number >= 20 else 0.25) for number in range(40)
    ]
    name = in_sessions(product, values)
    found = spread(product, name, **of(name), bins=4, quantiles=[0.1, 0.5, 0.9])
    assert (found["method"], found["quantile_method"]) == ("weighted-wilson", "effective-ranks")
    assert [one["value"] for one in found["quantiles"]] == [2.0, 12.0, 29.0]
    median = found["quantiles"][1]
    assert 0 <= median["low"] < 12 < median["high"] <= 39
    assert [(one["n"], one["share"]) for one in found["bins"]] == [(10, 0.4), (10, 0.4), (10, 0.1), (10, 0.1)]
    assert all(one["share_low"] < one["share"] < one["share_high"] for one in found["bins"])


def test_nothing_has_no_distribution(product: Product) -> None:
    """Without values there are no bins, no quantiles and no shares."""
    found = spread(product, f"none-{new_id()}")
    assert (found["n"], found["bins"], found["quantiles"], found["shares"]) == (0, [], [], [])


@pytest.mark.parametrize(
    "wrong", [{"bins": 0}, {"bins": 101}, {"quantiles": [0]}, {"quantiles": [2.0]}, {"kind": "text"}]
)
def test_a_distribution_that_means_nothing_is_refused(product: Product, wrong: dict[str, Any]) -> None:
    """What is not understood is a 422."""
    assert product.ask("POST", "/v1/scores/distribution/query", {"name": "n", **wrong}).status == 422
