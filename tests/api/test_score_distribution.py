"""Distributions of scores through the real server."""

from typing import Any

import pytest

from helicorder.model.ids import new_id
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
