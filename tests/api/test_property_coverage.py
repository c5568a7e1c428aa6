"""Which properties calls have, through the real server."""

from typing import Any

from api.recorded_calls import NOON, log_call
from helicorder.model.ids import new_id
from product_server import Product

DAY = {"start": "2026-11-03T00:00:00Z", "end": "2026-11-04T00:00:00Z"}


def cover(product: Product, model: str, **options: Any) -> Any:
    """The properties of the calls of a model."""
    asked = {"filter": {"request_response_rmt": {"model": {"equals": model}}}, **DAY, **options}
    answer = product.ask("POST", "/v1/properties/query", asked)
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def test_calls_and_values_of_each_property_are_counted_as_they_were_edited(product: Product) -> None:
    """A property counts on the calls that have it now, with the values it has now; the hidden ones are marked."""
    run = new_id()
    model, hidden = f"m-{run}", f"hidden-{run}"
    for number in range(4):
        given = {"Property_Env": ("prod", "dev")[number % 2]} if number < 3 else {}
        log_call(product, f"{run}-{number}", NOON, model=model, **given)
    for number, value in ((1, "prod"), (3, "test"), (3, "new")):
        put = {"key": "env", "value": value}
        assert product.ask("PUT", f"/v1/request/{run}-{number}/property", put).status == 200
    assert product.ask("PUT", f"/v1/request/{run}-0/property", {"key": hidden, "value": ""}).status == 200
    assert product.ask("POST", "/v1/property/hide", {"key": hidden}).status == 200
    found = cover(product, model)
    assert found["of"] == 4
    assert found["properties"] == [
        {"property": "env", "n": 4, "values": 2, "hidden": False},
        {"property": hidden, "n": 1, "values": 1, "hidden": True},
    ]
    assert product.ask("POST", "/v1/property/restore", {"key": hidden}).status == 200
    assert [one["hidden"] for one in cover(product, model)["properties"]] == [False, False]


def test_no_calls_have_no_properties(product: Product) -> None:
    """Of a time without calls there is nothing to tell."""
    found = cover(product, f"m-{new_id()}")
    assert (found["of"], found["properties"]) == (0, [])
