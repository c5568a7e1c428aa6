"""Definitions of scores through the real server."""

from typing import Any

import pytest

from helicorder.model.ids import new_id
from product_server import Product


def define(product: Product, name: str, **definition: Any) -> None:
    """Define a score."""
    answer = product.ask("PUT", f"/v1/scores/definitions/{name}", definition)
    assert answer.status == 200, answer.body


def post(product: Product, name: str, value: Any, **fields: Any) -> int:
    """The status of a score."""
    item = {"request_id": new_id(), "name": name, "value": value, **fields}
    return product.ask("POST", "/v1/scores", item).status


def test_a_strict_definition_refuses_what_does_not_fit_on_every_way_in(product: Product) -> None:
    """Out of range or of another kind is a 422 before the ack, alone, in a batch, and on Helicone's endpoint."""
    name = f"strict-{new_id()}"
    define(product, name, kind="numeric", minimum=0, maximum=1, strict=True)
    assert post(product, name, 0.5) == 200
    assert post(product, name, 1.5) == 422
    assert post(product, name, True) == 422
    helicone = product.ask("POST", f"/v1/request/{new_id()}/score", {"scores": {name: 7}})
    assert (helicone.status, helicone.json()["data"]) == (422, None)
    items = [{"request_id": new_id(), "name": name, "value": value} for value in (0.1, 2)]
    results = product.ask("POST", "/v1/scores/batch", {"scores": items}).json()["data"]["results"]
    assert [one["status"] for one in results] == ["stored", "refused"]


def test_a_lenient_definition_keeps_everything(product: Product) -> None:
    """What does not fit is kept where the definition is not strict."""
    name = f"lenient-{new_id()}"
    define(product, name, kind="categorical", categories=["good", "bad"])
    assert post(product, name, "ugly") == 200
    assert post(product, name, 5) == 200


def test_a_definition_is_read_listed_changed_and_let_go(product: Product) -> None:
    """Put, get, list, put again, delete."""
    name = f"kept-{new_id()}"
    define(product, name, kind="numeric", direction="lower", description="seconds to a useful answer")
    found = product.ask("GET", f"/v1/scores/definitions/{name}").json()["data"]
    assert (found["direction"], found["description"], found["inferred"]) == (
        "lower",
        "seconds to a useful answer",
        False,
    )
    define(product, name, kind="boolean")
    listed = product.ask("GET", "/v1/scores/definitions").json()["data"]
    assert [one["kind"] for one in listed if one["name"] == name] == ["boolean"]
    assert product.ask("DELETE", f"/v1/scores/definitions/{name}").status == 200
    assert product.ask("GET", f"/v1/scores/definitions/{name}").status == 404
    assert product.ask("DELETE", f"/v1/scores/definitions/{name}").status == 404


def test_what_nobody_defined_is_inferred(product: Product) -> None:
    """A name that is not defined is listed with the kind, range and categories that its scores show."""
    number, category = f"seen-{new_id()}", f"said-{new_id()}"
    for value in (0.25, 4.0):
        assert post(product, number, value) == 200
    for label in ("b", "a"):
        assert post(product, category, label, author=label) == 200
    listed = {one["name"]: one for one in product.ask("GET", "/v1/scores/definitions").json()["data"]}
    assert {field: listed[number][field] for field in ("kind", "minimum", "maximum", "inferred")} == {
        "kind": "numeric", "minimum": 0.25, "maximum": 4.0, "inferred": True,
    }  # fmt: skip
    assert (listed[category]["kind"], listed[category]["categories"]) == ("categorical", ["a", "b"])


@pytest.mark.parametrize(
    "definition",
    [
        {"kind": "colour"},
        {"kind": "numeric", "minimum": 2, "maximum": 1},
        {"kind": "boolean", "minimum": 0},
        {"kind": "numeric", "categories": ["a"]},
        {"kind": "numeric", "size": 1},
        {},
    ],
)
def test_a_definition_that_means_nothing_is_refused(product: Product, definition: dict[str, Any]) -> None:
    """It is a 422, and nothing is defined."""
    name = f"none-{new_id()}"
    assert product.ask("PUT", f"/v1/scores/definitions/{name}", definition).status == 422
    assert product.ask("GET", f"/v1/scores/definitions/{name}").status == 404
