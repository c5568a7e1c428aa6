"""Helicone's property group through the real server."""

import datetime as dt
from typing import Any
from urllib.parse import quote

import pytest

from api.recorded_calls import NOON, log_call
from helicorder.model.ids import new_id
from product_server import Product

TIMES = {"timeFilter": {"start": "2026-11-03T00:00:00Z", "end": "2026-11-04T00:00:00Z"}}
VALUES = ("Red", "red", "100%", "", "ü/blau", *(f"v{number:02}" for number in range(9)))


class Data:
    """Calls with a property of many values; the first one's was edited."""

    def __init__(self, product: Product) -> None:
        self.run = new_id()
        self.key = f"farbe/{self.run}"
        for number, value in enumerate(VALUES):
            for again in range(3 if number < 2 else 1):
                request_id = f"{self.run}-{number}-{again}"
                at = NOON + dt.timedelta(minutes=30 * again)
                log_call(
                    product,
                    request_id,
                    at,
                    model="gpt-4o",
                    usage={"prompt_tokens": 10 * (number + 1), "completion_tokens": 1},
                )
                body = {"key": self.key, "value": value}
                assert product.ask("PUT", f"/v1/request/{request_id}/property", body).status == 200
        log_call(product, f"{self.run}-none", NOON)

    @property
    def path(self) -> str:
        """The key as it stands in a URL."""
        return quote(self.key, safe="")


@pytest.fixture(scope="module")
def data(product: Product) -> Data:
    """The data, once."""
    return Data(product)


def post(product: Product, path: str, body: Any = None) -> Any:
    """The data of an answer."""
    answer = product.ask("POST", path, body)
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def test_values_are_found_by_a_part_of_them(product: Product, data: Data) -> None:
    """A search finds values whatever their case, the commonest first, and takes what LIKE would read as a pattern."""

    def search(term: str) -> list[str]:
        found: list[str] = post(product, f"/v1/property/{data.path}/search", {"searchTerm": term})
        return found

    assert search("RED") == ["Red", "red"]
    assert search("%") == ["100%"]
    assert search("/BLAU") == ["ü/blau"]
    assert set(search("")) == set(VALUES)
    assert search(new_id()) == []


def test_the_top_values_and_all_others(product: Product, data: Data) -> None:
    """Ten values stand for themselves, all others as one; a call without the property counts nowhere."""
    counts = post(product, f"/v1/property/{data.path}/top-requests/query", TIMES)
    assert [(one["value"], one["count"]) for one in counts[:2]] == [("Red", 3), ("red", 3)]
    assert [one["count"] for one in counts[2:]] == [1] * 8 + [len(VALUES) - 10]
    assert counts[-1]["value"] == "Other"
    costs = post(product, f"/v1/property/{data.path}/top-costs/query", TIMES)
    assert costs[-1]["value"] == "Other"
    values = [one["cost"] for one in costs[:10]]
    assert values == sorted(values, reverse=True)
    assert sum(one["n"] for one in costs) == len(VALUES) + 4


def test_a_property_over_time(product: Product, data: Data) -> None:
    """Every value has every bucket: one without calls counts 0 and costs null."""
    query = TIMES | {"userFilter": "all", "dbIncrement": "hour", "timeZoneDifference": 0, "propertyKey": data.key}
    points = post(product, "/v1/property/properties/over-time", query)
    red = {point["created_at_trunc"]: point for point in points if point["property"] == "red"}
    assert len(red) == 24
    assert red["2026-11-03T12:00:00Z"]["request_count"] == 2
    assert red["2026-11-03T13:00:00Z"]["request_count"] == 1
    assert red["2026-11-03T13:00:00Z"]["total_cost"] > 0
    assert (red["2026-11-03T14:00:00Z"]["request_count"], red["2026-11-03T14:00:00Z"]["total_cost"]) == (0, None)
    assert sum(point["request_count"] for point in points) == len(VALUES) + 4


def test_a_hidden_property_is_left_out_of_the_list_until_it_is_restored(product: Product, data: Data) -> None:
    """Hiding, again and restoring change the list of names and nothing else, and outlive the request."""

    def listed() -> bool:
        return {"property": data.key} in post(product, "/v1/property/query", {})

    def hidden() -> bool:
        return {"property": data.key} in post(product, "/v1/property/hidden/query")

    assert (listed(), hidden()) == (True, False)
    for _ in range(2):
        assert post(product, "/v1/property/hide", {"key": data.key}) == {"ok": True}
        assert (listed(), hidden()) == (False, True)
    assert post(product, f"/v1/property/{data.path}/search", {"searchTerm": "Red"})
    for _ in range(2):
        assert post(product, "/v1/property/restore", {"key": data.key}) == {"ok": True}
        assert (listed(), hidden()) == (True, False)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/property/query", {"colour": 1}),
        ("/v1/property/hide", {"key": ""}),
        ("/v1/property/hide", {"key": "a\nb"}),
        ("/v1/property/x/search", {}),
        ("/v1/property/x/top-costs/query", {"timeFilter": {"start": "yesterday", "end": "today"}}),
        ("/v1/property/%20/search", {"searchTerm": ""}),
    ],
)
def test_what_is_not_understood_is_refused(product: Product, path: str, body: Any) -> None:
    """What is not understood is a 422, and named."""
    assert product.ask("POST", path, body).status == 422
