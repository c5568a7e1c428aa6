"""Lists of scores, orphans and the change feed through the real server."""

from typing import Any

import pytest

from helicorder.model.ids import new_id
from product_server import Product


@pytest.fixture(scope="module")
def name(product: Product) -> str:
    """A name with ten scores: value 0 to 9, the even ones by ana, of the first five requests the call is there."""
    made = f"listed-{new_id()}"
    for number in range(5):
        body = {
            "providerRequest": {"url": "x", "json": {"model": "gpt-4o"}, "meta": {}},
            "providerResponse": {"json": {}, "status": 200, "headers": {}},
        }
        answer = product.ask("POST", "/custom/v1/log", body, {"Helicone-Request-Id": f"{made}-{number}"})
        assert answer.status == 200
    items = [
        {
            "request_id": f"{made}-{number}", "name": made, "value": number, "author": ("ana", "ben")[number % 2],
            "source": "human", "comment": f"Remark {number}", "metadata": {"batch": str(number // 5)},
            "judged_at": f"2026-01-0{number % 5 + 1}T12:00:00Z", **({"inclusion": 0.5} if number == 3 else {}),
        }
        for number in range(10)
    ]  # fmt: skip
    assert product.ask("POST", "/v1/scores/batch", {"scores": items}).json()["data"]["stored"] == 10
    return made


def listed(product: Product, name: str, **narrowed: Any) -> Any:
    """A page of the name's scores."""
    answer = product.ask("POST", "/v1/scores/query", {"names": [name], **narrowed})
    assert answer.status == 200, answer.body
    return answer.json()["data"]


@pytest.mark.parametrize(
    ("narrowed", "values"),
    [
        ({}, list(range(9, -1, -1))),
        ({"authors": ["ana"]}, [8, 6, 4, 2, 0]),
        ({"sources": ["model"]}, []),
        ({"kinds": ["numeric"], "value_from": 3, "value_to": 5}, [5, 4, 3]),
        ({"kinds": ["text"]}, []),
        ({"comment": "remark 7"}, [7]),
        ({"metadata": {"batch": "1"}}, [9, 8, 7, 6, 5]),
        ({"attached": True}, [4, 3, 2, 1, 0]),
        ({"attached": False}, [9, 8, 7, 6, 5]),
        ({"drawn": True}, [3]),
        ({"judged_from": "2026-01-02", "judged_to": "2026-01-04"}, [7, 6, 2, 1]),
        ({"recorded_to": "2020-01-01"}, []),
        ({"filter": {"request_response_rmt": {"model": {"equals": "gpt-4o"}}}}, [4, 3, 2, 1, 0]),
        ({"targets": ["user"]}, []),
    ],
)
def test_a_list_is_narrowed_by_any_field(
    product: Product, name: str, narrowed: dict[str, Any], values: list[int]
) -> None:
    """Each part of the query keeps the scores that satisfy it, the newest first."""
    found = listed(product, name, count=True, **narrowed)
    assert [one["value"] for one in found["scores"]] == values
    assert found["count"] == len(values)


def test_pages_neither_overlap_nor_leave_gaps(product: Product, name: str) -> None:
    """Page after page gives every score once, while others are added."""
    seen: list[float] = []
    cursor = None
    for _ in range(5):
        found = listed(product, name, limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [one["value"] for one in found["scores"]]
        product.ask("POST", f"/v1/request/{new_id()}/score", {"scores": {f"{name}-more": 1}})
        cursor = found["cursor"]
        if cursor is None:
            break
    assert seen == [float(value) for value in range(9, -1, -1)]


def test_a_list_can_be_of_the_past(product: Product) -> None:
    """As of a version the list is what was current then, also of what was deleted since."""
    name = f"past-{new_id()}"
    made = [
        product.ask("POST", "/v1/scores", {"request_id": new_id(), "name": name, "value": value}).json()["data"]["id"]
        for value in (1, 2)
    ]
    mark = listed(product, name)["scores"][0]["version"]
    product.ask("PATCH", f"/v1/scores/{made[0]}", {"value": 5})
    product.ask("DELETE", f"/v1/scores/{made[1]}")
    assert [one["value"] for one in listed(product, name)["scores"]] == [5.0]
    assert [one["value"] for one in listed(product, name, as_of=mark)["scores"]] == [2.0, 1.0]


def test_orphans_are_listed_with_their_age_until_their_call_comes(product: Product) -> None:
    """A score without its call is an orphan, and none any more once the call is logged."""
    request_id = f"orphan-{new_id()}"
    assert product.ask("POST", f"/v1/request/{request_id}/score", {"scores": {"o": 1}}).status == 200

    def waiting() -> list[Any]:
        found: list[Any] = []
        cursor = "0"
        while cursor:
            data = product.ask("GET", f"/v1/scores/orphans?limit=1000&cursor={cursor}").json()["data"]
            found += [one for one in data["orphans"] if one["score"]["target_id"] == request_id]
            cursor = data["cursor"]
        return found

    [orphan] = waiting()
    assert 0 <= orphan["age_seconds"] < 60
    assert product.ask("GET", "/v1/scores/orphans?older_than_seconds=86400").json()["data"]["n"] == 0
    body = {
        "providerRequest": {"url": "x", "json": {}, "meta": {}},
        "providerResponse": {"json": {}, "status": 200, "headers": {}},
    }
    assert product.ask("POST", "/custom/v1/log", body, {"Helicone-Request-Id": request_id}).status == 200
    assert waiting() == []


def test_the_feed_has_every_version_in_order_and_resumes(product: Product) -> None:
    """A consumer that stops anywhere and goes on from its cursor sees each version once, deletions included."""
    run = new_id()
    start = product.ask("POST", "/v1/scores", {"request_id": run, "name": "feed", "value": 0, "id": run})
    assert start.status == 200
    first = product.ask("GET", f"/v1/scores/{run}").json()["data"]["version"]
    for value in range(1, 4):
        product.ask("PATCH", f"/v1/scores/{run}", {"value": value})
    product.ask("DELETE", f"/v1/scores/{run}")
    seen: list[Any] = []
    cursor = str(int(first) - 1)
    while True:
        data = product.ask("GET", f"/v1/scores/changes?after={cursor}&limit=2").json()["data"]
        if not data["changes"]:
            assert data["next"] == cursor
            break
        seen += data["changes"]
        cursor = data["next"]
    mine = [one for one in seen if one["id"] == run]
    assert [(one["value"], one["deleted"]) for one in mine] == [
        (0.0, False), (1.0, False), (2.0, False), (3.0, False), (3.0, True),
    ]  # fmt: skip
    assert [int(one["version"]) for one in seen] == sorted({int(one["version"]) for one in seen})


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 0},
        {"limit": 1001},
        {"cursor": "x"},
        {"as_of": "-1"},
        {"judged_from": "soon"},
        {"kinds": ["odd"]},
        {"odd": 1},
    ],
)
def test_a_list_that_means_nothing_is_refused(product: Product, wrong: dict[str, Any]) -> None:
    """What is not understood is a 422."""
    assert product.ask("POST", "/v1/scores/query", wrong).status == 422
